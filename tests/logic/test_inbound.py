import unicodedata
from datetime import datetime

import pytest
from debt_collection_whatsapp_logic.inbound import (
    KNOWN,
    MAX_TEXT,
    changed,
    moment_of,
    plain,
    read,
)
from hypothesis import given
from hypothesis import strategies as st
from test_webhook_body import anything

NOW = datetime.fromisoformat("2026-11-28 12:00")


@pytest.mark.parametrize(
    ("message", "kind", "body", "button"),
    [
        ({"type": "text", "text": {"body": "hola"}}, "text", "hola", ""),
        (
            {"type": "button", "button": {"payload": "dc1:paid:x", "text": "Ya pagué"}},
            *("button", "Ya pagué", "dc1:paid:x"),
        ),
        (
            {
                "type": "interactive",
                "interactive": {
                    "type": "list_reply",
                    "list_reply": {"id": "dc1:promise", "title": "Acordar"},
                },
            },
            *("interactive", "Acordar", "dc1:promise"),
        ),
        (
            {
                "type": "interactive",
                "interactive": {
                    "type": "button_reply",
                    "button_reply": {"id": "dc1:ok", "title": "Sí"},
                },
            },
            *("interactive", "Sí", "dc1:ok"),
        ),
        (
            {
                "type": "interactive",
                "interactive": {
                    "type": "nfm_reply",
                    "nfm_reply": {"name": "flow", "body": "Sent"},
                },
            },
            *("interactive", "Sent", "flow"),
        ),
        (
            {"type": "image", "image": {"id": "1", "caption": "pago"}},
            *("image", "pago", ""),
        ),
        (
            {"type": "document", "document": {"id": "1", "filename": "a.pdf"}},
            *("document", "a.pdf", ""),
        ),
        ({"type": "audio", "audio": {"id": "1"}}, "audio", "", ""),
        ({"type": "sticker", "sticker": {"id": "1"}}, "sticker", "", ""),
        (
            {
                "type": "location",
                "location": {"name": "Tienda", "latitude": 4.5, "longitude": -74},
            },
            *("location", "Tienda\n4.5, -74", ""),
        ),
        (
            {"type": "contacts", "contacts": [{"name": {"formatted_name": "Ana"}}]},
            *("contacts", "Ana", ""),
        ),
        ({"type": "order", "order": {}}, "order", "", ""),
        ({"type": "reaction", "reaction": {"emoji": "👍"}}, "reaction", "👍", ""),
        ({"type": "system", "system": {"body": "x"}}, "system", "x", ""),
        ({"type": "unsupported", "errors": [{"code": 1}]}, "unsupported", "", ""),
        (
            {"type": "text", "text": {"body": "a"}, "errors": [{"code": 1}]},
            *("unsupported", "", ""),
        ),
        ({"type": "dance", "dance": {"body": "a"}}, "unsupported", "", ""),
        ({"type": ["text"]}, "unsupported", "", ""),
        ({}, "unsupported", "", ""),
    ],
)
def test_every_kind_of_message(message, kind, body, button):
    found = read(message)
    assert (found.kind, found.body, found.button) == (kind, body, button)


def test_what_it_answers_and_its_file():
    message = {"type": "image", "image": {"id": "5"}, "context": {"id": "wamid.1"}}
    found = read(message)
    assert (found.quoted, found.media) == ("wamid.1", {"id": "5"})
    assert read({"type": "image", "image": {"id": None}}).media is None
    reaction = {"type": "reaction", "reaction": {"message_id": "wamid.2", "emoji": "x"}}
    assert read(reaction).quoted == "wamid.2"


@given(st.sampled_from(sorted(KNOWN)), anything, anything)
def test_whatever_is_told_it_is_read(kind, content, context):
    found = read({"type": kind, kind: content, "context": context, "errors": content})
    assert found.kind in KNOWN
    assert isinstance(found.body, str)


@given(st.text(max_size=100))
def test_nothing_hidden_is_left_in_a_text(text):
    left = plain(text)
    hidden = [c for c in left if c not in "\n\t" and unicodedata.category(c) == "Cc"]
    assert not hidden
    assert not set(left) & set("\u202e\u2066\u200f")
    left.encode()
    assert plain(left) == left


def test_a_very_long_text_is_cut():
    assert len(plain("x" * 100_000)) == MAX_TEXT


@pytest.mark.parametrize(
    ("told", "moment"),
    [
        ("1795359600", datetime.fromisoformat("2026-11-22 15:00")),
        (1795359600, datetime.fromisoformat("2026-11-22 15:00")),
        # Meta's clock is ahead: it happened now
        ("1795999999", NOW),
        ("0", NOW),
        ("-5", NOW),
        ("99999999999", NOW),
        ("٣", NOW),
        (None, NOW),
        (True, NOW),
        ("x", NOW),
    ],
)
def test_moments(told, moment):
    assert moment_of(told, NOW) == moment


@pytest.mark.parametrize(
    ("system", "found"),
    [
        ({"type": "user_changed_number", "wa_id": "57300"}, {"wa_id": "57300"}),
        ({"type": "user_changed_number", "new_wa_id": "57300"}, {"wa_id": "57300"}),
        ({"type": "user_changed_user_id", "user_id": "CO.2"}, {"bsuid": "CO.2"}),
        (
            {"type": "user_changed_number", "wa_id": "57300", "user_id": "CO.2"},
            {"wa_id": "57300", "bsuid": "CO.2"},
        ),
        ({"type": "user_changed_number"}, {}),
        ({"type": "user_joined", "wa_id": "1"}, {}),
        ("nothing", {}),
    ],
)
def test_who_changed_number_or_id(system, found):
    assert changed({"system": system}) == found
