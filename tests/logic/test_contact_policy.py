"""When a debtor may be contacted: by table, by property and against an oracle."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from contact_oracle import allowed, first_allowed, refused
from debt_collection_logic.contact_policy import (
    NEVER,
    SEND,
    WAIT,
    Cap,
    Contact,
    Rules,
    Window,
    Wish,
    decide,
    is_open,
    wanted,
)
from debt_collection_logic.time_zones import MAIN, STATES, ZONES, candidates, zones_of
from hypothesis import given, settings
from hypothesis import strategies as st

BOGOTA = ZoneInfo("America/Bogota")
MAIL = Wish("email", "message")
CALL = Wish("call", "voice")
OFFICE = Rules("office", windows=((Window(540, 1080),),) * 5 + ((), ()))
COLOMBIA = Rules(
    "co",
    windows=((Window(420, 1140),),) * 5 + ((Window(480, 900),), ()),
    holidays=frozenset({date(2026, 6, 8), date(2026, 6, 15)}),
    caps=(Cap(1, "day"),),
    one_channel="attempt",
)
CHILE = Rules(
    "cl",
    windows=((Window(480, 1200),),) * 6 + ((),),
    caps=(
        Cap(1, "week", groups=frozenset({"voice", "visit"})),
        Cap(2, "week", gap_days=2, groups=frozenset({"message", "letter"})),
    ),
)
NOT_AT_HOME = Rules(places=frozenset({"home"}))
REG_F = Rules(
    "us",
    windows=((Window(480, 1260),),) * 7,
    caps=(
        Cap(7, "days", 7, groups=frozenset({"voice"})),
        Cap(1, "days", 7, groups=frozenset({"voice"}), reached=True),
    ),
)
#: How far ahead the oracle looks, minute by minute.
AHEAD = 3


def local(text, zone=BOGOTA):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def was(text, wish=MAIL, zone=BOGOTA, reached=False):
    return Contact(local(text, zone), wish.channel, wish.group, reached)


def asked(rules, now, history=(), wish=MAIL, zones=(BOGOTA,)):
    decision = decide(rules, zones, history, wish, now)
    until = decision.until and decision.until.astimezone(zones[0])
    return decision.kind, until and f"{until:%Y-%m-%d %H:%M}", decision.reason


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        # a Monday; ends are exclusive
        ("2026-06-01 06:59:59", (WAIT, "2026-06-01 07:00", "hours")),
        ("2026-06-01 07:00", (SEND, None, None)),
        ("2026-06-01 18:59:59", (SEND, None, None)),
        ("2026-06-01 19:00", (WAIT, "2026-06-02 07:00", "hours")),
        # Saturdays are short, Sundays closed, and Monday the 8th a holiday
        ("2026-06-06 07:59", (WAIT, "2026-06-06 08:00", "hours")),
        ("2026-06-06 15:00", (WAIT, "2026-06-09 07:00", "hours")),
        ("2026-06-07 12:00", (WAIT, "2026-06-09 07:00", "hours")),
        ("2026-06-08 12:00", (WAIT, "2026-06-09 07:00", "holiday")),
    ],
)
def test_hours_of_colombia(now, expected):
    assert asked([COLOMBIA], local(now)) == expected


def test_a_letter_comes_with_the_post_at_any_hour():
    sunday_night = local("2026-06-07 23:00")
    letter = Wish("letter", "letter")
    assert asked([COLOMBIA], sunday_night, wish=letter) == (SEND, None, None)
    posted = [was("2026-06-07 08:00", letter)]
    assert asked([COLOMBIA], sunday_night, posted, letter)[0] == WAIT


@pytest.mark.parametrize(
    ("history", "wish", "expected"),
    [
        ([was("2026-06-01 07:00")], MAIL, (WAIT, "2026-06-02 07:00", "cap")),
        ([was("2026-05-31 23:59")], MAIL, (SEND, None, None)),
        # another channel only in the next week: the 8th is a holiday
        ([was("2026-06-01 07:00", CALL)], MAIL, (WAIT, "2026-06-09 07:00", "cap")),
    ],
)
def test_one_contact_a_day_and_one_channel_a_week(history, wish, expected):
    assert asked([COLOMBIA], local("2026-06-01 12:00"), history, wish) == expected


def test_one_channel_a_week_from_the_first_attempt_or_once_reached():
    tuesday = local("2026-06-02 12:00")
    called = was("2026-06-01 12:00", CALL)
    reached = was("2026-06-01 12:00", CALL, reached=True)
    lenient = Rules("lenient", one_channel="reached")
    assert asked([COLOMBIA], tuesday, [called])[2] == "one_channel"
    assert asked([lenient], tuesday, [called])[0] == SEND
    assert asked([lenient], tuesday, [reached]) == (
        WAIT,
        "2026-06-08 00:00",
        "one_channel",
    )
    assert asked([lenient], tuesday, [reached], CALL)[0] == SEND


def test_chile_one_call_and_two_messages_a_week_two_days_apart():
    santiago = ZoneInfo("America/Santiago")

    def ask(now, history, wish):
        return asked([CHILE], local(now, santiago), history, wish, (santiago,))

    mail = was("2026-06-01 12:00", zone=santiago)
    assert ask("2026-06-02 12:00", [mail], MAIL) == (WAIT, "2026-06-03 08:00", "gap")
    assert ask("2026-06-03 12:00", [mail], MAIL)[0] == SEND
    twice = [mail, was("2026-06-03 12:00", zone=santiago)]
    assert ask("2026-06-05 12:00", twice, MAIL) == (WAIT, "2026-06-08 08:00", "cap")
    assert ask("2026-06-05 12:00", twice, CALL)[0] == SEND
    called = [*twice, was("2026-06-05 12:00", CALL, santiago)]
    assert ask("2026-06-06 12:00", called, CALL)[1] == "2026-06-08 08:00"


def test_united_states_seven_calls_in_seven_days_and_none_after_a_conversation():
    ny = (ZoneInfo("America/New_York"),)
    calls = [was(f"2026-06-{day:02} 12:00", CALL, ny[0]) for day in range(1, 8)]
    now = local("2026-06-07 13:00", ny[0])
    assert asked([REG_F], now, calls[:6], CALL, ny)[0] == SEND
    assert asked([REG_F], now, calls, CALL, ny) == (WAIT, "2026-06-08 08:00", "cap")
    talked = [was("2026-06-01 12:00", CALL, ny[0], reached=True)]
    assert asked([REG_F], now, talked, CALL, ny)[1] == "2026-06-08 08:00"
    assert asked([REG_F], now, calls, MAIL, ny)[0] == SEND


def test_an_eastern_number_with_a_pacific_address_waits_for_both():
    zones = (ZoneInfo("America/New_York"), ZoneInfo("America/Los_Angeles"))
    at_ten = local("2026-06-01 10:00", zones[0])
    assert asked([REG_F], at_ten, zones=zones)[1] == "2026-06-01 11:00"
    last = local("2026-06-01 20:59", zones[0])
    assert asked([REG_F], last, zones=zones)[0] == SEND
    assert asked([REG_F], last + timedelta(minutes=1), zones=zones)[0] == WAIT


def test_what_is_exempt_keeps_hours_and_nothing_else():
    receipt = Wish("email", "message", exempt=True)
    strict = Rules("strict", COLOMBIA.windows, caps=COLOMBIA.caps, consent=True)
    history = [was("2026-06-01 08:00", CALL)]
    assert asked([strict], local("2026-06-01 12:00"), history, receipt)[0] == SEND
    assert asked([strict], local("2026-06-01 03:00"), history, receipt)[0] == WAIT


@pytest.mark.parametrize(
    ("rule", "wish", "reason"),
    [
        (Rules(consent=True), MAIL, "no_consent"),
        (Rules(consent=True), Wish("email", "message", consent=True), None),
        (Rules(), Wish("email", "message", consent=False), "opted_out"),
        # no exemption from what the debtor does not want
        (Rules(), Wish("email", "message", exempt=True, consent=False), "opted_out"),
        (NOT_AT_HOME, Wish("visit", "visit", place="home"), "forbidden"),
        (NOT_AT_HOME, Wish("visit", "visit", place="work"), None),
        (NOT_AT_HOME, Wish("visit", "visit", place="other"), None),
        (Rules(parties=frozenset({"reference"})), MAIL, None),
        (
            Rules(parties=frozenset({"reference"})),
            Wish("email", "message", party="reference"),
            "forbidden",
        ),
        (Rules(windows=((),) * 7), MAIL, "no_moment"),
        (Rules(holidays=frozenset({date(2026, 6, 1)})), MAIL, "holiday"),
    ],
)
def test_never(rule, wish, reason):
    decision = decide([rule], [BOGOTA], [], wish, local("2026-06-01 12:00"))
    assert decision.reason == reason
    wanted = {None: SEND, "holiday": WAIT}.get(reason, NEVER)
    assert decision.kind == wanted


def test_a_clock_that_was_set_back_frees_no_contact():
    noon = local("2026-06-01 12:00")
    later = was("2026-06-01 13:00")
    assert asked([COLOMBIA], noon, [later])[0] == WAIT
    week = Rules("week", caps=(Cap(1, "days", 7),))
    assert asked([week], noon, [was("2026-06-02 09:00")])[1] == "2026-06-09 00:00"


def test_a_leap_day_is_a_day():
    rule = Rules("leap", caps=(Cap(1, "day"),), holidays=frozenset({date(2028, 3, 1)}))
    now = local("2028-02-29 23:59")
    assert asked([rule], now, [])[0] == SEND
    assert asked([rule], now, [was("2028-02-29 00:00")])[1] == "2028-03-02 00:00"


#: The two nights on which clocks change: into a window that began in the missing hour,
#: and back into one that had ended.
CHANGES = [
    ("America/Santiago", date(2026, 4, 5), date(2026, 9, 6)),
    ("America/New_York", date(2026, 3, 8), date(2026, 11, 1)),
    ("Europe/Madrid", date(2026, 3, 29), date(2026, 10, 25)),
    ("Europe/London", date(2026, 3, 29), date(2026, 10, 25)),
    ("America/Asuncion", date(2024, 3, 24), date(2023, 10, 1)),
]


@pytest.mark.parametrize(
    ("name", "night"), [(name, night) for name, *nights in CHANGES for night in nights]
)
@pytest.mark.parametrize(
    "window",
    [(0, 30), (30, 90), (90, 150), (150, 210)],
)
def test_nights_on_which_clocks_change_minute_by_minute(name, night, window):
    zone = ZoneInfo(name)
    rule = Rules("night", windows=((Window(*window),),) * 7)
    start = datetime(night.year, night.month, night.day, tzinfo=UTC)
    start -= timedelta(hours=12)
    offsets = {
        (start + timedelta(hours=hour)).astimezone(zone).utcoffset()
        for hour in range(36)
    }
    assert len(offsets) == 2, "clocks do change in that night"
    # backwards, so that the first allowed minute from each on is known
    minutes = [start + timedelta(minutes=minute) for minute in range(36 * 60)]
    expected = None
    for moment in reversed(minutes):
        if allowed([rule], [zone], [], MAIL, moment):
            expected = moment
        decision = decide([rule], [zone], [], MAIL, moment)
        assert is_open([rule], [zone], moment) == (decision.kind == SEND)
        if expected:
            assert (decision.until or moment) == expected, moment


# === AGAINST THE ORACLE === #

zones = st.lists(
    st.sampled_from(
        [name for name, *_ in CHANGES]
        + ["America/Bogota", "America/Mexico_City", "Pacific/Easter", "Asia/Kathmandu"]
    ).map(ZoneInfo),
    min_size=1,
    max_size=2,
    unique=True,
)
groups = st.frozensets(st.sampled_from(["message", "voice", "visit", "letter"]))
days = st.one_of(
    st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    st.sampled_from(
        [
            *(night for _name, *nights in CHANGES for night in nights),
            date(2028, 2, 29),
            date(2026, 12, 31),
        ]
    ),
)
windows = st.builds(
    lambda start, length: Window(start, min(1440, start + length)),
    st.one_of(st.integers(0, 1439), st.sampled_from([0, 60, 120, 150, 1380])),
    st.integers(1, 900),
)


def _week(kinds, number):
    """Return the hours of each weekday: of the kind that a digit of a number says."""
    return tuple(kinds[number // 3**weekday % 3] for weekday in range(7))


hours = st.lists(windows, max_size=2).map(tuple)
weeks = st.one_of(
    st.just(()),
    st.builds(_week, st.tuples(hours, hours, hours), st.integers(0, 3**7 - 1)),
)
caps = st.builds(
    Cap,
    count=st.integers(0, 3),
    per=st.sampled_from(["day", "week", "days"]),
    days=st.integers(1, 10),
    gap_days=st.integers(0, 4),
    groups=groups,
    reached=st.booleans(),
)
channels = st.sampled_from(
    [("email", "message"), ("sms", "message"), ("call", "voice"), ("letter", "letter")]
)


def _moment(day, seconds):
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(0, seconds)


# days of holidays and minutes of contacts: from the moment of the case
moments = st.builds(_moment, days, st.integers(-43_200, 129_600))
rules = st.builds(
    Rules,
    name=st.just("rule"),
    windows=weeks,
    holidays=st.frozensets(st.integers(-3, 5), max_size=3),
    caps=st.lists(caps, max_size=2).map(tuple),
    one_channel=st.sampled_from(["", "", "reached", "attempt"]),
    consent=st.sampled_from([False, False, False, True]),
    places=st.sampled_from([frozenset(), frozenset(), frozenset({"home"})]),
)
contacts = st.tuples(st.integers(-12 * 1440, 1440), channels, st.booleans())
wishes = st.builds(
    lambda channel, exempt, consent, place: Wish(
        *channel, exempt, consent=consent, place=place
    ),
    channels,
    st.sampled_from([False, False, False, True]),
    st.sampled_from([None, True, True, False]),
    st.sampled_from(["", "", "", "home", "work", "other"]),
)


def _case(now, rules, zones, contacts, wish):
    today = now.date()
    return (
        [
            replace(
                rule,
                holidays=frozenset(today + timedelta(day) for day in rule.holidays),
            )
            for rule in rules
        ],
        zones,
        [
            Contact(now + timedelta(minutes=minutes), *channel, reached)
            for minutes, channel, reached in contacts
        ],
        wish,
        now,
    )


cases = st.builds(
    _case,
    moments,
    st.lists(rules, min_size=1, max_size=2),
    zones,
    st.lists(contacts, max_size=5),
    wishes,
)


@settings(deadline=None)
@given(case=cases)
def test_the_engine_agrees_with_the_oracle(case):
    rules, zones_, history, wish, now = case
    decision = decide(rules, zones_, history, wish, now, horizon=AHEAD)
    if refused(rules, wish):
        assert decision.kind == NEVER
        return
    first = first_allowed(rules, zones_, history, wish, now, AHEAD)
    if first is None:
        assert (decision.kind, decision.reason) == (NEVER, "no_moment")
    elif first == now:
        assert decision.kind == SEND
    else:
        assert (decision.kind, decision.until) == (WAIT, first)


@given(
    now=moments,
    steps=st.lists(st.tuples(channels, st.integers(0, 2000)), max_size=12),
)
def test_a_stream_of_contacts_never_breaks_a_limit(now, steps):
    """Two never take the one contact of a day; nor more calls or messages a week."""
    zone = ZoneInfo("America/Santiago")
    done, moment = [], now
    for (channel, group), minutes in steps:
        moment += timedelta(minutes=minutes)
        if decide([CHILE], [zone], done, Wish(channel, group), moment).kind == SEND:
            done.append(Contact(moment, channel, group))
    made = [(c.group, c.moment.astimezone(zone).date()) for c in done]
    calls = [day.isocalendar()[:2] for group, day in made if group == "voice"]
    messages = [day for group, day in made if group != "voice"]
    assert len(set(calls)) == len(calls)
    assert all(b - a >= timedelta(days=2) for a, b in pairwise(messages))
    assert max(Counter(d.isocalendar()[:2] for d in messages).values(), default=0) <= 2


@given(case=cases)
def test_one_rule_or_zone_more_never_allows_more(case):
    rules, zones_, history, wish, now = case
    if decide(rules, zones_, history, wish, now, horizon=0).kind == SEND:
        assert decide(rules[:1], zones_, history, wish, now).kind == SEND
        assert decide(rules, zones_[:1], history, wish, now).kind == SEND


# === TIME ZONES === #


@pytest.mark.parametrize(
    ("own", "address", "phone", "expected"),
    [
        (None, ["America/Bogota"], [], ("America/Bogota",)),
        (None, [], ["America/Lima"], ("America/Lima",)),
        (None, [], [], ()),
        ("America/Bogota", [], [], ("America/Bogota",)),
        # the contact's own zone says which of several it is
        ("Atlantic/Canary", ZONES["ES"], ZONES["ES"], ("Atlantic/Canary",)),
        # a salesperson's zone in the contact of somebody far away
        (
            "America/Bogota",
            ["Europe/Madrid"],
            [],
            ("America/Bogota", "Europe/Madrid"),
        ),
        # a mobile number of the whole country says nothing against the address
        (None, ["America/Tijuana"], ZONES["MX"], ("America/Tijuana",)),
        (
            None,
            ["America/Los_Angeles"],
            ["America/New_York"],
            ("America/Los_Angeles", "America/New_York"),
        ),
    ],
)
def test_where_somebody_may_be(own, address, phone, expected):
    assert candidates(own, address, phone) == expected


def test_states_and_countries():
    assert zones_of("EC", "20") == ("Pacific/Galapagos",)
    assert zones_of("EC", "17") == ("America/Guayaquil",)
    assert set(zones_of("EC")) == {"America/Guayaquil", "Pacific/Galapagos"}
    assert zones_of("CO", None, ["America/Bogota"]) == ("America/Bogota",)
    assert zones_of("US", "PR") == ZONES["US"], "a territory is not guessed"


def test_every_named_zone_exists():
    named = [*ZONES.values(), *MAIN.values()]
    named += [zones_ for states in STATES.values() for zones_ in states.values()]
    for names in named:
        for name in names:
            ZoneInfo(name)


@pytest.mark.parametrize(
    ("start", "end", "days", "week"),
    [
        (0, 0, "", None),
        (None, None, None, None),
        (0, 24, "", None),
        (9, 12, "", [(540, 720)] * 7),
        (9, 0, "", [(540, 1440)] * 7),
        (0, 12.5, "", [(0, 750)] * 7),
        (0, 0, "weekdays", [(0, 1440)] * 5 + [None] * 2),
        (9, 12, "saturdays", [(540, 720)] * 6 + [None]),
    ],
)
def test_hours_and_days_that_a_debtor_wants(start, end, days, week):
    expected = week and tuple((Window(*day),) if day else () for day in week)
    assert wanted(start, end, days) == expected


@given(
    st.integers(0, 23),
    st.integers(1, 24),
    st.sampled_from(["", "weekdays", "saturdays"]),
    st.integers(0, 7 * 24 * 60 - 1),
)
def test_what_a_debtor_wants_only_narrows(start, end, days, minute):
    if start >= end:
        return
    moment = datetime(2026, 6, 1, tzinfo=UTC) + timedelta(minutes=minute)
    windows = wanted(start, end, days)
    rules = [OFFICE, *([Rules("wanted", windows=windows)] if windows else ())]
    inside = start <= moment.hour < end and (
        moment.weekday() < {"weekdays": 5, "saturdays": 6}.get(days, 7)
    )
    assert is_open(rules, [UTC], moment) == (
        inside and is_open([OFFICE], [UTC], moment)
    )
