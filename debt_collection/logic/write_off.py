"""Writing off debts that nobody will pay: what is proposed, and its part of tax."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True)
class Rule:
    """When the debts of a customer are proposed; what is not asked for is empty.

    :param age: every document is more days past due than this
    :param most: all that the customer owes is less than this
    :param small: all that the customer owes is a small balance of the company
    :param by_cost: working the case costs more than is owed
    :param rank: the case is in a stage of this rank or a later one
    """

    age: int = 0
    most: Decimal = Decimal(0)
    small: bool = False
    by_cost: bool = False
    rank: int = 0


@dataclass(frozen=True)
class Debt:
    """What a customer owes, in the currency of the company.

    :param total: all of it
    :param ages: days past due of each open document
    :param rank: rank of the stage of the case
    """

    total: Decimal
    ages: tuple
    rank: int = 0


def fits(rule, debt, small, cost):
    """Return whether a rule proposes to write a debt off.

    :param small: below this, a balance is a small one
    :param cost: what it costs to work one case

    >>> fits(Rule(age=120, small=True), Debt(Decimal(9), (121, 300)), 50, 20)
    True
    >>> fits(Rule(age=120, small=True), Debt(Decimal(9), (120, 300)), 50, 20)
    False
    """
    return (
        debt.total > 0
        and bool(debt.ages)
        and all(age > rule.age for age in debt.ages)
        and (not rule.most or debt.total < rule.most)
        and (not rule.small or debt.total < small)
        and (not rule.by_cost or debt.total < cost)
        and debt.rank >= rule.rank
    )


def tax_part(value, tax, total, digits):
    """Return how much of what is lost of a document is tax.

    In the proportion in which the document has tax, rounded once; what is left of the
    value is the loss, so that both add up to it.

    :param value: what is lost, in the currency of the company
    :param tax: the tax of the document
    :param total: the document with its tax, in the currency of ``tax``
    :param digits: decimals of the currency of the company

    >>> tax_part(Decimal("59.50"), Decimal(19), Decimal(119), 2)
    Decimal('9.50')
    """
    if not total or tax <= 0:
        return Decimal(0)
    exact = value * min(tax, total) / total
    return exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
