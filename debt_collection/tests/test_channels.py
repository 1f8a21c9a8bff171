from datetime import timedelta

from odoo.tests import tagged

from .common import DAY, DebtCommon

DUE = DAY - timedelta(days=4)


@tagged("post_install", "-at_install")
class TestEmail(DebtCommon):
    """What the customer reads."""

    def send(self):
        action = self.actions_of(self.run_on())
        self.assertEqual(action.state, "sent")
        return self.mails_of(action)

    def test_it_lists_the_items_with_amounts_bank_details_and_a_pay_link(self):
        self.env["res.partner.bank"].create(
            {"acc_number": "123-456", "partner_id": self.company.partner_id.id}
        )
        one = self.invoice(100, due=DUE)
        two = self.invoice(1250.5, due=DUE - timedelta(days=30), ref="OC-77")
        mail = self.send()
        for text in (one.name, two.name, "OC-77", "1,250.50", "1,350.50", "123-456"):
            self.assertIn(text, mail.body_html)
        self.assertIn("/debt/pay/", mail.body_html)
        self.assertIn("1,350.50", mail.subject)
        self.assertEqual(mail.model, "debt.case")
        self.assertEqual(mail.mail_message_id.res_id, self.case_of().id)

    def test_amounts_are_summed_per_currency(self):
        currency = self.setup_other_currency("EUR", rates=[("2016-01-01", 0.5)])
        self.invoice(100, due=DUE)
        self.invoice(30, due=DUE, currency=currency)
        mail = self.send()
        self.assertIn("$", mail.subject)
        self.assertIn("30.00", mail.subject)
        self.assertIn(" and ", mail.subject)

    def test_it_speaks_the_language_of_its_reader(self):
        self.env["res.lang"]._activate_lang("es_CO")
        template = self.env.ref("debt_collection.mail_template_reminder")
        template.with_context(
            lang="es_CO"
        ).subject = "Pago pendiente de {{ object.text_amount }}"
        self.debtor.lang = "es_CO"
        self.invoice(1250.5, due=DUE)
        mail = self.send()
        self.assertIn("Pago pendiente de", mail.subject)
        self.assertIn("1.250,50", mail.subject)
        self.assertIn("1.250,50", mail.body_html)

    def test_it_goes_to_the_invoice_contact(self):
        contact = self.env["res.partner"].create(
            {
                "name": "Pagos",
                "type": "invoice",
                "email": "pagos@example.com",
                "parent_id": self.debtor.id,
            }
        )
        self.invoice(100, due=DUE)
        mail = self.send()
        self.assertIn("pagos@example.com", mail.email_to)
        self.assertEqual(mail.debt_action_id.partner_id, contact)

    def test_it_comes_from_the_agent_in_the_name_of_the_company(self):
        self.invoice(100, due=DUE)
        mail = self.send()
        self.assertIn("cobranza@example.com", mail.email_from)
        self.assertIn(self.agent.name, mail.email_from)
        self.assertIn("agent@example.com", mail.reply_to)

    def test_what_people_typed_into_names_is_text(self):
        self.debtor.name = "<script>alert(1)</script> & Co"
        self.invoice(100, due=DUE, ref="<b>bold</b>")
        body = self.send().body_html
        self.assertNotIn("<script>", body)
        self.assertNotIn("<b>bold</b>", body)
        self.assertIn("&lt;b&gt;bold&lt;/b&gt;", body)

    def test_the_step_may_have_a_text_of_its_own(self):
        self.strategy.step_ids[1].mail_template_id = self.env["mail.template"].create(
            {
                "name": "Own",
                "model_id": self.env["ir.model"]._get_id("debt.action"),
                "subject": "Own text",
                "body_html": "<p><t t-out='object.text_reference'/></p>",
            }
        )
        self.debtor.ref = "CLI-9"
        self.invoice(100, due=DUE)
        mail = self.send()
        self.assertEqual(mail.subject, "Own text")
        self.assertIn("CLI-9", mail.body_html)

    def test_an_address_on_the_blacklist_is_none(self):
        self.env["mail.blacklist"]._add("ferreteria@example.com")
        self.invoice(100, due=DUE)
        message, task = self.actions_of(self.run_on())
        self.assertEqual((message.state, message.reason), ("skipped", "blacklisted"))
        self.assertEqual(task.purpose, "fix_contact")

    def test_a_bounce_is_an_outcome(self):
        self.invoice(100, due=DUE)
        mail = self.send()
        action = mail.debt_action_id
        self.env["mail.thread"]._routing_handle_bounce(
            None,
            {
                "bounced_email": "ferreteria@example.com",
                "bounced_partner": self.debtor,
                "bounced_msg_ids": [mail.message_id],
                "bounced_message": mail.mail_message_id,
                "email_from": "mailer-daemon@example.com",
                "to": "bounce@example.com",
                "message_id": "<x@example.com>",
                "body": "<p>User unknown</p>",
            },
        )
        self.assertRecordValues(
            action,
            [
                {
                    "state": "failed",
                    "reason": "bounced",
                    "delivery": "bounced",
                    "reason_detail": "User unknown",
                    "outcome_id": self.env.ref(
                        "debt_collection.debt_outcome_bounced"
                    ).id,
                }
            ],
        )
        self.assertFalse(self.case_of().last_message_day, "nobody read it")
        task = self.env["debt.action"].search([("purpose", "=", "fix_contact")])
        self.assertEqual(task.debtor_id, self.debtor)

    def test_the_preview_shows_what_would_be_sent(self):
        self.strategy.mode = "approve"
        invoice = self.invoice(100, due=DUE)
        action = self.actions_of(self.run_on())
        self.assertIn(invoice.name, action.preview)
        self.assertIn("100.00", action.preview)
        self.assertFalse(self.mails_of(action))


@tagged("post_install", "-at_install")
class TestShippedTexts(DebtCommon):
    def test_every_shipped_template_renders_for_every_shipped_step(self):
        self.invoice(100, due=DUE)
        self.strategy.mode = "approve"
        action = self.actions_of(self.run_on())
        steps = self.env["debt.strategy.step"].with_context(active_test=False)
        shipped = steps.search([("mail_template_id", "!=", False)])
        self.assertGreater(len(shipped), 8)
        for template in shipped.mail_template_id:
            with self.subTest(template=template.name):
                subject = template._render_field("subject", action.ids)[action.id]
                body = template._render_field("body_html", action.ids)[action.id]
                self.assertNotIn("object.", subject + body)
                for forbidden in ("moroso", "deudor", "debtor"):
                    self.assertNotIn(forbidden, (subject + body).lower())

    def test_nothing_is_switched_on_after_installing(self):
        strategies = self.env["debt.strategy"].with_context(active_test=False)
        shipped = strategies.search([("id", "!=", self.strategy.id)])
        self.assertEqual(len(shipped), 5)
        self.assertFalse(any(shipped.mapped("enabled")))
        self.assertEqual(set(shipped.mapped("mode")), {"approve"})
        self.assertTrue(all(shipped.mapped("min_amount")), "nobody is chased for cents")
