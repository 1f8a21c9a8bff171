"""An amount of money as people type it."""

import re
from decimal import Decimal

#: More digits than this are no amount.
MOST_DIGITS = 15
#: What separates thousands in some languages, whatever the visitor's is.
_SPACES = re.compile(r"[\s'’_]")


def parse_amount(text, decimals=2, point="."):
    """Return the amount that a text means, None where that is not certain.

    Both ``1.234,50`` and ``1,234.50`` are understood: where both separators are there
    the last one is the decimal point, where one is there several times it separates
    thousands. The language only decides what could be either. Nothing is rounded.

    :param str text: what was typed, without a symbol of a currency
    :param decimals: how many decimals the currency has
    :param point: the decimal point of the language
    :return: Decimal of more than zero, or None

    >>> parse_amount("1.234,50"), parse_amount("1,234.50")
    (Decimal('1234.50'), Decimal('1234.50'))
    >>> parse_amount("1.234", point=","), parse_amount("1.234", point=".")
    (Decimal('1234'), None)
    >>> parse_amount("12.5", point=","), parse_amount("-3"), parse_amount("0")
    (Decimal('12.5'), None, None)
    >>> parse_amount("1.500.000", decimals=0)
    Decimal('1500000')
    """
    text = _SPACES.sub("", text or "")
    if not re.fullmatch(r"[0-9]+([.,][0-9]+)*", text, re.ASCII):
        return None
    last = max(text.rfind("."), text.rfind(","))
    whole, fraction = text, ""
    if last >= 0 and _is_point(text, last, point):
        whole, fraction = text[:last], text[last + 1 :]
    if len(fraction) > decimals or not _is_grouped(whole):
        return None
    digits = re.sub(r"[.,]", "", whole)
    if len(digits) > MOST_DIGITS:
        return None
    amount = Decimal(f"{digits}.{fraction}" if fraction else digits)
    return amount if amount > 0 else None


def _is_point(text, last, point):
    """Return whether the last separator of a text is its decimal point."""
    separator = text[last]
    other = "," if separator == "." else "."
    if text.count(separator) > 1:
        return False
    if other in text or separator == point:
        return True
    return len(text) - last - 1 != 3  # it would separate thousands in the language


def _is_grouped(whole):
    """Return whether the separators in whole units are where those of thousands are."""
    return bool(
        re.fullmatch(r"[0-9]+|[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*", whole)
    )
