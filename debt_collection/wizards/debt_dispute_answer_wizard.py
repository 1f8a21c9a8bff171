from odoo import api, fields, models


class DebtDisputeAnswerWizard(models.TransientModel):
    """Accepts a dispute, wholly or in part, or rejects it."""

    _name = "debt.dispute.answer.wizard"
    _description = "Answer a Dispute"

    dispute_id = fields.Many2one("debt.dispute", required=True, ondelete="cascade")
    decision = fields.Selection(
        [("accept", "Accept"), ("reject", "Reject")], required=True
    )
    currency_id = fields.Many2one(related="dispute_id.currency_id")
    amount = fields.Monetary(
        string="Accepted",
        compute="_compute_amount",
        store=True,
        readonly=False,
        help="The rest is chased again.",
    )
    answer = fields.Text(help="What was found. A customer who is told reads it.")
    tell = fields.Boolean(
        string="Write to the Customer",
        default=True,
        help="Sends the answer by e-mail.",
    )
    may_credit = fields.Boolean(compute="_compute_may_credit")

    @api.depends("dispute_id")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = wizard.dispute_id.amount

    @api.depends_context("uid")
    def _compute_may_credit(self):
        self.may_credit = self.env.user.has_group("account.group_account_invoice")

    def action_confirm(self):
        """Answer the dispute; whoever may, goes on to the credit note."""
        self.ensure_one()
        dispute = self.dispute_id
        if self.decision == "reject":
            dispute._reject(self.answer, tell=self.tell)
        else:
            dispute._accept(self.amount, self.answer)
            if self.may_credit and dispute.amount_cover > 0 and dispute._invoices():
                return dispute.action_credit_note()
        return {"type": "ir.actions.act_window_close"}
