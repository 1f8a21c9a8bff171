"""What is wrong with the text of a message, before anybody gets it."""

import re
from dataclasses import dataclass

#: The most characters that a channel takes, and above which a subject is cut.
LONGEST = {"whatsapp": 1024, "sms": 459}
LONGEST_SUBJECT = 100


@dataclass(frozen=True)
class Text:
    """A text in one language, as it is written and as a customer reads it."""

    lang: str
    source: str
    read: str
    subject: str = ""
    #: whether it is the same as in the first language
    untranslated: bool = False


@dataclass(frozen=True)
class Finding:
    """Something to look at: ``code`` says what, ``detail`` where."""

    code: str
    detail: str = ""


def lint(text, channel, known, names, harsh=(), needed=()):
    """Return what is wrong with a text, the worst first.

    :param Text text: the text
    :param channel: through which it leaves
    :param known: the names of placeholders that can be filled in
    :param names: the names of placeholders that the text uses
    :param harsh: words that threaten or offend
    :param needed: placeholders that the reader cannot do without

    >>> hola = Text("es", "{amount}", "Pague o verá la Cárcel.", untranslated=True)
    >>> known, names = {"amount"}, {"amount", "x"}
    >>> for found in lint(hola, "sms", known, names, ["cárcel"], ["link"]):
    ...     print(found.code, found.detail)
    unknown x
    harsh cárcel
    untranslated es
    missing link
    """
    found = [Finding("unknown", name) for name in sorted(set(names) - set(known))]
    found += [Finding("harsh", word) for word in harsh_words(text, harsh)]
    if not text.read.strip():
        found.append(Finding("empty"))
    if text.untranslated:
        found.append(Finding("untranslated", text.lang))
    longest = LONGEST.get(channel)
    if longest and len(text.read) > longest:
        found.append(Finding("long", f"{len(text.read)} > {longest}"))
    if len(text.subject) > LONGEST_SUBJECT:
        found.append(
            Finding("long_subject", f"{len(text.subject)} > {LONGEST_SUBJECT}")
        )
    found += [Finding("missing", name) for name in needed if name not in names]
    return found


def harsh_words(text, harsh):
    """Return which of some words or phrases a text has, whatever their case.

    >>> harsh_words(Text("es", "", "La lista  negra", "Carcelero"), ["lista negra"])
    ['lista negra']
    """
    said = " ".join(f"{text.subject} {text.read}".split()).casefold()
    return [
        word
        for word in harsh
        if word.strip()
        and re.search(
            rf"(?<!\w){re.escape(' '.join(word.split()).casefold())}(?!\w)", said
        )
    ]
