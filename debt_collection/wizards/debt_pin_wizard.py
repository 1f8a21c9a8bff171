from odoo import fields, models
from odoo.exceptions import UserError


class DebtPinWizard(models.TransientModel):
    _name = "debt.pin.wizard"
    _description = "Pin Collection Cases"

    case_ids = fields.Many2many("debt.case", required=True)
    until = fields.Date(
        default=lambda self: fields.Date.add(self.env.company._debt_today(), days=7),
        help="Last day of the pin. Empty: until it is taken off.",
    )
    reason = fields.Char(required=True)

    def action_confirm(self):
        """Put the cases on top of the list of whoever works them."""
        self.ensure_one()
        if self.until and self.until < self.env.company._debt_today():
            raise UserError(self.env._("Choose a day from today on."))
        self.case_ids.write(
            {"pinned": True, "pin_reason": self.reason, "pinned_until": self.until}
        )
        return {"type": "ir.actions.act_window_close"}
