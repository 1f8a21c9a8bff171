from base64 import b64encode
from hashlib import sha256

import pytest
from debt_collection_whatsapp_logic.media import (
    KINDS,
    is_whole,
    kind_of,
    name_of,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xd8\xff\xe0JFIF", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVE", None),
        (b"%PDF-1.4", "application/pdf"),
        (b"<html>", None),
        (b"PK\x03\x04", None),
        (b"MZ", None),
        (b"", None),
    ],
)
def test_the_kind_is_that_of_the_content(content, kind):
    assert kind_of(content) == kind


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_a_file_is_the_one_that_was_told_of(content, other):
    digest = sha256(content).digest()
    for told in (digest.hex(), digest.hex().upper(), b64encode(digest).decode()):
        assert is_whole(content, told)
        assert is_whole(other, told) == (other == content)


def test_a_sum_that_is_none_fits_nothing():
    assert not is_whole(b"x", "nonsense!")


@given(st.text(max_size=200), st.sampled_from(sorted(KINDS)))
def test_names_of_files_name_no_place(told, mimetype):
    name = name_of(told, mimetype, 1)
    assert not set(name) & set('/\\\n\0"') - {'"'}
    assert name.isprintable()
    assert name.lower().endswith(KINDS[mimetype])
    assert len(name) <= 110
    assert not name.startswith(".")
