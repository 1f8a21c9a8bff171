from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.debt_collection.tests.common import DAY, DebtCommon

from ..logic.link_check import MARK, Answer
from ..models.proof import res_company

GOOD = Answer(404, f"<div {MARK}>")


@tagged("post_install", "-at_install")
class TestPortalLinkCheck(DebtCommon):
    """Whether customers reach the page and can pay there: told before they try."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_user("boss", "debt_collection.group_debt_manager")
        cls.company.debt_health_user_id = cls.manager
        cls.env["ir.config_parameter"].set_param(
            "web.base.url", "https://erp.andes.example"
        )
        cls.env["payment.provider"].search([]).state = "disabled"
        cls.journal = cls.company_data["default_journal_bank"]

    def provider(self, **values):
        return self.env["payment.provider"].create(
            {
                "name": "Cards",
                "code": "none",
                "company_id": self.company.id,
                "state": "enabled",
                "is_published": True,
                "journal_id": self.journal.id,
                **values,
            }
        )

    def check(self, answer=GOOD, url=None):
        """Return the codes of what is found where our address answers so."""
        asked = []

        def follow(address):
            asked.append(address)
            return url or address, answer

        with patch.object(res_company, "follow", follow):
            self.env["debt.finding"]._cron_check_links()
        self.asked = asked
        found = self.env["debt.finding"].search(
            [
                ("company_id", "=", self.company.id),
                ("state", "=", "open"),
                ("code", "=like", "link%"),
            ]
        )
        return sorted(found.mapped("code"))

    def test_all_is_well(self):
        self.provider()
        self.assertFalse(self.check())
        self.assertEqual(
            self.asked.count("https://erp.andes.example/d/xxxxxxxxxxxx"), 1
        )

    def test_each_answer_is_told_and_goes_when_it_is_mended(self):
        self.provider()
        for answer, code in (
            (Answer(), "link_silent"),
            (Answer(tls_failed=True), "link_tls"),
            (Answer(302, location="https://x.example"), "link_elsewhere"),
            (Answer(200, "Welcome"), "link_strange"),
        ):
            with self.subTest(code=code):
                self.assertEqual(self.check(answer), [code])
                finding = self.env["debt.finding"].search([("code", "=", code)])
                self.assertTrue(finding.urgent)
                self.assertIn("https://erp.andes.example", finding.name)
                self.assertTrue(finding.remedy)
        self.assertTrue(self.tasks())
        self.assertFalse(self.check())
        self.assertFalse(self.tasks())

    def tasks(self):
        return self.env["mail.activity"].search(
            [("res_model", "=", "debt.finding"), ("user_id", "=", self.manager.id)]
        )

    def test_an_address_without_lock_is_told_and_one_of_the_house_not_asked(self):
        self.provider()
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("web.base.url", "http://erp.andes.example")
        self.assertEqual(self.check(), ["link_open"])
        self.assertFalse(
            self.env["debt.finding"].search([("code", "=", "link_open")]).urgent
        )
        parameters.set_param("web.base.url", "http://localhost:8069")
        self.assertEqual(self.check(), ["link_inside"])
        self.assertFalse(self.asked)

    def test_a_provider_has_to_be_enabled_published_and_with_a_journal(self):
        self.assertEqual(self.check(), ["link_pay_provider"])
        provider = self.provider(is_published=False)
        self.assertEqual(self.check(), ["link_pay_provider"])
        provider.write({"is_published": True, "state": "test"})
        self.assertEqual(self.check(), ["link_pay_provider"])
        provider.state = "enabled"
        self.assertFalse(self.check())
        other = self.env["res.company"].create({"name": "Other"})
        provider.journal_id = False
        self.assertEqual(self.check(), ["link_pay_provider"])
        self.provider(company_id=other.id, journal_id=False, code="none")
        self.assertEqual(self.check(), ["link_pay_provider"])

    def test_a_provider_for_each_currency_that_is_owed(self):
        euro = self.setup_other_currency("EUR")
        self.provider(
            available_currency_ids=[Command.set(self.company.currency_id.ids)]
        )
        self.invoice(100)
        self.run_on(DAY)
        self.assertFalse(self.check())
        self.invoice(100, currency=euro)
        self.run_on(DAY)
        self.assertEqual(self.check(), ["link_pay_currency"])
        finding = self.env["debt.finding"].search([("code", "=", "link_pay_currency")])
        self.assertIn("EUR", finding.name)
        self.provider(available_currency_ids=[Command.set(euro.ids)])
        self.assertFalse(self.check())

    def test_who_writes_to_nobody_is_not_looked_at(self):
        self.strategy.enabled = False
        self.assertFalse(self.check(Answer()))
        self.assertFalse(self.asked)
        self.strategy.enabled = True
        self.company.write({"debt_test_mode": True, "debt_test_email": "t@example.com"})
        self.assertFalse(self.check(Answer()))
        self.company.debt_test_mode = False
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "True")
        self.assertFalse(self.check(Answer()))
        self.assertFalse(self.asked)

    def test_texts_without_a_link_need_no_page(self):
        text = self.env["mail.template"].create(
            {
                "name": "No link",
                "model_id": self.env["ir.model"]._get_id("debt.action"),
                "subject": "Hello",
                "body_html": "<p>Please pay.</p>",
            }
        )
        messages = self.strategy.step_ids.filtered(lambda s: s.channel == "email")
        messages.mail_template_id = text
        self.assertFalse(self.check(Answer()))
        text.body_html = '<p><t t-out="object.text_pay_url"/></p>'
        self.assertTrue(self.check(Answer()))

    def test_campaigns_and_strategies_say_it_before_anything_leaves(self):
        campaign = self.env["debt.campaign"].create(
            {"name": "Closing", "user_id": self.agent.id}
        )
        self.assertFalse(campaign.link_warning or self.strategy.warning)
        self.provider()
        self.check(Answer())
        self.env.invalidate_all()
        campaign = campaign.with_user(self.agent)
        self.assertIn("does not answer", campaign.link_warning)
        self.assertIn("does not answer", self.strategy.warning)
        campaign.channel = "call"
        self.assertFalse(campaign.link_warning)
        self.check()
        self.env.invalidate_all()
        campaign.channel = "email"
        self.assertFalse(campaign.link_warning or self.strategy.warning)

    def test_what_is_wrong_is_shown_to_who_can_mend_it(self):
        self.check(Answer())
        groups = "base.group_system,debt_collection.group_debt_manager"
        system = self.new_user("root", groups)
        for code, model in (
            ("link_silent", "ir.config_parameter"),
            ("link_pay_provider", "payment.provider"),
        ):
            finding = self.env["debt.finding"].search([("code", "=", code)])
            with self.assertRaisesRegex(AccessError, "administrator|providers"):
                finding.with_user(self.manager).action_show()
            shown = finding.with_user(system).action_show()
            self.assertEqual(shown["res_model"], model)
