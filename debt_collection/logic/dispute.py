"""What a dispute still keeps out of the chase, and when it is over by itself.

Only credits answer a dispute: a payment of the rest of an invoice leaves the disputed
part where it was.
"""

from decimal import Decimal


def rest(amount, credited, owed, crumb=Decimal(0)):
    """Return what a dispute still covers.

    :param amount: what is disputed, or what was accepted of it
    :param credited: credited on its documents since it was opened
    :param owed: what is still open of its documents
    :param crumb: a credit that falls short by less than this is a whole one

    >>> rest(Decimal(40), Decimal(0), Decimal(100))
    Decimal('40')
    """
    left = amount - max(credited, Decimal(0))
    if credited > 0 and left < crumb:
        return Decimal(0)
    return max(Decimal(0), min(left, owed))


def judge(amount, credited, owed, crumb=Decimal(0)):
    """Return the state of a dispute that nobody answered.

    :param amount: what is disputed
    :return: open, accepted (its credit note came without an answer) or withdrawn
        (nothing is owed any more)
    """
    if rest(amount, credited, owed, crumb) > 0:
        return "open"
    return "accepted" if credited > 0 else "withdrawn"
