from odoo import api, models


class DebtWithdrawWizard(models.TransientModel):
    _inherit = "debt.withdraw.wizard"

    @api.model
    def _withdrawable(self):
        return {*super()._withdrawable(), "debt.autopay"}
