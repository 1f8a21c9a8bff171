from datetime import date, timedelta
from decimal import Decimal

from debt_collection_check_logic.taken_back import Settled, taken_back
from hypothesis import given
from hypothesis import strategies as st

cents = st.integers(1, 100_000).map(lambda amount: Decimal(amount) / 100)
settled = st.lists(st.tuples(st.integers(0, 30), cents), min_size=0, max_size=6).map(
    lambda rows: [
        Settled(key, date(2026, 6, 1) + timedelta(days=day), amount)
        for key, (day, amount) in enumerate(rows)
    ]
)


@st.composite
def payments(draw):
    """A payment, and how much of it is gone: never more than it was."""
    paid, left = draw(settled), draw(st.just(Decimal(0)) | cents)
    total = left + sum(each.amount for each in paid)
    part = draw(st.integers(1, 100))
    amount = (total * part / 100).quantize(Decimal("0.01"))
    return max(amount, Decimal("0.01")), left, paid


@given(payments())
def test_exactly_what_is_gone_is_open_again(payment):
    amount, left, paid = payment
    total = left + sum(each.amount for each in paid)
    if amount > total:
        return
    undone, again = taken_back(amount, left, paid)
    amounts = {each.key: each.amount for each in paid}
    reopened = sum((amounts[key] for key in undone), Decimal(0)) - again
    assert reopened == max(Decimal(0), amount - left)


@given(payments())
def test_the_oldest_debts_stay_paid(payment):
    amount, left, paid = payment
    undone, again = taken_back(amount, left, paid)
    kept = [each for each in paid if each.key not in undone]
    gone = [each for each in paid if each.key in undone]
    assert all((k.due, k.key) < (g.due, g.key) for k in kept for g in gone)
    # of the last one, never all is settled again
    if undone:
        last = next(each for each in paid if each.key == undone[-1])
        assert 0 <= again < last.amount
    else:
        assert again == 0
