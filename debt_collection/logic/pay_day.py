"""When a customer's money can really come: their days of revision and of payment.

Many companies take invoices for revision on certain days only and pay on certain days
only; asking for the money earlier is noise.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

#: A calendar that names no possible day within this many days is treated as none.
HORIZON = 400


@dataclass(frozen=True)
class DayRule:
    """Days of a month on which something happens.

    :param weekdays: 0 is Monday; empty means every weekday
    :param weeks: which week of the month, 1 to 5 (-1 the last); empty means all
    :param monthdays: 1 to 31 (-1 the last day); empty means all
    """

    weekdays: frozenset[int] = frozenset()
    weeks: frozenset[int] = frozenset()
    monthdays: frozenset[int] = frozenset()

    def __bool__(self):
        return bool(self.weekdays or self.weeks or self.monthdays)

    def allows(self, day):
        """Return whether the rule names this day.

        >>> DayRule(weekdays=frozenset({4})).allows(date(2026, 5, 1))
        True
        >>> DayRule(monthdays=frozenset({15, -1})).allows(date(2026, 2, 28))
        True
        """
        last = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(1)
        return (
            (not self.weekdays or day.weekday() in self.weekdays)
            and (
                not self.weeks
                or (day.day + 6) // 7 in self.weeks
                or (-1 in self.weeks and day.day > last.day - 7)
            )
            and (
                not self.monthdays
                or day.day in self.monthdays
                or (-1 in self.monthdays and day == last)
            )
        )


@dataclass(frozen=True)
class PayCalendar:
    """Revision days, days from revision to payment, payment days, and holidays."""

    review: DayRule = DayRule()
    lead_days: int = 0
    pay: DayRule = DayRule()
    holidays: frozenset[date] = field(default_factory=frozenset)

    def next_pay_day(self, due):
        """Return the first day on or after ``due`` on which the money can come.

        The invoice is presented on the first day of revision from its due date, it is
        paid on the first day of payment after the lead days. Days are never holidays;
        with no rule at all the answer is the due date itself.

        >>> friday = DayRule(weekdays=frozenset({4}))
        >>> PayCalendar(pay=friday).next_pay_day(date(2026, 4, 27))
        datetime.date(2026, 5, 1)
        """
        day = due
        if self.review:
            day = self._first(self.review, day)
        day += timedelta(days=self.lead_days)
        if self.pay:
            day = self._first(self.pay, day)
        return day

    def _first(self, rule, start):
        for offset in range(HORIZON):
            day = start + timedelta(days=offset)
            if rule.allows(day) and day not in self.holidays:
                return day
        return start
