"""What customers say about contacting them."""

import pytest
from debt_collection_portal_logic.contact_wish import leaves_enough, masked
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("start", "end", "enough"),
    [
        (7, 21, True),
        (8, 10, True),
        (7, 9, False),
        (16, 18, True),
        (17, 21, False),
        (19, 21, False),
        (12, 12, False),
        (14, 9, False),
    ],
)
def test_two_hours_of_an_office_remain(start, end, enough):
    assert leaves_enough(start, end) is enough


@given(st.emails())
def test_of_an_address_only_its_first_letter_is_seen(email):
    local = email.split("@")[0]
    assert masked(email) == f"{local[0]}…@{email.partition('@')[2]}"


@given(st.text("0123456789 +-()", max_size=20))
def test_of_a_number_only_three_digits_are_seen(phone):
    assert sum(map(str.isdigit, masked(phone))) <= 3
