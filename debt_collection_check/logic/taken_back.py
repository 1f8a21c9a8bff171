"""Which invoices are open again when a part of a payment turns out to be none."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Settled:
    """What a payment settled of one invoice, in the currency of the payment."""

    key: int
    due: date
    amount: Decimal


def taken_back(amount, left, settled):
    """Return (what is to be undone, how much of the last of it is settled again).

    The money that remains pays the oldest debts: what was not allocated goes first,
    then the latest invoices.

    :param Decimal amount: how much of the payment is gone, more than zero
    :param Decimal left: how much of the payment was not allocated
    :param settled: iterable of ``Settled``
    :return: (list of keys in the order in which they are undone, Decimal)

    >>> paid = [Settled(1, date(2026, 5, 1), Decimal(60)),
    ...         Settled(2, date(2026, 6, 1), Decimal(40))]
    >>> taken_back(Decimal(50), Decimal(0), paid)
    ([2, 1], Decimal('50'))
    >>> taken_back(Decimal(40), Decimal(0), paid)
    ([2], Decimal('0'))
    >>> taken_back(Decimal(30), Decimal(30), paid)
    ([], Decimal('0'))
    """
    missing = amount - left
    undone = []
    for each in sorted(settled, key=lambda s: (s.due, s.key), reverse=True):
        if missing <= 0:
            break
        undone.append(each.key)
        missing -= each.amount
    return undone, max(Decimal(0), -missing) if undone else Decimal(0)
