from odoo import fields, models


class DebtWhatsappAgainWizard(models.TransientModel):
    """Why messages that did not arrive are sent again."""

    _name = "debt.whatsapp.again.wizard"
    _description = "Send WhatsApp Messages Again"

    message_ids = fields.Many2many("debt.whatsapp.message", required=True)
    reason = fields.Char(
        required=True, help="Kept with the case, so that everybody knows."
    )

    def action_send_again(self):
        """Send them again."""
        self.message_ids._send_again(self.reason, fields.Datetime.now())
        return {"type": "ir.actions.act_window_close"}
