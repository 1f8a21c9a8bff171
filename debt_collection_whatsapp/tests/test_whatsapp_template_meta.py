import json
from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .fake_graph import CUT_AFTER, OK
from .template_common import NOW, TemplateCommon

NEWS = (
    "odoo.addons.debt_collection_whatsapp.models.templates."
    "debt_whatsapp_template_news_mixin"
)


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

    def offer_library(self):
        """Meta's library has a text that fits, and one that does not."""
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

    def test_metas_own_text_is_taken_where_it_fits(self):
        self.offer_library()
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
        told = template._text(self.sample())
        self.assertIn("your payment of $\xa0100.00 for INV/", told)
        self.assertIn("was due on 05/27/2026", told)

    def test_the_address_of_its_button_may_have_to_be_a_text(self):
        self.offer_library()
        wizard = self.wizard(self.overdue)
        wizard.action_library()
        self.graph.script(100, node="POST message_templates")
        wizard.line_ids.filtered(lambda line: line.way == "new").unlink()
        wizard.action_submit()
        (told,) = self.graph.templates
        (button,) = json.loads(told["library_template_button_inputs"])
        self.assertTrue(button["url"]["base_url"].endswith("/d/{{1}}"))
        self.assertTrue(self.template.search([("lang", "=", "en")]).sendable)

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
        return self.template._on_update(self.account, field, {**value, **more}, NOW)

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
        self.template._on_update(
            other.account_ids, "message_template_status_update", value, NOW
        )
        self.assertEqual(template.status, "APPROVED")

    def test_the_same_name_in_another_business_account_is_another_template(self):
        mine, waba = self.submitted()["es"], "555666777888999"
        second = self.new_account(waba_id=waba, phone_number_id="999888777666555")
        told = {"id": "42", "name": mine.name, "language": "es", "category": "UTILITY"}
        told |= {"status": "APPROVED", "components": mine.components}
        other = self.template._take_in(second.sudo(), told, NOW)
        for event, template in (("DISABLED", other), ("PAUSED", mine)):
            value = self.meant(template, event=event)
            body = self.graph.event(
                value,
                field="message_template_status_update",
                waba=template.account_id.waba_id,
            )
            # the product itself works the inbox
            events = self.env["debt.whatsapp.event"].sudo()
            events._store(self.app.sudo(), body, NOW)
            events._work_app(self.app.sudo(), NOW)
        self.assertEqual((other.status, mine.status), ("DISABLED", "PAUSED"))

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
