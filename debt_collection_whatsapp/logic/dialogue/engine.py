"""The order in which a turn is looked at."""

from dataclasses import replace

from . import branches, claims, promise, words
from .messages import parse
from .model import (
    ECHOES,
    LINKED,
    MOST_PER_DAY,
    MOST_PER_HOUR,
    SESSION_TIME,
    VERIFIED,
    CallPerson,
    Missed,
    Session,
    Turn,
)
from .talk import Talk

#: {branch: (function, how well we have to know who it is)}
BRANCHES = {
    "menu": (branches.menu, 0),
    "human": (branches.human, 0),
    "wrong": (branches.wrong, 0),
    "stop": (branches.stop, 0),
    "start": (branches.ask_start, 0),
    "leave": (branches.leave, 0),
    "balance": (branches.balance, VERIFIED),
    "pay": (branches.pay, VERIFIED),
    "promise": (promise.promise, VERIFIED),
    "plan": (promise.plan, VERIFIED),
    "paid": (claims.paid, LINKED),
    "dispute": (claims.dispute, LINKED),
}
#: Buttons of templates that mean one of these.
TEMPLATE_BUTTONS = {"change": "promise"}
#: {state: what takes a text in it}; one that returns None did not understand it.
STATES = {
    "verify": branches.on_verify,
    "day": promise.on_day,
    "amount": promise.on_amount,
    "confirm": promise.on_confirm,
    "plan": promise.on_plan,
    "receipt": claims.on_receipt,
    "details": claims.on_receipt,
    "media": claims.on_media,
    "document": claims.on_document,
    "reason": claims.on_reason,
    "story": claims.on_story,
    "more": claims.on_more,
}
#: States that read a photo.
READS_MEDIA = {"receipt", "details", "media", "reason", "story", "more"}
#: States in which amounts are spoken of: only with who proved who it is.
PROVED_STATES = {"day", "amount", "confirm", "plan", "document"}
#: States in which a text is a story: only the words that always count end it.
STORIES = {"story", "details", "more"}
#: {action of a button: (state it belongs to, function)}
ANSWERS = {
    "day": ("day", promise.choose_day),
    "all": ("amount", promise.choose_all),
    "promise_ok": ("confirm", promise.make),
    "promise_edit": ("confirm", promise.edit),
    "plan_ok": ("plan", lambda talk, _ref: promise.accept(talk)),
    "no_receipt": ("receipt", claims.no_receipt),
    "doc": ("document", claims.choose_document),
    "reason": ("reason", claims.choose_reason),
    "start_ok": ("start", branches.start),
    "customer": ("customer", None),
}
#: Texts in a row that are not understood: then a person is offered, then called.
OFFER, CALL = 2, 3


def step(session, inbound, facts):
    """Return what becomes of a turn.

    :param Session session: where the conversation stands
    :param Inbound inbound: what came
    :param Facts facts: what is true now
    :return: a ``Turn``; one with ``resume`` wants fresh facts and an ``Inbound`` of
        kind "resume" with that branch as its payload
    """
    if session.last and facts.moment - session.last > SESSION_TIME:
        session = Session(lang=session.lang, question=session.question)
    session = replace(session, data=dict(session.data), last=facts.moment)
    talk = Talk(session, inbound, facts)
    turn = _protect(talk) or _silent(talk) or _answer(talk)
    return _introduce(talk, turn)


def refused(session, inbound, facts):
    """Return the turn that follows where what was confirmed could not be entered."""
    talk = Talk(replace(session, last=facts.moment), inbound, facts)
    return _introduce(talk, promise.refused(talk))


# === WHAT ALWAYS COUNTS === #


def _protect(talk):
    """Stopping, wrong numbers and what a person has to read: from any state."""
    turn = _stop_or_wrong(talk)
    if turn is None and any(map(words.is_sensitive, _texts(talk))):
        turn = branches.sensitive(talk)
        if talk.facts.human:  # whoever answers sees it
            turn = replace(turn, messages=())
    if turn is None:
        return None
    return _quiet(talk, turn) if talk.inbound.repeats >= ECHOES else turn


def _stop_or_wrong(talk):
    action, _values = parse(talk.inbound.payload)
    action = TEMPLATE_BUTTONS.get(action, action)
    said = {words.action(text) for text in talk.inbound.texts}
    if action == "stop" or "stop" in said:
        return branches.stop(talk)
    if action == "wrong":
        return branches.wrong(talk)
    if talk.session.state == "wrong" and any(map(words.is_yes, talk.inbound.texts)):
        return branches.wrong(talk)
    if "wrong" in said and not talk.facts.human:
        return branches.ask_wrong(talk)
    return None


def _texts(talk):
    """Return each text, and all of them as one: people write in pieces."""
    texts = talk.inbound.texts
    return (*texts, " ".join(texts)) if len(texts) > 1 else texts


def _quiet(talk, turn):
    return replace(turn, messages=())


# === WHEN NOTHING IS SAID === #


def _silent(talk):
    """A person answers, the assistant is off, or another machine writes."""
    facts, inbound = talk.facts, talk.inbound
    nothing = Turn(talk.session, event="silent")
    if facts.human or not facts.enabled or inbound.kind == "reaction":
        return nothing
    if inbound.repeats >= ECHOES:
        return replace(nothing, event="echo")
    if facts.answers_hour >= MOST_PER_HOUR or facts.answers_day >= MOST_PER_DAY:
        return replace(nothing, event="limit")
    return None


# === ANSWERS === #


def _answer(talk):
    inbound = talk.inbound
    if inbound.kind == "resume":
        return _branch(talk, inbound.payload)
    if inbound.late:
        turn = branches.menu(talk, talk.text("sorry_late"), event="late")
        if inbound.media:  # a receipt is not lost
            data = {"media": list(inbound.media), "text": inbound.text}
            turn = replace(turn, session=talk.session.ask("media", **data))
        return turn
    if any(map(words.is_hardship, _texts(talk))):
        return branches.hardship(talk)
    if any(map(words.is_insult, inbound.texts)):
        return branches.insult(talk)
    return (
        _global(talk) or _button(talk) or _state(talk) or _intent(talk) or _miss(talk)
    )


def _global(talk):
    """Words that mean the same in every state. The last text counts."""
    if talk.inbound.payload or talk.inbound.media or not talk.inbound.texts:
        return None
    action = words.action(talk.inbound.texts[-1])
    if action in ("human", "menu", "start"):
        return _branch(talk, action)
    if action == "leave":
        return branches.ask_leave(talk)
    if action in ("english", "spanish"):
        return branches.language(talk, "en" if action == "english" else "es")
    return None


def _button(talk):
    """A button or row that was pressed: one of a question that is over is stale."""
    if not talk.inbound.payload:
        return None
    action, values = parse(talk.inbound.payload)
    action = TEMPLATE_BUTTONS.get(action, action)
    if action in BRANCHES:
        return _branch(talk, action)
    if action == "agree":
        return branches.agree(talk)
    state, answer = ANSWERS.get(action, (None, None))
    session = talk.session
    if state != session.state or values[-1:] != (str(session.question),):
        return branches.stale(talk)
    if action == "customer":
        return _customer(talk, values[0])
    if state in PROVED_STATES and (turn := branches.need(talk, _of(state), VERIFIED)):
        return turn
    try:
        return answer(talk, *values[:-1]) or branches.stale(talk)
    except TypeError:  # another number of values than it has
        return branches.stale(talk)


def _customer(talk, value):
    refs = {str(ref): ref for ref, _name in talk.facts.customers}
    if value not in refs:
        return branches.stale(talk)
    return branches.on_customer(talk, refs[value])


def _of(state):
    return {"plan": "plan", "document": "dispute"}.get(state, "promise")


def _state(talk):
    """What answers the question that was asked."""
    session, inbound = talk.session, talk.inbound
    if not (inbound.texts or inbound.media) or inbound.payload:
        return None
    answer = STATES.get(session.state)
    if not answer or (inbound.media and session.state not in READS_MEDIA):
        return None
    proved = session.state in PROVED_STATES
    if proved and (turn := branches.need(talk, _of(session.state), VERIFIED)):
        return turn
    turn = answer(talk)
    # who is asked in vain again and again gets a person
    if turn and turn.session.misses >= CALL:
        return _call(talk)
    return turn


def _intent(talk):
    """What free text is about where nothing was asked, or something else was."""
    if talk.inbound.media and (turn := _media(talk)):
        return turn
    for text in reversed(talk.inbound.texts):
        if name := words.intent(text):
            return _branch(talk, name)
    return None


def _media(talk):
    if talk.facts.level == VERIFIED and not talk.facts.documents:
        return None
    text = talk.inbound.text
    if words.intent(text) == "paid":
        return _branch(talk, "paid")
    return claims.unasked_media(talk)


def _branch(talk, name):
    function, level = BRANCHES.get(name, BRANCHES["menu"])
    if level and (turn := branches.need(talk, name, level)):
        return turn
    return function(talk)


def _miss(talk):
    """Nothing was understood: the menu, then a person is offered, then called."""
    if talk.inbound.kind == "other":
        return _kinds(talk)
    session = replace(talk.session.rest(), misses=talk.session.misses + 1)
    missed = Missed(talk.inbound.text)
    if session.misses >= CALL:
        return _call(talk, missed)
    if session.misses >= OFFER:
        message = talk.buttons(
            talk.text("missed_again"), ("human", "human"), ("menu", "menu")
        )
    else:
        (message,) = branches.menu(talk, talk.text("missed")).messages
    return Turn(session, (message,), (missed,), "missed")


def _call(talk, *effects):
    turn = branches.human(talk, "missed")
    return replace(turn, effects=(*effects, *turn.effects))


def _kinds(talk):
    """Say once in a session what is read."""
    if "kinds" in talk.session.told:
        return Turn(talk.session, event="silent")
    session = replace(talk.session, told=(*talk.session.told, "kinds"))
    return Turn(session, (talk.plain("kinds"),), (), "kinds")


# === FIRST WORDS === #


def _introduce(talk, turn):
    """Say in the first message of a session that a machine writes, and who else."""
    if turn.event == "media" and "receipt" not in turn.session.told and turn.messages:
        told = (*turn.session.told, "receipt")
        turn = replace(turn, session=replace(turn.session, told=told))
    if not turn.messages or "hello" in turn.session.told:
        return turn
    session = replace(turn.session, told=(*turn.session.told, "hello"))
    (message,) = turn.messages
    called = any(isinstance(effect, CallPerson) for effect in turn.effects)
    if turn.event != "menu" and not called:
        message = message.begin(talk.text("assistant"), talk.text("footer_person"))
    return replace(turn, session=session, messages=(message,))
