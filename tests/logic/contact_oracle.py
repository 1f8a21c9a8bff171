"""The contact rules once more, slowly and obviously, minute by minute.

Written from the rules, not from ``logic.contact_policy``: it knows only its values. An
oracle for tests: nothing is looked for, each minute is asked (what rules say of a whole
day is asked once for it).
"""

from datetime import UTC, timedelta


def allowed(rules, zones, history, wish, moment, days=None):
    """Return whether every rule allows a contact at a moment, in every zone.

    :param dict days: what was said of whole days before, by zone and day; filled here
    """
    days = {} if days is None else days
    for zone in zones:
        local = moment.astimezone(zone)
        today = local.date()
        if (zone, today) not in days:
            days[zone, today] = all(
                _allows_day(rule, today, zone, history, wish) for rule in rules
            )
        if not days[zone, today]:
            return False
        if wish.group != "letter" and not all(_hours(rule, local) for rule in rules):
            return False
    return True


def refused(rules, wish):
    """Return whether no moment is allowed, whatever the clock says."""
    if wish.consent is False:
        return True
    for rule in rules:
        if wish.place in rule.places or wish.party in rule.parties:
            return True
        if rule.consent and wish.consent is not True and not wish.exempt:
            return True
    return False


def first_allowed(rules, zones, history, wish, now, days):
    """Return now, the first whole minute after it that is allowed, or None."""
    if allowed(rules, zones, history, wish, now):
        return now
    moment = now.astimezone(UTC).replace(second=0, microsecond=0)
    end = now + timedelta(days=days)
    known = {}
    while moment <= end:
        if moment > now and allowed(rules, zones, history, wish, moment, known):
            return moment
        moment += timedelta(minutes=1)
    return None


def _hours(rule, local):
    if not rule.windows:
        return True
    minute = local.hour * 60 + local.minute
    for window in rule.windows[local.weekday()]:
        if minute in range(window.start, window.end):
            return True
    return False


def _allows_day(rule, today, zone, history, wish):
    if wish.group != "letter" and any(day == today for day in rule.holidays):
        return False
    return wish.exempt or _limits(rule, today, zone, history, wish)


def _limits(rule, today, zone, history, wish):
    before = [(c.moment.astimezone(zone).date(), c) for c in history]
    return all(_cap(cap, today, before, wish) for cap in rule.caps) and not (
        rule.one_channel and _other_channel(rule, today, before, wish)
    )


def _cap(cap, today, before, wish):
    if cap.groups and wish.group not in cap.groups:
        return True
    same = [
        day
        for day, contact in before
        if (not cap.groups or contact.group in cap.groups)
        and (not cap.reached or contact.reached)
    ]
    # a day of contact, and gap_days - 1 days after it, are closed
    if any(cap.gap_days and today < d + timedelta(days=cap.gap_days) for d in same):
        return False
    monday = today - timedelta(days=today.weekday())
    used = {
        "day": [day for day in same if day.toordinal() == today.toordinal()],
        "week": [d for d in same if monday <= d < monday + timedelta(days=7)],
        "days": [day for day in same if (today - day).days < cap.days],
    }[cap.per]
    return cap.count == 0 or len(used) < cap.count


def _other_channel(rule, today, before, wish):
    monday = today - timedelta(days=today.weekday())
    return any(
        monday <= day <= monday + timedelta(days=6)
        and contact.channel != wish.channel
        and (rule.one_channel == "attempt" or contact.reached)
        for day, contact in before
    )
