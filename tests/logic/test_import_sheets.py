"""The sheets of the department's spreadsheet: headings as people write them."""

from collections import Counter

import pytest
from debt_collection_logic.cell_values import plain
from debt_collection_logic.import_sheets import (
    BY_KEY,
    SHEETS,
    find_headings,
    read_headings,
    sheet_named,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.key)
def test_no_heading_means_two_columns(sheet):
    words = Counter(alias for column in sheet.columns for alias in column.aliases)
    assert [word for word, count in words.items() if count > 1] == []
    assert [word for word in words if word != plain(word)] == []


def test_no_name_means_two_sheets():
    names = Counter(alias for sheet in SHEETS for alias in sheet.aliases)
    assert [name for name, count in names.items() if count > 1] == []
    for sheet in SHEETS:
        for column in sheet.columns:
            assert [word for word in column.choices if word != plain(word)] == []


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Promesas de pago", "promises"),
        (" GESTIONES ", "notes"),
        ("Límites", "limits"),
        ("Contacts", "contacts"),
        ("Hoja1", None),
        ("", None),
    ],
)
def test_names_of_sheets(name, key):
    sheet = sheet_named(name)
    assert (sheet and sheet.key) == key


def test_names_in_the_language_of_the_user():
    assert sheet_named("Versprechen", {"promises": "Versprechen"}).key == "promises"


@pytest.mark.parametrize(
    ("headings", "key", "columns"),
    [
        (
            ["NIT", "Cliente", "Factura", "Vencimiento", "Saldo", "Moneda"],
            "debts",
            ["customer_vat", "customer", "number", "due", "amount", "currency"],
        ),
        (
            ["Customer", "Date", "Outcome", "Note"],
            "notes",
            ["customer", "date", "outcome", "text"],
        ),
        (
            ["Código", "Contacto", "Correo electrónico", "Celular"],
            "contacts",
            ["customer_ref", "name", "email", "phone"],
        ),
        (
            ["Razón social", "Paga el", "Monto", "Medio de pago"],
            "promises",
            ["customer", "date", "amount", "method"],
        ),
        (
            ["Cliente", "Cupo de crédito", "Etiquetas"],
            "limits",
            ["customer", "credit_limit", "tags"],
        ),
    ],
)
def test_a_sheet_is_known_by_its_headings(headings, key, columns):
    rows = [["Cartera de Distribuidora Andina"], [], headings, [1, 2, 3]]
    found = find_headings(rows)
    assert found.sheet.key == key
    assert found.row == 2
    assert [found.columns[place].key for place in sorted(found.columns)] == columns


def test_what_is_unknown_missing_or_there_twice_is_named():
    row = ["Cliente", "Saldo", "Importe", "Color", None, "Vence"]
    found = read_headings(BY_KEY["debts"], row, 0)
    assert found.unknown == ("Color",)
    assert found.twice == ("amount",)
    assert found.missing == ("number",)
    assert read_headings(BY_KEY["contacts"], ["Email"], 0).missing == ("customer",)


@pytest.mark.parametrize("rows", [[], [[]], [["x", "y"]], [["Cliente"]]])
def test_no_headings(rows):
    assert find_headings(rows) is None


@given(st.sampled_from(SHEETS), st.randoms(use_true_random=False), st.integers(0, 5))
def test_every_heading_in_any_order(sheet, random, above):
    columns = list(sheet.columns)
    random.shuffle(columns)
    row = [random.choice(column.aliases).upper() for column in columns]
    found = find_headings([["title"]] * above + [row], sheet)
    assert found.row == above
    assert [found.columns[place] for place in range(len(row))] == columns
    assert (found.unknown, found.twice, found.missing) == ((), (), ())
