"""How messages look: whatever comes from outside, nothing breaks, nothing gets out."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from debt_collection_whatsapp_logic.bubble import MOST, Look, bare, look, place
from debt_collection_whatsapp_logic.wa_markup import to_html, to_plain
from debt_collection_whatsapp_logic.window import (
    KINDS,
    SAFETY,
    is_open,
    kind_of,
    most_bytes,
)
from hypothesis import given
from hypothesis import strategies as st

EARLY = datetime.fromisoformat("1000-01-01")
LATE = datetime.fromisoformat("9000-01-01")
TAG = re.compile(r"<(/?)(b|i|br)>")
SIGNS = st.text(alphabet="*_ab \n<>&\"'\u202e~`", max_size=60)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "interactive",
                    "template",
                    "button",
                    "text",
                    "action",
                    "buttons",
                    "reply",
                    "title",
                    "rows",
                    "sections",
                    "parameters",
                    "components",
                    "document",
                    "filename",
                    "location",
                    "latitude",
                    "longitude",
                    "header",
                    "footer",
                    "display_text",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        (None, ""),
        ("*Saldo*", "<b>Saldo</b>"),
        ("_gracias_", "<i>gracias</i>"),
        ("* no *", "* no *"),
        ("2*3*4", "2*3*4"),
        ("nombre_de_archivo", "nombre_de_archivo"),
        ("*a\nb*", "*a<br>b*"),
        ("**", "**"),
        ("*a* y *b*", "<b>a</b> y <b>b</b>"),
        ("_*a*_", "<i><b>a</b></i>"),
        ("*a _b* c_", "<b>a _b</b> c_"),
        ("<script>*x*</script>", "&lt;script&gt;<b>x</b>&lt;/script&gt;"),
        ("(*ya*)", "(<b>ya</b>)"),
    ],
)
def test_bold_and_italic(text, html):
    assert to_html(text) == html


@given(st.text() | SIGNS)
def test_only_our_tags_leave_and_they_are_nested(text):
    html = to_html(text)
    stack = []
    for closing, tag in TAG.findall(html):
        if tag == "br":
            assert not stack
        elif closing:
            assert stack.pop() == tag
        else:
            stack.append(tag)
    assert not stack
    bare = TAG.sub("", html)
    assert "<" not in bare
    assert ">" not in bare


@given(st.text() | SIGNS)
def test_nothing_but_signs_of_style_is_lost(text):
    def keep(value):
        return re.sub(r"[*_\s]", "", value)

    shown = unescape(to_html(text).replace("<br>", "\n"))
    for tag in ("<b>", "</b>", "<i>", "</i>"):
        if tag not in text:
            shown = shown.replace(tag, "")
    assert keep(shown) == keep("\n".join(text.splitlines()))
    assert "\n" not in to_plain(text)


@given(ANYTHING, ANYTHING)
def test_any_element_has_a_look(content, components):
    found = look(content, components)
    assert len(found.buttons) <= MOST
    assert len(found.rows) <= MOST
    assert all(isinstance(each, str) for each in found.buttons)
    where = place(content)
    assert where is None or (abs(where[0]) <= 90 and abs(where[1]) <= 180)


def test_a_list_a_link_and_a_template():
    rows = [{"id": "a", "title": "Pagar", "description": "Enlace"}, {"title": 5}]
    menu = {"button": "Ver opciones", "sections": [{"rows": rows}, None]}
    found = look({"type": "interactive", "interactive": {"action": menu}})
    assert (found.buttons, found.rows) == (("Ver opciones",), (("Pagar", "Enlace"),))
    link = {"action": {"parameters": {"display_text": "Pagar", "url": "https://x"}}}
    assert look({"type": "interactive", "interactive": link}).buttons == ("Pagar",)
    sent = {
        "components": [
            {"type": "header", "parameters": [{"type": "text", "text": "A-1"}]}
        ]
    }
    held = [
        {"type": "HEADER", "format": "TEXT", "text": "Factura {{1}}"},
        {"type": "FOOTER", "text": "Andina"},
        {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Pagar"}]},
    ]
    found = look({"type": "template", "template": sent}, held)
    assert (found.header, found.footer) == ("Factura A-1", "Andina")
    assert found.buttons == ("Pagar",)
    pressed = {"type": "list_reply", "list_reply": {"title": "Pagar"}}
    assert look({"type": "interactive", "interactive": pressed}).pressed


@given(st.datetimes(EARLY, LATE), st.integers(-90000, 90000))
def test_the_window_closes_a_little_early(until, seconds):
    now = until - SAFETY + timedelta(seconds=seconds)
    assert is_open(until, now) is (seconds < 0)


def test_files_are_known_by_how_they_begin():
    for mimetype, (most, begins) in KINDS.items():
        assert kind_of(begins + b"rest") == mimetype
        assert most_bytes(mimetype) == most
    assert kind_of(b"") is None
    assert kind_of(b"GIF89a") is None


@given(
    st.text(), st.text(max_size=9), st.text(max_size=9), st.lists(st.text(max_size=9))
)
def test_what_is_drawn_around_a_text_is_not_in_it(body, header, footer, labels):
    found = Look(header.strip(), footer.strip(), tuple(labels))
    left = bare(body, found)
    assert left in body
    end = "\n".join(filter(None, (found.footer, " ".join(f"[{x}]" for x in labels))))
    whole = "\n\n".join(filter(None, (found.header, "Hello.", end)))
    assert bare(whole, found) == "Hello."
