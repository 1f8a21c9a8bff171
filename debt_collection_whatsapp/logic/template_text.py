"""Variables of a template: where they stand, and what may be put in their place.

``{{1}}`` and so on, or names such as ``{{amount}}``, never both in one text.
"""

import re
from dataclasses import dataclass

VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
#: Meta's limit of a value is that of the body; more says nothing in a reminder.
LONGEST_VALUE = 200
_SPACES = re.compile(r"[ \u00a0\u202f]{2,}")
_BREAKS = re.compile(r"[\t\r\n\v\f\u2028\u2029]+")
#: Invisible characters: controls, and marks that turn the direction of a text.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


@dataclass(frozen=True)
class Button:
    """A button of a template: ``kind`` is url, reply, phone, or copy."""

    kind: str
    label: str
    url: str = ""


@dataclass(frozen=True)
class Draft:
    """A message in one language, before it is given to Meta.

    ``header_kind`` is empty, text or document.
    """

    lang: str
    body: str
    header_kind: str = ""
    header: str = ""
    footer: str = ""
    buttons: tuple = ()
    category: str = "UTILITY"


def variables(text):
    """Return the variables of a text, each once, numbers in their order.

    >>> variables("{{10}} y {{2}}, {{2}}")
    ['2', '10']
    >>> variables("{{name}}: {{amount}}")
    ['name', 'amount']
    """
    names = list(dict.fromkeys(VARIABLE.findall(text or "")))
    return sorted(names, key=int) if all(n.isdecimal() for n in names) else names


def fill(text, values):
    """Return a text with values in place of its variables, all at once.

    >>> fill("{{1}} debe {{2}}", {"1": "{{2}}", "2": "$ 10"})
    '{{2}} debe $ 10'
    """
    return VARIABLE.sub(lambda match: values.get(match[1], match[0]), text or "")


def clean(value):
    """Return a value as Meta takes it: one line, no tabs, no runs of spaces.

    >>> clean(" Ana\\n  Torres\\t\\u202e ")
    'Ana Torres'
    """
    line = _BREAKS.sub(" ", _INVISIBLE.sub("", str(value or "")))
    line = _SPACES.sub(" ", line).strip()
    return line if len(line) <= LONGEST_VALUE else line[: LONGEST_VALUE - 1] + "…"


def first_name(name, is_company=False):
    """Return how a person is greeted; a company by all of its name.

    >>> first_name("Marta Ruiz Díaz"), first_name("Ferretería Andina SAS", True)
    ('Marta', 'Ferretería Andina SAS')
    >>> first_name("Torres, Ana"), first_name("")
    ('Ana', '')
    """
    name = clean(name)
    if is_company or not name:
        return name
    if "," in name:  # family name first
        name = name.partition(",")[2].strip() or name.partition(",")[0]
    return name.split()[0]
