from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from debt_collection_logic.call_time import (
    DAYS,
    HOURS,
    Habit,
    best,
    chance,
    habits,
    part_of_day,
    part_of_week,
)
from hypothesis import given
from hypothesis import strategies as st

MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
HALF = Decimal("0.5")

parts = st.sampled_from([code for code, _first, _end in HOURS])
counts = st.dictionaries(
    parts,
    st.tuples(st.integers(0, 40), st.integers(0, 40)).map(
        lambda pair: (min(pair), max(pair))
    ),
)
rates = st.decimals(0, 1, places=3)


def at(day, hour):
    return MONDAY + timedelta(days=day, hours=hour)


@pytest.mark.parametrize(
    ("hour", "part"),
    [
        (0, "morning"),
        (11, "morning"),
        (12, "noon"),
        (14, "noon"),
        (15, "afternoon"),
        (18, "evening"),
        (23, "evening"),
    ],
)
def test_parts_of_the_day(hour, part):
    assert part_of_day(hour) == part


def test_every_weekday_has_one_part():
    covered = [weekday for _code, weekdays in DAYS for weekday in weekdays]
    assert sorted(covered) == list(range(7))
    assert [part_of_week(weekday) for weekday in (1, 2, 6)] == [
        "start",
        "middle",
        "end",
    ]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({}, None),
        # one lucky call is no habit
        ({"morning": (1, 1)}, None),
        ({"morning": (2, 2)}, None),
        # always the same hour, always answered: better than the team at large
        ({"morning": (3, 3), "noon": (0, 1)}, Habit("morning", 3, 3)),
        ({"morning": (5, 6), "afternoon": (0, 4)}, Habit("morning", 5, 6)),
        # answered alike whatever the hour: nothing stands out
        ({"morning": (3, 6), "afternoon": (3, 6)}, None),
        # one answer is luck, however few calls there were elsewhere
        ({"morning": (1, 3), "afternoon": (0, 9)}, None),
        # many calls at a good rate beat few at a perfect one
        (
            {"morning": (3, 3), "noon": (18, 20), "evening": (0, 9)},
            Habit("noon", 18, 20),
        ),
    ],
)
def test_what_stands_out(found, expected):
    assert best(found, HALF) == expected


def test_moments_are_counted_by_hour_and_weekday():
    calls = [
        *((at(day, 9), True) for day in (0, 1, 7, 8)),
        *((at(day, 16), False) for day in (2, 3, 9, 10)),
    ]
    assert habits(calls, HALF) == (Habit("morning", 4, 4), Habit("start", 4, 4))
    assert habits([], HALF) == (None, None)


@given(st.integers(0, 50), st.integers(0, 50), rates)
def test_a_chance_lies_between_what_was_seen_and_the_team(answered, more, rate):
    calls = answered + more
    found = chance(answered, calls, rate)
    seen = Decimal(answered) / calls if calls else rate
    assert min(seen, rate) <= found + Decimal("1e-20")
    assert found <= max(seen, rate) + Decimal("1e-20")


@given(counts, rates)
def test_what_is_said_was_counted(found, rate):
    habit = best(found, rate)
    if habit:
        assert found[habit.part] == (habit.answered, habit.calls)
        assert 2 <= habit.answered <= habit.calls


@given(counts, parts, rates)
def test_one_more_answer_never_makes_a_habit_worse(found, part, rate):
    """Where a part is the best, one more answered call in it leaves it the best."""
    habit = best(found, rate)
    if habit and habit.part == part:
        answered, calls = found[part]
        again = best({**found, part: (answered + 1, calls + 1)}, rate)
        # unless all calls were answered, where nothing stands out any more
        assert again is None or again.part == part


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 23), st.booleans())))
def test_the_order_of_calls_does_not_matter(rows):
    calls = [(at(day, hour), answered) for day, hour, answered in rows]
    assert habits(calls, HALF) == habits(calls[::-1], HALF)
