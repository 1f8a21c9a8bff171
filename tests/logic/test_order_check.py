from datetime import date, timedelta
from decimal import Decimal

import pytest
from debt_collection_sale_logic.order_check import (
    FREE,
    HOLD,
    LEVELS,
    WARN,
    Overdue,
    Owed,
    Rule,
    judge,
    overdue,
)
from hypothesis import given
from hypothesis import strategies as st

DAY = date(2026, 6, 1)


def owed(late, amount):
    return Owed(DAY - timedelta(days=late), Decimal(amount))


@pytest.mark.parametrize(
    ("documents", "credit", "expected"),
    [
        ([], 0, Overdue()),
        ([owed(-5, 100), owed(0, 50)], 0, Overdue()),
        ([owed(21, 100), owed(3, 50)], 0, Overdue(Decimal(150), 21, 2)),
        # credits cover the oldest first
        ([owed(21, 100), owed(3, 50)], 100, Overdue(Decimal(50), 3, 1)),
        ([owed(21, 100), owed(3, 50)], 120, Overdue(Decimal(30), 3, 1)),
        ([owed(21, 100)], 500, Overdue()),
        ([owed(-9, 100)], -20, Overdue()),
    ],
)
def test_what_is_overdue(documents, credit, expected):
    assert overdue(documents, Decimal(credit), DAY) == expected


@pytest.mark.parametrize(
    ("rule", "days", "excess", "level", "reasons"),
    [
        (Rule(1, 16), 0, 0, FREE, ()),
        (Rule(1, 16), 1, 0, WARN, ("overdue",)),
        (Rule(1, 16), 16, 0, HOLD, ("overdue",)),
        (Rule(0, 0), 400, 0, FREE, ()),
        (Rule(0, 8), 7, 0, FREE, ()),
        (Rule(1, 16, most=WARN), 90, 0, WARN, ("overdue",)),
        (Rule(1, 16, stage=HOLD), 1, 0, HOLD, ("stage", "overdue")),
        (Rule(step=True), 0, 0, HOLD, ("step",)),
        (Rule(limit=HOLD), 0, 1, HOLD, ("limit",)),
        (Rule(limit=HOLD), 0, 0, FREE, ()),
        (Rule(limit=WARN), 0, 1, WARN, ("limit",)),
        (Rule(prepaid_only=True), 0, 0, HOLD, ("prepaid_only",)),
        (Rule(most=FREE, prepaid_only=True), 0, 0, FREE, ()),
    ],
)
def test_what_follows(rule, days, excess, level, reasons):
    verdict = judge(rule, Overdue(Decimal(1), days, 1), Decimal(excess))
    assert (verdict.level, verdict.reasons) == (level, reasons)


def test_the_limit_of_a_group_is_a_limit():
    verdict = judge(Rule(limit=HOLD), Overdue(), Decimal(0), Decimal(1))
    assert (verdict.level, verdict.reasons) == (HOLD, ("group",))


amounts = st.decimals(min_value=1, max_value=10**6, places=2)


@given(
    st.lists(st.tuples(st.integers(-40, 90), amounts), max_size=8),
    st.decimals(min_value=0, max_value=10**6, places=2),
    st.decimals(min_value=0, max_value=10**5, places=2),
)
def test_more_credit_never_makes_it_worse(documents, credit, more):
    documents = [owed(late, amount) for late, amount in documents]
    before = overdue(documents, credit, DAY)
    after = overdue(documents, credit + more, DAY)
    assert after.amount <= before.amount
    assert after.days <= before.days
    total = sum((d.amount for d in documents if d.day < DAY), Decimal(0))
    assert 0 <= before.amount <= total
    assert (before.amount > 0) == (before.documents > 0) == (before.days > 0)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 90), st.integers(0, 90))
def test_more_days_never_free_an_order(warn, hold, days, more):
    rule = Rule(warn, hold)
    first = judge(rule, Overdue(Decimal(1), days, 1)).level
    later = judge(rule, Overdue(Decimal(1), days + more, 1)).level
    assert LEVELS.index(first) <= LEVELS.index(later)
