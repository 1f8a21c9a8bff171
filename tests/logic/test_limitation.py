"""Limitation of debts: by table and by property."""

from datetime import date, timedelta

import pytest
from debt_collection_logic.limitation import Term, is_near, limitation_day
from hypothesis import given
from hypothesis import strategies as st

DAYS = st.dates(date(2000, 1, 1), date(2040, 1, 1))
TERMS = st.builds(Term, st.integers(1, 20), st.integers(0, 11))


@pytest.mark.parametrize(
    ("due", "interruptions", "term", "expected"),
    [
        (date(2020, 3, 10), [], Term(5), date(2025, 3, 10)),
        (date(2020, 3, 10), [date(2019, 1, 1)], Term(5), date(2025, 3, 10)),
        (date(2020, 3, 10), [date(2022, 1, 1)], Term(3), date(2025, 1, 1)),
        (date(2020, 10, 31), [], Term(2, 4), date(2023, 2, 28)),
    ],
)
def test_the_term_runs_from_the_last_acknowledgement(
    due, interruptions, term, expected
):
    assert limitation_day(due, interruptions, term) == expected


@given(DAYS, st.lists(DAYS, max_size=4), DAYS, TERMS)
def test_an_acknowledgement_never_shortens_it(due, interruptions, more, term):
    before = limitation_day(due, interruptions, term)
    assert limitation_day(due, [*interruptions, more], term) >= before > due


@given(DAYS, DAYS, st.integers(0, 400))
def test_what_is_near_today_is_near_tomorrow(lapses, day, ahead):
    if is_near(lapses, day, ahead):
        assert is_near(lapses, day + timedelta(1), ahead)
