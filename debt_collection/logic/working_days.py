"""Days on which offices work."""

from datetime import timedelta

#: A country in which nobody works for so long is an error of data.
HORIZON = 400


def is_working(day, holidays=frozenset()):
    """Return whether a day is neither a Saturday, a Sunday nor a holiday."""
    return day.weekday() < 5 and day not in holidays


def nth_working_day(day, count, holidays=frozenset()):
    """Return the working day number ``count`` of the month of ``day``.

    :param count: 1 or more

    >>> from datetime import date
    >>> nth_working_day(date(2026, 5, 20), 3, {date(2026, 5, 1)})
    datetime.date(2026, 5, 6)
    """
    return add_working_days(day.replace(day=1) - timedelta(days=1), count, holidays)


def add_working_days(day, count, holidays=frozenset()):
    """Return the day that is ``count`` working days after ``day``.

    :param day: any day; zero working days after it is the day itself
    :param count: 0 or more
    :param holidays: days on which nobody works

    >>> from datetime import date
    >>> add_working_days(date(2026, 5, 1), 2)  # a Friday
    datetime.date(2026, 5, 5)
    """
    for _ in range(HORIZON):
        if count <= 0:
            break
        day += timedelta(days=1)
        count -= is_working(day, holidays)
    return day
