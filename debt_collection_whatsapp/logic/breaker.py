"""When a number stops sending by itself, and when it tries again.

A login that fails and a restriction stop it at once. Twenty refusals within five
minutes that ask for patience stop it for a quarter of an hour; then one message leaves,
and what becomes of it decides.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from . import graph_error

#: Refusals that ask for patience: so many, within that time.
TROUBLES = 20
TROUBLE_TIME = timedelta(minutes=5)
#: How long it then is silent, and between two messages that try.
PAUSE = timedelta(minutes=15)
#: After these restrictions Meta lets one message through a day later.
PROBE_CODES = {131048, 131064}
PROBE_TIME = timedelta(hours=24)

#: It sends; nothing leaves; one message may try.
CLOSED, OPEN, TRYING = "closed", "open", "trying"
#: States of a message of which Meta has not said anything yet.
UNANSWERED = ("queued", "sending", "uncertain")


@dataclass(frozen=True)
class Stop:
    """Nothing leaves any more.

    :param kind: class of the error, see ``graph_error``
    :param until: when one message may try; None: until a person or Meta says so
    """

    kind: str
    until: datetime | None = None


def stop(kind, code, now):
    """Return the ``Stop`` that one error makes at once, None where it makes none.

    :param kind: its class
    :param code: its code, or None
    :param now: the moment
    """
    if kind == graph_error.AUTH:
        return Stop(kind)
    if kind == graph_error.ACCOUNT:
        return Stop(kind, now + PROBE_TIME if code in PROBE_CODES else None)
    return None


def is_trouble(kind, code):
    """Return whether an error counts towards a pause; that of one person does not.

    >>> is_trouble("throttle", 130429), is_trouble("throttle", 131056)
    (True, False)
    """
    patience = kind in (graph_error.THROTTLE, graph_error.TRANSIENT)
    return patience and code != graph_error.PAIR_CODE


def add_trouble(times, now):
    """Return (the moments of the troubles that count, whether it has to pause).

    :param times: those of before
    :param now: that of the new one
    """
    times = [*(time for time in times if now - time < TROUBLE_TIME), now]
    times = times[-TROUBLES:]
    return times, len(times) >= TROUBLES


def state(stopped, until, tried, now):
    """Return the state of a breaker.

    :param stopped: whether something stopped it
    :param until: when one message may try, or None
    :param tried: (moment of its claim, state) of the last message since, or None
    :param now: the moment

    >>> noon = datetime(2026, 6, 1, 12)
    >>> state(True, None, None, noon), state(True, noon, None, noon)
    ('open', 'trying')
    >>> [state(True, noon, (noon, word), noon) for word in ("sending", "sent")]
    ['open', 'closed']
    """
    if not stopped:
        return CLOSED
    if until is None or now < until:
        return OPEN
    if tried is None:
        return TRYING
    claimed, message = tried
    if message not in UNANSWERED:
        # whatever Meta said of it, it listens again; what it minds stops it anew
        return CLOSED
    return OPEN if now - claimed < PAUSE else TRYING
