from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.sms.tools.sms_api import SmsApiBase

from ..models.contact.debt_queue_mixin import TRIES
from .common import DAY, DebtCommon
from .sms_provider import provider_of

DUE = DAY - timedelta(days=4)
NUMBER = "+573001234567"


class SmsCommon(DebtCommon):
    """A customer in Colombia who gets an SMS three days after the due date."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colombia = cls.env.ref("base.co")
        cls.debtor.write({"phone": "300 123 4567", "country_id": cls.colombia.id})
        cls.strategy = cls.new_strategy([(3, "sms")], quiet_days=0)
        cls.segment.strategy_id = cls.strategy

    def queued(self, **values):
        """Return the action of an invoice, and its message in the queue."""
        self.invoice_ = self.invoice(100, due=DUE, **values)
        actions = self.actions_of(self.run_on()).sudo()
        action = actions.filtered(lambda a: a.debtor_id == self.debtor)
        self.assertEqual((action.state, action.delivery), ("sent", "queued"))
        return action, self.sms_of(action)

    def sms_of(self, actions):
        queue = self.env["sms.sms"].sudo()
        return queue.search([("debt_action_id", "in", actions.ids)], order="id")

    def work_queue(self):
        self.env["sms.sms"].sudo()._process_queue()


@tagged("post_install", "-at_install")
class TestSms(SmsCommon):
    """What the customer reads, and at which number."""

    def test_it_says_what_is_owed_and_where_to_pay(self):
        action, sms = self.queued()
        self.assertEqual(sms.number, NUMBER)
        self.assertEqual(action.address, NUMBER)
        self.assertEqual(self.debtor.phone, "300 123 4567", "what was typed stays")
        for text in (self.company.name, "100.00", "/d/", action.text_reference):
            self.assertIn(text, sms.body)
        self.assertEqual(action.sms_parts, 1 if len(sms.body) <= 160 else 2)
        self.assertEqual(sms._get_sms_company(), self.company)

    def test_the_chatter_has_the_text_without_the_secret_of_the_link(self):
        action, sms = self.queued()
        secret = sms.body.split("/d/")[1][:12]
        message = action.mail_message_id
        self.assertEqual((message.model, message.message_type), ("debt.case", "sms"))
        self.assertIn("100.00", message.body)
        self.assertIn(secret[:4], message.body)
        self.assertNotIn(secret, message.body)

    def test_it_speaks_the_language_of_its_reader(self):
        self.env["res.lang"]._activate_lang("es_CO")
        template = self.env.ref("debt_collection.debt_text_template_sms")
        template.with_context(lang="es_CO").body = "Vencido: {amount} {link}"
        self.debtor.lang = "es_CO"
        _action, sms = self.queued()
        self.assertIn("Vencido: ", sms.body)
        self.assertIn("100,00", sms.body)

    def test_the_step_may_have_a_text_of_its_own(self):
        self.strategy.step_ids.text_template_id = self.env["debt.text.template"].create(
            {"name": "Own", "body": "Pay {oldest}. {customer}"}
        )
        action, sms = self.queued()
        self.assertEqual(sms.body, f"Pay {self.invoice_.name}. {self.debtor.name}")
        links = self.env["debt.link"].sudo().search([])
        self.assertNotIn(action.case_id, links.case_id, "nobody asked for a link")

    def test_what_people_typed_into_names_is_text(self):
        self.debtor.name = "<script>alert(1)</script>"
        self.strategy.step_ids.text_template_id = self.env["debt.text.template"].create(
            {"name": "Own", "body": "Pay. {customer}"}
        )
        action, sms = self.queued()
        self.assertIn("<script>", sms.body, "it is no HTML")
        self.assertNotIn("<script>", action.mail_message_id.body)
        self.assertIn("&lt;script&gt;", action.mail_message_id.body)

    def test_it_goes_to_who_pays_else_to_the_customer(self):
        payer = self.env["res.partner"].create(
            {
                "name": "Pagos",
                "type": "invoice",
                "phone": "+57 301 765 4321",
                "parent_id": self.debtor.id,
            }
        )
        action, sms = self.queued()
        self.assertEqual(sms.number, "+573017654321")
        # nobody has this number: the customer's own one is left
        payer._debt_phone("wrong", DAY)
        channel = self.env["debt.channel.sms"]
        self.assertEqual(channel._addresses(action), {action: NUMBER})

    def test_who_has_no_mobile_number_is_not_reached(self):
        for phone in (False, "12", "no phone", "+57 601 555 0100"):
            with self.subTest(phone=phone):
                self.debtor.phone = phone
                action = self.env["debt.action"].new(
                    {
                        "partner_id": self.debtor.id,
                        "debtor_id": self.debtor.id,
                        "company_id": self.company.id,
                    }
                )
                channel = self.env["debt.channel.sms"]
                self.assertFalse(channel._addresses(action))

    def test_a_number_without_country_is_of_the_company(self):
        self.debtor.country_id = False
        self.company.country_id = self.env.ref("base.mx")
        self.debtor.phone = "55 1234 5678"
        self.assertEqual(self.debtor.debt_phone, "+525512345678")
        self.debtor.phone = "0057 300 1234567"
        self.assertEqual(self.debtor.debt_phone, NUMBER)

    def test_a_number_on_the_blacklist_is_none(self):
        self.env["phone.blacklist"].sudo()._add([NUMBER])
        self.invoice(100, due=DUE)
        message, task = self.actions_of(self.run_on())
        self.assertEqual((message.state, message.reason), ("skipped", "blacklisted"))
        self.assertEqual(task.purpose, "fix_phone")

    def test_test_mode_sends_to_the_test_phone(self):
        self.company.write(
            {
                "debt_test_mode": True,
                "debt_test_email": "me@example.com",
                "debt_test_phone": "+57 310 000 0000",
            }
        )
        action, sms = self.queued()
        self.assertEqual(sms.number, "+573100000000")
        self.assertIn(NUMBER, sms.body)
        self.assertTrue(action.is_test)

    def test_without_a_test_phone_nothing_leaves_in_test_mode(self):
        self.company.write(
            {"debt_test_mode": True, "debt_test_email": "me@example.com"}
        )
        invoice = self.invoice(100, due=DUE)
        action = self.actions_of(self.run_on())
        self.assertRecordValues(
            action, [{"state": "skipped", "reason": "no_test_address"}]
        )
        self.assertFalse(self.sms_of(action))
        self.assertFalse(self.item_of(invoice).step_id, "the item falls back")

    def test_the_test_phone_has_to_be_one(self):
        with self.assertRaises(ValidationError):
            self.company.debt_test_phone = "12"

    def test_the_preview_shows_the_text_and_its_parts(self):
        self.strategy.mode = "approve"
        self.invoice(100, due=DUE)
        action = self.actions_of(self.run_on())
        self.assertIn("100.00", action.preview)
        self.assertIn("parts: ", action.preview)
        self.assertFalse(self.sms_of(action))
        self.assertFalse(self.env["debt.link"].sudo().search([]), "only looked at")

    def test_a_text_tells_how_long_it_is(self):
        template = self.env["debt.text.template"].create({"name": "x", "body": "Hola"})
        self.assertEqual(template.sms_size, "4 characters, parts: 1")
        template.body = "á" * 71
        self.assertIn("á", template.sms_size)
        self.assertFalse(template.sms_is_long)
        template.body = "{documents} " * 20
        self.assertTrue(template.sms_is_long)

    def test_shipped_texts_are_short(self):
        for name in ("sms", "sms_preventive"):
            template = self.env.ref(f"debt_collection.debt_text_template_{name}")
            self.assertFalse(template.sms_is_long, template.sms_size)


@tagged("post_install", "-at_install")
class TestSmsQueue(SmsCommon):
    """Messages leave once, and only while something is owed."""

    def setUp(self):
        super().setUp()
        self.action, self.sms = self.queued()
        self.provider = self.enterContext(provider_of(self.env))
        self.enterContext(
            mute_logger(
                "odoo.addons.iap.tools.iap_tools",
                "odoo.addons.sms.models.sms_sms",
            )
        )

    def test_one_that_may_not_leave_any_more_takes_the_next_channel(self):
        self.env["debt.strategy.step.fallback"].create(
            {"step_id": self.action.step_id.id, "channel": "email"}
        )
        self.env["debt.contact.consent"]._withdraw(NUMBER, "sms", "said so")
        self.work_queue()
        self.assertEqual(self.sms.state, "canceled")
        self.assertEqual((self.action.channel, self.action.state), ("email", "planned"))

    def test_a_message_leaves_once(self):
        self.work_queue()
        self.sms.send()
        self.work_queue()
        self.assertEqual(self.provider.accepted, [(NUMBER, self.sms.body)])
        self.assertEqual(self.sms.state, "pending")
        self.assertEqual(
            (self.action.state, self.action.delivery), ("sent", "accepted")
        )

    def test_who_paid_meanwhile_gets_nothing(self):
        self.pay(self.invoice_)
        self.work_queue()
        self.assertFalse(self.provider.calls)
        self.assertEqual(self.sms.state, "canceled")
        self.assertEqual(
            (self.action.state, self.action.reason), ("skipped", "settled")
        )
        self.assertFalse(self.case_of().last_message_day, "nobody was contacted")

    def test_an_amount_that_changed_is_written_again(self):
        self.pay(self.invoice_, 30)
        self.work_queue()
        self.assertFalse(self.provider.calls)
        self.assertEqual(self.action.state, "planned")
        now = self.company._debt_noon(DAY)
        self.env["debt.run"].sudo()._dispatch(self.company, now)
        self.work_queue()
        ((_number, text),) = self.provider.accepted
        self.assertIn("70.00", text)

    def test_who_wants_no_more_messages_gets_none_of_the_queue(self):
        self.env["phone.blacklist"].sudo()._add([NUMBER])
        self.work_queue()
        self.assertFalse(self.provider.calls)
        now = self.company._debt_noon(DAY)
        self.env["debt.run"].sudo()._dispatch(self.company, now)
        self.work_queue()
        self.assertFalse(self.provider.calls)
        self.assertEqual(
            (self.action.state, self.action.reason), ("skipped", "blacklisted")
        )

    def test_a_message_lost_while_it_was_handed_over_is_never_sent_again(self):
        self.sms.debt_claimed = self.company._debt_noon(DAY)
        self.env["debt.run"]._find_lost()
        self.assertEqual((self.action.state, self.action.reason), ("uncertain", "lost"))
        self.work_queue()
        self.sms.send()
        self.assertFalse(self.provider.calls)

    def test_a_message_taken_out_of_the_queue_was_not_sent(self):
        for take_out in ("action_set_canceled", "unlink"):
            with self.subTest(take_out=take_out):
                action = self.actions_of(self.run_on()).sudo() or self.action
                getattr(self.sms_of(action), take_out)()
                self.assertEqual(
                    (action.state, action.reason), ("skipped", "withdrawn")
                )
                self.assertFalse(self.item_of(self.invoice_).step_id, "it fell back")

    def test_no_second_message_while_the_first_one_waits(self):
        run = self.env["debt.run"]._run(self.company, day=DAY + timedelta(days=30))
        self.assertFalse(self.actions_of(run).filtered(lambda a: a.track == "message"))

    def test_each_way_to_go_wrong(self):
        """(behaviour, did it take the message, state, delivery, tries)"""
        lost, later = ("uncertain", False, 0), ("sent", "queued", 1)
        table = {
            "hang": (0, *lost),
            "take_and_hang": (1, *lost),
            "take_and_hang_up": (1, *lost),
            "html": (0, *lost),
            "truncated": (1, *lost),
            "empty": (0, *lost),
            "nonsense": (0, *lost),
            "busy": (0, *later),
            "fail": (0, *later),
            "gateway": (0, *later),
            "no_credit": (0, *later),
        }
        for behaviour, (taken, state, delivery, tries) in table.items():
            with self.subTest(behaviour=behaviour):
                self.again()
                self.provider.accepted.clear()
                self.provider.behaviour = behaviour
                self.work_queue()
                self.assertEqual(len(self.provider.accepted), taken)
                self.assertEqual(
                    (self.action.state, self.action.delivery, self.sms.debt_tries),
                    (state, delivery, tries),
                )
                self.provider.behaviour = "take"
                self.work_queue()
                self.assertEqual(len(self.provider.accepted), taken, "not again now")

    def again(self):
        """Put the message back as it was when it was queued."""
        self.action.write({"state": "sent", "reason": False, "delivery": "queued"})
        self.sms.write(
            {
                "state": "outgoing",
                "debt_claimed": False,
                "debt_tries": 0,
                "debt_next_try": False,
            }
        )

    def test_a_provider_that_is_not_there_is_asked_later(self):
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("sms.endpoint", "http://127.0.0.1:9")
        self.work_queue()
        self.assertEqual((self.action.state, self.action.delivery), ("sent", "queued"))
        self.assertTrue(self.sms.debt_next_try)

    def test_words_of_the_provider(self):
        table = {
            "processing": ("sent", "accepted"),
            "insufficient_credit": ("sent", "queued"),
            "country_not_supported": ("failed", "failed"),
            "wrong_number_format": ("failed", "failed"),
        }
        for word, expected in table.items():
            with self.subTest(word=word):
                self.again()
                self.provider.word = word
                self.work_queue()
                self.assertEqual((self.action.state, self.action.delivery), expected)
        self.assertEqual(self.action.reason, "wrong_number")
        self.assertEqual(self.debtor.debt_phone_state, "wrong")

    def test_it_waits_as_long_as_the_provider_asks_and_longer_each_time(self):
        start = fields.Datetime.now()
        with freeze_time(start) as clock:
            self.provider.behaviour = "busy"
            self.work_queue()
            self.assertEqual(self.sms.debt_next_try, start + timedelta(hours=2))
            self.provider.behaviour = "fail"
            waits = []
            while self.sms.state == "outgoing":
                clock.move_to(self.sms.debt_next_try)
                now = fields.Datetime.now()
                self.work_queue()
                waits.append((self.sms.debt_next_try - now).total_seconds() / 60)
        self.assertEqual(self.provider.calls, TRIES)
        self.assertEqual(waits[:-1], [15, 45, 135, 405])
        self.assertEqual(
            (self.action.state, self.action.reason), ("failed", "rejected")
        )

    def test_a_person_decides_on_an_uncertain_message(self):
        self.provider.behaviour = "take_and_hang"
        self.work_queue()
        self.action.with_user(self.agent).action_send_again()
        self.provider.behaviour = "take"
        now = self.company._debt_noon(DAY)
        self.env["debt.run"].sudo()._dispatch(self.company, now)
        self.work_queue()
        self.assertEqual(len(self.provider.accepted), 2, "as the person wanted")
        self.assertEqual(len(self.sms_of(self.action)), 2)

    # === SEVERAL COMPANIES === #

    def test_each_company_has_its_provider(self):
        other = self.setup_other_company()["company"]
        used = []

        class Api(SmsApiBase):
            def _send_sms_batch(self, messages, delivery_reports_url=False):
                used.append((self.company, self.env.company))
                return [
                    {"uuid": number["uuid"], "state": "success"}
                    for message in messages
                    for number in message["numbers"]
                ]

        queue = self.env["sms.sms"].sudo()
        theirs = queue.browse()
        for company in (self.company, other):
            message = self.env["mail.message"].create(
                {"body": "x", "record_company_id": company.id}
            )
            theirs += queue.create(
                {"number": "+1", "body": "x", "mail_message_id": message.id}
            )
        Company = self.env.registry["res.company"]
        with patch.object(Company, "_get_sms_api_class", lambda company: Api):
            self.work_queue()
        self.assertEqual(set(theirs.mapped("state")), {"pending"})
        self.assertEqual(used, [(c, c) for c in (self.company, other, self.company)])

    def test_a_provider_that_is_down_is_left_alone_and_nobody_else(self):
        for number in range(5):
            debtor = self.new_debtor(
                f"More{number}", phone=NUMBER, country_id=self.colombia.id
            )
            self.invoice(100, due=DUE, partner=debtor)
        self.run_on()
        self.provider.behaviour = "fail"
        self.work_queue()
        self.assertEqual(self.provider.calls, 3, "the others wait")
        self.provider.behaviour = "take"
        self.work_queue()
        self.assertEqual(len(self.provider.accepted), 3, "those that were not offered")


@tagged("post_install", "-at_install")
class TestSmsReports(SmsCommon):
    """What the provider tells afterwards, and what customers answer."""

    def setUp(self):
        super().setUp()
        self.action, self.sms = self.queued()
        self.sms.debt_claimed = self.company._debt_noon(DAY)
        self.sms._debt_report("accepted", None)
        self.tracker = self.sms.sms_tracker_id

    def report(self, state):
        """As the controller of Odoo does with a report of its own provider."""
        if state := self.sms.IAP_TO_SMS_STATE_SUCCESS.get(state, state):
            if state in self.tracker.SMS_STATE_TO_NOTIFICATION_STATUS:
                self.tracker._action_update_from_sms_state(state)
            else:
                self.tracker._action_update_from_provider_error(state)

    def fixes(self):
        return self.env["debt.action"].search(
            [("purpose", "in", ("fix_phone", "fix_contact")), ("state", "!=", "done")]
        )

    def test_it_arrived(self):
        self.report("delivered")
        self.assertEqual(
            (self.action.state, self.action.delivery), ("sent", "delivered")
        )
        self.report("not_delivered")
        self.assertEqual(self.action.delivery, "delivered", "no way back")

    def test_it_did_not_arrive(self):
        self.report("not_delivered")
        self.assertRecordValues(
            self.action,
            [{"state": "failed", "delivery": "failed", "reason": "undelivered"}],
        )
        self.assertFalse(self.case_of().last_message_day, "nobody read it")
        self.assertFalse(self.fixes(), "the number may be right")

    def test_a_wrong_number_opens_one_task_and_the_number_is_left_alone(self):
        self.report("invalid_destination")
        self.report("invalid_destination")
        self.assertRecordValues(
            self.action,
            [
                {
                    "state": "failed",
                    "reason": "wrong_number",
                    "outcome_id": self.env["debt.outcome"]._by_code("wrong_number").id,
                }
            ],
        )
        task = self.fixes()
        self.assertRecordValues(
            task, [{"purpose": "fix_phone", "partner_id": self.debtor.id}]
        )
        self.assertEqual(self.debtor.debt_phone_state, "wrong")
        self.run_on()
        invoice = self.invoice(50, due=DUE)
        self.assertHeld(self.run_on(DAY + timedelta(days=1)), invoice, "no_address")
        self.debtor.phone = "+57 300 999 9999"
        self.assertEqual(task.state, "done")
        self.assertFalse(self.debtor.debt_phone_state)
        new = self.actions_of(self.run_on(DAY + timedelta(days=2)))
        self.assertEqual(self.sms_of(new).number, "+573009999999")

    def test_a_report_heals_what_nobody_knew(self):
        self.sms._debt_lose()
        self.assertEqual(self.action.state, "uncertain")
        self.report("delivered")
        self.assertRecordValues(
            self.action, [{"state": "sent", "delivery": "delivered", "reason": False}]
        )

    def test_reports_in_any_order_end_the_same(self):
        for states in (
            ("sent", "delivered"),
            ("delivered", "sent"),
            ("delivered", "processing", "sent"),
            ("not_delivered", "delivered"),
            ("rejected", "delivered", "rejected"),
        ):
            with self.subTest(states=states):
                self.action.write(
                    {"state": "sent", "reason": False, "delivery": "accepted"}
                )
                for state in states:
                    self.report(state)
                self.assertEqual(
                    (self.action.state, self.action.delivery), ("sent", "delivered")
                )

    def test_a_report_of_an_earlier_message_does_not_end_a_later_one(self):
        now = self.company._debt_noon(DAY)
        self.action.write({"state": "uncertain", "reason": "lost"})
        self.action.action_send_again()
        self.env["debt.run"].sudo()._dispatch(self.company, now)
        self.assertEqual(len(self.sms_of(self.action)), 2)
        self.report("not_delivered")
        self.assertEqual((self.action.state, self.action.delivery), ("sent", "queued"))

    # === ANSWERS === #

    def reply(self, text, number=NUMBER, ref=None):
        return self.env["debt.action"]._sms_reply(self.company, number, text, ref)

    def answers(self):
        return self.env["debt.action"].search([("purpose", "=", "answer")])

    def test_an_answer_is_a_contact_and_a_task_for_the_agent(self):
        contact = self.reply("Ya pagué <b>ayer</b>")
        self.assertRecordValues(
            contact,
            [
                {
                    "case_id": self.case_of().id,
                    "channel": "sms",
                    "incoming": True,
                    "reached": "debtor",
                    "state": "done",
                    "note": "Ya pagué <b>ayer</b>",
                }
            ],
        )
        task = self.answers()
        self.assertEqual(task.activity_id.user_id, self.agent)
        self.assertIn("&lt;b&gt;", task.activity_id.note)
        self.assertIn("&lt;b&gt;", self.case_of().message_ids[0].body)
        self.reply("¿Hola?")
        self.assertEqual(len(self.answers()), 1, "one task, not one for each")

    def test_the_same_answer_is_taken_once(self):
        self.assertTrue(self.reply("Hola", ref="SM1"))
        self.assertFalse(self.reply("Hola", ref="SM1"))
        self.assertTrue(self.reply("Hola", ref="SM2"))

    def test_a_stop_word_ends_the_messages(self):
        self.reply("BAJA, por favor")
        blacklist = self.env["phone.blacklist"].sudo()
        self.assertTrue(blacklist.search([("number", "=", NUMBER)]))
        self.assertFalse(self.answers())
        channel = self.env["debt.channel.sms"]
        self.assertFalse(channel._addresses(self.action))

    def test_a_stop_word_of_a_stranger_ends_them_too(self):
        self.assertFalse(self.reply("STOP", "+573110000000"))
        blacklist = self.env["phone.blacklist"].sudo()
        self.assertTrue(blacklist.search([("number", "=", "+573110000000")]))

    def test_who_never_got_a_message_is_found_by_the_number(self):
        other = self.new_debtor(
            "Otro", phone="301 555 0000", country_id=self.colombia.id
        )
        self.invoice(100, due=DAY + timedelta(days=30), partner=other)
        self.run_on(DAY + timedelta(days=1))
        contact = self.reply("Hola", "+573015550000")
        self.assertEqual(contact.case_id, self.case_of(other))

    def test_an_answer_to_one_company_is_not_for_another(self):
        company = self.setup_other_company()["company"]
        contact = self.env["debt.action"]._sms_reply(company, NUMBER, "Hola")
        self.assertFalse(contact)

    def test_long_and_strange_answers_are_text(self):
        for text in ("x" * 70_000, "{{ 7*7 }} ${7*7}", "\u202eabc", "", "😀" * 50):
            with self.subTest(text=text[:10]):
                contact = self.reply(text)
                self.assertEqual(contact.note or "", text[:2000])
