import re

import pytest
from debt_collection_voice_logic.twilio import (
    ACCEPTED,
    ACCOUNT,
    BAD_NUMBER,
    LATER,
    REFUSED,
    UNKNOWN,
    is_signed,
    meaning,
    signature,
)
from hypothesis import given
from hypothesis import strategies as st

SID = "CA" + "0a" * 16
URL = "https://example.com/debt/voice/x/status"
params = st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=6)


def test_the_example_of_the_documentation():
    """That of "Webhooks Security", with its token, address and parameters."""
    found = signature(
        "12345",
        "https://mycompany.com/myapp.php?foo=1&bar=2",
        [
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675309"),
            ("Digits", "1234"),
            ("From", "+14158675309"),
            ("To", "+18005551212"),
        ],
    )
    assert found == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


@given(params, st.randoms())
def test_the_order_of_parameters_does_not_matter(pairs, random):
    mixed = list(pairs)
    random.shuffle(mixed)
    assert signature("s", URL, pairs) == signature("s", URL, mixed)
    assert is_signed("s", URL, mixed, signature("s", URL, pairs))


@given(params, st.text(max_size=40))
def test_whatever_is_sent_without_the_secret_is_refused(pairs, other):
    assert not is_signed("s", URL, pairs, other)
    good = signature("s", URL, pairs)
    assert not is_signed("another", URL, pairs, good)
    assert not is_signed("s", URL + "?x", pairs, good)
    assert not is_signed("s", URL, [*pairs, ("a", "b")], good)
    for nothing in ("", None, False):
        assert not is_signed(nothing, URL, pairs, good)
        assert not is_signed("s", URL, pairs, nothing)


@pytest.mark.parametrize(
    ("status", "code", "sid", "expected"),
    [
        (201, None, SID, ACCEPTED),
        (200, None, SID, ACCEPTED),
        (201, None, None, UNKNOWN),
        (201, None, "CA1", UNKNOWN),
        (201, None, 7, UNKNOWN),
        (400, 21211, None, BAD_NUMBER),
        (400, 13224, None, BAD_NUMBER),
        (400, 21215, None, REFUSED),
        (400, None, None, REFUSED),
        (404, 20404, None, REFUSED),
        (401, 20003, None, ACCOUNT),
        (403, 20003, None, ACCOUNT),
        (429, 20429, None, LATER),
        (408, None, None, LATER),
        (500, None, None, LATER),
        (502, None, None, LATER),
        (503, None, None, LATER),
        # whoever stands in between gave up waiting
        (504, None, None, UNKNOWN),
    ],
)
def test_meaning(status, code, sid, expected):
    assert meaning(status, code, sid) == expected


@given(st.integers(100, 599), st.one_of(st.none(), st.integers()), st.text())
def test_nothing_is_accepted_without_its_identifier(status, code, sid):
    found = meaning(status, code, sid)
    if found == ACCEPTED:
        assert re.fullmatch("CA[0-9a-f]{32}", sid)
    # what was perhaps placed is never asked for again
    assert (found in (ACCEPTED, UNKNOWN)) == (200 <= status < 300 or status == 504)
