"""Whether a WhatsApp message in the queue may leave."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from debt_collection_whatsapp_logic.recheck import (
    CANCEL,
    CONVERT,
    EXPIRE,
    REWRITE,
    SEND,
    WAIT,
    Facts,
    decide,
)
from hypothesis import given
from hypothesis import strategies as st

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
REMINDER = Facts(NOON, "strategy", is_template=True)
ANSWER = Facts(NOON, "bot", window_until=NOON + HOUR)
BY_HAND = Facts(NOON, "agent", window_until=NOON + HOUR)


@pytest.mark.parametrize(
    ("facts", "changes", "kind", "reason"),
    [
        (REMINDER, {}, SEND, ""),
        (ANSWER, {}, SEND, ""),
        (BY_HAND, {}, SEND, ""),
        (REMINDER, {"valid_until": NOON - HOUR}, EXPIRE, "late"),
        (REMINDER, {"valid_until": NOON}, SEND, ""),
        (REMINDER, {"opted_out": True}, CANCEL, "opted_out"),
        (ANSWER, {"opted_out": True}, SEND, ""),
        (BY_HAND, {"opted_out": True}, SEND, ""),
        (BY_HAND, {"opted_out": True, "is_template": True}, CANCEL, "opted_out"),
        (REMINDER, {"wrong_person": True}, CANCEL, "wrong_person"),
        (ANSWER, {"wrong_person": True}, SEND, ""),
        (BY_HAND, {"wrong_person": True}, SEND, ""),
        (BY_HAND, {"wrong_person": True, "is_template": True}, CANCEL, "wrong_person"),
        (REMINDER, {"silent": "third_party"}, CANCEL, "third_party"),
        (REMINDER, {"silent": "breaker"}, WAIT, "breaker"),
        (ANSWER, {"silent": "not_acknowledged"}, WAIT, "not_acknowledged"),
        (ANSWER, {"taken_over": True}, CANCEL, "taken_over"),
        (BY_HAND, {"taken_over": True}, SEND, ""),
        (REMINDER, {"sendable": False}, REWRITE, "template"),
        (ANSWER, {"sendable": False}, SEND, ""),
        (ANSWER, {"window_until": None}, CONVERT, "window"),
        (ANSWER, {"window_until": NOON + timedelta(minutes=2)}, CONVERT, "window"),
        (ANSWER, {"window_until": NOON + timedelta(minutes=3)}, SEND, ""),
        (REMINDER, {"has_room": False}, WAIT, "limit"),
        (REMINDER, {"has_room": False, "window_until": NOON + HOUR}, SEND, ""),
        (ANSWER, {"has_room": False}, SEND, ""),
        (REMINDER, {"pair_wait": 4}, WAIT, "pair"),
        (REMINDER, {"second_is_full": True}, WAIT, "rate"),
        # nothing waits in vain
        (REMINDER, {"silent": "breaker", "opted_out": True}, CANCEL, "opted_out"),
        (REMINDER, {"silent": "breaker", "sendable": False}, REWRITE, "template"),
    ],
)
def test_table(facts, changes, kind, reason):
    decision = decide(replace(facts, **changes))
    assert (decision.kind, decision.reason) == (kind, reason)


moments = st.none() | st.integers(-50, 50).map(lambda h: NOON + h * timedelta(hours=1))
any_facts = st.builds(
    Facts,
    now=st.just(NOON),
    author=st.sampled_from(["strategy", "bot", "agent"]),
    is_template=st.booleans(),
    sendable=st.booleans(),
    valid_until=moments,
    silent=st.sampled_from(
        [None, "not_ready", "breaker", "not_acknowledged", "third_party"]
    ),
    opted_out=st.booleans(),
    wrong_person=st.booleans(),
    taken_over=st.booleans(),
    window_until=moments,
    has_room=st.booleans(),
    pair_wait=st.integers(0, 30),
    second_is_full=st.booleans(),
)


def may_leave(facts):
    """Say the same the other way round: what has to be true of what leaves."""
    open_ = facts.window_until is not None and facts.window_until > NOON + timedelta(
        minutes=2
    )
    answers = facts.author in ("bot", "agent")
    return (
        (facts.valid_until is None or facts.valid_until >= NOON)
        and facts.silent is None
        and ((answers and not facts.is_template) or not facts.opted_out)
        and ((answers and not facts.is_template) or not facts.wrong_person)
        and not (facts.author == "bot" and facts.taken_over)
        and (facts.sendable if facts.is_template else open_)
        and (facts.has_room or open_)
        and not facts.pair_wait
        and not facts.second_is_full
    )


@given(any_facts)
def test_it_leaves_when_nothing_is_in_its_way_and_only_then(facts):
    decision = decide(facts)
    assert (decision.kind == SEND) == may_leave(facts)
    assert (decision.until is not None) == (decision.kind == WAIT)
    if decision.kind == WAIT:
        assert decision.until > NOON
    if decision.kind != SEND:
        assert decision.reason


@given(any_facts)
def test_what_waits_may_leave_later_if_the_rest_stays(facts):
    decision = decide(facts)
    if decision.kind == WAIT:
        free = replace(
            facts, silent=None, has_room=True, pair_wait=0, second_is_full=False
        )
        assert decide(free).kind == SEND
