"""Two workers never take the one contact that a policy allows in a day."""

import pytest

from .test_together import together

#: Debtors by what became of their messages.
STATES = """
    SELECT states, COUNT(*)
      FROM (SELECT string_agg(a.state, ' ' ORDER BY a.state) AS states
              FROM debt_action a JOIN res_partner p ON p.id = a.debtor_id
             WHERE a.track = 'message' AND p.email IS NOT NULL
             GROUP BY a.debtor_id) d
     GROUP BY states ORDER BY states
"""
ONE_EACH = [("sent waiting", 8)]


@pytest.fixture
def rivals(nursery):
    """A run that has planned, and a second message for each debtor."""
    planner = nursery.start("run", stops={"after dispatch"}, batch_size=1)
    assert planner.run_to("after dispatch")
    nursery.do("make_rivals")
    yield
    planner.result()


def test_who_another_worker_writes_to_is_left_to_it(nursery, oracle, rivals):
    first = nursery.start("dispatch", stops={"before dispatched"}, batch_size=1)
    assert first.run_to("before dispatched")  # sent, and nobody can see it yet
    nursery.do("dispatch", batch_size=1)
    left = "SELECT COUNT(*) FROM debt_action WHERE state = 'planned' AND track = %r"
    assert oracle.value(left % "message") == 2, "both messages of one debtor"
    first.go_on()
    for _batch in range(2):
        if first.run_to("before dispatched"):
            first.go_on()
    first.result()
    assert oracle.query(STATES) == ONE_EACH


@pytest.mark.parametrize("count", [2, 4])
def test_workers_at_once_send_one_each(nursery, oracle, postbox, rivals, count):
    together(nursery, *[("dispatch",)] * count, batch_size=1)
    nursery.do("dispatch")
    assert oracle.query(STATES) == ONE_EACH
    nursery.do("queue")
    assert len(postbox.letters) == 8
    oracle.check_once()
