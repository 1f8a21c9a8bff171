"""What people type into the cells of a spreadsheet, as values.

Spreadsheets keep numbers and dates as such; text is read as Spanish and English
speakers write it. What can be read in two ways is read in the user's way, and what
cannot be read is an error that says why, never a guess.
"""

import math
import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

#: The day 0 of spreadsheets.
EPOCH = date(1899, 12, 30)
#: Numbers in date columns that are days since then: 1982 to 2119.
SERIALS = range(30_000, 80_001)
#: Years with two digits are of this century.
CENTURY = 2000
MONTHS = {
    **{"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6},
    **{"jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12},
    **{"ene": 1, "abr": 4, "ago": 8, "set": 9, "dic": 12},
}
TRUE_WORDS = {"yes", "si", "true", "verdadero", "x", "1"}
FALSE_WORDS = {"no", "false", "falso", "0"}


class CellError(ValueError):
    """A cell that cannot be read; ``code`` says why, ``value`` what is in it."""

    def __init__(self, code, value=""):
        super().__init__(f"{code}: {value}")
        self.code, self.value = code, value


def plain(text):
    """Return words as they are compared: small letters, no accents or punctuation.

    >>> plain(" Fecha_de  Emisión: ")
    'fecha de emision'
    """
    letters = unicodedata.normalize("NFKD", str(text or ""))
    letters = "".join(c for c in letters if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", " ", letters).strip().lower()


def is_empty(value):
    """Return whether nothing is in a cell."""
    return value is None or (isinstance(value, str) and not value.strip())


def read_text(value):
    """Return what a cell says; numbers as they were typed, without ``.0``.

    >>> read_text(900412300.0)
    '900412300'
    >>> read_text("  Calle   5 ")
    'Calle 5'
    """
    if is_empty(value):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime):
        value = value.date() if value.time() == time() else value
    if isinstance(value, str):
        lines = (re.sub(r"[^\S\n]+", " ", line).strip() for line in value.split("\n"))
        return "\n".join(lines).strip()
    return str(value)


def _digits(text, decimal):
    """Return a number in text with a point for its decimals and nothing else."""
    marks = [mark for mark in text if mark in ".,'’"]
    if not marks:
        return text
    last = marks[-1]
    kinds = set(marks)
    if last in "'’" or (len(kinds) == 1 and len(marks) > 1):
        point = ""  # only thousands
    elif len(kinds) > 1:
        point = last  # 1.234,56
    else:
        # one mark: before exactly three digits it may separate thousands
        head, _mark, tail = text.partition(last)
        thousands = len(tail) == 3 and 1 <= len(head.lstrip("-")) <= 3
        thousands = thousands and head.lstrip("-") != "0"
        if thousands and last == decimal:
            # 450.000 is 450 for some, and a thousand times as much for others
            raise CellError("two_readings", text)
        point = "" if thousands else last
    whole, _mark, part = text.rpartition(point) if point else (text, "", "")
    groups = re.split(r"[.,'’]", whole)
    if len(groups) > 1 and (
        any(len(group) != 3 for group in groups[1:])
        or not 1 <= len(groups[0].lstrip("-")) <= 3
    ):
        raise CellError("not_a_number", text)
    return "".join(groups) + (f".{part}" if point else "")


def read_amount(value, decimal=","):
    """Return an amount of money, None for an empty cell.

    :param value: a number, or text such as ``$ 1.234,56``, ``(500)`` or ``1,234.56``
    :param decimal: what the user writes before the decimals, where it is not clear
    :raise CellError: when it is no amount, or one that can be read in two ways

    >>> read_amount("1.234,56"), read_amount("USD 1,234.56")
    (Decimal('1234.56'), Decimal('1234.56'))
    >>> read_amount("1.234", ",")
    Decimal('1234')
    >>> read_amount("1.234", ".")
    Traceback (most recent call last):
        ...
    debt_collection_logic.cell_values.CellError: two_readings: 1.234
    """
    if is_empty(value):
        return None
    if isinstance(value, bool | date):
        raise CellError("not_a_number", str(value))
    if isinstance(value, int | float | Decimal):
        if not math.isfinite(value):
            raise CellError("not_a_number", str(value))
        return Decimal(str(value))
    text = re.sub(r"\s|[$€£¥₡₲₽]|S/\.?|Bs\.?", "", value)
    text = re.sub(r"^[A-Za-z]{3}|[A-Za-z]{3}$", "", text)
    text = text.replace("−", "-").replace("+", "")
    if text.startswith("(") and text.endswith(")"):
        text = "-" + text[1:-1]
    if text.endswith("-"):
        text = "-" + text[:-1]
    if not re.fullmatch(r"-?\d[\d.,'’]*|-?[.,]\d+", text):
        raise CellError("not_a_number", value)
    try:
        return Decimal(_digits(text, decimal))
    except InvalidOperation:
        raise CellError("not_a_number", value) from None


def _date(year, month, day, value):
    try:
        return date(year + CENTURY if year < 100 else year, month, day)
    except ValueError:
        raise CellError("no_such_day", value) from None


def read_date(value, day_first=True):
    """Return a day, None for an empty cell.

    :param value: a date, the number of one, or text such as ``31/12/2026``,
        ``2026-12-31`` or ``31 dic 2026``
    :param day_first: whether the user writes the day before the month
    :raise CellError: when it is no day

    >>> read_date("31/12/2026"), read_date("12/31/26", day_first=False)
    (datetime.date(2026, 12, 31), datetime.date(2026, 12, 31))
    >>> read_date("5 de dic. de 2026")
    datetime.date(2026, 12, 5)
    """
    if is_empty(value):
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        if math.isfinite(value) and int(value) in SERIALS:
            return EPOCH + timedelta(days=int(value))
        raise CellError("not_a_date", str(value))
    text = str(value).strip()
    # without the time of day
    text = re.sub(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*([ap]\.?m\.?)?$", "", text)
    if found := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", text):
        return _date(*map(int, found.groups()), value)
    if found := re.fullmatch(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})", text):
        day, month, year = map(int, found.groups())
        if not day_first:
            day, month = month, day
        return _date(year, month, day, value)
    words = [word for word in plain(text).split() if word not in ("de", "del")]
    if len(words) == 3:
        day, month, year = words
        if not day.isdigit():  # December 31 2026
            day, month = month, day
        number = MONTHS.get(month[:3])
        if number and day.isdigit() and re.fullmatch(r"\d{4}|\d{2}", year):
            return _date(int(year), number, int(day), value)
    raise CellError("not_a_date", text)


def read_choice(value, choices):
    """Return the value that a word stands for, None for an empty cell.

    :param dict choices: words, as ``plain`` writes them, and their values
    :raise CellError: for an unknown word

    >>> read_choice("Cédula", {"cedula": "id"})
    'id'
    """
    if is_empty(value):
        return None
    word = plain(read_text(value))
    if word not in choices:
        raise CellError("unknown_choice", read_text(value))
    return choices[word]


def read_yes(value):
    """Return whether a cell says yes, None for an empty one.

    >>> read_yes("Sí"), read_yes("no")
    (True, False)
    """
    if is_empty(value):
        return None
    word = plain(read_text(value))
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise CellError("unknown_choice", read_text(value))


def read_list(value):
    """Return the parts of a cell that lists several things.

    >>> read_list("F-1; F-2, F-3")
    ['F-1', 'F-2', 'F-3']
    """
    return [part for part in re.split(r"\s*[,;\n|]\s*", read_text(value)) if part]
