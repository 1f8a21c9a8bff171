"""What somebody wrote on WhatsApp, as plain text, and what hangs on it."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime

from .webhook_body import dict_of, list_of, text_of

#: More than a person writes; WhatsApp itself takes 4,096 characters.
MAX_TEXT = 65_536
#: Kinds that have a file.
MEDIA = ("image", "document", "audio", "video", "sticker")
#: Kinds that are understood. Others are kept, and are as something unsupported.
KNOWN = {
    *MEDIA,
    *("text", "button", "interactive", "location", "contacts", "order"),
    *("reaction", "system", "unsupported"),
}
#: Controls that turn the direction of writing: what is shown would not be what is
#: there.
BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
#: Moments before and after which Meta's clock is not believed.
EARLIEST = datetime.fromisoformat("2009-01-01")
LATEST = datetime.fromisoformat("2100-01-01")


@dataclass(frozen=True)
class Inbound:
    """One message of a person.

    :param kind: one of ``KNOWN``
    :param body: what it says
    :param button: the id of the button or row that was tapped
    :param media: its file as Meta tells it, empty without one
    :param quoted: the name, at WhatsApp, of the message that it answers
    """

    kind: str
    body: str = ""
    button: str = ""
    media: dict | None = None
    quoted: str = ""


def read(message):
    """Return what a message of the webhook is.

    >>> read({"type": "button", "button": {"payload": "dc1:paid:x", "text": "Ya"}})
    Inbound(kind='button', body='Ya', button='dc1:paid:x', media=None, quoted='')
    >>> read({"type": "dance"}).kind
    'unsupported'
    """
    kind = text_of(message.get("type"))
    if kind not in KNOWN or (kind != "system" and list_of(message.get("errors"))):
        kind = "unsupported"
    content = dict_of(message.get(kind))
    body, button = _said(kind, content, message)
    quoted = text_of(dict_of(message.get("context")).get("id"))
    if kind == "reaction":
        quoted = text_of(content.get("message_id"))
    media = content if kind in MEDIA and text_of(content.get("id")) else None
    return Inbound(kind, plain(body), plain(button)[:256], media, quoted)


def _said(kind, content, message):
    """Return (text, id of the button) of a message."""
    if kind == "text":
        return text_of(content.get("body")), ""
    if kind == "button":
        return text_of(content.get("text")), text_of(content.get("payload"))
    if kind == "interactive":
        return _tapped(content)
    if kind == "location":
        words = (content.get(name) for name in ("name", "address"))
        place = (content.get(name) for name in ("latitude", "longitude"))
        words = [*map(text_of, words), ", ".join(str(p) for p in place if p)]
        return "\n".join(filter(None, words)), ""
    if kind == "contacts":
        people = (dict_of(c) for c in list_of(message.get("contacts")))
        names = (text_of(dict_of(c.get("name")).get("formatted_name")) for c in people)
        return ", ".join(filter(None, names)), ""
    if kind == "reaction":
        return text_of(content.get("emoji")), ""
    if kind == "system":
        return text_of(content.get("body")), ""
    return text_of(content.get("caption")) or text_of(content.get("filename")), ""


def _tapped(content):
    kind = text_of(content.get("type"))
    tapped = dict_of(content.get(kind))
    if kind == "nfm_reply":
        return text_of(tapped.get("body")), text_of(tapped.get("name"))
    return text_of(tapped.get("title")), text_of(tapped.get("id"))


def plain(text):
    """Return a text without controls and without marks that turn its direction.

    >>> plain("a\\u202eb\\x07\\r\\nc\\td")
    'ab\\nc\\td'
    """
    text = BIDI.sub("", text[:MAX_TEXT].replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(
        c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs")
    )


def moment_of(told, now):
    """Return when something happened, naive UTC.

    :param told: seconds, as Meta writes them
    :param now: for what says no moment that can be, or one ahead of us

    >>> moment_of("1795359600", datetime(2027, 1, 1))
    datetime.datetime(2026, 11, 22, 15, 0)
    >>> moment_of("tomorrow", datetime(2027, 1, 1))
    datetime.datetime(2027, 1, 1, 0, 0)
    """
    text = text_of(told)
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        return now
    try:
        moment = datetime.fromtimestamp(int(text), UTC).replace(tzinfo=None)
    except (OverflowError, ValueError, OSError):
        return now
    return min(moment, now) if EARLIEST < moment < LATEST else now


def changed(message):
    """Return what a system message says of whoever sent it: a new number, a new id.

    :return: {"wa_id": …, "bsuid": …} with what is new, empty for anything else

    >>> changed({"system": {"type": "user_changed_number", "wa_id": "573009999999"}})
    {'wa_id': '573009999999'}
    """
    system = dict_of(message.get("system"))
    kind = text_of(system.get("type"))
    if kind in ("user_changed_number", "customer_changed_number"):
        wa_id = text_of(system.get("wa_id")) or text_of(system.get("new_wa_id"))
        bsuid = text_of(system.get("user_id")) or text_of(system.get("new_user_id"))
    elif kind == "user_changed_user_id":
        wa_id = ""
        bsuid = text_of(system.get("new_user_id")) or text_of(system.get("user_id"))
    else:
        return {}
    return {k: v for k, v in (("wa_id", wa_id), ("bsuid", bsuid)) if v}
