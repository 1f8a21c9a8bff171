"""What a dispute keeps out of the chase: by table and by property."""

from decimal import Decimal

import pytest
from debt_collection_logic.dispute import judge, rest
from hypothesis import given
from hypothesis import strategies as st

money = st.decimals(0, 10_000, places=2)
positive = st.decimals("0.01", 10_000, places=2)


def amounts(*values):
    return tuple(map(Decimal, values))


@pytest.mark.parametrize(
    ("amount", "credited", "owed", "crumb", "left", "state"),
    [
        (40, 0, 100, 0, 40, "open"),
        # the customer paid the rest of the invoice
        (40, 0, 40, 0, 40, "open"),
        # and a part of what is disputed
        (40, 0, 25, 0, 25, "open"),
        (40, 10, 90, 0, 30, "open"),
        (40, 40, 60, 0, 0, "accepted"),
        (40, 50, 50, 0, 0, "accepted"),
        # a credit note that falls short by cents
        (40, "39.99", "60.01", 5, 0, "accepted"),
        (40, "39.99", "60.01", 0, "0.01", "open"),
        # a small dispute is one all the same
        (3, 0, 100, 5, 3, "open"),
        (40, 0, 0, 5, 0, "withdrawn"),
        (40, 10, 0, 0, 0, "accepted"),
        # credits before it was opened were undone
        (40, -5, 100, 0, 40, "open"),
    ],
)
def test_by_table(amount, credited, owed, crumb, left, state):
    values = amounts(amount, credited, owed, crumb)
    assert rest(*values) == Decimal(left)
    assert judge(*values) == state


@given(positive, money, money, money)
def test_never_more_than_disputed_or_owed(amount, credited, owed, crumb):
    left = rest(amount, credited, owed, crumb)
    assert 0 <= left <= min(amount, owed)


@given(positive, money, money, money, money)
def test_a_credit_never_raises_it(amount, credited, more, owed, crumb):
    assert rest(amount, credited + more, owed, crumb) <= rest(
        amount, credited, owed, crumb
    )


@given(positive, money, money, money)
def test_open_as_long_as_it_covers(amount, credited, owed, crumb):
    state = judge(amount, credited, owed, crumb)
    assert (state == "open") == (rest(amount, credited, owed, crumb) > 0)
