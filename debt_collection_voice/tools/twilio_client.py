"""The one place that talks to Twilio."""

import json
from dataclasses import dataclass

import requests
from urllib3.exceptions import NewConnectionError

from ..logic.twilio import ACCOUNT_SID, LATER, REFUSED, UNKNOWN, meaning

#: Seconds to connect, and again to wait for each part of the answer.
TIMEOUT = 15.05
#: No answer of Twilio is longer.
MAX_ANSWER = 65_536
#: A longer wait than a day is none.
MAX_WAIT = 86_400


@dataclass(frozen=True)
class Answer:
    """What became of a request.

    :param kind: a word of ``logic.twilio``
    :param sid: identifier of the call, where it was accepted
    :param code: Twilio's error code, or None
    :param detail: what Twilio said, or the kind of the error
    :param wait: seconds after which it may be asked for again, or None
    """

    kind: str
    sid: str | None = None
    code: int | None = None
    detail: str = ""
    wait: int | None = None


class TwilioClient:
    """Places calls in the name of one account."""

    #: Tests put their own server here.
    base = "https://api.twilio.com"

    def __init__(self, account, secret):
        """
        :param account: the account SID
        :param secret: the auth token
        :raise ValueError: where the account is none: it is part of the address
        """
        if not ACCOUNT_SID.fullmatch(account or "") or not secret:
            raise ValueError("an account SID and its auth token")
        self._account = account
        self._secret = secret

    def __repr__(self):
        # an exception or a debugger may show it
        return f"TwilioClient({self._account[:6]}…)"

    def place_call(self, values):
        """Ask for a call, once; whether to ask again is the caller's to decide.

        :param values: parameters of "Create a Call", as a dictionary
        :return: an ``Answer``; nothing is raised
        """
        url = f"{self.base}/2010-04-01/Accounts/{self._account}/Calls.json"
        try:
            response = requests.post(
                url,
                data=values,
                auth=(self._account, self._secret),
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
            )
            with response:
                body = response.raw.read(MAX_ANSWER, decode_content=True)
        except (requests.exceptions.ConnectTimeout, requests.exceptions.SSLError) as e:
            return Answer(LATER, detail=type(e).__name__)
        except requests.exceptions.ConnectionError as e:
            return Answer(_of_connection(e), detail=type(e).__name__)
        except Exception as e:
            # whatever else broke after the request had left
            return Answer(UNKNOWN, detail=type(e).__name__)
        return self._read(response, body)

    def _read(self, response, body):
        try:
            said = json.loads(body)
        except (ValueError, RecursionError):
            said = None
        said = said if isinstance(said, dict) else {}
        code = said.get("code") if isinstance(said.get("code"), int) else None
        kind = meaning(response.status_code, code, said.get("sid"))
        if 300 <= response.status_code < 400:
            kind = REFUSED
        detail = said.get("message")
        return Answer(
            kind,
            sid=said.get("sid") if kind == "accepted" else None,
            code=code,
            detail=detail[:200]
            if isinstance(detail, str)
            else f"HTTP {response.status_code}",
            wait=_seconds(response.headers.get("Retry-After")),
        )


def _of_connection(error):
    """Return what a broken connection means: did the request leave?"""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(reason, NewConnectionError):
        return LATER
    return UNKNOWN


def _seconds(value):
    """Return the seconds of a Retry-After, None where it says none."""
    if value and value.isascii() and value.isdigit():
        return min(int(value[:9]), MAX_WAIT)
    return None
