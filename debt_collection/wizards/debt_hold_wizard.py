from odoo import fields, models
from odoo.exceptions import UserError


class DebtHoldWizard(models.TransientModel):
    _name = "debt.hold.wizard"
    _description = "Hold Collection Cases"

    case_ids = fields.Many2many("debt.case", required=True)
    until = fields.Date(
        required=True,
        default=lambda self: fields.Date.add(fields.Date.context_today(self), days=7),
    )
    reason = fields.Char(required=True)

    def action_confirm(self):
        """Hold the cases: nothing is planned until the day is over."""
        self.ensure_one()
        if self.until < fields.Date.context_today(self):
            raise UserError(self.env._("Choose a day from today on."))
        closed = self.case_ids.filtered(lambda case: case.state == "closed")
        if closed:
            raise UserError(
                self.env._(
                    "%(names)s owe nothing; there is nothing to hold.",
                    names=", ".join(closed.mapped("display_name")),
                )
            )
        self.case_ids.write(
            {"state": "hold", "hold_until": self.until, "hold_reason": self.reason}
        )
        return {"type": "ir.actions.act_window_close"}
