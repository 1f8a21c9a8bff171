"""What Meta tells about a business account and its number, as values.

Source: the webhooks "account_update", "account_alerts", "account_review_update",
"business_capability_update", "phone_number_quality_update",
"phone_number_name_update" and "security" of the WhatsApp Business Platform. What is
unknown is told to people and changes nothing.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

#: Fields of a webhook that are about a number, not about messages or templates.
FIELDS = (
    "account_update",
    "account_alerts",
    "account_review_update",
    "business_capability_update",
    "phone_number_quality_update",
    "phone_number_name_update",
    "security",
)
#: After these nothing may be sent.
_STOPS = {
    "ACCOUNT_VIOLATION",
    "ACCOUNT_RESTRICTION",
    "ACCOUNT_DELETED",
    "DISABLED_UPDATE",
    "PARTNER_REMOVED",
    "PARTNER_APP_UNINSTALLED",
}
_STOPS_OF_BAN = ("DISABLE", "SCHEDULE_FOR_DISABLE")
_REINSTATED = "REINSTATE"
#: Messages to people who did not write, in 24 hours.
_TIERS = {
    "TIER_50": 50,
    "TIER_250": 250,
    "TIER_1K": 1_000,
    "TIER_2K": 2_000,
    "TIER_10K": 10_000,
    "TIER_100K": 100_000,
}
UNLIMITED = 0
#: The quality of which an event of the number speaks.
_QUALITIES = {"FLAGGED": "RED", "UNFLAGGED": "GREEN"}
_MOST = 300


@dataclass(frozen=True)
class News:
    """What to do about a webhook.

    :param text: what Meta said, in its words
    :param stops: nothing may leave any more
    :param until: until when, None: until somebody says so
    :param resumes: the restriction is over
    :param urgent: a person has to look
    :param values: what is known of the number now: quality, daily_limit, name_status
    """

    text: str
    stops: bool = False
    until: datetime | None = None
    resumes: bool = False
    urgent: bool = False
    values: dict = field(default_factory=dict)


def read(name, value):
    """Return what a webhook about an account means.

    :param name: name of the field of the webhook
    :param value: its value, as Meta sent it

    >>> read("account_update", {"event": "ACCOUNT_VIOLATION"}).stops
    True
    >>> read("phone_number_quality_update", {"current_limit": "TIER_10K"}).values
    {'daily_limit': 10000}
    """
    value = value if isinstance(value, dict) else {}
    readers = {
        "account_update": _account,
        "account_alerts": _alert,
        "account_review_update": _review,
        "business_capability_update": _capability,
        "phone_number_quality_update": _quality,
        "phone_number_name_update": _name,
        "security": _security,
    }
    return readers.get(name, lambda value: News(_words(value)))(value)


def limit(tier):
    """Return how many people may be written to in a day, None where it is unknown.

    :param tier: as Meta writes it: TIER_2K, TIER_UNLIMITED, or a number

    >>> limit("TIER_2K"), limit(250), limit("TIER_UNLIMITED"), limit("?"), limit(-1)
    (2000, 250, 0, None, 0)
    """
    if isinstance(tier, bool):
        return None
    if isinstance(tier, int):
        return max(tier, UNLIMITED)
    if tier in ("TIER_UNLIMITED", "UNLIMITED"):
        return UNLIMITED
    return _TIERS.get(tier) if isinstance(tier, str) else None


def _account(value):
    event = _word(value.get("event"))
    ban = _word(_dict(value.get("ban_info")).get("waba_ban_state"))
    restrictions = value.get("restriction_info")
    restrictions = restrictions if isinstance(restrictions, list) else []
    if ban == _REINSTATED:
        return News(_words(value), resumes=True, urgent=True)
    if event not in _STOPS and ban not in _STOPS_OF_BAN:
        return News(_words(value))
    ends = [_moment(_dict(one).get("expiration")) for one in restrictions]
    # one without an end has none
    until = max(ends) if ends and all(ends) else None
    return News(_words(value), stops=True, until=until, urgent=True)


def _alert(value):
    severity = _word(value.get("alert_severity"))
    return News(_words(value), urgent=severity in ("CRITICAL", "WARNING"))


def _review(value):
    refused = _word(value.get("decision")) == "REJECTED"
    return News(_words(value), stops=refused, urgent=refused)


def _capability(value):
    return News(_words(value), values=_limit_of(value))


def _quality(value):
    event = _word(value.get("event"))
    values = _limit_of(value)
    if event in _QUALITIES:
        values["quality"] = _QUALITIES[event]
    return News(_words(value), urgent=event in ("FLAGGED", "DOWNGRADE"), values=values)


def _name(value):
    decision = _word(value.get("decision"))
    values = {"name_status": decision} if decision else {}
    return News(_words(value), urgent=decision == "REJECTED", values=values)


def _security(value):
    return News(_words(value), urgent=True)


def _limit_of(value):
    for key in (
        "max_daily_conversations_per_business",
        "max_daily_conversation_per_phone",
        "current_limit",
    ):
        found = limit(value.get(key))
        if found is not None:
            return {"daily_limit": found}
    return {}


def _words(value):
    """Return the short words of a value, for people: one line."""
    words = []

    def walk(part):
        if isinstance(part, dict):
            for inner in part.values():
                walk(inner)
        elif isinstance(part, list):
            for inner in part:
                walk(inner)
        elif isinstance(part, str | int) and not isinstance(part, bool):
            words.append(" ".join(str(part).split()))

    walk(value)
    return ", ".join(filter(None, words))[:_MOST]


def _dict(value):
    return value if isinstance(value, dict) else {}


def _word(value):
    return value.upper() if isinstance(value, str) else ""


def _moment(value):
    """Return naive UTC of a timestamp, None where it is none."""
    try:
        return datetime.fromtimestamp(int(value), UTC).replace(tzinfo=None)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def health(statuses):
    """Return (the worst health, what is wrong in Meta's words) of several nodes.

    :param statuses: the ``health_status`` of each node, as Meta answered it

    >>> health([{"can_send_message": "AVAILABLE"}, None])
    ('AVAILABLE', '')
    """
    worst, lines = "", []
    order = ["", "AVAILABLE", "LIMITED", "BLOCKED"]
    for status in map(_dict, statuses):
        found = _word(status.get("can_send_message"))
        if found in order and order.index(found) > order.index(worst):
            worst = found
        entities = status.get("entities")
        for entity in entities if isinstance(entities, list) else []:
            errors = _dict(entity).get("errors")
            for error in map(_dict, errors if isinstance(errors, list) else []):
                parts = (error.get("error_description"), error.get("possible_solution"))
                line = " ".join(str(part).strip() for part in parts if part)
                if line and line not in lines:
                    lines.append(line[:_MOST])
    return worst, "\n".join(lines)
