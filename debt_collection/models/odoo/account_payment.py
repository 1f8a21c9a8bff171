from odoo import models

from ...fields import LooseMany2one


class AccountPayment(models.Model):
    _inherit = "account.payment"

    debt_write_off_id = LooseMany2one(
        "debt.write.off",
        string="Recovery of",
        index="btree_not_null",
        readonly=True,
        copy=False,
        help="The written-off debt of which this payment recovers a part.",
    )

    def action_draft(self):
        result = super().action_draft()
        self._debt_mark_recovery()
        return result

    def action_cancel(self):
        result = super().action_cancel()
        self._debt_mark_recovery()
        return result

    def _debt_mark_recovery(self):
        """A recovery that is taken back is news of the debtor."""
        recoveries = self.filtered("debt_write_off_id")
        self.env["debt.mark"]._add(
            # sudo: whoever takes back the payment may let its debt be judged again
            (payment.debt_write_off_id.sudo().partner_id.id, payment.company_id.id)
            for payment in recoveries
        )
