from odoo import fields, models

from ..models.l10n_latam_check import KINDS


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    def _create_payment_vals_from_wizard(self, batch_result):
        vals = super()._create_payment_vals_from_wizard(batch_result)
        commands = vals.get("l10n_latam_new_check_ids", ())
        for line, command in zip(self.l10n_latam_new_check_ids, commands, strict=False):
            command[2]["debt_kind"] = line.debt_kind
        return vals


class L10nLatamPaymentRegisterCheck(models.TransientModel):
    _inherit = "l10n_latam.payment.register.check"

    debt_kind = fields.Selection(KINDS, string="Kind", required=True, default="cheque")
