"""Whether the machinery works: jobs, queues, channels, runs.

Each function looks at one thing and returns a finding, or None where all is well.
"""

from dataclasses import dataclass, field
from datetime import timedelta

#: A job is late after so many of its intervals, at least this long.
LATE_INTERVALS = 2
LATE_LEAST = timedelta(minutes=30)
#: Failures of a job in a row.
FAILURES = 3
#: A channel is judged from so many messages on, of the last days.
CHANNEL_LEAST = 20
CHANNEL_DAYS = 7
#: A run that began so long ago is over, whatever it says.
RUN = timedelta(hours=6)


@dataclass(frozen=True)
class Limits:
    """What a company lets pass.

    :param timedelta queue: how long a message may be in a queue
    :param failed: percent of the messages of a channel that may fail
    :param waiting: {state: days for which an action may wait in it}
    :param run_days: days without a run
    """

    queue: timedelta
    failed: int
    waiting: dict
    run_days: int


@dataclass(frozen=True)
class Finding:
    """Something that is not well.

    :param str code: what it is
    :param str key: of what, such as the name of the job
    :param bool urgent: messages do not leave, or nobody would know
    :param dict values: figures for the words: numbers and texts only
    """

    code: str
    key: str
    urgent: bool = True
    values: dict = field(default_factory=dict)


def job(key, name, active, next_call, interval, failures, now):
    """Judge a scheduled job.

    :param next_call: when it is to run next
    :param timedelta interval: between two calls
    :param int failures: failures in a row
    """
    if not active:
        return Finding("job_off", key, values={"name": name})
    if failures >= FAILURES:
        return Finding("job_fails", key, values={"name": name, "count": failures})
    late = now - next_call
    if late > max(LATE_INTERVALS * interval, LATE_LEAST):
        return Finding("job_late", key, values={"name": name, "hours": hours(late)})
    return None


def queue(key, name, oldest, count, now, limits):
    """Judge a queue of messages by the one that waits longest."""
    if not count or now - oldest <= limits.queue:
        return None
    values = {"name": name, "count": count, "hours": hours(now - oldest)}
    return Finding("queue", key, values=values)


def channel(key, sent, failed, limits):
    """Judge a channel by what became of its messages.

    :param int sent: how many went well
    :param int failed: how many did not

    >>> limits = Limits(timedelta(hours=3), 10, {}, 2)
    >>> channel("email", 18, 1, limits)
    >>> channel("email", 90, 20, limits).values["percent"]
    18
    """
    total = sent + failed
    if total < CHANNEL_LEAST or 100 * failed <= limits.failed * total:
        return None
    values = {"count": failed, "all": total, "percent": round(100 * failed / total)}
    return Finding("channel", key, values=values)


def waiting(state, oldest, count, today, limits):
    """Judge actions that wait in a state, by the day of the oldest."""
    if not count or (today - oldest).days <= limits.waiting[state]:
        return None
    values = {"count": count, "days": (today - oldest).days}
    return Finding(state, state, urgent=state != "uncertain", values=values)


def run(state, started, last_good, in_use, now, today, limits):
    """Judge the daily run of a company by the last one.

    :param state: of the last run, None where there was none
    :param started: when it began
    :param last_good: day of the last one that came to its end, or None
    :param bool in_use: whether there is anything to do each day
    """
    if state == "interrupted" or (state == "running" and now - started > RUN):
        return Finding("run_interrupted", "run")
    if state == "error":
        return Finding("run_error", "run", urgent=False)
    if in_use and last_good and (today - last_good).days > limits.run_days:
        return Finding("run_missing", "run", values={"days": (today - last_good).days})
    return None


def hours(delta):
    """Return a duration in whole hours."""
    return int(delta.total_seconds() // 3600)
