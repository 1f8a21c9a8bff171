from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import DebtChequeCommon, days


@tagged("post_install", "-at_install")
class TestChequeAccess(DebtChequeCommon):
    """Who reads the case reads its cheques; accountants book, nobody edits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesman = cls.new_user(
            "seller",
            "debt_collection.group_debt_salesperson,sales_team.group_sale_salesman"
            if "sale.order" in cls.env
            else "debt_collection.group_debt_salesperson",
        )

    def setUp(self):
        super().setUp()
        self.check = self.cheque(self.invoice(1000), (1000, days(-2)), day=days(-2))
        self.run_on()
        self.mirror = self.cheque_of(self.check)
        self.today = self.env["res.company"]._debt_today  # the clock: long after

    def seen_by(self, user):
        return self.mirror.with_user(user).search([("id", "=", self.mirror.id)])

    def test_agents_read_and_cannot_write(self):
        seen = self.seen_by(self.agent)
        self.assertEqual(seen.amount, 1000)
        self.assertTrue(seen.display_name)
        self.assertEqual(self.case_of().with_user(self.agent).cheque_count, 1)
        with self.assertRaises(AccessError):
            seen.write({"state": "cleared"})
        with self.assertRaises(AccessError):
            seen.unlink()
        with self.assertRaises(AccessError):
            self.check.with_user(self.agent).read(["amount"])

    def test_agents_of_own_cases_only(self):
        self.company.debt_agent_scope = "own"
        self.case_of().agent_id = self.env.user
        self.assertFalse(self.seen_by(self.agent))
        self.case_of().agent_id = self.agent
        self.assertTrue(self.seen_by(self.agent))

    def test_salespeople_see_those_of_their_customers(self):
        self.assertFalse(self.seen_by(self.salesman))
        self.debtor.user_id = self.salesman
        self.assertTrue(self.seen_by(self.salesman))

    def test_other_companies_see_nothing(self):
        other = self.setup_other_company()["company"]
        for groups in (
            "debt_collection.group_debt_manager",
            "account.group_account_manager",
        ):
            user = self.new_user(f"other {groups}", groups, company=other)
            self.assertFalse(self.seen_by(user))
            with self.assertRaises(AccessError):
                self.bounce(self.check, days(1), user=user)

    def test_only_accountants_book(self):
        manager = self.new_user("boss", "debt_collection.group_debt_manager")
        for user in (self.agent, manager, self.salesman):
            with self.assertRaises(AccessError):
                self.bounce(self.check, days(1), user=user)
            with self.assertRaises(AccessError):
                self.env["debt.cheque.bounce"].with_user(user)._bounce(
                    self.check.with_user(user), days(1), self.reason, self.rejected
                )
        bounce = self.bounce(self.check, days(1))
        self.assertEqual(bounce.with_user(self.agent).amount, 1000)
        for user in (self.agent, manager):
            wizard = self.env["debt.withdraw.wizard"].with_user(user)
            with self.assertRaises(AccessError):
                wizard.create(
                    {
                        "res_model": "debt.cheque.bounce",
                        "res_ids": bounce.ids,
                        "reason": "no",
                    }
                ).action_confirm()
        self.assertEqual(bounce.state, "done")
        with self.assertRaises(AccessError):
            bounce.with_user(self.accountant).write({"state": "undone"})
        with self.assertRaises(AccessError):
            bounce.with_user(self.accountant).unlink()

    def test_the_entries_are_for_accountants(self):
        bounce = self.bounce(self.check, days(1))
        with self.assertRaises(AccessError):
            bounce.with_user(self.agent).read(["payment_ids"])
        self.assertEqual(
            len(bounce.with_user(self.accountant).read(["payment_ids"])), 1
        )
        self.assertIn("Cheque", bounce.with_user(self.agent).cheque_name)
