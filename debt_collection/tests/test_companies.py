from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import DAY, DebtCommon


@tagged("post_install", "-at_install")
class TestCompanies(DebtCommon):
    """Two companies with mirror data: nothing of one reaches the other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_data = cls.setup_other_company()
        cls.other = cls.other_data["company"]
        cls.other.write({"debt_tz": "Europe/Madrid", "debt_crumb_amount": 5})
        cls.other_agent = cls.new_user(
            "other_agent", "debt_collection.group_debt_agent", cls.other
        )

    def mirror(self):
        due = DAY - timedelta(days=10)
        self.invoice(100, due=due)
        self.env["account.move"].with_company(self.other).create(
            {
                "move_type": "out_invoice",
                "partner_id": self.debtor.id,
                "company_id": self.other.id,
                "invoice_date": due,
                "invoice_date_due": due,
                "invoice_line_ids": [
                    (0, 0, {"name": "x", "price_unit": 70, "tax_ids": []})
                ],
            }
        ).action_post()

    def test_a_debtor_of_two_companies_has_two_cases(self):
        self.mirror()
        run = self.run_on(company=self.company)
        self.assertEqual(self.case_of().amount_total, 100)
        self.assertFalse(self.case_of(company=self.other))
        self.run_on(company=self.other)
        self.assertEqual(self.case_of(company=self.other).amount_total, 70)
        self.assertEqual(self.actions_of(run).company_id, self.company)

    def test_one_run_may_serve_several_companies(self):
        self.mirror()
        run = self.run_on(company=self.company | self.other)
        self.assertEqual(run.cases_opened, 2)
        self.assertEqual(self.actions_of(run).company_id, self.company | self.other)

    def test_nobody_sees_the_other_company(self):
        self.mirror()
        self.run_on(company=self.company)
        self.run_on(company=self.other)
        for user, mine, theirs in (
            (self.agent, self.company, self.other),
            (self.other_agent, self.other, self.company),
        ):
            env = self.env(user=user)
            for model in ("debt.case", "debt.item", "debt.action", "debt.run.line"):
                found = env[model].with_context(active_test=False).search([])
                self.assertEqual(found.company_id, mine, model)
                hidden = env[model].sudo().search([("company_id", "=", theirs.id)])
                self.assertTrue(hidden, model)
                with self.assertRaises(AccessError):
                    hidden.with_user(user).read(["company_id"])
            runs = env["debt.run"].search([])
            self.assertEqual(runs.company_ids, mine)
            self.assertFalse(
                env["debt.case"].name_search("Ferretería")[1:], "one case by name"
            )

    def test_every_model_with_a_company_has_a_global_rule(self):
        models = self.env["ir.model"].search([("model", "=like", "debt.%")])
        for model in models:
            Model = self.env[model.model]
            if Model._abstract or Model._transient or "company_id" not in Model._fields:
                continue
            rules = self.env["ir.rule"].search(
                [("model_id", "=", model.id), ("groups", "=", False)]
            )
            self.assertTrue(rules, model.model)

    def test_a_branch_is_a_company_with_cases_of_its_own(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        self.env.user.company_ids += branch
        self.debtor.with_company(
            branch
        ).property_account_receivable_id = self.company_data[
            "default_account_receivable"
        ]
        self.env["account.move"].with_company(branch).create(
            {
                "move_type": "out_invoice",
                "partner_id": self.debtor.id,
                "company_id": branch.id,
                "invoice_date": DAY,
                "invoice_date_due": DAY,
                "invoice_line_ids": [
                    (0, 0, {"name": "x", "price_unit": 30, "tax_ids": []})
                ],
            }
        ).action_post()
        self.invoice(100)
        self.run_on(company=self.company)
        self.run_on(company=branch)
        self.assertEqual(self.case_of().amount_total, 100)
        self.assertEqual(self.case_of(company=branch).amount_total, 30)

    def test_each_company_has_its_own_today(self):
        # naive UTC: 22:00 in Bogotá, 5:00 in Madrid
        night = fields.Datetime.to_datetime("2026-06-02 03:00:00")
        self.assertEqual(self.company._debt_today(night), DAY)
        self.assertEqual(self.other._debt_today(night), DAY + timedelta(days=1))
        self.assertFalse(self.other._debt_run_is_due(night))
        self.assertTrue(self.company._debt_run_is_due(night))
