from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    debt_attribution_days = fields.Integer(
        related="company_id.debt_attribution_days", readonly=False
    )
