"""How quickly messages may follow each other.

WhatsApp takes 80 a second of a number, one in six seconds to the same person (a few
quicker ones are borrowed from the future), and only so many people a day whom we write
to first. Source: "Throughput" and "Messaging limits" of the Cloud API (September 2026).
Staying under its limits costs seconds, meeting them costs the reputation of the number.
"""

from datetime import timedelta

from .graph_error import PAIR_GAP

#: So many quick messages to one person are borrowed where they answer each other.
BURST = 4
#: For how long an earlier message counts. Forgetting it lends the quick ones once more;
#: WhatsApp itself lends 45.
PAIR_MEMORY = timedelta(minutes=10)
#: The part of the day's people that reminders may take: the rest is for answers.
REMINDER_PART = 0.7


def pair_wait(moments, now, burst=0):
    """Return the seconds to wait until the next message to the same person.

    :param moments: when the latest messages left, in any order
    :param now: the moment
    :param int burst: so many may follow at once

    >>> from datetime import datetime
    >>> noon = datetime(2026, 6, 1, 12)
    >>> pair_wait([], noon), pair_wait([noon], noon), pair_wait([noon], noon, 1)
    (0, 6, 0)
    >>> pair_wait([noon, noon], noon, 1), pair_wait([noon - PAIR_MEMORY], noon)
    (6, 0)
    """
    free = None
    gap = timedelta(seconds=PAIR_GAP)
    for moment in sorted(moments):
        free = (max(free, moment) if free else moment) + gap
    if free is None:
        return 0
    seconds = (free - now - burst * gap).total_seconds()
    return max(0, -int(-seconds // 1))


def second_is_full(count, rate):
    """Return whether a number sent as many messages in this second as it should.

    >>> second_is_full(19, 20), second_is_full(20, 20), second_is_full(99, 0)
    (False, True, False)
    """
    return bool(rate) and count >= rate


def has_room(limit, used, part=1.0):
    """Return whether one more person may be written to first today.

    :param limit: people a day, 0 or None: without a limit
    :param int used: how many were written to in the last 24 hours
    :param float part: the part of the limit that may be used

    >>> has_room(250, 174, 0.7), has_room(250, 175, 0.7), has_room(250, 175)
    (True, False, True)
    >>> has_room(None, 10**6)
    True
    """
    return not limit or used + 1 <= limit * part
