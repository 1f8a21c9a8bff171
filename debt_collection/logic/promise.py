"""Whether a promise to pay was kept.

Judged by the day of the payment, never by the day somebody reconciled it. The terms
are those of SAP's promise to pay; what is paid in full but late is told apart, because
it says something else about the customer than what is never paid.
"""

from dataclasses import dataclass
from decimal import Decimal

#: A promise is kept from this part of it on.
KEPT_PART = Decimal("0.98")


@dataclass(frozen=True)
class Paid:
    """What came for a promise, in its currency.

    :param in_time: paid until the deadline, by the day of payment
    :param total: paid until now
    :param to_apply: money of the debtor that is not reconciled yet
    :param under_way: a payment of these documents is being processed
    :param owed: what is still open of the documents
    """

    in_time: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    to_apply: Decimal = Decimal(0)
    under_way: bool = False
    owed: Decimal = Decimal(0)


@dataclass(frozen=True)
class Earlier:
    """Another promise on the same documents, for an earlier day.

    :param amount: what was promised
    :param before: what was paid of the documents when it was made
    """

    amount: Decimal
    before: Decimal


def share(paid, owed, before, earlier):
    """Return (what came for a promise, what can still come for it).

    Promises on the same documents are paid in the order of their days: the same money
    never keeps two of them.

    :param paid: what was paid of the documents until now, or until a deadline
    :param owed: what is still open of them
    :param before: what was paid of them when the promise was made
    :param earlier: ``Earlier`` promises

    >>> first = Earlier(Decimal(100), Decimal(0))
    >>> share(Decimal(150), Decimal(50), Decimal(0), [first])
    (Decimal('50'), Decimal('50'))
    """
    own, room = paid - before, owed
    for other in earlier:
        rest = other.amount - min(other.amount, max(Decimal(0), before - other.before))
        taken = min(rest, max(Decimal(0), paid - max(before, other.before)))
        own -= taken
        room -= rest - taken
    if paid >= before:
        own = max(Decimal(0), own)
    else:
        own = paid - before
    return own, max(Decimal(0), room)


def is_enough(paid, amount, crumb, part=KEPT_PART):
    """Return whether a payment counts as the whole amount.

    :param paid: what was paid
    :param amount: what was promised
    :param crumb: less than this does not matter
    :param part: nor does what is missing beyond this part

    >>> is_enough(Decimal(98), Decimal(100), Decimal(0))
    True
    """
    return paid >= amount * part or amount - paid < crumb


def judge(amount, deadline, day, paid, crumb=Decimal(0), part=KEPT_PART):
    """Return (state, whether it was paid in full but late).

    :param amount: what was promised, more than zero
    :param deadline: its date plus the tolerance
    :param date day: the day on which it is judged
    :param Paid paid: what came
    :param crumb: less than this does not matter
    :param part: nor does what is missing beyond this part
    :return: state is open, kept, partial, broken or cancelled (nothing is owed any
        more that could be paid)
    """
    amount = min(amount, paid.owed + max(paid.total, Decimal(0)))
    if amount <= 0:
        return "cancelled", False
    if is_enough(paid.in_time, amount, crumb, part):
        return "kept", False
    if day <= deadline:
        return "open", False
    if is_enough(paid.total, amount, crumb, part):
        return "broken", True
    if paid.under_way or is_enough(paid.total + paid.to_apply, amount, crumb, part):
        return "open", False
    return ("partial" if paid.in_time > 0 else "broken"), False
