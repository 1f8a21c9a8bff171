"""The run and the people who work on the books never wait for each other."""

import pytest

from .test_killed import POINTS

#: What a session holds on the tables of the books, other than having read them.
LOCKS = """
    SELECT c.relname, l.mode
      FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
     WHERE l.pid = %s AND l.mode <> 'AccessShareLock'
       AND c.relname IN ('account_move', 'account_move_line',
                         'account_partial_reconcile')
"""


def test_the_run_locks_no_row_of_the_books_at_any_point(nursery, oracle, partners):
    worker = nursery.start("to_the_end", stops=True)
    seen = set()
    while point := worker.reach():
        if point not in seen and point != "start":
            seen.add(point)
            (session,) = oracle.sessions(worker)
            assert not oracle.query(LOCKS, session), point
            held = nursery.do("find_locked_rows")
            assert not held["account_move"], point
            assert not held["account_move_line"], point
            # the author of a mail is referred to by it: the company, never a customer
            assert not set(held["res_partner"]) & set(partners.values()), point
        worker.go_on()
    assert seen >= set(POINTS)


@pytest.mark.parametrize(
    "point", ["before synced", "before slice", "before dispatched", "mail_accepted"]
)
def test_a_payment_does_not_wait_for_an_open_transaction_of_the_run(
    nursery, oracle, partners, point
):
    worker = nursery.start("to_the_end", stops={point})
    assert worker.run_to(point)
    nursery.do("pay", partners["due 1"], lock_timeout="1s")
    nursery.do("unpay", partners["due 1"])
    nursery.do("credit", partners["due 2"])
    worker.result()
    assert not worker.errors()
    nursery.do("to_the_end")
    oracle.check_over()


def test_the_run_does_not_wait_for_an_open_transaction_of_an_accountant(
    nursery, oracle, postbox, partners
):
    accountant = nursery.start("pay", partners["due 1"], stops={"paid"})
    assert accountant.run_to("paid")
    assert nursery.do("find_locked_rows")["account_move_line"]
    worker = nursery.start("to_the_end", lock_timeout="3s")
    worker.result()
    assert not worker.errors()
    assert len(postbox.letters) == 8, "nobody can see yet that it was paid"
    accountant.result()
    nursery.do("refresh")
    oracle.check_over()
    closed = "SELECT state FROM debt_case WHERE partner_id = %s"
    assert oracle.value(closed, partners["due 1"]) == "closed"
