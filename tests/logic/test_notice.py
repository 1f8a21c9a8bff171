"""What becomes of reported payments: by table and by property."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from debt_collection_logic.notice import cover, due, judge, needs_task
from hypothesis import given
from hypothesis import strategies as st

UNTIL = date(2026, 5, 8)
AFTER = UNTIL + timedelta(days=1)

money = st.decimals(0, 10_000, places=2)
some = st.decimals("0.01", 10_000, places=2)
days = st.sampled_from([UNTIL - timedelta(days=2), UNTIL, AFTER])


@pytest.mark.parametrize(
    ("day", "came", "owed", "expected"),
    [
        (UNTIL, 0, 100, "open"),
        (UNTIL, 40, 60, "open"),
        (UNTIL, 97, 3, "open"),
        (UNTIL, 98, 2, "matched"),
        (UNTIL, 100, 0, "matched"),
        (AFTER, 0, 100, "expired"),
        (AFTER, 97, 3, "expired"),
        (AFTER, 100, 0, "matched"),
        # less is owed than was reported
        (UNTIL, 60, 0, "matched"),
        # the documents were cancelled
        (UNTIL, 0, 0, "expired"),
        # an older payment was taken back
        (UNTIL, -50, 150, "open"),
        (AFTER, -50, 150, "expired"),
    ],
)
def test_verdicts(day, came, owed, expected):
    state = judge(Decimal(100), UNTIL, day, Decimal(came), Decimal(owed))
    assert state == expected


def test_a_crumb_that_is_missing_does_not_matter():
    numbers = (Decimal(100), UNTIL, AFTER, Decimal(95), Decimal(5))
    assert judge(*numbers, crumb=Decimal(6)) == "matched"
    assert judge(*numbers, crumb=Decimal(5)) == "expired"


@pytest.mark.parametrize(
    ("state", "came", "day", "expected"),
    [
        ("open", 0, UNTIL, 110),
        ("open", 30, UNTIL, 80),
        ("open", -30, UNTIL, 110),
        ("matched", 100, UNTIL, 10),
        ("matched", 105, UNTIL, 5),
        ("matched", 110, UNTIL, 0),
        ("matched", 100, AFTER, 0),
        ("expired", 0, AFTER, 0),
        ("rejected", 0, UNTIL, 0),
    ],
)
def test_what_is_kept_out_of_the_chase(state, came, day, expected):
    assert cover(state, Decimal(100), Decimal(10), Decimal(came), UNTIL, day) == (
        expected
    )


@pytest.mark.parametrize(
    ("state", "to_apply", "owed", "expected"),
    [
        ("expired", 0, 100, True),
        ("expired", 50, 100, True),
        ("expired", 100, 100, False),
        ("expired", 0, 0, False),
        ("open", 0, 100, False),
        ("matched", 0, 100, False),
    ],
)
def test_who_is_asked_again(state, to_apply, owed, expected):
    numbers = (Decimal(100), Decimal(0), Decimal(to_apply), Decimal(owed))
    assert needs_task(state, *numbers) == expected


@given(amount=some, came=money, owed=money, more=money, day=days)
def test_more_money_never_makes_it_worse(amount, came, owed, more, day):
    order = ["expired", "open", "matched"]
    before = judge(amount, UNTIL, day, came, owed)
    more = min(more, owed)
    after = judge(amount, UNTIL, day, came + more, owed - more)
    assert order.index(after) >= order.index(before)


@given(amount=some, deducted=money, came=money, owed=money, day=days)
def test_the_pause_ends(amount, deducted, came, owed, day):
    state = judge(amount, UNTIL, day, came, owed)
    kept = cover(state, amount, deducted, came, UNTIL, day)
    assert 0 <= kept <= amount + deducted
    assert day <= UNTIL or kept == 0
    assert due(amount, came, owed) <= amount
