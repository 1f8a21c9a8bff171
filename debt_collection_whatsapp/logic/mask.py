"""What must be in no text: the tokens of Meta."""

import re

#: Tokens of people and systems begin so; one of an app is its number and its secret.
_TOKENS = re.compile(r"EAA[0-9A-Za-z]{8,}|(?<!\d)\d{5,}\|[0-9A-Za-z_-]{8,}")


def mask(text):
    """Return a text without tokens.

    >>> mask("Malformed access token EAAGm0PX4ZCpsBA1"), mask("an EAA. 131026 | x")
    ('Malformed access token …', 'an EAA. 131026 | x')
    >>> mask("123456789|0a1b2c3d4e5f")
    '…'
    """
    return _TOKENS.sub("…", text)
