from odoo import fields, models


class DebtWhatsappResumeWizard(models.TransientModel):
    _name = "debt.whatsapp.resume.wizard"
    _description = "Let a WhatsApp Number Send Again"

    account_id = fields.Many2one(
        "debt.whatsapp.account", string="WhatsApp Number", required=True
    )
    breaker_kind = fields.Selection(related="account_id.breaker_kind")
    breaker_reason = fields.Char(related="account_id.breaker_reason")
    breaker_since = fields.Datetime(related="account_id.breaker_since")
    reason = fields.Char(required=True)

    def action_confirm(self):
        """Let the number send again; what waits in the queue leaves by itself."""
        self.ensure_one()
        self.account_id.check_access("write")
        account = self.account_id.sudo()  # sudo: the state of the number
        account._resume(self.reason)
        return {"type": "ir.actions.act_window_close"}
