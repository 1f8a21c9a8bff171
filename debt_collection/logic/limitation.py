"""Until when a debt can be claimed in court (prescripción)."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Term:
    """How long the law lets a creditor claim.

    :param years: whole years
    :param months: months on top of them
    """

    years: int
    months: int = 0


def limitation_day(due, interruptions, term):
    """Return the day on which a debt lapses.

    The term runs from the due date, and anew from each acknowledgement by the debtor: a
    partial payment, an agreement, a written admission. One before the due date changes
    nothing.

    >>> limitation_day(date(2024, 2, 29), [], Term(5))
    datetime.date(2029, 2, 28)
    >>> limitation_day(date(2024, 2, 29), [date(2025, 8, 31)], Term(0, 6))
    datetime.date(2026, 2, 28)
    """
    begins = max(due, *interruptions) if interruptions else due
    months = begins.year * 12 + begins.month - 1 + term.years * 12 + term.months
    year, month = divmod(months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(begins.day, last))


def is_near(lapses, day, ahead):
    """Return whether a debt lapses within so many days, or did.

    >>> is_near(date(2026, 6, 30), date(2026, 6, 1), 30)
    True
    """
    return lapses <= day + timedelta(days=ahead)
