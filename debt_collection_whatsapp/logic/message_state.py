"""States of an outgoing message, and what Meta's reports make of them.

Reports come twice, late and in any order: a state only moves forward.
"""

RANK = {
    "draft": 0,
    "queued": 1,
    "sending": 2,
    "uncertain": 3,
    "accepted": 4,
    "held": 4,
    "sent": 5,
    "delivered": 6,
    "read": 7,
}
#: It was not sent, as far as we know.
ENDED = ("cancelled", "expired")
#: Proof that it arrived.
ARRIVED = ("delivered", "read")
#: What Meta's words mean. A voice message is "played".
STATE_OF = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
}


def merge(state, report):
    """Return the state of a message after one report.

    :param state: the state until now
    :param report: the word of Meta; one that is unknown changes nothing

    >>> merge("accepted", "delivered"), merge("read", "sent"), merge("read", "failed")
    ('delivered', 'read', 'read')
    >>> merge("failed", "delivered"), merge("failed", "sent"), merge("sent", "failed")
    ('delivered', 'failed', 'failed')
    """
    new = STATE_OF.get(report)
    if new is None:
        return state
    if new == "failed":
        may_fail = RANK.get(state, RANK["read"]) <= RANK["sent"]
        return "failed" if may_fail else state
    if state == "failed" or state in ENDED:
        # it arrived after all
        return new if new in ARRIVED else state
    return new if RANK[new] > RANK.get(state, RANK["read"]) else state
