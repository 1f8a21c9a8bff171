"""What was paid already, and what the customer does not agree with."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from . import words
from .amounts import day_first, decimal_comma, tell_amount
from .days import find_day
from .messages import REF, ROW, clean, cut
from .model import (
    STORY_TIME,
    VERIFIED,
    AddToDispute,
    OpenDispute,
    ReportPayment,
    Turn,
)
from .texts import REASONS

#: Documents in a list, beside "another one".
DOCUMENTS = 9
#: Characters of what is told that are kept of one turn.
STORY = 2000
#: A payment older than that is not what they speak of.
KNOWN_DAYS = 7
_CURRENCY_DECIMALS = 2
#: A text that tells of a payment has so many words, or a date or an amount.
DETAIL_WORDS = 3
#: What is not said otherwise, in working days.
DEADLINE = 5


# === PAYMENTS === #


def paid(talk):
    """Take what tells of a payment; ask for the receipt where nothing is there yet."""
    facts, kept = talk.facts, tuple(talk.session.data.get("media", ()))
    if facts.level == VERIFIED:
        known, overdue = facts.payment, any(d.overdue for d in facts.documents)
        if known and not overdue and (facts.day - known.day).days <= KNOWN_DAYS:
            message = talk.plain(
                "paid_known",
                amount=talk.money(known.amount, known.currency),
                date=talk.day(known.day),
            )
            return talk.turn(message, event="paid_known")
        if not facts.documents:
            return talk.turn(talk.plain("nothing_open"), event="balance")
    if kept or talk.inbound.media:
        return _report(talk, kept + talk.inbound.media, talk.session.data.get("text"))
    if talk.inbound.kind == "text":
        day, amount = _details(talk, talk.inbound.text)
        if amount or (day and day > facts.day):
            return _report(talk, ())
    return talk.ask(
        "receipt",
        lambda number: talk.buttons(
            talk.text("paid_receipt"), ("no_receipt", "no_receipt", number)
        ),
        event="paid_asked",
    )


def no_receipt(talk):
    """They have no receipt: they tell of the payment."""
    return talk.ask("details", lambda _n: talk.plain("paid_details"), "paid_asked")


def on_receipt(talk):
    """Take the receipt, or what they write instead of it."""
    if talk.inbound.media:
        return _report(talk, talk.inbound.media)
    day, amount = _details(talk, talk.inbound.text)
    if day or amount or len(talk.inbound.text.split()) >= DETAIL_WORDS:
        return _report(talk, ())
    if words.is_no(talk.inbound.text):
        return no_receipt(talk)
    return talk.ask_again(talk.plain("paid_details"))


def unasked_media(talk):
    """A photo that nobody asked for: ask once what it is, and keep it until then."""
    if "receipt" in talk.session.told:
        return None
    media = [*talk.session.data.get("media", ()), *talk.inbound.media]
    return talk.ask(
        "media",
        lambda _number: talk.buttons(
            talk.text("is_receipt"),
            ("paid", "paid"),
            ("human", "human"),
            ("menu", "menu"),
        ),
        event="media",
        media=media,
        text=cut(talk.inbound.text, STORY),
    )


def on_media(talk):
    """Take the answer to what the photo is."""
    if talk.inbound.media:
        data = dict(talk.session.data)
        data["media"] = [*data.get("media", ()), *talk.inbound.media]
        return Turn(replace(talk.session, data=data), event="media")
    if words.is_yes(talk.inbound.text):
        return paid(talk)
    return None


def _report(talk, media, text=None):
    facts = talk.facts
    text = cut("\n".join(filter(None, (text, talk.inbound.text))), STORY)
    if facts.known_receipt and media:
        message = talk.plain("paid_again", ref=facts.known_receipt)
        return talk.turn(message, event="paid_again")
    day, amount = _details(talk, text)
    effect = ReportPayment(text, tuple(media), day, amount)
    if day and day > facts.day:
        message = talk.plain("paid_scheduled", ref=REF, date=talk.day(day, "full"))
    else:
        message = talk.plain("paid_done", ref=REF, n=facts.notice_days)
    return talk.turn(message, effect, event="reported")


def _details(talk, text):
    """Return (day, amount) of a payment that a text tells of, None each.

    A day ahead counts only where it is said that it is scheduled.
    """
    facts = talk.facts
    first = day_first(talk.locale)
    scheduled = any(w in words.plain(text) for w in ("programad", "scheduled"))
    day, rest = find_day(text, facts.day, first, past=not scheduled)
    last = facts.notice_last or facts.day
    if day and not facts.day - timedelta(days=366) <= day <= last:
        day = None
    currency = facts.documents[0].currency if facts.documents else None
    decimals = currency.decimals if currency else _CURRENCY_DECIMALS
    amount = tell_amount(rest, decimals, decimal_comma(talk.locale))
    return day, amount if amount and amount >= Decimal("0.01") else None


# === DISPUTES === #


def dispute(talk):
    """Ask which invoice, where we may name them and there are several; else why."""
    documents = talk.facts.documents
    if talk.facts.level < VERIFIED:
        return _ask_reason(talk, None)
    if not documents:
        return talk.turn(talk.plain("nothing_open"), event="balance")
    if len(documents) == 1:
        return _ask_reason(talk, documents[0].ref)

    def build(number):
        rows = [
            (
                "doc",
                (document.ref, number),
                clean(document.name)[-ROW:] or str(document.ref),
                talk.money(document.amount, document.currency),
            )
            for document in documents[:DOCUMENTS]
        ]
        return talk.rows(talk.text("dispute_document"), "choose", "documents", rows)

    return talk.ask("document", build, event="dispute")


def on_document(talk):
    """Take the number of an invoice that they wrote."""
    said = words.plain(talk.inbound.text)
    found = [
        d for d in talk.facts.documents if said and _named(words.plain(d.name), said)
    ]
    if len(found) == 1:
        return _ask_reason(talk, found[0].ref)
    return None


def _named(name, said):
    """Return whether a text names a document, or the end of its number; both plain."""
    ends = [word for word in said.split() if len(word) >= 3 and word.isdigit()]
    return bool(name) and (f" {name} " in f" {said} " or name.endswith(tuple(ends)))


def choose_document(talk, value):
    """Take the invoice that they chose."""
    refs = {str(document.ref): document.ref for document in talk.facts.documents}
    return _ask_reason(talk, refs[value]) if value in refs else None


def _ask_reason(talk, document):
    lang = 0 if talk.lang == "es" else 1
    return talk.ask(
        "reason",
        lambda number: talk.rows(
            talk.text("dispute_reason"),
            "choose",
            "reasons",
            [
                ("reason", (code, number), titles[lang], "")
                for code, titles in REASONS.items()
            ],
        ),
        event="dispute",
        document=document,
    )


def choose_reason(talk, value):
    """Take the reason that they chose."""
    if value == "paid":
        return paid(talk)
    if value not in REASONS:
        return None
    return talk.ask(
        "story",
        lambda _number: talk.plain("dispute_story"),
        event="dispute",
        document=talk.session.data.get("document"),
        reason=value,
    )


def on_reason(talk):
    """Free text instead of a reason is what happened, already."""
    if talk.inbound.media or len(talk.inbound.text.split()) >= DETAIL_WORDS:
        return _open(talk, "other")
    return None


def on_story(talk):
    """Take what happened."""
    return _open(talk, talk.session.data.get("reason", "other"))


def _open(talk, reason):
    document = talk.session.data.get("document")
    known = {d.ref for d in talk.facts.documents}
    if document not in known:
        document = None
    day = talk.facts.deadlines.get(reason) or _later(talk.facts)
    effect = OpenDispute(
        reason, document, cut(talk.inbound.text, STORY), talk.inbound.media
    )
    if document is None:
        message = talk.plain("dispute_taken", date=talk.day(day))
    else:
        message = talk.plain("dispute_done", ref=REF, date=talk.day(day))
    until = talk.facts.moment + STORY_TIME
    session = talk.session.ask("more", until=until.isoformat())
    return talk.turn(message, effect, event="disputed", session=session)


def on_more(talk):
    """What is told within minutes belongs to the dispute; it gets no answer."""
    if talk.facts.moment.isoformat() > talk.session.data.get("until", ""):
        return None
    effect = AddToDispute(cut(talk.inbound.text, STORY), talk.inbound.media)
    return Turn(talk.session, (), (effect,), "dispute_more")


def _later(facts):
    return date.fromordinal(facts.day.toordinal() + DEADLINE)
