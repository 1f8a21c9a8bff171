"""When the figures of a number ask for somebody."""

from datetime import timedelta

#: A version of the API is announced to end, and urgent, so many days before.
VERSION_DAYS = 90
VERSION_URGENT_DAYS = 14
#: Free messages outside templates for each number and month; where we warn.
FREE_MESSAGES = 1000
FREE_WARNING = 800
#: Meta reports on a message within seconds.
REPORT_TIME = timedelta(hours=2)


def days_left(end, today):
    """Return the days until a version ends, None where nobody has to know.

    >>> from datetime import date
    >>> days_left(date(2026, 9, 1), date(2026, 6, 1))
    >>> days_left(date(2026, 9, 1), date(2026, 6, 3)), days_left(None, date.today())
    (90, None)
    """
    if end is None or (end - today).days > VERSION_DAYS:
        return None
    return (end - today).days


def is_deaf(waiting_since, last_event, now):
    """Return whether Meta's reports do not arrive.

    :param waiting_since: when the message was taken that waits longest for a report
    :param last_event: when anything arrived last, or None
    :param now: the moment
    """
    if waiting_since is None or now - waiting_since < REPORT_TIME:
        return False
    return last_event is None or last_event < waiting_since
