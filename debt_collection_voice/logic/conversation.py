"""What became of a call, from the events that came about it, in whatever order."""

#: States of a call; it only moves to one of a higher rank.
RANK = {
    "queued": 0,
    "uncertain": 1,
    "calling": 2,
    "ringing": 3,
    "talking": 4,
    "failed": 5,
    "done": 6,
}
#: What each status of Twilio says.
STATE_OF = {
    "queued": "calling",
    "initiated": "calling",
    "ringing": "ringing",
    "answered": "talking",
    "in-progress": "talking",
    "completed": "done",
    "busy": "done",
    "no-answer": "done",
    "failed": "failed",
    "canceled": "failed",
}
#: Statuses after which nothing follows.
FINAL = frozenset(status for status, state in STATE_OF.items() if RANK[state] >= 5)
#: Final statuses of calls that nobody took.
UNANSWERED = frozenset(("busy", "no-answer"))
#: What the customer chose, the least telling first.
CHOICES = ("heard", "wrong", "agent", "promise")
#: {what was chosen: (code of the outcome, who was reached)}
OUTCOME_OF = {
    "heard": ("informed", "debtor"),
    "wrong": ("wrong_number", "nobody"),
    "agent": ("wants_agent", "debtor"),
    "promise": ("promise", "debtor"),
}


def advance(state, status):
    """Return the state of a call after a status of Twilio; never an earlier one.

    >>> advance("calling", "completed"), advance("done", "ringing")
    ('done', 'done')
    """
    following = STATE_OF.get(status, state)
    return following if RANK[following] > RANK[state] else state


def more_telling(choice, other):
    """Return which of two choices says more; either can be None.

    >>> more_telling("heard", "promise"), more_telling(None, "wrong")
    ('promise', 'wrong')
    """
    return max(choice, other, key=lambda c: CHOICES.index(c) if c else -1)


def is_machine(answered_by):
    """Return whether no person answered, by what Twilio heard.

    >>> is_machine("machine_start"), is_machine("human"), is_machine(None)
    (True, False, False)
    """
    return bool(answered_by) and answered_by.startswith(("machine", "fax"))


def outcome(status, answered_by, choice):
    """Return (code of the outcome, who was reached), None while there is none.

    :param status: the final status of Twilio, or None
    :param answered_by: who answered, or None
    :param choice: one of ``CHOICES``, or None
    """
    if choice:
        return OUTCOME_OF[choice]
    if status == "completed" and is_machine(answered_by):
        return ("voicemail", "nobody")
    if status == "completed" or status in UNANSWERED:
        return ("no_answer", "nobody")
    return None
