from odoo import api, models
from odoo.tools import SQL


class DebtCase(models.Model):
    _inherit = "debt.case"

    def _absorb(self, lost):
        self.env["debt.whatsapp.message"].flush_model()
        self.env.cr.execute(
            SQL(
                "UPDATE debt_whatsapp_message SET case_id = %s WHERE case_id = ANY(%s)",
                self.id,
                list(lost.ids),
            )
        )
        return super()._absorb(lost)

    @api.model
    def _merge_debtors(self, sources, target):
        result = super()._merge_debtors(sources, target)
        self.env.cr.execute(
            SQL(
                "UPDATE debt_whatsapp_message SET partner_id = %s"
                " WHERE partner_id = ANY(%s)",
                target.id,
                list(sources.ids),
            )
        )
        self.env["debt.whatsapp.message"].invalidate_model(flush=False)
        return result
