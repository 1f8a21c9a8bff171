"""Whether a promise was kept: by table and by property."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from debt_collection_logic.promise import Earlier, Paid, is_enough, judge, share
from debt_collection_logic.working_days import add_working_days, is_working
from hypothesis import given
from hypothesis import strategies as st

DEADLINE = date(2026, 5, 5)
BEFORE = DEADLINE
AFTER = DEADLINE + timedelta(days=1)

money = st.decimals(0, 10_000, places=2)
paid_amounts = st.builds(
    Paid,
    in_time=money,
    total=money,
    to_apply=money,
    under_way=st.booleans(),
    owed=money,
)


def paid(in_time=0, total=0, to_apply=0, under_way=False, owed=1000):
    return Paid(
        Decimal(in_time), Decimal(total), Decimal(to_apply), under_way, Decimal(owed)
    )


@pytest.mark.parametrize(
    ("day", "what", "expected"),
    [
        (BEFORE, paid(), ("open", False)),
        (BEFORE, paid(40, 40), ("open", False)),
        (BEFORE, paid(100, 100), ("kept", False)),
        (BEFORE, paid(98, 98), ("kept", False)),
        (BEFORE, paid(97, 97), ("open", False)),
        (AFTER, paid(), ("broken", False)),
        (AFTER, paid(40, 40), ("partial", False)),
        (AFTER, paid(100, 100), ("kept", False)),
        (AFTER, paid(0, 100), ("broken", True)),
        (AFTER, paid(40, 100), ("broken", True)),
        (AFTER, paid(0, 0, to_apply=100), ("open", False)),
        (AFTER, paid(40, 40, to_apply=60), ("open", False)),
        (AFTER, paid(40, 40, to_apply=20), ("partial", False)),
        (AFTER, paid(under_way=True), ("open", False)),
        # the documents were cancelled, or paid before: there is nothing to pay
        (AFTER, paid(owed=0), ("cancelled", False)),
        (BEFORE, paid(owed=0), ("cancelled", False)),
        # what is left of them is less than was promised
        (AFTER, paid(30, 30, owed=0), ("kept", False)),
        # an older payment was taken back
        (AFTER, paid(-50, -50), ("broken", False)),
    ],
)
def test_verdicts(day, what, expected):
    assert judge(Decimal(100), DEADLINE, day, what) == expected


def test_a_crumb_that_is_missing_does_not_matter():
    what = paid(95, 95)
    assert judge(Decimal(100), DEADLINE, AFTER, what, crumb=Decimal(6))[0] == "kept"
    assert judge(Decimal(100), DEADLINE, AFTER, what, crumb=Decimal(5))[0] == "partial"


@given(amount=st.decimals("0.01", 10_000, places=2), what=paid_amounts)
def test_nothing_is_lost_before_the_deadline(amount, what):
    state, late = judge(amount, DEADLINE, BEFORE, what)
    assert state in ("open", "kept", "cancelled")
    assert not late


@given(amount=st.decimals("0.01", 10_000, places=2), what=paid_amounts, more=money)
def test_more_money_in_time_never_makes_it_worse(amount, what, more):
    order = ["broken", "partial", "open", "kept"]
    richer = Paid(
        what.in_time + more, what.total + more, what.to_apply, what.under_way, what.owed
    )
    before, _late = judge(amount, DEADLINE, AFTER, what)
    after, _late = judge(amount, DEADLINE, AFTER, richer)
    if before == "cancelled" or what.owed < amount:
        return  # what is owed would have shrunk as well
    assert order.index(after) >= order.index(before) or judge(
        amount, DEADLINE, AFTER, richer
    ) == ("broken", True)


@given(amount=st.decimals("0.01", 10_000, places=2), what=paid_amounts)
def test_late_means_paid_in_full(amount, what):
    state, late = judge(amount, DEADLINE, AFTER, what)
    if late:
        assert state == "broken"
        due = min(amount, what.owed + what.total)
        assert is_enough(what.total, due, Decimal(0))
        assert not is_enough(what.in_time, due, Decimal(0))


@given(
    amounts=st.lists(st.decimals("0.01", 1000, places=2), min_size=1, max_size=6),
    part=st.decimals(0, 1, places=3),
    before=money,
)
def test_the_same_money_keeps_no_two_promises(amounts, part, before):
    """Instalments of one debt: filled one after the other, nothing lost or doubled."""
    debt = sum(amounts)
    came = (debt * part).quantize(Decimal("0.01"))
    own = []
    for number, amount in enumerate(amounts):
        earlier = [Earlier(other, before) for other in amounts[:number]]
        mine, room = share(before + came, debt - came, before, earlier)
        own.append(min(mine, amount))
        assert min(amount, room + mine) == amount  # all of it can still come
        assert mine == max(0, came - sum(amounts[:number]))
    assert sum(own) == came


@given(paid=money, owed=money, before=money)
def test_alone_a_promise_has_all_that_came_since(paid, owed, before):
    assert share(paid, owed, before, []) == (paid - before, owed)


@given(
    amount=st.decimals("0.01", 1000, places=2),
    other=st.decimals("0.01", 1000, places=2),
    first=money,
    then=money,
)
def test_what_came_before_an_earlier_one_was_made_stays(amount, other, first, then):
    """A promise for an earlier day, made later, takes only what comes after it."""
    own, _room = share(first + then, Decimal(0), Decimal(0), [Earlier(other, first)])
    assert own == first + then - min(other, then)


@given(
    day=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    count=st.integers(0, 30),
    off=st.sets(st.integers(0, 40), max_size=8),
)
def test_working_days_are_counted(day, count, off):
    holidays = frozenset(day + timedelta(days=n) for n in off)
    end = add_working_days(day, count, holidays)
    passed = [day + timedelta(days=n + 1) for n in range((end - day).days)]
    assert sum(is_working(each, holidays) for each in passed) == count
    assert count == 0 or is_working(end, holidays)
