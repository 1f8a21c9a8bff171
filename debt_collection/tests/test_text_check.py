from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import DAY, DebtCommon


@tagged("post_install", "-at_install")
class TestTextCheck(DebtCommon):
    """Texts are seen and checked before they are sent, and kept as they were."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("es_MX")
        module = cls.env["ir.module.module"]._get("debt_collection")
        module._update_translations("es_MX")
        cls.manager = cls.new_user("manager", "debt_collection.group_debt_manager")
        cls.mail = cls.env.ref("debt_collection.mail_template_reminder")
        cls.text = cls.env["debt.text.template"].create(
            {"name": "Ask", "body": "Good day {contact}: {amount}. {link} {reference}"}
        )

    def setUp(self):
        super().setUp()
        self.invoice(100, due=DAY - timedelta(days=4))

    def wizard(self, **values):
        values.setdefault("case_id", self.case_of().id)
        wizards = self.env["debt.text.preview.wizard"].with_user(self.manager)
        return wizards.create(values)

    def findings(self, text, lang):
        name = "mail_template_id" if text._name == "mail.template" else ""
        wizard = self.wizard(**{name or "debt_text_template_id": text.id})
        return wizard._in_language(text.with_user(self.manager), lang)[2]

    def versions(self, text, lang="en_US"):
        return self.env["debt.text.version"].search(
            [
                ("res_model", "=", text._name),
                ("res_id", "=", text.id),
                ("lang", "=", lang),
            ],
            order="number",
        )

    # === PREVIEW AND CHECK === #

    def test_it_reads_as_the_customer_gets_it_in_each_language(self):
        self.run_on()
        page = self.wizard(mail_template_id=self.mail.id).page
        self.assertIn(self.debtor.name, page)
        self.assertIn("To date we do not see the payment", page)
        self.assertIn("no vemos", page)
        self.assertIn("100.00", page)
        page = self.wizard(debt_text_template_id=self.text.id)
        self.assertIn(f"Good day {self.debtor.name}", page.page)
        self.assertIn("{reference}", page.placeholders)

    def test_what_is_wrong_is_said(self):
        self.run_on()
        self.assertEqual(self.findings(self.text, "en_US"), [])
        self.assertIn("Not translated", self.findings(self.text, "es_MX"))
        self.text.with_context(lang="es_MX").body = (
            "Pague {amount} o irá a la Cárcel. {reference} " + "bla " * 300
        )
        found = "\n".join(self.findings(self.text, "es_MX"))
        self.assertIn("cárcel", found)
        self.assertIn("Too long", found)
        self.assertIn("Does not have the payment link", found)
        self.assertNotIn("Not translated", found)

    def test_a_field_that_is_not_there_is_unknown(self):
        self.run_on()
        self.mail.body_html = (
            "<p t-out='object.partner_id.name'/><p t-out='object.text_amount'/>"
        )
        self.assertEqual(self.mail._text_names() - self.mail._text_known(), set())
        names = {"partner_id.nickname", "text_nothing"}
        self.mail.flush_recordset()
        body = "<p>{{object.partner_id.nickname}} {{object.text_nothing}}</p>"
        self.env.cr.execute(
            "UPDATE mail_template SET body_html = jsonb_build_object('en_US', %s::text)"
            " WHERE id = %s",
            (body, self.mail.id),
        )
        self.mail.invalidate_recordset()
        self.assertEqual(self.mail._text_names() - self.mail._text_known(), names)

    def test_the_shipped_texts_neither_threaten_nor_name_what_is_unknown(self):
        self.run_on()
        shipped = self.env["ir.model.data"].search(
            [
                ("module", "=", "debt_collection"),
                ("model", "in", ("mail.template", "debt.text.template")),
            ]
        )
        self.assertTrue(shipped)
        for each in shipped:
            text = self.env[each.model].browse(each.res_id)
            if text._name == "mail.template" and text.model != "debt.action":
                continue
            for lang in ("en_US", "es_MX"):
                with self.subTest(text=text.name, lang=lang):
                    found = "\n".join(self.findings(text, lang))
                    for word in ("Threatens", "Nobody knows", "Too long"):
                        self.assertNotIn(word, found)

    # === VERSIONS === #

    def test_each_change_of_a_text_is_kept_in_its_language(self):
        before = self.text.body
        self.text.with_user(self.manager).body = "Hello {contact}"
        self.assertEqual(
            self.versions(self.text).mapped("body"), [before, "Hello {contact}"]
        )
        self.text.update_field_translations("body", {"es_MX": "Hola {contact}"})
        self.assertEqual(self.versions(self.text, "es_MX")[-1].body, "Hola {contact}")
        self.assertEqual(len(self.versions(self.text)), 2)
        self.text.sequence = 99  # no text
        self.assertEqual(len(self.versions(self.text)), 2)

    def test_the_message_points_at_the_text_that_went_out(self):
        action = self.actions_of(self.run_on())
        version = action.text_version_id
        self.assertEqual(version, self.versions(self.mail)[-1])
        self.assertEqual(version.body, str(self.mail.body_html))
        self.mail.body_html = "<p>Another</p>"
        self.assertEqual(action.text_version_id.body, version.body)
        self.assertNotIn("Another", version.body)
        self.assertEqual(self.versions(self.mail)[-1].number, version.number + 1)

    def test_versions_are_never_changed(self):
        self.text.body = "Hello {contact}"
        version = self.versions(self.text)[-1]
        with self.assertRaises(AccessError):
            version.with_user(self.manager).create({"res_model": "x", "res_id": 1})
        for user in (self.env.user, self.manager):
            with self.assertRaises(UserError):
                version.with_user(user).write({"body": "x"})
            with self.assertRaises(UserError):
                version.with_user(user).unlink()
        with self.assertRaises(UserError):
            version.sudo().write({"body": "x"})

    def test_templates_of_others_have_no_versions(self):
        other = self.env["mail.template"].create(
            {
                "name": "Other",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "subject": "A",
            }
        )
        other.subject = "B"
        self.assertFalse(self.versions(other))
