from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    debt_whatsapp_unknown = fields.Selection(
        related="company_id.debt_whatsapp_unknown", readonly=False
    )
