"""What a message that came back says about the address, and about the message.

A report of delivery (RFC 3464) names for each recipient what was done and an enhanced
status (RFC 3463, RFC 5248): the class 4 may pass, 5 does not, and the second number
says whose fault it is. Servers that send no such report are read by their words.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

#: The address is wrong: whatever is sent there comes back.
HARD = "hard"
#: Not now: the mailbox is full, the server is down, or it is still being tried.
SOFT = "soft"
#: This message, or our server, is not wanted there; the address is right.
REFUSED = "refused"
#: It came back, and nobody can tell why.
UNKNOWN = "unknown"

#: So many soft ones within so many days, and the address counts as a wrong one.
SOFT_LIMIT = 3
SOFT_DAYS = 15

_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_FULL = re.compile(r"mailbox (?:is )?full|over ?quota|quota exceeded", re.I)
_POLICY = re.compile(
    r"spam|policy|block(?:ed|list)|black ?list|reputation|denied", re.I
)
_DELAYED = re.compile(
    r"delayed|not yet been delivered|will (?:be retried|retry|keep trying)", re.I
)
#: Statuses whose second number alone would say something else.
_EXACT = {
    (1, 7): REFUSED,  # our own address is what they do not like
    (1, 8): REFUSED,
    (2, 2): SOFT,  # full
    (2, 3): REFUSED,  # too large for this mailbox
    (4, 1): HARD,  # Exchange: nobody of this name
    (4, 4): HARD,  # the domain has no mail server
    (4, 310): HARD,  # Exchange: the domain does not exist
}
#: By the second number of a status of class 5.
_SUBJECT = {
    0: HARD,
    1: HARD,  # the address
    2: HARD,  # the mailbox
    3: REFUSED,  # the mail system
    4: SOFT,  # the way there
    5: REFUSED,  # the talk between servers
    6: REFUSED,  # the content
    7: REFUSED,  # security, policy
}


@dataclass(frozen=True)
class Bounce:
    """One message that came back.

    :param str kind: one of the words above
    :param bool final: nobody tries to deliver it any more
    :param str status: the enhanced status, such as ``5.1.1``, or empty
    :param str recipient: the address that it was for, or empty
    :param str detail: what the server said
    """

    kind: str
    final: bool
    status: str = ""
    recipient: str = ""
    detail: str = ""


def kind_of(status, detail=""):
    """Return what a status of class 4 or 5 means.

    :param str status: the enhanced status
    :param str detail: what the server said; decides where the status says nothing

    >>> kind_of("5.1.1"), kind_of("5.2.2"), kind_of("4.4.7"), kind_of("5.7.1")
    ('hard', 'soft', 'soft', 'refused')
    >>> kind_of("5.0.0", "550 blocked by our policy")
    'refused'
    """
    level, subject, number = map(int, status.split("."))
    if level == 4:
        return SOFT
    if subject == 0 or (subject, number) == (2, 0):
        if _FULL.search(detail):
            return SOFT
        if _POLICY.search(detail):
            return REFUSED
    return _EXACT.get((subject, number)) or _SUBJECT.get(subject, HARD)


def read(message):
    """Return what a message of a mail server says, None if nothing came back.

    :param message: an ``email.message.EmailMessage``
    :return: a ``Bounce``; None for a confirmation, or a report that it was read
    """
    parts = list(message.walk())
    for part in parts:
        if part.get_content_type() == "message/disposition-notification":
            return None
    for part in parts:
        if part.get_content_type() == "message/delivery-status":
            return _read_report(part)
    return read_words(_text(parts))


def _read_report(part):
    """Return the worst that a report says of a recipient."""
    found = []
    blocks = part.get_payload()
    for block in blocks if isinstance(blocks, list) else ():
        action = str(block.get("Action", "")).strip().lower()
        if not action:
            continue
        if action not in ("failed", "delayed"):
            continue  # delivered, relayed, expanded
        detail = " ".join(str(block.get("Diagnostic-Code", "")).split())
        detail = detail.partition(";")[2].strip() or detail
        status = _status(str(block.get("Status", "")), detail)
        recipient = block.get("Final-Recipient") or block.get("Original-Recipient")
        recipient = str(recipient or "").rpartition(";")[2].strip().strip("<>")
        if action == "delayed":
            kind = SOFT
        else:
            kind = kind_of(status, detail) if status else UNKNOWN
        final = action == "failed"
        found.append(Bounce(kind, final, status, recipient, detail))
    order = (HARD, REFUSED, UNKNOWN, SOFT)
    return min(found, key=lambda bounce: order.index(bounce.kind), default=None)


def _status(given, detail):
    """Return the status, the one in the words of the server where it says more."""
    told = [".".join(match) for match in _STATUS.findall(detail) if match[0] != "2"]
    given = [".".join(match) for match in _STATUS.findall(given)]
    if told and (not given or given[0].endswith(".0.0")):
        return told[0]
    return given[0] if given and given[0][0] != "2" else ""


def read_words(text):
    """Return what the words of a mail server say, where there is no report."""
    match = next((m for m in _STATUS.finditer(text) if m[1] != "2"), None)
    detail = ""
    if match:
        start = text.rfind("\n", 0, match.start()) + 1
        detail = " ".join(text[start:].partition("\n")[0].split())
    if _DELAYED.search(text) and not (match and match[1] == "5"):
        return Bounce(SOFT, False, match[0] if match else "", "", detail)
    if match:
        return Bounce(kind_of(match[0], detail), True, match[0], "", detail)
    if _FULL.search(text):
        return Bounce(SOFT, True)
    return Bounce(REFUSED if _POLICY.search(text) else UNKNOWN, True)


def _text(parts):
    """Return the plain text of a message, before what it quotes."""
    for part in parts:
        if part.get_content_type() == "text/plain":
            try:
                return part.get_content()
            except (LookupError, UnicodeError, AttributeError):
                payload = part.get_payload(decode=True) or b""
                return payload.decode("utf-8", "replace")
    return ""


def is_bad(bounces, day):
    """Return whether nothing should be sent to an address any more.

    :param bounces: (kind, day) of what came back from it
    :param day: today

    >>> from datetime import date
    >>> is_bad([("soft", date(2026, 6, 1))] * 2, date(2026, 6, 2))
    False
    >>> is_bad([("soft", date(2026, 6, 1))] * 3, date(2026, 6, 2))
    True
    """
    soft = 0
    for kind, when in bounces:
        if kind == HARD:
            return True
        soft += kind == SOFT and when > day - timedelta(days=SOFT_DAYS)
    return soft >= SOFT_LIMIT
