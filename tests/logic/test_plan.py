"""Payment plans: by table and by property."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from debt_collection_logic.plan import (
    FREQUENCIES,
    Limit,
    Terms,
    beyond,
    discount_of,
    interest,
    judge,
    percent_of,
    schedule,
    to_credit,
)
from debt_collection_logic.working_days import add_working_days, is_working
from hypothesis import given
from hypothesis import strategies as st

START = date(2026, 1, 15)


@st.composite
def terms(draw):
    digits = draw(st.sampled_from((0, 2, 3)))
    unit = Decimal(1).scaleb(-digits)
    amount = draw(st.integers(1, 10**9)) * unit
    discount = draw(st.just(0) | st.integers(0, int(amount / unit) - 1)) * unit
    down = draw(st.integers(0, int((amount - discount) / unit) - 1)) * unit
    start = draw(st.dates(date(2020, 1, 1), date(2030, 1, 1)))
    return Terms(
        amount,
        down,
        draw(st.integers(1, 60)),
        draw(st.sampled_from(sorted(FREQUENCIES))),
        start,
        start + timedelta(days=draw(st.integers(0, 60))),
        digits,
        discount,
        draw(st.decimals(0, 60, places=2)),
    )


@given(terms())
def test_interest_is_that_of_each_day_on_what_is_left(what):
    plan = schedule(what)
    extra = interest(what, plan)
    unit = Decimal(1).scaleb(-what.digits)
    daily, left, day = [], what.to_pay, what.start
    for until, amount in plan:
        days = 0
        while day < until:
            day += timedelta(days=1)
            days += 1
        daily.append(left * days * what.interest / 36500)
        left -= amount
    assert all(each % unit == 0 and each >= 0 for each in extra)
    assert all(abs(a - b) <= unit / 2 for a, b in zip(extra, daily, strict=True))


@given(terms(), st.decimals(0, 10, places=2))
def test_more_interest_never_costs_less(what, more):
    plan = schedule(what)
    dearer = replace(what, interest=what.interest + more)
    assert sum(interest(dearer, plan)) >= sum(interest(what, plan))
    assert not any(interest(replace(what, interest=Decimal(0)), plan))


@given(terms())
def test_it_adds_up_to_the_debt_less_what_is_waived(what):
    plan = schedule(what)
    unit = Decimal(1).scaleb(-what.digits)
    assert sum(amount for _day, amount in plan) == what.amount - what.discount
    assert all(amount > 0 and amount % unit == 0 for _day, amount in plan)
    assert len(plan) <= what.payments


@given(terms())
def test_instalments_differ_by_what_rounding_leaves(what):
    amounts = [amount for _day, amount in schedule(what)][bool(what.down) :]
    if len(amounts) > 1:
        assert len(set(amounts[:-1])) == 1
    if len(amounts) == what.count:
        unit = Decimal(1).scaleb(-what.digits)
        assert abs(amounts[-1] - amounts[0]) <= unit * what.count


@given(terms())
def test_days_come_in_order_and_from_the_first_one_on(what):
    days = [day for day, _amount in schedule(what)]
    assert days == sorted(days)
    assert days[0] >= min(what.start, what.first)


@given(terms())
def test_the_debtor_pays_on_working_days(what):
    plan = schedule(what, lambda day: add_working_days(day - timedelta(days=1), 1))
    assert all(is_working(day) for day, _amount in plan)
    assert [amount for _d, amount in plan] == [amount for _d, amount in schedule(what)]


def test_months_end_where_they_end():
    plan = schedule(
        Terms(Decimal(300), Decimal(0), 4, "monthly", START, date(2026, 1, 31))
    )
    assert [day.isoformat()[5:] for day, _amount in plan] == [
        "01-31",
        "02-28",
        "03-31",
        "04-30",
    ]


@pytest.mark.parametrize(
    ("down", "count", "days", "expected"),
    [
        (30, 3, 60, []),
        (29, 3, 60, ["down"]),
        (30, 4, 60, ["count"]),
        (30, 3, 61, ["days"]),
        (0, 12, 365, ["down", "count", "days"]),
    ],
)
def test_limits(down, count, days, expected):
    what = Terms(Decimal(100), Decimal(down), count, "monthly", START, START)
    last = START + timedelta(days=days)
    assert beyond(what, last, Limit(Decimal(30), 3, 60)) == expected
    assert beyond(what, last, None) == []


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (["open", "open"], "active"),
        (["kept", "open"], "active"),
        (["kept", "kept"], "done"),
        (["kept", "cancelled"], "done"),
        (["kept", "broken", "open"], "broken"),
        (["partial", "open"], "broken"),
    ],
)
def test_a_plan_is_what_its_instalments_are(states, expected):
    assert judge(states) == expected


# === DISCOUNT === #


@given(terms())
def test_percentage_and_amount_are_the_same_discount(what):
    percent = percent_of(what.amount, what.discount)
    assert discount_of(what.amount, percent, what.digits) == what.discount
    # also as the database keeps it
    kept = Decimal(str(float(percent)))
    assert discount_of(what.amount, kept, what.digits) == what.discount


@pytest.mark.parametrize(
    ("discount", "down", "count", "expected"),
    [
        (5, 0, 1, []),
        ("5.01", 0, 1, ["discount"]),
        # a down payment is a payment
        (5, 50, 1, ["payments"]),
        (5, 0, 2, ["payments"]),
        (6, 10, 3, ["discount", "payments"]),
        # without a discount it is a plan
        (0, 0, 1, ["down"]),
    ],
)
def test_limits_of_discounts(discount, down, count, expected):
    what = Terms(
        *(Decimal(100), Decimal(down), count, "monthly", START, START),
        discount=Decimal(str(discount)),
    )
    limit = Limit(Decimal(30), 3, 60, Decimal(5), 1)
    assert beyond(what, START, limit) == expected
    assert beyond(what, START, None) == []


def test_the_greatest_discount_is_rounded_as_the_discount_is():
    amount = Decimal("0.11")  # five percent are 0.0055
    what = Terms(
        *(amount, Decimal(0), 1, "monthly", START, START),
        discount=discount_of(amount, Decimal(5)),
    )
    assert beyond(what, START, Limit(Decimal(0), 1, 9, Decimal(5), 1)) == []


@pytest.mark.parametrize(
    ("state", "credited", "owed", "expected"),
    [
        ("active", 0, 60, 0),
        ("broken", 0, 60, 0),
        ("done", 0, 60, 60),
        ("done", 20, 40, 40),
        ("done", 60, 0, 0),
        # paid in full after all, or nearly
        ("done", 0, 0, 0),
        ("done", 0, 10, 10),
        # paid short of a crumb: only what was waived is credited
        ("done", 0, 62, 60),
    ],
)
def test_what_is_to_be_credited(state, credited, owed, expected):
    values = (Decimal(each) for each in (60, credited, owed))
    assert to_credit(state, *values) == expected
