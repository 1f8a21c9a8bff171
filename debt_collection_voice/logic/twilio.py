"""How Twilio signs its requests, and what its answers mean.

The signature: "Webhooks Security" of the documentation of Twilio. HMAC-SHA1 with the
auth token as key over the full URL followed by the names and values of the parameters
of the body, sorted by name; in base64.
"""

import hmac
import re
from base64 import b64encode

#: What became of a request to place a call.
ACCEPTED = "accepted"
#: Not now: nothing was placed, it can be asked for again.
LATER = "later"
#: Never: something about this call.
REFUSED = "refused"
#: Never: the number.
BAD_NUMBER = "bad_number"
#: The account is not accepted: nothing can be placed until somebody corrects it.
ACCOUNT = "account"
#: Nobody knows whether the call was placed.
UNKNOWN = "unknown"

#: Error codes that say that the called number is none that can be called.
BAD_NUMBER_CODES = frozenset((13223, 13224, 21211, 21214, 21217, 21401, 21421))
#: What the identifiers of an account and of a call look like.
ACCOUNT_SID = re.compile(r"AC[0-9a-f]{32}")
CALL_SID = re.compile(r"CA[0-9a-f]{32}")


def signature(secret, url, params):
    """Return the signature of a request.

    :param secret: the auth token
    :param url: what was called, with its query
    :param params: (name, value) pairs of the body, in any order
    """
    text = url + "".join(f"{name}{value}" for name, value in sorted(params))
    return b64encode(hmac.digest(secret.encode(), text.encode(), "sha1")).decode()


def is_signed(secret, url, params, given):
    """Return whether a request comes from who knows the secret; never without one."""
    if not secret or not given:
        return False
    expected = signature(secret, url, params)
    return hmac.compare_digest(expected.encode(), given.encode())


def meaning(status, code=None, sid=None):
    """Return what the answer to a request to place a call means.

    :param status: HTTP status
    :param code: error code in its body, or None
    :param sid: identifier of the call in its body, or None

    >>> meaning(201, sid="CA" + "0" * 32), meaning(201), meaning(400, 21211)
    ('accepted', 'unknown', 'bad_number')
    """
    if 200 <= status < 300:
        well_formed = isinstance(sid, str) and CALL_SID.fullmatch(sid)
        return ACCEPTED if well_formed else UNKNOWN
    if status in (401, 403):
        return ACCOUNT
    if status == 504:  # somebody on the way gave up waiting for the answer
        return UNKNOWN
    if status in (408, 425, 429) or status >= 500:
        return LATER
    return BAD_NUMBER if code in BAD_NUMBER_CODES else REFUSED
