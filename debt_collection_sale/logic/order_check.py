"""Whether a customer who owes may buy more: what is overdue, and what follows from it.

An order is free, warned about or held. What was promised or reported is still owed; the
money releases an order when it came.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

FREE, WARN, HOLD = "none", "warn", "hold"
LEVELS = (FREE, WARN, HOLD)


@dataclass(frozen=True)
class Owed:
    """A document that the customer owes."""

    #: The day on which the money could come.
    day: date
    #: In company currency, more than zero.
    amount: Decimal


@dataclass(frozen=True)
class Overdue:
    """What is overdue of a customer, after credits."""

    amount: Decimal = Decimal(0)
    days: int = 0
    documents: int = 0


@dataclass(frozen=True)
class Rule:
    """When the orders of a customer are warned about or held; 0 days: never."""

    warn_days: int = 0
    hold_days: int = 0
    #: What the stage of the case does to orders.
    stage: str = FREE
    #: What happens over the credit limit.
    limit: str = FREE
    #: A step of the strategy that was reached holds orders.
    step: bool = False
    #: The customer only buys against prepayment.
    prepaid_only: bool = False
    #: The worst that may happen.
    most: str = HOLD


@dataclass(frozen=True)
class Verdict:
    """What happens to an order, and the codes of the reasons, the worst first."""

    level: str = FREE
    reasons: tuple[str, ...] = ()


def overdue(documents, credit, day):
    """Return what is overdue on a day.

    :param documents: iterable of ``Owed``
    :param Decimal credit: money and credit notes that are not allocated yet; they cover
        the oldest documents first
    :param date day: overdue means before this day
    """
    total, oldest, count = Decimal(0), None, 0
    for document in sorted(documents, key=lambda owed: owed.day):
        covered = min(max(credit, Decimal(0)), document.amount)
        credit -= covered
        rest = document.amount - covered
        if rest <= 0 or document.day >= day:
            continue
        total += rest
        count += 1
        oldest = oldest or document.day
    return Overdue(total, (day - oldest).days if oldest else 0, count)


def _by_days(rule, days):
    if rule.hold_days and days >= rule.hold_days:
        return HOLD
    if rule.warn_days and days >= rule.warn_days:
        return WARN
    return FREE


def judge(rule, owes, excess=Decimal(0), group_excess=Decimal(0)):
    """Return what happens to an order.

    :param Rule rule: the rule of the customer
    :param Overdue owes: what is overdue
    :param Decimal excess: by how much the credit limit is exceeded
    :param Decimal group_excess: by how much that of the customer's group is
    """
    found = {
        "overdue": _by_days(rule, owes.days),
        "stage": rule.stage,
        "step": HOLD if rule.step else FREE,
        "limit": rule.limit if excess > 0 else FREE,
        "group": rule.limit if group_excess > 0 else FREE,
        "prepaid_only": HOLD if rule.prepaid_only else FREE,
    }
    most = LEVELS.index(rule.most)
    levels = {code: min(LEVELS.index(level), most) for code, level in found.items()}
    reasons = sorted(
        (code for code, level in levels.items() if level), key=lambda c: -levels[c]
    )
    return Verdict(LEVELS[max(levels.values())], tuple(reasons))
