"""What a file of a customer is, whatever it is called."""

import pytest
from debt_collection_portal_logic.upload import NAME, kind_of, name_of
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (b"%PDF-1.4\n", "application/pdf"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\x00", "image/png"),
        (b"GIF89a....", "image/gif"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
    ],
)
def test_photos_and_documents_are_known_by_their_content(content, media):
    assert kind_of(content)[0] == media


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PD",
        b"<html><script>alert(1)</script>",
        b" %PDF-1.4",
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
        b"MZ\x90\x00",
        b"PK\x03\x04",
        b"#!/bin/sh",
    ],
)
def test_anything_else_is_refused(content):
    assert kind_of(content) is None


@given(st.text(max_size=300))
def test_a_name_leads_nowhere_and_ends_with_what_it_is(name):
    made = name_of(name, "pdf")
    assert made.endswith(".pdf")
    assert not set(made) & set("/\\\0\r\n\"'<>:;")
    assert 0 < len(made) <= NAME + 4
