"""The day of the runs."""

from datetime import date

#: A Monday.
DAY = date(2026, 6, 1)
