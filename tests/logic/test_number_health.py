from datetime import date, datetime, timedelta

import pytest
from debt_collection_whatsapp_logic.number_health import (
    REPORT_TIME,
    VERSION_DAYS,
    days_left,
    is_deaf,
)

TODAY = date(2026, 6, 1)
NOON = datetime.fromisoformat("2026-06-01T12:00:00")
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("days", "expected"),
    [(-1, -1), (0, 0), (VERSION_DAYS, VERSION_DAYS), (VERSION_DAYS + 1, None)],
)
def test_the_end_of_a_version(days, expected):
    assert days_left(TODAY + timedelta(days=days), TODAY) == expected


@pytest.mark.parametrize(
    ("waiting", "event", "expected"),
    [
        (None, None, False),
        (NOON - HOUR, None, False),
        (NOON - REPORT_TIME, None, True),
        (NOON - REPORT_TIME, NOON - 5 * HOUR, True),
        # others are heard: that message alone has no report
        (NOON - REPORT_TIME, NOON - HOUR, False),
    ],
)
def test_reports_that_do_not_arrive(waiting, event, expected):
    assert is_deaf(waiting, event, NOON) is expected
