from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    debt_autopay = fields.Boolean(related="company_id.debt_autopay", readonly=False)
    debt_autopay_notice_days = fields.Integer(
        related="company_id.debt_autopay_notice_days", readonly=False
    )
    debt_autopay_retries = fields.Char(
        related="company_id.debt_autopay_retries", readonly=False
    )
