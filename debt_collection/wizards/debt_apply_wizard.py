from odoo import api, fields, models


class DebtApplyWizard(models.TransientModel):
    """Lets the accountant choose the money of a payment notice."""

    _name = "debt.apply.wizard"
    _description = "Choose the Payment of a Notice"

    notice_id = fields.Many2one(
        "debt.payment.notice", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="notice_id.partner_id")
    amount = fields.Monetary(related="notice_id.amount")
    currency_id = fields.Many2one(related="notice_id.currency_id")
    date = fields.Date(related="notice_id.date")
    reference = fields.Char(related="notice_id.reference")
    line_ids = fields.One2many("debt.apply.wizard.line", "wizard_id", readonly=True)

    @api.model
    def _for_notice(self, notice):
        """Return the choice for a notice."""
        wizard = self.create({"notice_id": notice.id})
        wizard.line_ids = self.env["debt.apply.wizard.line"].create(
            [
                {
                    "wizard_id": wizard.id,
                    "name": candidate.name,
                    "date": candidate.money.day,
                    "amount": float(candidate.money.amount),
                    "why": notice._why(candidate.match),
                    "points": candidate.match.points,
                    "move_line_id": candidate.record.id
                    if candidate.record._name == "account.move.line"
                    else False,
                    "statement_line_id": candidate.record.id
                    if candidate.record._name != "account.move.line"
                    else False,
                }
                for candidate in notice._find_money().get(notice.id, [])
            ]
        )
        return wizard


class DebtApplyWizardLine(models.TransientModel):
    """Money that may be the reported one."""

    _name = "debt.apply.wizard.line"
    _description = "Money for a Payment Notice"
    _order = "points desc, id"

    wizard_id = fields.Many2one("debt.apply.wizard", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    name = fields.Char(string="Payment")
    date = fields.Date()
    amount = fields.Monetary(string="Not Applied")
    why = fields.Char()
    points = fields.Integer()
    move_line_id = fields.Many2one("account.move.line", ondelete="cascade")
    statement_line_id = fields.Many2one(
        "account.bank.statement.line", ondelete="cascade"
    )

    def action_apply(self):
        """Apply this money; ask again while the notice still waits for some."""
        self.ensure_one()
        notice = self.wizard_id.notice_id
        notice._apply(self.move_line_id or self.statement_line_id)
        if notice.state in ("open", "expired") and notice.candidate_count:
            return notice.action_choose_payment()
        return {"type": "ir.actions.act_window_close"}

    def action_open(self):
        """Open the entry of the money."""
        self.ensure_one()
        move = self.move_line_id.move_id or self.statement_line_id.move_id
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": move.id,
            "view_mode": "form",
        }
