"""What Meta says when it does not take a template.

The numbers are in ``error_subcode`` where it comes, else in the words of the error.
Source: "Error codes" of the WhatsApp Business Platform, template creation.
"""

import re

#: number -> what is wrong.
CODES = {
    2388019: "too_many",
    2388023: "name_reserved",
    2388024: "exists",
    2388039: "status",
    2388040: "long",
    2388047: "header",
    2388072: "body",
    2388073: "footer",
    2388293: "few_words",
    2388299: "ends",
}
#: Somebody did the same before us: what is there is taken.
EXISTS = "exists"
_NUMBER = re.compile(r"\b(2388\d{3})\b")


def problem(*told):
    """Return what is wrong by what Meta told: numbers and texts; None: unknown.

    >>> problem(100, None, "Invalid parameter (2388299)"), problem(2388040)
    ('ends', 'long')
    >>> problem(190, "Session has expired")
    """
    for number in map(int, _NUMBER.findall(" ".join(map(str, told)))):
        if number in CODES:
            return CODES[number]
    return None
