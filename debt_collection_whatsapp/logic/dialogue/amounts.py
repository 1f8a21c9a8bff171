"""Amounts and days: as people write them, and as they are shown to them."""

import re
from decimal import ROUND_HALF_UP, Decimal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal

#: More than that is no amount that somebody pays.
MOST = Decimal(10) ** 15
_NUMBER = re.compile(
    r"(?<![\w.,/-])[$€£]?\s?(\d(?:[\d.,']|\s(?=\d{3}(?!\d)))*)\s?"
    r"(millones|millon|million|mm|m|mil|k|thousand)?(?!\w|[.,/-]\w)"
)
#: A number below that is rather a count of something.
SMALL = 100
_SIGN = re.compile(r"[$€£]")
#: The number of a document, as it is named in a sentence.
_DOCUMENT = re.compile(
    r"\b(?:facturas?|invoices?|fact|recibo|referencia|ref|nro|num|numero|n[uú]mero)\b"
    r"[\s.:#°º]*(?:[a-z]{1,5}[\s-]*)?\d[\w/-]*|(?:#|\bn[o°º]\.)\s*\d[\w/-]*",
    re.IGNORECASE,
)
_TIMES = {"mil": 1000, "k": 1000, "thousand": 1000}
#: What a number may stand beside without being part of its word.
_MONEY = re.compile(r"\b(?:cop|mxn|usd|eur|pen|clp|ars|s/|pesos|soles|dolares)\b", re.I)


def tell_amount(text, decimals=2, decimal_comma=True):
    """Return the amount that somebody tells of beside other things, or None.

    The number of an invoice is none, nor is a small number without a currency.

    >>> text = "ya pagué la factura FV 0042, fueron 450.000"
    >>> str(tell_amount(text)), tell_amount("pagué 2 facturas"), tell_amount("$ 50")
    ('450000', None, Decimal('50'))
    """
    told = _DOCUMENT.sub(" ", text)
    amount = find_amount(told, decimals, decimal_comma)
    small = amount is not None and amount < SMALL
    if small and not (_SIGN.search(told) or _MONEY.search(told)):
        return None
    return amount


def find_amount(text, decimals=2, decimal_comma=True):
    """Return the one amount of a text, None where there is none or several.

    A group of three digits is one of thousands, unless the currency has three
    decimals and the place writes them so.

    :param text: what somebody wrote
    :param decimals: of the currency
    :param decimal_comma: whether 1,5 is one and a half there

    >>> [str(find_amount(t)) for t in ("1.500.000", "1,500,000.50", "1.5", "$ 450.000")]
    ['1500000', '1500000.50', '1.5', '450000']
    >>> [str(find_amount(t)) for t in ("450 mil", "1,2 millones", "200k", "12 345,60")]
    ['450000', '1200000.0', '200000', '12345.60']
    >>> find_amount("100 o 200"), find_amount("nada"), find_amount("FV-2026-0042")
    (None, None, None)
    """
    text = _MONEY.sub(" ", text.casefold())
    found = [
        number
        for digits, unit in _NUMBER.findall(text)
        if (number := _number(digits, unit, decimals, decimal_comma)) is not None
    ]
    if len(found) != 1 or not 0 < found[0] < MOST:
        return None
    return found[0]


def _number(digits, unit, decimals, decimal_comma):
    digits = re.sub(r"[\s']", "", digits).rstrip(".,")
    marks = [c for c in digits if c in ".,"]
    if not marks:
        whole, fraction = digits, ""
    elif len(set(marks)) == 2:
        whole, _mark, fraction = digits.rpartition(marks[-1])
    elif len(marks) > 1:
        whole, fraction = digits, ""
    else:
        whole, mark, fraction = digits.partition(marks[0])
        own = "," if decimal_comma else "."
        if len(fraction) == 3 and not unit and not (decimals == 3 and mark == own):
            whole, fraction = whole + fraction, ""
    number = Decimal(re.sub(r"[.,]", "", whole) + (f".{fraction}" if fraction else ""))
    return number * _TIMES.get(unit, 1_000_000 if unit else 1)


def money(amount, currency, locale):
    """Return an amount as it is written somewhere; no decimals where they are zero.

    :param amount: Decimal, rounded here to the currency
    :param currency: a ``model.Currency``
    :param locale: such as es_CO

    >>> from .model import Currency
    >>> money(Decimal(450000), Currency("COP", "$"), "es_CO")
    '$ 450.000'
    >>> money(Decimal("1234.5"), Currency("USD", "$", own=False), "en_US")
    '$ 1,234.50 USD'
    """
    unit = Decimal(1).scaleb(-currency.decimals)
    amount = amount.quantize(unit, ROUND_HALF_UP)
    places = currency.decimals if amount % 1 else 0
    pattern = "#,##0" + ("." + "0" * places if places else "")
    number = format_decimal(amount, pattern, locale=_locale(locale))
    parts = [currency.symbol, number]
    if not currency.own or not currency.symbol:
        parts.append(currency.code)
    return " ".join(filter(None, parts))


def day(value, locale, form="short"):
    """Return a day in words: ``short`` with numbers, ``row`` for a list, ``full``.

    >>> from datetime import date
    >>> day(date(2026, 11, 30), "es_CO"), day(date(2026, 11, 30), "en_US")
    ('30/11/2026', 'Nov 30, 2026')
    >>> day(date(2026, 11, 30), "es_CO", "full"), day(date(2026, 12, 2), "es_CO", "row")
    ('lunes, 30 de noviembre de 2026', 'miércoles 2 de dic')
    """
    spanish = locale.startswith("es")
    if form == "full":
        pattern = "full"
    elif form == "row":
        pattern = "EEEE d 'de' MMM" if spanish else "EEEE, MMM d"
    else:
        pattern = "dd/MM/yyyy" if spanish else "MMM d, yyyy"
    text = format_date(value, pattern, locale=_locale(locale))
    return text.rstrip(".") if form == "row" else text


def day_first(locale):
    """Return whether a place writes the day before the month.

    >>> day_first("es_CO"), day_first("en_US"), day_first("en_GB")
    (True, False, True)
    """
    pattern = _locale(locale).date_formats["short"].pattern
    return pattern.lower().find("d") < pattern.find("M")


def decimal_comma(locale):
    """
    >>> decimal_comma("es_CO"), decimal_comma("es_MX")
    (True, False)
    """
    return _locale(locale).number_symbols["latn"]["decimal"] == ","


def _locale(name):
    try:
        return Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        return Locale.parse(name.partition("_")[0] if name else "en")
