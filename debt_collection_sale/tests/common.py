from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from odoo.addons.debt_collection.tests.common import DAY, DebtCommon

SALESMAN = "sales_team.group_sale_salesman"


def days(count):
    return DAY + timedelta(days=count)


@tagged("post_install", "-at_install")
class DebtSaleCommon(DebtCommon):
    """A company that holds orders, a salesperson and their customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("sales_team.group_sale_manager")
        cls.company.write(
            {
                "debt_sale_mode": "hold",
                "debt_sale_warn_days": 1,
                "debt_sale_hold_days": 16,
            }
        )
        cls.strategy.mode = "task"
        cls.salesman = cls.new_user("salesman", SALESMAN)
        cls.supervisor = cls.new_user(
            "supervisor", "debt_collection.group_debt_supervisor"
        )
        cls.product = cls.env["product.product"].create(
            {
                "name": "Coffee",
                "type": "consu",
                "list_price": 100,
                "invoice_policy": "order",
                "taxes_id": [Command.clear()],
            }
        )

    def setUp(self):
        super().setUp()
        # the product asks for today where a person confirms something
        self.today = DAY
        self.startPatcher(
            patch.object(
                self.env.registry["res.company"],
                "_debt_today",
                lambda company, now=None: self.today,
            )
        )

    def order(self, amount=100, partner=None, **values):
        """Return a quotation of the salesperson."""
        return self.env["sale.order"].create(
            {
                "partner_id": (partner or self.debtor).id,
                "user_id": self.salesman.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 1,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **values,
            }
        )

    def owe(self, late, amount=1000, partner=None):
        """Let a customer owe something that is so many days late."""
        partner = partner or self.debtor
        invoice = self.invoice(amount, due=days(-late), partner=partner)
        self.env["debt.run"].sudo()._refresh_debtors(self.company, partner)
        return invoice

    def held(self, order, note="They pay tomorrow", user=None):
        """Ask for the release of an order as its salesperson; return its hold."""
        wizard = self.env["debt.order.ask.wizard"].with_user(user or self.salesman)
        wizard.create({"order_ids": order.ids, "note": note}).action_ask()
        return order.debt_hold_ids

    def decide(self, hold, decision="order", user=None, **values):
        wizard = self.env["debt.order.release.wizard"]
        return (
            wizard.with_user(user or self.supervisor)
            .create(
                {
                    "hold_ids": hold.ids,
                    "decision": decision,
                    "until": days(5),
                    "reason": "Their treasurer confirmed it",
                    **values,
                }
            )
            .action_apply()
        )

    def confirm(self, order, user=None):
        order.with_user(user or self.salesman).action_confirm()
        return order.state

    def confirm_online(self, order):
        """As the page of the customer does, and a payment."""
        order.sudo()._validate_order()
        return order.state
