import base64
from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

from odoo import Command
from odoo.exceptions import AccessError
from odoo.fields import Datetime
from odoo.tests import HttpCase, freeze_time, tagged

from .common import DAY, WA_ID, WhatsappCommon
from .fake_graph import PHONE_NUMBER, WABA

#: Monday, ten in the morning in Bogotá.
MORNING = Datetime.to_datetime("2026-06-01 15:00:00")
#: Nothing but the beginning of a picture.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAA"
    "AABJRU5ErkJggg=="
)


def days(count):
    return DAY + timedelta(days=count)


@tagged("post_install", "-at_install")
class DialogueCommon(WhatsappCommon):
    """Somebody writes; what Meta tells goes through the inbox to the assistant."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"debt_promise_confirm": False, "debt_notice_days": 3})
        spanish = cls.env["res.lang"]._activate_lang("es_419")
        cls.account.write(
            {
                "bot_enabled": True,
                "bot_phone": "+57 601 5550100",
                "lang_id": spanish.id,
            }
        )
        cls.debtor.write({"vat": "900123456-8", "lang": "es_419"})
        cls.bills = cls.invoice(cls, 450_000, due=days(-10))
        cls.bills += cls.invoice(cls, 120_000, due=days(20))
        cls.env["debt.run"]._run(cls.company, day=DAY)
        cls.case = cls.case_of(cls)

    def setUp(self):
        super().setUp()
        self.now = MORNING
        self.startPatcher(freeze_time(MORNING))
        # sudo: the jobs of the system work what comes
        self.inbox = self.env["debt.whatsapp.event"].sudo()

    # === WHAT PEOPLE WRITE === #

    def hear(self, *said, wa_id=WA_ID, number=PHONE_NUMBER, later=1, age=0):
        """Tell the inbox what somebody wrote, let the job work; return the answers.

        :param said: texts, ("tap", identifier), ("photo", caption)
        :param later: minutes since what was written before
        :param age: minutes that Meta needed to tell of it
        """
        self.now += timedelta(minutes=later)
        moment = self.now - timedelta(minutes=age)
        messages = [self._element(each, wa_id, moment) for each in said]
        contact = {"profile": {"name": "Marta R."}, "wa_id": wa_id}
        self.tell(
            self.graph.event(
                {"contacts": [contact], "messages": messages}, number=number
            )
        )
        before = self.answers()
        with patch.object(
            type(self.env["debt.whatsapp.message"]),
            "_fetch",
            lambda message, now: (
                {"file_state": "done", "file_next": False},
                PNG + (message.body or "").encode(),
            ),
        ):
            later = self.now + timedelta(seconds=6)
            self.inbox._work_app(self.app.sudo(), later)
        self.env.flush_all()
        self.env.invalidate_all()
        return self.answers() - before

    def tell(self, body):
        """Meta tells the webhook: the controller keeps what is signed."""
        self.inbox._store(self.app.sudo(), body, self.now)

    def _element(self, said, wa_id, moment):
        """Return a message as Meta tells of it."""
        kind, *rest = said if isinstance(said, tuple) else ("text", said)
        told = {
            "from": wa_id,
            "id": f"wamid.{uuid4().hex}",
            "timestamp": str(int(moment.timestamp())),
        }
        if kind == "tap":
            reply = {"id": rest[0], "title": "a label"}
            return told | {
                "type": "interactive",
                "interactive": {"type": "list_reply", "list_reply": reply},
            }
        if kind == "template":
            button = {"payload": rest[0], "text": "Sí, acepto"}
            context = {"id": rest[1]}
            return told | {"type": "button", "button": button, "context": context}
        if kind == "photo":
            image = {"id": "42", "mime_type": "image/png", "caption": rest[0]}
            return told | {"type": "image", "image": image}
        return told | {"type": "text", "text": {"body": rest[0]}}

    def answers(self):
        """Return what the assistant put into the queue."""
        return (
            self.env["debt.whatsapp.message"]
            .sudo()
            .search([("direction", "=", "out")], order="id")
        )

    def say(self, *said, **values):
        """Return the one answer as plain text."""
        answers = self.hear(*said, **values)
        self.assertLessEqual(len(answers), 1)
        return answers.body or ""

    def button(self, label):
        """Return the identifier of a button of the last answer."""
        action = self.answers()[-1].content["interactive"]["action"]
        found = {
            b["reply"]["title"]: b["reply"]["id"] for b in action.get("buttons", ())
        }
        for section in action.get("sections", ()):
            found |= {row["title"]: row["id"] for row in section["rows"]}
        return found[label]

    def press(self, label, **values):
        return self.say(("tap", self.button(label)), **values)

    def prove(self):
        """Say who it is."""
        self.say(("tap", "dc1:balance"))
        return self.say("3456")

    @property
    def conversation(self):
        return (
            self.env["debt.whatsapp.conversation"]
            .sudo()
            .search([("account_id", "=", self.account.id)])
        )

    def tasks(self, purpose):
        return self.env["debt.action"].search(
            [("case_id", "=", self.case.id), ("purpose", "=", purpose)]
        )


@tagged("post_install", "-at_install")
class TestSignedDialogue(DialogueCommon, HttpCase):
    """From the signed webhook to the queue, over HTTP."""

    def tell(self, body):
        path = f"/debt_whatsapp/{self.app.sudo().url_key}"
        signature = {"X-Hub-Signature-256": self.graph.sign(body)}
        answer = self.url_open(path, data=body, headers=signature, method="POST")
        self.assertEqual(answer.status_code, 200)

    def test_a_promise_from_the_webhook_to_the_queue(self):
        self.prove()
        self.say(("tap", "dc1:promise"))
        self.say("450.000 el viernes")
        said = self.press("Sí, confirmo")
        promise = self.case.promise_ids
        self.assertEqual((promise.date, promise.source), (days(4), "whatsapp"))
        self.assertIn(f"acuerdo {promise.id}", said)
        answer = self.answers()[-1]
        self.assertEqual(
            (answer.author, answer.state, answer.content["text"]["body"]),
            ("bot", "queued", said),
        )


@tagged("post_install", "-at_install")
class TestWhatsappDialogue(DialogueCommon):
    # === WHO IT IS === #

    def test_amounts_only_after_a_proof(self):
        self.assertNotIn("450", self.say("saldo"))
        self.assertEqual(self.conversation.session["state"], "verify")
        said = self.say("3456")
        self.assertIn("450.000", said)
        self.assertIn("570.000", said)
        self.assertIn(self.bills[0].name, said)
        link = self.conversation.identity_id.link_ids
        self.assertEqual((link.state, link.verified_how), ("confirmed", "tax_id"))
        self.assertEqual(self.conversation.case_id, self.case)

    def test_the_number_of_an_invoice_proves_it_too(self):
        self.say("saldo")
        self.assertIn("450.000", self.say(f"es la {self.bills[0].name}"))

    def test_what_is_asked_is_a_setting(self):
        self.account.bot_asks = "invoice"
        self.assertIn("número completo de una factura", self.say("saldo"))
        self.assertIn("No pudimos confirmar", self.say("3456"))

    def test_three_wrong_answers_lock(self):
        self.say("saldo")
        self.assertIn("Le quedan 2", self.say("1111"))
        self.assertIn("Le queda 1", self.say("2222"))
        self.assertIn("mañana", self.say("3333"))
        self.assertIn("mañana", self.say(("tap", "dc1:balance")))
        self.assertNotIn("450", self.say("3456"))

    def test_many_numbers_at_once_prove_nothing(self):
        self.say("saldo")
        self.assertNotIn("450", self.say(" ".join(str(n) for n in range(3400, 3500))))
        self.assertNotIn("450", self.say("3455 3456 3457"))

    def test_somebody_unknown_gives_both(self):
        said = self.say("saldo", wa_id="573119998877")
        self.assertIn("y el número de una factura", said)
        self.assertNotIn("450", self.say("3456", wa_id="573119998877"))
        self.assertIn(
            "450.000", self.say(f"3456 {self.bills[0].name}", wa_id="573119998877")
        )

    def test_a_number_of_two_customers_is_asked_whose(self):
        other = self.new_debtor(
            "Talleres Ríos",
            phone="300 123 4567",
            country_id=self.debtor.country_id.id,
            lang="es_419",
            vat="213123432-1",
        )
        bill = self.invoice(77_000, due=days(-3), partner=other)
        self.run_on()
        self.assertIn("y el número de una factura", self.say("saldo"))
        said = self.say(f"3432 {bill.name}")
        self.assertIn("77.000", said)
        self.assertNotIn("450", said)
        self.assertEqual(self.conversation.case_id.partner_id, other)

    def test_whoever_proved_both_chooses(self):
        other = self.new_debtor("Talleres Ríos", lang="es_419")
        self.invoice(77_000, due=days(-3), partner=other)
        self.run_on()
        self.say("hola")
        identity = self.conversation.identity_id
        for customer in (self.debtor, other):
            identity._check_passed(customer, self.company, "both", self.now)
        self.assertIn("¿Sobre cuál cuenta", self.say("saldo"))
        said = self.press("Talleres Ríos")
        self.assertIn("77.000", said)
        self.assertNotIn("450", said)

    # === AGREEMENTS === #

    def test_a_promise(self):
        self.prove()
        self.say(("tap", "dc1:promise"))
        self.say("300.000 el viernes")
        said = self.press("Sí, confirmo")
        promise = self.case.promise_ids
        self.assertEqual(
            (promise.amount, promise.date, promise.source, promise.state),
            (300_000, days(4), "whatsapp", "open"),
        )
        self.assertEqual(promise.user_id, self.agent)
        self.assertIn(f"acuerdo {promise.id}", said)
        contact = promise.contact_action_id
        self.assertEqual(
            (contact.channel, contact.outcome_id.code, contact.incoming),
            ("whatsapp", "promise", True),
        )
        self.assertTrue(contact.incoming_ref)
        self.assertIn("WhatsApp", self.case.message_ids.mapped("body")[0])

    def test_the_limits_of_self_service_hold(self):
        self.account.bot_promise_days = 2
        self.prove()
        self.say(("tap", "dc1:promise"))
        self.assertIn("revisión de un asesor", self.say("el viernes"))
        self.assertFalse(self.case.promise_ids)
        self.assertEqual(self.conversation.waits_reason, "limit")
        self.assertEqual(len(self.tasks("answer")), 1)

    def test_a_promise_of_too_little_goes_to_a_person(self):
        self.prove()
        self.say(("tap", "dc1:promise"))
        self.assertIn("revisión de un asesor", self.say("1.000 mañana"))
        self.assertFalse(self.case.promise_ids)

    def test_a_confirmation_tapped_twice_has_one_effect(self):
        self.prove()
        self.say(("tap", "dc1:promise"))
        self.say("450.000 mañana")
        yes = self.button("Sí, confirmo")
        self.say(("tap", yes))
        self.assertIn("ya no está disponible", self.say(("tap", yes)))
        self.assertEqual(len(self.case.promise_ids), 1)

    def test_paid_before_it_was_confirmed(self):
        self.prove()
        self.say(("tap", "dc1:promise"))
        self.say("450.000 mañana")
        self.pay(self.bills[0])
        # what is not due yet is all that is left
        self.assertIn("Saldo al 10:05: $ 120.000.", self.press("Sí, confirmo"))
        self.assertFalse(self.case.promise_ids)

    def test_a_receipt_makes_a_notice(self):
        self.assertIn("Envíe una foto", self.say("ya pagué"))
        said = self.say(("photo", "pagué 450.000 ayer"))
        notice = self.case.notice_ids
        self.assertEqual(
            (notice.amount, notice.date, notice.source, notice.state),
            (450_000, days(-1), "whatsapp", "open"),
        )
        self.assertEqual(notice.receipt_kind, "image")
        self.assertIn(f"reporte {notice.id}", said)
        self.assertFalse(self.bills[0].matched_payment_ids)
        item = self.item_of(self.bills[0])
        self.assertEqual(item.covered_by, "noticed")

    def test_the_same_receipt_is_taken_once(self):
        self.say("ya pagué")
        self.say(("photo", "ayer"))
        self.say("ya pagué")
        said = self.say(("photo", "ayer"))
        self.assertIn(f"ya lo recibimos en el reporte {self.case.notice_ids.id}", said)
        self.assertEqual(len(self.case.notice_ids), 1)

    def test_a_scheduled_payment(self):
        self.prove()
        said = self.say("está programado para el viernes")
        notice = self.case.notice_ids
        self.assertTrue(notice.scheduled)
        self.assertEqual(notice.date, days(4))
        self.assertIn("viernes, 5 de junio de 2026", said)

    def test_a_dispute_stops_one_invoice(self):
        self.prove()
        self.say(("tap", "dc1:dispute"))
        self.press(self.bills[0].name)
        self.press("Factura duplicada")
        said = self.say("la cobraron dos veces", ("photo", "miren"))
        dispute = self.case.dispute_ids
        self.assertEqual(
            (dispute.reason_id.code, dispute.amount, dispute.source, dispute.state),
            ("duplicate", 450_000, "whatsapp", "open"),
        )
        self.assertEqual(dispute.item_ids, self.item_of(self.bills[0]))
        self.assertIn("la cobraron dos veces", dispute.description)
        self.assertIn(f"Reclamo {dispute.id}", said)
        self.assertIn(dispute.deadline.strftime("%d/%m/%Y"), said)
        self.assertEqual(self.say("y el flete también"), "")
        self.assertIn("flete", dispute.description)
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "debt.dispute"), ("res_id", "=", dispute.id)]
        )
        self.assertEqual(len(files), 1)

    def test_what_is_disputed_already_goes_to_a_person(self):
        item = self.item_of(self.bills[0])
        self.env["debt.dispute"].create(
            {
                "item_ids": [Command.set(item.ids)],
                "reason_id": self.env.ref(
                    "debt_collection.debt_dispute_reason_price"
                ).id,
            }
        )
        self.prove()
        self.say(("tap", "dc1:dispute"))
        self.press(self.bills[0].name)
        self.press("Otro motivo")
        self.assertIn("revisión de un asesor", self.say("no me llegó completa"))
        self.assertEqual(len(self.case.dispute_ids), 1)
        self.assertEqual(self.conversation.waits_reason, "limit")

    def test_a_dispute_without_a_proof_is_a_task(self):
        self.say(("tap", "dc1:dispute"))
        self.press("Otro motivo")
        said = self.say("esto no es lo que pedí")
        self.assertNotIn("450", said)
        self.assertFalse(self.case.dispute_ids)
        self.assertEqual(self.conversation.waits_reason, "claim")
        self.assertIn("no es lo que pedí", self.tasks("answer").note)

    def test_an_offered_plan_is_accepted(self):
        manager = self.env.user
        plan = self.env["debt.plan"].create(
            {
                "case_id": self.case.id,
                "item_ids": [Command.set(self.item_of(self.bills[0]).ids)],
                "instalments": 2,
                "user_id": manager.id,
            }
        )
        plan.approval_note = "x"
        plan.action_offer()
        self.prove()
        self.assertIn("Acuerdo en cuotas", self.say("menu"))
        self.assertIn("¿Lo acepta?", self.say(("tap", "dc1:plan")))
        said = self.press("Sí, acepto")
        self.assertEqual((plan.state, plan.accepted_how), ("active", "whatsapp"))
        self.assertIn(f"acuerdo de pago {plan.id}", said)

    def test_the_link_to_pay_opens_the_page_of_the_case(self):
        self.prove()
        answer = self.hear(("tap", "dc1:pay"))
        posted = answer._payload(self.now)
        url = posted["interactive"]["action"]["parameters"]["url"]
        secret = url.rpartition("/")[2]
        links = self.env["debt.link"].sudo()
        self.assertEqual(links._find(secret, self.now), self.case)
        self.assertNotIn(secret, str(answer.read()))

    # === PEOPLE === #

    def test_a_person_is_asked_for(self):
        said = self.say("asesor")
        self.assertIn("Un asesor le escribirá", said)
        self.assertIn("+57 601 5550100", said)
        conversation = self.conversation
        self.assertTrue(conversation._is_silent(self.now))
        # the answer of the assistant still leaves
        self.assertFalse(conversation._is_taken_over(self.now))
        self.assertEqual(conversation.waits_reason, "asked")
        self.assertEqual(self.tasks("answer").user_id, self.agent)
        self.assertEqual(self.say("hola?"), "")
        self.assertEqual(len(self.tasks("answer")), 1)

    def test_who_asks_after_hours_is_answered_when_people_are_back(self):
        # Friday evening in Bogotá; the Monday after it is a holiday
        self.now = MORNING + timedelta(days=4, hours=11)
        self.assertIn("le escribiremos el 09/06/2026", self.say("asesor"))
        task = self.tasks("answer")
        self.assertEqual(task.planned_date, days(8))
        self.assertEqual(task.activity_id.date_deadline, days(8))

    def test_a_takeover_withdraws_what_waits_and_ends(self):
        self.say("hola")
        conversation = self.conversation
        conversation._mute(self.agent, self.now)
        self.assertTrue(conversation._is_taken_over(self.now))
        self.assertEqual(self.say("saldo"), "")
        self.assertEqual(conversation.human_user_id, self.agent)
        conversation.waits_since = False
        conversation._cron_watch(self.now + timedelta(hours=11))
        self.assertTrue(conversation.human_user_id)
        conversation._cron_watch(self.now + timedelta(hours=13))
        self.assertFalse(conversation.human_user_id)
        self.assertIn("asistente automático", self.say("hola", later=13 * 60))

    def test_handed_back(self):
        self.say("asesor")
        self.conversation._hand_back(self.now)
        self.assertFalse(self.conversation.waits_since)
        self.assertIn("asistente automático", self.say("hola"))

    def test_hardship_pauses_for_some_days(self):
        self.say("perdí el empleo, no sé qué hacer")
        self.assertEqual(self.case.state, "hold")
        # the eighth of June is a holiday
        self.assertEqual(self.case.hold_until, days(8))
        self.assertTrue(self.conversation.is_urgent)

    def test_what_is_sensitive_pauses_until_a_person_decides(self):
        said = self.say("mi padre falleció el lunes")
        self.assertIn("Una persona de nuestro equipo", said)
        self.assertEqual((self.case.state, self.case.hold_until), ("hold", False))
        self.assertEqual(self.conversation.waits_reason, "sensitive")

    def test_a_supervisor_hears_of_who_waits(self):
        boss = self.new_user("boss", "debt_collection.group_debt_supervisor")
        self.company.debt_dispute_supervisor_id = boss
        self.say("asesor")
        conversation = self.conversation
        conversation._cron_watch(self.now + timedelta(minutes=29))
        self.assertFalse(self.tasks("escalate"))
        conversation._cron_watch(self.now + timedelta(minutes=31))
        self.assertEqual(self.tasks("escalate").user_id, boss)
        conversation._cron_watch(self.now + timedelta(minutes=50))
        self.assertEqual(len(self.tasks("escalate")), 1)

    def test_a_supervisor_hears_of_strangers_too(self):
        boss = self.new_user("boss", "debt_collection.group_debt_supervisor")
        self.company.debt_dispute_supervisor_id = boss
        self.say("asesor", wa_id="573119998877")
        self.assertFalse(self.conversation.case_id)
        self.conversation._cron_watch(self.now + timedelta(minutes=31))
        self.assertEqual(self.account.activity_ids.user_id, boss)

    def test_at_night_nobody_is_late(self):
        self.now += timedelta(hours=12)
        self.assertIn("Nuestro horario es", self.say("asesor"))
        self.conversation._cron_watch(self.now + timedelta(hours=8))
        self.assertFalse(self.tasks("escalate"))

    def test_an_assistant_that_is_off_lets_people_answer(self):
        self.account.bot_enabled = False
        self.assertEqual(self.say("hola"), "")
        self.assertEqual(self.conversation.waits_reason, "off")
        self.assertEqual(len(self.tasks("answer")), 1)

    # === STOPPING === #

    def test_stopping(self):
        said = self.say("BAJA")
        self.assertIn("no le enviaremos más avisos", said)
        consents = self.env["debt.contact.consent"]
        self.assertTrue(
            consents._is_withdrawn(self.company, "+573001234567", "whatsapp")
        )
        self.say("alta")
        self.press("Sí, acepto")
        self.assertFalse(
            consents._is_withdrawn(self.company, "+573001234567", "whatsapp")
        )

    def test_agreeing_to_a_template(self):
        self.say("hola")
        asked = self.answers()[-1]
        asked.write({"wamid": "wamid.OUT1", "body": "¿Es correcto este número?"})
        self.say(("template", "dc1:agree:9Qb2xT", "wamid.OUT1"))
        consent = self.env["debt.contact.consent"].search([], limit=1)
        self.assertEqual(consent.state, "given")
        self.assertIn("¿Es correcto este número?", consent.wording)

    def test_texts_are_forgotten_after_a_while(self):
        self.say("asdf qwer")
        misses = self.env["debt.whatsapp.miss"].sudo()
        misses._gc_old()
        self.assertTrue(misses.search([]))
        with freeze_time(MORNING + timedelta(days=181)):
            misses._gc_old()
        self.assertFalse(misses.search([]))

    def test_stopping_by_a_button_while_a_person_answers(self):
        self.say("asesor")
        self.say(("tap", "dc1:stop"))
        consents = self.env["debt.contact.consent"]
        self.assertTrue(
            consents._is_withdrawn(self.company, "+573001234567", "whatsapp")
        )

    def test_the_wrong_person(self):
        self.say("no soy la ferretería")
        said = self.press("Número equivocado")
        self.assertNotIn("Andina", said.replace(self.company.name, ""))
        link = self.conversation.identity_id.link_ids
        self.assertEqual(link.state, "wrong_person")
        self.assertFalse(self.conversation.case_id)
        self.assertEqual(len(self.tasks("fix_phone")), 1)
        self.assertNotIn("450", self.say("saldo"))

    def test_the_wrong_person_of_one_customer_only(self):
        other = self.new_debtor("Talleres Ríos", lang="es_419")
        self.invoice(77_000, due=days(-3), partner=other)
        self.run_on()
        self.say("hola")
        identity = self.conversation.identity_id
        for customer in (self.debtor, other):
            identity._check_passed(customer, self.company, "both", self.now)
        self.say("saldo")
        self.press("Talleres Ríos")
        self.say(("tap", "dc1:wrong"))
        states = {link.partner_id: link.state for link in identity.link_ids}
        self.assertEqual(states, {self.debtor: "confirmed", other: "wrong_person"})

    # === MACHINES, DELAYS, HOSTILE TEXTS === #

    def test_pieces_are_answered_together(self):
        self.assertEqual(len(self.hear("hola", "quiero", "saldo")), 1)

    def test_an_echo_ends(self):
        said = [self.say("Gracias por su mensaje") for _time in range(4)]
        self.assertEqual([bool(each) for each in said], [True, True, False, False])
        said = [self.say(("tap", "dc1:menu")) for _time in range(4)]
        self.assertTrue(all(said))

    def test_nobody_gets_more_than_twenty_answers_an_hour(self):
        self.say("hola")
        answer = self.answers()
        for number in range(19):
            answer.copy({"moment": self.now, "uuid": f"u{number}"})
        self.assertEqual(self.say("saldo"), "")
        # a person looks at it, once
        self.assertEqual(self.conversation.waits_reason, "missed")
        self.assertEqual(self.say("saldo?"), "")
        self.assertEqual(len(self.tasks("answer")), 1)
        self.assertIn("últimos 4 dígitos", self.say("saldo", later=61))

    def test_a_backlog_gets_one_apology(self):
        self.assertIn("Disculpe la demora", self.say("saldo", "hola?", age=15))

    def test_hostile_texts_do_no_harm(self):
        self.prove()
        self.say(("tap", "dc1:dispute"))
        self.press(self.bills[0].name)
        self.press("Otro motivo")
        hostile = "<script>alert(1)</script> {{ 7*7 }} <t t-out='env'/> {ref}"
        self.say(hostile)
        self.assertEqual(self.case.dispute_ids.description, hostile)
        bodies = " ".join(self.case.message_ids.mapped("body"))
        self.assertNotIn("<script", bodies)

    def test_a_turn_that_fails_asks_for_a_person(self):
        with (
            patch.object(
                type(self.env["debt.whatsapp.conversation"]),
                "_dialogue_facts",
                side_effect=ValueError("a bug"),
            ),
            self.assertLogs("odoo.addons.debt_collection_whatsapp", "ERROR"),
        ):
            self.assertEqual(self.say("hola"), "")
        self.assertTrue(self.conversation.waits_since)

    # === COMPANIES AND RIGHTS === #

    def test_two_companies_do_not_know_of_each_other(self):
        other = self.env["res.company"].create(
            {"name": "Otra", "country_id": self.company.country_id.id}
        )
        number = "99887766"
        account = self.new_account(
            other,
            waba_id=WABA,
            phone_number_id="99887766",
            name="Otra",
            bot_enabled=True,
        )
        self.prove()
        said = self.say("saldo", number=number)
        self.assertNotIn("450", said)
        self.assertIn("y el número de una factura", said)
        theirs = self.env["debt.whatsapp.conversation"].sudo()
        theirs = theirs.search([("account_id", "=", account.id)])
        self.assertFalse(theirs.case_id)
        self.assertTrue(theirs.session_id)
        sessions = self.env["debt.whatsapp.session"].with_user(self.agent)
        self.assertNotIn(theirs.session_id, sessions.search([]))
        self.assertNotIn("450", self.say(f"3456 {self.bills[0].name}", number=number))

    def test_figures_and_misses(self):
        self.say("asdf qwer")
        self.prove()
        self.say(("tap", "dc1:promise"))
        self.say("450.000 mañana")
        self.press("Sí, confirmo")
        session = self.conversation.session_id
        self.assertEqual(
            (session.promises, session.misses, session.contained, session.verified),
            (1, 1, True, True),
        )
        miss = self.env["debt.whatsapp.miss"].sudo().search([])
        self.assertEqual(miss.text, "asdf qwer")
        self.say("hola", later=40)
        self.assertNotEqual(self.conversation.session_id, session)
        self.say("asesor")
        self.assertFalse(self.conversation.session_id.contained)

    def test_agents_read_and_change_nothing(self):
        self.say("asdf qwer")
        session = self.conversation.session_id
        as_agent = session.with_user(self.agent)
        self.assertEqual(as_agent.turns, 1)
        with self.assertRaises(AccessError):
            as_agent.write({"promises": 9})
        with self.assertRaises(AccessError):
            self.conversation.with_user(self.agent).write({"session": {}})
        with self.assertRaises(AccessError):
            self.env["debt.whatsapp.miss"].with_user(self.agent).search([])
