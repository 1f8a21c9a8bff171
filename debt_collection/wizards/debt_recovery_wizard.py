from odoo import api, fields, models


class DebtRecoveryWizard(models.TransientModel):
    """Enters what came in of a debt that was written off."""

    _name = "debt.recovery.wizard"
    _description = "Register a Recovery"

    write_off_id = fields.Many2one(
        "debt.write.off", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="write_off_id.company_id")
    currency_id = fields.Many2one(related="write_off_id.currency_id")
    left = fields.Monetary(related="write_off_id.amount_open", string="Still Out")
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    date = fields.Date(
        required=True, default=lambda self: self.env.company._debt_today()
    )
    journal_id = fields.Many2one(
        "account.journal",
        compute="_compute_journal",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        domain="[('type', 'in', ('bank', 'cash')), ('company_id', '=', company_id)]",
        help="Where the money came in.",
    )
    memo = fields.Char(help="What the payment says.")

    @api.depends("write_off_id")
    def _compute_amount(self):
        for wizard in self:
            plans = wizard.write_off_id.plan_ids
            due = plans.promise_ids.filtered(lambda p: p.state == "open")
            first = due.sorted(lambda p: (p.date, p.id))[:1]
            # the next instalment of a settlement, else all that is out
            wizard.amount = (first.amount - first.amount_paid) or wizard.left

    @api.depends("write_off_id")
    def _compute_journal(self):
        journals = self.env["account.journal"]
        for wizard in self:
            wizard.journal_id = journals.search(
                [
                    *journals._check_company_domain(wizard.company_id),
                    ("type", "in", ("bank", "cash")),
                ],
                limit=1,
            )

    def action_confirm(self):
        """Book the payment."""
        self.ensure_one()
        self.write_off_id._recover(self.amount, self.date, self.journal_id, self.memo)
        return {"type": "ir.actions.act_window_close"}
