import pytest
from debt_collection_whatsapp_logic.wa_phone import normalise, variants
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("typed", "region", "number"),
    [
        ("+5215512345678", "MX", "+525512345678"),
        ("+551187654321", "BR", "+5511987654321"),
        ("34987654321", "BR", "+5534987654321"),
        ("11 15-2345-6789", "AR", "+5491123456789"),
        ("0057 300 123 4567", "CO", "+573001234567"),
        ("300 123 4567", "CO", "+573001234567"),
        ("573001234567", None, "+573001234567"),
        ("+34 612 345 678", "CO", "+34612345678"),
    ],
)
def test_numbers_as_people_type_them(typed, region, number):
    assert normalise(typed, region) == (number, "ok")


@pytest.mark.parametrize(
    ("typed", "region", "found"),
    [
        ("018000 123456", "CO", (None, "refuse")),
        ("601 555 0100", "CO", ("+576015550100", "fixed_line")),
        ("300 123 4567 / 310 123 4567", "CO", (None, "invalid")),
        ("", "CO", (None, "empty")),
        (None, "CO", (None, "empty")),
        ("no tiene", "CO", (None, "invalid")),
    ],
)
def test_numbers_that_are_none(typed, region, found):
    assert normalise(typed, region) == found


@given(st.text(max_size=20), st.sampled_from(["CO", "MX", "BR", "AR", None]))
def test_any_text_has_a_verdict(typed, region):
    number, verdict = normalise(typed, region)
    assert bool(number) == (verdict in ("ok", "fixed_line"))


@given(st.from_regex(r"\A[1-9][0-9]{7,14}\Z"))
def test_a_number_is_one_of_its_variants(digits):
    assert f"+{digits}" in variants(digits)
