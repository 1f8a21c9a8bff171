"""WhatsApp messages leave once, whatever happens to the worker and to Meta."""

from collections import Counter

import pytest

from . import graphbox
from .test_killed import kill
from .test_together import together

fake_graph = graphbox.load()
#: From the commit of the claim until that of the result nobody can know.
AMBIGUOUS = {"after whatsapp_claimed", "whatsapp_accepted", "before whatsapp_reported"}
POINTS = [
    "before whatsapp_claimed",
    *sorted(AMBIGUOUS),
    "after whatsapp_reported",
]
ALL = 8


@pytest.fixture
def graph():
    graph = fake_graph.FakeGraph()
    yield graph
    graph.close()


@pytest.fixture
def queued(nursery, graph):
    """The messages of a run wait in the queue."""
    nursery.do(
        "write_by_whatsapp",
        graph.url,
        fake_graph.TOKEN,
        fake_graph.PHONE_NUMBER,
        fake_graph.WABA,
    )
    nursery.do("run")
    nursery.do("keep_reminders")


def states(oracle):
    """Return how many messages, and their actions, are in each state."""
    return Counter(
        oracle.query(
            """SELECT m.state, a.state, a.delivery
                 FROM debt_whatsapp_message m
                 JOIN debt_action a ON a.id = m.action_id"""
        )
    )


def accepted(graph):
    return [sent["biz_opaque_callback_data"] for sent in graph.sent]


def check_once(oracle, graph):
    """No message twice, and what was accepted is called so, or uncertain."""
    names = accepted(graph)
    assert len(set(names)) == len(names)
    assert len({sent["to"] for sent in graph.sent}) == len(names)
    known = oracle.query(
        """SELECT 'dcw1:' || uuid FROM debt_whatsapp_message
            WHERE state IN ('accepted', 'uncertain')"""
    )
    assert set(names) <= {name for (name,) in known}
    called_so = oracle.query(
        """SELECT 'dcw1:' || uuid FROM debt_whatsapp_message
            WHERE state = 'accepted'"""
    )
    assert {name for (name,) in called_so} <= set(names)


DONE = ("accepted", "sent", "accepted")
LOST = ("uncertain", "uncertain", None)


def test_without_faults_everybody_gets_one(queued, nursery, oracle, graph):
    nursery.do("whatsapp_queue")
    assert states(oracle) == {DONE: ALL}
    assert len(graph.sent) == ALL
    check_once(oracle, graph)


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_point_nothing_is_lost_or_doubled(
    queued, nursery, oracle, graph, point
):
    worker = nursery.start("whatsapp_queue", stops={point})
    assert worker.run_to(point, 2)
    kill(worker, oracle)
    nursery.do("whatsapp_queue")
    nursery.do("find_lost_whatsapp")
    nursery.do("whatsapp_queue")
    uncertain = int(point in AMBIGUOUS)
    expected = Counter({DONE: ALL - uncertain})
    if uncertain:
        expected[LOST] = 1
    assert states(oracle) == expected
    check_once(oracle, graph)


def test_workers_at_once_send_each_message_once(queued, nursery, oracle, graph):
    together(nursery, ("whatsapp_queue",), ("whatsapp_queue",), ("whatsapp_queue",))
    nursery.do("whatsapp_queue")
    assert states(oracle) == {DONE: ALL}
    assert len(graph.sent) == ALL
    check_once(oracle, graph)


def test_a_meta_that_hangs_after_it_took_them(queued, nursery, oracle, graph):
    graph.script(*[fake_graph.TIMEOUT_AFTER] * 3)
    nursery.do("whatsapp_queue")
    assert len(graph.sent) == 3, "then it is left alone"
    nursery.do("whatsapp_queue")
    assert states(oracle) == {LOST: 3, DONE: ALL - 3}
    check_once(oracle, graph)


def test_who_pays_while_it_is_claimed_gets_one_and_no_more(
    queued, nursery, oracle, graph, partners
):
    worker = nursery.start("whatsapp_queue", stops={"before whatsapp_claimed"})
    assert worker.run_to("before whatsapp_claimed")
    for name in partners:
        if name.startswith("due"):
            nursery.do("pay", partners[name])
    worker.result()
    assert len(graph.sent) == 1, "the one that was claimed before they paid"
    assert states(oracle)["cancelled", "skipped", None] == ALL - 1
