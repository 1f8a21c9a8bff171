"""Automatic calls are placed once, whatever happens to the worker."""

from collections import Counter

import pytest

from .callbox import Callbox
from .test_killed import kill
from .test_together import together

#: From the commit of the claim until that of the result nobody can know.
AMBIGUOUS = {"after call_claimed", "call_accepted", "before call_reported"}
POINTS = ["before call_claimed", *sorted(AMBIGUOUS), "after call_reported"]
ALL = 8


@pytest.fixture
def callbox():
    box = Callbox()
    yield box
    box.close()


@pytest.fixture
def queued(nursery, callbox):
    """The calls of a run wait in the queue."""
    nursery.do("call_by_voice")
    nursery.do("run_by_voice")


def states(oracle):
    return Counter(
        oracle.query(
            """SELECT a.state, c.state FROM debt_voice_call c
                 JOIN debt_action a ON a.id = c.action_id"""
        )
    )


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_point_nobody_is_called_twice_or_forgotten(
    queued, nursery, oracle, callbox, point
):
    worker = nursery.start("call_queue", callbox.endpoint, stops={point})
    assert worker.run_to(point, 2)
    kill(worker, oracle)
    nursery.do("call_queue", callbox.endpoint)
    nursery.do("find_lost_of", "debt.voice.call")
    nursery.do("call_queue", callbox.endpoint)
    uncertain = int(point in AMBIGUOUS)
    expected = Counter({("sent", "calling"): ALL - uncertain})
    if uncertain:
        expected["uncertain", "uncertain"] = 1
    assert states(oracle) == expected
    called = Counter(callbox.accepted)
    assert set(called.values()) == {1}
    assert len(called) == ALL - (point == "after call_claimed")


def test_workers_at_once_place_each_call_once(queued, nursery, oracle, callbox):
    together(nursery, *[("call_queue", callbox.endpoint)] * 3)
    nursery.do("call_queue", callbox.endpoint)
    assert states(oracle) == {("sent", "calling"): ALL}
    assert set(Counter(callbox.accepted).values()) == {1}
