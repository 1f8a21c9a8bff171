from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    debt_sale_delivery_hold = fields.Boolean(
        related="company_id.debt_sale_delivery_hold", readonly=False
    )
