"""What the errors of Meta's Graph API mean for a message, and how long to wait.

Source: "Error codes" of the WhatsApp Business Platform (September 2026); 131030 and
132008 from secondary lists, 131062, 137000 and 139200 from the pages of their features.
What to do about each class is our decision.
"""

#: The account cannot log in: nothing leaves, the administrators are told.
AUTH = "auth"
#: The account is restricted: its breaker opens.
ACCOUNT = "account"
#: Too much at once: later.
THROTTLE = "throttle"
#: Meta's trouble: later.
TRANSIENT = "transient"
#: The person gets too much of everybody: once more, a day later.
HOLD = "hold"
#: Never to this number: the next channel.
RECIPIENT = "recipient"
#: The person does not want it.
CONSENT = "consent"
#: Free text outside the 24 hours.
WINDOW = "window"
#: The template cannot be sent.
TEMPLATE = "template"
#: Our mistake, in the program or the data.
CONTENT = "content"
#: Nobody knows whether it left.
UNCERTAIN = "uncertain"

CODES = {
    AUTH: {0, 3, 10, 104, 190, 131005, *range(200, 300)},
    ACCOUNT: {
        *(33, 368, 131031, 131037, 131042, 131045, 131048, 131064, 133000, 133005),
        *(133006, 133008, 133009, 133010, 133015, 133016, 134011),
    },
    THROTTLE: {4, 80007, 130429, 131056},
    TRANSIENT: {1, 2, 131000, 131016, 131057, 133004},
    HOLD: {131049},
    RECIPIENT: {130472, 130497, 131021, 131026, 131030, 131062, 137000},
    CONSENT: {130403, 131050},
    WINDOW: {131047},
    TEMPLATE: {132001, 132007, 132015, 132016},
    CONTENT: {
        *(100, 131008, 131009, 131051, 131052, 131053, 131055, 131063, 132000, 132005),
        *(132008, 132012, 132018, 132068, 132069, 134100, 134101, 134102, 135000),
        139200,
    },
}
_CLASS_OF = {code: name for name, codes in CODES.items() for code in codes}
#: Tries in all, by class; and of single codes.
MAX_TRIES = {THROTTLE: 8, TRANSIENT: 5, HOLD: 2}
MAX_TRIES_OF_CODE = {1: 2}
#: Messages to the same person follow each other no quicker.
PAIR_GAP = 6
PAIR_CODE = 131056
_HOUR = 3600


def classify(code, status=None):
    """Return the class of an error.

    :param code: error code in the answer, None where there is none
    :param status: HTTP status, which decides only without a code

    >>> classify(131047), classify(None, 429), classify(None, 502), classify(424242)
    ('window', 'throttle', 'uncertain', 'content')
    """
    if code in _CLASS_OF:
        return _CLASS_OF[code]
    if code is None:
        if status in (401, 403):
            return AUTH
        if status == 429:
            return THROTTLE
        if status and status >= 500:
            return UNCERTAIN
    return CONTENT


def may_retry(kind, code, tries):
    """Return whether a message may be tried again.

    :param kind: class of the error
    :param code: its code
    :param tries: how often it was tried until now, at least once
    """
    return tries < MAX_TRIES_OF_CODE.get(code, MAX_TRIES.get(kind, 0))


def wait(kind, code, tries):
    """Return the seconds to wait before the next try, None where there is none.

    :param tries: how often it was tried until now, at least once

    >>> wait(THROTTLE, PAIR_CODE, 1), wait(THROTTLE, 130429, 3), wait(HOLD, 131049, 1)
    (6, 120, 86400)
    """
    if code == PAIR_CODE:
        return min(max(PAIR_GAP, 4**tries), _HOUR)
    if kind == THROTTLE:
        return min(30 * 2 ** (tries - 1), _HOUR)
    if kind == TRANSIENT:
        return min(60 * 3 ** (tries - 1), 6 * _HOUR)
    if kind == HOLD:
        return 24 * _HOUR
    return None
