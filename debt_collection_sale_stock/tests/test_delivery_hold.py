from odoo.exceptions import RedirectWarning
from odoo.tests import tagged

from odoo.addons.debt_collection_sale.tests.common import DebtSaleCommon


@tagged("post_install", "-at_install")
class TestDeliveryHold(DebtSaleCommon):
    """Goods stay when the customer came to owe too much after the order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.debt_sale_delivery_hold = True
        cls.worker = cls.new_user("worker", "stock.group_stock_user")

    def setUp(self):
        super().setUp()
        self.order_ = self.order()
        self.order_.action_confirm()
        self.picking = self.order_.picking_ids
        self.picking.move_ids.quantity = 1

    def validate(self):
        self.picking.with_user(self.worker).button_validate()
        return self.picking.state

    def held_pickings(self):
        pickings = self.env["stock.picking"].with_user(self.worker)
        return pickings.search([("debt_hold", "=", True)])

    def test_it_leaves_while_all_is_well(self):
        self.owe(3)
        self.assertFalse(self.picking.debt_hold)
        self.assertFalse(self.held_pickings())
        self.assertEqual(self.validate(), "done")

    def test_it_stays_until_the_payment(self):
        invoice = self.owe(20)
        self.assertTrue(self.picking.with_user(self.worker).debt_hold)
        self.assertIn("20 days", self.picking.debt_hold_text)
        self.assertEqual(self.held_pickings(), self.picking)
        with self.assertRaisesRegex(RedirectWarning, "delivered"):
            self.validate()
        self.pay(invoice)
        self.assertEqual(self.validate(), "done")

    def test_the_same_queue_releases_it(self):
        self.owe(20)
        self.assertEqual(self.order_.debt_credit_level, "hold")
        hold = self.held(self.order_, user=self.worker)
        self.assertTrue(hold.for_delivery)
        self.assertEqual(self.order_.state, "sale")
        self.decide(hold)
        self.assertEqual(hold.state, "released")
        self.assertFalse(self.picking.debt_hold)
        self.assertEqual(self.validate(), "done")
        self.assertEqual(hold.state, "done")

    def test_what_was_released_to_be_confirmed_may_leave(self):
        self.owe(20)
        order = self.order()
        hold = self.held(order)
        self.decide(hold)
        self.assertEqual(self.confirm(order), "sale")
        self.assertFalse(order.picking_ids.debt_hold)
        self.assertTrue(self.picking.debt_hold, "another order of the same customer")

    def test_a_company_that_does_not_want_it_delivers(self):
        self.company.debt_sale_delivery_hold = False
        self.owe(20)
        self.assertFalse(self.picking.debt_hold)
        self.assertEqual(self.validate(), "done")
