from odoo import models


class DebtAction(models.Model):
    _inherit = "debt.action"

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
