from odoo import api, models


class DebtEvidence(models.AbstractModel):
    _inherit = "debt.evidence"

    @api.model
    def _held_kept(self):
        return {
            **super()._held_kept(),
            # by which a charge is found at the provider
            "debt.autopay.charge": {"reference"},
        }
