"""Whatever anybody writes, in whatever order."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from debt_collection_whatsapp_logic.dialogue import Inbound, Session, step, texts
from debt_collection_whatsapp_logic.dialogue.engine import ANSWERS, BRANCHES, STATES
from debt_collection_whatsapp_logic.dialogue.messages import parse
from debt_collection_whatsapp_logic.dialogue.model import Payment, Stop
from dialogue_world import (
    COP,
    DOCUMENTS,
    LINKED,
    PLAN,
    TERMS,
    TODAY,
    UNKNOWN,
    VERIFIED,
    identifiers,
)
from hypothesis import given, settings
from hypothesis import strategies as st

NASTY = (
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "{ref} {0} %s",
    "\u202egnp.exe",
    "A" * 5000,
    "\x00\x07",
    "'; DROP TABLE debt_case; --",
)
PHRASES = (
    *("hola", "menú", "asesor", "alta", "english", "español", "cancelar", "saldo"),
    *("ya pagué ayer", "pago el viernes", "30/2", "30/11", "31/12/2099", "200 mil"),
    *("todo", "sí", "no", "1234", "FV-2026-0042", "0042", "no puedo pagar", "murió"),
    *("ladrones", "no soy Pedro", "cuotas", "no estoy de acuerdo", "programado", ""),
    *NASTY,
)
rarely = st.sampled_from([False] * 7 + [True])
payloads = st.one_of(
    st.sampled_from(
        [f"dc1:{name}" for name in (*BRANCHES, *ANSWERS, "agree", "change")]
    ),
    st.builds(
        "dc1:{}:{}:{}".format,
        st.sampled_from([*BRANCHES, *ANSWERS]),
        st.sampled_from(["2026-12-01", "other", "1", "price", "7", "9", "x"]),
        st.integers(0, 12),
    ),
    st.sampled_from(NASTY),
)
said = st.lists(st.sampled_from(PHRASES) | st.text(max_size=40), min_size=1, max_size=3)
inbounds = st.builds(
    Inbound,
    kind=st.sampled_from(["text", "button", "media", "other", "reaction"]),
    texts=said.map(tuple),
    payload=st.just("") | payloads,
    media=st.lists(st.sampled_from(["m1", "m2"]), max_size=2).map(tuple),
    late=rarely,
    repeats=st.sampled_from([1, 1, 1, 2, 3]),
)
documents = st.lists(
    st.builds(
        replace,
        st.just(DOCUMENTS[0]),
        ref=st.integers(1, 30),
        name=st.sampled_from(["FV-1", "F" * 200, *NASTY]),
        amount=st.decimals("0.01", "999999999999.99", places=2),
        overdue=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda document: document.ref,
).map(tuple)
promises = st.none() | st.builds(
    replace,
    st.just(TERMS),
    least=st.sampled_from([Decimal(0), Decimal(100_000), TERMS.amount]),
    refusal=st.sampled_from(["", "broken", "changes"]),
)
company = st.sampled_from(["Ferretería Andina", "C" * 300, *NASTY])
common = {
    "company": company,
    "human": rarely,
    "enabled": st.just(True),
    "locked": st.booleans(),
    "tries_left": st.integers(0, 3),
    "proved": st.sampled_from([(), (7,), (7, 8)]),
    "asks": st.sampled_from([("tax",), ("invoice",), ("tax", "invoice")]),
    "answers_hour": st.sampled_from([0, 0, 0, 19, 20]),
    "hours": st.sampled_from([UNKNOWN.hours, (), ((5, 9.5, 12), (0, 0, 24))]),
    "lang": st.sampled_from(["es", "en", "fr"]),
}
hidden = st.one_of(
    st.builds(replace, st.just(UNKNOWN), **common),
    st.builds(replace, st.just(LINKED), **common),
)
shown = st.builds(
    replace,
    st.just(VERIFIED),
    **common,
    name=st.sampled_from(["", "Marta", "N" * 200, *NASTY]),
    customers=st.sampled_from(
        [((7, "Marta"),), ((7, "Marta"), (8, "X" * 99), (9, "\x00"))]
    ),
    customer=st.sampled_from([7, None]),
    documents=documents,
    promise=promises,
    plan=st.none() | st.just(PLAN) | st.just(replace(PLAN, rows=PLAN.rows * 20)),
    payment=st.none() | st.just(Payment(TODAY, Decimal(5), COP)),
    known_receipt=st.sampled_from(["", "77"]),
)
sessions = st.builds(
    Session,
    state=st.sampled_from(["", "customer", "start", "wrong", "gone", *STATES]),
    data=st.sampled_from(
        [
            {},
            {"day": "2026-12-01", "amount": "450000"},
            {"day": "nonsense"},
            {"then": "balance"},
            {"then": "gone"},
            {"document": 1, "reason": "price"},
            {"media": ["m0"], "text": "x"},
            {"plan": 9},
        ]
    ),
    lang=st.sampled_from(["", "es", "en"]),
    misses=st.integers(0, 3),
    told=st.sampled_from([(), ("hello",), ("hello", "kinds", "receipt")]),
    question=st.integers(0, 12),
    last=st.just(None),
)


def check_limits(message):
    """What section "Limits" of the API allows."""
    content = message.content()
    if content["type"] == "text":
        assert 0 < len(content["text"]["body"]) <= 4096
        return
    part = content["interactive"]
    kind, action = part["type"], part["action"]
    assert 0 < len(part["body"]["text"]) <= (4096 if kind == "list" else 1024)
    if "footer" in part:
        assert 0 < len(part["footer"]["text"]) <= 60
    if "header" in part:
        assert part["header"]["type"] == "text"
        assert 0 < len(part["header"]["text"]) <= 60
    if kind == "button":
        names = [b["reply"]["id"] for b in action["buttons"]]
        assert 1 <= len(names) <= 3
        for button in action["buttons"]:
            assert 0 < len(button["reply"]["title"]) <= 20
            assert len(button["reply"]["id"]) <= 256
        titles = [b["reply"]["title"] for b in action["buttons"]]
        assert len(set(titles)) == len(titles)
    elif kind == "list":
        rows = [row for section in action["sections"] for row in section["rows"]]
        names = [row["id"] for row in rows]
        assert 1 <= len(rows) <= 10
        assert 0 < len(action["button"]) <= 20
        for section in action["sections"]:
            assert 0 < len(section["title"]) <= 24
            assert section["rows"]
        for row in rows:
            assert 0 < len(row["title"]) <= 24
            assert len(row["id"]) <= 200
            assert 0 < len(row.get("description", "x")) <= 72
    else:
        names = []
        assert kind == "cta_url"
        assert 0 < len(action["parameters"]["display_text"]) <= 20
    assert len(set(names)) == len(names)
    assert all(parse(name)[0] for name in names)


def amounts_of(message):
    return [word for word in message.plain().split() if word.startswith("$")]


@settings(max_examples=400, deadline=None)
@given(sessions, st.lists(inbounds, min_size=1, max_size=5), hidden | shown)
def test_nothing_breaks_it_and_one_message_at_most_leaves(session, conversation, facts):
    for inbound in conversation:
        turn = step(session, inbound, facts)
        assert len(turn.messages) <= 1
        for message in turn.messages:
            check_limits(message)
            assert message.plain()
        session = Session.from_json(turn.session.to_json())
        assert session == turn.session
        if turn.resume:
            turn = step(session, Inbound("resume", payload=turn.resume), facts)
            assert len(turn.messages) <= 1
            session = turn.session
        facts = replace(facts, moment=facts.moment + timedelta(seconds=40))


@settings(max_examples=300, deadline=None)
@given(sessions, st.lists(inbounds, min_size=1, max_size=4), hidden)
def test_no_amount_is_shown_to_who_is_not_known(session, conversation, facts):
    # even if somebody put the account into the facts by mistake
    facts = replace(
        facts,
        documents=DOCUMENTS,
        promise=TERMS,
        plan=PLAN,
        payment=Payment(TODAY, Decimal(5), COP),
    )
    for inbound in conversation:
        turn = step(session, inbound, facts)
        for message in turn.messages:
            said_by_us = message.plain()
            assert not amounts_of(message)
            assert "FV-2026" not in said_by_us
            assert "Marta" not in said_by_us
        session = turn.session


@settings(max_examples=200, deadline=None)
@given(
    sessions,
    st.lists(inbounds, max_size=3),
    hidden | shown,
    st.sampled_from(["baja", "STOP", "No me escriban más", "unsubscribe"]),
    st.booleans(),
)
def test_stopping_always_works(session, conversation, facts, word, tapped):
    for inbound in conversation:
        session = step(session, inbound, facts).session
    inbound = (
        Inbound("button", ("x",), "dc1:stop:9Qb2xT", late=True, repeats=9)
        if tapped
        else Inbound("text", ("hola", word), late=True)
    )
    assert Stop() in step(session, inbound, facts).effects


@settings(max_examples=200, deadline=None)
@given(sessions, inbounds, shown)
def test_no_message_threatens(session, inbound, facts):
    facts = replace(
        facts, company="Ferretería Andina", name="Marta", documents=DOCUMENTS
    )
    for message in step(session, inbound, facts).messages:
        for lang in texts.LANGUAGES:
            assert texts.lint(message.plain(), lang) == []


@settings(max_examples=200, deadline=None)
@given(sessions, st.lists(inbounds, max_size=3), shown, st.data())
def test_every_button_that_is_shown_is_understood(session, conversation, facts, data):
    facts = replace(facts, human=False, answers_hour=0, customer=7)
    turn = None
    for inbound in conversation:
        turn = step(session, inbound, facts)
        session = turn.session
    if not turn or not turn.messages:
        return
    names = identifiers(turn.messages[0])
    if names:
        label = data.draw(st.sampled_from(sorted(names)))
        turn = step(session, Inbound("button", (label,), names[label]), facts)
        assert turn.event not in ("stale", "missed")
