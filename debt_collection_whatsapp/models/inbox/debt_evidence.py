from odoo import api, fields, models


class DebtEvidence(models.AbstractModel):
    """What Meta told of somebody stands in its events, too, while they are kept."""

    _inherit = "debt.evidence"

    @api.model
    def _export_more_of_debt_whatsapp_identity(self, identity):
        # sudo: events are for administrators; this is only what concerns the person
        events = self.env["debt.whatsapp.event"].sudo()
        return {"told": events._about(identity, self.env.companies)}

    @api.model
    def _wipe(self, cases, kind="all", dry=False):
        people = self.env["debt.whatsapp.identity"].sudo()  # sudo: as the others
        if kind in ("contacts", "all"):
            path = self._held()["debt.whatsapp.identity"]
            people = people.search(
                self._held_domain("debt.whatsapp.identity", path, cases)
            )
        events = self.env["debt.whatsapp.event"].sudo()  # sudo: as above
        # before they lose the names by which they are found there
        now = fields.Datetime.now()
        count = events._forget(people, cases.company_id, now, dry)
        counts = super()._wipe(cases, kind, dry)
        return {**counts, events._name: count} if count else counts
