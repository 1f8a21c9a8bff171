from unittest import SkipTest
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import RedirectWarning
from odoo.tests import tagged

from .common import DAY, DebtChequeCommon, days


@tagged("post_install", "-at_install")
class TestDocumentedSales(DebtChequeCommon):
    """A cheque keeps orders on hold, and counts against the limit, until it clears.

    With the addon for sales; without it there is nothing to test.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "debt.order.check" not in cls.env:
            raise SkipTest("without debt_collection_sale")
        cls.env.user.group_ids += cls.env.ref("sales_team.group_sale_manager")
        cls.company.write(
            {
                "debt_sale_mode": "hold",
                "debt_sale_warn_days": 1,
                "debt_sale_hold_days": 16,
            }
        )
        cls.strategy.mode = "task"
        cls.salesman = cls.new_user("seller", "sales_team.group_sale_salesman")
        cls.product = cls.env["product.product"].create(
            {"name": "Coffee", "type": "consu", "taxes_id": [Command.clear()]}
        )

    def setUp(self):
        super().setUp()
        self.today = DAY
        self.startPatcher(
            patch.object(
                self.env.registry["res.company"],
                "_debt_today",
                lambda company, now=None: now.date() if now else self.today,
            )
        )

    def order(self, amount=100):
        return self.env["sale.order"].create(
            {
                "partner_id": self.debtor.id,
                "user_id": self.salesman.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )

    def level(self, order):
        order.invalidate_recordset()
        return order.debt_credit_level

    def test_a_held_order_waits_until_the_cheque_cleared(self):
        invoice = self.invoice(1000, due=days(-20))
        self.run_on()
        order = self.order()
        wizard = self.env["debt.order.ask.wizard"].with_user(self.salesman)
        wizard.create({"order_ids": order.ids, "note": "please"}).action_ask()
        hold = order.debt_hold_ids
        check = self.cheque(invoice, (1000, days(3)))
        self.refresh()
        hold.action_check()
        self.assertEqual(hold.state, "held")
        self.assertIn("1 document, $\xa01,000.00, overdue for 20 days", hold.why)
        self.assertIn("$\xa01,000.00 of it was paid with documents", hold.why)
        with self.assertRaises(RedirectWarning):
            order.with_user(self.salesman).action_confirm()
        self.move_to(check, self.bank, days(3))
        self.today = days(4)
        self.run_on(days(4))
        hold.action_check()
        self.assertEqual(hold.state, "held")
        self.today = days(9)
        self.run_on(days(9))
        hold.action_check()
        self.assertEqual(hold.state, "released")

    def test_a_cheque_on_account_releases_nothing(self):
        self.invoice(1000, due=days(-20))
        self.run_on()
        order = self.order()
        self.assertEqual(self.level(order), "hold")
        later = self.invoice(1000, due=days(40))
        self.cheque(later, (2000, days(50)))
        self.refresh()
        self.assertEqual(self.case_of().amount_total, 0)
        self.assertEqual(self.level(order), "hold")

    def test_a_promise_kept_with_a_cheque_releases_nothing(self):
        invoice = self.invoice(500, due=days(-20))
        other = self.invoice(500, due=days(-18))
        self.run_on()
        order = self.order()
        wizard = self.env["debt.order.ask.wizard"].with_user(self.salesman)
        wizard.create({"order_ids": order.ids, "note": "please"}).action_ask()
        hold = order.debt_hold_ids
        hold.sudo().since = self.company._debt_noon(DAY)
        promise = self.env["debt.promise"].create(
            {
                "case_id": self.case_of().id,
                "item_ids": self.item_of(invoice).ids,
                "amount": 500,
                "made_date": days(0),
                "date": days(2),
                "confirm": False,
            }
        )
        check = self.cheque(invoice, (500, days(2)))
        self.today = days(3)
        self.run_on(days(3))
        self.assertEqual(promise.state, "kept")
        hold.action_check()
        self.assertEqual(hold.state, "held")
        self.move_to(check, self.bank, days(3))
        self.today = days(9)
        self.run_on(days(9))
        hold.action_check()
        self.assertEqual(hold.release_kind, "promise")
        self.assertTrue(other.amount_residual)

    def test_documented_amounts_count_against_the_limit(self):
        self.company.account_use_credit_limit = True
        self.company.debt_sale_limit = "hold"
        self.debtor.credit_limit = 1000
        self.assertEqual(self.level(self.order(150)), "none")
        invoice = self.invoice(900, due=days(30))
        check = self.cheque(invoice, (900, days(30)))
        self.refresh()
        order = self.order(150)
        self.assertEqual(self.level(order), "hold")
        self.assertEqual(self.level(self.order(90)), "none")
        self.move_to(check, self.bank, days(30))
        self.today = days(40)
        self.run_on(days(40))
        self.assertEqual(self.level(order), "none")

    def test_and_against_that_of_the_group(self):
        group = self.env["debt.group"].create(
            {"name": "Grupo", "credit_limit": 1000, "partner_ids": self.debtor.ids}
        )
        invoice = self.invoice(900, due=days(30))
        self.invoice(200, due=days(30))
        self.cheque(invoice, (900, days(30)))
        self.refresh()
        group.invalidate_recordset()
        self.assertEqual(group.amount_total, 200)
        self.assertTrue(group.over_limit)
        self.assertEqual(group.amount_left, -100)
