"""What a payment of a customer is for."""

from decimal import Decimal

from debt_collection_portal_logic.pay_choice import Part, settle, spread
from hypothesis import given
from hypothesis import strategies as st

positive = st.decimals(min_value="0.01", max_value="1000000", places=2)
debts = st.lists(positive, min_size=1, max_size=8)


def total(parts):
    return sum((part.amount for part in parts), Decimal(0))


@given(positive, debts)
def test_an_amount_pays_the_oldest_first_and_nothing_is_lost(amount, open_amounts):
    documents = [Part(key, owed) for key, owed in enumerate(open_amounts)]
    parts, rest = spread(amount, documents)
    assert total(parts) + rest == amount
    assert rest == max(0, amount - total(documents))
    by_key = {part.key: part.amount for part in parts}
    # each but the last is paid in full
    assert [part.key for part in parts] == list(range(len(parts)))
    assert all(by_key[key] == open_amounts[key] for key in range(len(parts) - 1))
    assert all(0 < part.amount <= open_amounts[part.key] for part in parts)


@given(debts, st.lists(positive, max_size=4))
def test_credits_are_used_up_once_and_the_money_pays_what_is_left(owed, credits_):
    parts = [Part(key, amount) for key, amount in enumerate(owed)]
    parts += [Part(100 + key, -amount) for key, amount in enumerate(credits_)]
    cleared, pay = settle(parts)
    used = sum((amount for _credit, _key, amount in cleared), Decimal(0))
    assert used == min(sum(owed), sum(credits_))
    assert total(pay) == sum(owed) - used
    for key, amount in enumerate(owed):
        of_it = [taken for _credit, other, taken in cleared if other == key]
        of_it += [part.amount for part in pay if part.key == key]
        assert sum(of_it) == amount
    for key, amount in enumerate(credits_):
        taken = [part for credit, _key, part in cleared if credit == 100 + key]
        assert sum(taken) <= amount
