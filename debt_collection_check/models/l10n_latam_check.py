from odoo import api, fields, models
from odoo.exceptions import UserError

#: Documents with which customers pay later.
KINDS = [
    ("cheque", "Cheque"),
    ("note", "Promissory Note"),
    ("bill", "Bill of Exchange"),
]
#: What is shown of a document elsewhere.
SHOWN = {"amount", "bank_id", "debt_kind", "name", "payment_date"}


class L10nLatamCheck(models.Model):
    _inherit = "l10n_latam.check"

    debt_kind = fields.Selection(
        KINDS,
        string="Kind",
        required=True,
        default="cheque",
        help="Notes and bills are presented for payment as cheques are deposited.",
    )
    debt_state = fields.Selection(
        selection=lambda self: self.env["debt.cheque"]._fields["state"].selection,
        string="Clearing",
        compute="_compute_debt_state",
        help="Whether it is money yet, as collection sees it.",
    )
    debt_clear_date = fields.Date(string="Clears on", compute="_compute_debt_state")

    def _compute_debt_state(self):
        # sudo: shown wherever the cheque is
        mirror = self.env["debt.cheque"].sudo()
        found = mirror.search([("check_id", "in", self.ids)]).grouped("check_id")
        for check in self:
            cheque = found.get(check._origin.sudo(), mirror)
            check.debt_state = cheque.state
            check.debt_clear_date = cheque.clear_date

    @api.model_create_multi
    def create(self, vals_list):
        checks = super().create(vals_list)
        checks._debt_mark()
        return checks

    def write(self, vals):
        result = super().write(vals)
        if SHOWN & vals.keys():
            self._debt_mark()
        return result

    def _debt_mark(self):
        """What becomes of a cheque is news of the debtor."""
        self.env["debt.mark"]._add(
            (check.partner_id.id, check.company_id.id)
            for check in self
            if check.partner_id and check.company_id
        )

    def action_debt_bounce(self):
        """Ask when and why the bank returned these documents."""
        if not self:
            raise UserError(self.env._("Choose the cheques that bounced."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Bounced"),
            "res_model": "debt.cheque.bounce.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_check_ids": self.ids},
        }
