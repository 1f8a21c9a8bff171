from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Datetime
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..logic.template_lint import WARNS
from ..models.templates.debt_whatsapp_template_send_mixin import NothingToSay
from ..tools.graph_client import GraphError
from .common import DAY, WhatsappCommon
from .fake_graph import CUT_AFTER, OK, PHONE_NUMBER, WABA

NOW = Datetime.to_datetime("2026-06-01 17:00:00")
NEWS = (
    "odoo.addons.debt_collection_whatsapp.models.templates."
    "debt_whatsapp_template_news_mixin"
)
LINK = {"url_suffix": "9Qb2xT7pLm4K", "token": "tok_1"}


@freeze_time(NOW)
@tagged("post_install", "-at_install")
class TemplateCommon(WhatsappCommon):
    """Messages in English and Spanish, and a Meta that holds what it is given."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param(
            "web.base.url", "https://erp.example.com"
        )
        cls.env["res.lang"]._activate_lang("es_419")
        module = cls.env["ir.module.module"]._get("debt_collection_whatsapp")
        module._update_translations("es_419")
        cls.manager = cls.new_user("manager", "debt_collection.group_debt_manager")
        cls.template = cls.env["debt.whatsapp.template"].sudo()
        cls.texts = cls.env["debt.whatsapp.text"]
        cls.overdue = cls.text("overdue_notice")
        cls.overdue.with_context(
            lang="es_419"
        ).body = (
            "Hola {{1}}, su factura {{2}} por {{3}} venció el {{4}} y no vemos el pago."
        )

    @classmethod
    def text(cls, code):
        return cls.env.ref(f"debt_collection_whatsapp.debt_whatsapp_text_{code}")

    def wizard(self, *texts, user=None, account=None):
        wizards = self.env["debt.whatsapp.submit.wizard"].with_user(
            user or self.manager
        )
        return wizards.create(
            {
                "account_id": (account or self.account).id,
                "text_ids": [Command.set([text.id for text in texts])],
            }
        )

    def submitted(self, text=None, **vals):
        """Return {language: template} of a message that Meta has, approved."""
        self.wizard(text or self.overdue).action_submit()
        found = self.template.search([("text_id", "=", (text or self.overdue).id)])
        for template in found:
            template._learn({"status": "APPROVED", **vals})
        return {template.lang: template for template in found}

    def sample(self, **values):
        """Return an action that says what the debtor owes."""
        items = self.env["debt.item"].search([("partner_id", "=", self.debtor.id)])
        case = self.case_of()
        return self.env["debt.action"].new(
            {
                "case_id": case.id,
                "company_id": self.company.id,
                "debtor_id": self.debtor.id,
                "partner_id": self.debtor.id,
                "channel": "whatsapp",
                "contact_day": DAY,
                "item_refs": items.ids,
                **values,
            }
        )

    def owes(self, *amounts, **values):
        self.debtor.is_company = True
        found = [
            self.invoice(a, due=DAY - timedelta(days=5), **values) for a in amounts
        ]
        self.run_on()
        return found


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
        told = spanish._text(self.sample(), LINK)
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
        first = self.owes(100, 50)[0]
        template = self.submitted()["en"]
        self.assertIn(
            f"your invoice {first.name} and 1 more for $\xa0150.00",
            template._text(self.sample(), LINK),
        )

    def test_each_currency_is_its_own(self):
        euro = self.setup_other_currency("EUR", rates=[("2020-01-01", 0.5)])
        self.invoice(10, due=DAY - timedelta(days=5), currency=euro)
        self.owes(100)
        told = self.submitted()["en"]._text(self.sample(), LINK)
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
        told = template._text(self.sample(item_refs=[]), LINK)
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
        told = template._text(self.sample(), LINK)
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
class TestTemplateSubmission(TemplateCommon):
    """What is given to Meta, by whom, and what Meta says."""

    def test_what_is_given_is_what_was_shown(self):
        wizard = self.wizard(self.overdue)
        self.assertEqual(
            [(line.meta_lang, line.way, line.name) for line in wizard.line_ids],
            [
                ("en", "new", "dc_overdue_notice_v1"),
                ("es", "new", "dc_overdue_notice_v1"),
            ],
        )
        self.assertIn("o_debt_wa_phone_bubble", wizard.line_ids[0].preview)
        wizard.action_submit()
        english, spanish = self.graph.templates
        self.assertEqual(english["category"], "UTILITY")
        # a reminder of today is worth nothing tomorrow
        self.assertEqual(english["message_send_ttl_seconds"], 12 * 3600)
        body = spanish["components"][0]
        self.assertIn("venció el {{4}}", body["text"])
        self.assertEqual(len(body["example"]["body_text"][0]), 4)
        button = spanish["components"][-1]["buttons"][0]
        self.assertTrue(button["url"].endswith("/d/{{1}}"))
        template = self.template.search([("lang", "=", "es")])
        self.assertEqual(template.status, "PENDING")
        self.assertEqual(template.meta_id, spanish["id"])
        self.assertFalse(template.sendable)
        self.assertFalse(template.is_outdated)
        self.assertTrue(all(template.param_ids.mapped("is_ready")))
        # again: nothing to do
        again = self.wizard(self.overdue)
        self.assertEqual(again.line_ids.mapped("way"), ["none", "none"])
        with self.assertRaises(UserError):
            again.action_submit()

    def test_what_meta_would_refuse_is_not_given_to_it(self):
        self.overdue.body = "{{1}} {{2}} {{3}} {{4}}"
        wizard = self.wizard(self.overdue)
        self.assertTrue(wizard.line_ids[0].blocked)
        self.assertIn("begin or end", wizard.line_ids[0].findings)
        with self.assertRaises(UserError):
            wizard.action_submit()
        self.assertFalse(self.graph.templates)

    def test_words_that_press_people_need_somebody_who_answers_for_them(self):
        self.overdue.body = self.overdue.body.replace("your invoice", "your debt of")
        wizard = self.wizard(self.overdue)
        self.assertTrue(wizard.asks)
        with self.assertRaises(UserError):
            wizard.action_submit()
        wizard.override_reason = "  "
        with self.assertRaises(UserError):
            wizard.action_submit()
        wizard.override_reason = "The customer's own word in the contract"
        wizard.action_submit()
        self.assertIn("own word", self.overdue.message_ids[0].body)
        self.assertIn(self.manager.name, self.overdue.message_ids[0].body)

    def test_what_is_not_translated_is_seen(self):
        for words, expected in ((self.overdue.body, True), ("Hola {{1}}.", False)):
            self.overdue.with_context(lang="es_419").body = words
            found = [
                f.code for f in self.overdue.with_context(lang="es_419")._lint("es")
            ]
            self.assertEqual("untranslated" in found, expected)
        self.assertNotIn("untranslated", [f.code for f in self.overdue._lint("en")])

    def test_the_words_to_avoid_of_the_company_count_as_well(self):
        self.env["debt.text.word"].create({"name": "registered", "lang": "en"})
        wizard = self.wizard(self.overdue)
        self.assertIn("registered", wizard.line_ids[0].findings)

    def test_meta_says_no_in_words(self):
        refusal = {
            "message": "Invalid parameter",
            "code": 100,
            "error_subcode": 2388299,
            "error_user_msg": "Leading params",
        }
        node = "POST message_templates"
        self.graph.script((400, {"error": refusal}), OK, node=node)
        result = self.wizard(self.overdue).action_submit()
        self.assertEqual(result["params"]["type"], "danger")
        self.assertIn("begin or end with a variable", result["params"]["message"])
        # the other language was taken
        self.assertEqual(self.template.search([]).mapped("lang"), ["es"])
        self.graph.script((400, {"error": refusal}), node=node)
        with self.assertRaises(UserError):
            self.wizard(self.overdue).action_submit()

    def test_a_request_that_is_repeated_finds_what_it_left(self):
        self.graph.script(CUT_AFTER, node="POST message_templates")
        self.wizard(self.overdue).action_submit()
        template = self.template.search([("lang", "=", "en")])
        self.assertEqual(template.status, "UNCERTAIN")
        self.assertFalse(template.sendable)
        self.template._sync(self.account, NOW)
        self.assertEqual(template.status, "PENDING")
        self.assertTrue(template.meta_id)
        exists = {"message": "exists", "code": 100, "error_subcode": 2388024}
        self.graph.script((400, {"error": exists}), node="POST message_templates")
        self.template._create_at_meta(self.text("due_soon"), self.account, "en", NOW)
        found = self.template.search([("text_id", "=", self.text("due_soon").id)])
        self.assertEqual(found.status, "UNCERTAIN")

    def test_an_approved_template_is_edited_once_a_day(self):
        template = self.submitted()["en"]
        self.overdue.body += " Thank you for your attention."
        self.assertTrue(template.is_outdated)
        mine = template.with_user(self.manager).with_context(lang="en_US")
        mine._edit_at_meta(NOW)
        self.assertEqual(template.status, "PENDING")
        self.assertFalse(template.is_outdated)
        self.assertTrue(all(template.param_ids.mapped("is_ready")))
        (asked,) = [a for a in self.graph.asked if a.node == template.meta_id]
        self.assertIn("attention", asked.body["components"][0]["text"])
        with self.assertRaises(UserError):
            mine._edit_at_meta(NOW + timedelta(days=2))  # in review
        template._learn({"status": "APPROVED"})
        with self.assertRaises(UserError):
            mine._edit_at_meta(NOW + timedelta(hours=23))
        mine._edit_at_meta(NOW + timedelta(hours=25))
        # what was changed today makes a new version
        template._learn({"status": "APPROVED"})
        self.overdue.body += " Bye."
        with freeze_time(NOW + timedelta(hours=26)):
            line = self.wizard(self.overdue).line_ids[0]
            self.assertEqual((line.way, line.name), ("new", "dc_overdue_notice_v2"))

    def test_a_deleted_name_stays_reserved(self):
        template = self.submitted()["en"]
        template.with_user(self.manager).action_delete_at_meta()
        self.assertEqual(template.status_group, "deleted")
        self.assertEqual(len(self.graph.templates), 1)
        (asked,) = [a for a in self.graph.asked if a.verb == "DELETE"]
        self.assertEqual(asked.params["hsm_id"], template.meta_id)
        names = [
            self.template._next_name(self.overdue, self.account, lang)[0]
            for lang in ("en", "es")
        ]
        self.assertEqual(names, ["dc_overdue_notice_v2"] * 2)
        with self.assertRaises(UserError):
            template.unlink()

    def test_a_pause_can_be_ended(self):
        template = self.submitted(status="PAUSED")["en"]
        template.with_user(self.manager).action_unpause()
        self.assertIn(f"{template.meta_id}/unpause", [a.node for a in self.graph.asked])

    def test_metas_own_text_is_taken_where_it_fits(self):
        self.graph.nodes["message_template_library"] = [
            {
                "name": "marketing_1",
                "language": "en",
                "category": "MARKETING",
                "body": "Hi {{1}}",
                "body_param_types": ["TEXT"],
            },
            {
                "name": "payment_overdue_2",
                "language": "en",
                "category": "UTILITY",
                "body": "Hi {{1}}, your payment of {{2}} for {{3}} was due on {{4}}.",
                "body_param_types": ["TEXT", "AMOUNT", "TEXT", "DATE"],
                "buttons": [{"type": "URL", "text": "Make payment"}],
            },
        ]
        wizard = self.wizard(self.overdue)
        wizard.action_library()
        english, spanish = wizard.line_ids
        self.assertEqual((english.way, spanish.way), ("library", "new"))
        self.assertIn("your payment of", english.preview)
        wizard.action_submit()
        told = self.graph.templates[0]
        self.assertEqual(told["library_template_name"], "payment_overdue_2")
        url = told["library_template_button_inputs"][0]["url"]
        self.assertTrue(url["base_url"].endswith("/d/{{1}}"))
        template = self.template.search([("lang", "=", "en")])
        self.assertTrue(template.sendable)  # Meta approved it before
        self.owes(100)
        told = template._text(self.sample(), LINK)
        self.assertIn("your payment of $\xa0100.00 for INV/", told)
        self.assertIn("was due on 05/27/2026", told)

    def test_without_one_that_fits_we_say_so(self):
        with self.assertRaises(UserError):
            self.wizard(self.overdue).action_library()

    def test_the_example_of_a_pdf_is_given(self):
        self.wizard(self.text("statement")).action_submit()
        header = self.graph.templates[0]["components"][0]
        self.assertEqual(header["format"], "DOCUMENT")
        self.assertTrue(header["example"]["header_handle"][0])


@freeze_time(NOW)
@tagged("post_install", "-at_install")
class TestTemplateNews(TemplateCommon):
    """What Meta tells about templates."""

    def told(self, value, field="message_template_status_update", **more):
        return self.template._on_update(self.app, field, {**value, **more}, NOW)

    def meant(self, template, **value):
        return {
            "message_template_id": int(template.meta_id),
            "message_template_name": template.name,
            "message_template_language": "es",
            **value,
        }

    def test_all_pages_are_read_and_what_is_unknown_is_kept(self):
        mine = self.submitted()["es"]
        self.graph.templates += [
            {
                "id": str(7000 + number),
                "name": f"made_elsewhere_{number}",
                "language": "es-MX",
                "status": "APPROVED",
                "category": "MARKETING",
                "components": [{"type": "BODY", "text": "Hola {{1}}, feliz Navidad."}],
                "quality_score": {"score": "GREEN"},
                "rejected_reason": "NONE",
            }
            for number in range(250)
        ]
        self.assertIsNone(self.template._sync(self.account, NOW))
        unknown = self.template.search([("text_id", "=", False)])
        self.assertEqual(len(unknown), 250)
        self.assertEqual(unknown[0].lang, "es_MX")
        self.assertEqual(unknown[0].quality, "GREEN")
        self.assertFalse(unknown[0].reason)
        self.assertFalse(any(unknown.mapped("sendable")))
        self.assertFalse(unknown.activity_ids)
        # once more: nothing twice, and what is gone is deleted
        self.graph.templates = self.graph.templates[:2]
        mine.active = False
        self.template._sync(self.account, NOW)
        self.assertEqual(set(unknown.mapped("status")), {"DELETED"})
        self.assertEqual(len(self.template.search([("id", ">", 0)])), 251)
        self.assertEqual(mine.status, "PENDING")

    def test_a_half_of_a_list_changes_nothing(self):
        template = self.submitted()["es"]
        self.graph.script(CUT_AFTER, node="GET message_templates")
        self.assertTrue(self.template._sync(self.account, NOW))
        self.assertEqual(template.status, "APPROVED")

    def test_one_that_is_strange_does_not_keep_the_others_back(self):
        template = self.submitted()["es"]
        self.graph.templates[1]["status"] = "PAUSED"
        strange = {"id": "1", "name": "x", "language": "es", "components": [None]}
        self.graph.templates = [strange, *self.graph.templates]
        with mute_logger(NEWS):
            self.assertTrue(self.template._sync(self.account, NOW))
        self.assertEqual(template.status, "PAUSED")

    def test_what_was_submitted_by_another_database_is_known_again(self):
        self.submitted()
        self.template.search([]).write({"meta_id": False, "deleted": False})
        self.template.search([]).unlink()
        self.template._sync(self.account, NOW)
        found = self.template.search([("lang", "=", "es")])
        self.assertEqual(found.text_id, self.overdue)
        self.assertTrue(all(found.param_ids.mapped("is_ready")))

    def test_a_foreign_template_can_be_used_once_somebody_says_what_it_says(self):
        data = {
            "id": "1",
            "name": "aviso",
            "language": "es",
            "status": "APPROVED",
            "category": "UTILITY",
            "parameter_format": "NAMED",
            "components": [
                {"type": "BODY", "text": "Hola {{name}}, le recordamos {{amount}} hoy."}
            ],
        }
        template = self.template._take_in(self.account, data, NOW)
        template.with_user(self.manager).text_id = self.overdue
        self.assertEqual(template.asked_category, "UTILITY")
        self.assertFalse(template.sendable)
        rows = {p.key: p for p in template.with_user(self.manager).param_ids}
        rows["name"].source = "first_name"
        rows["amount"].source = "amount"
        self.assertTrue(template.sendable)
        self.owes(100)
        body = template._content(self.sample())["template"]["components"][0]
        self.assertEqual(
            [p["parameter_name"] for p in body["parameters"]], ["name", "amount"]
        )
        with self.assertRaises(ValidationError):
            rows["amount"].source = "link"

    def test_the_status_of_the_webhook(self):
        template = self.submitted()["es"]
        value = self.meant(template, event="REJECTED", reason="TAG_CONTENT_MISMATCH")
        self.assertTrue(self.told(value))
        self.assertEqual(template.status, "REJECTED")
        self.assertEqual(template.reason, "TAG_CONTENT_MISMATCH")
        self.assertFalse(template.sendable)
        self.assertEqual(len(template.activity_ids), 1)
        self.assertEqual(template.activity_ids.user_id, self.env.user)
        self.told(value)
        self.assertEqual(len(template.activity_ids), 1)
        self.told(
            self.meant(
                template,
                event="PAUSED",
                reason="NONE",
                other_info={"title": "FIRST_PAUSE", "description": "3 hours"},
            )
        )
        self.assertEqual(template.status_group, "paused")
        self.assertEqual(template.reason, "FIRST_PAUSE · 3 hours")
        self.told(self.meant(template, event="APPROVED"))
        self.assertTrue(template.sendable)
        self.assertFalse(template.activity_ids)
        for event in ("FLAGGED", "DISABLED", "LOCKED", "REINSTATED", "SOMETHING"):
            self.told(self.meant(template, event=event))
            self.assertFalse(template.sendable, event)

    def test_it_is_known_by_name_where_the_identifier_is_not(self):
        template = self.submitted()["es"]
        template.meta_id = False
        value = {
            "event": "PAUSED",
            "message_template_id": 5,
            "message_template_name": template.name,
            "message_template_language": "es",
        }
        self.assertTrue(self.told(value))
        self.assertEqual(template.status, "PAUSED")

    def test_another_category_holds_it_until_a_manager_decides(self):
        template = self.submitted()["es"]
        value = self.meant(
            template, previous_category="UTILITY", new_category="MARKETING"
        )
        self.told(value, "template_category_update")
        self.assertTrue(template.category_drift)
        self.assertFalse(template.sendable)
        self.assertIn("MARKETING", template.why_not)
        self.assertEqual(len(template.activity_ids), 1)
        self.assertFalse(self.overdue._template_for(self.account, "es"))
        template.with_user(self.manager).action_accept_category()
        self.assertTrue(template.sendable)
        self.assertFalse(template.activity_ids)
        said = "".join(template.message_ids.mapped("body"))
        self.assertIn(f"decided by {self.manager.name}", said)

    def test_a_category_that_is_announced_holds_it_too(self):
        template = self.submitted()["es"]
        value = self.meant(
            template,
            new_category="UTILITY",
            correct_category="MARKETING",
            category_update_timestamp=1795435200,
        )
        self.told(value, "template_category_update")
        self.assertFalse(template.sendable)
        self.assertEqual(str(template.category_change), "2026-11-23 12:00:00")
        self.told(self.meant(template, new_category="UTILITY"), "template_category")
        self.assertTrue(template.sendable)

    def test_quality_is_known_by_what_is_told_whatever_it_is_called(self):
        template = self.submitted()["es"]
        value = self.meant(
            template, previous_quality_score="GREEN", new_quality_score="YELLOW"
        )
        self.told(value)  # Meta's own example has the name of the status
        self.assertEqual(template.quality, "YELLOW")
        self.assertTrue(template.sendable)
        self.assertFalse(template.activity_ids)
        self.told(self.meant(template, new_quality_score="RED"))
        self.assertTrue(template.sendable)
        self.assertEqual(len(template.activity_ids), 1)
        self.told(self.meant(template, new_quality_score="GREEN"))
        self.assertFalse(template.activity_ids)

    def test_what_nobody_knows_is_read_anew(self):
        job = self.env.ref("debt_collection_whatsapp.ir_cron_whatsapp_templates")
        triggers = self.env["ir.cron.trigger"].sudo()
        before = triggers.search_count([("cron_id", "=", job.id)])
        value = {"event": "APPROVED", "message_template_name": "unknown"}
        self.assertFalse(self.told(value))
        self.assertFalse(self.told({}))
        self.assertFalse(self.told({"category_update_timestamp": "x"}))
        after = triggers.search_count([("cron_id", "=", job.id)])
        self.assertGreater(after, before)

    def test_another_app_changes_nothing_of_ours(self):
        template = self.submitted()["es"]
        other = self.app.sudo().copy({"app_id": "10001", "name": "Other"})
        value = self.meant(template, event="DISABLED")
        self.template._on_update(other, "message_template_status_update", value, NOW)
        self.assertEqual(template.status, "APPROVED")

    def test_the_watchdog_says_what_cannot_be_sent(self):
        templates = self.submitted()
        findings = self.env["debt.finding"].sudo()

        def found():
            keys = findings._look(NOW)
            return {
                (code, key) for _c, code, key in keys if code.startswith("wa_template")
            }

        self.assertFalse(found())
        templates["es"].status = "PAUSED"
        templates["en"].category = "MARKETING"
        self.assertEqual(
            found(),
            {
                ("wa_template", "dc_overdue_notice_v1 (es)"),
                ("wa_template_drift", "dc_overdue_notice_v1 (en)"),
            },
        )
        findings._check(NOW)
        problem = findings.search([("code", "=", "wa_template")])
        self.assertIn("dc_overdue_notice_v1 (es)", problem.name)
        self.assertEqual(
            self.env["debt.whatsapp.template"].search(problem.action_show()["domain"]),
            templates["es"],
        )


@freeze_time(NOW)
@tagged("post_install", "-at_install")
class TestTemplateAccess(TemplateCommon):
    """Managers of the company; others read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Other"})
        cls.stranger = cls.new_user(
            "stranger", "debt_collection.group_debt_manager", cls.other
        )

    def test_agents_read_and_do_nothing_else(self):
        template = self.submitted()["es"].with_user(self.agent)
        self.assertTrue(template.preview)
        self.assertTrue(self.overdue.with_user(self.agent).preview)
        for act in (
            lambda: template.write({"active": False}),
            template.action_delete_at_meta,
            template.action_unpause,
            template.action_accept_category,
            template.action_resume,
            template.action_sync,
            template.unlink,
            lambda: template.param_ids.write({"source": "company"}),
            lambda: self.overdue.with_user(self.agent).write({"body": "x"}),
            lambda: self.wizard(self.overdue, user=self.agent),
        ):
            with self.assertRaises(AccessError):
                act()

    def test_managers_cannot_say_what_meta_says(self):
        template = self.submitted(status="PENDING")["es"].with_user(self.manager)
        for vals in (
            {"status": "APPROVED"},
            {"category": "UTILITY"},
            {"components": []},
            {"text_id": False, "meta_id": "5"},
        ):
            with self.assertRaises(UserError):
                template.write(vals)
        with self.assertRaises(AccessError):
            template.create({"name": "x", "lang": "es"})
        template.write({"active": False})

    def test_another_company_sees_and_touches_nothing(self):
        template = self.submitted()["es"].with_user(self.stranger)
        self.assertFalse(template.search([("id", "=", template.id)]))
        for act in (
            lambda: template.read(["name"]),
            template.action_delete_at_meta,
            template.action_accept_category,
            lambda: template.param_ids.write({"source": "company"}),
        ):
            with self.assertRaises(AccessError):
                act()
        asked = len(self.graph.asked)
        with self.assertRaises(AccessError):
            self.wizard(self.text("due_soon"), user=self.stranger).action_submit()
        template.browse().action_sync()
        self.assertEqual(len(self.graph.asked), asked)
        own = self.overdue.copy({"company_id": self.company.id})
        self.assertFalse(
            self.texts.with_user(self.stranger).search([("id", "=", own.id)])
        )


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
