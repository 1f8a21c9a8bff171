"""What the end of a call to an SMS provider says about the message.

The libraries of providers wrap what went wrong into errors of their own. The original
is in the chain of causes, and known by its name: nothing needs to be imported for it.
"""

from datetime import UTC
from email.utils import parsedate_to_datetime

from .smtp_outcome import ACCEPTED, BAD_ADDRESS, LATER, REFUSED, UNKNOWN

#: Words of providers that have the message.
_TAKEN = {"success", "processing", "sent", "delivered", "accepted", "queued"}
#: It can reach nobody at this number.
_BAD_NUMBER = {"wrong_number_format", "sms_number_missing"}
#: It can be mended, by us: credit, an account, a setting. The customer is not to blame.
_OURS = {
    *("insufficient_credit", "unregistered", "registration_needed"),
    *("twilio_acc_unverified", "twilio_authentication", "twilio_callback"),
    *("twilio_from_missing", "twilio_from_to"),
}
#: The connection never came about: nothing was handed over.
_NEVER_LEFT = {
    *("NewConnectionError", "NameResolutionError", "ConnectTimeoutError"),
    *("ConnectTimeout", "SSLError", "ProxyError", "ConnectionRefusedError", "gaierror"),
}
#: Out of credit, or not allowed to ask: said before anything is sent.
_NOT_SERVED = {"InsufficientCreditError"}


def outcome_of_word(word, swallowed=False):
    """Return what became of a message of which the provider said a word.

    :param bool swallowed: whether "server_error" may hide that nobody knows, because
        the library says so for whatever went wrong
    """
    if word in _TAKEN:
        return ACCEPTED
    if word in _BAD_NUMBER:
        return BAD_ADDRESS
    if word in _OURS:
        return LATER
    if word == "server_error":
        return UNKNOWN if swallowed else LATER
    return REFUSED


def outcome_of_error(error):
    """Return what became of a message when the call raised an error.

    Timed out, broken off or answered in no language that we know: the provider may have
    the message.
    """
    chain = _chain(error)
    names = {kind.__name__ for each in chain for kind in type(each).__mro__}
    if names & _NOT_SERVED:
        return LATER
    status = next(filter(None, map(_status, chain)), None)
    if status:
        return outcome_of_status(status)
    return LATER if names & _NEVER_LEFT else UNKNOWN


def outcome_of_status(status):
    """Return what became of a message that an HTTP answer refused.

    >>> outcome_of_status(429), outcome_of_status(503), outcome_of_status(400)
    ('later', 'later', 'refused')
    >>> outcome_of_status(401), outcome_of_status(200)
    ('later', 'unknown')
    """
    if status < 300:
        return UNKNOWN  # it was taken, and what was answered cannot be read
    ours = status in (401, 402, 403, 404, 407, 408, 425, 429)
    return LATER if ours or status >= 500 or status < 400 else REFUSED


def wait(error, now):
    """Return after how many seconds a provider wants to be asked again, None: unsaid.

    :param error: what the call raised
    :param now: moment of the answer, with a time zone
    """
    for each in _chain(error):
        headers = getattr(getattr(each, "response", None), "headers", None) or {}
        if said := headers.get("Retry-After"):
            return retry_after(said, now)
    return None


def retry_after(said, now):
    """Return the seconds of a ``Retry-After`` header, None where it says nothing.

    >>> from datetime import datetime
    >>> noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    >>> retry_after("120", noon), retry_after("Mon, 01 Jun 2026 12:01:00 GMT", noon)
    (120, 60)
    >>> retry_after("soon", noon) is None
    True
    """
    if said.strip().isdigit():
        return int(said)
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return None
    if not moment.tzinfo:
        moment = moment.replace(tzinfo=UTC)
    return max(0, round((moment - now).total_seconds()))


def _status(error):
    """Return the HTTP status that an error carries, None where there was no answer."""
    return getattr(getattr(error, "response", None), "status_code", None)


def _chain(error):
    """Return an error and whatever it came from, also what it was built of."""
    found, todo = [], [error]
    while todo:
        each = todo.pop()
        if not isinstance(each, BaseException) or any(each is seen for seen in found):
            continue
        found.append(each)
        todo += [each.__cause__, each.__context__, getattr(each, "reason", None)]
        todo += each.args
    return found
