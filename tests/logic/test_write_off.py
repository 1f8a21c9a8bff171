"""What is proposed to be written off, and its part of tax: by table and by property."""

from decimal import Decimal

import pytest
from debt_collection_logic.write_off import Debt, Rule, fits, tax_part
from hypothesis import given
from hypothesis import strategies as st

SMALL, COST = Decimal(50), Decimal(20)
money = st.decimals("0.01", 1000, places=2)
debts = st.builds(
    Debt,
    total=money,
    ages=st.lists(st.integers(-30, 400), max_size=4).map(tuple),
    rank=st.integers(0, 60),
)
rules = st.builds(
    Rule,
    age=st.integers(0, 200),
    most=st.just(Decimal(0)) | money,
    small=st.booleans(),
    by_cost=st.booleans(),
    rank=st.integers(0, 60),
)


@pytest.mark.parametrize(
    ("rule", "total", "ages", "rank", "expected"),
    [
        (Rule(age=120, small=True), 49, (121,), 0, True),
        (Rule(age=120, small=True), 50, (121,), 0, False),
        # one document is too young
        (Rule(age=120, small=True), 49, (400, 120), 0, False),
        (Rule(age=120, small=True), 49, (400, -3), 0, False),
        (Rule(age=120, most=Decimal(1000)), 999, (121,), 0, True),
        (Rule(age=120, most=Decimal(1000)), 1000, (121,), 0, False),
        (Rule(age=180, by_cost=True), 19, (181,), 0, True),
        (Rule(age=180, by_cost=True), 20, (181,), 0, False),
        (Rule(age=180, rank=50), 9, (181,), 40, False),
        (Rule(age=180, rank=50), 9, (181,), 50, True),
        # nothing is owed
        (Rule(), 0, (500,), 0, False),
        (Rule(), 9, (), 0, False),
    ],
)
def test_what_is_proposed(rule, total, ages, rank, expected):
    assert fits(rule, Debt(Decimal(total), ages, rank), SMALL, COST) == expected


@given(rules, debts)
def test_older_and_smaller_debts_fit_as_well(rule, debt):
    if fits(rule, debt, SMALL, COST):
        older = Debt(debt.total, tuple(age + 1 for age in debt.ages), debt.rank)
        smaller = Debt(debt.total / 2, debt.ages, debt.rank + 1)
        assert fits(rule, older, SMALL, COST)
        assert fits(rule, smaller, SMALL, COST)


@pytest.mark.parametrize(
    ("value", "tax", "total", "digits", "expected"),
    [
        ("119", "19", "119", 2, "19.00"),
        ("59.50", "19", "119", 2, "9.50"),
        ("0.01", "19", "119", 2, "0.00"),
        ("100", "0", "100", 2, "0"),
        ("1190", "190", "1190", 0, "190"),
        ("10", "0", "0", 2, "0"),
        # the tax of a credit is no tax to be had back
        ("10", "-1", "10", 2, "0"),
    ],
)
def test_part_of_tax(value, tax, total, digits, expected):
    found = tax_part(Decimal(value), Decimal(tax), Decimal(total), digits)
    assert found == Decimal(expected)


@given(money, money, money, st.sampled_from((0, 2, 3)))
def test_the_tax_is_a_part_of_the_loss(value, net, tax, digits):
    unit = Decimal(1).scaleb(-digits)
    value = value.quantize(unit)
    found = tax_part(value, tax, net + tax, digits)
    assert found % unit == 0
    assert 0 <= found <= value
    assert abs(found - value * tax / (net + tax)) <= unit / 2
