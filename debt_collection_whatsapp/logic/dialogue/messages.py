"""Messages of WhatsApp, within the limits of its API.

Source: "Messages" of the WhatsApp Business Platform, Cloud API (September 2026).
"""

import unicodedata
from dataclasses import dataclass, replace

from ..payload import LINK

#: What is longer is refused by Meta.
TEXT, BODY, LIST_BODY, FOOTER, HEADER = 4096, 1024, 4096, 60, 60
BUTTONS, BUTTON, BUTTON_ID, URL_BUTTON = 3, 20, 256, 20
ROWS, ROW, ROW_ID, DESCRIPTION, OPENER, SECTION = 10, 24, 200, 72, 20, 24
#: What stands for the reference of what was entered, until it is.
REF = "{ref}"
PREFIX = "dc1"


def clean(text):
    """Return a text from the books without what could disturb a message.

    >>> clean("FV-1\\u202e\\x00 x\\n"), clean(None)
    ('FV-1 x', '')
    """
    kept = "".join(c for c in text or "" if not unicodedata.category(c).startswith("C"))
    return " ".join(kept.split())


def cut(text, most):
    """Return a text of at most so many characters.

    >>> cut("Ferretería", 6), cut("Ana", 6)
    ('Ferre…', 'Ana')
    """
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def payload(action, *values):
    """Return the identifier of a button.

    >>> payload("day", "2026-11-30", 4)
    'dc1:day:2026-11-30:4'
    """
    return ":".join((PREFIX, action, *map(str, values)))


def parse(identifier):
    """Return (action, values) of a button, (None, ()) where it is none of ours.

    >>> parse("dc1:day:2026-11-30:4"), parse("dc1:"), parse("Ya pagué")
    (('day', ('2026-11-30', '4')), (None, ()), (None, ()))
    """
    prefix, *parts = identifier.split(":") if len(identifier) <= BUTTON_ID else ("",)
    sound = all(
        part and part.isascii() and part.replace("_", "").replace("-", "").isalnum()
        for part in parts
    )
    if prefix != PREFIX or not parts or not sound:
        return None, ()
    return parts[0], tuple(parts[1:])


@dataclass(frozen=True)
class Text:
    body: str

    def content(self):
        return {
            "type": "text",
            "text": {"preview_url": False, "body": cut(self.body, TEXT)},
        }

    def plain(self):
        return cut(self.body, TEXT)

    def begin(self, line, footer):
        """Return the message with a first line and where to find a person."""
        return replace(self, body=f"{line}\n\n{self.body}\n\n{footer}")


@dataclass(frozen=True)
class Buttons:
    body: str
    #: (identifier, label)
    buttons: tuple
    footer: str = ""

    def content(self):
        return _interactive(
            "button",
            cut(self.body, BODY),
            self.footer,
            buttons=[
                {"type": "reply", "reply": {"id": name, "title": cut(label, BUTTON)}}
                for name, label in self.buttons[:BUTTONS]
            ],
        )

    def plain(self):
        labels = " ".join(f"[{label}]" for _name, label in self.buttons)
        return "\n".join(filter(None, (cut(self.body, BODY), labels)))

    def begin(self, line, footer):
        return replace(self, body=f"{line}\n\n{self.body}", footer=footer)


@dataclass(frozen=True)
class Rows:
    """A list from which one line is chosen."""

    body: str
    opener: str
    #: (title of the section, ((identifier, title, description), …))
    sections: tuple
    header: str = ""
    footer: str = ""

    def content(self):
        content = _interactive(
            "list",
            cut(self.body, LIST_BODY),
            self.footer,
            button=cut(self.opener, OPENER),
            sections=[
                {
                    "title": cut(title, SECTION),
                    "rows": [self._row(*row) for row in rows],
                }
                for title, rows in self.sections
            ],
        )
        if self.header:
            header = {"type": "text", "text": cut(self.header, HEADER)}
            content["interactive"]["header"] = header
        return content

    @staticmethod
    def _row(name, title, description=""):
        row = {"id": name, "title": cut(title, ROW)}
        if description:
            row["description"] = cut(description, DESCRIPTION)
        return row

    def plain(self):
        titles = [f"- {row[1]}" for _title, rows in self.sections for row in rows]
        return "\n".join([cut(self.body, LIST_BODY), *titles])

    def begin(self, line, footer):
        return replace(self, body=f"{line}\n\n{self.body}", footer=footer)


@dataclass(frozen=True)
class Link:
    """A button that opens the page of the account; its address comes when it leaves."""

    body: str
    label: str
    footer: str = ""

    def content(self):
        return _interactive(
            "cta_url",
            cut(self.body, BODY),
            self.footer,
            name="cta_url",
            parameters={
                "display_text": cut(self.label, URL_BUTTON),
                "url": LINK,
            },
        )

    def plain(self):
        return f"{cut(self.body, BODY)}\n[{self.label}]"

    def begin(self, line, footer):
        return replace(
            self, body=f"{line}\n\n{self.body}", footer=self.footer or footer
        )


def _interactive(kind, body, footer, **action):
    content = {"type": kind, "body": {"text": body}, "action": action}
    if footer:
        content["footer"] = {"text": cut(footer, FOOTER)}
    return {"type": "interactive", "interactive": content}
