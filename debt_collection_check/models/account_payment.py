from odoo import models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self._debt_mark_cheques()
        return result

    def _debt_mark_cheques(self):
        """Receiving or moving a cheque is news of whoever it came from."""
        # sudo: whoever moves the money may not read the cheques
        payments = self.sudo()
        checks = payments.l10n_latam_new_check_ids | payments.l10n_latam_move_check_ids
        checks._debt_mark()
