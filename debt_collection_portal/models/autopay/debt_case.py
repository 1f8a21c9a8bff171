from odoo import api, models
from odoo.tools import SQL


class DebtCase(models.Model):
    _inherit = "debt.case"

    def _compute_plan_count(self):
        result = super()._compute_plan_count()
        for case in self:
            words = case.plan_ids.filtered(lambda plan: plan.state == "active").mapped(
                "autopay_words"
            )
            case.plan_text = " · ".join(filter(None, [case.plan_text, *words]))
        return result

    def _absorb(self, lost):
        for name in ("debt.autopay", "debt.autopay.charge"):
            self.env[name].flush_model()
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET case_id = %s WHERE case_id = ANY(%s)",
                    SQL.identifier(self.env[name]._table),
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
                "UPDATE debt_autopay SET person_id = %s WHERE person_id = ANY(%s)",
                target.id,
                list(sources.ids),
            )
        )
        self.env["debt.autopay"].invalidate_model(flush=False)
        return result
