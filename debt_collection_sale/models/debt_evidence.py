from odoo import api, models


class DebtEvidence(models.AbstractModel):
    _inherit = "debt.evidence"

    @api.model
    def _held_elsewhere(self):
        return {
            **super()._held_elsewhere(),
            "debt.order.exception": "partner_id",
            "debt.order.hold": "partner_id",
        }
