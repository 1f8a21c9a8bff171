"""What proves that somebody is a customer: digits of the tax number, an invoice."""

import re
import unicodedata

#: Digits of the tax number that are asked for.
TAIL = 4
#: Longer texts are no answer to the question, and could try many numbers at once.
MOST_CHARACTERS = 80
MOST_WORDS = 8
#: The number of an invoice may be written in so many pieces.
PIECES = 4
#: Shorter numbers are guessed too easily.
SHORTEST_INVOICE = 4
#: Countries in which the last digit of the tax number is a check digit, with the
#: number of digits that it then has.
CHECKED = {"CO": 10, "CL": 9, "PY": 9}


def tails(tax_number, country=None):
    """Return the digits that may be given: with the check digit, and without it.

    >>> sorted(tails("900.123.456-7", "CO")), sorted(tails("9001234567", "CO"))
    (['3456', '4567'], ['3456', '4567'])
    >>> sorted(tails("GAVM850101AB1", "MX")), tails("", "CO"), tails("123", "CO")
    (['1AB1'], set(), set())
    """
    text = (tax_number or "").strip().upper()
    found = {_join(text)}
    if "-" in text:
        found.add(_join(text.rpartition("-")[0]))
    if len(_join(text)) == CHECKED.get(country):
        found.add(_join(text)[:-1])
    return {each[-TAIL:] for each in found if len(each) > TAIL}


def says_tail(text, wanted):
    """Return whether a text gives one of some digits, and tries no others.

    >>> says_tail("son 3456", {"3456"}), says_tail("3455 3456", {"3456"})
    (True, False)
    """
    given = {word for word in _words(text) if len(word) == TAIL and _has_digit(word)}
    return len(given) == 1 and given <= wanted


def numbers(text):
    """Return the numbers of invoices that a text may name, as they are compared.

    >>> "FV20260042" in numbers("mi factura es la FV 2026-0042")
    True
    >>> numbers("x" * 500), numbers("12")
    (set(), set())
    """
    words = _words(text)
    found = {
        "".join(words[start : start + count])
        for start in range(len(words))
        for count in range(1, PIECES + 1)
    }
    return {n for n in found if len(n) >= SHORTEST_INVOICE and _has_digit(n)}


def without(text, known):
    """Return a text without the number of an invoice: what is left may be a proof.

    >>> without("1234 FV 2026-0042", {"FV20260042"})
    '1234'
    """
    words = _words(text)
    for start in range(len(words)):
        for end in range(len(words), start, -1):
            if "".join(words[start:end]) in known:
                return " ".join(words[:start] + words[end:])
    return text


def comparable(number):
    """Return the number of an invoice as it is compared.

    >>> comparable("FV-2026/0042")
    'FV20260042'
    """
    return _join(number or "")


def _words(text):
    if len(text) > MOST_CHARACTERS:
        return []
    words = re.findall(r"[0-9A-Z]+", _fold(text))
    return words if len(words) <= MOST_WORDS else []


def _join(text):
    return "".join(re.findall(r"[0-9A-Z]+", _fold(text)))


def _fold(text):
    return (
        unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().upper()
    )


def _has_digit(text):
    return any(c.isdigit() for c in text)
