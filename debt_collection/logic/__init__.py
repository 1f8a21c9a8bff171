"""Rules that need no database.

Law of this folder: the standard library and its own files only; values in, values out;
dates and moments are arguments; amounts are ``Decimal``.
"""
