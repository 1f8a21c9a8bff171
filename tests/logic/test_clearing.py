from datetime import date, timedelta

import pytest
from debt_collection_check_logic.clearing import (
    AWAY,
    BACK,
    BANK,
    BOUNCED,
    CLEARED,
    DOCUMENTED,
    HAND,
    PASSED,
    RETURNED,
    Document,
    clears_on,
    counts_from,
    state,
)
from debt_collection_logic.working_days import add_working_days
from hypothesis import given
from hypothesis import strategies as st

MONDAY = date(2026, 6, 1)
PLACES = (HAND, BANK, PASSED, RETURNED, BACK, BOUNCED)


def two_days(day):
    return add_working_days(day, 2)


def on(count):
    return MONDAY + timedelta(days=count)


@pytest.mark.parametrize(
    ("place", "due", "moved", "seen", "clears"),
    [
        # deposited when its date had come
        (BANK, 0, 0, None, 2),
        # on a Friday: Monday and Tuesday
        (BANK, 0, 4, None, 8),
        # deposited before its date, as banks take them into custody
        (BANK, 10, 0, None, 14 - 2 + 2),
        # a statement shows it
        (BANK, 0, 0, 1, 1),
        (PASSED, 3, 1, None, 7),
        (HAND, 0, 0, None, None),
        (RETURNED, 0, 0, None, None),
        (BACK, 0, 0, None, None),
        (BOUNCED, 0, 0, None, None),
    ],
)
def test_when_it_clears(place, due, moved, seen, clears):
    document = Document(place, on(due), on(moved), None if seen is None else on(seen))
    expected = None if clears is None else on(clears)
    assert clears_on(document, two_days) == expected
    if clears is None:
        assert state(document, on(1000), two_days) == place
    else:
        assert state(document, on(clears - 1), two_days) == place
        assert state(document, on(clears), two_days) == CLEARED


days = st.integers(0, 400).map(on)
documents = st.builds(Document, st.sampled_from(PLACES), days, days, st.none() | days)


@given(documents, days, days)
def test_what_cleared_stays_so(document, day, later):
    first, last = sorted((day, later))
    if state(document, first, two_days) == CLEARED:
        assert state(document, last, two_days) == CLEARED


@given(documents, days)
def test_only_what_is_away_clears(document, day):
    found = state(document, day, two_days)
    assert found == document.place or (found == CLEARED and document.place in AWAY)


@given(documents, days)
def test_without_a_statement_nothing_clears_before_its_date(document, day):
    if not document.seen and state(document, day, two_days) == CLEARED:
        assert day >= max(document.due, document.moved)
        assert counts_from(document) == max(document.due, document.moved)


def test_everything_that_is_neither_money_nor_owed_in_the_books_is_documented():
    assert set(DOCUMENTED) == set(PLACES) - {BACK, BOUNCED}
