"""Amounts in words."""

from odoo.tools import format_amount
from odoo.tools.misc import get_lang


def format_short_amount(env, amount, currency):
    """Return an amount with its currency; without decimals where they are zeros.

    Core's ``trailing_zeroes=False`` takes single zeros off (1.234,5), and those of
    thousands where a currency has no decimals.
    """
    text = format_amount(env, amount, currency)
    zeros = get_lang(env).decimal_point + "0" * currency.decimal_places
    return text.replace(zeros, "", 1) if currency.decimal_places else text
