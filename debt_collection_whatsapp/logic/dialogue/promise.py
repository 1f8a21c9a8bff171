"""When and how much will be paid; a payment plan that was offered."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from . import words
from .amounts import day_first, decimal_comma, find_amount, tell_amount
from .branches import balance, human
from .days import find_day
from .messages import REF, Text
from .model import AcceptPlan, CallPerson, MakePromise, Turn

#: Days in a list, beside "another date".
DAYS = 9
#: Payments of a plan that are shown.
PAYMENTS = 12


def promise(talk):
    """Ask for the day, unless the message says it already."""
    terms = talk.facts.promise
    if not terms:  # nothing is overdue, or all of it is covered
        return balance(talk)
    if terms.refusal:
        return _refuse(talk)
    if talk.inbound.kind == "text":
        day, rest = find_day(talk.inbound.text, talk.facts.day, _day_first(talk))
        if day:
            return _take_day(talk, day, rest)
    return _ask_day(talk)


def _ask_day(talk, name="promise_day"):
    terms = talk.facts.promise
    body = talk.text(
        name, amount=talk.money(terms.amount, terms.currency), example=talk.example
    )

    def build(number):
        rows = [
            ("day", (day.isoformat(), number), talk.day(day, "row"), "")
            for day in terms.days[:DAYS]
        ]
        rows.append(("day", ("other", number), talk.label("other_day"), ""))
        return talk.rows(body, "choose_day", "days", rows)

    return talk.ask("day", build, event="promise")


def on_day(talk):
    """Take the day that they wrote."""
    if not talk.facts.promise or talk.facts.promise.refusal:
        return promise(talk)
    day, rest = find_day(talk.inbound.text, talk.facts.day, _day_first(talk))
    if not day:
        return _again(talk, _ask_day(talk, "promise_no_day"))
    return _take_day(talk, day, rest)


def choose_day(talk, value):
    """Take the row that they chose."""
    if not talk.facts.promise or talk.facts.promise.refusal:
        return promise(talk)
    if value == "other":
        return talk.ask(
            "day",
            lambda _n: talk.plain("promise_type_day", example=talk.example),
            event="promise",
        )
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return _ask_day(talk)
    return _take_day(talk, day, "")


def _take_day(talk, day, rest):
    facts, terms = talk.facts, talk.facts.promise
    if day < facts.day:
        return _again(talk, _ask_day(talk, "promise_past_day"))
    if day > terms.last:
        return _refuse(talk)
    amount = tell_amount(rest, terms.currency.decimals, decimal_comma(talk.locale))
    if amount:
        return _take_amount(talk, day, amount)
    if terms.least >= terms.amount:  # no parts
        return _confirm(talk, day, terms.amount)
    return talk.ask(
        "amount",
        lambda number: talk.buttons(
            talk.text(
                "promise_amount", amount=talk.money(terms.amount, terms.currency)
            ),
            ("all", "all", number),
            ("human", "human"),
        ),
        event="promise",
        day=day.isoformat(),
    )


def on_amount(talk):
    """Take the amount that they wrote."""
    terms = talk.facts.promise
    day = _said_day(talk)
    if not terms or terms.refusal or not day:
        return promise(talk)
    text = talk.inbound.text
    if words.is_all(text):
        return _confirm(talk, day, terms.amount)
    amount = find_amount(text, terms.currency.decimals, decimal_comma(talk.locale))
    if not amount:
        owed = talk.money(terms.amount, terms.currency)
        return talk.ask_again(talk.plain("promise_no_amount", amount=owed))
    return _take_amount(talk, day, amount)


def choose_all(talk):
    """They pay all of it."""
    day = _said_day(talk)
    if not talk.facts.promise or not day:
        return promise(talk)
    return _confirm(talk, day, talk.facts.promise.amount)


def _take_amount(talk, day, amount):
    terms = talk.facts.promise
    unit = Decimal(1).scaleb(-terms.currency.decimals)
    amount = min(amount, terms.amount).quantize(unit)
    if amount < terms.least or amount <= 0:
        return _refuse(talk)
    return _confirm(talk, day, amount)


def _confirm(talk, day, amount):
    terms = talk.facts.promise
    return talk.ask(
        "confirm",
        lambda number: talk.buttons(
            talk.text(
                "promise_confirm",
                amount=talk.money(amount, terms.currency),
                date=talk.day(day, "full"),
            ),
            ("confirm", "promise_ok", number),
            ("change", "promise_edit", number),
            ("human", "human"),
        ),
        event="promise",
        day=day.isoformat(),
        amount=str(amount),
    )


def on_confirm(talk):
    """Take a yes or a no that was written."""
    text = talk.inbound.text
    if words.is_yes(text):
        return make(talk)
    if words.is_no(text):
        return _ask_day(talk)
    day, rest = find_day(text, talk.facts.day, _day_first(talk))
    if day and talk.facts.promise and not talk.facts.promise.refusal:
        return _take_day(talk, day, rest)
    session = talk.session
    turn = make_again(talk)
    return replace(turn, session=replace(turn.session, misses=session.misses + 1))


def make_again(talk):
    """Ask for the same confirmation once more."""
    day, terms = _said_day(talk), talk.facts.promise
    if not day or not terms or terms.refusal:
        return promise(talk)
    return _confirm(talk, day, _said_amount(talk))


def make(talk):
    """They confirm: what holds now is checked, then it is entered."""
    terms, day = talk.facts.promise, _said_day(talk)
    if not terms or not day:
        return promise(talk)
    amount = min(_said_amount(talk), terms.amount)
    if terms.refusal or not talk.facts.day <= day <= terms.last:
        return _refuse(talk)
    if amount < terms.least or amount <= 0:
        return _refuse(talk)
    said = talk.text(
        "promise_done",
        amount=talk.money(amount, terms.currency),
        date=talk.day(day, "full"),
        ref=REF,
    )
    if terms.reminds and (day - talk.facts.day).days > 1:
        said = f"{said} {talk.text('promise_reminder')}"
    return talk.turn(Text(said), MakePromise(day, amount), event="promised")


def edit(talk):
    """They want another day or amount."""
    terms = talk.facts.promise
    return _ask_day(talk) if terms and not terms.refusal else promise(talk)


def _refuse(talk):
    effect = CallPerson("limit", talk.inbound.text, mute=False)
    return talk.turn(talk.plain("promise_refused"), effect, event="promise_refused")


def _again(talk, turn):
    """Return a turn that asks anew, counted as not understood."""
    session = replace(turn.session, misses=talk.session.misses + 1)
    return replace(turn, session=session)


def _said_day(talk):
    try:
        return date.fromisoformat(talk.session.data.get("day", ""))
    except ValueError:
        return None


def _said_amount(talk):
    return Decimal(talk.session.data.get("amount") or 0)


def _day_first(talk):
    return day_first(talk.locale)


# === PLANS === #


def plan(talk):
    """Show the plan that was offered; without one a person looks at it."""
    offer = talk.facts.plan
    if not offer:
        effect = CallPerson("plan", talk.inbound.text, mute=False)
        return talk.turn(talk.plain("plan_asked"), effect, event="plan_asked")
    lines = [
        talk.text(
            "plan_line",
            amount=talk.money(amount, offer.currency),
            date=talk.day(day),
        )
        for day, amount in offer.rows[:PAYMENTS]
    ]
    if len(offer.rows) > PAYMENTS:
        lines.append(talk.text("line_more", n=len(offer.rows) - PAYMENTS))
    body = talk.text(
        "plan_offer",
        total=talk.money(offer.total, offer.currency),
        n=len(offer.rows),
        lines="\n".join(lines),
    )
    if offer.until:
        body += " " + talk.text("plan_until", date=talk.day(offer.until))
    return talk.ask(
        "plan",
        lambda number: talk.buttons(
            body,
            ("agree", "plan_ok", offer.ref, number),
            ("decline", "leave"),
            ("human", "human"),
        ),
        event="plan",
        plan=offer.ref,
    )


def on_plan(talk):
    """Take a yes or a no that was written."""
    if words.is_yes(talk.inbound.text):
        return accept(talk)
    if words.is_no(talk.inbound.text):
        return talk.turn(talk.plain("left"), event="left")
    turn = plan(talk)
    return _again(talk, turn)


def accept(talk):
    """They accept the plan, if it is still the one that was shown."""
    offer = talk.facts.plan
    if not offer or offer.ref != talk.session.data.get("plan") or not offer.rows:
        return plan(talk)
    day, amount = offer.rows[0]
    message = talk.plain(
        "plan_done",
        ref=REF,
        amount=talk.money(amount, offer.currency),
        date=talk.day(day, "full"),
    )
    return talk.turn(message, AcceptPlan(offer.ref), event="plan_accepted")


def refused(talk):
    """What was confirmed could not be entered: a person looks at it, without blame."""
    turn = human(talk, "limit")
    first = talk.text("promise_refused")
    effects = tuple(replace(e, mute=False) for e in turn.effects)
    return Turn(turn.session, (Text(first),), effects, "promise_refused")
