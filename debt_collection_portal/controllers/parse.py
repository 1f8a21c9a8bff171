from odoo.http import request

from ..logic.amount_text import parse_amount


def _debt_amount(text, currency, lang=None):
    """Return the amount that a visitor typed, None where it is not certain.

    :param str text: as typed, with the separators of any language
    :param currency: the ``res.currency`` of the amount; its symbol may be there
    :param lang: code of the language that decides doubts; that of the page by default
    :return: a float of more than zero that needs no rounding, or None
    """
    text = text or ""
    for sign in (currency.symbol, currency.name):
        text = text.replace(sign or "", "")
    language = request.env["res.lang"]._get_data(code=lang or request.env.lang)
    point = language.decimal_point or "."
    amount = parse_amount(text, currency.decimal_places, point)
    return amount and float(amount)
