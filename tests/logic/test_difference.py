"""What a net payment leaves over: what is small, how it is cleared, who may do it."""

from datetime import date
from decimal import Decimal

import pytest
from debt_collection_logic.difference import (
    CLEARED,
    OPEN,
    RETURNED,
    cover,
    is_small,
    judge,
    may_write_off,
    spread,
    worth,
)
from hypothesis import given
from hypothesis import strategies as st

DAY = date(2026, 6, 1)
money = st.decimals(0, 10_000, places=2)
positive = st.decimals("0.01", 10_000, places=2)
days = st.dates(date(2026, 5, 1), date(2026, 7, 1))
#: Yen and Chilean pesos have no cents, Kuwaiti and Tunisian dinars three.
digits = st.sampled_from([0, 2, 3])


def amount_in(places):
    step = Decimal(1).scaleb(-places)
    return st.integers(1, 10**9).map(lambda units: units * step)


# === WHAT IS SMALL === #


@pytest.mark.parametrize(
    ("residual", "original", "worth_", "small"),
    [
        (4, 100, 4, True),
        (15, 100, 15, True),
        ("15.01", 100, "15.01", False),
        # nothing was paid, or everything
        (100, 100, 4, False),
        (0, 100, 0, False),
        # a small part of a great invoice is great all the same
        (150, 10_000, 150, True),
        (600, 10_000, 600, False),
        # the limit is in the currency of the company
        (10, 100, 40_000, False),
        # a credit
        (-4, -100, -4, False),
    ],
)
def test_small_by_table(residual, original, worth_, small):
    values = (Decimal(str(each)) for each in (residual, original, worth_))
    assert is_small(*values, percent=15, most=Decimal(500)) == small


@given(positive, positive, money, st.integers(0, 100), money)
def test_small_is_less_than_all_and_within_both_limits(
    residual, original, worth_, percent, most
):
    if is_small(residual, original, worth_, percent, most):
        assert 0 < residual < original
        assert worth_ <= most
        assert residual * 100 <= original * percent
        assert is_small(residual, original, worth_, 100, most)


# === WHAT BECOMES OF IT === #


@pytest.mark.parametrize(
    ("credited", "owed", "day", "answered", "state", "covered"),
    [
        (0, 4, 1, False, OPEN, 4),
        # a part of it was paid, or all of it
        (0, 3, 1, False, OPEN, 3),
        (0, 0, 1, False, CLEARED, 0),
        # written off or credited
        (4, 0, 1, False, CLEARED, 0),
        (1, 3, 1, False, OPEN, 3),
        # the payment was taken back: the rest is chased again, the difference is not
        (0, 100, 1, False, OPEN, 4),
        (4, 96, 1, False, CLEARED, 0),
        # the last day to wait, and the one after it
        (0, 4, 15, False, OPEN, 4),
        (0, 4, 16, False, RETURNED, 0),
        (0, 4, 16, True, OPEN, 4),
        (0, 0, 16, False, CLEARED, 0),
    ],
)
def test_states_by_table(credited, owed, day, answered, state, covered):
    values = (Decimal(4), Decimal(credited), Decimal(owed))
    rest = (DAY.replace(day=day), DAY.replace(day=15), answered)
    assert judge(*values, *rest) == state
    assert cover(*values, *rest) == covered


def test_without_a_day_of_return_it_waits_for_ever():
    assert judge(Decimal(4), Decimal(0), Decimal(4), date.max) == OPEN


@given(positive, money, money, days, st.none() | days, st.booleans(), money)
def test_it_covers_as_long_as_it_is_open(
    amount, credited, owed, day, back, answered, crumb
):
    arguments = (amount, credited, owed, day, back, answered, crumb)
    covered = cover(*arguments)
    assert 0 <= covered <= min(amount, owed)
    assert (covered > 0) == (judge(*arguments) == OPEN)


# === THE ENTRY === #


@given(st.data(), digits)
def test_an_amount_spreads_exactly_and_oldest_first(data, places):
    owed = data.draw(st.lists(amount_in(places), max_size=6))
    amount = data.draw(amount_in(places))
    shares = spread(amount, owed)
    assert sum(shares) == min(amount, sum(owed))
    assert all(0 <= share <= each for share, each in zip(shares, owed, strict=True))
    # whoever gets less than everything is the last one to get anything
    partial = [n for n, (s, o) in enumerate(zip(shares, owed, strict=True)) if s < o]
    assert not any(shares[n + 1 :] != [0] * len(shares[n + 1 :]) for n in partial[:1])


@given(st.data(), digits, digits)
def test_a_share_is_worth_its_part_to_the_last_digit(data, places, company_places):
    owed = data.draw(amount_in(places))
    value = data.draw(amount_in(company_places))
    share = min(owed, data.draw(amount_in(places)))
    found = worth(share, owed, value, company_places)
    step = Decimal(1).scaleb(-company_places)
    assert found % step == 0
    assert 0 <= found <= value
    assert abs(found - value * share / owed) <= step / 2
    assert worth(owed, owed, value, company_places) == value


@pytest.mark.parametrize(
    ("share", "owed", "value", "places", "expected"),
    [
        ("1", "3", "100", 0, "33"),
        ("1", "3", "100", 2, "33.33"),
        ("1", "3", "100", 3, "33.333"),
        ("0.5", "1", "1", 0, "1"),
        ("0.001", "1.000", "4000", 0, "4"),
    ],
)
def test_worth_by_table(share, owed, value, places, expected):
    found = worth(Decimal(share), Decimal(owed), Decimal(value), places)
    assert found == Decimal(expected)


# === WHO MAY === #


@pytest.mark.parametrize(
    ("role", "alone", "approve"),
    [
        ((-1, -1), (False, False, False), (False, False, False)),
        ((50, 50), (True, False, False), (True, False, False)),
        ((500, None), (True, True, False), (True, True, True)),
    ],
)
def test_limits_by_role(role, alone, approve):
    amounts = (Decimal(50), Decimal(500), Decimal(501))
    assert tuple(may_write_off(each, role) for each in amounts) == alone
    assert tuple(may_write_off(each, role, True) for each in amounts) == approve
