"""Whose money is this: by table and by property."""

import string
from datetime import date, timedelta
from decimal import Decimal

import pytest
from debt_collection_logic.matching import (
    CLEAR,
    Claim,
    Match,
    Money,
    Shelf,
    fits,
    in_window,
    is_clear,
    is_in,
    key,
    numbers,
)
from hypothesis import given
from hypothesis import strategies as st

DAY = date(2026, 6, 1)


def money(amount=100, text="", **values):
    return Money(Decimal(amount), values.pop("day", DAY), text, **values)


def claim(amount=100, *references, **values):
    values.setdefault("day", DAY)
    return Claim(7, (("amount", Decimal(amount)),), references=references, **values)


@pytest.mark.parametrize(
    ("reference", "text", "found"),
    [
        ("123456", "TRF 123456", True),
        ("TRF-123456", "transf. 0000123456", True),
        ("INV/2026/00012", "PAGO INV-2026-00012", True),
        ("INV/2026/00012", "PAGO FACT 00012", True),
        ("INV/2026/00012", "PAGO FACT 12", False),
        ("INV/2026/00012", "ENERO 2026", False),
        ("INV/2026/00012", "INV/2026/00013", False),
        ("AB12C9", "ref ab-12-c9", True),
        ("123456", "1234567", False),
        ("", "anything 1234", False),
        ("1234", "", False),
        ("0000", "0000", False),
        ("juan", "JUAN PEREZ", False),
    ],
)
def test_references(reference, text, found):
    assert is_in(reference, text) is found


@pytest.mark.parametrize(
    ("theirs", "came", "reasons"),
    [
        (claim(), money(), ("amount", "date")),
        (claim(), money(99), None),
        (claim(), money(99, debtor=7), ("near", "customer", "date")),
        (claim(), money(debtor=8), None),
        (claim(), money(50, day=DAY + timedelta(days=9)), None),
        (claim(100, "TRF 998877"), money(50, "998877"), ("reference", "date")),
        (
            claim(payers=frozenset({"ANDINASA"})),
            money(70, payer=frozenset({"ANDINASA"})),
            ("payer", "date"),
        ),
        (
            claim(payers=frozenset({"FERRETERIAANDINA"})),
            money(70, "TRANSF FERRETERIA ANDINA SA"),
            ("payer", "date"),
        ),
        (
            claim(banks=frozenset({3})),
            money(bank=3),
            ("amount", "date", "bank"),
        ),
        # where it came in says nothing alone
        (claim(banks=frozenset({3})), money(70, bank=3), None),
    ],
)
def test_reasons(theirs, came, reasons):
    match = fits(theirs, came)
    assert (match and match.reasons) == reasons


def test_only_the_best_reason_about_the_amount_counts():
    both = Claim(7, (("amount", Decimal(100)), ("overdue", Decimal(100))))
    assert fits(both, money()).points == fits(claim(day=None), money()).points
    assert fits(both, money()).reasons == ("amount", "overdue")


def test_what_is_applied_unseen():
    sure, good, weak = Match(90, ()), Match(CLEAR, ()), Match(CLEAR - 1, ())
    assert is_clear([sure])
    assert is_clear([sure, good])
    assert not is_clear([good, good])
    assert not is_clear([weak])
    assert not is_clear([])


def test_an_amount_alone_needs_a_person():
    assert not is_clear([fits(claim(day=None), money())])
    assert is_clear([fits(claim(), money())])
    assert is_clear([fits(claim(day=None), money(debtor=7))])


@pytest.mark.parametrize(
    ("days", "inside"), [(-11, False), (-10, True), (30, True), (31, False)]
)
def test_window(days, inside):
    assert in_window(DAY, DAY + timedelta(days=days)) is inside


words = st.text(string.ascii_letters + string.digits + " -/.áñ", max_size=20)
runs = st.integers(10_000, 10**9).map(str)


@given(words, words, runs)
def test_a_number_is_found_between_other_words(before, after, run):
    assert is_in(f"Ref {run}", f"{before} 00{run} {after}")


@given(words)
def test_keys_and_numbers(text):
    assert key(key(text)) == key(text)
    assert key(text.lower()) == key(text.upper())
    assert all(number.isdigit() and number[0] != "0" for number in numbers(text))


amounts = st.integers(95, 105).map(Decimal)
payers = st.frozensets(st.sampled_from(["ANDINASA", "LOPEZ", "0012345678"]), max_size=2)
texts = st.sampled_from(["", "TRF 123456", "INV/2026/00012", "Andina SA", "AB12C9"])
monies = st.builds(
    Money,
    amounts,
    st.dates(DAY, DAY + timedelta(days=5)),
    texts,
    st.sampled_from([None, 7, 8]),
    payers,
    st.sampled_from([None, 1, 2]),
)
claims = st.builds(
    Claim,
    st.sampled_from([7, 8]),
    st.lists(
        st.tuples(st.sampled_from(["amount", "overdue"]), amounts), max_size=2
    ).map(tuple),
    st.just(DAY),
    st.lists(texts, max_size=2).map(tuple),
    payers,
    st.frozensets(st.sampled_from([1, 2])),
)


@given(claims, st.lists(monies, max_size=8))
def test_the_shelf_hides_nothing(theirs, some):
    found = Shelf(some).may_fit(theirs)
    assert {at for at, each in enumerate(some) if fits(theirs, each)} <= set(found)


@given(claims, monies)
def test_more_reasons_more_points(theirs, came):
    match = fits(theirs, came)
    known = fits(
        theirs, Money(came.amount, came.day, came.text, theirs.debtor, came.payer)
    )
    if match and came.debtor is None and came.bank is None:
        assert known.points > match.points
