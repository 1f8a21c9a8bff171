"""The mail server misbehaves: the right state, and nobody else is touched by it."""

import pytest

from .postbox import ACCEPT_AND_CLOSE, ACCEPT_AND_HANG, CLOSE, HANG

#: The customer whose mail meets trouble, and what the others are.
VICTIM = "due-3@debtors.example"
OTHERS = 7


def trouble(at, answer):
    """Answer so at one stage of the talk about one customer; as usual otherwise."""
    return lambda stage, argument: answer if (stage, argument) == (at, VICTIM) else None


def always(at, answer):
    return lambda stage, argument: answer if stage == at else None


def victim(oracle):
    ((_id, *row),) = oracle.actions("due 3")
    return row


def mail_of_victim(oracle):
    return oracle.query(
        """SELECT m.state, m.debt_tries, m.scheduled_date IS NOT NULL
             FROM mail_mail m JOIN debt_action a ON a.id = m.debt_action_id
             JOIN res_partner p ON p.id = a.debtor_id WHERE p.name = 'due 3'"""
    )[0]


@pytest.fixture
def queued(nursery):
    """The mails of a run wait in the queue."""
    nursery.do("run")


@pytest.mark.parametrize("stage", ["rcpt", "body"])
def test_a_refused_mail_fails_with_what_the_server_said(
    queued, nursery, oracle, postbox, stage
):
    postbox.misbehave(trouble(stage, "550 5.1.1 nobody of this name"))
    nursery.do("to_the_end", smtp_timeout=1)
    state, reason, delivery, detail = victim(oracle)
    assert (state, reason, delivery) == ("failed", "refused", "failed")
    assert "nobody of this name" in detail
    assert len(postbox.letters) == OTHERS
    wrong_address = oracle.value(
        """SELECT COUNT(*) FROM debt_action a JOIN res_partner p ON p.id = a.debtor_id
            WHERE a.purpose = 'fix_contact' AND p.name = 'due 3'"""
    )
    assert wrong_address == (stage == "rcpt")
    postbox.behave()
    nursery.do("to_the_end")
    assert len(postbox.letters) == OTHERS, "failed is failed"
    oracle.check_over()


@pytest.mark.parametrize(
    ("stage", "answer"),
    [
        ("rcpt", "450 4.2.1 mailbox busy"),
        ("rcpt", "421 4.7.0 come back later"),
        ("data", "451 4.3.0 not now"),
        ("body", "452 4.3.1 disk full"),
        ("rcpt", CLOSE),
        ("rcpt", HANG),
    ],
)
def test_a_mail_that_did_not_leave_is_tried_again_later(
    queued, nursery, oracle, postbox, stage, answer
):
    postbox.misbehave(trouble(stage, answer))
    nursery.do("queue", smtp_timeout=1)
    assert victim(oracle)[:3] == ["sent", None, "queued"]
    assert mail_of_victim(oracle) == ("outgoing", 1, True)
    assert len(postbox.letters) == OTHERS
    postbox.behave()
    nursery.do("queue")
    assert len(postbox.letters) == OTHERS, "not before its time"
    nursery.do("let_time_pass")
    nursery.do("queue")
    assert len(postbox.letters) == OTHERS + 1
    oracle.check_over()


def test_a_mail_is_tried_six_times_and_fails(queued, nursery, oracle, postbox):
    postbox.misbehave(trouble("rcpt", "450 4.2.1 mailbox busy"))
    for tries in range(1, 6):
        nursery.do("queue")
        assert mail_of_victim(oracle) == ("outgoing", tries, True)
        nursery.do("let_time_pass")
    nursery.do("queue")
    state, reason, _delivery, detail = victim(oracle)
    assert (state, reason) == ("failed", "refused")
    assert "mailbox busy" in detail
    oracle.check_over()


@pytest.mark.parametrize("answer", [CLOSE, HANG, ACCEPT_AND_CLOSE, ACCEPT_AND_HANG])
def test_a_mail_that_may_have_left_is_uncertain_and_not_sent_again(
    queued, nursery, oracle, postbox, answer
):
    postbox.misbehave(trouble("body", answer))
    nursery.do("queue", smtp_timeout=1)
    assert victim(oracle)[:2] == ["uncertain", "lost"]
    accepted = answer in (ACCEPT_AND_CLOSE, ACCEPT_AND_HANG)
    assert len(postbox.letters) == OTHERS + accepted
    postbox.behave()
    nursery.do("to_the_end")
    assert len(postbox.letters) == OTHERS + accepted
    oracle.check_over(uncertain=1)


@pytest.mark.parametrize("fault", ["down", "closes", "hangs", "busy", "sender"])
def test_while_the_server_takes_nothing_everything_stays_in_the_queue(
    queued, nursery, oracle, postbox, fault
):
    if fault == "down":
        postbox.close()
    else:
        stage, answer = {
            "closes": ("connect", CLOSE),
            "hangs": ("connect", HANG),
            "busy": ("connect", "421 4.3.2 too busy"),
            "sender": ("mail", "530 5.7.0 authenticate first"),
        }[fault]
        postbox.misbehave(always(stage, answer))
    nursery.do("queue", smtp_timeout=1)
    assert not postbox.letters
    assert set(oracle.query("SELECT state FROM mail_mail")) == {("outgoing",)}
    postbox.open()
    postbox.behave()
    nursery.do("let_time_pass")
    nursery.do("queue")
    assert len(postbox.letters) == OTHERS + 1
    oracle.check_over()


def test_a_server_that_loses_every_connection_does_not_make_all_mails_uncertain(
    queued, nursery, oracle, postbox
):
    postbox.misbehave(always("body", CLOSE))
    nursery.do("queue", smtp_timeout=1)
    assert oracle.states()["uncertain"] == 3
    postbox.behave()
    nursery.do("queue")
    assert len(postbox.letters) == OTHERS + 1 - 3
    oracle.check_over(uncertain=3)
