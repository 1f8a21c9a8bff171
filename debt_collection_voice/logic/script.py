"""What an automatic call says: texts with placeholders."""

import re

#: Placeholders of each text. What is owed is said only after a key was pressed.
PLACEHOLDERS = {
    "hello": {"company", "customer"},
    "account": {"company", "customer", "amount"},
    "offer": {"company", "customer", "amount", "date"},
    "promised": {"company", "customer", "amount", "date"},
    "ask_agent": {"company", "customer"},
    "nothing": {"company", "customer"},
    "connecting": {"company", "customer"},
    "call_back": {"company", "customer"},
    "wrong": {"company"},
    "goodbye": {"company", "customer"},
}

_PLACEHOLDER = re.compile(r"\{(\w*)\}")


def unknown(name, text):
    """Return the placeholders of a text that it may not have, and stray braces.

    >>> unknown("hello", "This is {company}: you owe {amount}")
    ['{amount}']
    """
    names = set(_PLACEHOLDER.findall(text)) - PLACEHOLDERS[name]
    stray = set(_PLACEHOLDER.sub("", text)) & set("{}")
    return sorted({*(f"{{{found}}}" for found in names), *stray})


def fill(text, values):
    """Return a text with its placeholders filled in; what is unknown is left out.

    >>> fill("This is {company}.", {"company": "Andes {amount}"})
    'This is Andes {amount}.'
    """
    return _PLACEHOLDER.sub(lambda match: values.get(match.group(1), ""), text)
