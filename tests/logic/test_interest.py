"""Interest, fees and the order of payments: by table and by property."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from debt_collection_logic.charge import as_payments, fee, payment_order
from debt_collection_logic.interest import (
    Cap,
    Debt,
    Rates,
    first_day,
    interest,
    periods,
    round_once,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CENT = Decimal("0.01")
DUE = date(2024, 1, 31)
ECB = Rates(
    (
        (date(2023, 7, 1), Decimal("4.00")),
        (date(2024, 1, 1), Decimal("4.50")),
        (date(2024, 7, 1), Decimal("4.25")),
    ),
    margin=Decimal(8),
    months=6,
)


def debt_of(cents, due, paid):
    return Debt(
        cents * CENT,
        due,
        tuple((due + timedelta(days=day), part * CENT) for day, part in paid),
    )


def rates_of(changes, margin):
    return Rates(
        tuple((day, percent * CENT) for day, percent in sorted(changes.items())),
        margin * CENT,
    )


cents = st.integers(1, 10**8)
debts = st.builds(
    debt_of,
    cents,
    st.dates(date(2023, 1, 1), date(2026, 12, 31)),
    st.lists(st.tuples(st.integers(-30, 900), cents), max_size=4),
)
rates = st.builds(
    rates_of,
    st.dictionaries(
        st.dates(date(2022, 1, 1), date(2028, 1, 1)),
        st.integers(0, 3000),
        min_size=1,
        max_size=5,
    ),
    st.integers(0, 1500),
)
spans = st.integers(0, 1200)
graces = st.integers(0, 60)


def slow(debt, until, known, grace=0):
    """Return the interest, day after day: slow and obvious."""
    total, day = Fraction(0), debt.due + timedelta(days=grace + 1)
    while day <= until:
        paid = sum(amount for on, amount in debt.payments if on <= day)
        residual = max(Decimal(0), debt.amount - paid)
        percent = None
        for start, value in known.changes:
            if start <= day:
                percent = value + known.margin
        if percent is not None:
            total += Fraction(residual) * Fraction(percent) / 100 / 365
        day += timedelta(days=1)
    return total


def exact(found):
    return sum((each.interest for each in found), Fraction(0))


# === INTEREST === #


def test_the_example_of_gov_uk_both_ways():
    """1,000 pounds at 8.5 %, 50 days: 23p a day make 11.50; exactly it is 11.64."""
    debt = Debt(Decimal(1000), date(2026, 1, 1))
    found = periods(debt, date(2026, 2, 20), Rates.fixed(Decimal("8.5")))
    assert [each.days for each in found] == [50]
    ours = interest(found, CENT, debt.amount)
    assert ours.amount == Decimal("11.64")
    assert ours.exact == Fraction(1000 * 17 * 50, 2 * 100 * 365)
    daily = round_once(found[0].interest / found[0].days, CENT)
    assert (daily, daily * 50) == (Decimal("0.23"), Decimal("11.50"))


def test_the_half_years_of_the_statute():
    """Each day has the rate of its half-year, the payment counts from its own day."""
    debt = Debt(Decimal(10000), DUE, ((date(2024, 7, 11), Decimal(4000)),))
    found = periods(debt, date(2024, 7, 31), ECB)
    assert [
        (each.first, each.last, each.days, each.residual, each.rate) for each in found
    ] == [
        (date(2024, 2, 1), date(2024, 6, 30), 151, Decimal(10000), Decimal("12.50")),
        (date(2024, 7, 1), date(2024, 7, 10), 10, Decimal(10000), Decimal("12.25")),
        (date(2024, 7, 11), date(2024, 7, 31), 21, Decimal(6000), Decimal("12.25")),
    ]
    # 517.1233 + 33.5616 + 42.2877
    assert interest(found, CENT, debt.amount).amount == Decimal("592.97")


@pytest.mark.parametrize(
    ("due", "until", "days"),
    [
        (date(2024, 2, 27), date(2024, 3, 1), 3),
        (date(2023, 2, 27), date(2023, 3, 1), 2),
        (date(2023, 12, 31), date(2024, 12, 31), 366),
        (date(2024, 12, 31), date(2025, 12, 31), 365),
        (date(2024, 1, 31), date(2024, 1, 31), 0),
    ],
)
def test_a_leap_day_bears_interest_like_any_other(due, until, days):
    found = periods(Debt(Decimal(365), due), until, Rates.fixed(Decimal(100)))
    assert sum(each.days for each in found) == days
    # 365 at 100 % are one a day, also in leap years
    assert exact(found) == days


# on a busy machine the slow version is slower still
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(debts, st.integers(0, 400), rates, graces)
def test_it_is_the_sum_of_its_days(debt, span, known, grace):
    until = debt.due + timedelta(days=span)
    assert exact(periods(debt, until, known, grace)) == slow(debt, until, known, grace)


@given(debts, spans, spans, rates, graces)
def test_more_days_never_lower_it(debt, span, more, known, grace):
    until = debt.due + timedelta(days=span)
    later = until + timedelta(days=more)
    less, much = (
        interest(periods(debt, day, known, grace), CENT, debt.amount)
        for day in (until, later)
    )
    assert less.exact <= much.exact
    assert less.amount <= much.amount


@given(debts, spans, rates, graces, st.integers(0, 400))
def test_grace_and_payments_never_raise_it(debt, span, known, grace, paid_after):
    until = debt.due + timedelta(days=span)
    plain = exact(periods(debt, until, known))
    assert exact(periods(debt, until, known, grace)) <= plain
    payment = (debt.due + timedelta(days=paid_after), Decimal(1))
    paid = Debt(debt.amount, debt.due, (*debt.payments, payment))
    assert exact(periods(paid, until, known)) <= plain


@given(debts, st.lists(spans, min_size=1, max_size=5), rates, graces)
def test_no_day_counts_twice_however_often_it_is_charged(debt, stops, known, grace):
    days = sorted({debt.due + timedelta(days=stop) for stop in stops})
    charged_to, parts, seen = None, Fraction(0), set()
    for until in days:
        found = periods(debt, until, known, grace, charged_to)
        parts += exact(found)
        for each in found:
            dates = {each.first + timedelta(days=n) for n in range(each.days)}
            assert not seen & dates
            seen |= dates
        if first_day(debt.due, grace, charged_to) <= until:
            charged_to = until
    assert parts == exact(periods(debt, days[-1], known, grace))


@given(debts, spans, rates, graces)
def test_periods_are_in_order_and_differ_from_their_neighbours(
    debt, span, known, grace
):
    until = debt.due + timedelta(days=span)
    found = periods(debt, until, known, grace)
    assert all(each.days > 0 and each.residual > 0 for each in found)
    for one, following in zip(found, found[1:], strict=False):
        assert one.last < following.first
        if one.last + timedelta(days=1) == following.first:
            assert (one.residual, one.rate) != (following.residual, following.rate)
    if found:
        assert found[0].first > debt.due + timedelta(days=grace)
        assert found[-1].last <= until


@given(
    debts,
    spans,
    rates,
    st.integers(0, 100),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
)
def test_the_limit_is_never_exceeded(debt, span, known, percent, most, charged):
    cap = Cap(Decimal(percent), most * CENT)
    found = periods(debt, debt.due + timedelta(days=span), known)
    result = interest(found, CENT, debt.amount, cap, charged * CENT)
    free = interest(found, CENT, debt.amount)
    assert 0 <= result.amount <= free.amount
    if percent and result.amount:
        assert (result.amount + charged * CENT) * 100 <= debt.amount * percent
    if most and result.amount:
        assert result.amount + charged * CENT <= most * CENT
    if not percent and not most:
        assert result == free


def test_days_before_the_first_known_rate_bear_none():
    debt = Debt(Decimal(365), date(2023, 6, 20))
    found = periods(debt, date(2023, 7, 10), ECB)
    assert [(each.first, each.days) for each in found] == [(date(2023, 7, 1), 10)]


def test_the_last_known_rate_goes_on_and_tells_from_when():
    assert ECB.on(date(2026, 11, 28)) == Decimal("12.25")
    assert ECB.unknown_from() == date(2025, 1, 1)
    assert Rates.fixed(Decimal(5)).unknown_from() is None
    assert Rates(()).on(date(2026, 1, 1)) is None


@pytest.mark.parametrize(
    ("exact_amount", "step", "rounded"),
    [
        (Fraction(5, 1000), "0.01", "0.01"),
        (Fraction(4999, 1000000), "0.01", "0.00"),
        (Fraction(3, 2), "1", "2"),
        (Fraction(1234, 1000), "0.05", "1.25"),
        (Fraction(12345, 10000), "0.001", "1.235"),
    ],
)
def test_rounding_is_that_of_the_currency(exact_amount, step, rounded):
    assert round_once(exact_amount, Decimal(step)) == Decimal(rounded)


# === FEES === #

UK = tuple((Decimal(a), Decimal(b)) for a, b in ((0, 40), (1000, 70), (10000, 100)))


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("0.01", 40), ("999.99", 40), ("1000", 70), ("9999.99", 70), ("10000", 100)],
)
def test_the_fixed_sums_of_the_uk(amount, expected):
    assert fee("tiers", Decimal(amount), CENT, tiers=UK) == expected


def test_a_document_below_every_tier_has_no_fee():
    assert fee("tiers", Decimal(50), CENT, tiers=UK[1:]) == 0


def test_fixed_and_percent():
    assert fee("fixed", Decimal(5), CENT, Decimal(40)) == 40
    assert fee("percent", Decimal("33.33"), CENT, Decimal(10)) == Decimal("3.33")


# === MONEY AND ORDER === #


@given(
    st.lists(st.integers(1, 1000), max_size=6),
    st.lists(st.integers(1, 1000), max_size=6),
)
def test_unapplied_money_pays_the_oldest_and_no_more_than_there_is(credit, owed):
    paid = as_payments(list(enumerate(credit)), list(enumerate(owed)))
    each = [sum(amount for _day, amount in paid.get(n, ())) for n in range(len(owed))]
    assert sum(each) == min(sum(credit), sum(owed))
    assert all(amount <= debt for amount, debt in zip(each, owed, strict=True))
    for before, debt, after in zip(each, owed, each[1:], strict=False):
        assert before == debt or after == 0


def test_costs_then_interest_then_principal():
    owed = [
        ("new", date(2026, 3, 1), None),
        ("interest", date(2026, 2, 1), "interest"),
        ("old", date(2026, 1, 1), None),
        ("fee", date(2026, 4, 1), "fee"),
    ]
    assert payment_order(owed, True) == ["fee", "interest", "old", "new"]
    assert payment_order(owed, False) == ["old", "interest", "new", "fee"]
