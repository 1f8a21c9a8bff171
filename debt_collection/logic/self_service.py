"""What a customer may promise by themselves, without anybody of the company.

The same on the page of the customer, in a chat and in an automatic call.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

#: Days within which broken promises are counted.
MEMORY_DAYS = 90


@dataclass(frozen=True)
class Limits:
    """What the company allows.

    :param days: how far ahead
    :param changes: how often a promise that is open may be moved
    :param broken: promises broken lately from which a person has to be spoken to
    """

    days: int = 10
    changes: int = 1
    broken: int = 2


def last_day(day, limits):
    """Return the last day for which a customer can promise.

    >>> from datetime import date
    >>> last_day(date(2026, 6, 1), Limits())
    datetime.date(2026, 6, 11)
    """
    return day + timedelta(days=limits.days)


def least(owed, percent, digits=2):
    """Return the least that can be promised, but for whole documents.

    :param owed: what is overdue, in a currency
    :param percent: the least part of it, from 0 to 100
    :param digits: decimals of the currency

    >>> least(Decimal("333.35"), Decimal(30))
    Decimal('100.01')
    """
    unit = Decimal(1).scaleb(-digits)
    return (owed * percent / 100).quantize(unit, ROUND_HALF_UP)


def refusal(limits, made, broken):
    """Return why a customer may not promise by themselves now, None where they may.

    :param Limits limits: what the company allows
    :param made: promises on what is owed that they made by themselves and that are
        open, or were replaced by one that is
    :param broken: promises that they broke within ``MEMORY_DAYS``
    :return: "broken" or "changes"

    >>> refusal(Limits(), made=1, broken=0), refusal(Limits(), made=2, broken=0)
    (None, 'changes')
    >>> refusal(Limits(), made=0, broken=2)
    'broken'
    """
    if limits.broken and broken >= limits.broken:
        return "broken"
    if made > limits.changes:
        return "changes"
    return None
