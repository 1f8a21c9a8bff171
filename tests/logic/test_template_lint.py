"""Templates: what is wrong with one, what Meta is given, what may be done with it."""

import doctest
import importlib
from datetime import datetime, timedelta

import pytest
from debt_collection_whatsapp_logic import template_payload as payload
from debt_collection_whatsapp_logic import template_rules as rules
from debt_collection_whatsapp_logic.template_errors import problem
from debt_collection_whatsapp_logic.template_lint import ASKS, BLOCKS, WARNS, lint
from debt_collection_whatsapp_logic.template_text import (
    LONGEST_VALUE,
    Button,
    Draft,
    clean,
    fill,
    first_name,
    variables,
)
from debt_collection_whatsapp_logic.wording import FORBIDDEN, forbidden
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime.fromisoformat("2026-06-01 12:00:00")
GOOD = "Hola {{1}}, su factura {{2}} por {{3}} vence hoy. Escríbanos si necesita ayuda."
LINK = Button("url", "Ver y pagar", "https://erp.example.com/d/{{1}}")
PAID = Button("reply", "Ya pagué")
HUMAN = Button("reply", "Hablar con asesor")


@pytest.mark.parametrize(
    "name",
    [
        *("wording", "template_text", "template_lint", "template_payload"),
        *("template_rules", "template_errors", "template_library"),
    ],
)
def test_examples_of_the_rules(name):
    module = importlib.import_module(f"debt_collection_whatsapp_logic.{name}")
    found = doctest.testmod(module)
    assert found.attempted
    assert not found.failed


def draft(body=GOOD, **values):
    return Draft(values.pop("lang", "es"), body, **values)


def codes(found, level=None):
    return [f.code for f in found if level in (None, f.level)]


def test_a_good_template_has_only_what_is_good_to_know():
    found = lint(draft(footer="Responda BAJA para salir", buttons=(LINK, PAID, HUMAN)))
    assert [(f.code, f.level) for f in found] == [("desktop", WARNS)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", ["empty"]),
        ("   \n", ["empty"]),
        ("x" * 1024, []),
        ("x" * 1025, ["long"]),
        ("{{1}} le escribimos por su factura", ["ends"]),
        ("Le escribimos por su factura {{1}}", ["ends"]),
        ("¡{{1}}! Le escribimos por su factura", ["ends"]),
        ("Le escribimos por su factura {{1}}.", ["ends"]),
        ("Le escribimos por la {{1}} de hoy", []),
        ("Le escribimos por la {{2}} de hoy", ["numbering"]),
        ("Por {{1}} y {{2}} hoy", ["few_words"]),
        ("Por {{1}} y por {{2}} le escribimos", []),
        ("Su factura {{1} de hoy", ["braces"]),
        ("Su factura {{}} de hoy", ["braces"]),
        ("Su factura {{1}} de hoy, de {{name}} aquí y ahora", ["mixed"]),
        ("Su factura {{Amount}} de hoy", ["name"]),
        ("Su factura {{amount}} de hoy", []),
    ],
)
def test_bodies_that_meta_refuses(body, expected):
    assert codes(lint(draft(body)), BLOCKS) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"header_kind": "text", "header": "x" * 60}, []),
        ({"header_kind": "text", "header": "x" * 61}, ["long"]),
        ({"header_kind": "text", "header": ""}, ["empty"]),
        ({"header_kind": "text", "header": "De {{1}}"}, []),
        ({"header_kind": "text", "header": "{{1}} de {{2}}"}, ["one_variable"]),
        ({"header_kind": "text", "header": "*Aviso*"}, ["marks"]),
        ({"header_kind": "document"}, []),
        ({"footer": "x" * 60}, []),
        ({"footer": "x" * 61}, ["long"]),
        ({"footer": "De {{1}}"}, ["no_variable"]),
        ({"buttons": (Button("reply", "x" * 25),)}, []),
        ({"buttons": (Button("reply", "x" * 26),)}, ["label_long"]),
        ({"buttons": (Button("reply", " "),)}, ["label_empty"]),
        ({"buttons": (PAID, PAID)}, ["label_twice"]),
        ({"buttons": (PAID, LINK, HUMAN)}, ["interleaved"]),
        ({"buttons": (LINK, PAID, HUMAN)}, []),
        ({"buttons": (PAID, HUMAN, LINK)}, []),
        ({"buttons": tuple(Button("reply", str(n)) for n in range(11))}, ["many"]),
        (
            {"buttons": tuple(Button("url", str(n), LINK.url) for n in range(3))},
            ["many"],
        ),
        ({"buttons": (Button("url", "Ver", "http://erp.example.com/{{1}}"),)}, ["url"]),
        ({"buttons": (Button("url", "Ver", "https://{{1}}.example.com/"),)}, ["url"]),
        ({"buttons": (Button("url", "Ver", "https://a.example/{{1}}/x"),)}, ["url"]),
        ({"buttons": (Button("url", "Ver", "https://a.example/x"),)}, []),
    ],
)
def test_what_stands_around_the_body(values, expected):
    assert codes(lint(draft(**values)), BLOCKS) == expected


@pytest.mark.parametrize(
    ("lang", "body", "expected"),
    [
        ("es", "Regularice su deuda hoy mismo", ["forbidden"]),
        ("es", "ÚLTIMO AVISO antes de escribir", ["forbidden", "shouting"]),
        ("es_MX", "Evite un embargo de sus bienes", ["forbidden", "forbidden"]),
        ("es", "Sus consecuencias serán otras", ["forbidden"]),
        ("es", "El cobro se hará con normalidad", []),
        ("en", "This is a debt of yours", ["forbidden"]),
        ("en", "Deudas and embargo are Spanish words", []),
        ("pt", "This debt is a deuda of yours", ["forbidden", "forbidden"]),
        ("es", "Pague hoy con 10% de descuento", ["promotional", "promotional"]),
        ("es", "Le quedan 24 horas para pagar", ["countdown"]),
        ("en", "Only 2 days left to pay this", ["countdown"]),
        ("es", "Lo verificamos en 3 días hábiles", []),
        ("es", "Responda MENÚ o BAJA cuando quiera", []),
    ],
)
def test_words_that_a_manager_has_to_answer_for(lang, body, expected):
    assert codes(lint(draft(body, lang=lang)), ASKS) == expected


def test_words_are_looked_for_everywhere():
    found = lint(
        draft(
            header_kind="text",
            header="Su deuda",
            footer="Evite más",
            buttons=(Button("reply", "Es urgente"),),
        )
    )
    assert {f.place for f in found if f.code == "forbidden"} == {
        *("header", "footer", "button"),
    }


@given(st.sampled_from(FORBIDDEN["es"] + FORBIDDEN["en"]), st.text("ab ,.", max_size=9))
def test_no_forbidden_word_hides(word, around):
    text = f"{around} {word.upper()}! {around}"
    lang = "es" if word in FORBIDDEN["es"] else "en"
    assert word in forbidden(text, lang)


@given(st.text(), st.text(), st.text(), st.lists(st.text(), max_size=12))
def test_no_text_breaks_the_lint(body, header, footer, labels):
    buttons = tuple(Button("reply", label) for label in labels)
    lint(Draft("es", body, "text", header, footer, buttons))


# === VALUES === #


@given(st.text(max_size=400))
def test_a_clean_value_is_what_meta_takes(value):
    got = clean(value)
    assert not set(got) & set("\n\t\r\v\f\u2028\u2029\x00")
    assert "    " not in got
    assert len(got) <= LONGEST_VALUE
    assert got == clean(got)


@given(st.dictionaries(st.sampled_from("12345"), st.text(), min_size=5))
def test_values_are_put_in_once_whatever_they_hold(values):
    text = "a {{1}} b {{2}} c {{3}} d {{4}} e {{5}} f"
    parts = "a {} b {} c {} d {} e {} f".format(*(values[k] for k in "12345"))
    assert fill(text, values) == parts


@pytest.mark.parametrize(
    ("name", "is_company", "expected"),
    [
        ("Marta Ruiz", False, "Marta"),
        ("  marta\n ruiz", False, "marta"),
        ("Ferretería Andina", True, "Ferretería Andina"),
        ("Torres, Ana María", False, "Ana"),
        ("Torres,", False, "Torres"),
        ("", False, ""),
        (False, False, ""),
    ],
)
def test_how_a_person_is_greeted(name, is_company, expected):
    assert first_name(name, is_company) == expected


# === PAYLOADS === #

EXAMPLES = {
    ("body", "1"): "Marta",
    ("body", "2"): "FV-2026-0042",
    ("body", "3"): "$ 450.000",
    ("button", "url"): "9Qb2xT",
}


def test_what_is_given_to_meta_is_read_back_as_it_was():
    given_ = draft(
        header_kind="text", header="Aviso", footer="BAJA", buttons=(LINK, PAID)
    )
    told = payload.creation(given_, "dc_due_today_v1", EXAMPLES)
    assert told["name"] == "dc_due_today_v1"
    assert told["language"] == "es"
    assert told["parameter_format"] == "positional"
    buttons = told["components"][-1]["buttons"]
    assert buttons[0]["example"] == ["https://erp.example.com/d/9Qb2xT"]
    assert payload.draft_of(told["components"], "es") == given_


def test_named_variables_have_their_examples_by_name():
    named = draft("Hola {{name}}, gracias por escribirnos")
    told = payload.creation(named, "x_v1", {("body", "name"): "Marta"}, named=True)
    assert told["components"][0]["example"] == {
        "body_text_named_params": [{"param_name": "name", "example": "Marta"}]
    }
    (slot,) = payload.slots(named)
    sent = payload.message("x_v1", "es", [(slot, "Ana")], named=True)
    assert sent["components"][0]["parameters"] == [
        {"type": "text", "parameter_name": "name", "text": "Ana"}
    ]


def test_buttons_keep_their_place_though_some_need_nothing():
    """A static address comes first: the others are not moved."""
    static = Button("url", "Ver", "https://a.example/x")
    found = payload.slots(draft("Hola.", buttons=(static, LINK, PAID)))
    assert [(s.kind, s.index) for s in found] == [("url", 1), ("reply", 2)]
    sent = payload.message(
        "x", "es", list(zip(found, ("tok", "dc1:paid:t"), strict=True))
    )
    assert sent["components"] == [
        {
            **{"type": "button", "sub_type": "url", "index": "1"},
            "parameters": [{"type": "text", "text": "tok"}],
        },
        {
            **{"type": "button", "sub_type": "quick_reply", "index": "2"},
            "parameters": [{"type": "payload", "payload": "dc1:paid:t"}],
        },
    ]


def test_ten_variables_are_sent_in_their_order():
    body = "x " + " y ".join(f"{{{{{n}}}}}" for n in (10, 2, 1, 3, 4, 5, 6, 7, 8, 9))
    found = payload.slots(draft(body))
    assert [s.key for s in found] == [str(n) for n in range(1, 11)]
    assert variables(body) == [str(n) for n in range(1, 11)]


def test_a_document_goes_in_the_header():
    (slot,) = payload.slots(draft("Hola.", header_kind="document"))
    sent = payload.message("x", "es", [(slot, {"id": "1", "filename": "a.pdf"})])
    assert sent["components"][0] == {
        "type": "header",
        "parameters": [
            {"type": "document", "document": {"id": "1", "filename": "a.pdf"}}
        ],
    }


def test_what_cannot_be_filled_in_is_said_so():
    parts = [
        {"type": "HEADER", "format": "LOCATION"},
        {"type": "BODY", "text": "Hola"},
        {"type": "BUTTONS", "buttons": [{"type": "FLOW", "text": "Ir"}]},
    ]
    found = payload.slots(payload.draft_of(parts, "es"))
    assert [slot.kind for slot in found] == ["unknown", "unknown"]


# === RULES === #


@pytest.mark.parametrize(
    ("status", "ages", "expected"),
    [
        ("APPROVED", [], None),
        ("approved", [timedelta(hours=24)], None),
        ("APPROVED", [timedelta(hours=23, minutes=59)], "day"),
        ("APPROVED", [timedelta(days=n) for n in range(2, 12)], "month"),
        ("APPROVED", [timedelta(days=n) for n in range(2, 11)], None),
        ("APPROVED", [timedelta(days=n) for n in range(30, 45)], None),
        ("REJECTED", [timedelta(hours=1)], None),
        ("PAUSED", [timedelta(hours=1)], None),
        ("PENDING", [], "status"),
        ("DISABLED", [], "status"),
        ("draft", [], "status"),
        (None, [], "status"),
    ],
)
def test_when_a_template_can_be_edited(status, ages, expected):
    assert rules.why_no_edit(status, [NOW - age for age in ages], NOW) == expected


def test_only_approved_is_sent():
    sendable = [
        s for s in [*rules.GROUPS, "NEW", "", None, "approved"] if rules.may_send(s)
    ]
    assert sendable == ["APPROVED", "approved"]


@pytest.mark.parametrize(
    ("lang", "default", "expected"),
    [
        ("es_MX", "", ["es_MX", "es"]),
        ("es_419", "", ["es"]),
        ("en-US", "", ["en_US", "en"]),
        ("es_PE", "es_CO", ["es_PE", "es", "es_CO"]),
        ("zh_CN", "es_CO", ["es_CO", "es"]),
        ("zh_CN", "", []),
    ],
)
def test_no_language_by_chance(lang, default, expected):
    assert rules.wanted(lang, default) == expected


@given(
    st.lists(st.sampled_from(["a_v1", "a_v2", "a_v9", "a_v10", "b_v3", "a", "a_vx"]))
)
def test_a_name_is_never_used_twice(taken):
    name, number = rules.versioned("a", taken)
    assert name not in taken
    assert rules.split(name) == ("a", number)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ((100, "Invalid", {"error_subcode": 2388299}), "ends"),
        ((2388024,), "exists"),
        ((100, "23880391"), None),
        ((100, "something new 2388999"), None),
    ],
)
def test_what_meta_says_of_a_template(told, expected):
    assert problem(*told) == expected
