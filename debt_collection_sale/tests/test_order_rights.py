from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import SALESMAN, DebtSaleCommon, days

#: Operations allowed on the model, by kind of user: r, w, c, u.
TABLE = {
    "debt.order.hold": {
        "salesman": "r",
        "agent": "r",
        "supervisor": "r",
        "account": "r",
    },
    "debt.order.exception": {"agent": "r", "supervisor": "rwc", "account": "r"},
    "debt.order.ask.wizard": {"salesman": "rwcu"},
    "debt.order.release.wizard": {"supervisor": "rwcu"},
}


@tagged("post_install", "-at_install")
class TestOrderRights(DebtSaleCommon):
    """Who sees held orders, and who decides."""

    def setUp(self):
        super().setUp()
        self.owe(20)
        self.order_ = self.order()
        self.hold = self.held(self.order_)

    def test_the_table_of_rights(self):
        users = {
            "salesman": self.salesman,
            "agent": self.agent,
            "supervisor": self.supervisor,
            "account": self.new_user("books", "account.group_account_invoice"),
            "employee": self.new_user("employee", "base.group_user"),
            "portal": self.new_user("visitor", "base.group_portal"),
        }
        for model, rights in TABLE.items():
            for kind, user in users.items():
                for operation in ("read", "write", "create", "unlink"):
                    with self.subTest(model=model, user=kind, operation=operation):
                        self.assertEqual(
                            self.env[model].with_user(user).has_access(operation),
                            operation[0] in rights.get(kind, ""),
                        )

    def test_a_salesperson_reads_why_the_own_orders_wait_and_no_case(self):
        hold = self.hold.with_user(self.salesman)
        values = hold.read(["why", "amount_overdue", "days_past_due", "state"])[0]
        self.assertEqual(values["days_past_due"], 20)
        self.assertIn("20 days", values["why"])
        order = self.order_.with_user(self.salesman)
        self.assertIn("20 days", order.debt_credit_text)
        with self.assertRaises(AccessError):
            self.case_of().with_user(self.salesman).read(["amount_total"])
        colleague = self.new_user("colleague", SALESMAN)
        holds = self.env["debt.order.hold"].with_user(colleague)
        self.assertFalse(holds.search([]))

    def test_nobody_forges_a_release(self):
        for user in (self.salesman, self.agent, self.supervisor):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.hold.with_user(user).write({"state": "released"})
        with self.assertRaises(AccessError):
            self.decide(self.hold, user=self.agent)
        with self.assertRaises(AccessError):
            self.decide(self.hold, user=self.salesman)
        # what the order says of itself lets nothing pass
        self.order_.with_user(self.salesman).write({"debt_hold_state": "released"})
        self.assertFalse(self.order_._debt_release())

    def test_an_agent_without_sales_rights_sees_the_queue(self):
        hold = self.hold.with_user(self.agent)
        self.assertEqual(hold.name, self.order_.name)
        self.assertEqual(hold.amount, 100)
        self.assertEqual(hold.action_open_case()["res_id"], self.case_of().id)
        with self.assertRaises(AccessError):
            self.order_.with_user(self.agent).read(["name"])

    def test_another_company_sees_nothing(self):
        other = self.setup_other_company()["company"]
        boss = self.new_user(
            "boss", "debt_collection.group_debt_supervisor", company=other
        )
        self.assertFalse(self.env["debt.order.hold"].with_user(boss).search([]))
        with self.assertRaises(AccessError):
            self.decide(self.hold, user=boss)

    def test_whoever_grants_an_exception_signs_it(self):
        exceptions = self.env["debt.order.exception"].with_user(self.supervisor)
        exception = exceptions.create(
            {
                "partner_id": self.debtor.id,
                "date_to": days(3),
                "reason": "Agreed",
                "user_id": self.agent.id,
            }
        )
        self.assertEqual(exception.user_id, self.supervisor)
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": self.debtor.id}
        )
        with self.assertRaises(ValidationError):
            exceptions.create(
                {"partner_id": contact.id, "date_to": days(3), "reason": "Agreed"}
            )
        with self.assertRaises(ValidationError):
            exception.date_to = days(-1)
        self.hold._review()
        self.assertEqual(self.hold.release_user_id, self.supervisor)

    def test_merged_customers_keep_their_held_orders(self):
        other = self.new_debtor("Otra")
        wizard = self.env["base.partner.merge.automatic.wizard"].create(
            {
                "partner_ids": [Command.set((self.debtor + other).ids)],
                "dst_partner_id": other.id,
            }
        )
        wizard.action_merge()
        self.env.invalidate_all()
        self.assertEqual(self.hold.partner_id, other)
        self.assertEqual(self.hold.amount_overdue, 1000)
