from odoo import api, models


class DebtEvidence(models.AbstractModel):
    _inherit = "debt.evidence"

    @api.model
    def _held_elsewhere(self):
        return {**super()._held_elsewhere(), "debt.voice.event": "call_id.case_id"}

    @api.model
    def _held_kept(self):
        return {
            **super()._held_kept(),
            # names that the provider gave, by which an event is taken in once
            "debt.voice.call": {"reference", "sid", "lang", "status", "answered_by"},
            "debt.voice.event": {"sid", "key"},
        }

    @api.model
    def _held_contacts(self):
        return (*super()._held_contacts(), "debt.voice.call", "debt.voice.event")
