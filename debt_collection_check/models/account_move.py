from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _debt_mark(self):
        result = super()._debt_mark()
        self.origin_payment_id._debt_mark_cheques()
        return result
