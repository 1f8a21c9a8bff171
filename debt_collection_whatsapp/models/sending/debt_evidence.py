from odoo import api, models


class DebtEvidence(models.AbstractModel):
    _inherit = "debt.evidence"

    @api.model
    def _held_elsewhere(self):
        return {
            **super()._held_elsewhere(),
            "debt.whatsapp.status": "message_id.case_id",
        }

    @api.model
    def _held_kept(self):
        kept = super()._held_kept()
        return {
            **kept,
            # names by which a report is taken in once, and words of WhatsApp
            "debt.whatsapp.message": {
                *kept.get("debt.whatsapp.message", ()),
                *("uuid", "wamid", "kind", "trace", "error_class"),
                *("price_category", "price_type"),
            },
            "debt.whatsapp.status": {"wamid", "status"},
        }

    @api.model
    def _held_contacts(self):
        return (
            *super()._held_contacts(),
            "debt.whatsapp.message",
            "debt.whatsapp.status",
        )
