from urllib.parse import parse_qs, urlsplit

import pytest
from debt_collection_logic.call_link import SCHEMES, fault, link
from hypothesis import given
from hypothesis import strategies as st

NUMBER = "+573001234567"
numbers = st.integers(10**7, 10**15 - 1).map("+{}".format)
# what could matter, and something that cannot
texts = st.text("tel:hps/{}phone digits@?&#\\\n<é", max_size=30)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("tel:{phone}", "tel:+573001234567"),
        ("callto:{phone}", "callto:+573001234567"),
        ("sip:{phone}@pbx.example.com", "sip:+573001234567@pbx.example.com"),
        ("sips:{digits}@pbx", "sips:573001234567@pbx"),
        (
            "https://phone.example/call?n={phone}&from=9",
            "https://phone.example/call?n=%2B573001234567&from=9",
        ),
        (
            "https://phone.example:8443/{digits}",
            "https://phone.example:8443/573001234567",
        ),
    ],
)
def test_links(template, expected):
    assert fault(template) is None
    assert link(template, NUMBER) == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("", "scheme"),
        (None, "scheme"),
        ("{phone}", "scheme"),
        ("http://phone.example/{phone}", "scheme"),
        ("javascript:alert('{phone}')", "scheme"),
        ("JavaScript:alert({phone})", "scheme"),
        (" tel:{phone}", "scheme"),
        ("java\nscript:{phone}", "scheme"),
        ("data:text/html,{phone}", "scheme"),
        ("vbscript:{phone}", "scheme"),
        ("file:///{phone}", "scheme"),
        ("tel: {phone}", "characters"),
        ("tel:{phone}\n", "characters"),
        ("https://phone.example/<{phone}", "characters"),
        ("https:\\\\phone.example\\{phone}", "characters"),
        ("tel:", "placeholder"),
        ("tel:123", "placeholder"),
        ("tel:{number}", "placeholder"),
        ("tel:{phone}{", "placeholder"),
        ("tel:{phone.__class__}", "placeholder"),
        ("https://{phone}.example/", "host"),
        ("https://phone.example:{digits}/", "host"),
        ("https://me@evil.example/{phone}", "host"),
        ("https:{phone}", "host"),
        ("https:///call/{phone}", "host"),
        ("https://[/{phone}", "host"),
    ],
)
def test_what_is_wrong_is_told(template, expected):
    assert fault(template) == expected
    with pytest.raises(ValueError, match="without a fault"):
        link(template, NUMBER)


@pytest.mark.parametrize("number", ["", "573001234567", "+1", "+57 300", "+57;ext=1"])
def test_only_clean_numbers_are_called(number):
    with pytest.raises(ValueError, match=r"E\.164"):
        link("tel:{phone}", number)


@given(texts, numbers)
def test_whatever_is_written_a_link_has_an_allowed_scheme(text, number):
    for template in (text, f"tel:{text}", f"https://phone.example/{text}"):
        if fault(template) is None:
            made = link(template, number)
            assert made.partition(":")[0] in SCHEMES
            assert "{" not in made
            assert made.isascii()


@given(numbers, st.text("abcxyz019-_./?&=%", max_size=30))
def test_a_number_never_changes_where_a_link_leads(number, path):
    template = f"https://phone.example/{path}?n={{phone}}"
    if fault(template) is None:
        made = urlsplit(link(template, number))
        assert made.hostname == "phone.example"
    simple = urlsplit(link("https://phone.example/?n={phone}", number))
    assert parse_qs(simple.query) == {"n": [number]}
