"""Commissions of agencies: by table and by property."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from debt_collection_logic.commission import Payment, Terms, commission, counts
from hypothesis import given
from hypothesis import strategies as st

HANDED = date(2026, 6, 1)
CENTS = st.integers(1, 10**8).map(lambda number: Decimal(number) / 100)
PAYMENTS = st.lists(
    st.builds(Payment, st.dates(HANDED - timedelta(40), HANDED + timedelta(80)), CENTS),
    max_size=8,
)


@pytest.mark.parametrize(
    ("offset", "ended", "expected"),
    [(-1, None, False), (0, None, True), (9, 8, False), (8, 8, True)],
)
def test_only_what_comes_while_it_has_the_debt_counts(offset, ended, expected):
    payment = Payment(HANDED + timedelta(offset), Decimal(5))
    end = ended and HANDED + timedelta(ended)
    assert counts(payment, HANDED, end) is expected


def test_a_currency_without_cents():
    terms = Terms(percent=Decimal("12.5"), rounding=Decimal(1))
    assert commission([Payment(HANDED, Decimal(1004))], terms, HANDED)[1] == 126


def test_a_fixed_commission_is_due_without_a_payment():
    assert commission([], Terms(fixed=Decimal(300)), HANDED) == (0, 300)


@given(PAYMENTS, st.integers(0, 100))
def test_it_is_a_part_of_what_came(payments, percent):
    recovered, due = commission(payments, Terms(percent=Decimal(percent)), HANDED)
    assert recovered == sum(p.amount for p in payments if p.day >= HANDED)
    exact = recovered * percent / 100
    assert abs(due - exact) <= Decimal("0.005") * len(payments)
    assert due == due.quantize(Decimal("0.01"))
