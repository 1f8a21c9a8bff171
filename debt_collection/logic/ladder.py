"""Which step of a strategy an item reaches.

The daily run decides this in SQL for a whole portfolio; this is the same rule in words
that can be read, used by the strategy editor and as the oracle of the tests.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, order=True)
class Rung:
    """A step: its key, its days from the chase date and its place among equal days."""

    key: int
    days: int
    sequence: int = 10


@dataclass(frozen=True)
class Position:
    """Where an item stands: the step it reached, that step's days and the day."""

    key: int | None = None
    days: int | None = None
    day: date | None = None
    next_step_only: bool = False


def in_order(rungs):
    """Return the rungs by days, then sequence, then key."""
    return sorted(rungs, key=lambda rung: (rung.days, rung.sequence, rung.key))


def ladder(rungs):
    """Return the steps on or after the chase date, in order.

    >>> [rung.days for rung in ladder([Rung(1, 15), Rung(2, -3), Rung(3, 3)])]
    [3, 15]
    """
    return [rung for rung in in_order(rungs) if rung.days >= 0]


def preventive(rungs):
    """Return the steps before the chase date, in order."""
    return [rung for rung in in_order(rungs) if rung.days < 0]


def passed(rungs, position):
    """Return how many rungs of the ladder lie behind a position.

    A step of the same strategy counts by its place; a step of another strategy, or an
    archived one, by its days: nobody gets the friendly letter after the final one.
    """
    keys = [rung.key for rung in rungs]
    if position.key in keys:
        return keys.index(position.key) + 1
    if position.days is None:
        return 0
    return bisect_right([rung.days for rung in rungs], position.days)


def next_rung(
    rungs, position, late, day, *, min_gap_days, by_age=False, stopped=frozenset()
):
    """Return the rung that an item reaches on a day, or None.

    :param rungs: the steps of the strategy
    :param position: where the item stands
    :param late: days from the chase date to ``day``; negative before it
    :param day: the day of the run
    :param min_gap_days: days an item stays at a step
    :param by_age: take the highest rung of the age instead of the next one
    :param stopped: keys of the rungs that the stage stops; one behind them that is due
        is taken instead
    """
    steps = ladder(rungs)
    done = passed(steps, position)
    target = done
    if by_age and not position.next_step_only:
        target = max(done, bisect_right([rung.days for rung in steps], late) - 1)
    if stopped:
        free = [
            place
            for place, rung in enumerate(steps)
            if place >= done and rung.days <= late and rung.key not in stopped
        ]
        if free:
            target = free[-1] if by_age and not position.next_step_only else free[0]
    if target >= len(steps) or steps[target].days > late:
        return None
    if position.day is not None and (day - position.day).days < min_gap_days:
        return None
    return steps[target]


def preventive_rung(rungs, late, reached=frozenset()):
    """Return the preventive step that applies on a day, or None.

    Only the latest one that the day allows: an older one has expired.
    """
    if late >= 0:
        return None
    steps = [rung for rung in preventive(rungs) if rung.days <= late]
    if not steps or steps[-1].key in reached:
        return None
    return steps[-1]


def unreachable(rungs):
    """Return the keys of steps that can never fire.

    Of several preventive steps on one day only the last applies.

    >>> unreachable([Rung(1, -3, 10), Rung(2, -3, 20), Rung(3, 5)])
    [1]
    """
    steps = preventive(rungs)
    return [
        step.key
        for step, after in zip(steps, steps[1:], strict=False)
        if step.days == after.days
    ]
