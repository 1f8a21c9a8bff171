"""The figures of a portfolio against small ones that were computed by hand."""

from decimal import Decimal

import pytest
from debt_collection_logic import figures
from hypothesis import given
from hypothesis import strategies as st

money = st.decimals(0, 10**9, places=2)


def D(text):
    return Decimal(str(text))


@pytest.mark.parametrize(
    ("receivable", "months", "days"),
    [
        # 30 of June whole, then 100 of 200 of May's 31 days
        (200, [(30, 100), (31, 200)], 45.5),
        (100, [(30, 100), (31, 200)], 30),
        (50, [(30, 100)], 15),
        (0, [(30, 100)], 0),
        # in the customer's favour
        (-20, [(30, 100)], 0),
        # a month without sales counts whole
        (50, [(30, 0), (31, 100)], 45.5),
        # more credited than invoiced: 20 come back
        (80, [(30, -20), (31, 200)], 45.5),
        # older than what is known
        (500, [(30, 100), (31, 200)], 61),
    ],
)
def test_count_back_by_hand(receivable, months, days):
    months = [(count, D(amount)) for count, amount in months]
    assert figures.dso_count_back(D(receivable), months) == D(days)


@pytest.mark.parametrize("months", [[], [(30, 0)], [(30, -5), (31, 0)]])
def test_count_back_without_sales_is_unknown(months):
    months = [(count, D(amount)) for count, amount in months]
    assert figures.dso_count_back(D(10), months) is None


@given(
    st.lists(st.tuples(st.integers(28, 31), money), min_size=1, max_size=12),
    money,
    money,
)
def test_count_back_grows_with_what_is_owed(months, first, second):
    less, more = sorted((first, second))
    results = [figures.dso_count_back(owed, months) for owed in (less, more)]
    if None in results:
        assert results == [None, None]
        return
    assert results[0] <= results[1] <= sum(days for days, _sales in months)


@given(st.integers(1, 12), st.decimals(1, 10**6, places=2), money)
def test_both_kinds_agree_where_every_month_is_alike(count, sales, owed):
    owed = min(owed, sales * count)
    months = [(30, sales)] * count
    simple = figures.dso_simple(owed, sales * count, 30 * count)
    assert figures.dso_count_back(owed, months) == pytest.approx(simple)


def test_the_example_of_the_textbook():
    assert round(figures.dso_simple(D(125_000), D(950_000), 365)) == 48


def test_cei_by_hand():
    # 100 + 50 came to be owed, 70 is left: 80 were collected of 100 that could be
    assert figures.cei(D(100), D(50), D(70), D(50)) == D("0.8")
    # everything that was due came in
    assert figures.cei(D(100), D(50), D(50), D(50)) == 1
    assert figures.cei(D(0), D(0), D(0), D(0)) is None


@given(money, money, money, money)
def test_cei_is_one_only_where_nothing_is_overdue(opening, sales, current, overdue):
    found = figures.cei(opening, sales, current + overdue, current)
    if found is not None:
        assert found <= 1
        assert (found == 1) == (overdue == 0) or overdue < D("0.01")


def test_rolling_and_curing_by_hand():
    moves = {
        (0, 1): D(40),
        (0, 0): D(60),
        (1, 2): D(30),
        (1, None): D(70),
        (2, 4): D(10),
        (2, 2): D(10),
    }
    assert figures.roll_rates(moves) == {0: D("0.4"), 1: D("0.3"), 2: D("0.5")}
    assert figures.cure_rate(moves) == D(70) / D(120)
    assert figures.roll_rates({}) == {}
    assert figures.cure_rate({(0, 1): D(5)}) is None


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 5), st.none() | st.integers(0, 5)), money, max_size=20
    )
)
def test_rates_are_parts_of_a_whole(moves):
    rates = [*figures.roll_rates(moves).values(), figures.cure_rate(moves) or 0]
    assert all(0 <= rate <= 1 for rate in rates)


def test_delinquent_days():
    assert figures.delinquent_days(D(48), D(30)) == 18
    assert figures.delinquent_days(None, D(30)) is None
