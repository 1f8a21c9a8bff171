"""Whether a message that waits in the queue may leave at this moment.

Asked in the transaction that claims it. What concerns the debt itself (paid, promised,
hours of contact) is asked of the action; here is what concerns WhatsApp.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

SEND = "send"
#: Later, at ``until``.
WAIT = "wait"
#: It is not wanted any more.
CANCEL = "cancel"
#: Too late for it.
EXPIRE = "expire"
#: Not with this template; perhaps with another one, or elsewhere.
REWRITE = "rewrite"
#: Free text is not taken any more: an approved template, or nothing.
CONVERT = "convert"

#: WhatsApp's clock and ours differ a little.
WINDOW_MARGIN = timedelta(minutes=2)
#: How soon an account that takes nothing is asked again.
SILENT_WAIT = timedelta(minutes=15)
#: How soon the day's limit is looked at again.
LIMIT_WAIT = timedelta(hours=1)
#: Who answers what the person wrote.
ANSWERS = ("bot", "agent")


@dataclass(frozen=True)
class Facts:
    """What is known of a message and of whom it goes to.

    :param now: the moment, naive UTC like all others
    :param author: "strategy", "bot" or "agent"
    :param is_template: whether an approved template is sent
    :param sendable: whether WhatsApp takes that template
    :param valid_until: not worth sending after it, or None
    :param silent: why the number sends nothing: "not_ready", "breaker",
        "not_acknowledged", "third_party", or None
    :param opted_out: whether the person wants no messages that they did not ask for
    :param wrong_person: whether it is not the customer who has this number
    :param taken_over: whether a person of ours answers instead of the assistant
    :param window_until: until when free text is taken, or None
    :param has_room: whether one more person may be written to first today
    :param pair_wait: seconds until the next message to the same person
    :param second_is_full: whether the number sent enough in this second
    """

    now: datetime
    author: str
    is_template: bool = False
    sendable: bool = True
    valid_until: datetime | None = None
    silent: str | None = None
    opted_out: bool = False
    wrong_person: bool = False
    taken_over: bool = False
    window_until: datetime | None = None
    has_room: bool = True
    pair_wait: int = 0
    second_is_full: bool = False


@dataclass(frozen=True)
class Decision:
    """What to do with it, why, and until when it waits."""

    kind: str
    reason: str = ""
    until: datetime | None = None


def is_open(window_until, now):
    """Return whether free text is taken, with a margin for the clocks.

    >>> noon = datetime(2026, 6, 1, 12)
    >>> is_open(noon + timedelta(minutes=3), noon), is_open(noon, noon)
    (True, False)
    >>> is_open(None, noon)
    False
    """
    return bool(window_until) and now < window_until - WINDOW_MARGIN


def decide(facts):
    """Return what to do with a message now: the first thing that is in its way.

    What ends it comes before what makes it wait, so that nothing waits in vain.

    >>> noon = datetime(2026, 6, 1, 12)
    >>> decide(Facts(noon, "strategy", is_template=True)).kind
    'send'
    >>> decide(Facts(noon, "bot")).reason
    'window'
    """
    ended = _ended(facts)
    return ended or _waits(facts) or Decision(SEND)


def _ended(facts):
    """Return why it cannot leave any more, or not like this, or None."""
    by_itself = facts.author not in ANSWERS
    if facts.valid_until and facts.now > facts.valid_until:
        return Decision(EXPIRE, "late")
    # who writes to us gets an answer in our words, whatever they said of reminders
    if by_itself or facts.is_template:
        if facts.wrong_person:
            return Decision(CANCEL, "wrong_person")
        if facts.opted_out:
            return Decision(CANCEL, "opted_out")
    if facts.silent == "third_party":
        return Decision(CANCEL, "third_party")
    if facts.taken_over and facts.author == "bot":
        return Decision(CANCEL, "taken_over")
    if facts.is_template and not facts.sendable:
        return Decision(REWRITE, "template")
    if not facts.is_template and not is_open(facts.window_until, facts.now):
        return Decision(CONVERT, "window")
    return None


def _waits(facts):
    """Return until when it has to wait, and for what, or None."""
    if facts.silent:
        return Decision(WAIT, facts.silent, facts.now + SILENT_WAIT)
    first = facts.is_template and not is_open(facts.window_until, facts.now)
    if first and not facts.has_room:
        return Decision(WAIT, "limit", facts.now + LIMIT_WAIT)
    seconds = max(facts.pair_wait, int(facts.second_is_full))
    if seconds:
        reason = "pair" if facts.pair_wait else "rate"
        return Decision(WAIT, reason, facts.now + timedelta(seconds=seconds))
    return None
