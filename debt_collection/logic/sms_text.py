"""How long a text message is, and in how many parts it travels.

Each part is paid for. GSM 03.38: 7 bits for each character of a small alphabet, 160 in
one message or 153 in each part of a longer one; a few characters take two places. Any
other character turns the whole text to 16 bits for each character (UCS-2): 70, or 67.
"""

from dataclasses import dataclass

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = "\f^{}\\[~]|€"
_COSTS = {**dict.fromkeys(_BASIC, 1), **dict.fromkeys(_EXTENDED, 2)}

#: Places of a message that travels alone, and of each part of a longer one.
GSM = (160, 153)
UCS2 = (70, 67)
#: More parts than these are worth a warning.
FEW_PARTS = 2


#: What looks alike and takes less: the spaces of amounts, the marks of word processors.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\xa0\u202f\u2009\u2007", " "),
        **dict.fromkeys("‘’‚", "'"),
        **dict.fromkeys("“”„", '"'),
        **dict.fromkeys("‐‑‒–—", "-"),
        "…": "...",
        "\t": " ",
    }
)


@dataclass(frozen=True)
class Size:
    """What a text takes: its places, its parts, and why it is not 7 bits."""

    places: int
    parts: int
    #: Characters that are not in the small alphabet, each once, in order.
    foreign: str = ""

    @property
    def is_long(self):
        return self.parts > FEW_PARTS


def plain(text):
    """Return a text without what takes more room and looks the same.

    >>> plain("“Pague\\xa0hoy…”")
    '"Pague hoy..."'
    """
    return text.translate(_PLAIN)


def size(text):
    """Return the size of a text.

    >>> size("Hola")
    Size(places=4, parts=1, foreign='')
    >>> size("Pague hoy: 10 €").places
    16
    >>> size("Atención")
    Size(places=8, parts=1, foreign='ó')
    """
    foreign = "".join(dict.fromkeys(char for char in text if char not in _COSTS))
    if foreign:
        # beyond the first 65,536 characters of Unicode, one takes two places
        costs = [1 + (ord(char) > 0xFFFF) for char in text]
        alone, chained = UCS2
    else:
        costs = [_COSTS[char] for char in text]
        alone, chained = GSM
    places = sum(costs)
    parts = min(places, 1) if places <= alone else _count(costs, chained)
    return Size(places, parts, foreign)


def _count(costs, room):
    """Return how many parts it takes; what needs two places is never cut in two."""
    parts, left = 1, room
    for cost in costs:
        if cost > left:
            parts, left = parts + 1, room
        left -= cost
    return parts
