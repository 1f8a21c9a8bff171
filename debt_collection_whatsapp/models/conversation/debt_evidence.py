from odoo import api, models


class DebtEvidence(models.AbstractModel):
    _inherit = "debt.evidence"

    @api.model
    def _held_kept(self):
        return {
            **super()._held_kept(),
            "debt.whatsapp.session": {"lang"},
            "debt.whatsapp.miss": {"state"},
        }
