from debt_collection_whatsapp_logic.mask import mask
from hypothesis import given
from hypothesis import strategies as st

tokens = st.from_regex(
    r"EAA[0-9A-Za-z]{20,200}", fullmatch=True, alphabet=st.characters(codec="ascii")
)


@given(st.text(), tokens, st.text())
def test_no_token_is_left(before, token, after):
    assert token not in mask(f"{before} {token} {after}")


@given(st.text(alphabet="0123456789abc áé:/?&=."))
def test_other_text_stays(text):
    assert mask(text) == text


def test_the_token_of_an_app():
    assert mask("?access_token=123456|0a1b2c3d-4e5f&x") == "?access_token=…&x"
