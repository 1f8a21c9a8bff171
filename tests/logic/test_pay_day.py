"""Pay days: the first day on or after the due date on which the money can come."""

from datetime import date, timedelta

import pytest
from debt_collection_logic.pay_day import DayRule, PayCalendar
from hypothesis import given
from hypothesis import strategies as st

MONDAY, FRIDAY = 0, 4


@pytest.mark.parametrize(
    ("calendar", "due", "expected"),
    [
        (PayCalendar(), date(2026, 6, 6), date(2026, 6, 6)),
        # revision on Mondays, payment on Fridays two weeks later
        (
            PayCalendar(
                DayRule(weekdays=frozenset({MONDAY})),
                14,
                DayRule(weekdays=frozenset({FRIDAY})),
            ),
            date(2026, 6, 2),
            date(2026, 6, 26),
        ),
        # on the 15th and the last day of the month
        (
            PayCalendar(pay=DayRule(monthdays=frozenset({15, -1}))),
            date(2026, 2, 16),
            date(2026, 2, 28),
        ),
        # the second Friday
        (
            PayCalendar(
                pay=DayRule(weekdays=frozenset({FRIDAY}), weeks=frozenset({2}))
            ),
            date(2026, 6, 1),
            date(2026, 6, 12),
        ),
        # the last Friday
        (
            PayCalendar(
                pay=DayRule(weekdays=frozenset({FRIDAY}), weeks=frozenset({-1}))
            ),
            date(2026, 6, 1),
            date(2026, 6, 26),
        ),
        # a holiday is no pay day
        (
            PayCalendar(
                pay=DayRule(weekdays=frozenset({FRIDAY})),
                holidays=frozenset({date(2026, 5, 1)}),
            ),
            date(2026, 4, 27),
            date(2026, 5, 8),
        ),
    ],
)
def test_next_pay_day(calendar, due, expected):
    assert calendar.next_pay_day(due) == expected


day_rules = st.builds(
    DayRule,
    st.frozensets(st.integers(0, 6), max_size=3),
    st.frozensets(st.sampled_from([1, 2, 3, 4, -1]), max_size=2),
    st.frozensets(st.sampled_from([1, 10, 15, 28, -1]), max_size=2),
)
dates = st.dates(date(2024, 1, 1), date(2028, 12, 31))


@given(day_rules, dates)
def test_no_allowed_day_lies_between(rule, due):
    found = PayCalendar(pay=rule).next_pay_day(due)
    assert found >= due
    if rule and rule.allows(found):
        days = [due + timedelta(days=n) for n in range((found - due).days)]
        assert not any(rule.allows(day) for day in days)


@given(day_rules, st.integers(0, 30), day_rules, dates)
def test_a_later_due_date_is_never_paid_earlier(review, lead, pay, due):
    calendar = PayCalendar(review, lead, pay)
    assert calendar.next_pay_day(due) <= calendar.next_pay_day(due + timedelta(1))
