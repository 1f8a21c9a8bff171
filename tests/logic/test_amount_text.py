"""Amounts as people type them on the page."""

from decimal import Decimal

import pytest
from debt_collection_portal_logic.amount_text import parse_amount
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "decimals", "point", "expected"),
    [
        ("100", 2, ".", "100"),
        (" 1 234,50 ", 2, ",", "1234.50"),
        ("1\u00a0234,50", 2, ",", "1234.50"),
        ("1'234.50", 2, ".", "1234.50"),
        ("1.234,50", 2, ".", "1234.50"),
        ("1,234.50", 2, ",", "1234.50"),
        ("1.234.567", 2, ".", "1234567"),
        ("1.234", 2, ",", "1234"),
        ("1,234", 2, ".", "1234"),
        ("1.234", 3, ".", "1.234"),
        ("1234.50", 2, ",", "1234.50"),
        ("0,05", 2, ",", "0.05"),
        # what could be read in two ways, or has more decimals than the currency
        ("1.234", 2, ".", None),
        ("1,234", 2, ",", None),
        ("1.005", 2, ".", None),
        ("10.5", 0, ".", None),
        # what is no amount
        ("", 2, ".", None),
        (None, 2, ".", None),
        ("0", 2, ".", None),
        ("0.00", 2, ".", None),
        ("-5", 2, ".", None),
        ("+5", 2, ".", None),
        ("1e3", 2, ".", None),
        ("nan", 2, ".", None),
        ("inf", 2, ".", None),
        ("12,34,56", 2, ".", None),
        ("1.23.456", 2, ".", None),
        ("1,2.345,6", 2, ".", None),
        (".5", 2, ".", None),
        ("5.", 2, ".", None),
        ("٣٤", 2, ".", None),
        ("1" * 16, 2, ".", None),
    ],
)
def test_amounts(text, decimals, point, expected):
    found = parse_amount(text, decimals, point)
    assert found == (None if expected is None else Decimal(expected))


@given(
    st.decimals(min_value="0.01", max_value="999999999999", places=2),
    st.sampled_from([(".", ","), (",", "."), (",", " "), (".", "'")]),
    st.sampled_from([".", ","]),
)
def test_what_a_language_writes_is_read_whatever_the_page_speaks(amount, style, point):
    decimal, thousands = style
    text = f"{amount:,.2f}".replace(",", "T").replace(".", decimal)
    assert parse_amount(text.replace("T", thousands), 2, point) == amount
    assert parse_amount(text.replace("T", ""), 2, point) == amount


@given(st.text(alphabet="0123456789.,' -e€", max_size=20), st.integers(0, 3))
def test_never_more_decimals_than_the_currency_nor_less_than_nothing(text, decimals):
    found = parse_amount(text, decimals, ",")
    if found is not None:
        assert found > 0
        assert found == round(found, decimals)
