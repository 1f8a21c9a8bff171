"""How quickly WhatsApp messages follow each other."""

from datetime import UTC, datetime, timedelta

import pytest
from debt_collection_whatsapp_logic.throttle import (
    BURST,
    PAIR_MEMORY,
    has_room,
    pair_wait,
)
from hypothesis import example, given
from hypothesis import strategies as st

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def at(*seconds):
    return [NOON + timedelta(seconds=s) for s in seconds]


@pytest.mark.parametrize(
    ("moments", "burst", "seconds"),
    [
        (at(), 0, 0),
        (at(-6), 0, 0),
        (at(-5), 0, 1),
        (at(0), 0, 6),
        (at(-60, 0), 0, 6),
        (at(0, 0, 0, 0), 4, 0),
        (at(0, 0, 0, 0, 0), 4, 6),
        (at(-3, -2, -1, 0, 0), 4, 3),
    ],
)
def test_the_gap_to_the_same_person(moments, burst, seconds):
    assert pair_wait(moments, NOON, burst) == seconds


@given(
    st.lists(st.integers(0, 200), max_size=40).map(sorted), st.sampled_from([0, BURST])
)
@example([0] * 12, BURST)
def test_the_long_run_is_never_quicker_than_one_in_six_seconds(wishes, burst):
    """Whoever waits as told sends, in any span, one in six seconds and the burst."""
    sent, clock = [], 0
    for wish in wishes:
        clock = max(clock, wish)
        now = NOON + timedelta(seconds=clock)
        recent = [moment for moment in sent if moment > now - PAIR_MEMORY]
        clock += pair_wait(recent, now, burst)
        sent.append(NOON + timedelta(seconds=clock))
    for first in range(len(sent)):
        for last in range(first, len(sent)):
            span = (sent[last] - sent[first]).total_seconds()
            assert last - first <= span / 6 + burst
            assert span < PAIR_MEMORY.total_seconds(), "nothing was forgotten"


@given(
    st.lists(st.integers(-30, 0), max_size=8),
    st.integers(0, BURST),
)
def test_after_the_wait_there_is_none(seconds, burst):
    moments = at(*seconds)
    wait = pair_wait(moments, NOON, burst)
    later = NOON + timedelta(seconds=wait)
    assert pair_wait(moments, later, burst) == 0


@given(st.integers(1, 10**6), st.floats(0.01, 1))
def test_the_part_of_reminders_is_never_passed(limit, part):
    used = 0
    low, high = 0, limit
    while low < high:  # how many go until there is no room
        used = (low + high) // 2
        if has_room(limit, used, part):
            low = used + 1
        else:
            high = used
    assert low <= limit * part
    assert low + 1 > limit * part
