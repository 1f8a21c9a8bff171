"""Something happens to a debt between planning and sending, or sending and leaving."""

import pytest

VICTIM = "due-3@debtors.example"

#: What happens to which customer, and why the message must not leave any more.
NEWS = {
    "due 1": ("pay", "settled"),
    "due 2": ("credit", "settled"),
    "due 3": ("cancel", "settled"),
    "due 4": ("block", "no_followup"),
    "due 5": ("hold", "hold"),
    "due 6": ("pay_online", "paying"),
}
UNTOUCHED = {"due-7@debtors.example", "due-8@debtors.example"}


@pytest.fixture
def planned(nursery):
    """A run that stands between planning and sending."""
    worker = nursery.start("run", stops={"after dispatch"})
    assert worker.run_to("after dispatch")
    return worker


def bring_news(nursery, partners):
    for name, (news, _reason) in NEWS.items():
        nursery.do(news, partners[name])


def check_stopped(oracle, postbox):
    assert {letter.recipient for letter in postbox.letters} == UNTOUCHED
    ended = {name: [row[1:3] for row in oracle.actions(name)] for name in NEWS}
    assert ended == {name: [("skipped", why)] for name, (_news, why) in NEWS.items()}
    oracle.check_once()


def victim(oracle):
    return [row[1:3] for row in oracle.actions("due 3")]


def test_news_between_planning_and_sending_stop_the_message(
    nursery, oracle, postbox, partners, planned
):
    bring_news(nursery, partners)
    planned.result()
    nursery.do("queue")
    check_stopped(oracle, postbox)


def test_news_in_the_queue_stop_the_mail(nursery, oracle, postbox, partners):
    nursery.do("run")
    bring_news(nursery, partners)
    nursery.do("queue")
    check_stopped(oracle, postbox)
    nursery.do("to_the_end")
    oracle.check_over()


def test_a_strategy_switched_off_stops_what_is_planned(
    nursery, oracle, postbox, partners, planned
):
    nursery.do("switch_off", partners["due 3"])
    planned.result()
    nursery.do("queue")
    assert victim(oracle) == [("skipped", "strategy_off")]
    assert not postbox.letters
    oracle.check_once()


def test_a_strategy_switched_off_stops_what_is_queued(
    nursery, oracle, postbox, partners
):
    nursery.do("run")
    nursery.do("switch_off", partners["due 3"])
    nursery.do("queue")
    assert victim(oracle) == [("skipped", "strategy_off")]
    assert not postbox.letters
    oracle.check_once()


@pytest.mark.parametrize("gap", ["planned", "queued"])
def test_after_a_partial_payment_the_text_has_what_is_left(
    nursery, oracle, postbox, partners, gap
):
    # two invoices of 120
    worker = nursery.start("run", stops={"after dispatch"})
    assert worker.run_to("after dispatch")
    if gap == "queued":
        worker.result()
    nursery.do("pay", partners["due 3"], 50)
    worker.result()
    nursery.do("to_the_end")
    (letter,) = postbox.to(VICTIM)
    assert "190.00" in letter.text
    assert "240.00" not in letter.text
    assert victim(oracle) == [("sent", None)]
    oracle.check_over()


def test_a_payment_while_the_mail_is_handed_over_comes_too_late_for_it_only(
    nursery, oracle, postbox, partners
):
    nursery.do("run")
    worker = nursery.start("queue", stops={"mail_accepted"})
    while worker.run_to("mail_accepted", len(worker.passed) + 1):
        if postbox.letters[-1].recipient == VICTIM:
            nursery.do("pay", partners["due 3"], lock_timeout="5s")
            break
    worker.result()
    assert len(postbox.to(VICTIM)) == 1
    assert victim(oracle) == [("sent", None)]
    nursery.do("to_the_end")
    oracle.check_over()


def test_what_was_paid_and_unpaid_before_it_left_leaves_once(
    nursery, oracle, postbox, partners
):
    nursery.do("run")
    nursery.do("pay", partners["due 3"])
    nursery.do("queue")
    nursery.do("unpay", partners["due 3"])
    nursery.do("to_the_end")
    assert victim(oracle) == [("skipped", "settled")]  # the money came, all the same
    oracle.check_over()


def test_test_mode_that_begins_holds_back_what_is_queued(nursery, oracle, postbox):
    nursery.do("run")
    nursery.do("test_mode", "tester@creditor.example")
    nursery.do("queue")
    assert not postbox.letters
    nursery.do("to_the_end")
    assert {letter.recipient for letter in postbox.letters} == {
        "tester@creditor.example"
    }
    oracle.check_over()
