from datetime import date, timedelta
from decimal import Decimal

import pytest
from debt_collection_logic.self_service import Limits, last_day, least, refusal
from hypothesis import given
from hypothesis import strategies as st

MONDAY = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("made", "broken", "limits", "expected"),
    [
        (0, 0, Limits(), None),
        # the one that is open can be moved once
        (1, 0, Limits(), None),
        (2, 0, Limits(), "changes"),
        (1, 0, Limits(changes=0), "changes"),
        (0, 1, Limits(), None),
        (0, 2, Limits(), "broken"),
        (2, 2, Limits(), "broken"),
        # switched off
        (0, 9, Limits(broken=0), None),
    ],
)
def test_refusal(made, broken, limits, expected):
    assert refusal(limits, made, broken) == expected


def test_last_day():
    assert last_day(MONDAY, Limits(days=0)) == MONDAY
    assert last_day(MONDAY, Limits()) == MONDAY + timedelta(days=10)


@pytest.mark.parametrize(
    ("owed", "percent", "digits", "expected"),
    [
        ("333.35", 30, 2, "100.01"),
        ("333.34", 30, 2, "100.00"),
        ("1001", 30, 0, "300"),
        ("10.005", 50, 3, "5.003"),
        ("100", 0, 2, "0.00"),
        ("100", 100, 2, "100.00"),
    ],
)
def test_least(owed, percent, digits, expected):
    assert least(Decimal(owed), Decimal(percent), digits) == Decimal(expected)


@given(
    cents=st.integers(min_value=1, max_value=10**12),
    percent=st.integers(min_value=0, max_value=100),
)
def test_the_least_is_never_more_than_is_owed(cents, percent):
    owed = Decimal(cents).scaleb(-2)
    assert 0 <= least(owed, Decimal(percent)) <= owed
