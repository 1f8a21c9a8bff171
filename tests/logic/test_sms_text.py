"""How long a text message is: by table, and against counting it the slow way."""

import pytest
from debt_collection_logic.sms_text import _BASIC, _EXTENDED, GSM, UCS2, plain, size
from hypothesis import given
from hypothesis import strategies as st

gsm = st.text(st.sampled_from(_BASIC + _EXTENDED), max_size=700)
anything = st.text(
    st.one_of(
        st.sampled_from("aeiou áéíóúñ€[]{}"),
        st.characters(codec="utf-8"),
        st.sampled_from("😀🙏"),
    ),
    max_size=300,
)


def is_gsm(text):
    return set(text) <= set(_BASIC + _EXTENDED)


def place(char, seven_bits):
    if seven_bits:
        return 2 if char in _EXTENDED else 1
    return len(char.encode("utf-16-le", "surrogatepass")) // 2


def cut(text):
    """Return the parts of a text, filled one after another."""
    seven = is_gsm(text)
    alone, chained = GSM if seven else UCS2
    if sum(place(char, seven) for char in text) <= alone:
        return [text] if text else []
    parts = [""]
    for char in text:
        used = sum(place(each, seven) for each in parts[-1])
        if used + place(char, seven) > chained:
            parts.append("")
        parts[-1] += char
    return parts


@pytest.mark.parametrize(
    ("text", "places", "parts", "foreign"),
    [
        ("", 0, 0, ""),
        ("a" * 160, 160, 1, ""),
        ("a" * 161, 161, 2, ""),
        ("a" * 306, 306, 2, ""),
        ("a" * 307, 307, 3, ""),
        ("€" * 80, 160, 1, ""),
        ("€" * 81, 162, 2, ""),
        # 153 is odd: the euro sign is not cut in two, so each part has 76 of them
        ("€" * 152, 304, 2, ""),
        ("€" * 153, 306, 3, ""),
        ("ñ" * 160, 160, 1, ""),
        ("Ñandú", 5, 1, "ú"),
        ("á" * 70, 70, 1, "á"),
        ("á" * 71, 71, 2, "á"),
        ("á" * 134, 134, 2, "á"),
        ("á" * 135, 135, 3, "á"),
        ("áó é á", 6, 1, "áó"),
        ("😀" * 35, 70, 1, "😀"),
        ("😀" * 36, 72, 2, "😀"),
        # 67 is odd, too
        ("😀" * 66, 132, 2, "😀"),
        ("😀" * 67, 134, 3, "😀"),
        ("\n", 1, 1, ""),
        ("\t", 1, 1, "\t"),
    ],
)
def test_by_table(text, places, parts, foreign):
    found = size(text)
    assert (found.places, found.parts, found.foreign) == (places, parts, foreign)


def test_the_small_alphabet_has_127_characters():
    assert len(set(_BASIC)) == len(_BASIC) == 127, "and the escape"
    assert not set(_BASIC) & set(_EXTENDED)


@given(st.one_of(gsm, anything))
def test_parts_are_those_of_cutting_it_up(text):
    found = size(text)
    assert found.parts == len(cut(text))
    assert (not found.foreign) == is_gsm(text)


@given(anything, anything)
def test_more_text_never_takes_less(one, more):
    assert size(one + more).parts >= size(one).parts


@pytest.mark.parametrize(("parts", "is_long"), [(1, False), (2, False), (3, True)])
def test_more_than_two_parts_are_worth_a_warning(parts, is_long):
    assert size("a" * 153 * parts).is_long == is_long


@given(anything)
def test_what_looks_alike_takes_no_more(text):
    simple = plain(text)
    assert plain(simple) == simple
    if not size(simple).foreign:
        assert size(simple).parts <= size(text).parts


def test_amounts_do_not_make_a_text_dear():
    assert size("$\xa01.234,50").foreign
    assert not size(plain("$\xa01.234,50 – “ya”")).foreign
