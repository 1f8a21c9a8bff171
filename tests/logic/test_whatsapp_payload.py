"""Envelopes and limits of WhatsApp messages."""

import json

import pytest
from debt_collection_whatsapp_logic import payload
from debt_collection_whatsapp_logic.payload import Violation, envelope, violations
from hypothesis import given
from hypothesis import strategies as st

LIST = {
    "type": "list",
    "header": {"type": "text", "text": "Ferretería"},
    "body": {"text": "¿Qué necesita?"},
    "footer": {"text": "Escriba ASESOR"},
    "action": {
        "button": "Ver opciones",
        "sections": [
            {"title": "Mi cuenta", "rows": [{"id": "dc1:balance", "title": "Saldo"}]},
            {"title": "Ayuda", "rows": [{"id": "dc1:human", "title": "Asesor"}]},
        ],
    },
}
BUTTONS = {
    "type": "button",
    "body": {"text": "¿Confirma?"},
    "action": {
        "buttons": [
            {"type": "reply", "reply": {"id": "dc1:yes", "title": "Sí"}},
            {"type": "reply", "reply": {"id": "dc1:no", "title": "No"}},
        ]
    },
}
URL = {
    "type": "cta_url",
    "body": {"text": "Puede pagar con el botón."},
    "action": {
        "name": "cta_url",
        "parameters": {"display_text": "Pagar", "url": "https://erp.example.com/d/x"},
    },
}
TEMPLATE = {
    "name": "dc_due_soon_v1",
    "language": {"code": "es"},
    "components": [
        {"type": "body", "parameters": [{"type": "text", "text": "Marta"}]},
        {
            "type": "button",
            "sub_type": "url",
            "index": "0",
            "parameters": [{"type": "text", "text": "9Qb2xT"}],
        },
    ],
}


def interactive(element):
    return {"type": "interactive", "interactive": element}


def template(element):
    return {"type": "template", "template": element}


def text(body):
    return {"type": "text", "text": {"body": body}}


def changed(element, path, value):
    """Return a copy of an element with one value changed; the path has dots."""
    element = json.loads(json.dumps(element))
    inner = element
    *way, last = [int(name) if name.isdigit() else name for name in path.split(".")]
    for name in way:
        inner = inner[name]
    inner[last] = value
    return element


@pytest.mark.parametrize(
    "content",
    [
        text("a" * 4096),
        interactive(LIST),
        interactive(BUTTONS),
        interactive(URL),
        template(TEMPLATE),
        {"type": "document", "document": {"id": "1", "filename": "FV-1.pdf"}},
        {"type": "document", "document": {"attachment_id": 7, "caption": "Factura"}},
        {"type": "location", "location": {"latitude": 4.6, "longitude": -74.1}},
    ],
)
def test_what_keeps_the_limits(content):
    assert violations(content) == []


@pytest.mark.parametrize(
    ("content", "violation"),
    [
        (text("a" * 4097), Violation("text", 4096)),
        (text(""), Violation("text")),
        ({"type": "smoke", "smoke": {}}, Violation("kind")),
        ({}, Violation("kind")),
        ({"type": "text"}, Violation("kind")),
        ({"type": "image", "image": {"caption": "no file"}}, Violation("file")),
        (
            {"type": "image", "image": {"id": "1", "caption": "a" * 1025}},
            Violation("caption", 1024),
        ),
        *[
            (interactive(changed(element, path, value)), violation)
            for element, path, value, violation in (
                (LIST, "body.text", "a" * 4097, Violation("body", 4096)),
                (BUTTONS, "body.text", "a" * 1025, Violation("body", 1024)),
                (BUTTONS, "body.text", "", Violation("body")),
                (LIST, "header.text", "a" * 61, Violation("header", 60)),
                (LIST, "footer.text", "a" * 61, Violation("footer", 60)),
                (LIST, "action.button", "a" * 21, Violation("list_button", 20)),
                (LIST, "action.sections", [], Violation("rows")),
                (
                    LIST,
                    "action.sections.0.title",
                    "a" * 25,
                    Violation("section_title", 24),
                ),
                (LIST, "action.sections.0.title", "", Violation("section_title")),
                (
                    LIST,
                    "action.sections.0.rows.0.title",
                    "a" * 25,
                    Violation("row_title", 24),
                ),
                (
                    LIST,
                    "action.sections.0.rows.0.description",
                    "a" * 73,
                    Violation("row_description", 72),
                ),
                (
                    LIST,
                    "action.sections.0.rows.0.id",
                    "a" * 201,
                    Violation("row_id", 200),
                ),
                (
                    LIST,
                    "action.sections.0.rows.0.id",
                    "dc1:human",
                    Violation("row_id_twice"),
                ),
                (
                    LIST,
                    "action.sections.0.rows",
                    [{"id": f"r{n}", "title": f"R{n}"} for n in range(10)],
                    Violation("rows", 10),
                ),
                (
                    BUTTONS,
                    "action.buttons",
                    [{"reply": {"id": f"b{n}", "title": f"B{n}"}} for n in range(4)],
                    Violation("buttons", 3),
                ),
                (BUTTONS, "action.buttons", [], Violation("buttons")),
                (
                    BUTTONS,
                    "action.buttons.0.reply.title",
                    "a" * 21,
                    Violation("button_title", 20),
                ),
                (
                    BUTTONS,
                    "action.buttons.0.reply.id",
                    "a" * 257,
                    Violation("button_id", 256),
                ),
                (
                    BUTTONS,
                    "action.buttons.0.reply.title",
                    "No",
                    Violation("button_title_twice"),
                ),
                (
                    URL,
                    "action.parameters.display_text",
                    "a" * 21,
                    Violation("url_title", 20),
                ),
                (URL, "action.parameters.url", "javascript:1", Violation("url")),
            )
        ],
        *[
            (template(changed(TEMPLATE, path, value)), violation)
            for path, value, violation in (
                ("name", "", Violation("template_name")),
                ("language.code", "", Violation("template_language")),
                ("components.0.parameters.0.text", "", Violation("parameter")),
                (
                    "components.0.parameters.0.text",
                    "two\nlines",
                    Violation("parameter_lines"),
                ),
                (
                    "components.0.parameters.0.text",
                    "a     b",
                    Violation("parameter_lines"),
                ),
                (
                    "components.0",
                    TEMPLATE["components"][1],
                    Violation("button_place_twice"),
                ),
            )
        ],
    ],
)
def test_what_does_not(content, violation):
    assert violation in violations(content)


def test_the_envelope_of_somebody_with_and_without_a_number():
    sent = envelope(text("Hola"), "7f0c", "573001234567", "CO.1", "hash", "wamid.1")
    assert sent == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "573001234567",
        "biz_opaque_callback_data": "dcw1:7f0c",
        "type": "text",
        "text": {"preview_url": False, "body": "Hola"},
        "recipient_identity_key_hash": "hash",
        "context": {"message_id": "wamid.1"},
    }
    hidden = envelope(text("Hola"), "7f0c", recipient="CO.1")
    assert hidden["recipient"] == "CO.1"
    assert "to" not in hidden
    with pytest.raises(ValueError, match="anybody"):
        envelope(text("Hola"), "7f0c")


def test_files_of_ours_become_files_of_whatsapp():
    content = template(
        {
            "name": "dc_statement_v1",
            "language": {"code": "es"},
            "components": [
                {
                    "type": "header",
                    "parameters": [
                        {
                            "type": "document",
                            "document": {"attachment_id": 7, "filename": "a.pdf"},
                        }
                    ],
                }
            ],
        }
    )
    assert payload.attachment_ids(content) == [7]
    sent = payload.with_media(content, {7: "1013"})
    assert payload.attachment_ids(sent) == []
    header = sent["template"]["components"][0]["parameters"][0]
    assert header["document"] == {"id": "1013", "filename": "a.pdf"}
    assert payload.attachment_ids(content) == [7], "the content itself stays"


contents = st.recursive(
    st.none()
    | st.text(max_size=30)
    | st.builds(lambda ref: {"attachment_id": ref}, st.integers(1, 99)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from("abc"), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(
    st.text(max_size=5000),
    st.text(max_size=80),
    st.lists(st.text(max_size=30), max_size=12),
)
def test_no_limit_is_overlooked(body, footer, titles):
    """Whatever passes keeps each limit, said in another way."""
    element = {
        "type": "button",
        "body": {"text": body},
        "footer": {"text": footer},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": f"dc1:{n}", "title": title}}
                for n, title in enumerate(titles)
            ]
        },
    }
    keeps = (
        len(body.strip()) > 0
        and len(body) <= 1024
        and len(footer.strip()) > 0
        and len(footer) <= 60
        and 0 < len(titles) <= 3
        and all(len(t.strip()) > 0 and len(t) <= 20 for t in titles)
        and len(set(titles)) == len(titles)
    )
    assert (not violations(interactive(element))) == keeps


@given(contents)
def test_files_are_found_wherever_they_are(content):
    ids = payload.attachment_ids(content)
    sent = payload.with_media(content, {ref: f"media {ref}" for ref in ids})
    assert payload.attachment_ids(sent) == []
    assert all(f"media {ref}" in json.dumps(sent) for ref in ids)
