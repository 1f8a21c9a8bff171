"""When an instalment is charged to a saved card: by table and by property."""

import doctest
from datetime import date, timedelta

import pytest
from debt_collection_portal_logic import autopay
from debt_collection_portal_logic.autopay import (
    CHARGE,
    GRACE,
    OVER,
    WAIT,
    Instalment,
    last_day,
    next_day,
    retry_days,
    verdict,
)
from hypothesis import given
from hypothesis import strategies as st

DAY = date(2026, 6, 1)


def on(number):
    return DAY + timedelta(days=number)


def test_the_examples_hold():
    assert doctest.testmod(autopay).failed == 0


@pytest.mark.parametrize("text", ["2, 2", "4, 2", "0", "-1", "31", "1,2,3,4,5,6", "x"])
def test_what_is_no_list_of_days_is_refused(text):
    with pytest.raises(ValueError, match="."):
        retry_days(text)


@pytest.mark.parametrize(
    ("tried", "today", "expected"),
    [
        ((), -1, WAIT),
        ((), 0, CHARGE),
        ((), 5, CHARGE),  # the job did not run before
        ((0,), 0, WAIT),
        ((0,), 1, WAIT),
        ((0,), 2, CHARGE),
        ((0, 2), 3, WAIT),
        ((0, 2), 4, CHARGE),
        ((0, 2, 4), 4, OVER),
        ((3,), 3, WAIT),  # late: the next one is on another day
        ((3,), 4, CHARGE),
        ((), 7, CHARGE),
        ((), 8, OVER),
        ((7,), 7, OVER),
    ],
)
def test_an_instalment_is_tried_three_times(tried, today, expected):
    instalment = Instalment(DAY, tuple(map(on, tried)))
    assert verdict(instalment, (2, 4), on(today)) == expected


@given(
    retries=st.lists(st.integers(1, 30), max_size=5, unique=True).map(sorted),
    runs=st.lists(st.integers(-5, 45), max_size=40).map(sorted),
)
def test_whenever_the_job_runs_it_never_charges_too_often(retries, runs):
    retries, tried = tuple(retries), ()
    for number in runs:
        instalment = Instalment(DAY, tried)
        if verdict(instalment, retries, on(number)) == CHARGE:
            assert next_day(instalment, retries) <= on(number)
            tried = (*tried, on(number))
    assert len(tried) <= 1 + len(retries)
    assert len(set(tried)) == len(tried), "never twice a day"
    assert all(DAY <= day <= last_day(Instalment(DAY), retries) for day in tried)
    offsets = (0, *retries)
    assert all(day >= on(offset) for day, offset in zip(tried, offsets, strict=False))
    assert last_day(Instalment(DAY), retries) == on(max(offsets)) + GRACE
