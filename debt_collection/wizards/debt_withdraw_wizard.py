from odoo import api, fields, models


class DebtWithdrawWizard(models.TransientModel):
    """Asks why an agreement no longer counts, or an import is taken back."""

    _name = "debt.withdraw.wizard"
    _description = "Withdraw an Agreement"

    res_model = fields.Char(required=True)
    res_ids = fields.Json(required=True)
    reason = fields.Char(required=True)
    may_tell = fields.Boolean(compute="_compute_may_tell")
    tell = fields.Boolean(
        string="Write to the Customer",
        help="Sends the reason by e-mail, with what remains to be paid.",
    )

    @api.depends("res_model")
    def _compute_may_tell(self):
        for wizard in self:
            wizard.may_tell = wizard.res_model == "debt.difference"

    @api.model
    def _withdrawable(self):
        """Return the models that have ``_withdraw``."""
        covers = self.env["debt.cover.mixin"]._cover_models()
        return {"debt.import", *(model._name for model in covers)}

    def action_confirm(self):
        """Withdraw what was chosen."""
        self.ensure_one()
        if self.res_model in self._withdrawable():
            told = {"tell": True} if self.tell and self.may_tell else {}
            self.env[self.res_model].browse(self.res_ids)._withdraw(self.reason, **told)
        return {"type": "ir.actions.act_window_close"}
