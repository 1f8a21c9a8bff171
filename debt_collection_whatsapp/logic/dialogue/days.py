"""Days as people write them, in Spanish and English."""

import re
from calendar import monthrange
from datetime import date, timedelta

from .words import plain

_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "lunes|monday|mon",
            "martes|tuesday|tue",
            "miercoles|wednesday|wed",
            "jueves|thursday|thu",
            "viernes|friday|fri",
            "sabado|saturday|sat",
            "domingo|sunday|sun",
        )
    )
    for name in names.split("|")
}
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "enero|ene|january|jan",
            "febrero|feb|february",
            "marzo|mar|march",
            "abril|abr|april|apr",
            "mayo|may",
            "junio|jun|june",
            "julio|jul|july",
            "agosto|ago|august|aug",
            "septiembre|setiembre|sep|sept|set|september",
            "octubre|oct|october",
            "noviembre|nov|november",
            "diciembre|dic|december|dec",
        ),
        1,
    )
    for name in names.split("|")
}
_NUMBERS = {
    word: number
    for number, words in enumerate(
        (
            "un|una|uno|a|an|one",
            "dos|two",
            "tres|three",
            "cuatro|four",
            "cinco|five",
            "seis|six",
            "siete|seven",
            "ocho|eight",
            "nueve|nine",
            "diez|ten",
        ),
        1,
    )
    for word in words.split("|")
}
#: (pattern, days from today)
_NEAR = (
    (r"pasado manana|day after tomorrow", 2),
    (r"(?<!la )(?<!esta )manana|tomorrow", 1),
    (r"hoy|today|ahora mismo", 0),
    (r"anteayer|antier|antes de ayer|day before yesterday", -2),
    (r"ayer|yesterday", -1),
)
_MONTH_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY_NAMES = "|".join(sorted(_WEEKDAYS, key=len, reverse=True))
_COUNTS = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
#: Not part of an amount such as 1.500.000 or 30/11.50
_NUMERIC = re.compile(
    r"(?<![\d.,/])(\d{1,2})\s?([/-])\s?(\d{1,2})(?:\s?\2\s?(\d{4}|\d{2}))?(?![\d/])"
    r"|(?<![\d.,/])(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})(?![\d.])"
)
_DAY_MONTH = re.compile(
    rf"(?<![\d.,])(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:de\s+|of\s+)?({_MONTH_NAMES})\b"
    r"(?:\s+(?:de\s+|del\s+)?(\d{4}))?"
)
_MONTH_DAY = re.compile(
    rf"\b({_MONTH_NAMES})\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?:\s+(\d{{4}}))?"
)
_IN_DAYS = re.compile(
    rf"\b(?:en|dentro de|in)\s+(\d{{1,3}}|{_COUNTS})\s+"
    r"(dias?|days?|semanas?|weeks?)\b"
)
_WEEKDAY = re.compile(rf"\b({_DAY_NAMES})\b")
_ONLY_DAY = re.compile(
    r"(?:\b(?:el|dia|the)\s+)(\d{1,2})(?:st|nd|rd|th)?\b(?!\s*(?:mil|k|%|pesos))"
)
_BARE = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")
_MONTH_END = re.compile(r"\b(?:fin de mes|finales de mes|end of (?:the )?month)\b")
_HALF_MONTH = re.compile(r"\bquincena\b")


def find_day(text, today, day_first=True, past=False):
    """Return (day, the text without it) of a text, (None, text) where none is said.

    Without a year, the next such day is meant; in the past, the last one.

    :param text: what somebody wrote
    :param today: the local day
    :param day_first: whether 3/4 is the third of April
    :param past: whether it tells of something that happened

    >>> today = date(2026, 11, 28)  # a Saturday
    >>> find_day("el viernes", today)[0], find_day("30/11", today)[0]
    (datetime.date(2026, 12, 4), datetime.date(2026, 11, 30))
    >>> find_day("30/2", today)[0], find_day("29/02/2028", today)[0]
    (None, datetime.date(2028, 2, 29))
    >>> find_day("12/5", today, day_first=False)[0], find_day("pagué ayer", today)[0]
    (datetime.date(2026, 12, 5), datetime.date(2026, 11, 27))
    >>> find_day("200.000 el 30 de noviembre", today)
    (datetime.date(2026, 11, 30), '200.000 el  ')
    """
    folded = _fold(text)
    for finder in (_iso, _written, _numeric, _in_days, _near, _month_end, _weekday):
        match, day = finder(folded, today, day_first, past)
        if match:
            start, end = match.span()
            return day, f"{folded[:start]} {folded[end:]}"
    match = _ONLY_DAY.search(folded) or _BARE.fullmatch(folded.strip())
    if match:
        day = _day_of_month(int(match[1]), today, past)
        return day, folded.replace(match[0], " ", 1)
    return None, text


def _fold(text):
    """Return a text without accents and capitals, its punctuation kept."""
    return "".join(plain(c) or c for c in text)


def _make(year, month, day):
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


def _with_year(day, month, year, today, past):
    """Return a day; without a year the nearest one on the right side of today."""
    if year:
        number = int(year)
        return _make(number + 2000 if number < 100 else number, month, day)
    years = (today.year, today.year - 1) if past else (today.year, today.year + 1)
    for each in years:
        found = _make(each, month, day)
        if found and (found <= today if past else found >= today):
            return found
    return None


def _iso(text, _today, _day_first, _past):
    match = _ISO.search(text)
    return match, match and _make(*map(int, match.groups()))


def _numeric(text, today, day_first, past):
    match = _NUMERIC.search(text)
    if not match:
        return None, None
    first, second, year = (
        (match[1], match[3], match[4]) if match[1] else (match[5], match[6], match[7])
    )
    day, month = int(first), int(second)
    if (not day_first and day <= 12) or (month > 12 and day <= 12):
        day, month = month, day
    return match, _with_year(day, month, year, today, past)


def _written(text, today, _day_first, past):
    if match := _DAY_MONTH.search(text):
        return match, _with_year(
            int(match[1]), _MONTHS[match[2]], match[3], today, past
        )
    if match := _MONTH_DAY.search(text):
        return match, _with_year(
            int(match[2]), _MONTHS[match[1]], match[3], today, past
        )
    return None, None


def _in_days(text, today, _day_first, _past):
    match = _IN_DAYS.search(text)
    if not match:
        return None, None
    count = int(match[1]) if match[1].isdigit() else _NUMBERS[match[1]]
    weeks = match[2].startswith(("semana", "week"))
    return match, today + timedelta(days=count * (7 if weeks else 1))


def _near(text, today, _day_first, _past):
    for pattern, days in _NEAR:
        if match := re.search(rf"\b(?:{pattern})\b", text):
            return match, today + timedelta(days=days)
    return None, None


def _weekday(text, today, _day_first, past):
    match = _WEEKDAY.search(text)
    if not match:
        return None, None
    wanted = _WEEKDAYS[match[1]]
    if past:
        return match, today - timedelta(days=(today.weekday() - wanted) % 7)
    return match, today + timedelta(days=(wanted - today.weekday()) % 7 or 7)


def _month_end(text, today, _day_first, _past):
    last = today.replace(day=monthrange(today.year, today.month)[1])
    if match := _MONTH_END.search(text):
        return match, last
    if match := _HALF_MONTH.search(text):
        return match, today.replace(day=15) if today.day <= 15 else last
    return None, None


def _day_of_month(number, today, past):
    """Return the next (or last) day with a number, None where no month has it."""
    month = today.replace(day=1)
    for _month in range(3):
        day = _make(month.year, month.month, number)
        if day and (day <= today if past else day >= today):
            return day
        step = -1 if past else monthrange(month.year, month.month)[1]
        month = (month + timedelta(days=step)).replace(day=1)
    return None
