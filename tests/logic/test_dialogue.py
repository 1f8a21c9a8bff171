from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from debt_collection_whatsapp_logic.dialogue import Inbound, refused, step
from debt_collection_whatsapp_logic.dialogue.model import (
    AcceptPlan,
    AddToDispute,
    CallPerson,
    FailedCheck,
    MakePromise,
    Missed,
    OpenDispute,
    Payment,
    SetLanguage,
    Start,
    Stop,
    Verified,
    WrongPerson,
)
from dialogue_world import (
    COP,
    DOCUMENTS,
    LINKED,
    PLAN,
    TERMS,
    TODAY,
    UNKNOWN,
    VERIFIED,
    Chat,
    identifiers,
    media,
    tap,
    text,
)


def labels(chat):
    (message,) = chat.turn.messages
    return list(identifiers(message))


# === MENU, LANGUAGE, FIRST WORDS === #


def test_the_menu_greets_and_says_that_a_machine_writes():
    chat = Chat()
    said = chat.say("Hola")
    assert said.startswith(
        "Hola Marta, soy el asistente automático de Ferretería Andina."
    )
    content = chat.turn.messages[0].content()["interactive"]
    assert content["header"]["text"] == "Ferretería Andina"
    assert content["footer"]["text"] == "Escriba ASESOR para hablar con una persona"
    rows = [row for s in content["action"]["sections"] for row in s["rows"]]
    assert len(rows) == 8
    assert {"id": "dc1:human", "title": "Hablar con un asesor"}.items() <= rows[
        5
    ].items()
    assert rows[5]["description"] == "lun a vie, 8:00 a 17:00"
    assert "asistente" not in chat.say("menu")


@pytest.mark.parametrize("facts", [UNKNOWN, LINKED])
def test_nobody_is_named_and_no_row_is_hidden_before_it_is_known_who_it_is(facts):
    chat = Chat(facts)
    assert chat.say("hola").startswith("Hola, soy")
    assert len(labels(chat)) == 8


def test_rows_that_make_no_sense_are_left_out_for_who_is_known():
    chat = Chat(replace(VERIFIED, documents=(), promise=None))
    chat.say("hola")
    assert labels(chat) == [
        "Consultar saldo",
        "Hablar con un asesor",
        "No soy esa persona",
        "No recibir mensajes",
    ]
    chat = Chat(replace(VERIFIED, plan=PLAN))
    chat.say("hola")
    assert "Acuerdo en cuotas" in labels(chat)
    assert len(labels(chat)) == 9


def test_the_first_answer_says_that_a_machine_writes_whatever_it_is():
    chat = Chat()
    said = chat.say(tap("dc1:paid:9Qb2xT"))
    assert said.startswith(
        "Asistente automático de Ferretería Andina.\n\nEnvíe una foto"
    )
    chat = Chat()
    chat.say("ya pagué 450.000 ayer")
    content = chat.turn.messages[0].content()
    assert content["text"]["body"].endswith(
        "Escriba ASESOR para hablar con una persona"
    )


def test_the_language_is_switched_and_kept():
    chat = Chat()
    said = chat.say("English")
    assert "I am the automatic assistant" in said
    assert SetLanguage("en") in chat.effects
    assert "Balance at 10:15: $ 570,000.50." in chat.say(tap("dc1:balance"))
    assert "due on Dec 15, 2026" in chat.say("balance")
    assert "¿Qué" in chat.say("español")


def test_a_session_ends_by_itself():
    chat = Chat()
    chat.say(tap("dc1:promise"))
    chat.wait(minutes=31)
    assert "No entendimos" in chat.say("viernes")
    assert chat.session.state == ""


# === WHO IT IS === #


def test_the_balance_needs_a_proof():
    chat = Chat(LINKED)
    said = chat.say(tap("dc1:balance"))
    assert "últimos 4 dígitos" in said
    assert "450" not in said
    chat.say("1234", proved=(7,))
    assert chat.effects == (Verified(7),)
    assert (chat.turn.messages, chat.turn.resume) == ((), "balance")
    said = chat.say(Inbound("resume", payload="balance"), **vars(VERIFIED))
    assert "$ 450.000" in said


def test_wrong_proofs_are_counted_and_lock():
    chat = Chat(LINKED)
    chat.say(tap("dc1:balance"))
    assert "Le quedan 2 intentos" in chat.say("0000", tries_left=3)
    assert chat.effects == (FailedCheck(),)
    assert "Le queda 1 intento" in chat.say("0001", tries_left=2)
    assert "intentarlo de nuevo mañana" in chat.say("0002", tries_left=1)
    assert chat.effects == (FailedCheck(),)
    said = chat.say(tap("dc1:balance"), locked=True)
    assert "intentarlo de nuevo mañana" in said
    assert labels(chat) == ["Asesor", "Menú"]


def test_a_question_is_no_wrong_proof():
    chat = Chat(LINKED)
    chat.say(tap("dc1:balance"))
    assert "últimos 4 dígitos" in chat.say("¿para qué?")
    assert FailedCheck() not in chat.effects


@pytest.mark.parametrize(
    ("facts", "asks", "words"),
    [
        (LINKED, ("tax",), "últimos 4 dígitos de su documento o NIT (sin"),
        (LINKED, ("invoice",), "número completo de una factura"),
        (UNKNOWN, ("tax",), "y el número de una factura"),
    ],
)
def test_what_is_asked_as_a_proof(facts, asks, words):
    chat = Chat(replace(facts, asks=asks))
    assert words in chat.say("saldo")


def test_whoever_speaks_for_several_customers_chooses_one():
    both = ((7, "Marta SAS"), (8, "Talleres Ríos"))
    chat = Chat(replace(VERIFIED, customer=None, customers=both, documents=()))
    said = chat.say("saldo")
    assert "¿Sobre cuál cuenta" in said
    chat.choose("Talleres Ríos")
    assert (chat.session.customer, chat.turn.resume) == (8, "balance")


def test_a_customer_of_somebody_else_cannot_be_chosen():
    both = ((7, "Marta SAS"), (8, "Talleres Ríos"))
    chat = Chat(replace(VERIFIED, customer=None, customers=both, documents=()))
    chat.say("saldo")
    chat.say(tap(f"dc1:customer:9:{chat.session.question}"))
    assert chat.session.customer is None
    assert not chat.turn.resume


# === BALANCE AND PAYING === #


def test_the_balance_says_all_that_is_owed_at_a_glance():
    said = Chat().say(tap("dc1:balance"))
    assert "Saldo al 10:15: $ 570.000,50. Vencido: $ 450.000." in said
    assert "• FV-2026-0042: $ 450.000, venció el 10/11/2026" in said
    assert "• FV-2026-0050: $ 120.000,50, vence el 15/12/2026" in said


def test_five_documents_are_shown_and_the_others_counted():
    many = tuple(replace(DOCUMENTS[0], ref=n, name=f"F{n}") for n in range(8))
    said = Chat(replace(VERIFIED, documents=many)).say("saldo")
    assert said.count("•") == 5
    assert "(y 3 más)" in said


def test_each_currency_is_summed_on_its_own():
    dollars = replace(COP, code="USD", own=False)
    many = (DOCUMENTS[0], replace(DOCUMENTS[1], currency=dollars))
    said = Chat(replace(VERIFIED, documents=many)).say("saldo")
    assert "$ 450.000 + $ 120.000,50 USD" in said


def test_credits_are_deducted_and_said():
    credits = ((COP, Decimal(70_000)),)
    said = Chat(replace(VERIFIED, credits=credits)).say("saldo")
    assert "Saldo al 10:15: $ 500.000,50. Vencido: $ 450.000." in said
    assert "Saldo a favor ya descontado: $ 70.000." in said


def test_who_owes_nothing_hears_it():
    chat = Chat(replace(VERIFIED, documents=(), promise=None))
    for payload in ("dc1:balance", "dc1:pay", "dc1:promise", "dc1:paid", "dc1:dispute"):
        assert "No tiene facturas pendientes" in chat.say(tap(payload))


def test_the_link_to_pay_is_for_who_is_known():
    chat = Chat()
    chat.say(tap("dc1:pay"))
    content = chat.turn.messages[0].content()["interactive"]
    assert content["action"]["parameters"]["display_text"] == "Pagar en línea"
    assert content["footer"]["text"].startswith("Nunca le pediremos")
    chat = Chat(LINKED)
    chat.say(tap("dc1:pay"))
    assert chat.session.state == "verify"


@pytest.mark.parametrize("word", ["cancelar", "Cancelar.", "salir"])
def test_cancelar_is_no_wish_to_stop(word):
    chat = Chat()
    assert "¿Quiere pagar o salir?" in chat.say(word)
    assert labels(chat) == ["Pagar", "Salir", "Asesor"]
    assert not chat.effects
    chat.choose("Pagar")
    assert chat.turn.event == "pay"


# === PROMISES === #


def test_a_promise_from_the_list():
    chat = Chat()
    said = chat.say(tap("dc1:promise"))
    assert "¿Qué día puede pagar $ 450.000?" in said
    assert len(labels(chat)) == 10
    assert labels(chat)[0] == "martes 1 de dic"
    assert "¿Pagará el total" in chat.choose("martes 1 de dic")
    said = chat.choose("El total")
    assert "pagará $ 450.000 el martes, 1 de diciembre de 2026?" in said
    assert labels(chat) == ["Sí, confirmo", "Cambiar", "Asesor"]
    said = chat.choose("Sí, confirmo")
    assert chat.effects == (MakePromise(TODAY + timedelta(days=1), Decimal(450_000)),)
    assert "acuerdo {ref}." in said
    assert "recordaremos" not in said


def test_a_reminder_is_announced_where_there_will_be_one():
    chat = Chat(replace(VERIFIED, promise=replace(TERMS, reminds=True)))
    for day, announced in (("mañana", False), ("4/12", True)):
        chat.say(tap("dc1:promise"))
        chat.say(f"450.000 el {day}")
        said = chat.choose("Sí, confirmo")
        assert ("Le recordaremos el día anterior" in said) == announced


def test_a_promise_in_words():
    chat = Chat()
    chat.say("pago el viernes")
    assert "¿Pagará el total" in chat.turn.messages[0].plain()
    assert "pagará $ 200.000 el viernes" in chat.say("solo 200 mil")
    chat.say("sí")
    assert chat.effects == (MakePromise(TODAY + timedelta(days=4), Decimal(200_000)),)


def test_day_and_amount_in_one_message():
    chat = Chat()
    chat.say(tap("dc1:promise"))
    said = chat.say("puedo 300.000 el 4/12")
    assert "pagará $ 300.000 el viernes, 4 de diciembre de 2026?" in said


def test_more_than_is_owed_is_not_promised():
    chat = Chat()
    chat.say(tap("dc1:promise"))
    assert "pagará $ 450.000 el" in chat.say("900.000 mañana")


def test_where_no_parts_are_taken_nobody_asks_for_one():
    terms = replace(TERMS, least=TERMS.amount)
    chat = Chat(replace(VERIFIED, promise=terms))
    chat.say(tap("dc1:promise"))
    assert "¿Confirma" in chat.say("mañana")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("30/2", "No encontramos esa fecha"),
        ("1/11/2026", "Esa fecha ya pasó"),
        ("qué sé yo", "No encontramos esa fecha"),
    ],
)
def test_days_that_are_none_are_asked_again(said, answer):
    chat = Chat()
    chat.say(tap("dc1:promise"))
    assert answer in chat.say(said)
    assert chat.session.state == "day"


@pytest.mark.parametrize("said", ["31/12", "50.000 mañana"])
def test_what_is_beyond_the_limits_goes_to_a_person_without_blame(said):
    chat = Chat()
    chat.say(tap("dc1:promise"))
    assert "necesita la revisión de un asesor" in chat.say(said)
    (effect,) = chat.effects
    assert (effect.reason, effect.mute) == ("limit", False)


@pytest.mark.parametrize("refusal", ["broken", "changes", "planned"])
def test_who_may_promise_no_more_gets_a_person(refusal):
    chat = Chat(replace(VERIFIED, promise=replace(TERMS, refusal=refusal)))
    assert "necesita la revisión" in chat.say(tap("dc1:promise"))


def test_what_is_confirmed_is_checked_again():
    chat = Chat()
    chat.say(tap("dc1:promise"))
    chat.say("450.000 el 4/12")
    yes = identifiers(chat.turn.messages[0])["Sí, confirmo"]
    paid = replace(TERMS, amount=Decimal(150_000))
    said = chat.say(tap(yes), promise=paid)
    assert chat.effects == (MakePromise(TODAY + timedelta(days=4), Decimal(150_000)),)
    assert "$ 150.000" in said


def test_paid_before_it_was_confirmed():
    chat = Chat()
    chat.say(tap("dc1:promise"))
    chat.say("450.000 el 4/12")
    yes = identifiers(chat.turn.messages[0])["Sí, confirmo"]
    assert "No tiene facturas" in chat.say(tap(yes), promise=None, documents=())
    assert not chat.effects


def test_it_can_be_changed():
    chat = Chat()
    chat.say(tap("dc1:promise"))
    chat.say("450.000 el 4/12")
    assert "¿Qué día" in chat.choose("Cambiar")
    chat.say("450.000 el 3/12")
    assert "jueves, 3 de diciembre" in chat.turn.messages[0].plain()
    assert "viernes, 4 de diciembre" in chat.say("mejor el 4/12 con 450.000")


def test_what_could_not_be_entered_goes_to_a_person():
    turn = refused(Chat().session, text("sí"), VERIFIED)
    assert [type(e) for e in turn.effects] == [CallPerson]
    assert "revisión de un asesor" in turn.messages[0].plain()


# === PLANS === #


def test_an_offered_plan_is_accepted():
    chat = Chat(replace(VERIFIED, plan=PLAN))
    said = chat.say(tap("dc1:plan"))
    assert "$ 450.000 en 3 pagos" in said
    assert said.count("•") == 3
    assert "Válido hasta el 05/12/2026" in said
    chat.choose("Sí, acepto")
    assert chat.effects == (AcceptPlan(9),)


def test_another_plan_than_the_one_shown_is_not_accepted():
    chat = Chat(replace(VERIFIED, plan=PLAN))
    chat.say(tap("dc1:plan"))
    yes = identifiers(chat.turn.messages[0])["Sí, acepto"]
    chat.say(tap(yes), plan=replace(PLAN, ref=10))
    assert not chat.effects


def test_without_an_offer_a_person_looks_at_it():
    chat = Chat()
    assert "Un asesor revisará" in chat.say("quiero pagar en cuotas")
    assert chat.effects[0].reason == "plan"


# === PAYMENTS === #


def test_a_receipt():
    chat = Chat(LINKED)
    chat.say("Ya pagué")
    assert chat.session.state == "receipt"
    said = chat.say(media("m1", texts=("pagué 450.000 ayer",)))
    (effect,) = chat.effects
    assert effect.media == ("m1",)
    assert (effect.day, effect.amount) == (TODAY - timedelta(days=1), Decimal(450_000))
    assert "Recibido, reporte {ref}" in said
    assert "3 días hábiles" in said


def test_without_a_receipt_the_payment_is_told():
    chat = Chat()
    chat.say(tap("dc1:paid"))
    assert "Escriba la fecha" in chat.choose("No lo tengo")
    chat.say("27/11 Bancolombia 450.000")
    (effect,) = chat.effects
    assert effect.text == "27/11 Bancolombia 450.000"
    assert str(effect.day) == "2026-11-27"


@pytest.mark.parametrize(
    "said", ["ya pagué la factura 0042", "ya pagué 2 facturas", "ya pagué ayer"]
)
def test_not_every_number_is_an_amount(said):
    chat = Chat()
    assert "Envíe una foto" in chat.say(said)
    assert not chat.effects


def test_a_scheduled_payment_has_a_day_ahead():
    chat = Chat()
    said = chat.say("Está programado para el viernes")
    (effect,) = chat.effects
    assert effect.day == TODAY + timedelta(days=4)
    assert "pago programado para el viernes, 4 de diciembre" in said


def test_a_payment_that_is_known_needs_nothing():
    known = Payment(TODAY - timedelta(days=2), Decimal(450_000), COP)
    later = replace(DOCUMENTS[1])
    chat = Chat(replace(VERIFIED, payment=known, documents=(later,)))
    assert "Ya registramos un pago de $ 450.000" in chat.say("ya pagué")
    assert not chat.effects
    chat = Chat(replace(VERIFIED, payment=known))
    assert "Envíe una foto" in chat.say("ya pagué")
    chat = Chat(replace(LINKED, payment=known))
    assert "450" not in chat.say("ya pagué")


def test_a_receipt_is_kept_while_it_is_found_out_who_it_is():
    chat = Chat(UNKNOWN)
    chat.say(media("m1"))
    assert "últimos 4 dígitos" in chat.say(tap("dc1:paid"))
    chat.say("1234 FV-2026-0042", proved=(7,))
    assert chat.turn.resume == "paid"
    chat.say(Inbound("resume", payload="paid"), **vars(VERIFIED))
    assert chat.effects[0].media == ("m1",)


def test_the_same_receipt_is_not_taken_twice():
    chat = Chat()
    chat.say(tap("dc1:paid"))
    said = chat.say(media("m1"), known_receipt="77")
    assert "ya lo recibimos en el reporte 77" in said
    assert not chat.effects


def test_a_photo_that_nobody_asked_for_is_kept_until_it_is_known_what_it_is():
    chat = Chat(LINKED)
    said = chat.say(media("m1", texts=("del martes",)))
    assert "¿Es un comprobante de pago?" in said
    assert chat.say(media("m2")) == ""
    chat.say(tap("dc1:paid"))
    (effect,) = chat.effects
    assert effect.media == ("m1", "m2")
    assert "del martes" in effect.text


def test_it_is_asked_once():
    chat = Chat()
    chat.say(media("m1"))
    chat.say(tap("dc1:menu"))
    assert "¿Es un comprobante" not in chat.say(media("m2"))


# === DISPUTES === #


def test_a_dispute_about_one_invoice():
    chat = Chat()
    assert "¿Con cuál factura" in chat.say(tap("dc1:dispute"))
    assert "¿Cuál es el motivo?" in chat.choose("FV-2026-0042")
    assert "Cuéntenos" in chat.choose("El valor no es correcto")
    said = chat.say(text("cobran dos veces el flete", "eran 400.000"))
    (effect,) = chat.effects
    assert effect == OpenDispute("price", 1, "cobran dos veces el flete\neran 400.000")
    assert "Reclamo {ref} registrado. Responderemos antes del 07/12/2026" in said


def test_what_is_told_within_minutes_belongs_to_it():
    chat = Chat()
    chat.say(tap("dc1:dispute"))
    chat.choose("FV-2026-0042")
    chat.choose("Problema de calidad")
    chat.say("llegó roto")
    chat.wait(minutes=2)
    assert chat.say(media("m9", texts=("miren la foto",))) == ""
    assert chat.effects == (AddToDispute("miren la foto", ("m9",)),)
    chat.wait(minutes=6)
    assert chat.say("y además") != ""


def test_a_dispute_without_a_proof_names_no_invoice():
    chat = Chat(LINKED)
    said = chat.say(tap("dc1:dispute"))
    assert "¿Cuál es el motivo?" in said
    chat.choose("Factura duplicada")
    said = chat.say("ya me la habían cobrado")
    assert chat.effects[0].document is None
    assert "Esta factura" not in said


def test_paid_is_no_reason_of_a_dispute():
    chat = Chat()
    chat.say(tap("dc1:dispute"))
    chat.choose("FV-2026-0042")
    assert "comprobante" in chat.choose("Ya está pagada")


def test_the_number_of_an_invoice_can_be_typed():
    chat = Chat()
    chat.say(tap("dc1:dispute"))
    assert "¿Cuál es el motivo?" in chat.say("la 0050")
    assert chat.session.data["document"] == 2


# === PEOPLE === #


def test_a_person_in_working_hours():
    chat = Chat()
    said = chat.say("asesor")
    assert "en unos 15 minutos" in said
    assert "llamar al 601 555 0100 o escribir a pagos@example.com" in said
    (effect,) = chat.effects
    assert (effect.reason, effect.urgent, effect.mute) == ("asked", False, True)


def test_a_person_out_of_hours():
    chat = Chat()
    chat.wait(hours=10)
    said = chat.say("asesor")
    assert "Nuestro horario es lun a vie, 8:00 a 17:00" in said
    assert "el 01/12/2026" in said


def test_on_a_holiday_nobody_answers():
    chat = Chat(replace(VERIFIED, holidays=frozenset((TODAY,))))
    assert "el 01/12/2026" in chat.say("asesor")


def test_who_has_a_person_hears_no_machine():
    chat = Chat(replace(VERIFIED, human=True))
    for inbound in ("hola", tap("dc1:balance"), media("m1"), "no soy Pedro"):
        assert chat.say(inbound) == ""
        assert not chat.effects
    assert "no le enviaremos" in chat.say("baja")
    assert chat.effects == (Stop(),)


@pytest.mark.parametrize("said", ["no puedo pagar", "Perdí mi empleo en octubre"])
def test_hardship_gets_a_person_and_some_days(said):
    chat = Chat()
    assert "mientras tanto no enviaremos recordatorios" in chat.say(said)
    (effect,) = chat.effects
    assert (effect.reason, effect.urgent, effect.pause) == ("hardship", True, "days")


def test_sensitive_words_stop_everything_until_a_person_decides():
    chat = Chat()
    chat.say(tap("dc1:promise"))
    said = chat.say("mi esposo falleció, mañana le digo")
    assert "Una persona de nuestro equipo revisará su mensaje" in said
    (effect,) = chat.effects
    assert (effect.reason, effect.urgent, effect.pause) == ("sensitive", True, "open")


def test_insults_get_no_answer_in_kind():
    chat = Chat()
    assert "Queremos ayudarle" in chat.say("ladrones")
    assert not chat.effects
    chat.say("son unos ladrones")
    assert chat.effects[0].reason == "insult"


# === STOPPING === #


@pytest.mark.parametrize("facts", [UNKNOWN, LINKED, VERIFIED])
@pytest.mark.parametrize("state", ["", "verify", "day", "confirm", "story", "wrong"])
def test_stopping_works_from_everywhere(facts, state):
    for inbound in ("BAJA", tap("dc1:stop"), tap("dc1:stop:9Qb2xT"), text("x", "stop")):
        chat = Chat(facts)
        chat.session = chat.session.ask(state)
        said = chat.say(inbound)
        assert chat.effects == (Stop(),)
        assert "no le enviaremos más avisos por WhatsApp. Puede volver con ALTA" in said


def test_coming_back():
    chat = Chat()
    assert "Usted autoriza a Ferretería Andina" in chat.say("alta")
    assert "volverá a recibir" in chat.choose("Sí, acepto")
    assert "Usted autoriza" in chat.effects[0].wording
    assert isinstance(chat.effects[0], Start)


def test_agreeing_to_a_template_counts_with_its_words():
    chat = Chat()
    assert "volverá a recibir" in chat.say(tap("dc1:agree:9Qb2xT"))
    assert chat.effects == (Start(""),)


def test_a_wrong_number_is_confirmed_where_it_was_written():
    chat = Chat()
    said = chat.say("no soy Pedro")
    assert labels(chat) == ["Número equivocado", "No, soy yo"]
    assert not chat.effects
    said = chat.choose("Número equivocado")
    assert chat.effects == (WrongPerson(),)
    assert "disculpe la molestia" in said
    assert "Marta" not in said


def test_a_wrong_number_of_the_menu_counts_at_once():
    chat = Chat()
    chat.say(tap("dc1:wrong"))
    assert chat.effects == (WrongPerson(),)


# === WHAT IS NOT UNDERSTOOD === #


def test_three_texts_that_nobody_understands():
    chat = Chat()
    assert "No entendimos" in chat.say("asdf qwer")
    assert chat.effects == (Missed("asdf qwer"),)
    assert "¿Prefiere que le escriba una persona?" in chat.say("zxcv")
    chat.say("jkl")
    assert [type(e) for e in chat.effects] == [Missed, CallPerson]
    chat = Chat()
    chat.say("asdf qwer")
    chat.say("saldo")
    assert "No entendimos" in chat.say("asdf")


def test_an_old_button_tells_how_things_are_now():
    chat = Chat()
    chat.say(tap("dc1:promise"))
    old = identifiers(chat.turn.messages[0])["martes 1 de dic"]
    chat.say(tap("dc1:promise"))
    said = chat.say(tap(old))
    assert "Esa opción ya no está disponible. Este es su estado actual:" in said
    assert "$ 570.000,50" in said
    said = Chat(LINKED).say(tap(old))
    assert "Esa opción ya no está disponible" in said
    assert "570" not in said


@pytest.mark.parametrize(
    "payload",
    [
        "dc1:nothing",
        "dc2:paid",
        "Ya pagué",
        "dc1:day",
        "dc1:day:x:y:z",
        "dc1:promise_ok:1",
    ],
)
def test_buttons_that_are_none_of_ours(payload):
    assert "ya no está disponible" in Chat().say(tap(payload))


@pytest.mark.parametrize("payload", ["dc1:change:9Qb2xT", "dc1:promise"])
def test_buttons_of_templates(payload):
    assert "¿Qué día" in Chat().say(tap(payload))


def test_what_is_not_read_is_said_once():
    chat = Chat()
    assert "leemos texto, fotos y PDF" in chat.say(Inbound("other"))
    assert chat.say(Inbound("other")) == ""
    assert chat.say(Inbound("reaction")) == ""


# === MACHINES AND DELAYS === #


def test_an_echo_gets_no_answer():
    chat = Chat()
    assert chat.say(text("hola", repeats=2))
    assert chat.say(text("hola", repeats=3)) == ""
    assert chat.say(text("baja", repeats=3)) == ""
    assert chat.effects == (Stop(),)


@pytest.mark.parametrize("limit", [{"answers_hour": 20}, {"answers_day": 60}])
def test_who_writes_too_much_gets_no_answer(limit):
    chat = Chat(replace(VERIFIED, **limit))
    assert chat.say("hola") == ""
    chat.say("baja")
    assert chat.effects == (Stop(),)


def test_after_a_delay_there_is_one_apology():
    chat = Chat()
    said = chat.say(text("saldo", "hola?", late=True))
    assert "Disculpe la demora" in said
    assert "450" not in said


def test_a_receipt_that_came_late_is_not_lost():
    chat = Chat()
    chat.say(replace(media("m1"), late=True))
    chat.say(tap("dc1:paid"))
    assert chat.effects[0].media == ("m1",)


def test_an_assistant_that_is_off_is_silent_but_obeys():
    chat = Chat(replace(VERIFIED, enabled=False))
    assert chat.say("hola") == ""
    chat.say("baja")
    assert chat.effects == (Stop(),)


def test_what_is_given_is_not_changed():
    session = Chat().session.ask("media", media=["m1"])
    before = session.to_json()
    step(session, media("m2"), VERIFIED)
    assert session.to_json() == before
