"""What is wrong with a text is said before anybody gets it."""

import pytest
from debt_collection_logic.text_lint import LONGEST, Text, harsh_words, lint
from hypothesis import given
from hypothesis import strategies as st


def codes(**values):
    read, more = values.pop("read", "Buenos días"), values.pop("more", {})
    call = {
        "text": Text("es", "", read, **more),
        "channel": "whatsapp",
        "known": {"amount", "link"},
        "names": {"amount", "link"},
        **values,
    }
    return [found.code for found in lint(**call)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({"read": "  "}, ["empty"]),
        ({"names": {"amount", "total"}}, ["unknown"]),
        ({"needed": ("link", "reference")}, ["missing"]),
        ({"more": {"untranslated": True}}, ["untranslated"]),
        ({"read": "x" * 1025}, ["long"]),
        ({"read": "x" * 1024}, []),
        ({"read": "x" * 1025, "channel": "letter"}, []),
        ({"read": "x" * 460, "channel": "sms"}, ["long"]),
        ({"more": {"subject": "x" * 101}}, ["long_subject"]),
        ({"read": "Irá a la CÁRCEL", "harsh": ["cárcel"]}, ["harsh"]),
        ({"read": "Encarcelado", "harsh": ["cárcel"]}, []),
        ({"more": {"subject": "Lista\nnegra"}, "harsh": ["lista negra"]}, ["harsh"]),
    ],
)
def test_findings(values, expected):
    assert codes(**values) == expected


@given(
    word=st.sampled_from(["cárcel", "lista negra", "prison"]),
    before=st.sampled_from(["", "a ", "¡", "("]),
    after=st.sampled_from(["", ".", " b", "!"]),
)
def test_a_word_to_avoid_is_found_wherever_it_stands(word, before, after):
    for said in (word, word.upper(), word.title()):
        assert harsh_words(Text("es", "", f"{before}{said}{after}"), [word]) == [word]


@given(st.text(max_size=40), st.lists(st.text(max_size=5)))
def test_no_text_breaks_the_check(read, words):
    for channel in (*LONGEST, "letter"):
        lint(Text("es", "", read), channel, set(), set(), words)
