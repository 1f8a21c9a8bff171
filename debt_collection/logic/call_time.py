"""When somebody uses to answer the phone.

Past calls are counted by part of the day and part of the week, in the time zone of
whoever is called. Few calls say little: each part is drawn towards the rate at which
the customers of the team answer anyhow, as if ``WEIGHT`` calls had been made at that
rate (the mean of a beta distribution with that prior).
"""

from dataclasses import dataclass
from decimal import Decimal

#: Parts of the day: code, first hour, hour after the last one.
HOURS = (
    ("morning", 0, 12),
    ("noon", 12, 15),
    ("afternoon", 15, 18),
    ("evening", 18, 24),
)
#: Parts of the week: code, weekdays with 0 for Monday.
DAYS = (
    ("start", (0, 1)),
    ("middle", (2, 3)),
    ("end", (4, 5, 6)),
)
#: Calls at the rate of the team that each part begins with.
WEIGHT = 4
#: Calls from which a habit is spoken of, and how often it must have been answered.
LEAST_CALLS = 3
LEAST_ANSWERS = 2


@dataclass(frozen=True)
class Habit:
    """A part of the day or week in which somebody answers more often than else.

    :param part: its code
    :param answered: calls answered in it
    :param calls: calls made in it
    """

    part: str
    answered: int
    calls: int


def part_of_day(hour):
    """Return the code of the part of the day of an hour.

    >>> part_of_day(9), part_of_day(14)
    ('morning', 'noon')
    """
    return next(code for code, first, end in HOURS if first <= hour < end)


def part_of_week(weekday):
    """Return the code of the part of the week of a weekday, 0 for Monday.

    >>> part_of_week(0), part_of_week(4)
    ('start', 'end')
    """
    return next(code for code, weekdays in DAYS if weekday in weekdays)


def chance(answered, calls, rate):
    """Return how probably the next call is answered, from 0 to 1.

    :param answered: past calls that were answered
    :param calls: past calls
    :param rate: the rate of the team, from 0 to 1

    >>> chance(0, 0, Decimal("0.5"))
    Decimal('0.5')
    >>> chance(4, 4, Decimal("0.5"))
    Decimal('0.75')
    """
    return (answered + WEIGHT * Decimal(rate)) / (calls + WEIGHT)


def best(counts, rate):
    """Return the part with the best chance as a ``Habit``, None where none stands out.

    It stands out when enough of its calls were answered and its chance is better than
    that of all the calls together.

    :param counts: {part: (answered, calls)}
    :param rate: the rate of the team, from 0 to 1

    >>> best({"morning": (5, 6), "afternoon": (0, 4)}, Decimal("0.4"))
    Habit(part='morning', answered=5, calls=6)
    >>> best({"morning": (1, 1)}, Decimal("0.4")) is None
    True
    """
    answered = sum(a for a, _calls in counts.values())
    calls = sum(c for _answered, c in counts.values())
    usual = chance(answered, calls, rate)
    habits = [
        Habit(part, a, c)
        for part, (a, c) in counts.items()
        if c >= LEAST_CALLS and a >= LEAST_ANSWERS and chance(a, c, rate) > usual
    ]
    if not habits:
        return None
    return max(
        habits, key=lambda h: (chance(h.answered, h.calls, rate), h.calls, h.part)
    )


def habits(calls, rate):
    """Return (habit of the day, habit of the week) from past calls; None where none.

    :param calls: (local moment, whether it was answered) of each call
    :param rate: the rate of the team, from 0 to 1
    """
    day, week = {}, {}
    for moment, answered in calls:
        for counts, part in (
            (day, part_of_day(moment.hour)),
            (week, part_of_week(moment.weekday())),
        ):
            a, c = counts.get(part, (0, 0))
            counts[part] = (a + bool(answered), c + 1)
    return best(day, rate), best(week, rate)
