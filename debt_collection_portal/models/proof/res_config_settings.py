from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    debt_portal_check = fields.Selection(
        related="company_id.debt_portal_check", readonly=False
    )
