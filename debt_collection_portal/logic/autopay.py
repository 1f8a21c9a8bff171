"""When an instalment is charged to a saved card, and when again."""

from dataclasses import dataclass
from datetime import date, timedelta

#: Days after the last one on which a charge is still made up for.
GRACE = timedelta(days=3)
#: The most times that a charge is tried again, and the most days it may take.
MOST_RETRIES = 5
MOST_DAYS = 30
WAIT, CHARGE, OVER = "wait", "charge", "over"


@dataclass(frozen=True)
class Instalment:
    """An instalment and what was tried.

    :param day: the day on which it is due
    :param tried: the days on which it was tried and refused, in order
    """

    day: date
    tried: tuple = ()


def retry_days(text):
    """Return the days after the instalment on which a charge is tried again.

    :param text: whole numbers, each more than the one before, parted by commas
    :raise ValueError: where it is something else

    >>> retry_days("2, 4")
    (2, 4)
    >>> retry_days("")
    ()
    """
    days = tuple(int(part) for part in (text or "").split(",") if part.strip())
    steps = zip((0, *days), days, strict=False)
    if (
        len(days) > MOST_RETRIES
        or any(later <= earlier for earlier, later in steps)
        or (days and days[-1] > MOST_DAYS)
    ):
        raise ValueError(text)
    return days


def next_day(instalment, retries):
    """Return the day of the next try, None where there is none any more.

    >>> next_day(Instalment(date(2026, 6, 1), (date(2026, 6, 1),)), (2, 4))
    datetime.date(2026, 6, 3)
    """
    number = len(instalment.tried)
    if number > len(retries):
        return None
    day = instalment.day + timedelta(days=(0, *retries)[number])
    if instalment.tried:  # a late try moves the next one, two never fall on a day
        day = max(day, instalment.tried[-1] + timedelta(days=1))
    return day if day <= last_day(instalment, retries) else None


def last_day(instalment, retries):
    """Return the last day on which it may be charged."""
    return instalment.day + timedelta(days=max((0, *retries))) + GRACE


def verdict(instalment, retries, today):
    """Return what is to be done with an instalment that is not paid: ``WAIT`` for its
    day, ``CHARGE`` it, or it is ``OVER``.

    >>> verdict(Instalment(date(2026, 6, 1)), (2, 4), date(2026, 5, 31))
    'wait'
    >>> verdict(Instalment(date(2026, 6, 1)), (2, 4), date(2026, 6, 9))
    'over'
    """
    day = next_day(instalment, retries)
    if day is None or today > last_day(instalment, retries):
        return OVER
    return CHARGE if today >= day else WAIT
