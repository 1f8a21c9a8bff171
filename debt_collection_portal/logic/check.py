"""Who shows who they are behind a link: how often they may try, and what they see.

A moment is a naive UTC ``datetime``.
"""

from datetime import timedelta

#: Within an hour, of one account: wrong tries, and codes that leave.
HOUR = timedelta(hours=1)
TRIES = 5
CODES = 3
#: Between two codes.
PAUSE = timedelta(minutes=1)
#: How long a code is good.
CODE_LIFE = timedelta(minutes=10)
#: How long a link is trusted in a session after the right answer.
TRUST = timedelta(hours=12)
#: Wrong tries behind the links of one account after which all of them are revoked.
ALL_TRIES = 15


def may_try(wrong, now):
    """Return whether an answer is looked at.

    :param wrong: moments of the wrong ones

    >>> from datetime import datetime
    >>> noon = datetime(2026, 11, 28, 12)
    >>> may_try([noon] * 4, noon), may_try([noon] * 5, noon)
    (True, False)
    >>> may_try([noon] * 5, noon + HOUR), may_try([noon] * 15, noon + 9 * HOUR)
    (True, False)
    """
    recent = [moment for moment in wrong if moment > now - HOUR]
    return len(recent) < TRIES and len(wrong) < ALL_TRIES


def may_send(sent, now):
    """Return whether a code may leave.

    :param sent: moments of those that left

    >>> from datetime import datetime
    >>> noon = datetime(2026, 11, 28, 12)
    >>> may_send([], noon), may_send([noon], noon), may_send([noon], noon + PAUSE)
    (True, False, True)
    >>> may_send([noon] * 3, noon + 2 * PAUSE), may_send([noon] * 3, noon + HOUR)
    (False, True)
    """
    recent = [moment for moment in sent if moment > now - HOUR]
    return len(recent) < CODES and all(moment <= now - PAUSE for moment in recent)


def digits(text):
    """Return a code as it is compared: people write spaces between its digits.

    >>> digits(" 123 456 "), digits("123-456"), digits("1" * 40)
    ('123456', '123456', '')
    """
    found = "".join(char for char in text[:20] if char in "0123456789")
    return found if len(found) <= 6 and len(text) <= 20 else ""


def masked_email(address):
    """Return an address as its owner recognises it, and nobody else.

    >>> masked_email("ana@andina.com"), masked_email("x")
    ('a…@andina.com', '…')
    """
    name, at, host = address.rpartition("@")
    return f"{name[:1]}…@{host}" if at else "…"


def masked_phone(number):
    """Return a number as its owner recognises it, and nobody else.

    >>> masked_phone("+573001234567"), masked_phone("12")
    ('…4567', '…')
    """
    return f"…{number[-4:]}" if len(number) > 6 else "…"
