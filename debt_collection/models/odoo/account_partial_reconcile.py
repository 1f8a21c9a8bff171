from odoo import api, models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials._debt_mark()
        return partials

    def unlink(self):
        self._debt_mark()  # before super: the lines are still reachable
        return super().unlink()

    def _debt_mark(self):
        """A payment, a credit or its removal is news of the debtor."""
        lines = (self.debit_move_id | self.credit_move_id).filtered(
            lambda line: line.account_type == "asset_receivable" and line.partner_id
        )
        self.env["debt.mark"]._add(
            (line.partner_id.id, line.company_id.id) for line in lines
        )
