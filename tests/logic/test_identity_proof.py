"""What proves that somebody is a customer: by table, and that nobody tries many."""

import doctest

import pytest
from debt_collection_logic import identity_proof
from debt_collection_logic.identity_proof import (
    TAIL,
    comparable,
    numbers,
    says_tail,
    tails,
    without,
)
from hypothesis import given
from hypothesis import strategies as st

four = st.text("0123456789", min_size=TAIL, max_size=TAIL)


def test_examples_hold():
    failed, tried = doctest.testmod(identity_proof)
    assert (failed, tried > 0) == (0, True)


@pytest.mark.parametrize(
    ("number", "country", "expected"),
    [
        ("900.123.456-7", "CO", {"4567", "3456"}),
        ("900123456", "CO", {"3456"}),
        ("76.543.210-K", "CL", {"210K", "3210"}),
        ("GAVM850101AB1", "MX", {"1AB1"}),
        ("20-12345678-6", "AR", {"6786", "5678"}),
        ("B12345678", "ES", {"5678"}),
        ("1234", "CO", set()),  # all of it would be asked for
        ("", "CO", set()),
        (None, None, set()),
        (False, "CO", set()),
    ],
)
def test_the_digits_that_are_right(number, country, expected):
    assert tails(number, country) == expected


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("4567", True),
        (" 4567. ", True),
        ("son 4567, gracias", True),
        ("4568", False),
        ("4567 4568", False),  # two tries in one
        ("45674568", False),
        ("4567" + " " * 100, False),
        ("", False),
        ("<script>4567</script>", True),  # words around it are no other try
        ("\x004567", True),
    ],
)
def test_what_is_said(text, right):
    assert says_tail(text, {"4567", "3456"}) is right


@given(st.lists(four, min_size=2, max_size=8, unique=True), st.sampled_from(" ,;\n-/"))
def test_nobody_tries_two_at_once(tries, between):
    assert not says_tail(between.join(tries), {tries[0]})


@given(four, st.text(max_size=30))
def test_a_customer_without_a_number_is_proven_by_nothing(said, more):
    assert not says_tail(said, set())
    assert not says_tail(more, set())


@given(st.text(max_size=100))
def test_any_text_is_taken(text):
    assert isinstance(numbers(text), set)
    assert says_tail(text, {"4567"}) in (True, False)
    assert isinstance(without(text, numbers(text)), str)
    assert comparable(text) == comparable(comparable(text))
