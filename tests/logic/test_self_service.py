from datetime import date, timedelta

import pytest
from debt_collection_logic.self_service import Limits, last_day, refusal

MONDAY = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("made", "broken", "limits", "expected"),
    [
        (0, 0, Limits(), None),
        # the one that is open can be moved once
        (1, 0, Limits(), None),
        (2, 0, Limits(), "changes"),
        (1, 0, Limits(changes=0), "changes"),
        (0, 1, Limits(), None),
        (0, 2, Limits(), "broken"),
        (2, 2, Limits(), "broken"),
        # switched off
        (0, 9, Limits(broken=0), None),
    ],
)
def test_refusal(made, broken, limits, expected):
    assert refusal(limits, made, broken) == expected


def test_last_day():
    assert last_day(MONDAY, Limits(days=0)) == MONDAY
    assert last_day(MONDAY, Limits()) == MONDAY + timedelta(days=10)
