"""Rules that need no database.

Only the standard library, babel, phonenumbers and files of this folder may be imported
here: no Odoo, no clock, no input or output. Dates and amounts come in, values go out.
"""
