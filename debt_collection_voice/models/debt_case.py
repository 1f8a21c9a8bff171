from odoo import api, models
from odoo.tools import SQL


class DebtCase(models.Model):
    _inherit = "debt.case"

    def _absorb(self, lost):
        self.env["debt.voice.call"].flush_model()
        self.env.cr.execute(
            SQL(
                "UPDATE debt_voice_call SET case_id = %s WHERE case_id = ANY(%s)",
                self.id,
                list(lost.ids),
            )
        )
        return super()._absorb(lost)

    @api.model
    def _merge_debtors(self, sources, target):
        result = super()._merge_debtors(sources, target)
        for column in ("debtor_id", "partner_id"):
            self.env.cr.execute(
                SQL(
                    "UPDATE debt_voice_call SET %s = %s WHERE %s = ANY(%s)",
                    SQL.identifier(column),
                    target.id,
                    SQL.identifier(column),
                    list(sources.ids),
                )
            )
        self.env["debt.voice.call"].invalidate_model(flush=False)
        return result
