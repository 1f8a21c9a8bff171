from odoo import fields, models


class DebtAction(models.Model):
    _inherit = "debt.action"

    delivery = fields.Selection(selection_add=[("called", "Called")])
    reason = fields.Selection(
        selection_add=[
            ("bad_number", "The number cannot be called"),
            ("call_refused", "The telephone provider refused the call"),
        ]
    )

    def action_view_voice_call(self):
        """Open the automatic call of this action."""
        self.ensure_one()
        call = self.env["debt.voice.call"].search([("action_id", "=", self.id)])
        return {
            "type": "ir.actions.act_window",
            "res_model": "debt.voice.call",
            "res_id": call.id,
            "view_mode": "form",
        }
