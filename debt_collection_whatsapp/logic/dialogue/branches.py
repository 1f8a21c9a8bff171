"""The menu, the balance, paying, who it is, a person, stopping and coming back."""

from dataclasses import replace

from .messages import Rows, Text, clean, cut, payload
from .model import (
    LINKED,
    VERIFIED,
    CallPerson,
    FailedCheck,
    SetLanguage,
    Start,
    Stop,
    Turn,
    Verified,
    WrongPerson,
)
from .texts import MENU

#: Documents that are shown with the balance.
SHOWN = 5
#: Characters of the number of a document.
NUMBER = 40
#: Customers among whom one chooses.
CUSTOMERS = 10
_ACCOUNT = ("balance", "pay", "promise", "plan", "paid", "dispute")
_HELP = ("human", "wrong", "stop")


# === MENU === #


def menu(talk, body=None, event="menu"):
    """Return the menu. What makes no sense is left out only for who proved who it is:
    a row that is missing would tell others about the account."""
    facts = talk.facts
    hidden = set() if facts.plan else {"plan"}
    if facts.level == VERIFIED and not facts.documents:
        hidden |= {"pay", "promise", "paid", "dispute"}
    elif facts.level == VERIFIED and not any(d.overdue for d in facts.documents):
        hidden.add("promise")
    hello = talk.text("hello", name=f" {clean(facts.name)}" if facts.name else "")
    message = Rows(
        body or (talk.text("menu_again") if "hello" in talk.session.told else hello),
        talk.label("options"),
        (
            (talk.label("account"), _menu_rows(talk, _ACCOUNT, hidden)),
            (talk.label("help"), _menu_rows(talk, _HELP, hidden)),
        ),
        header=clean(facts.company),
        footer=talk.text("footer_person"),
    )
    return talk.turn(message, event=event)


def _menu_rows(talk, names, hidden):
    rows = []
    for name in names:
        if name not in hidden:
            title, description = MENU[name][0 if talk.lang == "es" else 1]
            rows.append((payload(name), title, description.format(hours=talk.hours())))
    return tuple(rows)


def leave(talk):
    """Say goodbye to what was asked."""
    return talk.turn(talk.plain("left"), event="left")


def ask_leave(talk):
    """Ask what "cancelar" means: in much of Latin America it means to pay."""
    message = talk.buttons(
        talk.text("leave"), ("pay", "pay"), ("leave", "leave"), ("human", "human")
    )
    return talk.turn(message, event="menu")


def language(talk, lang):
    """Go on in another language."""
    talk.session = replace(talk.session, lang=lang)
    turn = menu(talk)
    return replace(turn, effects=(SetLanguage(lang), *turn.effects))


# === WHO IT IS === #


def need(talk, branch, level):
    """Return the turn that finds out who it is before a branch, None if we know."""
    facts = talk.facts
    if facts.level < level:
        if facts.locked:
            message = talk.buttons(
                talk.text("locked"), ("human", "human"), ("menu", "menu")
            )
            return talk.turn(message, event="locked")
        return talk.ask(
            "verify",
            lambda _n: _ask_proof(talk),
            event="verify",
            **_kept(talk),
            then=branch,
        )
    if level >= LINKED and len(facts.customers) > 1 and facts.customer is None:
        return talk.ask(
            "customer",
            lambda number: talk.rows(
                talk.text("which_customer"),
                "choose",
                "customers",
                [
                    ("customer", (ref, number), clean(name) or str(ref), "")
                    for ref, name in facts.customers[:CUSTOMERS]
                ],
            ),
            event="customer",
            **_kept(talk),
            then=branch,
        )
    return None


def _kept(talk):
    """Return what came already and is not to be asked for again: a receipt."""
    data = talk.session.data
    media = [*data.get("media", ()), *talk.inbound.media]
    return {"media": media, "text": data.get("text", "")} if media else {}


def _ask_proof(talk):
    asks = set(talk.facts.asks)
    if talk.facts.level < LINKED:
        return talk.plain("verify_both")
    if asks == {"tax"}:
        return talk.plain("verify_tax")
    return talk.plain("verify_invoice" if asks == {"invoice"} else "verify_either")


def on_verify(talk):
    """Take what should prove who it is."""
    proved, then = talk.facts.proved, talk.session.data.get("then", "menu")
    if len(proved) == 1:
        session = replace(
            talk.session, state="", data=_kept(talk), customer=proved[0], misses=0
        )
        return Turn(session, (), (Verified(proved[0]),), "verified", then)
    if not any(c.isdigit() for c in talk.inbound.text) or len(proved) > 1:
        return talk.ask_again(
            _ask_proof(talk) if len(proved) < 2 else talk.plain("verify_invoice")
        )
    left = talk.facts.tries_left - 1
    if left <= 0:
        message = talk.buttons(
            talk.text("locked"), ("human", "human"), ("menu", "menu")
        )
        return talk.turn(message, FailedCheck(), event="locked")
    name = "verify_wrong_one" if left == 1 else "verify_wrong"
    return replace(
        talk.ask_again(talk.plain(name, n=left), "failed_check"),
        effects=(FailedCheck(),),
    )


def on_customer(talk, ref):
    """Take the customer of whom they speak."""
    session = replace(talk.session, state="", data=_kept(talk), customer=ref)
    then = talk.session.data.get("then", "menu")
    return Turn(session, (), (), "customer", then)


# === BALANCE AND PAYING === #


def balance(talk, first=None):
    """Tell what is owed, with the page of the account."""
    facts = talk.facts
    if not facts.documents:
        body = talk.text("nothing_open")
        message = Text("\n".join(filter(None, (first, body))))
        return talk.turn(message, event="balance")
    lines = [
        first or "",
        talk.text("balance", time=f"{facts.moment:%H:%M}", total=talk.totals()),
    ]
    if overdue := talk.totals(overdue=True):
        lines[-1] += " " + talk.text("balance_overdue", overdue=overdue)
    if credit := talk.credits():
        lines[-1] += " " + talk.text("balance_credit", credit=credit)
    for document in facts.documents[:SHOWN]:
        lines.append(
            talk.text(
                "line_overdue" if document.overdue else "line_open",
                document=cut(document.name, NUMBER),
                amount=talk.money(document.amount, document.currency),
                date=talk.day(document.due),
            )
        )
    more = len(facts.documents) - SHOWN
    if more > 0:
        lines.append(talk.text("line_more", n=more))
    return talk.turn(talk.link("\n".join(filter(None, lines)), "view"), event="balance")


def pay(talk):
    """Give the link of the page on which one pays."""
    if not talk.facts.documents:
        return talk.turn(talk.plain("nothing_open"), event="balance")
    return talk.turn(talk.link(talk.text("pay"), "pay_online"), event="pay")


def stale(talk):
    """Answer a button of a question that is over."""
    if talk.facts.level == VERIFIED:
        return replace(balance(talk, talk.text("stale")), event="stale")
    return menu(talk, talk.text("stale_menu"), event="stale")


# === PEOPLE === #


def human(talk, reason="asked", urgent=False, pause=""):
    """Give the conversation to a person."""
    effect = CallPerson(reason, talk.inbound.text, urgent=urgent, pause=pause)
    return talk.turn(Text(when_a_person(talk)), effect, event="human")


def when_a_person(talk):
    """Return when a person answers, and how else one is reached."""
    facts = talk.facts
    day = talk.next_open()
    if talk.is_open():
        text = talk.text("human_open", n=facts.minutes)
    elif day:
        text = talk.text("human_closed", hours=talk.hours(), date=talk.day(day))
    else:
        text = talk.text("human_closed_plain")
    ways = [
        facts.phone and talk.text("way_phone", phone=facts.phone),
        facts.mail and talk.text("way_mail", mail=facts.mail),
    ]
    joined = f" {talk.text('or')} ".join(filter(None, ways))
    return f"{text} {talk.text('human_contact', ways=joined)}" if joined else text


def hardship(talk):
    """They say that they cannot pay: no promise is pushed."""
    effect = CallPerson("hardship", talk.inbound.text, urgent=True, pause="days")
    return talk.turn(talk.plain("hardship"), effect, event="hardship")


def sensitive(talk):
    """A person has to read this before anything else leaves."""
    effect = CallPerson("sensitive", talk.inbound.text, urgent=True, pause="open")
    return talk.turn(talk.plain("sensitive"), effect, event="sensitive")


def insult(talk):
    """No answer in kind; the second time a person takes over."""
    insults = talk.session.insults + 1
    talk.session = replace(talk.session, insults=insults)
    if insults > 1:
        return human(talk, "insult")
    return menu(talk, talk.text("neutral"), event="insult")


# === STOPPING === #


def ask_wrong(talk):
    """Somebody writes that it is not them: ask before it is believed."""
    return talk.ask(
        "wrong",
        lambda _number: talk.buttons(
            talk.text("wrong_ask"), ("wrong_yes", "wrong"), ("wrong_no", "menu")
        ),
        event="wrong_asked",
    )


def wrong(talk):
    """The number is somebody else's: nothing is told about whom we look for."""
    return talk.turn(talk.plain("wrong_done"), WrongPerson(), event="wrong")


def stop(talk):
    """No more notices, at once."""
    lines = [talk.text("stop_done")]
    if talk.facts.mail:
        lines.append(talk.text("stop_mail", mail=talk.facts.mail))
    return talk.turn(Text(" ".join(lines)), Stop(), event="stop")


def ask_start(talk):
    """Ask whether notices may come again, with the words that are agreed to."""
    return talk.ask(
        "start",
        lambda number: talk.buttons(
            talk.text("start_ask"),
            ("agree", "start_ok", number),
            ("decline", "leave"),
        ),
        event="start_asked",
    )


def start(talk):
    """They agree to notices."""
    wording = talk.text("start_ask")
    return talk.turn(talk.plain("start_done"), Start(wording), event="start")


def agree(talk):
    """They agree to what a template asked them: its words are those that count."""
    return talk.turn(talk.plain("start_done"), Start(""), event="start")
