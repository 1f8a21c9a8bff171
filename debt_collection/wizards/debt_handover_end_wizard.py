from odoo import fields, models


class DebtHandoverEndWizard(models.TransientModel):
    """Asks why a lawyer or an agency does not go on with a case."""

    _name = "debt.handover.end.wizard"
    _description = "End of a Hand-Over"

    handover_ids = fields.Many2many("debt.handover", required=True)
    state = fields.Selection(
        [
            ("returned", "Take the case back and go on here"),
            ("closed", "Close: nothing more is done"),
        ],
        string="What Next",
        required=True,
        default="returned",
    )
    reason = fields.Char(required=True)

    def action_confirm(self):
        """End the hand-overs."""
        self.ensure_one()
        self.handover_ids._end(self.state, self.reason)
        return {"type": "ir.actions.act_window_close"}
