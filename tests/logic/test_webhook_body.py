import json

import pytest
from debt_collection_whatsapp_logic.inbound import read
from debt_collection_whatsapp_logic.webhook_body import (
    MAX_DEPTH,
    Element,
    Unreadable,
    about,
    contact_of,
    elements,
    parse,
    to_text,
    without,
)
from hypothesis import given
from hypothesis import strategies as st

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


def body(*changes, waba="1"):
    entry = {"id": waba, "changes": list(changes)}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]})


def messages(**value):
    return {"field": "messages", "value": value}


def test_each_thing_that_happened_has_its_place():
    told = list(
        elements(
            body(
                messages(
                    metadata={"phone_number_id": 7},
                    messages=[{"id": "a"}, {"id": "b"}],
                    statuses=[{"id": "c"}],
                    errors=[{"code": 1}],
                ),
                {"field": "account_update", "value": {"event": "X"}},
            )
        )
    )
    assert [(e.path, e.kind, e.phone_number_id) for e in told] == [
        ((0, 0, "messages", 0), "message", "7"),
        ((0, 0, "messages", 1), "message", "7"),
        ((0, 0, "statuses", 0), "status", "7"),
        ((0, 0, "errors", 0), "error", "7"),
        ((0, 1, "", 0), "account_update", ""),
    ]
    assert {e.waba_id for e in told} == {"1"}


def test_a_report_on_quality_is_known_by_what_it_says():
    value = {"new_quality_score": "RED", "previous_quality_score": "GREEN"}
    change = {"field": "message_template_status_update", "value": value}
    (element,) = elements(body(change))
    assert element.kind == "message_template_quality_update"


@pytest.mark.parametrize(
    "text",
    ["", "{", "7", '"text"', "[]", "{}", '{"object": "page"}', "9" * 5000]
    + ["[" * 100_000, '{"a":' * (MAX_DEPTH + 2) + "1" + "}" * (MAX_DEPTH + 2)],
)
def test_what_says_nothing_is_unreadable(text):
    with pytest.raises(Unreadable):
        list(elements(text))


def test_one_broken_letter_does_not_lose_the_others():
    raw = body(messages(messages=[{"id": "a"}, {"id": "b"}])).encode()
    raw = raw.replace(b'"a"', b'"a\xff\x00"')
    told = [e.value["id"] for e in elements(to_text(raw))]
    assert told == ["a\ufffd\ufffd", "b"]


def test_half_characters_and_zeros_are_taken_out():
    assert parse(r'"\ud83d\ude00 \ud83d \u0000 1e999"') == "😀 � � 1e999"
    assert parse("[1e999, NaN, -Infinity, 1.5]") == [None, None, None, 1.5]


@given(st.binary(max_size=200))
def test_any_bytes_can_be_kept(raw):
    text = to_text(raw)
    assert "\0" not in text
    text.encode()


@given(anything)
def test_whatever_is_told_nothing_breaks(value):
    for told in (value, {"object": "whatsapp_business_account", "entry": value}):
        try:
            found = list(elements(json.dumps(told)))
        except Unreadable:
            continue
        for element in found:
            contact_of(element)
            json.dumps(element.value, allow_nan=False).encode()


@given(anything, anything)
def test_whatever_a_change_says_its_elements_are_objects(value, entry):
    change = {"field": "messages", "value": {"messages": value, "contacts": entry}}
    for element in elements(body(change)):
        assert isinstance(element.value, dict)
        assert isinstance(contact_of(element), dict)


def test_a_message_belongs_to_the_contact_of_its_sender():
    contacts = [{"wa_id": "1", "user_id": "CO.1"}, {"user_id": "CO.2"}]

    def of(message, people=contacts):
        return contact_of(Element((), "message", "", message, {"contacts": people}))

    assert of({"from": "1"}) == contacts[0]
    assert of({"from_user_id": "CO.2"}) == contacts[1]
    assert of({"from": "3"}) == {}
    # never the one of somebody else
    assert of({"from": "3"}, contacts[:1]) == {}
    assert of({}, contacts[:1]) == contacts[0]


@given(st.data())
def test_a_good_body_that_was_broken_is_read_or_unreadable(data):
    """HYPOTHESIS_PROFILE=nightly: a hundred thousand of them."""
    message = {"id": "a", "from": "1", "type": "text", "text": {"body": "hola"}}
    good = body(messages(messages=[message], contacts=[{"wa_id": "1"}])).encode()
    raw = bytearray(good)
    for _n in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(raw)))
        raw[place : place + data.draw(st.integers(0, 6))] = data.draw(
            st.binary(max_size=4)
        )
    try:
        told = list(elements(to_text(bytes(raw))))
    except Unreadable:
        return
    for element in told:
        read(element.value)
        contact_of(element)


# === WHOM IT TELLS OF === #

people = st.sampled_from(["573001", "573002", "CO.1", "CO.2"])
told_of = st.lists(
    st.fixed_dictionaries(
        {"id": st.text("abc", min_size=1)},
        optional={"from": people, "recipient_user_id": people, "wa_id": people},
    ),
    max_size=4,
)


@given(told_of, told_of, st.sampled_from(["1", "2"]))
def test_who_is_forgotten_is_in_nothing_and_others_stay(messages, statuses, number):
    names = {"573001", "CO.1"}
    metadata = {"phone_number_id": number}
    value = {"metadata": metadata, "messages": messages, "statuses": statuses}
    raw = body({"field": "messages", "value": value})
    left = without(raw, names, {"1"})
    if number != "1":
        assert left == raw
        assert about(raw, names, {"1"}) == []
        return
    theirs = [m for m in (*messages, *statuses) if names & set(m.values())]
    assert about(raw, names, {"1"}) == theirs
    assert not any(name in left for name in names)
    before = [e.value for e in elements(raw)]
    after = [e.value for e in elements(left)]
    assert after == [{} if value in theirs else value for value in before]
