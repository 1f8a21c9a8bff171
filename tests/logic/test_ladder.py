"""The ladder, by table and by property."""

from datetime import date, timedelta

import pytest
from debt_collection_logic.ladder import (
    Position,
    Rung,
    next_rung,
    passed,
    preventive_rung,
    unreachable,
)
from hypothesis import given
from hypothesis import strategies as st

DAY = date(2026, 6, 1)
STANDARD = [Rung(1, -3), Rung(2, 3), Rung(3, 8), Rung(4, 15), Rung(5, 15, 20)]


@pytest.mark.parametrize(
    ("late", "position", "by_age", "expected"),
    [
        (2, Position(), False, None),
        (3, Position(), False, 2),
        (90, Position(), False, 2),
        (90, Position(), True, 5),
        (14, Position(), True, 3),
        (90, Position(2, 3, DAY - timedelta(6)), False, None),
        (90, Position(2, 3, DAY - timedelta(7)), False, 3),
        (90, Position(2, 3, DAY - timedelta(7)), True, 5),
        (90, Position(2, 3, DAY - timedelta(7), next_step_only=True), True, 3),
        (90, Position(4, 15, DAY - timedelta(7)), False, 5),
        (90, Position(5, 15, DAY - timedelta(7)), False, None),
        # a step of another strategy counts by its days
        (90, Position(77, 9, DAY - timedelta(7)), False, 4),
        (90, Position(77, 15, DAY - timedelta(7)), False, None),
    ],
)
def test_next_rung(late, position, by_age, expected):
    rung = next_rung(STANDARD, position, late, DAY, min_gap_days=7, by_age=by_age)
    assert (rung and rung.key) == expected


@pytest.mark.parametrize(
    ("late", "reached", "expected"),
    [(-4, (), None), (-3, (), 1), (-1, (), 1), (-1, (1,), None), (0, (), None)],
)
def test_preventive_rung(late, reached, expected):
    rung = preventive_rung(STANDARD, late, frozenset(reached))
    assert (rung and rung.key) == expected


def test_only_the_latest_preventive_step_applies():
    assert preventive_rung([Rung(1, -7), Rung(2, -2)], -1).key == 2
    assert preventive_rung([Rung(1, -7), Rung(2, -2)], -1, frozenset({2})) is None


def test_of_two_preventive_steps_of_a_day_only_the_last_can_fire():
    assert unreachable([Rung(1, -3, 10), Rung(2, -3, 20), Rung(3, -1)]) == [1]


rungs = st.lists(
    st.builds(
        Rung,
        st.integers(1, 10_000),
        st.integers(-10, 120),
        st.integers(1, 3),
    ),
    max_size=12,
    unique_by=lambda rung: rung.key,
)


@given(rungs, st.booleans(), st.integers(0, 10), st.integers(-20, 60))
def test_an_item_climbs_upwards_only_and_each_step_once(steps, by_age, gap, start):
    """Living day by day, no step comes twice and none after a later one."""
    position, climbed = Position(), []
    for offset in range(120):
        day = DAY + timedelta(days=offset)
        rung = next_rung(
            steps, position, start + offset, day, min_gap_days=gap, by_age=by_age
        )
        if rung:
            assert rung.days <= start + offset
            if position.day:
                assert (day - position.day).days >= gap
            climbed.append(rung)
            position = Position(rung.key, rung.days, day)
    keys = [(rung.days, rung.sequence, rung.key) for rung in climbed]
    assert keys == sorted(set(keys))


@given(rungs, st.integers(-10, 130))
def test_in_another_strategy_no_earlier_step_is_left(steps, reached_days):
    ladder = sorted(
        (rung for rung in steps if rung.days >= 0),
        key=lambda rung: (rung.days, rung.sequence, rung.key),
    )
    behind = passed(ladder, Position(0, reached_days, DAY))
    assert all(rung.days > reached_days for rung in ladder[behind:])
    assert all(rung.days <= reached_days for rung in ladder[:behind])
