from odoo.tests import HttpCase, tagged

from odoo.addons.payment.tests.common import PaymentCommon

from .common import DebtSaleCommon

SIGNATURE = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


@tagged("post_install", "-at_install")
class TestPortalOrder(DebtSaleCommon, PaymentCommon, HttpCase):
    """What the customer confirms online waits, without an error and without figures."""

    def setUp(self):
        super().setUp()
        self.owe(20)

    def test_a_signature_of_a_visitor_is_kept_and_the_order_waits(self):
        order = self.order(require_signature=True, require_payment=False)
        token = order._portal_ensure_token()
        order.state = "sent"
        self.env.flush_all()
        answer = self.make_jsonrpc_request(
            f"/my/orders/{order.id}/accept",
            {"access_token": token, "name": "Ana", "signature": SIGNATURE},
        )
        self.assertTrue(answer["force_refresh"])
        self.assertEqual(order.signed_by, "Ana")
        self.assertEqual((order.state, order.debt_hold_state), ("sent", "held"))
        self.assertFalse(order.debt_hold_ids.requested_by)
        page = self.url_open(f"/my/orders/{order.id}?access_token={token}").text
        self.assertIn("We received your order.", page)
        for secret in ("overdue", "1,000.00", "credit department"):
            self.assertNotIn(secret, page)

    def test_what_is_prepaid_is_never_held(self):
        order = self.order(require_payment=True, prepayment_percent=1)
        self.amount, self.currency = order.amount_total, order.currency_id
        tx = self._create_transaction(
            "direct", state="done", sale_order_ids=[(6, 0, order.ids)]
        )
        tx._check_amount_and_confirm_order()
        self.assertEqual((order.state, order.debt_hold_state), ("sale", "none"))

    def test_a_part_that_is_paid_is_not_enough_unless_the_company_says_so(self):
        order = self.order(require_payment=True, prepayment_percent=0.3)
        self.amount, self.currency = 30, order.currency_id
        tx = self._create_transaction(
            "direct", state="done", sale_order_ids=[(6, 0, order.ids)]
        )
        self.assertFalse(tx._check_amount_and_confirm_order())
        self.assertEqual(order.debt_hold_state, "held")
        self.company.debt_sale_prepaid_percent = 30
        order.debt_hold_ids._review()
        self.assertEqual(order.debt_hold_state, "released")
        self.assertEqual(self.confirm(order), "sale")

    def test_who_may_buy_confirms_online_as_ever(self):
        customer = self.new_debtor("Puntual")
        self.assertEqual(self.confirm_online(self.order(partner=customer)), "sale")
