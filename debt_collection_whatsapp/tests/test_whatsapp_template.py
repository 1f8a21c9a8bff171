from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import freeze_time, tagged

from ..logic.template_lint import WARNS
from ..models.templates.debt_whatsapp_template_send_mixin import NothingToSay
from ..tools.graph_client import GraphError
from .common import DAY
from .fake_graph import PHONE_NUMBER, WABA
from .template_common import LINK, NOW, TemplateCommon


@freeze_time(NOW)
@tagged("post_install", "-at_install")
class TestTemplateContent(TemplateCommon):
    """What is sent of a template, and which one."""

    def test_the_shipped_messages_have_nothing_that_meta_refuses(self):
        texts = self.texts.search([("code", "=like", "dc_%")])
        self.assertEqual(len(texts), 10)
        for text in texts:
            for lang, meta in (("en_US", "en"), ("es_419", "es")):
                found = text.with_context(lang=lang)._lint(meta)
                with self.subTest(text=text.code, lang=lang):
                    self.assertEqual([f for f in found if f.level != WARNS], [])

    def test_the_buttons_are_those_of_the_table(self):
        buttons = {
            text.code: [b.reply or b.kind for b in text._buttons()]
            for text in self.texts.search([("code", "=like", "dc_%")])
        }
        self.assertEqual(
            buttons,
            {
                "dc_due_soon": ["url", "paid", "human"],
                "dc_due_today": ["url", "paid", "human"],
                "dc_overdue_notice": ["url", "paid", "human"],
                "dc_account_notice": ["url", "human"],
                "dc_statement": ["human"],
                "dc_payment_received": [],
                "dc_promise_confirmed": ["change", "human"],
                "dc_promise_reminder": ["url", "paid", "change"],
                "dc_case_update": ["human"],
                "dc_channel_welcome": ["agree", "stop"],
            },
        )
        self.overdue.shape = "a"
        self.assertEqual(self.overdue._buttons().mapped("kind"), ["url"])

    def test_amounts_and_dates_are_in_the_language_of_the_template(self):
        (invoice,) = self.owes(1234.5)
        templates = self.submitted()
        (english, spanish) = templates["en"], templates["es"]
        content = english._content(self.sample(), LINK)["template"]
        self.assertEqual(content["name"], "dc_overdue_notice_v1")
        self.assertEqual(content["language"], {"code": "en"})
        body, url, paid, human = content["components"]
        values = [value["text"] for value in body["parameters"]]
        self.assertEqual(
            values, ["Ferretería Andina", invoice.name, "$\xa01,234.50", "05/27/2026"]
        )
        self.assertEqual(url["parameters"], [{"type": "text", "text": "9Qb2xT7pLm4K"}])
        self.assertEqual(url["index"], "0")
        self.assertEqual(paid["parameters"][0]["payload"], "dc1:paid:tok_1")
        self.assertEqual(human["parameters"][0]["payload"], "dc1:human:tok_1")
        self.assertEqual(human["index"], "2")
        # the debtor has no language: that of the template, not that of Odoo
        told = spanish._text(self.sample())
        self.assertIn("venció el 27/05/2026", told)
        self.assertIn(f"su factura {invoice.name}", told)
        self.assertNotIn("{{", told)

    def test_meta_takes_what_is_made_of_each_message(self):
        self.owes(100)
        promise = self.env["debt.promise"].create(
            {
                "case_id": self.case_of().id,
                "amount": 100,
                "currency_id": self.company.currency_id.id,
                "date": DAY + timedelta(days=3),
            }
        )
        file = {"document": {"id": "1013859", "filename": "statement.pdf"}}
        for text in self.texts.search([("code", "=like", "dc_%")]):
            if text.purpose == "received":
                continue  # it needs a case that was paid: see the thanks
            template = self.submitted(text)["es"]
            action = self.sample(promise_id=promise.id)
            content = template._content(action, {**LINK, **file})
            envelope = {"messaging_product": "whatsapp", "to": "573001234567"}
            client = self.account.sudo()._client()
            with self.subTest(text=text.code):
                self.assertTrue(client.send(PHONE_NUMBER, {**envelope, **content}))
                self.assertNotIn("{{", template._text(action))

    def test_thanks_say_what_was_paid(self):
        (invoice,) = self.owes(100)
        self.pay(invoice, day=DAY)
        self.run_on(DAY)
        case = self.case_of()
        items = self.item_of(invoice)
        template = self.submitted(self.text("payment_received"))["en"]
        action = self.sample(episode=case.episode, item_refs=items.ids)
        self.assertIn(
            "your payment of $\xa0100.00 dated 06/01/2026. Your current balance is "
            "$\xa00.00.",
            template._text(action),
        )

    def test_several_documents_are_not_said_to_be_one(self):
        first = self.invoice(100, due=DAY - timedelta(days=9))
        self.owes(50)
        template = self.submitted()["en"]
        self.assertIn(
            f"your invoice {first.name} and 1 more for $\xa0150.00",
            template._text(self.sample()),
        )

    def test_each_currency_is_its_own(self):
        euro = self.setup_other_currency("EUR", rates=[("2020-01-01", 0.5)])
        self.invoice(10, due=DAY - timedelta(days=5), currency=euro)
        self.owes(100)
        told = self.submitted()["en"]._text(self.sample())
        self.assertIn("100.00", told)
        self.assertIn("10.00\xa0€", told)

    def test_without_an_amount_nothing_is_sent(self):
        self.owes(100)
        template = self.submitted()["en"]
        template.param_ids.fallback = "something"
        self.assertIn("nothing to write", template._bubble(self.sample(item_refs=[])))
        with self.assertRaises(NothingToSay):
            template._content(self.sample(item_refs=[]), LINK)

    def test_a_text_that_is_empty_has_its_substitute_or_nothing_is_sent(self):
        self.owes(100)
        template = self.submitted(self.text("case_update"))["en"]
        row = template.param_ids.filtered(lambda p: p.source == "request")
        row.source = "document"
        with self.assertRaises(NothingToSay):
            template._content(self.sample(item_refs=[]), LINK)
        row.fallback = "your account"
        told = template._text(self.sample(item_refs=[]))
        self.assertIn("reviewed your request your account and", told)
        row.required = True
        with self.assertRaises(NothingToSay):
            template._content(self.sample(item_refs=[]), LINK)

    def test_without_its_link_nothing_is_sent(self):
        self.owes(100)
        template = self.submitted()["en"]
        for link in (None, {}, {"token": "x"}):
            with self.assertRaises(NothingToSay):
                template._content(self.sample(), link)

    def test_names_are_one_line_whatever_they_hold(self):
        self.owes(100)
        self.debtor.name = "Ana\n\n  {{3}}\t<b>Torres\u202e"
        template = self.submitted()["en"]
        body = template._content(self.sample(), LINK)["template"]["components"][0]
        self.assertEqual(body["parameters"][0]["text"], "Ana {{3}} <b>Torres")
        told = template._text(self.sample())
        self.assertIn("Hello Ana {{3}} <b>Torres, your invoice", told)
        drawn = template._bubble(self.sample())
        self.assertIn("Ana {{3}} &lt;b&gt;Torres", drawn)

    def test_a_statement_goes_in_the_header(self):
        self.owes(100)
        template = self.submitted(self.text("statement"))["en"]
        self.assertTrue(template._needs_document())
        self.assertTrue(template.sendable)
        file = {"id": "1013859", "filename": "statement.pdf"}
        content = template._content(self.sample(), {**LINK, "document": file})
        self.assertEqual(
            content["template"]["components"][0]["parameters"],
            [{"type": "document", "document": file}],
        )
        with self.assertRaises(NothingToSay):
            template._content(self.sample(), LINK)

    # === WHICH ONE === #

    def test_the_message_goes_by_the_days(self):
        for days, code in ((-3, "due_soon"), (0, "due_today"), (3, "overdue_notice")):
            strategy = self.new_strategy([(days, "email")])
            action = self.sample(step_id=strategy.step_ids.id)
            self.assertEqual(self.texts._of_action(action), self.text(code))
        self.assertEqual(self.texts._of_action(self.sample()), self.overdue)

    def test_a_campaign_does_not_say_that_what_is_not_due_was_due(self):
        for days, code in ((5, "due_soon"), (0, "due_today"), (-5, "overdue_notice")):
            due = DAY + timedelta(days=days)
            self.invoice(100, due=due)
            self.run_on(DAY)
            items = self.env["debt.item"].search([("date_due", "=", due)])
            action = self.sample(item_refs=items.ids)
            self.assertEqual(self.texts._of_action(action), self.text(code))

    def test_promises_and_thanks_have_their_own(self):
        for purpose, code in (
            ("promise_confirm", "promise_confirmed"),
            ("promise_remind", "promise_reminder"),
            ("thanks", "payment_received"),
            ("statement", "statement"),
        ):
            action = self.sample(purpose=purpose)
            self.assertEqual(self.texts._of_action(action), self.text(code))

    def test_the_company_may_have_its_own_words(self):
        own = self.overdue.copy({"company_id": self.company.id})
        self.assertEqual(own.code, "dc_overdue_notice_2")
        self.assertEqual(self.texts._of_action(self.sample()), own)
        other = self.env["res.company"].create({"name": "Other"})
        own.company_id = other
        self.assertEqual(self.texts._of_action(self.sample()), self.overdue)

    def test_who_is_beyond_friendly_contact_gets_none(self):
        self.owes(100)
        action = self.sample()
        prelegal = self.env.ref("debt_collection.debt_stage_prelegal")
        self.assertTrue(prelegal.no_whatsapp)
        action.case_id.stage_id = prelegal
        self.assertFalse(self.texts._of_action(action))
        # what they agreed to themselves is confirmed there as well
        self.assertTrue(self.texts._of_action(self.sample(purpose="promise_confirm")))

    def test_only_what_meta_approved_and_counts_as_asked_is_sent(self):
        template = self.submitted()["es"]
        find = self.overdue._template_for
        self.assertEqual(find(self.account, "es_419"), template)
        for vals in (
            *({"status": status} for status in ("PENDING", "PAUSED", "FLAGGED", "NEW")),
            {"category": "MARKETING"},
            {"correct_category": "MARKETING"},
            {"suspended": "Meta refused it"},
            {"active": False},
        ):
            with self.subTest(vals=vals):
                before = {name: template[name] for name in vals}
                template.write(vals)
                self.assertFalse(find(self.account, "es_419"))
                self.assertTrue(template.why_not)
                template.write(before)
                self.assertEqual(find(self.account, "es_419"), template)

    def test_a_variable_that_says_nothing_holds_it(self):
        template = self.submitted()["es"]
        template.param_ids[:1].source = False
        self.assertFalse(template.sendable)
        self.assertIn("variables", template.why_not)

    def test_never_in_another_language(self):
        templates = self.submitted()
        find = self.overdue._template_for
        self.assertEqual(find(self.account, "es_MX"), templates["es"])
        self.assertEqual(find(self.account, "en-GB"), templates["en"])
        self.assertFalse(find(self.account, "pt_BR"))
        self.account.sudo().lang_id = self.env.ref("base.lang_en")
        self.assertEqual(find(self.account, "pt_BR"), templates["en"])

    def test_the_newest_version_is_sent_once_it_is_approved(self):
        old = self.submitted()["en"]
        self.overdue.body += " Thank you for your attention."
        wizard = self.wizard(self.overdue)
        line = wizard.line_ids.filtered(lambda each: each.meta_lang == "en")
        self.assertEqual(line.way, "edit")
        (wizard.line_ids - line).way = "none"
        line.way = "new"
        self.assertEqual(line.name, "dc_overdue_notice_v2")
        wizard.action_submit()
        new = self.template.search([("name", "=", "dc_overdue_notice_v2")])
        self.assertEqual(self.overdue._template_for(self.account, "en"), old)
        new._learn({"status": "APPROVED"})
        self.assertEqual(self.overdue._template_for(self.account, "en"), new)

    def test_another_business_account_has_its_own(self):
        self.submitted()
        other = self.new_account(waba_id="10001", phone_number_id="20002")
        self.assertFalse(self.overdue._template_for(other, "es"))
        shared = self.new_account(waba_id=WABA, phone_number_id="30003")
        self.assertTrue(self.overdue._template_for(shared, "es"))

    # === TROUBLE === #

    def test_what_meta_does_not_take_is_suspended(self):
        template = self.submitted()["es"]
        template._on_error("content", GraphError(132012, "format"), NOW)
        template._on_error("content", GraphError(132012, "format"), NOW)
        self.assertTrue(template.sendable)
        template._on_taken()
        template._on_error("content", GraphError(132012, "format"), NOW)
        template._on_error("content", GraphError(132012, "format"), NOW)
        self.assertTrue(template.sendable)
        template._on_error("content", GraphError(132012, "format"), NOW)
        self.assertFalse(template.sendable)
        self.assertIn("132012", template.suspended)
        self.assertEqual(len(template.activity_ids), 1)
        template.with_user(self.manager).action_resume()
        self.assertTrue(template.sendable)
        self.assertFalse(template.activity_ids)
        template._on_error("template", GraphError(132015, "paused"), NOW)
        self.assertFalse(template.sendable)


@freeze_time(NOW)
@tagged("post_install", "-at_install")
class TestTemplateSteps(TemplateCommon):
    """Steps, other channels and campaigns that speak on WhatsApp."""

    def test_steps_have_the_message_of_their_days(self):
        strategy = self.new_strategy(
            [(-3, "whatsapp"), (0, "whatsapp"), (3, "whatsapp"), (8, "email")]
        )
        texts = [step._whatsapp_text().code for step in strategy.step_ids[:3]]
        self.assertEqual(texts, ["dc_due_soon", "dc_due_today", "dc_overdue_notice"])
        self.assertIn("o_debt_wa_phone_bubble", strategy.step_ids[0].whatsapp_preview)
        self.assertFalse(strategy.step_ids[3].whatsapp_preview)
        own = self.overdue.copy()
        step = strategy.step_ids[2]
        step.whatsapp_text_id = own
        action = self.sample(step_id=step.id)
        self.assertEqual(self.texts._of_action(action), own)
        # what the other channel says is its own
        step = strategy.step_ids[3]
        step.fallback_ids = [
            Command.create({"channel": "whatsapp", "whatsapp_text_id": own.id})
        ]
        self.assertEqual(self.texts._of_action(self.sample(step_id=step.id)), own)

    def test_what_announces_a_lawyer_does_not_go_through_whatsapp(self):
        prelegal = self.env.ref("debt_collection.debt_stage_prelegal")
        for extra in ({"legal_notice": True}, {"stage_id": prelegal.id}):
            with self.assertRaises(ValidationError):
                self.new_strategy([(60, "whatsapp", extra)])
            strategy = self.new_strategy([(60, "email", extra)])
            with self.assertRaises(ValidationError):
                strategy.step_ids.fallback_ids = [
                    Command.create({"channel": "whatsapp"})
                ]
        strategy = self.new_strategy([(3, "whatsapp")])
        with self.assertRaises(ValidationError):
            strategy.step_ids.legal_notice = True

    def test_the_shipped_strategies_are_offered_whatsapp(self):
        strategies = self.env["debt.strategy"].with_context(active_test=False)
        strategies.search([("id", "not in", self.strategy.ids)]).write(
            {"active": True, "enabled": False}
        )
        wizard = self.env["debt.whatsapp.steps.wizard"].with_user(self.manager)
        wizard = wizard.create({})
        chosen = wizard.line_ids.filtered("use").step_id
        refs = [
            self.env.ref(f"debt_collection.debt_strategy_step_{name}")
            for name in ("standard_3", "good_12", "risk_before_1")
        ]
        self.assertEqual(chosen, self.env["debt.strategy.step"].union(*refs))
        self.assertNotIn("legal", " ".join(wizard.line_ids.step_id.mapped("name")))
        self.assertNotIn(self.strategy, wizard.line_ids.strategy_id)
        wizard.action_apply()
        standard, good, risk = refs
        for step, expected in (
            (standard, [("email", 0), ("sms", 3)]),
            (good, [("email", 0), ("sms", 0)]),
            (risk, [("email", 0), ("sms", 0)]),
        ):
            self.assertEqual(step.channel, "whatsapp")
            others = step.fallback_ids.sorted("sequence")
            self.assertEqual(
                [(line.channel, line.after_days) for line in others], expected
            )
        self.assertEqual(
            standard.fallback_ids.mail_template_id,
            self.env.ref("debt_collection.mail_template_reminder"),
        )
        self.assertEqual(risk._whatsapp_text(), self.text("due_soon"))

    def test_a_campaign_shows_what_is_sent_or_why_it_is_not(self):
        self.owes(100)
        campaign = self.env["debt.campaign"].create(
            {
                "name": "Closing",
                "case_ids": self.case_of().ids,
                "channel": "whatsapp",
                "in_quiet_days": True,
            }
        )
        self.assertIn("not approved", campaign.preview)
        # nobody confirmed the number: no amounts
        self.assertNotIn("100.00", campaign.preview)
        self.submitted(self.text("account_notice"))
        campaign.invalidate_recordset()
        self.assertNotIn("not approved", campaign.preview)
        self.assertIn("o_debt_wa_phone_bubble", campaign.preview)
        campaign.whatsapp_text_id = self.text("channel_welcome")
        self.assertIn("o_debt_wa_phone_bubble", campaign.preview)

    def test_a_started_campaign_keeps_its_message(self):
        self.owes(100)
        campaign = self.env["debt.campaign"].create(
            {
                "name": "Closing",
                "case_ids": self.case_of().ids,
                "channel": "email",
                "in_quiet_days": True,
            }
        )
        campaign.whatsapp_text_id = self.overdue
        self.assertEqual(
            self.texts._of_action(self.sample(campaign_id=campaign.id)), self.overdue
        )
        campaign.state = "started"
        with self.assertRaises(UserError):
            campaign.whatsapp_text_id = False

    def test_it_is_shown_for_a_customer_in_each_language(self):
        self.owes(100)
        wizards = self.env["debt.text.preview.wizard"].with_user(self.manager)
        action = self.overdue.with_user(self.manager).action_text_preview()
        wizard = wizards.with_context(**action["context"]).create(
            {"case_id": self.case_of().id}
        )
        self.assertEqual(wizard.page.count("o_debt_wa_phone_bubble"), 2)
        self.assertIn("27/05/2026", wizard.page)
        self.assertIn("05/27/2026", wizard.page)
        self.assertIn("not shown on WhatsApp Desktop", wizard.page)
        self.assertIn("Ferretería Andina", wizard.placeholders)

    def test_what_is_written_by_hand_is_shown_on_the_phone(self):
        self.owes(100)
        wizard = self.env["debt.message.wizard"].create(
            {"case_id": self.case_of().id, "body": "*Hola* <b>Marta</b>\n_gracias_"}
        )
        self.assertIn("<strong>Hola</strong> &lt;b&gt;Marta", wizard.bubble)
        self.assertIn("<em>gracias</em>", wizard.bubble)

    def test_texts_say_what_all_their_variables_are(self):
        with self.assertRaises(ValidationError):
            self.overdue.body += " {{5}} of it"
        with self.assertRaises(ValidationError):
            self.overdue.code = "Not A Code"
        self.assertTrue(self.overdue.is_personal)
        self.assertFalse(self.text("account_notice").is_personal)

    def test_versions_of_a_message_are_kept(self):
        before = self.overdue._text_versions("en_US")[self.overdue.id]
        self.overdue.body += " Thank you."
        after = self.overdue._text_versions("en_US")[self.overdue.id]
        self.assertEqual(after.number, before.number + 1)
