from datetime import date, datetime, timedelta

import pytest
from debt_collection_voice_logic.call_hours import Hours
from hypothesis import given
from hypothesis import strategies as st

HOLIDAY = date(2026, 6, 8)
HOURS = Hours(9, 18, frozenset((HOLIDAY,)))

moments = st.datetimes(
    datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2026-12-01")
)
hours = st.tuples(st.integers(0, 23), st.integers(1, 24)).filter(lambda p: p[0] < p[1])


def at(text):
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-06-01 08:59:59", "2026-06-01 09:00"),
        ("2026-06-01 09:00", "2026-06-01 09:00"),
        ("2026-06-01 12:34:56", "2026-06-01 12:34:56"),
        ("2026-06-01 17:59:59", "2026-06-01 17:59:59"),
        ("2026-06-01 18:00", "2026-06-02 09:00"),
        # Friday evening, a weekend, a holiday
        ("2026-06-05 20:00", "2026-06-09 09:00"),
        ("2026-06-06 10:00", "2026-06-09 09:00"),
        ("2026-06-08 10:00", "2026-06-09 09:00"),
    ],
)
def test_next_moment(moment, expected):
    assert HOURS.next_moment(at(moment)) == at(expected)


@given(hours, moments)
def test_it_is_the_first_moment_that_is_open(limits, moment):
    found = Hours(*limits)
    following = found.next_moment(moment)
    assert following >= moment
    assert found.is_open(following)
    assert found.next_moment(following) == following
    # nothing before it is open
    while moment < following:
        assert not found.is_open(moment)
        moment += timedelta(hours=1)
