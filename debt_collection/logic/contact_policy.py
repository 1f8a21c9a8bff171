"""When a debtor may be contacted: hours, holidays, limits, consent.

Several rules may bind at a time: that of the creditor's country, of the debtor's, of
the phone's, a courtesy of the house. A moment is allowed where each of them allows it,
in each time zone in which the debtor may be: hours are intersected, and the smallest
limit counts. Attempts count, not answers.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

#: How far ahead a moment is looked for.
HORIZON = 60
MINUTE = timedelta(minutes=1)
ONE_DAY = timedelta(days=1)

#: What a decision can be.
SEND, WAIT, NEVER = "send", "wait", "never"
#: Reasons to wait.
HOURS, HOLIDAY, CAP, GAP, CHANNEL = "hours", "holiday", "cap", "gap", "one_channel"
#: Reasons for never.
OPTED_OUT, NO_CONSENT, FORBIDDEN = "opted_out", "no_consent", "forbidden"
NO_MOMENT = "no_moment"

#: Groups without hours: a letter comes with the post, and is read when one likes.
ANY_HOUR = frozenset({"letter"})

#: Days back that limits look.
SPANS = {"day": 1, "week": 7}


@dataclass(frozen=True)
class Window:
    """Minutes of a local day in which contact is allowed: 07:00 to 18:59 is 420, 1140.

    :param start: first minute
    :param end: the minute after the last one, at most 1440
    """

    start: int
    end: int


@dataclass(frozen=True)
class Cap:
    """At most so many contacts, and days between them.

    :param count: at most so many; 0 for no limit but the gap
    :param per: "day" (the local one), "week" (Monday to Sunday) or "days"
    :param days: with "days": so many in a row, today is one of them
    :param gap_days: least days from one to the next; 2: not on the day after
    :param groups: only contacts of these groups; empty: of any
    :param reached: only those in which the debtor was reached
    """

    count: int = 1
    per: str = "day"
    days: int = 1
    gap_days: int = 0
    groups: frozenset[str] = frozenset()
    reached: bool = False

    def counts(self, group):
        """Return whether contacts of a group are limited by this."""
        return not self.groups or group in self.groups


@dataclass(frozen=True)
class Rules:
    """What one policy says.

    :param name: by which it is named in a decision
    :param windows: the windows of each weekday from Monday on; empty: at any hour
    :param holidays: days on which nobody is contacted
    :param caps: its limits
    :param one_channel: with "attempt" only one channel in a week, that of the first
        contact; with "reached" only from a contact in which the debtor was reached
    :param places: where nobody is ever visited: "home", "work"
    :param parties: who is never contacted about a debt, such as "reference"
    :param consent: whether the debtor has to have agreed to the channel
    """

    name: object = None
    windows: tuple[tuple[Window, ...], ...] = ()
    holidays: frozenset[date] = frozenset()
    caps: tuple[Cap, ...] = ()
    one_channel: str = ""
    places: frozenset[str] = frozenset()
    parties: frozenset[str] = frozenset()
    consent: bool = False

    @property
    def memory(self):
        """For how many days back earlier contacts matter: 0 for not at all."""
        return max(
            7 if self.one_channel else 0,
            *(max(SPANS.get(cap.per, cap.days), cap.gap_days) for cap in self.caps),
            0,
        )


@dataclass(frozen=True)
class Contact:
    """An earlier contact, or attempt.

    :param moment: aware
    """

    moment: datetime
    channel: str
    group: str
    reached: bool = False


@dataclass(frozen=True)
class Wish:
    """What somebody wants to do.

    :param exempt: a receipt, an answer to the debtor's own question, a notice that the
        law demands: limits and consent are not for it, hours are
    :param party: who is contacted, if it is not the debtor
    :param consent: True given, False withdrawn, None unknown
    :param place: where a visit is made: "home", "work" or "other"
    """

    channel: str
    group: str
    exempt: bool = False
    party: str = ""
    consent: bool | None = None
    place: str = ""


@dataclass(frozen=True)
class Decision:
    """The answer.

    :param kind: send, wait or never
    :param until: the first minute that is allowed, in UTC; None but for wait
    :param reason: why not now
    :param rule: the name of the rule that says so
    """

    kind: str
    until: datetime | None = None
    reason: str | None = None
    rule: object = field(default=None)


#: On which days a debtor wants contact: numbers of weekdays, Monday is 0.
WANTED_DAYS = {"weekdays": range(5), "saturdays": range(6)}


def wanted(start, end, days=""):
    """Return the windows in which a debtor wants to be contacted, None for any.

    :param start: hour before which not, 0 for none
    :param end: hour from which on not, 0 for none
    :param days: a key of ``WANTED_DAYS``; empty: every day

    >>> wanted(9, 0, "weekdays")[4:6]
    ((Window(start=540, end=1440),), ())
    >>> wanted(0, 0) is None
    True
    """
    start, end = round((start or 0) * 60), round((end or 24) * 60)
    if (start, end) == (0, 1440) and not days:
        return None
    hours, of_week = (Window(start, end),), WANTED_DAYS.get(days, range(7))
    return tuple(hours if day in of_week else () for day in range(7))


def decide(rules, zones, history, wish, now, horizon=HORIZON):
    """Say whether a contact may be made now, when, or why never.

    :param rules: those that bind
    :param zones: ``tzinfo`` of each time zone in which the debtor may be, at least one
    :param history: ``Contact`` of before; those after ``now`` count too, since a clock
        may have been set back
    :param Wish wish: what is to be done
    :param now: aware moment
    :param horizon: days in which a moment is looked for

    >>> from zoneinfo import ZoneInfo
    >>> office = Rules("office", windows=((Window(540, 1080),),) * 5 + ((), ()))
    >>> friday = datetime(2026, 6, 5, 23, 0, tzinfo=UTC)  # 18:00 in Bogota
    >>> mail = Wish("email", "message")
    >>> decide([office], [ZoneInfo("America/Bogota")], [], mail, friday).until
    datetime.datetime(2026, 6, 8, 14, 0, tzinfo=datetime.timezone.utc)
    """
    refused = _never(rules, wish)
    if refused:
        return refused
    past = {zone: _past(history, zone) for zone in zones}
    blocked = _blocked(rules, past, wish, now)
    if not blocked:
        return Decision(SEND)
    reason, rule = blocked
    for moment in _turns(rules, zones, now, horizon):
        if not _blocked(rules, past, wish, moment):
            return Decision(WAIT, moment, reason, rule)
    return Decision(NEVER, None, NO_MOMENT, rule)


def is_open(rules, zones, moment):
    """Return whether hours and holidays of all rules allow a moment, in each zone.

    >>> is_open([], [UTC], datetime(2026, 6, 5, tzinfo=UTC))
    True
    """
    return not any(
        _closed(rule, moment.astimezone(zone)) for rule in rules for zone in zones
    )


def _never(rules, wish):
    if wish.consent is False:
        return Decision(NEVER, None, OPTED_OUT)
    for rule in rules:
        if wish.place in rule.places or wish.party in rule.parties:
            return Decision(NEVER, None, FORBIDDEN, rule.name)
        if rule.consent and not wish.exempt and wish.consent is None:
            return Decision(NEVER, None, NO_CONSENT, rule.name)
    return None


def _past(history, zone):
    """Return (local day, contact) of each earlier contact."""
    return [(contact.moment.astimezone(zone).date(), contact) for contact in history]


def _blocked(rules, past, wish, moment):
    """Return (reason, name of the rule) of what forbids a moment, or None."""
    for rule in rules:
        for zone, contacts in past.items():
            local = moment.astimezone(zone)
            reason = None if wish.group in ANY_HOUR else _closed(rule, local)
            if not reason and not wish.exempt:
                reason = _used_up(rule, contacts, wish, local.date())
            if reason:
                return reason, rule.name
    return None


def _closed(rule, local):
    """Return why a rule forbids a local moment to everybody, or None."""
    if local.date() in rule.holidays:
        return HOLIDAY
    if not rule.windows:
        return None
    minute = local.hour * 60 + local.minute
    for window in rule.windows[local.weekday()]:
        if window.start <= minute < window.end:
            return None
    return HOURS


def _used_up(rule, contacts, wish, day):
    """Return why the earlier contacts forbid one more on a local day, or None."""
    for cap in rule.caps:
        if not cap.counts(wish.group):
            continue
        days = [
            other
            for other, contact in contacts
            if cap.counts(contact.group) and (contact.reached or not cap.reached)
        ]
        if cap.count and sum(_counts(cap, other, day) for other in days) >= cap.count:
            return CAP
        if cap.gap_days and any(other > day - cap.gap_days * ONE_DAY for other in days):
            return GAP
    if rule.one_channel and any(
        contact.channel != wish.channel
        and _week(other) == _week(day)
        and (contact.reached or rule.one_channel == "attempt")
        for other, contact in contacts
    ):
        return CHANNEL
    return None


def _counts(cap, other, day):
    """Return whether a contact of another day counts against the limit on a day."""
    if cap.per == "day":
        return other == day
    if cap.per == "week":
        return _week(other) == _week(day)
    return other > day - cap.days * ONE_DAY


def _week(day):
    return day.isocalendar()[:2]


def _turns(rules, zones, after, horizon):
    """Yield, in their order, the moments at which something forbidden may be allowed.

    These are the starts of windows and of days, in each zone, and the moments at which
    a clock is changed: into a window, or out of a day that does not begin at midnight.
    """
    starts = {0} | {
        window.start for rule in rules for day in rule.windows for window in day
    }
    after = after.astimezone(UTC)
    last = after + horizon * ONE_DAY
    for ahead in range(horizon + 1):
        day = after.date() + ahead * ONE_DAY
        moments = set()
        for zone in zones:
            for local_day in (day - ONE_DAY, day, day + ONE_DAY):
                for minute in starts:
                    moments.update(_moments(local_day, minute, zone))
            moments.update(_clock_change(zone, day))
        yield from sorted(
            moment
            for moment in moments
            if moment.date() == day and after < moment <= last
        )


def _moments(day, minute, zone):
    """Yield the moments at which a clock shows a minute: two where it is set back."""
    local = datetime(day.year, day.month, day.day, tzinfo=zone) + minute * MINUTE
    for fold in (0, 1):
        yield local.replace(fold=fold).astimezone(UTC)


def _clock_change(zone, day):
    """Yield the first minute of a UTC day with another offset, if there is one."""

    def offset(minute):
        return (midnight + minute * MINUTE).astimezone(zone).utcoffset()

    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    before, low, high = offset(0), 0, 24 * 60
    if offset(high) == before:
        return
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if offset(middle) == before else (low, middle)
    yield midnight + high * MINUTE
