"""What is wrong with a template, before Meta says so.

Limits: "Template components" of the WhatsApp Business Platform. Meta does not publish
how many words each variable needs; two, and one more, is what providers found.
"""

import re
from dataclasses import dataclass

from .template_text import VARIABLE, variables
from .wording import among, countdown, forbidden, promotional, shouting

LONGEST = {"body": 1024, "header": 60, "footer": 60, "label": 25}
MOST_BUTTONS = 10
#: So many of a kind; quick replies share what is left.
MOST_OF_KIND = {"url": 2, "phone": 1, "copy": 1}
#: More buttons than these fold behind "See all options".
BUTTONS_SEEN = 3
#: Meta refuses it.
BLOCKS = "block"
#: A manager may take the responsibility, with a reason.
ASKS = "ask"
#: Good to know.
WARNS = "warn"
_ENDS = " \t\r\n.,;:!?¡¿"
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_MARKS = re.compile(r"[*_~`\r\n]")


@dataclass(frozen=True)
class Finding:
    """Something to look at: what (``code``), where, and how bad it is."""

    code: str
    level: str = BLOCKS
    place: str = "body"
    detail: str = ""


def lint(draft, avoided=()):
    """Return what is wrong with a draft, the worst first.

    :param Draft draft: the message
    :param avoided: words that threaten or offend, beside those of ``wording``

    >>> from .template_text import Button, Draft
    >>> button = Button("url", "", "http://a")
    >>> hola = Draft("es", "{{1}}, pague su deuda de {{3}}", buttons=(button,))
    >>> for found in lint(hola):
    ...     print(found.level, found.place, found.code, found.detail)
    block body ends {{1}}
    block body ends {{3}}
    block body numbering {{2}}
    block body few_words 4 < 5
    block button label_empty 1
    block button url http://a
    ask body forbidden deuda
    """
    found = [
        *_body(draft.body),
        *_header(draft),
        *_footer(draft.footer),
        *_buttons(draft.buttons),
        *_words(draft, avoided),
    ]
    order = (BLOCKS, ASKS, WARNS)
    return sorted(found, key=lambda finding: order.index(finding.level))


def _body(body):
    if not body.strip():
        return [Finding("empty")]
    return [
        *_long("body", body),
        *_braces("body", body),
        *_ends(body),
        *_numbering(body),
        *_few_words(body),
    ]


def _long(place, text, limit=None):
    limit = limit or LONGEST[place]
    if len(text) > limit:
        yield Finding("long", place=place, detail=f"{len(text)} > {limit}")


def _braces(place, text):
    """Braces that make no variable, names that Meta does not take."""
    rest = VARIABLE.sub("", text)
    if "{{" in rest or "}}" in rest:
        yield Finding("braces", place=place)
    names = variables(text)
    if any(not n.isdecimal() for n in names):
        if any(n.isdecimal() for n in names):
            yield Finding("mixed", place=place)
        for name in names:
            if not name.isdecimal() and not _NAME.fullmatch(name):
                yield Finding("name", place=place, detail=name)


def _ends(body):
    """Variables at the beginning or the end: 2388299."""
    stripped = body.strip(_ENDS)
    places = list(VARIABLE.finditer(stripped))
    if places and places[0].start() == 0:
        yield Finding("ends", detail=places[0][0])
    if places and places[-1].end() == len(stripped):
        yield Finding("ends", detail=places[-1][0])


def _numbering(text, place="body"):
    names = variables(text)
    if all(n.isdecimal() for n in names):
        for number in range(1, len(names) + 1):
            if str(number) not in names:
                yield Finding("numbering", place=place, detail=f"{{{{{number}}}}}")
                return


def _few_words(body):
    """Too many variables for the words: 2388293."""
    needed = 2 * len(variables(body)) + 1
    words = len(re.findall(r"\w+", VARIABLE.sub(" ", body)))
    if variables(body) and words < needed:
        yield Finding("few_words", detail=f"{words} < {needed}")


def _header(draft):
    if draft.header_kind != "text":
        return
    if not draft.header.strip():
        yield Finding("empty", place="header")
    yield from _long("header", draft.header)
    yield from _braces("header", draft.header)
    yield from _numbering(draft.header, "header")
    if len(variables(draft.header)) > 1:
        yield Finding("one_variable", place="header")
    if _MARKS.search(VARIABLE.sub("", draft.header)):
        yield Finding("marks", place="header")


def _footer(footer):
    yield from _long("footer", footer)
    if "{{" in footer or "}}" in footer:
        yield Finding("no_variable", place="footer")


def _buttons(buttons):
    if len(buttons) > MOST_BUTTONS:
        yield Finding("many", place="button", detail=f"{len(buttons)} > {MOST_BUTTONS}")
    kinds = [button.kind for button in buttons]
    for kind, most in MOST_OF_KIND.items():
        if kinds.count(kind) > most:
            yield Finding("many", place="button", detail=f"{kind} > {most}")
    replies = [place for place, kind in enumerate(kinds) if kind == "reply"]
    if replies and replies != list(range(replies[0], replies[-1] + 1)):
        yield Finding("interleaved", place="button")
    labels = [button.label.strip() for button in buttons]
    for number, (label, button) in enumerate(zip(labels, buttons, strict=True), 1):
        if not label:
            yield Finding("label_empty", place="button", detail=str(number))
        yield from _label(label)
        if button.kind == "url":
            yield from _url(button.url)
    for label in sorted({x for x in labels if x and labels.count(x) > 1}):
        yield Finding("label_twice", place="button", detail=label)
    if len(buttons) > BUTTONS_SEEN or (replies and len(replies) < len(kinds)):
        yield Finding("desktop", WARNS, place="button")


def _label(label):
    if len(label) > LONGEST["label"]:
        yield Finding("label_long", place="button", detail=label)
    if "{{" in label or "}}" in label:
        yield Finding("no_variable", place="button", detail=label)


def _url(url):
    """An address of our own, whose end alone may change."""
    names = VARIABLE.findall(url)
    if not re.match(r"https://[^/\s{}]+(/|$)", url) or (
        names and (names != ["1"] or not url.endswith("{{1}}"))
    ):
        yield Finding("url", place="button", detail=url)


def _words(draft, avoided):
    parts = {
        "body": draft.body,
        "header": draft.header if draft.header_kind == "text" else "",
        "footer": draft.footer,
        "button": " · ".join(button.label for button in draft.buttons),
    }
    for place, text in parts.items():
        words = [*forbidden(text, draft.lang), *among(text, avoided)]
        for word in dict.fromkeys(words):
            yield Finding("forbidden", ASKS, place, word)
        if draft.category == "UTILITY":
            for word in promotional(text, draft.lang):
                yield Finding("promotional", ASKS, place, word)
        if shouting(text):
            yield Finding("shouting", ASKS, place)
        if countdown(text):
            yield Finding("countdown", ASKS, place)
