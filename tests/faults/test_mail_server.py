"""The mail server misbehaves: the right state, and nobody else is touched by it."""

import pytest

from .postbox import ACCEPT_AND_CLOSE, ACCEPT_AND_HANG, CLOSE, HANG

ALL = 8


def trouble(troubles):
    """Answer so for some customers, each at one stage; as usual otherwise.

    :param dict troubles: {name of the customer: (stage, answer)}
    """
    by_address = {address(name): what for name, what in troubles.items()}

    def rule(stage, argument):
        at, answer = by_address.get(argument, (None, None))
        return answer if stage == at else None

    return rule


def always(at, answer):
    return lambda stage, argument: answer if stage == at else None


def address(name):
    return f"{name.replace(' ', '-')}@debtors.example"


def recipients(postbox):
    return {letter.recipient for letter in postbox.letters}


def ended(oracle, names):
    """Return {name: (state, reason, delivery)} of the action of each customer."""
    return {name: oracle.actions(name)[-1][1:4] for name in names}


def mails(oracle, names):
    """Return {name: (state, tries, whether it waits)} of the mail of each customer."""
    rows = oracle.query(
        """SELECT p.name, m.state, m.debt_tries, m.scheduled_date IS NOT NULL
             FROM mail_mail m JOIN debt_action a ON a.id = m.debt_action_id
             JOIN res_partner p ON p.id = a.debtor_id WHERE p.name = ANY(%s)""",
        list(names),
    )
    return {name: row for name, *row in rows}


@pytest.fixture
def queued(nursery):
    """The mails of a run wait in the queue."""
    nursery.do("run")


def test_a_refused_mail_fails_with_what_the_server_said(
    queued, nursery, oracle, postbox
):
    no = "550 5.1.1 nobody of this name"
    postbox.misbehave(trouble({"due 2": ("rcpt", no), "due 5": ("body", no)}))
    nursery.do("queue")
    for name in ("due 2", "due 5"):
        ((_id, *result, detail),) = oracle.actions(name)
        assert result == ["failed", "refused", "failed"]
        assert "nobody of this name" in detail
    to_mend = oracle.query(
        """SELECT p.name FROM debt_action a JOIN res_partner p ON p.id = a.debtor_id
            WHERE a.purpose = 'fix_contact' AND p.ref = 'due'"""
    )
    assert to_mend == [("due 2",)], "the address of the other one is right"
    postbox.behave()
    nursery.do("to_the_end")
    assert len(postbox.letters) == ALL - 2, "failed is failed"
    oracle.check_over()


def test_a_mail_that_did_not_leave_is_tried_again_later(
    queued, nursery, oracle, postbox
):
    troubles = {
        "due 1": ("rcpt", "450 4.2.1 mailbox busy"),
        "due 2": ("rcpt", "421 4.7.0 come back later"),
        "due 4": ("data", "451 4.3.0 not now"),
        "due 5": ("body", "452 4.3.1 disk full"),
        "due 6": ("rcpt", CLOSE),
        "due 8": ("rcpt", HANG),
    }
    postbox.misbehave(trouble(troubles))
    nursery.do("queue", smtp_timeout=1)
    assert ended(oracle, troubles) == dict.fromkeys(troubles, ("sent", None, "queued"))
    assert mails(oracle, troubles) == dict.fromkeys(troubles, ["outgoing", 1, True])
    assert recipients(postbox) == {address("due 3"), address("due 7")}
    postbox.behave()
    nursery.do("queue")
    assert len(postbox.letters) == 2, "not before their time"
    nursery.do("let_time_pass")
    nursery.do("queue")
    assert len(postbox.letters) == ALL
    oracle.check_over()


def test_a_mail_is_tried_six_times_and_fails(queued, nursery, oracle, postbox):
    postbox.misbehave(trouble({"due 3": ("rcpt", "450 4.2.1 mailbox busy")}))
    for tries in range(1, 6):
        nursery.do("queue")
        assert mails(oracle, ["due 3"]) == {"due 3": ["outgoing", tries, True]}
        nursery.do("let_time_pass")
    nursery.do("queue")
    ((_id, state, reason, _delivery, detail),) = oracle.actions("due 3")
    assert (state, reason) == ("failed", "refused")
    assert "mailbox busy" in detail
    oracle.check_over()


def test_a_mail_that_may_have_left_is_uncertain_and_not_sent_again(
    queued, nursery, oracle, postbox
):
    troubles = {
        "due 1": ("body", CLOSE),
        "due 3": ("body", HANG),
        "due 5": ("body", ACCEPT_AND_CLOSE),
        "due 7": ("body", ACCEPT_AND_HANG),
    }
    postbox.misbehave(trouble(troubles))
    nursery.do("queue", smtp_timeout=1)
    assert ended(oracle, troubles) == dict.fromkeys(
        troubles, ("uncertain", "lost", None)
    )
    assert len(postbox.letters) == ALL - 2
    postbox.behave()
    nursery.do("to_the_end")
    assert len(postbox.letters) == ALL - 2
    oracle.check_over(uncertain=4)


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
    assert len(postbox.letters) == ALL
    oracle.check_over()


def test_a_server_that_loses_every_connection_does_not_make_all_mails_uncertain(
    queued, nursery, oracle, postbox
):
    postbox.misbehave(always("body", CLOSE))
    nursery.do("queue", smtp_timeout=1)
    assert oracle.states()["uncertain"] == 3
    postbox.behave()
    nursery.do("queue")
    assert len(postbox.letters) == ALL - 3
    oracle.check_over(uncertain=3)
