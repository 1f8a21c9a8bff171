from itertools import permutations

import pytest
from debt_collection_voice_logic.conversation import (
    CHOICES,
    FINAL,
    RANK,
    STATE_OF,
    advance,
    is_machine,
    more_telling,
    outcome,
)
from hypothesis import given
from hypothesis import strategies as st

states = st.sampled_from(sorted(RANK))
statuses = st.sampled_from([*STATE_OF, "nonsense", ""])
choices = st.sampled_from([None, *CHOICES])


@pytest.mark.parametrize(
    ("status", "answered_by", "choice", "expected"),
    [
        (None, None, None, None),
        ("completed", "human", None, ("no_answer", "nobody")),
        ("completed", "unknown", None, ("no_answer", "nobody")),
        ("completed", "machine_start", None, ("voicemail", "nobody")),
        ("completed", "fax", None, ("voicemail", "nobody")),
        ("busy", None, None, ("no_answer", "nobody")),
        ("no-answer", None, None, ("no_answer", "nobody")),
        ("failed", None, None, None),
        ("canceled", None, None, None),
        ("completed", "human", "heard", ("informed", "debtor")),
        ("completed", "human", "wrong", ("wrong_number", "nobody")),
        ("completed", "human", "agent", ("wants_agent", "debtor")),
        (None, "human", "promise", ("promise", "debtor")),
        # a key was pressed: no machine does that
        ("completed", "machine_start", "promise", ("promise", "debtor")),
    ],
)
def test_outcome(status, answered_by, choice, expected):
    assert outcome(status, answered_by, choice) == expected


@given(states, st.lists(statuses, max_size=4))
def test_the_order_of_statuses_does_not_matter(state, told):
    def end(order):
        now = state
        for status in order:
            now = advance(now, status)
        return now

    assert len({end(order) for order in permutations(told)}) == 1
    assert end(told) == end(told + told)
    assert RANK[end(told)] >= RANK[state]


@given(choices, choices, choices)
def test_the_order_of_keys_does_not_matter(first, second, third):
    assert more_telling(first, second) == more_telling(second, first)
    assert more_telling(more_telling(first, second), third) == more_telling(
        first, more_telling(second, third)
    )


def test_what_is_final():
    assert {"completed", "busy", "no-answer", "failed", "canceled"} == FINAL
    assert advance("done", "failed") == "done"


@pytest.mark.parametrize("answered_by", ["human", "unknown", "", None])
def test_people(answered_by):
    assert not is_machine(answered_by)
