"""What an agency earns: of what came in while it had the debt, or a fixed amount."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True)
class Terms:
    """What was agreed with the lawyer or agency.

    :param percent: of each payment, from 0 to 100
    :param fixed: once, for the work; one of both is zero
    :param rounding: the smallest amount of the currency
    """

    percent: Decimal = Decimal(0)
    fixed: Decimal = Decimal(0)
    rounding: Decimal = Decimal("0.01")


@dataclass(frozen=True)
class Payment:
    day: date
    amount: Decimal


def counts(payment, handed, ended=None):
    """Return whether a payment came while the agency had the debt.

    :param handed: the day of the hand-over
    :param ended: the day on which a person took the debt back, None before

    >>> counts(Payment(date(2026, 6, 1), Decimal(1)), date(2026, 6, 1))
    True
    """
    return handed <= payment.day and (ended is None or payment.day <= ended)


def commission(payments, terms, handed, ended=None):
    """Return (recovered, commission); each line of the statement is rounded once.

    >>> two = [
    ...     Payment(date(2026, 6, 2), Decimal("10.05")),
    ...     Payment(date(2026, 5, 2), Decimal(90)),
    ... ]
    >>> commission(two, Terms(percent=Decimal(10)), date(2026, 6, 1))
    (Decimal('10.05'), Decimal('1.01'))
    """
    inside = [p.amount for p in payments if counts(p, handed, ended)]
    unit = terms.rounding
    shares = (
        (amount * terms.percent / 100 / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit
        for amount in inside
    )
    return sum(inside, Decimal(0)), sum(shares, terms.fixed)
