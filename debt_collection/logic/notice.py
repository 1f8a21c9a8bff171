"""What becomes of a payment that somebody reported.

It is matched once the books show about as much as was reported; until then it keeps
its documents out of the chase for some days. What the customer says they deducted
stays out as long, so that somebody can clear it, but is no part of the payment.
"""

from decimal import Decimal

from .promise import KEPT_PART, is_enough


def due(amount, came, owed):
    """Return how much of a reported payment its documents can still take.

    :param amount: what was reported as paid
    :param came: what was reconciled with the documents since then
    :param owed: what is still open of them

    >>> due(Decimal(100), Decimal(0), Decimal(80))
    Decimal('80')
    """
    return min(amount, owed + max(came, Decimal(0)))


def judge(amount, pause_until, day, came, owed, crumb=Decimal(0), part=KEPT_PART):
    """Return the state of a notice on a day: matched, open or expired.

    :param amount: what was reported as paid, more than zero
    :param pause_until: the last day on which it pauses its documents
    :param day: the day on which it is judged
    :param came: what was reconciled with the documents since it was entered
    :param owed: what is still open of the documents
    :param crumb: less than this does not matter
    :param part: nor does what is missing beyond this part
    """
    needed = due(amount, came, owed)
    if needed <= 0:
        # the documents were cancelled: there is nothing to pay
        return "expired"
    if is_enough(came, needed, crumb, part):
        return "matched"
    return "open" if day <= pause_until else "expired"


def cover(state, amount, deducted, came, pause_until, day):
    """Return what a notice keeps out of the chase.

    :param state: what ``judge`` said
    :param deducted: what the customer says they kept back
    """
    rest = max(Decimal(0), amount + deducted - max(came, Decimal(0)))
    if state == "open":
        return rest
    if state == "matched" and day <= pause_until:
        return min(deducted, rest)
    return Decimal(0)


def needs_task(state, amount, came, to_apply, owed, crumb=Decimal(0), part=KEPT_PART):
    """Return whether somebody has to ask the customer again.

    Not where money of the customer waits to be applied, nor where nothing is owed.

    :param to_apply: money of the customer that is not reconciled yet
    """
    needed = due(amount, came, owed)
    return (
        state == "expired"
        and needed > 0
        and not is_enough(came + to_apply, needed, crumb, part)
    )
