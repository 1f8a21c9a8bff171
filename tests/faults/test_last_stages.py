"""Plans, settlements, late charges and losses: two people at once, and workers killed.

What accounting does takes two clicks by two people: one entry comes of it.
"""

import pytest

from .test_killed import kill

#: What the run leaves of late charges, write-offs and limitation.
LAST_STAGES = """
    SELECT 'charge', i.move_line_id, h.kind, h.amount, h.date_from, h.date_to, h.state
      FROM debt_charge h JOIN debt_item i ON i.id = h.item_id
     UNION ALL
    SELECT 'write-off', w.partner_id, w.state, w.amount, w.proposed_date, NULL,
           (SELECT COUNT(*) FROM debt_item_debt_write_off_rel r
             WHERE r.debt_write_off_id = w.id)::text
      FROM debt_write_off w
     UNION ALL
    SELECT 'limitation', a.debtor_id, a.purpose, cardinality(a.item_refs),
           a.contact_day, c.date_limitation, NULL
      FROM debt_action a JOIN debt_case c ON c.id = a.case_id
     WHERE a.purpose = 'limitation'
     ORDER BY 1, 2, 3, 5
"""
#: Points of the run at which its writing is about to be committed, or just was.
POINTS = [
    ("before slice", 1),
    ("after slice", 2),
    ("before proposed", 1),
    ("after proposed", 1),
    ("before limitation", 1),
    ("after limitation", 1),
]
INVOICES = """
    SELECT COUNT(*) FROM account_move
     WHERE move_type = %s AND state = 'posted' AND partner_id = %s
"""


def twice(nursery, *work):
    """Let a second person do the same before the first one's work is committed.

    :return: what the first one got, and the second one on another try
    """
    first = nursery.start(*work, stops={"asked"})
    assert first.run_to("asked")
    assert "Somebody else" in nursery.do(*work), "while the first one is at it"
    return first.result(), nursery.do(*work)


@pytest.fixture
def desk(nursery):
    """Workers on books where the last stages of a debt are reached."""
    nursery.do("prepare_last_stages")
    nursery.do("run")
    return nursery


def test_the_interest_of_a_plan_is_invoiced_once(desk, oracle, partners):
    customer = partners["due 1"]
    plan = desk.do("agree", customer, {"interest_percent": 36.5})
    invoices = oracle.value(INVOICES, "out_invoice", customer)
    done, refused = twice(desk, "invoice_interest", plan)
    assert done is True
    assert "invoiced once" in refused
    assert oracle.value(INVOICES, "out_invoice", customer) == invoices + 1
    desk.do("refresh")
    oracle.check_books()
    own = """SELECT COUNT(*) FROM debt_plan n
               JOIN debt_item_debt_plan_rel r ON r.debt_plan_id = n.id
               JOIN debt_item i ON i.id = r.debt_item_id
              WHERE i.move_id = n.interest_move_id"""
    assert oracle.value(own) == 1, "the plan pays it, once"


def test_the_discount_of_a_settlement_is_credited_once(desk, oracle, partners):
    customer = partners["due 2"]
    plan = desk.do("agree", customer, {"amount_discount": 30, "instalments": 1})
    desk.do("pay_the_plan", plan)
    desk.do("refresh")
    assert oracle.value("SELECT state FROM debt_plan") == "done"
    done, refused = twice(desk, "credit_discount", plan)
    assert done is True
    assert "credited once" in refused
    assert oracle.value(INVOICES, "out_refund", customer) == 1
    desk.do("refresh")
    oracle.check_books()
    owed = "SELECT amount_total FROM debt_case WHERE partner_id = %s"
    assert oracle.value(owed, customer) == 0


def test_late_charges_are_invoiced_once(desk, oracle, partners):
    customer = partners["due 3"]
    invoices = oracle.value(INVOICES, "out_invoice", customer)
    done, refused = twice(desk, "invoice_charges", customer)
    assert done is True
    assert "not claimed any more" in refused
    assert oracle.value(INVOICES, "out_invoice", customer) == invoices + 1
    charges = "SELECT COUNT(*), COUNT(DISTINCT move_line_id) FROM debt_charge"
    ((count, lines),) = oracle.query(charges + " WHERE state = 'posted'")
    assert count == lines > 1
    desk.do("refresh")
    oracle.check_books()


def test_two_people_claim_the_same_charges_once(nursery, oracle, partners):
    nursery.do("run")  # nothing charges yet
    nursery.do("prepare_last_stages")
    customer = partners["due 4"]
    first = nursery.start("claim_charges", customer, stops={"asked"})
    assert first.run_to("asked")
    refused = nursery.do("claim_charges", customer)
    assert first.result() is True
    assert "Try again" in refused, "the other one still holds the company"
    refused = nursery.do("claim_charges", customer)
    assert "any more" in refused
    kinds = """SELECT kind, COUNT(*), COUNT(DISTINCT item_id) FROM debt_charge
                GROUP BY kind ORDER BY kind"""
    assert oracle.query(kinds) == [("fee", 2, 2), ("interest", 2, 2)]


def test_killed_while_it_claims_proposes_and_watches_nothing_is_lost(
    nursery, oracle, postbox
):
    nursery.do("prepare_last_stages")
    nursery.do("to_the_end")
    once = oracle.query(LAST_STAGES)
    assert {row[0] for row in once} == {"charge", "write-off", "limitation"}
    nursery.renew()
    postbox.reset()
    nursery.do("prepare_last_stages")
    for point, times in POINTS:
        worker = nursery.start("to_the_end", stops={point})
        assert worker.run_to(point, times)
        kill(worker, oracle)
        oracle.check_once()
    nursery.do("to_the_end")
    oracle.check_over()
    assert oracle.query(LAST_STAGES) == once
    assert not nursery.workers[-1].errors()
