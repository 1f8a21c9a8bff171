from odoo import fields, models


class DebtPlanAcceptWizard(models.TransientModel):
    """Who accepted a payment plan, and how."""

    _name = "debt.plan.accept.wizard"
    _description = "Accept a Payment Plan"

    plan_id = fields.Many2one("debt.plan", required=True, ondelete="cascade")
    schedule = fields.Html(related="plan_id.schedule")
    currency_id = fields.Many2one(related="plan_id.currency_id")
    amount_discount = fields.Monetary(related="plan_id.amount_discount")
    accepted_by = fields.Char(
        string="Name", required=True, help="Who accepts for the customer."
    )
    accepted_how = fields.Selection(
        selection=lambda self: (
            self.env["debt.plan"]
            ._fields["accepted_how"]
            ._description_selection(self.env)
        ),
        string="How",
        required=True,
        default="signed",
    )
    signature = fields.Binary(help="Signed on this screen. Paper can be attached.")

    def action_confirm(self):
        """Begin the plan."""
        self.ensure_one()
        self.plan_id._activate(
            accepted_by=self.accepted_by,
            accepted_how=self.accepted_how,
            signature=self.signature,
        )
        return {"type": "ir.actions.act_window_close"}
