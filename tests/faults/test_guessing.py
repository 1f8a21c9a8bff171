"""Whoever guesses from many places at once has no more tries than the others."""

import pytest

from .test_together import together

#: What is allowed in an hour.
TRIES, CODES = 5, 1
COUNT = "SELECT COUNT(*) FROM debt_portal_check WHERE kind = %r"


@pytest.fixture
def customer(nursery, partners):
    nursery.do("run")
    nursery.do("keep_check", partners["due 1"], "tax")
    return partners["due 1"]


def test_guesses_at_once_are_counted_one_by_one(nursery, oracle, customer):
    results = together(nursery, *[("guess", customer, "0000")] * 8)
    assert results == [False] * 8
    assert oracle.value(COUNT % "wrong") == TRIES
    # what is right comes too late
    assert nursery.do("guess", customer, "3432") is False


def test_the_right_one_among_them_is_found_once_its_turn_comes(
    nursery, oracle, customer
):
    works = [("guess", customer, "0000")] * 3 + [("guess", customer, "3432")]
    assert sorted(together(nursery, *works)) == [False, False, False, True]
    assert oracle.value(COUNT % "wrong") == 3


def test_codes_asked_for_at_once_leave_once(nursery, oracle, customer):
    nursery.do("keep_check", customer, "code")
    results = together(nursery, *[("ask_for_code", customer)] * 4)
    assert sorted(results) == [False, False, False, True]
    assert oracle.value(COUNT % "code") == CODES
    mails = "SELECT COUNT(*) FROM mail_mail WHERE body_html ~ 'Your code is'"
    assert oracle.value(mails) == 1
