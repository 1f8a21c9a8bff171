"""Workers are killed, at every labelled point and at any moment."""

import random
import time
from datetime import timedelta

import pytest

from .conftest import ROUNDS
from .days import DAY
from .workers import wait_until

#: The points of the job that does everything, in the order in which they come first.
POINTS = [
    "before opened",
    "after opened",
    "before synced",
    "after synced",
    "before slice",
    "after slice",
    "before proposed",
    "after proposed",
    "before limitation",
    "after limitation",
    "before prioritised",
    "after prioritised",
    "before dispatch",
    "after dispatch",
    "claimed",
    "before dispatched",
    "after dispatched",
    "before closed",
    "after closed",
    "before mail_claimed",
    "after mail_claimed",
    "mail_accepted",
    "before mail_reported",
    "after mail_reported",
]
#: From the moment when the claim is committed until the result is: nobody can know.
AMBIGUOUS = {"after mail_claimed", "mail_accepted", "before mail_reported"}
#: Where a worker is killed alone, at which turn; all points if there is time.
ALONE = [
    ("after synced", 1),
    ("after slice", 1),
    ("before dispatched", 2),
    ("after dispatched", 1),
    ("before mail_claimed", 2),
    *[(point, 1) for point in sorted(AMBIGUOUS)],
]
if ROUNDS > 1:
    ALONE += [(point, 1) for point in POINTS if (point, 1) not in ALONE]


def kill(worker, oracle):
    """Kill a worker and wait until the database noticed."""
    worker.kill()
    wait_until(lambda: not oracle.sessions(worker), "the session ends")


def test_without_faults_everybody_gets_one_message(nursery, oracle, postbox):
    nursery.do("to_the_end")
    oracle.check_over()
    assert len(postbox.letters) == 8
    assert len(postbox.to("due-3@debtors.example")) == 1


def test_the_labelled_points_are_all_known(nursery):
    worker = nursery.start("to_the_end", stops=True)
    worker.result()
    assert list(dict.fromkeys(worker.passed)) == ["start", *POINTS]


@pytest.mark.parametrize(("point", "times"), ALONE)
def test_killed_at_a_point_nothing_is_lost_or_doubled(nursery, oracle, point, times):
    worker = nursery.start("to_the_end", stops={point})
    assert worker.run_to(point, times)
    kill(worker, oracle)
    oracle.check_once()
    ambiguous = point in AMBIGUOUS
    assert oracle.interrupted() == ambiguous
    nursery.do("to_the_end")
    oracle.check_over(uncertain=ambiguous)
    assert not nursery.workers[-1].errors()


def test_killed_at_each_point_one_after_another(nursery, oracle):
    uncertain = 0
    for point in POINTS:
        worker = nursery.start("to_the_end", stops={point})
        if worker.run_to(point):
            kill(worker, oracle)
            uncertain += point in AMBIGUOUS
            oracle.check_once()
    nursery.do("to_the_end")
    oracle.check_over(uncertain)
    assert uncertain == len(AMBIGUOUS)


@pytest.mark.parametrize("seed", range(2 * ROUNDS))
def test_killed_at_any_moment_nothing_is_lost_or_doubled(nursery, oracle, seed):
    moments = random.Random(seed)
    uncertain = 0
    for _kill in range(8):
        worker = nursery.start("to_the_end")
        time.sleep(moments.uniform(0, 0.8))
        kill(worker, oracle)
        uncertain += oracle.interrupted() - (uncertain - oracle.states()["uncertain"])
        oracle.check_once()
    nursery.do("to_the_end")
    oracle.check_over(uncertain)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_killed_while_slices_go_side_by_side_nothing_is_lost(nursery, oracle, seed):
    moments = random.Random(seed)
    for _kill in range(6):
        worker = nursery.start("run", workers=3, slice_size=2)
        time.sleep(moments.uniform(0, 0.5))
        kill(worker, oracle)
        oracle.check_once()
    nursery.do("to_the_end", workers=3, slice_size=2)
    oracle.check_over()


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_killed_among_others_on_several_days_nothing_is_lost_or_doubled(
    nursery, oracle, partners, seed
):
    moments = random.Random(seed)
    jobs = ["run", "run", "queue", "queue", "dispatch"]
    kills = 0
    for days in (0, 10, 20):
        day = DAY + timedelta(days)
        customer = moments.choice([name for name in partners if "due" in name])
        nursery.do(moments.choice(["pay", "unpay", "credit"]), partners[customer])
        for _turn in range(2):
            workers = [
                nursery.start(job, *([day] if job != "queue" else [])) for job in jobs
            ]
            for worker in moments.sample(workers, 3):
                time.sleep(moments.uniform(0, 0.4))
                kill(worker, oracle)
                kills += 1
            for worker in workers:
                word, text = worker.end()
                assert word in ("done", "killed"), text
                assert not worker.errors()
            oracle.check_once()
        uncertain = oracle.states()["uncertain"] + oracle.interrupted()
        nursery.do("to_the_end", day)
        oracle.check_over(uncertain)
    assert uncertain <= kills
