from odoo import api, fields, models
from odoo.exceptions import UserError

from ..logic.order_check import HOLD


class DebtOrderAskWizard(models.TransientModel):
    _name = "debt.order.ask.wizard"
    _description = "Ask for the Release of Orders"

    order_ids = fields.Many2many("sale.order", string="Orders", required=True)
    why = fields.Text(string="Why It Waits", compute="_compute_why")
    note = fields.Text(string="What Speaks for It", required=True)

    @api.depends("order_ids")
    @api.depends_context("lang")
    def _compute_why(self):
        check = self.env["debt.order.check"]
        for wizard in self:
            results = wizard.order_ids._debt_check()
            wizard.why = "\n".join(
                check._words(order.company_id, result)
                for order, result in results.items()
            )

    def action_ask(self):
        """Put the orders into the queue of the credit department."""
        self.ensure_one()
        orders = self.order_ids
        orders.check_access("write")
        results = orders._debt_check()
        held = orders.filtered(lambda order: results[order].level == HOLD)
        if not held:
            raise UserError(self.env._("Nothing holds it any more: confirm it."))
        self.env["debt.order.hold"]._put(held, self.env.user, self.note)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Credit was asked. You get an activity when it is decided."
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
