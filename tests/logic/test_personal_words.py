"""Nobody is recognised in a text that was masked, however they were written."""

import re

import pytest
from debt_collection_logic import personal_words as pw
from hypothesis import given
from hypothesis import strategies as st

PHONES = [
    ("+57 300 123 4567", "300 123 4567"),
    ("+57 300 123 4567", "+573001234567"),
    ("+57 300 123 4567", "(300) 123-45-67"),
    ("+57 300 123 4567", "0057 300.123.4567"),
    ("6123-4567", "+507 6123 4567"),
    ("55 1234 5678", "+52 1 55 1234 5678"),
]


@pytest.mark.parametrize(("known", "written"), PHONES)
def test_a_phone_is_found_however_it_is_written(known, written):
    text = f"Llamar al {written}, por la tarde"
    assert pw.mask(text, pw.patterns(phones=[known])) == "Llamar al […], por la tarde"


@pytest.mark.parametrize(
    "text",
    [
        "Pagó 1.234.567.890.123 pesos",
        "factura 30012345678",
        "Anabel Ruizdael",
        "banana",
        "xana@x.mx.example",
    ],
)
def test_what_only_looks_alike_stays(text):
    found = pw.patterns(["Ana Ruiz"], ["ana@x.mx"], ["+57 300 123 4567"])
    assert pw.mask(text, found) == text


def test_a_name_of_one_word_is_no_name():
    assert pw.patterns(["Comercial"]) == []


WORD = st.text(st.characters(categories=["Lu", "Ll"]), min_size=2, max_size=8).filter(
    # letters that change their length with their case are not the same word
    lambda word: word.lower().upper().lower() == word.lower()
)


@given(
    name=st.lists(WORD, min_size=2, max_size=4),
    gap=st.sampled_from([" ", "  ", "\n"]),
    before=st.sampled_from(["", "Sr. ", "(", "por "]),
    after=st.sampled_from(["", ".", ", llamó", ")"]),
)
def test_a_name_never_stays(name, gap, before, after):
    text = f"{before}{gap.join(name)}{after}"
    masked = pw.mask(text, pw.patterns([" ".join(name)]))
    assert masked == f"{before}{pw.MARK}{after}"


@given(
    local=st.text("abcXYZ019._+-", min_size=1, max_size=12),
    domain=st.sampled_from(["x.mx", "casa-uno.com.co"]),
)
def test_an_address_never_stays(local, domain):
    email = f"a{local}@{domain}"
    masked = pw.mask(f"<{email}>; otro", pw.patterns(emails=[email]))
    assert masked == f"<{pw.MARK}>; otro"


@given(
    path=st.sampled_from(["debt/pay", "debt/unsubscribe", "d"]),
    token=st.text("abcXYZ019._-=:", min_size=1, max_size=60),
)
def test_no_secret_of_a_link_stays(path, token):
    link = f"https://x.example/{path}/"
    text = f'<a href="{link}{token}">pagar</a>'
    assert pw.scrub_links(text) == f'<a href="{link}…">pagar</a>'


def test_masking_twice_is_masking_once():
    found = pw.patterns(["Ana Ruiz"], ["ana@x.mx"], ["3001234567"])
    once = pw.mask("Ana Ruiz ana@x.mx 300 123 4567", found)
    assert pw.mask(once, found) == once
    assert not re.search(r"\d|@", once)
