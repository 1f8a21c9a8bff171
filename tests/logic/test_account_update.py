from datetime import UTC, datetime

import pytest
from debt_collection_whatsapp_logic.account_update import (
    FIELDS,
    UNLIMITED,
    health,
    limit,
    read,
)
from hypothesis import given
from hypothesis import strategies as st

ENDS = 1795435200
UNTIL = datetime.fromtimestamp(ENDS, UTC).replace(tzinfo=None)
restriction = {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING"}


@pytest.mark.parametrize(
    ("value", "stops", "until", "resumes"),
    [
        (
            {
                "event": "ACCOUNT_VIOLATION",
                "violation_info": {"violation_type": "MISLEADING"},
            },
            *(True, None, False),
        ),
        (
            {
                "event": "ACCOUNT_RESTRICTION",
                "restriction_info": [
                    {**restriction, "expiration": ENDS - 60},
                    {**restriction, "expiration": str(ENDS)},
                ],
            },
            *(True, UNTIL, False),
        ),
        (
            {
                "event": "ACCOUNT_RESTRICTION",
                "restriction_info": [{**restriction, "expiration": ENDS}, restriction],
            },
            *(True, None, False),
        ),
        (
            {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}},
            *(True, None, False),
        ),
        (
            {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}},
            *(False, None, True),
        ),
        ({"event": "ACCOUNT_DELETED"}, True, None, False),
        ({"event": "VERIFIED_ACCOUNT", "phone_number": "1"}, False, None, False),
        ({"event": "NEWS_OF_TOMORROW"}, False, None, False),
        ({"event": None, "ban_info": [], "restriction_info": "x"}, False, None, False),
        (None, False, None, False),
    ],
)
def test_updates_of_the_account(value, stops, until, resumes):
    news = read("account_update", value)
    assert (news.stops, news.until, news.resumes) == (stops, until, resumes)
    # a person has to know
    assert news.urgent or not (stops or resumes)


@pytest.mark.parametrize(
    ("field", "value", "urgent", "values"),
    [
        (
            "phone_number_quality_update",
            {"event": "DOWNGRADE", "current_limit": "TIER_250"},
            *(True, {"daily_limit": 250}),
        ),
        (
            "phone_number_quality_update",
            {"event": "FLAGGED", "current_limit": "TIER_2K"},
            *(True, {"daily_limit": 2000, "quality": "RED"}),
        ),
        (
            "phone_number_quality_update",
            {"event": "UNFLAGGED"},
            *(False, {"quality": "GREEN"}),
        ),
        (
            "business_capability_update",
            {"max_daily_conversations_per_business": "TIER_UNLIMITED"},
            *(False, {"daily_limit": UNLIMITED}),
        ),
        (
            "business_capability_update",
            {"max_daily_conversation_per_phone": 1000},
            *(False, {"daily_limit": 1000}),
        ),
        (
            "phone_number_name_update",
            {"decision": "REJECTED", "requested_verified_name": "Andina"},
            *(True, {"name_status": "REJECTED"}),
        ),
        ("account_alerts", {"alert_severity": "CRITICAL"}, True, {}),
        ("account_alerts", {"alert_severity": "INFORMATIONAL"}, False, {}),
        ("account_review_update", {"decision": "APPROVED"}, False, {}),
        ("account_review_update", {"decision": "REJECTED"}, True, {}),
        ("security", {"event": "PIN_CHANGED"}, True, {}),
        ("something_new", {"a": {"b": ["c", 5, True, None]}}, False, {}),
    ],
)
def test_other_news(field, value, urgent, values):
    news = read(field, value)
    assert (news.urgent, news.values) == (urgent, values)
    assert news.stops == (field == "account_review_update" and urgent)


def test_what_it_says_is_one_line():
    news = read("something_new", {"a": {"b": ["c\nd", 5, True, None]}, "e": "f"})
    assert news.text == "c d, 5, f"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text()
            | st.sampled_from(
                ["event", "ban_info", "restriction_info", "expiration", "current_limit"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.sampled_from([*FIELDS, "?"]), anything)
def test_nothing_that_comes_breaks_it(field, value):
    news = read(field, value)
    assert "\n" not in news.text
    assert not (news.stops and news.resumes)
    health([value, value])


def test_limits():
    known = ["TIER_50", "TIER_250", "TIER_1K", "TIER_2K", "TIER_10K", "TIER_100K"]
    assert [limit(tier) for tier in known] == [50, 250, 1000, 2000, 10000, 100000]
    assert [limit(tier) for tier in (None, "", True, "TIER_7", [])] == [None] * 5


def test_the_worst_health_counts():
    blocked = {
        "can_send_message": "BLOCKED",
        "entities": [
            {
                "errors": [
                    {
                        "error_code": 141006,
                        "error_description": "No payment method.",
                        "possible_solution": "Add one.",
                    }
                ]
            }
        ],
    }
    fine = {"can_send_message": "AVAILABLE", "entities": []}
    expected = ("BLOCKED", "No payment method. Add one.")
    assert health([fine, blocked]) == health([blocked, fine, blocked]) == expected
