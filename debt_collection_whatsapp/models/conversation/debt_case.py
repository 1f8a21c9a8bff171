from odoo import models
from odoo.tools import SQL


class DebtCase(models.Model):
    _inherit = "debt.case"

    def _absorb(self, lost):
        for name in ("debt.whatsapp.session", "debt.whatsapp.miss"):
            model = self.env[name]
            model.flush_model(["case_id"])
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET case_id = %s WHERE case_id = ANY(%s)",
                    SQL.identifier(model._table),
                    self.id,
                    list(lost.ids),
                )
            )
            model.invalidate_model(["case_id"], flush=False)
        return super()._absorb(lost)
