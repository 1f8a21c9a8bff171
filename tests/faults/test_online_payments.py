"""Online payments of customers: reported twice at once, and while others book too."""

import pytest

#: The payments of a transaction.
PAYMENTS = "SELECT COUNT(*) FROM account_payment WHERE payment_transaction_id = %s"
#: What a customer owes, and what is in their favour.
OWED = """
    SELECT COALESCE(SUM(l.amount_residual) FILTER (WHERE l.amount_residual > 0), 0),
           COALESCE(-SUM(l.amount_residual) FILTER (WHERE l.amount_residual < 0), 0)
      FROM account_move_line l JOIN account_account a ON a.id = l.account_id
     WHERE l.partner_id = %s AND l.parent_state = 'posted'
       AND a.account_type = 'asset_receivable'
"""


@pytest.fixture
def paying(nursery, partners):
    """Return (a customer, their transaction)."""
    nursery.do("to_the_end")
    customer = partners["due 1"]
    transaction = nursery.do("start_payment", customer)
    if not transaction:
        pytest.skip("payment_demo is not installed.")
    return customer, transaction


def test_the_same_news_twice_at_once_is_booked_once(nursery, oracle, paying):
    customer, transaction = paying
    ((owed, _favour),) = oracle.query(OWED, customer)
    first = nursery.start("hear_of_payment", transaction, stops={"asked"})
    assert first.run_to("asked")
    second = nursery.start("hear_of_payment", transaction)
    first.result()
    second.result()
    assert owed > 0
    assert oracle.value(PAYMENTS, transaction) == 1
    assert oracle.query(OWED, customer) == [(0, 0)]
    nursery.do("refresh")
    oracle.check_books()


def test_money_that_comes_while_an_accountant_books_another_is_not_lost(
    nursery, oracle, paying
):
    customer, transaction = paying
    ((owed, favour),) = oracle.query(OWED, customer)
    accountant = nursery.start("pay", customer, stops={"paid"})
    assert accountant.run_to("paid")
    online = nursery.start("hear_of_payment", transaction)
    accountant.result()
    online.result()
    assert oracle.value(PAYMENTS, transaction) == 1
    assert oracle.query(OWED, customer) == [(0, favour + owed)]
    nursery.do("refresh")
    oracle.check_books()
