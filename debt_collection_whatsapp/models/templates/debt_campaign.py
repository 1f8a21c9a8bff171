from odoo import api, fields, models


class DebtCampaign(models.Model):
    _inherit = "debt.campaign"

    whatsapp_text_id = fields.Many2one(
        "debt.whatsapp.text",
        string="WhatsApp Text",
        ondelete="restrict",
        domain="[('company_id', 'in', (company_id, False))]",
        tracking=True,
        help="Empty: the standard notice of what is overdue.",
    )

    @api.model
    def _terms(self):
        return super()._terms() | {"whatsapp_text_id"}

    @api.depends("whatsapp_text_id")
    def _compute_preview(self):
        return super()._compute_preview()
