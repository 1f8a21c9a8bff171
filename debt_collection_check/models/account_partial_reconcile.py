from odoo import models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    def _debt_mark(self):
        """The statement of the bank that shows a deposit is news of the debtor, too."""
        result = super()._debt_mark()
        (self.debit_move_id | self.credit_move_id).payment_id._debt_mark_cheques()
        return result
