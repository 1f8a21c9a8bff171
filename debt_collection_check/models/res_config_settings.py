from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    debt_cheque_clear_days = fields.Integer(
        related="company_id.debt_cheque_clear_days", readonly=False
    )
    debt_cheque_journal_id = fields.Many2one(
        related="company_id.debt_cheque_journal_id", readonly=False
    )
    debt_cheque_product_id = fields.Many2one(
        related="company_id.debt_cheque_product_id", readonly=False
    )
