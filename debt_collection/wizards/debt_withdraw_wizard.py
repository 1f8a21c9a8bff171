from odoo import fields, models


class DebtWithdrawWizard(models.TransientModel):
    """Asks why an agreement no longer counts, or an import is taken back."""

    _name = "debt.withdraw.wizard"
    _description = "Withdraw an Agreement"

    res_model = fields.Char(required=True)
    res_ids = fields.Json(required=True)
    reason = fields.Char(required=True)

    def action_confirm(self):
        """Withdraw what was chosen."""
        self.ensure_one()
        covers = self.env["debt.cover.mixin"]._cover_models()
        if self.res_model in {"debt.import", *(model._name for model in covers)}:
            self.env[self.res_model].browse(self.res_ids)._withdraw(self.reason)
        return {"type": "ir.actions.act_window_close"}
