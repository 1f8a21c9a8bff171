from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    debt_sale_mode = fields.Selection(
        related="company_id.debt_sale_mode", readonly=False
    )
    debt_sale_warn_days = fields.Integer(
        related="company_id.debt_sale_warn_days", readonly=False
    )
    debt_sale_hold_days = fields.Integer(
        related="company_id.debt_sale_hold_days", readonly=False
    )
    debt_sale_limit = fields.Selection(
        related="company_id.debt_sale_limit", readonly=False
    )
    debt_sale_prepaid_percent = fields.Integer(
        related="company_id.debt_sale_prepaid_percent", readonly=False
    )
    debt_sale_release_days = fields.Integer(
        related="company_id.debt_sale_release_days", readonly=False
    )
    debt_sale_promise_releases = fields.Boolean(
        related="company_id.debt_sale_promise_releases", readonly=False
    )
    debt_sale_auto_confirm = fields.Boolean(
        related="company_id.debt_sale_auto_confirm", readonly=False
    )
