"""What the watchdog calls a problem, by table and at the edges."""

from datetime import date, datetime, timedelta

import pytest
from debt_collection_logic import health
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime.fromisoformat("2026-06-01T12:00:00")
TODAY = date(2026, 6, 1)
HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)
LIMITS = health.Limits(3 * HOUR, 10, {"planned": 2, "waiting": 7, "uncertain": 1}, 2)


def code(finding):
    return finding and finding.code


@pytest.mark.parametrize(
    ("active", "late", "interval", "failures", "expected"),
    [
        (True, timedelta(0), HOUR, 0, None),
        (True, 2 * HOUR, HOUR, 0, None),
        (True, 2 * HOUR + timedelta(seconds=1), HOUR, 0, "job_late"),
        (True, 2 * QUARTER, QUARTER, 0, None),
        (True, 3 * QUARTER, QUARTER, 0, "job_late"),
        (True, timedelta(minutes=20), timedelta(minutes=1), 0, None),
        (True, 47 * HOUR, DAY, 0, None),
        (True, 49 * HOUR, DAY, 0, "job_late"),
        (True, timedelta(0), HOUR, 2, None),
        (True, timedelta(0), HOUR, 3, "job_fails"),
        (False, timedelta(0), HOUR, 0, "job_off"),
        (False, 9 * HOUR, HOUR, 9, "job_off"),
    ],
)
def test_jobs(active, late, interval, failures, expected):
    found = health.job("x", "X", active, NOW - late, interval, failures, NOW)
    assert code(found) == expected


@pytest.mark.parametrize(
    ("age", "count", "expected"),
    [(3 * HOUR, 5, None), (4 * HOUR, 5, "queue"), (4 * HOUR, 0, None)],
)
def test_queues(age, count, expected):
    assert code(health.queue("mail", "Mail", NOW - age, count, NOW, LIMITS)) == expected


@pytest.mark.parametrize(
    ("sent", "failed", "expected"),
    [
        (0, 19, None),
        (0, 20, "channel"),
        (18, 2, None),
        (17, 3, "channel"),
        (900, 100, None),
        (899, 101, "channel"),
    ],
)
def test_channels(sent, failed, expected):
    assert code(health.channel("email", sent, failed, LIMITS)) == expected


@pytest.mark.parametrize(
    ("state", "days", "expected"),
    [
        ("planned", 2, None),
        ("planned", 3, "planned"),
        ("waiting", 7, None),
        ("waiting", 8, "waiting"),
        ("uncertain", 1, None),
        ("uncertain", 2, "uncertain"),
    ],
)
def test_actions(state, days, expected):
    found = health.waiting(state, TODAY - timedelta(days=days), 1, TODAY, LIMITS)
    assert code(found) == expected
    assert health.waiting(state, None, 0, TODAY, LIMITS) is None


@pytest.mark.parametrize(
    ("state", "ago", "good", "in_use", "expected"),
    [
        (None, 0, None, True, None),
        ("done", 1, 0, True, None),
        ("done", 60, 2, True, None),
        ("done", 80, 3, True, "run_missing"),
        ("done", 80, 3, False, None),
        ("running", 5, 1, True, None),
        ("running", 7, 1, True, "run_interrupted"),
        ("interrupted", 1, 1, True, "run_interrupted"),
        ("error", 1, 0, True, "run_error"),
    ],
)
def test_runs(state, ago, good, in_use, expected):
    last_good = None if good is None else TODAY - timedelta(days=good)
    started = NOW - timedelta(hours=ago)
    found = health.run(state, started, last_good, in_use, NOW, TODAY, LIMITS)
    assert code(found) == expected


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_more_failures_never_look_better(sent, failed):
    if health.channel("email", sent, failed, LIMITS):
        assert health.channel("email", sent, failed + 1, LIMITS)
