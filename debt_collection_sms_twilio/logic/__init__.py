"""Rules that need no database.

Only the standard library and files of this folder may be imported here: no Odoo, no
clock, no input or output. Values come in, values go out.
"""
