"""Several workers do the same work at the same time."""

from datetime import timedelta

import pytest

from .conftest import ROUNDS
from .days import DAY
from .test_killed import kill

#: What one run of a day leaves, whoever did it and however often.
ROWS = """
    SELECT 'item', i.move_line_id, i.state, i.step_id, i.step_days, i.step_date,
           i.amount_chaseable, i.cycle
      FROM debt_item i
     UNION ALL
    SELECT 'step', i.move_line_id, NULL, s.step_id, s.days, s.day, NULL, s.cycle
      FROM debt_item_step s JOIN debt_item i ON i.id = s.item_id
     UNION ALL
    SELECT 'action', a.debtor_id, a.state || a.purpose || a.channel, a.step_id, NULL,
           a.contact_day, a.amount, cardinality(a.item_refs)
      FROM debt_action a
     UNION ALL
    SELECT 'case', c.partner_id, c.state, c.stage_id, c.days_past_due,
           c.last_message_day, c.amount_chaseable, c.episode
      FROM debt_case c
     UNION ALL
    SELECT 'mail', a.debtor_id, m.state, NULL, NULL, NULL, NULL, NULL
      FROM mail_mail m JOIN debt_action a ON a.id = m.debt_action_id
     ORDER BY 1, 2, 3, 4, 5
"""


def together(nursery, *works, **options):
    """Start workers, let them loose at one moment, and wait for all.

    :param works: tuples (job, argument…)
    :return: what the jobs returned
    """
    workers = [nursery.start(*work, stops={"start"}, **options) for work in works]
    for worker in workers:
        assert worker.run_to("start")
    for worker in workers:
        worker.go_on()  # almost at once
    results = [worker.result() for worker in workers]
    errors = [line for worker in workers for line in worker.errors()]
    assert not errors
    return results


def test_run_twice_is_as_run_once(nursery, oracle, postbox):
    nursery.do("to_the_end")
    once = oracle.query(ROWS)
    record = nursery.do("run")
    nursery.do("queue")
    assert record["state"] == "done"
    assert record["actions_planned"] == 0
    assert oracle.query(ROWS) == once
    assert len(postbox.letters) == 8
    oracle.check_over()


@pytest.mark.parametrize("count", [2, 4])
def test_runs_started_together_are_as_one(nursery, oracle, count):
    nursery.do("run")
    once = oracle.query(ROWS)
    nursery.renew()
    for _round in range(ROUNDS):
        together(nursery, *[("run",)] * count)
        assert oracle.query(ROWS) == once
    nursery.do("queue")
    oracle.check_over()


def test_a_run_gives_way_to_who_took_the_news_in(nursery, oracle, partners):
    nursery.do("run")
    nursery.do("sell", partners["due 1"])
    record = nursery.do("run_beside_a_refresh")
    assert (record["state"], record["errors"]) == ("done", False)
    items = "SELECT COUNT(*) FROM debt_item i JOIN debt_case c ON c.id = i.case_id "
    assert oracle.query(f"{items} WHERE c.partner_id = {partners['due 1']}") == [(3,)]
    nursery.do("queue")
    oracle.check_over()


def test_slices_side_by_side_are_as_one_after_another(nursery, oracle):
    counters = """SELECT state, items_synced, cases_opened, actions_planned,
                         actions_sent, reasons::text, errors FROM debt_run"""
    nursery.do("run")
    once = oracle.query(ROWS), oracle.query(counters)
    for _round in range(ROUNDS):
        nursery.renew()
        nursery.do("run", workers=3)
        assert (oracle.query(ROWS), oracle.query(counters)) == once
    nursery.do("queue")
    oracle.check_over()


@pytest.mark.parametrize("count", [2, 4])
def test_dispatchers_share_the_work(nursery, oracle, count):
    planner = nursery.start("run", stops={"after dispatch"}, batch_size=1)
    assert planner.run_to("after dispatch")
    together(nursery, *[("dispatch",)] * count, batch_size=1)
    planned = "SELECT COUNT(*) FROM debt_action WHERE state = 'planned'"
    assert not oracle.value(planned)
    planner.result()
    sent = "SELECT COUNT(*) FROM debt_action WHERE state = 'sent'"
    assert oracle.value("SELECT actions_sent FROM debt_run") == oracle.value(sent)
    nursery.do("queue")
    oracle.check_over()


@pytest.mark.parametrize("count", [2, 4])
def test_queue_workers_share_the_mails(nursery, oracle, postbox, count):
    nursery.do("run")
    together(nursery, *[("queue",)] * count)
    nursery.do("queue")
    oracle.check_over()


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_everything_at_once_while_customers_pay(
    nursery, oracle, postbox, partners, turn
):
    nursery.do("run")
    together(
        nursery,
        ("run",),
        ("run",),
        ("dispatch",),
        ("queue",),
        ("queue",),
        ("refresh",),
        ("find_lost",),
        ("pay", partners["due 1"]),
        ("pay", partners["due 2"], 10),
        ("credit", partners["due 3"]),
        ("cancel", partners["due 4"]),
    )
    nursery.do("to_the_end")
    oracle.check_over()
    assert not nursery.workers[-1].errors()


@pytest.mark.parametrize("count", [2, 4])
def test_a_promise_is_broken_once(nursery, oracle, partners, count):
    nursery.do("run")
    nursery.do("promise", partners["due 1"])
    later = DAY + timedelta(days=9)
    together(nursery, *[("run", later)] * count)
    assert oracle.value("SELECT state FROM debt_promise") == "broken"
    tasks = "SELECT COUNT(*) FROM debt_action WHERE purpose = 'promise_broken'"
    assert oracle.value(tasks) == 1
    assert oracle.value(tasks + " AND state = 'sent'") == 1
    oracle.check_books()


def test_a_run_waits_for_the_refreshing_job(nursery, oracle, partners):
    nursery.do("run")
    nursery.do("pay", partners["due 1"])
    refresher = nursery.start("refresh", stops={"before refreshed"})
    assert refresher.run_to("before refreshed")
    worker = nursery.start("run", stops={"after opened"})
    assert worker.run_to("after opened")
    worker.go_on()
    refresher.result()
    assert worker.result()["state"] == "done"
    assert not worker.errors()


def test_a_run_that_found_another_one_is_to_be_done_again(nursery, oracle):
    first = nursery.start("run", stops={"before slice"})
    assert first.run_to("before slice")
    record = nursery.do("run", lock_wait=0)
    assert record["state"] == "interrupted"
    assert "Another run" in record["errors"]
    assert first.result()["state"] == "done"
    nursery.do("to_the_end")
    oracle.check_over()


def test_a_run_that_still_sends_is_not_called_interrupted(nursery, oracle):
    first = nursery.start("run", stops={"after dispatch"})
    assert first.run_to("after dispatch")
    second = nursery.do("run")
    states = "SELECT state FROM debt_run ORDER BY id"
    assert oracle.query(states) == [("running",), ("done",)]
    assert first.result()["state"] == second["state"] == "done"
    dead = nursery.start("run", stops={"after dispatch"})
    assert dead.run_to("after dispatch")
    kill(dead, oracle)
    nursery.do("run")
    assert [state for (state,) in oracle.query(states)][2:] == ["interrupted", "done"]


def test_a_run_that_breaks_says_why_and_the_next_one_goes_on(nursery, oracle):
    nursery.do("run_that_breaks")
    ((state, errors),) = oracle.query("SELECT state, errors FROM debt_run")
    assert state == "interrupted"
    assert errors == "RuntimeError: no such thing"
    assert nursery.do("run")["state"] == "done"
    nursery.do("to_the_end")
    oracle.check_over()
