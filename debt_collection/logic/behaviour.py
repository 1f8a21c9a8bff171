"""How a customer pays: how late, how often on time, and whether it gets better."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

#: Days whose payments are "lately", beside those of the whole year.
LATELY_DAYS = 91
#: Fewer payments than this are no trend, on either side.
TREND_COUNT = 3
#: A change of the mean delay by fewer days is no change.
TREND_DAYS = 3


@dataclass(frozen=True)
class Paid:
    """A document that was paid.

    :param due: when it was due
    :param paid: when it was paid, in full
    :param amount: what was paid, in one currency for all
    """

    due: date
    paid: date
    amount: Decimal

    @property
    def late(self):
        """Days from the due date to the payment; negative before it."""
        return (self.paid - self.due).days


@dataclass(frozen=True)
class Behaviour:
    """What the payments of a year say.

    :param count: documents paid
    :param days_late: mean days from the due date to the payment, weighted by amount
    :param on_time: share of the documents paid on the due date or before, in percent
    :param largest: largest delay, 0 where none was late
    :param lately: ``days_late`` of the last three months, None without payments
    :param trend: "better", "worse", "same", or None where too little is known
    :param last: day of the last payment
    """

    count: int
    days_late: Decimal
    on_time: int
    largest: int
    lately: Decimal | None
    trend: str | None
    last: date


def days_late(paid):
    """Return the mean delay of payments, weighted by amount, to a tenth of a day."""
    weight = sum(each.amount for each in paid)
    if weight:
        mean = sum(each.late * each.amount for each in paid) / weight
    else:
        mean = Decimal(sum(each.late for each in paid)) / len(paid)
    return Decimal(mean).quantize(Decimal("0.1"))


def behaviour(paid, day):
    """Return the ``Behaviour`` that payments show, or None without any.

    :param paid: ``Paid`` of the year that ends on ``day``
    :param day: the day on which one asks
    """
    paid = list(paid)
    if not paid:
        return None
    lately = [each for each in paid if each.paid > day - timedelta(days=LATELY_DAYS)]
    before = [each for each in paid if each.paid <= day - timedelta(days=LATELY_DAYS)]
    year = days_late(paid)
    recent = days_late(lately) if lately else None
    trend = None
    if len(lately) >= TREND_COUNT and len(before) >= TREND_COUNT:
        change = recent - year
        trend = (
            "worse"
            if change >= TREND_DAYS
            else "better"
            if change <= -TREND_DAYS
            else "same"
        )
    punctual = sum(each.late <= 0 for each in paid)
    return Behaviour(
        len(paid),
        year,
        100 * punctual // len(paid),
        max(0, *(each.late for each in paid)),
        recent,
        trend,
        max(each.paid for each in paid),
    )


def chart_days(day, months, weekly=False):
    """Return the days at which a balance is shown, in order; the last one is ``day``.

    :param day: the last day
    :param months: how many months back
    :param weekly: each Sunday instead of the last day of each month
    """
    if weekly:
        sunday = day - timedelta(days=(day.weekday() + 1) % 7 or 7)
        weeks = round(months * 52 / 12)
        days = [sunday - timedelta(days=7 * n) for n in range(weeks)]
    else:
        days, first = [], day.replace(day=1)
        for _month in range(months):
            days.append(first - timedelta(days=1))
            first = (first - timedelta(days=1)).replace(day=1)
    return [*reversed(days), day]
