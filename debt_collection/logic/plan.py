"""Payment plans: the instalments of a debt, and what a role may agree on.

The amounts of the instalments add up to the debt to the cent, whatever the decimals of
the currency; the last one takes what rounding leaves.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

#: Days from one instalment to the next; None: a month.
FREQUENCIES = {"weekly": 7, "biweekly": 14, "monthly": None}


@dataclass(frozen=True)
class Terms:
    """What is agreed.

    :param amount: the debt, more than zero
    :param down: paid at once, from zero to less than the debt
    :param count: number of instalments after it, 1 or more
    :param frequency: a key of ``FREQUENCIES``
    :param start: the day of the down payment
    :param first: the day of the first instalment
    :param digits: decimals of the currency: 0, 2 or 3
    """

    amount: Decimal
    down: Decimal
    count: int
    frequency: str
    start: date
    first: date
    digits: int = 2


@dataclass(frozen=True)
class Limit:
    """What a role may agree on.

    :param down_percent: least down payment, in percent of the debt
    :param count: most instalments after it
    :param days: most days from the start to the last instalment
    """

    down_percent: Decimal
    count: int
    days: int


def later(day, frequency, number):
    """Return the day that comes ``number`` periods after a day.

    >>> later(date(2026, 1, 31), "monthly", 1)
    datetime.date(2026, 2, 28)
    """
    if FREQUENCIES[frequency]:
        return day + timedelta(days=FREQUENCIES[frequency] * number)
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def schedule(terms, pay_day=lambda day: day):
    """Return the instalments as a list of (day, amount), the down payment first.

    Instalments that would be nothing are left out.

    :param pay_day: returns the day on which the debtor can pay, on or after a day

    >>> terms = Terms(
    ...     Decimal(100), Decimal(0), 3, "monthly", date(2026, 1, 1), date(2026, 1, 31)
    ... )
    >>> [(str(day), str(amount)) for day, amount in schedule(terms)]
    [('2026-01-31', '33.33'), ('2026-02-28', '33.33'), ('2026-03-31', '33.34')]
    """
    unit = Decimal(1).scaleb(-terms.digits)
    rest = terms.amount - terms.down
    each = (rest / terms.count).quantize(unit, ROUND_HALF_UP)
    if each * (terms.count - 1) >= rest:  # rounding up left nothing for the last
        each = (rest / terms.count).quantize(unit, ROUND_DOWN)
    result = [(pay_day(terms.start), terms.down)] if terms.down else []
    for number in range(terms.count):
        last = number == terms.count - 1
        amount = rest - each * (terms.count - 1) if last else each
        if not amount:
            continue
        day = pay_day(later(terms.first, terms.frequency, number))
        if result:  # a pay day may serve two instalments, never out of order
            day = max(day, result[-1][0])
        result.append((day, amount))
    return result


def beyond(terms, last_day, limit):
    """Return the names of the terms that go beyond a limit: down, count, days.

    :param last_day: day of the last instalment
    :param limit: a ``Limit``, or None where everything may be agreed on
    """
    if limit is None:
        return []
    return [
        name
        for name, exceeded in (
            ("down", terms.down * 100 < terms.amount * limit.down_percent),
            ("count", terms.count > limit.count),
            ("days", last_day - terms.start > timedelta(days=limit.days)),
        )
        if exceeded
    ]


def judge(states):
    """Return the state of a plan from those of its instalments.

    :param states: states of promises, see ``logic.promise``
    :return: active, done or broken
    """
    if any(state in ("broken", "partial") for state in states):
        return "broken"
    return "active" if "open" in states else "done"
