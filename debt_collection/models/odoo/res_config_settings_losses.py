from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    debt_settlement_days = fields.Integer(
        related="company_id.debt_settlement_days", readonly=False
    )
    debt_settlement_booking = fields.Selection(
        related="company_id.debt_settlement_booking", readonly=False
    )
    debt_settlement_account_id = fields.Many2one(
        related="company_id.debt_settlement_account_id", readonly=False
    )
    debt_case_cost = fields.Monetary(
        related="company_id.debt_case_cost",
        readonly=False,
        currency_field="company_currency_id",
    )
    debt_loss_account_id = fields.Many2one(
        related="company_id.debt_loss_account_id", readonly=False
    )
    debt_loss_tax_account_id = fields.Many2one(
        related="company_id.debt_loss_tax_account_id", readonly=False
    )
    debt_recovery_booking = fields.Selection(
        related="company_id.debt_recovery_booking", readonly=False
    )
    debt_recovery_account_id = fields.Many2one(
        related="company_id.debt_recovery_account_id", readonly=False
    )
