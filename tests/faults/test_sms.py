"""Text messages leave once, whatever happens to the worker and to the provider."""

from collections import Counter

import pytest

from .test_killed import kill
from .test_together import together
from .textbox import Textbox

#: From the commit of the claim until that of the result nobody can know.
AMBIGUOUS = {"after sms_claimed", "sms_accepted", "before sms_reported"}
POINTS = ["before sms_claimed", *sorted(AMBIGUOUS), "after sms_reported"]
ALL = 8


@pytest.fixture
def textbox():
    box = Textbox()
    yield box
    box.close()


@pytest.fixture
def queued(nursery, textbox):
    """The text messages of a run wait in the queue."""
    nursery.do("write_by_sms", textbox.endpoint)
    nursery.do("run")


def states(oracle):
    return Counter(
        oracle.query(
            """SELECT a.state, a.delivery
                 FROM debt_action a JOIN res_partner p ON p.id = a.debtor_id
                WHERE a.channel = 'sms' AND a.purpose = 'step' AND p.ref = 'due'"""
        )
    )


def check_once(oracle, textbox):
    """No message twice, and what was accepted is called so."""
    assert len(set(textbox.accepted)) == len(textbox.accepted)
    called_so = oracle.query(
        """SELECT s.uuid FROM sms_sms s JOIN debt_action a ON a.id = s.debt_action_id
            WHERE a.state = 'sent' AND a.delivery = 'accepted'"""
    )
    assert {uuid for (uuid,) in called_so} <= set(textbox.accepted)


def test_without_faults_everybody_gets_one(queued, nursery, oracle, textbox):
    nursery.do("sms_queue")
    assert states(oracle) == {("sent", "accepted"): ALL}
    check_once(oracle, textbox)


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_point_nothing_is_lost_or_doubled(
    queued, nursery, oracle, textbox, point
):
    worker = nursery.start("sms_queue", stops={point})
    assert worker.run_to(point, 2)
    kill(worker, oracle)
    nursery.do("sms_queue")
    nursery.do("find_lost_of", "sms.sms")
    nursery.do("sms_queue")
    uncertain = int(point in AMBIGUOUS)
    expected = Counter({("sent", "accepted"): ALL - uncertain})
    if uncertain:
        expected["uncertain", None] = 1
    assert states(oracle) == expected
    check_once(oracle, textbox)


def test_workers_at_once_send_each_message_once(queued, nursery, oracle, textbox):
    together(nursery, ("sms_queue",), ("sms_queue",), ("sms_queue",))
    nursery.do("sms_queue")
    assert states(oracle) == {("sent", "accepted"): ALL}
    assert len(textbox.accepted) == ALL
    check_once(oracle, textbox)


def test_a_provider_that_hangs_after_it_took_them(queued, nursery, oracle, textbox):
    textbox.behaviour = "hang"
    nursery.do("sms_queue")
    taken = len(textbox.accepted)
    assert taken == 3, "then it is left alone"
    textbox.behaviour = "take"
    nursery.do("sms_queue")
    assert states(oracle) == {
        ("uncertain", None): taken,
        ("sent", "accepted"): ALL - taken,
    }
    check_once(oracle, textbox)
