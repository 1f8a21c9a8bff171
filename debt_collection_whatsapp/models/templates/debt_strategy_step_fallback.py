from odoo import api, fields, models


class DebtStrategyStepFallback(models.Model):
    _inherit = "debt.strategy.step.fallback"

    whatsapp_text_id = fields.Many2one(
        "debt.whatsapp.text",
        string="WhatsApp Text",
        ondelete="restrict",
        help="Empty: the standard one.",
    )

    @api.constrains("channel", "step_id")
    def _check_whatsapp(self):
        self.step_id._check_whatsapp()
