"""What people type into cells: by table and by property."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from debt_collection_logic.cell_values import (
    CellError,
    plain,
    read_amount,
    read_choice,
    read_date,
    read_list,
    read_text,
    read_yes,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "decimal", "amount"),
    [
        ("1.234,56", ",", "1234.56"),
        ("1.234,56", ".", "1234.56"),
        ("1,234.56", ",", "1234.56"),
        ("1.234.567", ".", "1234567"),
        ("1,234,567.8", ",", "1234567.8"),
        ("1.234", ",", "1234"),
        ("1,234", ".", "1234"),
        ("1234,5", ".", "1234.5"),
        ("1234.5", ",", "1234.5"),
        ("1234.567", ",", "1234.567"),
        ("0.500", ",", "0.500"),
        ("$ 2.450.000", ",", "2450000"),
        ("S/ 1,200.50", ",", "1200.50"),
        ("COP 1.500", ",", "1500"),
        ("99,90 €", ".", "99.90"),
        ("(500)", ",", "-500"),
        ("-1.000,5", ",", "-1000.5"),
        ("500-", ",", "-500"),
        ("1'234.50", ",", "1234.50"),
        ("1 234,50", ",", "1234.50"),
        (",5", ",", "0.5"),
        (1234.5, ",", "1234.5"),
        (0.1, ",", "0.1"),
        (7, ".", "7"),
    ],
)
def test_amounts(text, decimal, amount):
    assert read_amount(text, decimal) == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    ["abc", "12x", "1.2.3", "1,2,3", "1.2345,6", "--5", "12:30", True, float("nan"),
     float("inf"), date(2026, 1, 1), "=1+1", "1e5", "1.23,45.6"],
)  # fmt: skip
def test_what_is_no_amount(text):
    with pytest.raises(CellError) as caught:
        read_amount(text)
    assert caught.value.code == "not_a_number"


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("450.000", "."),
        ("1.234", "."),
        ("-1,500", ","),
        ("$ 12.345", "."),
        ("1,500", ","),
    ],
)
def test_what_some_read_as_thousands_and_others_as_decimals(text, decimal):
    with pytest.raises(CellError) as caught:
        read_amount(text, decimal)
    assert caught.value.code == "two_readings"


@pytest.mark.parametrize("value", [None, "", "   ", "\n"])
def test_empty_cells(value):
    assert read_amount(value) is None
    assert read_date(value) is None
    assert read_choice(value, {}) is None
    assert read_yes(value) is None
    assert read_text(value) == ""
    assert read_list(value) == []


@given(
    st.decimals(-(10**9), 10**9, places=2, allow_nan=False, allow_infinity=False),
    st.sampled_from([(",", "."), (".", ","), (".", "'"), (",", " "), (".", "")]),
)
def test_amounts_as_people_write_them(amount, marks):
    point, thousands = marks
    text = f"{amount:,.2f}".replace(",", "\0").replace(".", point)
    assert read_amount(text.replace("\0", thousands), point) == amount


def tried(read, *args):
    """Return what was read, or the code of the error."""
    try:
        return read(*args)
    except CellError as error:
        return error.code


@given(st.one_of(st.text(max_size=12), st.text("0123456789.,-$ ()'", max_size=12)))
def test_an_amount_or_an_error(text):
    amount = tried(read_amount, text)
    assert amount in (None, "not_a_number", "two_readings") or amount.is_finite()


@pytest.mark.parametrize(
    ("text", "day_first", "day"),
    [
        ("31/12/2026", True, date(2026, 12, 31)),
        ("12/31/2026", False, date(2026, 12, 31)),
        ("1-2-26", True, date(2026, 2, 1)),
        ("1.2.2026", False, date(2026, 1, 2)),
        ("2026-12-31", False, date(2026, 12, 31)),
        ("2026/1/5", True, date(2026, 1, 5)),
        ("31/12/2026 10:30", True, date(2026, 12, 31)),
        ("2026-12-31T10:30:00", True, date(2026, 12, 31)),
        ("31 de diciembre de 2026", True, date(2026, 12, 31)),
        ("31-dic-26", True, date(2026, 12, 31)),
        ("Dec 31, 2026", True, date(2026, 12, 31)),
        ("5 set. 2026", True, date(2026, 9, 5)),
        (datetime.combine(date(2026, 6, 1), time(8)), True, date(2026, 6, 1)),
        (date(2026, 6, 1), True, date(2026, 6, 1)),
        (46174, True, date(2026, 6, 1)),
        (46174.0, True, date(2026, 6, 1)),
    ],
)
def test_dates(text, day_first, day):
    assert read_date(text, day_first) == day


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12/31/2026", "no_such_day"),
        ("31/02/2026", "no_such_day"),
        ("2026-13-01", "no_such_day"),
        ("mañana", "not_a_date"),
        ("31", "not_a_date"),
        (31, "not_a_date"),
        (True, "not_a_date"),
        ("31/12", "not_a_date"),
        ("5 foo 2026", "not_a_date"),
    ],
)
def test_what_is_no_day(text, code):
    with pytest.raises(CellError) as caught:
        read_date(text)
    assert caught.value.code == code


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.booleans())
def test_dates_as_people_write_them(day, day_first):
    order = "%d/%m/%Y" if day_first else "%m/%d/%Y"
    assert read_date(day.strftime(order), day_first) == day
    assert read_date(day.strftime(order.replace("Y", "y")), day_first) == day
    assert read_date(day.isoformat(), day_first) == day
    assert read_date(day.strftime("%d %b %Y"), day_first) == day


@given(st.text(max_size=15), st.booleans())
def test_a_day_or_an_error(text, day_first):
    day = tried(read_date, text, day_first)
    assert day in (None, "not_a_date", "no_such_day") or isinstance(day, date)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (900412300.0, "900412300"),
        (573001112233, "573001112233"),
        (1.5, "1.5"),
        ("  a   b ", "a b"),
        ("one\n two ", "one\ntwo"),
        (datetime.combine(date(2026, 6, 1), time()), "2026-06-01"),
        ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
    ],
)
def test_texts(value, text):
    assert read_text(value) == text


def test_words():
    assert plain(" Fecha_de  Emisión: ") == "fecha de emision"
    assert read_yes("Sí") is True
    assert read_yes("NO") is False
    assert read_choice(" Correo-electrónico ", {"correo electronico": 1}) == 1
    for read, value in ((read_yes, "quizás"), (lambda x: read_choice(x, {}), "x")):
        with pytest.raises(CellError) as caught:
            read(value)
        assert caught.value.code == "unknown_choice"


def test_lists():
    assert read_list("F-1; F-2,F-3 |F-4\nF-5;") == ["F-1", "F-2", "F-3", "F-4", "F-5"]
    assert read_list(1001.0) == ["1001"]
