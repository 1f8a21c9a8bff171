from datetime import datetime, timedelta

import pytest
from debt_collection_whatsapp_logic import breaker, graph_error
from debt_collection_whatsapp_logic.breaker import (
    CLOSED,
    OPEN,
    PAUSE,
    TROUBLE_TIME,
    TROUBLES,
    TRYING,
    add_trouble,
    is_trouble,
    state,
    stop,
)
from hypothesis import given
from hypothesis import strategies as st

NOON = datetime.fromisoformat("2026-06-01T12:00:00")
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (190, (graph_error.AUTH, None)),
        (131031, (graph_error.ACCOUNT, None)),
        (131048, (graph_error.ACCOUNT, NOON + timedelta(days=1))),
        (131064, (graph_error.ACCOUNT, NOON + timedelta(days=1))),
        (130429, None),
        (131000, None),
        (131026, None),
        (132001, None),
        (100, None),
    ],
)
def test_what_stops_at_once(code, expected):
    found = stop(graph_error.classify(code), code, NOON)
    assert (found and (found.kind, found.until)) == expected


def test_only_what_asks_for_patience_is_a_trouble():
    kinds = {kind for kind in graph_error.CODES if is_trouble(kind, None)}
    assert kinds == {graph_error.THROTTLE, graph_error.TRANSIENT}
    assert not is_trouble(graph_error.THROTTLE, graph_error.PAIR_CODE)


def pauses(moments):
    times, when = [], []
    for moment in moments:
        times, full = add_trouble(times, moment)
        if full:
            when.append(moment)
    return when


def test_twenty_within_five_minutes():
    quick = [NOON + n * SECOND for n in range(TROUBLES)]
    assert pauses(quick[:-1]) == []
    assert pauses(quick) == [quick[-1]]
    slow = [NOON + n * TROUBLE_TIME / (TROUBLES - 1) for n in range(TROUBLES * 3)]
    assert pauses(slow) == []


@given(st.lists(st.integers(0, 900), max_size=60))
def test_it_pauses_exactly_when_twenty_are_within_five_minutes(seconds):
    moments = sorted(NOON + second * SECOND for second in seconds)
    expected = [
        moment
        for place, moment in enumerate(moments)
        if sum(moment - other < TROUBLE_TIME for other in moments[: place + 1])
        >= TROUBLES
    ]
    assert pauses(moments) == expected


@pytest.mark.parametrize(
    ("stopped", "until", "tried", "expected"),
    [
        (False, None, None, CLOSED),
        (True, None, None, OPEN),
        (True, NOON + SECOND, None, OPEN),
        (True, NOON, None, TRYING),
        (True, NOON, (NOON, "sending"), OPEN),
        (True, NOON - PAUSE, (NOON - PAUSE, "sending"), TRYING),
        (True, NOON - PAUSE, (NOON - PAUSE, "uncertain"), TRYING),
        (True, NOON, (NOON, "accepted"), CLOSED),
        (True, NOON, (NOON, "read"), CLOSED),
        # Meta minded the message, not the number
        (True, NOON, (NOON, "failed"), CLOSED),
    ],
)
def test_states(stopped, until, tried, expected):
    assert state(stopped, until, tried, NOON) == expected


@given(st.booleans(), st.integers(-50, 50), st.integers(0, 50), st.integers(0, 50))
def test_one_message_tries_at_a_time(stopped, until, claimed, later):
    """After a message was claimed, no second one leaves until there is an answer."""
    start = NOON + until * timedelta(minutes=1)
    claim = start + claimed * timedelta(minutes=1)
    now = claim + later * timedelta(minutes=1)
    found = state(stopped, start, (claim, "sending"), now)
    if stopped and later < PAUSE.total_seconds() / 60:
        assert found == OPEN
    assert breaker.state(stopped, start, (claim, "sent"), now) == CLOSED
