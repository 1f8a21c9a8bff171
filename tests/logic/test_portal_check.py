"""How often somebody may try, and what links answer: by table and by any case."""

import doctest
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from debt_collection_portal_logic import check, link_check
from debt_collection_portal_logic.check import (
    ALL_TRIES,
    CODES,
    HOUR,
    PAUSE,
    TRIES,
    digits,
    masked_email,
    masked_phone,
    may_send,
    may_try,
)
from debt_collection_portal_logic.link_check import (
    MARK,
    Answer,
    is_outside,
    judge,
    next_hop,
)
from hypothesis import given
from hypothesis import strategies as st

NOON = datetime.fromisoformat("2026-11-28T12:00:00")
seconds = st.lists(st.integers(0, 4 * 3600), max_size=60)
URL = "https://erp.andes.example/d/xxxxxxxxxxxx"


@pytest.mark.parametrize("module", [check, link_check])
def test_examples_hold(module):
    failed, tried = doctest.testmod(module)
    assert (failed, tried > 0) == (0, True)


@given(seconds)
def test_never_more_than_five_tries_in_any_hour_and_fifteen_in_all(moments):
    wrong = []
    for second in sorted(moments):
        now = NOON + timedelta(seconds=second)
        if may_try(wrong, now):
            wrong.append(now)
        within = [each for each in wrong if each > now - HOUR]
        assert len(within) <= TRIES
        assert len(wrong) <= ALL_TRIES


@given(seconds)
def test_never_more_than_three_codes_in_any_hour_nor_two_in_a_minute(moments):
    sent = []
    for second in sorted(moments):
        now = NOON + timedelta(seconds=second)
        if may_send(sent, now):
            assert not sent or now - sent[-1] >= PAUSE
            sent.append(now)
        assert len([each for each in sent if each > now - HOUR]) <= CODES


@given(st.text(max_size=60))
def test_a_code_is_six_digits_at_most(text):
    found = digits(text)
    assert len(found) <= 6
    assert found == "" or found.isascii()


@given(st.emails(), st.from_regex(r"\+[1-9]\d{7,14}", fullmatch=True))
def test_a_mask_shows_one_letter_or_four_digits(address, number):
    name = address.rpartition("@")[0]
    assert masked_email(address).partition("…")[0] == name[:1]
    assert masked_phone(number) == f"…{number[-4:]}"


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (Answer(404, f"<html>{MARK}</html>"), None),
        (Answer(404, "<html>nginx</html>"), "strange"),
        (Answer(200, "<html>Welcome</html>"), "strange"),
        (Answer(403, MARK), "strange"),
        (Answer(500, MARK), "silent"),
        (Answer(502, ""), "silent"),
        (Answer(), "silent"),
        (Answer(tls_failed=True), "tls"),
        (Answer(302, "", "https://thief.example/d/x"), "elsewhere"),
        (Answer(302, "", ""), "elsewhere"),
    ],
)
def test_what_an_answer_means(answer, found):
    assert judge(URL, answer) == found


@pytest.mark.parametrize(
    ("url", "outside"),
    [
        ("https://erp.andes.example", True),
        ("http://200.21.1.1:8069", True),
        ("https://[2001:4860:4860::8888]", True),
        ("http://localhost:8069", False),
        ("http://127.0.0.1", False),
        ("http://10.0.0.5", False),
        ("http://[::1]:8069", False),
        ("http://erp", False),
        ("http://printer.local", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_which_addresses_customers_reach(url, outside):
    assert is_outside(url) is outside


@given(st.text(max_size=40))
def test_nobody_is_followed_to_another_host_or_out_of_the_lock(location):
    try:
        target = next_hop(URL, Answer(302, location=location))
    except ValueError:  # no address at all
        return
    if target:
        assert urlsplit(target)[:2] == urlsplit(URL)[:2]
