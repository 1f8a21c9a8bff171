"""When an automatic call may ring."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

#: Nobody waits for longer for a working day.
HORIZON = 60


@dataclass(frozen=True)
class Hours:
    """The hours of working days in which calls are made, in local time.

    :param first: hour from which it may ring
    :param last: hour from which it may not ring any more
    :param holidays: days on which nobody is called
    """

    first: int = 9
    last: int = 18
    holidays: frozenset[date] = frozenset()

    def is_open(self, moment):
        """Return whether it may ring at a local moment.

        >>> Hours().is_open(datetime(2026, 6, 1, 9))  # a Monday
        True
        """
        return (
            moment.weekday() < 5
            and moment.date() not in self.holidays
            and self.first <= moment.hour < self.last
        )

    def next_moment(self, moment):
        """Return the first local moment from this one on at which it may ring.

        >>> Hours().next_moment(datetime(2026, 6, 5, 18, 30))  # a Friday
        datetime.datetime(2026, 6, 8, 9, 0)
        """
        for _day in range(HORIZON):
            opening = datetime.combine(moment.date(), time(self.first))
            moment = max(moment, opening)
            if self.is_open(moment):
                return moment
            moment = datetime.combine(moment.date() + timedelta(days=1), time())
        return moment
