"""When people of ours answer: by weekday and hour, but on holidays.

``hours`` are (weekday, from, to), the hours as numbers such as 8.5.
"""

from datetime import datetime, time, timedelta

from . import texts

#: Nobody is looked for further ahead.
AHEAD = 30


def is_open(hours, holidays, now):
    """Return whether somebody answers at a local moment.

    >>> now = datetime(2026, 11, 30, 10, 15)  # a Monday
    >>> is_open([(0, 8, 17)], (), now), is_open([(0, 8, 17)], {now.date()}, now)
    (True, False)
    """
    return any(start <= now < end for start, end in _spans(hours, holidays, now.date()))


def next_open(hours, holidays, now):
    """Return the next day on which somebody begins to answer, None where nobody does.

    >>> next_open([(0, 8, 17)], (), datetime(2026, 11, 30, 18))
    datetime.date(2026, 12, 7)
    """
    for days in range(AHEAD):
        day = now.date() + timedelta(days=days)
        if any(start > now for start, _end in _spans(hours, holidays, day)):
            return day
    return None


def open_minutes(hours, holidays, since, now):
    """Return the minutes between two local moments in which somebody could answer.

    >>> friday, monday = datetime(2026, 11, 27, 16, 50), datetime(2026, 11, 30, 8, 20)
    >>> open_minutes([(0, 8, 17), (4, 8, 17)], (), friday, monday)
    30
    """
    seconds, day = 0, since.date()
    # who waited for longer than that waited long enough
    for _day in range(AHEAD):
        for start, end in _spans(hours, holidays, day):
            seconds += max(0, (min(end, now) - max(start, since)).total_seconds())
        if day >= now.date():
            break
        day += timedelta(days=1)
    return int(seconds // 60)


def in_words(hours, lang):
    """Return the hours as they are told, empty where there are none.

    >>> in_words([(0, 8, 17), (1, 8, 17), (5, 9.5, 12)], "es")
    'lun a mar, 8:00 a 17:00; sáb, 9:30 a 12:00'
    """
    number = texts.LANGUAGES.index(lang)
    names, from_to = texts.WEEKDAYS[number], texts.FROM_TO[number]
    groups = []
    for weekday, first, last in sorted(hours):
        group = groups[-1] if groups else None
        if group and group[1] == weekday - 1 and group[2:] == [first, last]:
            group[1] = weekday
        else:
            groups.append([weekday, weekday, first, last])
    return "; ".join(
        texts.HOURS[number].format(
            days=names[start]
            if start == end
            else from_to.format(first=names[start], last=names[end]),
            first=_clock(first),
            last=_clock(last),
        )
        for start, end, first, last in groups
    )


def _clock(hour):
    return f"{int(hour)}:{round(hour % 1 * 60):02d}"


def _spans(hours, holidays, day):
    """Return the spans of a day as local moments."""
    if day in holidays:
        return []
    midnight = datetime.combine(day, time())
    return [
        (midnight + timedelta(hours=first), midnight + timedelta(hours=last))
        for weekday, first, last in hours
        if weekday == day.weekday()
    ]
