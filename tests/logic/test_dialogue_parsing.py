import doctest
import importlib
from datetime import date, timedelta
from decimal import Decimal

import pytest
from debt_collection_whatsapp_logic.dialogue import (
    amounts,
    days,
    messages,
    texts,
    words,
)
from debt_collection_whatsapp_logic.dialogue.model import Currency
from hypothesis import given
from hypothesis import strategies as st

#: A Saturday.
TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    "name",
    ["amounts", "days", "hours", "messages", "model", "texts", "words"],
)
def test_examples_hold(name):
    module = importlib.import_module(f"debt_collection_whatsapp_logic.dialogue.{name}")
    failed, tried = doctest.testmod(module)
    assert (failed, tried > 0) == (0, True)


# === DAYS === #


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hoy", "2026-11-28"),
        ("hoy mismo", "2026-11-28"),
        ("mañana", "2026-11-29"),
        ("Mañana por la tarde", "2026-11-29"),
        ("pasado mañana", "2026-11-30"),
        ("el viernes", "2026-12-04"),
        ("el próximo lunes", "2026-11-30"),
        ("sábado", "2026-12-05"),
        ("miércoles", "2026-12-02"),
        ("30/11", "2026-11-30"),
        ("30-11-2026", "2026-11-30"),
        ("30/11/26", "2026-11-30"),
        ("30.11.2026", "2026-11-30"),
        ("2026-11-30", "2026-11-30"),
        ("5/1", "2027-01-05"),
        ("30 de noviembre", "2026-11-30"),
        ("30 nov", "2026-11-30"),
        ("el 3 de diciembre de 2026", "2026-12-03"),
        ("1 de enero", "2027-01-01"),
        ("29/02/2028", "2028-02-29"),
        ("29 de febrero de 2028", "2028-02-29"),
        ("el 30", "2026-11-30"),
        ("día 15", "2026-12-15"),
        ("15", "2026-12-15"),
        ("31", "2026-12-31"),
        ("en 3 días", "2026-12-01"),
        ("dentro de dos semanas", "2026-12-12"),
        ("en una semana", "2026-12-05"),
        ("fin de mes", "2026-11-30"),
        ("la quincena", "2026-11-30"),
        ("tomorrow", "2026-11-29"),
        ("the day after tomorrow", "2026-11-30"),
        ("next Friday", "2026-12-04"),
        ("November 30th", "2026-11-30"),
        ("Nov 30, 2026", "2026-11-30"),
        ("30th of November", "2026-11-30"),
        ("the 30th", "2026-11-30"),
        ("in 5 days", "2026-12-03"),
        ("end of month", "2026-11-30"),
        ("12/31", "2026-12-31"),
    ],
)
def test_days_as_people_write_them(text, expected):
    assert str(days.find_day(text, TODAY)[0]) == expected


@pytest.mark.parametrize(
    "text",
    [
        "30/2",
        "31/4",
        "29/02/2026",
        "30 de febrero",
        "32/1",
        "0/5",
        "1.500.000",
        "45000",
        "99",
        "",
        "no sé",
        "la semana pasada tal vez",
        "13/13",
    ],
)
def test_what_is_no_day(text):
    assert days.find_day(text, TODAY)[0] is None


def test_a_day_without_a_year_is_the_next_one_even_in_leap_years():
    assert days.find_day("29/2", date(2027, 3, 1))[0] == date(2028, 2, 29)
    assert days.find_day("29/2", date(2028, 2, 29))[0] == date(2028, 2, 29)
    assert days.find_day("29/2", TODAY)[0] is None


@pytest.mark.parametrize(
    ("text", "day_first", "expected"),
    [
        ("3/4/2027", True, "2027-04-03"),
        ("3/4/2027", False, "2027-03-04"),
        ("25/12", False, "2026-12-25"),
    ],
)
def test_the_order_of_day_and_month(text, day_first, expected):
    assert str(days.find_day(text, TODAY, day_first)[0]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ayer", "2026-11-27"),
        ("anteayer", "2026-11-26"),
        ("el viernes", "2026-11-27"),
        ("el 15", "2026-11-15"),
        ("20/11", "2026-11-20"),
        ("30/12", "2025-12-30"),
        ("yesterday", "2026-11-27"),
    ],
)
def test_days_that_are_over(text, expected):
    assert str(days.find_day(text, TODAY, past=True)[0]) == expected


@given(
    st.integers(0, 700), st.sampled_from(["{d}/{m}/{y}", "{d}-{m}-{y}", "{y}-{m}-{d}"])
)
def test_every_day_is_read_as_it_is_written(ahead, form):
    day = TODAY + timedelta(days=ahead)
    text = form.format(d=f"{day.day:02}", m=f"{day.month:02}", y=day.year)
    assert days.find_day(f"pago el {text}", TODAY)[0] == day


@given(
    st.integers(0, 363),
    st.sampled_from(["es_CO", "en_US"]),
    st.sampled_from(["row", "full"]),
)
def test_a_day_that_is_shown_can_be_typed_back(ahead, locale, form):
    day = TODAY + timedelta(days=ahead)
    shown = amounts.day(day, locale, form)
    assert days.find_day(shown, TODAY)[0] == day


@given(st.text(max_size=60))
def test_no_text_breaks_the_parsers(text):
    day, rest = days.find_day(text, TODAY)
    assert day is None or isinstance(day, date)
    assert isinstance(rest, str)
    amount = amounts.find_amount(text)
    assert amount is None or amount > 0
    words.action(text)
    words.intent(text)


# === AMOUNTS === #


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.500.000", "1500000"),
        ("1,500,000.50", "1500000.50"),
        ("1.500.000,50", "1500000.50"),
        ("1.5", "1.5"),
        ("1,5", "1.5"),
        ("1.500", "1500"),
        ("1,500", "1500"),
        ("$450.000", "450000"),
        ("450 mil", "450000"),
        ("200 mil pesos", "200000"),
        ("2 millones", "2000000"),
        ("1.5 millones", "1500000.0"),
        ("usd 100", "100"),
        ("S/ 1,250.00", "1250.00"),
        ("abono 200000 por ahora", "200000"),
        ("1 500 000", "1500000"),
        ("0.99", "0.99"),
        ("100.", "100"),
    ],
)
def test_amounts_as_people_write_them(text, expected):
    assert str(amounts.find_amount(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "todo",
        "0",
        "-",
        "100 o 200",
        "99999999999999999999",
        "FV-2026-0042",
        "1.2.3x",
    ],
)
def test_what_is_no_amount(text):
    assert amounts.find_amount(text) is None


def test_three_decimals_only_where_the_currency_has_them():
    assert amounts.find_amount("1,500", 3, decimal_comma=True) == Decimal("1.5")
    assert amounts.find_amount("1.500", 3, decimal_comma=True) == 1500


@given(
    st.decimals(min_value="0.01", max_value="999999999", places=2),
    st.sampled_from(["es_CO", "es_MX", "en_US", "es_ES"]),
)
def test_an_amount_that_is_shown_can_be_typed_back(amount, locale):
    shown = amounts.money(amount, Currency("USD", "$"), locale)
    comma = amounts.decimal_comma(locale)
    assert amounts.find_amount(shown, 2, comma) == amount


def test_an_amount_is_rounded_to_its_currency():
    yen = Currency("CLP", "$", 0)
    assert amounts.money(Decimal("1234.5"), yen, "es_CL") == "$ 1.235"
    assert amounts.money(Decimal("0.10"), Currency("MXN", "$"), "es_MX") == "$ 0.10"


# === WORDS === #


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BAJA", "stop"),
        ("baja.", "stop"),
        ("Stop", "stop"),
        ("alto!", "stop"),
        ("no me escriban", "stop"),
        ("por favor no más mensajes", "stop"),
        ("cancelar suscripción", "stop"),
        ("UNSUBSCRIBE", "stop"),
        ("cancelar", "leave"),
        ("el precio está muy alto", None),
        ("la baja de precios de ayer", None),
        ("cancelar la factura", None),
        ("menú", "menu"),
        ("HOLA", "menu"),
        ("hola buenas", None),
        ("0", "menu"),
        ("asesor", "human"),
        ("necesito hablar con una persona ya", "human"),
        ("persona natural o jurídica", None),
        ("alta", "start"),
        ("english", "english"),
        ("Español", "spanish"),
        ("no soy Pedro", "wrong"),
        ("Número equivocado", "wrong"),
        ("wrong number", "wrong"),
    ],
)
def test_words_that_count_in_every_state(text, expected):
    assert words.action(text) == expected


def test_long_messages_have_no_commands():
    text = "les cuento que el otro día alguien dijo no me escriban y seguimos igual"
    assert words.action(text) is None


# === TEXTS === #


@pytest.mark.parametrize("number", [0, 1])
def test_no_text_threatens_or_hurries(number):
    lang = texts.LANGUAGES[number]
    said = [both[number] for both in texts.TEXTS.values()]
    said += [both[number] for both in texts.LABELS.values()]
    said += [both[number] for both in texts.REASONS.values()]
    said += [line for both in texts.MENU.values() for line in both[number]]
    assert {
        text: texts.lint(text, lang) for text in said if texts.lint(text, lang)
    } == {}
    for text in said:
        assert text == text.strip()
        assert "!" not in text
        assert all(ord(c) < 0x2030 for c in text), text


def test_the_lint_finds_what_it_should():
    assert texts.lint("Evite consecuencias", "es") == ["evite", "consecuencia"]
    assert texts.lint("Final notice: avoid court", "en") == [
        "court",
        "final notice",
        "avoid",
    ]


@pytest.mark.parametrize("number", [0, 1])
def test_labels_fit(number):
    for name, both in texts.LABELS.items():
        assert len(both[number]) <= messages.BUTTON, name
    for name, both in texts.MENU.items():
        assert len(both[number][0]) <= messages.ROW, name
        assert len(both[number][1]) <= messages.DESCRIPTION, name
    for code, both in texts.REASONS.items():
        assert len(both[number]) <= messages.ROW, code
    assert len(texts.TEXTS["footer_person"][number]) <= messages.FOOTER
    assert len(texts.TEXTS["footer_safe"][number]) <= messages.FOOTER


def test_both_languages_name_the_same_values():
    import string

    for name, both in texts.TEXTS.items():
        fields = [
            {f for _t, f, _s, _c in string.Formatter().parse(t) if f} for t in both
        ]
        assert fields[0] == fields[1], name
