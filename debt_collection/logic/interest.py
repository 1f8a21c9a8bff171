"""Interest for late payment: simple, on what was owed each day, rounded once.

The residual of each day × annual % / 365, also in leap years, from the day after the
due date and the days of grace. A payment lowers the residual from its own day on. The
periods with the same residual and rate are what a preview shows: the sum of their exact
interest, rounded once, is the charge.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from .plan import later

DAYS_OF_A_YEAR = 365
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rates:
    """Annual percentages that change by date.

    :param changes: pairs of (first day, percent), in order
    :param margin: percentage points added to each of them
    :param months: how long each is known to hold; 0: until the next one
    """

    changes: tuple
    margin: Decimal = Decimal(0)
    months: int = 0

    @classmethod
    def fixed(cls, percent):
        """Return a rate that never changes."""
        return cls(((date.min, percent),))

    def on(self, day):
        """Return the percentage of a day; None before the first one is known."""
        known = [percent for first, percent in self.changes if first <= day]
        return known[-1] + self.margin if known else None

    def unknown_from(self):
        """Return the day from which the last rate is only the last known; or None.

        >>> Rates(((date(2026, 1, 1), Decimal(2)),), months=6).unknown_from()
        datetime.date(2026, 7, 1)
        """
        if not self.months or not self.changes:
            return None
        return later(self.changes[-1][0], "monthly", self.months)


@dataclass(frozen=True)
class Debt:
    """What bears interest.

    :param amount: what the document was for, in its currency
    :param due: its due date
    :param payments: pairs of (day, amount) of what was paid of it
    """

    amount: Decimal
    due: date
    payments: tuple = ()

    def residual(self, day):
        """Return what is owed on a day; a payment of that day counts already."""
        paid = sum((amount for paid_on, amount in self.payments if paid_on <= day), 0)
        return max(Decimal(0), self.amount - paid)


@dataclass(frozen=True)
class Period:
    """Days on which residual and rate are the same.

    :param first: the first day
    :param last: the last day, which counts too
    :param residual: what was owed on each of them
    :param rate: annual percentage
    """

    first: date
    last: date
    residual: Decimal
    rate: Decimal

    @property
    def days(self):
        return (self.last - self.first).days + 1

    @property
    def interest(self):
        """The exact interest, a fraction."""
        yearly = Fraction(self.residual) * Fraction(self.rate) / 100
        return yearly * self.days / DAYS_OF_A_YEAR


@dataclass(frozen=True)
class Cap:
    """The most that is charged on a document in all.

    :param percent: of what the document was for; 0: no such limit
    :param amount: in its currency; 0: no such limit
    """

    percent: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)

    def room(self, principal, charged):
        """Return how much more may be charged; None where there is no limit.

        >>> Cap(Decimal(10), Decimal(50)).room(Decimal(1000), Decimal(20))
        Fraction(30, 1)
        """
        limits = []
        if self.percent:
            limits.append(Fraction(principal) * Fraction(self.percent) / 100)
        if self.amount:
            limits.append(Fraction(self.amount))
        return max(Fraction(0), min(limits) - Fraction(charged)) if limits else None


@dataclass(frozen=True)
class Interest:
    """The interest of a document, with how it comes about.

    :param periods: what was owed when, at which rate
    :param exact: the sum of their interest, a fraction
    :param capped: whether the limit makes it less
    :param amount: what is charged, rounded once
    """

    periods: tuple
    exact: Fraction
    capped: bool
    amount: Decimal


def round_once(exact, rounding):
    """Return an exact amount in steps of the currency, half a step up.

    :param exact: not negative
    :param rounding: the step of the currency: 0.01, 0.05, 1

    >>> round_once(Fraction(1000 * 17 * 50, 2 * 100 * 365), Decimal("0.01"))
    Decimal('11.64')
    >>> round_once(Fraction(1, 40), Decimal("0.05"))
    Decimal('0.05')
    """
    steps = int(Fraction(exact) / Fraction(rounding) + Fraction(1, 2))
    return steps * rounding


def first_day(due, grace=0, charged_to=None):
    """Return the first day that bears interest.

    :param due: the due date
    :param grace: days after the due date that bear none
    :param charged_to: the last day that was charged already: no day counts twice
    """
    first = due + timedelta(days=grace + 1)
    return max(first, charged_to + ONE_DAY) if charged_to else first


def periods(debt, until, rates, grace=0, charged_to=None):
    """Return the periods that bear interest until a day, which counts too.

    :param Debt debt: what is owed
    :param Rates rates: the annual percentages
    :param grace: see ``first_day``
    :param charged_to: see ``first_day``

    >>> paid = ((date(2026, 1, 11), Decimal(400)),)
    >>> debt = Debt(Decimal(1000), date(2026, 1, 1), paid)
    >>> found = periods(debt, date(2026, 1, 20), Rates.fixed(Decimal(10)))
    >>> [(each.days, str(each.residual)) for each in found]
    [(9, '1000'), (10, '600')]
    """
    first = first_day(debt.due, grace, charged_to)
    if first > until:
        return []
    changes = {day for day, _amount in debt.payments}
    changes.update(day for day, _percent in rates.changes)
    starts = sorted({first} | {day for day in changes if first < day <= until})
    found = []
    for start, following in zip(starts, [*starts[1:], until + ONE_DAY], strict=True):
        residual, rate = debt.residual(start), rates.on(start)
        if not residual or rate is None:
            continue
        period = Period(start, following - ONE_DAY, residual, rate)
        before = found[-1] if found else None
        if before and (before.last + ONE_DAY, before.residual, before.rate) == (
            start,
            residual,
            rate,
        ):
            found[-1] = replace(before, last=period.last)
        else:
            found.append(period)
    return found


def interest(found, rounding, principal, cap=Cap(), charged=Decimal(0)):
    """Return the interest of periods, rounded once.

    :param found: what ``periods`` returned
    :param rounding: the step of the currency
    :param principal: what the document was for
    :param Cap cap: the most that is charged on it in all
    :param charged: the interest that was charged on it before
    """
    exact = sum((period.interest for period in found), Fraction(0))
    room = cap.room(principal, charged)
    if room is None or exact <= room:
        amount = round_once(exact, rounding)
        # half a step up must not exceed the limit either
        if room is not None and amount > room:
            amount -= rounding
        return Interest(tuple(found), exact, False, amount)
    amount = int(room / Fraction(rounding)) * rounding
    return Interest(tuple(found), exact, True, amount)
