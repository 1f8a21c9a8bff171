from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.debt_order_hold import LIVE


class DebtOrderReleaseWizard(models.TransientModel):
    _name = "debt.order.release.wizard"
    _description = "Release or Refuse Held Orders"

    hold_ids = fields.Many2many("debt.order.hold", string="Orders", required=True)
    decision = fields.Selection(
        [
            ("order", "Release These Orders"),
            ("customer", "Release the Customer until a Day"),
            ("refuse", "Refuse"),
        ],
        required=True,
        default="order",
    )
    until = fields.Date(
        default=lambda self: fields.Date.add(
            self.env.company._debt_today(), days=self.env.company.debt_sale_release_days
        ),
        help="Last day on which the orders can be confirmed.",
    )
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    max_amount = fields.Monetary(
        string="Up to", help="Total of the orders of the customer. 0: without limit."
    )
    reason = fields.Char(required=True)

    @api.depends("hold_ids")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.hold_ids.company_id[:1] or self.env.company

    def action_apply(self):
        """Decide on the orders, with a reason that stays with order and case."""
        self.ensure_one()
        holds = self.hold_ids.filtered(lambda hold: hold.state in LIVE)
        if not holds:
            raise UserError(self.env._("None of these orders waits any more."))
        holds._check_not_own()
        if self.decision == "refuse":
            holds._refuse(self.reason, self.env.user)
            return {"type": "ir.actions.act_window_close"}
        if not self.until or self.until < holds.company_id[:1]._debt_today():
            raise UserError(self.env._("Choose a day from today on."))
        if self.decision == "order":
            holds._release("exception", self.reason, self.until, self.env.user)
        else:
            self._release_customers(holds)
        return {"type": "ir.actions.act_window_close"}

    def _release_customers(self, holds):
        """Grant an exception to each customer and let it release their orders."""
        pairs = {(hold.partner_id, hold.company_id) for hold in holds}
        self.env["debt.order.exception"].create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "date_to": self.until,
                    "max_amount": self.max_amount,
                    "reason": self.reason,
                }
                for partner, company in pairs
            ]
        )
        holds._review()
