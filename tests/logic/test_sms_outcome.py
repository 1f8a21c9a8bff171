"""What each end of a call to an SMS provider means: real errors of the libraries."""

import json
import socket
from datetime import UTC, datetime

import pytest
import requests
from debt_collection_logic.sms_outcome import (
    outcome_of_error,
    outcome_of_status,
    outcome_of_word,
    retry_after,
    wait,
)
from debt_collection_logic.smtp_outcome import (
    ACCEPTED,
    BAD_ADDRESS,
    LATER,
    REFUSED,
    UNKNOWN,
)
from urllib3.exceptions import (
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
)

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class AccessError(Exception):
    """What Odoo makes of every error of a request."""


class InsufficientCreditError(Exception):
    """As Odoo calls it."""


def answered(status, **headers):
    response = requests.Response()
    response.status_code = status
    response.headers.update(headers)
    return requests.HTTPError(str(status), response=response)


def wrapped(error):
    """Return what a library raises that tells nothing of an error but a sentence."""
    try:
        try:
            raise error
        except Exception:
            raise AccessError("The service could not be reached")  # noqa: B904
    except AccessError as told:
        return told


def not_connected(reason):
    return requests.ConnectionError(MaxRetryError(None, "/send", reason))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (not_connected(NewConnectionError(None, "refused")), LATER),
        (not_connected(NameResolutionError("x", None, socket.gaierror())), LATER),
        (requests.ConnectTimeout(), LATER),
        (requests.exceptions.SSLError(), LATER),
        (requests.exceptions.ProxyError(), LATER),
        (ConnectionRefusedError(), LATER),
        # the body was on the way, or may have been
        (requests.ReadTimeout(), UNKNOWN),
        (requests.ConnectionError(ProtocolError("aborted")), UNKNOWN),
        (ConnectionResetError(), UNKNOWN),
        (requests.exceptions.ChunkedEncodingError(), UNKNOWN),
        # answered, and nobody can read it
        (requests.exceptions.JSONDecodeError("Expecting value", "<html>", 0), UNKNOWN),
        (json.JSONDecodeError("Unterminated string", '[{"uuid": "', 10), UNKNOWN),
        (KeyError("error"), UNKNOWN),
        (answered(200), UNKNOWN),
        # answered, and not taken
        (answered(429), LATER),
        (answered(500), LATER),
        (answered(502), LATER),
        (answered(401), LATER),
        (answered(404), LATER),
        (answered(400), REFUSED),
        (answered(413), REFUSED),
        (answered(302), LATER),
        (InsufficientCreditError(), LATER),
    ],
)
def test_an_error_decides_also_when_it_is_wrapped(error, expected):
    assert outcome_of_error(error) == expected
    assert outcome_of_error(wrapped(error)) == expected
    assert outcome_of_error(wrapped(wrapped(error))) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("success", ACCEPTED),
        ("processing", ACCEPTED),
        ("sent", ACCEPTED),
        ("wrong_number_format", BAD_ADDRESS),
        ("insufficient_credit", LATER),
        ("unregistered", LATER),
        ("twilio_from_missing", LATER),
        ("server_error", LATER),
        ("country_not_supported", REFUSED),
        ("incompatible_content", REFUSED),
        ("whatever comes next", REFUSED),
    ],
)
def test_a_word_of_the_provider_decides(word, expected):
    assert outcome_of_word(word) == expected


def test_a_library_that_swallows_errors_leaves_it_unknown():
    assert outcome_of_word("server_error", swallowed=True) == UNKNOWN
    assert outcome_of_word("success", swallowed=True) == ACCEPTED


def test_an_error_that_points_at_itself_comes_to_an_end():
    error = ValueError("loop")
    error.__context__ = AccessError(error)
    assert outcome_of_error(error) == UNKNOWN


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 30 ", 30),
        ("Mon, 01 Jun 2026 12:10:00 GMT", 600),
        ("Mon, 01 Jun 2026 11:00:00 GMT", 0),
        ("-5", None),
        ("soon", None),
        ("", None),
    ],
)
def test_when_to_ask_again(said, seconds):
    assert retry_after(said, NOON) == seconds
    error = wrapped(answered(429, **{"Retry-After": said}))
    assert wait(error, NOON) == seconds


def test_nothing_said_of_when_to_ask_again():
    assert wait(answered(429), NOON) is None
    assert wait(ValueError(), NOON) is None


@pytest.mark.parametrize("status", range(100, 600))
def test_every_status_means_something(status):
    assert outcome_of_status(status) in (LATER, REFUSED, UNKNOWN)
