from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    debt_portal_part = fields.Boolean(
        related="company_id.debt_portal_part", readonly=False
    )
    debt_portal_least = fields.Monetary(
        related="company_id.debt_portal_least", readonly=False
    )
