from datetime import date, timedelta
from decimal import Decimal

import pytest
from debt_collection_logic.behaviour import (
    LATELY_DAYS,
    TREND_COUNT,
    TREND_DAYS,
    Paid,
    behaviour,
    chart_days,
    days_late,
)
from hypothesis import given
from hypothesis import strategies as st

DAY = date(2026, 6, 1)


def paid(late, amount=100, ago=0):
    when = DAY - timedelta(days=ago)
    return Paid(when - timedelta(days=late), when, Decimal(amount))


payments = st.builds(
    paid,
    late=st.integers(-60, 300),
    amount=st.decimals("0.01", 10**9, places=2, allow_nan=False, allow_infinity=False),
    ago=st.integers(0, 364),
)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        # the larger amount weighs more
        ([paid(10, 300), paid(0, 100)], ("7.5", 50, 10)),
        ([paid(-5), paid(-1)], ("-3.0", 100, 0)),
        ([paid(0), paid(1), paid(1)], ("0.7", 33, 1)),
        # documents of nothing count alike
        ([paid(4, 0), paid(2, 0)], ("3.0", 0, 4)),
    ],
)
def test_figures(known, expected):
    found = behaviour(known, DAY)
    assert (str(found.days_late), found.on_time, found.largest) == expected


@pytest.mark.parametrize(
    ("before", "lately", "trend"),
    [
        (0, 20, "worse"),
        (20, 0, "better"),
        (10, 11, "same"),
        (10, 10, "same"),
    ],
)
def test_trend(before, lately, trend):
    known = [paid(before, ago=LATELY_DAYS + n) for n in range(3)]
    known += [paid(lately, ago=n) for n in range(3)]
    assert behaviour(known, DAY).trend == trend


def test_too_little_is_no_trend():
    few = [paid(0, ago=200)] * 5 + [paid(90)] * (TREND_COUNT - 1)
    assert behaviour(few, DAY).trend is None
    assert behaviour([paid(0, ago=200)], DAY).lately is None
    assert behaviour([], DAY) is None


@given(st.lists(payments, min_size=1, max_size=30))
def test_between_the_extremes(known):
    found = behaviour(known, DAY)
    delays = [each.late for each in known]
    half = Decimal("0.05")
    assert min(delays) - half <= found.days_late <= max(delays) + half
    assert found.largest == max(0, *delays)
    assert found.count == len(known)
    assert (found.on_time == 100) == (max(delays) <= 0)
    assert found.last == max(each.paid for each in known)


@given(st.lists(payments, min_size=1, max_size=20), st.integers(2, 50))
def test_the_unit_of_money_does_not_matter(known, factor):
    scaled = [Paid(each.due, each.paid, each.amount * factor) for each in known]
    assert days_late(scaled) == days_late(known)


@given(st.lists(payments, min_size=1, max_size=20), st.integers(TREND_DAYS + 1, 200))
def test_paying_later_is_never_better(known, more):
    late = [
        Paid(each.due - timedelta(days=more), each.paid, each.amount) for each in known
    ]
    before, after = behaviour(known, DAY), behaviour(late, DAY)
    assert after.days_late == before.days_late + more
    assert after.on_time <= before.on_time
    assert after.trend == before.trend, "all of the year moved alike"


@given(st.dates(date(2000, 2, 1), date(2100, 1, 1)), st.integers(1, 36), st.booleans())
def test_chart_days(day, months, weekly):
    days = chart_days(day, months, weekly)
    assert days[-1] == day
    assert days == sorted(set(days))
    if weekly:
        assert {each.weekday() for each in days[:-1]} == {6}
        assert {(b - a).days for a, b in zip(days[:-1], days[1:-1], strict=False)} <= {
            7
        }
    else:
        assert len(days) == months + 1
        assert {(each + timedelta(days=1)).day for each in days[:-1]} == {1}
