"""The connection to PostgreSQL breaks, or the server crashes."""

import os

import pytest

from .cluster import Cluster
from .conftest import BOOKS
from .oracle import Oracle
from .test_killed import AMBIGUOUS, POINTS
from .workers import Nursery, wait_until


def cut(oracle, worker):
    """Let the server end the connections of a worker."""
    (session,) = oracle.sessions(worker)
    oracle.query("SELECT pg_terminate_backend(%s)", session)
    wait_until(lambda: not oracle.sessions(worker), "the session ends")


def test_connections_that_break_at_each_point_lose_and_double_nothing(nursery, oracle):
    uncertain = 0
    for point in POINTS:
        worker = nursery.start("to_the_end", stops={point})
        assert worker.run_to(point)
        cut(oracle, worker)
        word, _text = worker.end()
        assert word == "error", f"nobody noticed at {point}"
        uncertain += point in AMBIGUOUS
        oracle.check_once()
    nursery.do("to_the_end")
    assert not nursery.workers[-1].errors()
    oracle.check_over(uncertain)
    assert uncertain == len(AMBIGUOUS)


@pytest.fixture(scope="module")
def cluster(partners):
    missing = Cluster.missing()
    if missing:
        pytest.skip(f"not on the PATH: {', '.join(missing)}")
    cluster = Cluster(os.environ["PGUSER"])
    cluster.copy(BOOKS)
    yield cluster
    cluster.remove()


def test_a_server_that_crashes_loses_and_doubles_nothing(
    cluster, postbox, tmp_path_factory
):
    folder = tmp_path_factory.mktemp("crash")
    nursery = Nursery(BOOKS, None, folder, postbox.address, **cluster.where())
    oracle = Oracle(BOOKS, postbox, host=str(cluster.folder))
    uncertain = 0
    try:
        for point in [
            "before synced",
            "after slice",
            "claimed",
            "before dispatched",
            "after mail_claimed",
            "mail_accepted",
            "before mail_reported",
        ]:
            worker = nursery.start("to_the_end", stops={point})
            assert worker.run_to(point)
            cluster.crash()
            word, _text = worker.end()
            assert word == "error", f"nobody noticed at {point}"
            uncertain += point in AMBIGUOUS
            oracle.check_once()
        nursery.do("to_the_end")
        oracle.check_over(uncertain)
    finally:
        nursery.close()
