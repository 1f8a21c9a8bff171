"""Customers entered twice: by table and by property."""

import pytest
from debt_collection_logic.duplicates import (
    LEGAL_FORMS,
    Customer,
    duplicates,
    name_key,
    vat_key,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ferretería Andina S.A.S.", "FERRETERIA ANDINA", True),
        ("Peña e Hijos, S.L.", "Pena e hijos SL", True),
        ("Grupo Norte S.A. de C.V.", "Grupo Norte SA de CV", True),
        ("Grupo Norte", "Grupo Sur", False),
        ("Casa", "Casas", False),
        # a legal form alone is a name
        ("SAS", "SA", False),
    ],
)
def test_names(one, other, same):
    assert (name_key(one) == name_key(other)) is same


@pytest.mark.parametrize(
    ("vat", "key"),
    [
        ("900.412.300-8", "9004123008"),
        ("CO9004123008", "9004123008"),
        ("GOPE800101AB1", "GOPE800101AB1"),
        ("XAXX010101000", ""),
        ("0000", ""),
        ("/", ""),
        ("N/A", ""),
        (False, ""),
    ],
)
def test_tax_numbers(vat, key):
    assert vat_key(vat) == key


@pytest.mark.parametrize(
    ("customers", "groups"),
    [
        ([], []),
        ([Customer(1, "A", "900-1"), Customer(2, "B", "9001")], [(1, 2)]),
        ([Customer(1, "A", "", "x@a.co"), Customer(2, "B", "", "X@a.co ")], [(1, 2)]),
        # the same office pays for two companies
        ([Customer(1, "A", "111", "x@a.co"), Customer(2, "B", "222", "x@a.co")], []),
        # who has no number joins one of them, not both
        (
            [
                Customer(1, "Sol", "111"),
                Customer(2, "Sol", "222"),
                Customer(3, "Sol SA"),
            ],
            [(1, 3)],
        ),
        # one by the number, another by the name
        (
            [
                Customer(1, "Sol", "111"),
                Customer(2, "Solar", "111"),
                Customer(3, "SOLAR"),
            ],
            [(1, 2, 3)],
        ),
        ([Customer(1), Customer(2)], []),
    ],
)
def test_groups(customers, groups):
    assert duplicates(customers) == groups


words = st.sampled_from(["", "Sol", "SOL", "Luna", "Luna S.A.", "Río"])
numbers = st.sampled_from(["", "0", "111", "1-11", "222"])
emails = st.sampled_from(["", "a@b.co", "A@b.co", "c@d.co"])
portfolios = st.lists(
    st.builds(Customer, st.integers(1, 50), words, numbers, emails),
    unique_by=lambda customer: customer.id,
    max_size=12,
)


@given(portfolios)
def test_a_group_has_one_tax_number_and_a_reason(customers):
    known = {customer.id: customer for customer in customers}
    groups = duplicates(customers)
    ids = [key for group in groups for key in group]
    assert len(ids) == len(set(ids))
    for group in groups:
        assert list(group) == sorted(group)
        vats = {vat_key(known[key].vat) for key in group} - {""}
        assert len(vats) <= 1
        for key in group:
            mine = known[key]
            assert any(
                (vat_key(mine.vat) and vat_key(mine.vat) == vat_key(other.vat))
                or (mine.email and mine.email.lower() == other.email.lower())
                or (name_key(mine.name) and name_key(mine.name) == name_key(other.name))
                for other in (known[k] for k in group if k != key)
            )


@given(portfolios)
def test_the_order_does_not_matter(customers):
    assert duplicates(customers) == duplicates(list(reversed(customers)))


@given(portfolios)
def test_who_has_the_same_number_is_found(customers):
    group_of = {
        key: number
        for number, group in enumerate(duplicates(customers))
        for key in group
    }
    for one in customers:
        for other in customers:
            same = vat_key(one.vat) and vat_key(one.vat) == vat_key(other.vat)
            if same and one.id != other.id:
                assert group_of[one.id] == group_of[other.id]


@given(st.sampled_from(LEGAL_FORMS))
def test_a_legal_form_says_nothing(form):
    assert name_key(f"Cafetera del Quindío {form}") == "CAFETERA DEL QUINDIO"
