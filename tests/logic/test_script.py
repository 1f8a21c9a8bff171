import pytest
from debt_collection_voice_logic.script import PLACEHOLDERS, fill, unknown
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("hello", "{company} for {customer}", []),
        ("hello", "{amount}", ["{amount}"]),
        ("hello", "{date}", ["{date}"]),
        ("offer", "{amount} until {date}", []),
        ("account", "{amount} until {date}", ["{date}"]),
        ("offer", "{date.year}", ["{", "}"]),
        ("offer", "{", ["{"]),
        ("offer", "{}", ["{}"]),
        ("wrong", "{customer}", ["{customer}"]),
    ],
)
def test_unknown(name, text, expected):
    assert unknown(name, text) == expected


def test_no_amount_is_said_to_whoever_picks_up():
    for name in ("hello", "wrong", "goodbye", "connecting", "call_back", "nothing"):
        assert not {"amount", "date"} & PLACEHOLDERS[name]


@given(st.text(max_size=30), st.text(max_size=30))
def test_values_are_taken_as_they_are(company, amount):
    filled = fill("{company}|{amount}|{x}", {"company": company, "amount": amount})
    assert filled == f"{company}|{amount}|"
