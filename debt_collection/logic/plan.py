"""Payment plans: the instalments of a debt, and what a role may agree on.

The amounts of the instalments add up to the debt, less what is waived of it, to the
cent, whatever the decimals of the currency; the last one takes what rounding leaves.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

DAYS_OF_A_YEAR = 365
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
    :param discount: waived when all is paid in time, from zero to less than the debt
    :param interest: percent a year on what is left of the debt
    """

    amount: Decimal
    down: Decimal
    count: int
    frequency: str
    start: date
    first: date
    digits: int = 2
    discount: Decimal = Decimal(0)
    interest: Decimal = Decimal(0)

    @property
    def to_pay(self):
        """What the instalments add up to."""
        return self.amount - self.discount

    @property
    def payments(self):
        """How many payments it takes, the down payment among them."""
        return self.count + bool(self.down)


@dataclass(frozen=True)
class Limit:
    """What a role may agree on.

    :param down_percent: least down payment, in percent of the debt
    :param count: most instalments after it
    :param days: most days from the start to the last instalment
    :param discount_percent: most that may be waived, in percent of the debt
    :param discount_payments: most payments where something is waived
    :param interest_percent: least interest, in percent a year
    """

    down_percent: Decimal
    count: int
    days: int
    discount_percent: Decimal = Decimal(0)
    discount_payments: int = 1
    interest_percent: Decimal = Decimal(0)


def discount_of(amount, percent, digits=2):
    """Return what a percentage of a debt is, in the decimals of its currency.

    >>> discount_of(Decimal("333.33"), Decimal(10))
    Decimal('33.33')
    """
    unit = Decimal(1).scaleb(-digits)
    return (amount * percent / 100).quantize(unit, ROUND_HALF_UP)


def percent_of(amount, discount):
    """Return a discount in percent of the debt; ``discount_of`` gives it back.

    >>> percent_of(Decimal(300), Decimal(60))
    Decimal('20')
    """
    return discount * 100 / amount if amount else Decimal(0)


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
    rest = terms.to_pay - terms.down
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


def interest(terms, instalments):
    """Return the interest of each instalment: of its days, on what is left.

    Simple: what is left of the debt × days × percent a year / 365, also in leap years,
    rounded once for each instalment. It comes on top of the instalment.

    :param instalments: pairs of (day, amount), see ``schedule``

    >>> terms = Terms(
    ...     *(Decimal(1200), Decimal(200), 2, "monthly"),
    ...     *(date(2026, 1, 1), date(2026, 1, 31)),
    ...     interest=Decimal(12),
    ... )
    >>> [str(amount) for amount in interest(terms, schedule(terms))]
    ['0.00', '9.86', '4.60']
    """
    unit = Decimal(1).scaleb(-terms.digits)
    left, since, result = terms.to_pay, terms.start, []
    for day, amount in instalments:
        days = max(0, (day - since).days)
        exact = left * days * terms.interest / 100 / DAYS_OF_A_YEAR
        result.append(exact.quantize(unit, ROUND_HALF_UP))
        left, since = left - amount, max(day, since)
    return result


def beyond(terms, last_day, limit):
    """Return the names of the terms that go beyond a limit.

    Down payment, number and days of a plan; percentage, payments and days where
    something is waived: what is settled for less is paid in few payments, and a down
    payment is one of them.

    :param last_day: day of the last instalment
    :param limit: a ``Limit``, or None where everything may be agreed on
    """
    if limit is None:
        return []
    if terms.discount:
        most = discount_of(terms.amount, limit.discount_percent, terms.digits)
        checks = (
            ("discount", terms.discount > most),
            ("payments", terms.payments > limit.discount_payments),
        )
    else:
        checks = (
            ("down", terms.down * 100 < terms.amount * limit.down_percent),
            ("count", terms.count > limit.count),
            ("interest", terms.interest < limit.interest_percent),
        )
    too_long = last_day - terms.start > timedelta(days=limit.days)
    return [name for name, exceeded in (*checks, ("days", too_long)) if exceeded]


def to_credit(state, discount, credited, owed):
    """Return what of the discount of a plan is still to be credited.

    Nothing before all is paid in time, and never more than is left of the debt.

    :param state: of the plan, see ``judge``
    :param discount: what was waived
    :param credited: already credited for it
    :param owed: what is left of the debt
    """
    if state != "done":
        return Decimal(0)
    return max(Decimal(0), min(discount - credited, owed))


def judge(states):
    """Return the state of a plan from those of its instalments.

    :param states: states of promises, see ``logic.promise``
    :return: active, done or broken
    """
    if any(state in ("broken", "partial") for state in states):
        return "broken"
    return "active" if "open" in states else "done"
