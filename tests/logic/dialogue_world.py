"""A customer, a clock and helpers for the tests of the conversation."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from debt_collection_whatsapp_logic.dialogue import Facts, Inbound, Session, step
from debt_collection_whatsapp_logic.dialogue.model import (
    Currency,
    Document,
    PlanOffer,
    PromiseTerms,
)

#: A Monday morning.
NOW = datetime.fromisoformat("2026-11-30 10:15")
TODAY = NOW.date()
COP = Currency("COP", "$")
DOCUMENTS = (
    Document(1, "FV-2026-0042", Decimal(450_000), COP, date(2026, 11, 10), True),
    Document(2, "FV-2026-0050", Decimal("120000.50"), COP, date(2026, 12, 15), False),
)
TERMS = PromiseTerms(
    Decimal(450_000),
    COP,
    last=TODAY + timedelta(days=14),
    days=tuple(TODAY + timedelta(days=n) for n in (1, 2, 3, 4, 7, 8, 9, 10, 11)),
    least=Decimal(100_000),
)
PLAN = PlanOffer(
    9,
    Decimal(450_000),
    COP,
    tuple((TODAY + timedelta(days=30 * n), Decimal(150_000)) for n in range(3)),
    TODAY + timedelta(days=5),
)
UNKNOWN = Facts(
    NOW,
    "Ferretería Andina",
    locales={"es": "es_CO", "en": "en_US"},
    hours=tuple((weekday, 8, 17) for weekday in range(5)),
    phone="601 555 0100",
    mail="pagos@example.com",
    deadlines={"price": TODAY + timedelta(days=7)},
    notice_last=TODAY + timedelta(days=15),
)
LINKED = replace(UNKNOWN, level=1, customer=7)
VERIFIED = replace(
    LINKED,
    level=2,
    name="Marta",
    customers=((7, "Marta SAS"),),
    documents=DOCUMENTS,
    promise=TERMS,
)


def text(*texts, **values):
    return Inbound("text", texts, **values)


def tap(payload):
    return Inbound("button", ("a label",), payload)


def media(*names, texts=()):
    return Inbound("media", texts, media=names)


class Chat:
    """A conversation with facts that a test can change."""

    def __init__(self, facts=VERIFIED, session=None):
        self.facts = facts
        self.session = session or Session()
        self.turn = None

    def say(self, inbound, **facts):
        """Work what a person wrote, and return what is answered as plain text."""
        if isinstance(inbound, str):
            inbound = text(inbound)
        if facts:
            self.facts = replace(self.facts, **facts)
        # what the service keeps is JSON
        self.session = Session.from_json(self.session.to_json())
        self.turn = step(self.session, inbound, self.facts)
        self.session = self.turn.session
        return "\n".join(message.plain() for message in self.turn.messages)

    def choose(self, label):
        """Press a button or row of the last message by its label."""
        (message,) = self.turn.messages
        return self.say(tap(identifiers(message)[label]))

    @property
    def effects(self):
        return self.turn.effects

    def wait(self, **span):
        self.facts = replace(self.facts, moment=self.facts.moment + timedelta(**span))


def identifiers(message):
    """Return {label: identifier} of the buttons and rows of a message."""
    action = message.content().get("interactive", {}).get("action", {})
    found = {b["reply"]["title"]: b["reply"]["id"] for b in action.get("buttons", ())}
    for section in action.get("sections", ()):
        found |= {row["title"]: row["id"] for row in section["rows"]}
    return found
