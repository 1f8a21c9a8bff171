from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    debt_sms_url = fields.Char(related="company_id.debt_sms_url")
