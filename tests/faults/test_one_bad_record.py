"""One record fails: the others do not notice, and it does not vanish."""

import pytest

#: Statements that fail by the fault of a record, and by that of the server.
BUG = "SELECT 1 / 0"
TIME_OUT = "SET LOCAL statement_timeout = '1ms'; SELECT pg_sleep(5)"


def test_a_template_that_fails_for_one_customer_fails_one_message(
    nursery, oracle, postbox, partners
):
    nursery.do("break_template", partners["due 3"])
    record = nursery.do("run")
    assert (record["state"], record["actions_failed"]) == ("done", 1)
    ((_id, state, reason, _delivery, detail),) = oracle.actions("due 3")
    assert (state, reason) == ("failed", "error")
    assert "division" in detail
    nursery.do("queue")
    assert len(postbox.letters) == 7
    nursery.do("to_the_end")
    assert len(postbox.letters) == 7
    oracle.check_over()


@pytest.mark.parametrize("workers", [1, 3])
def test_a_slice_that_fails_leaves_the_others_alone(nursery, oracle, workers):
    record = nursery.do("run_with_a_bad_slice", workers=workers)
    assert record["state"] == "error"
    assert "division by zero" in record["errors"]
    assert record["actions_planned"] > 0
    nursery.do("to_the_end")
    oracle.check_over()


def test_a_mail_that_cannot_be_written_fails_alone(nursery, oracle, postbox, partners):
    nursery.do("run")
    nursery.do("break_mail", partners["due 3"])
    nursery.do("queue")
    ((_id, state, reason, delivery, _detail),) = oracle.actions("due 3")
    assert (state, reason, delivery) == ("failed", "no_address", "failed")
    assert len(postbox.letters) == 7
    nursery.do("to_the_end")
    oracle.check_over()


def test_a_failing_check_of_one_mail_leaves_the_others_alone(
    nursery, oracle, postbox, partners
):
    nursery.do("run")
    worker = nursery.start("queue", broken_case=(partners["due 3"], BUG))
    worker.result()
    assert len(postbox.letters) == 7
    assert any("of a collection action" in line for line in worker.errors())
    nursery.do("queue")
    assert len(postbox.letters) == 8
    oracle.check_over()


def test_a_message_that_the_database_could_not_serve_waits(
    nursery, oracle, postbox, partners
):
    nursery.do("run", broken_case=(partners["due 3"], TIME_OUT))
    ((_id, state, *_rest),) = oracle.actions("due 3")
    assert state == "planned"
    assert oracle.states()["sent"] == 9
    nursery.do("to_the_end")
    assert len(postbox.letters) == 8
    oracle.check_over()
