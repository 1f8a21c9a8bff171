from odoo import api, models
from odoo.fields import Domain


class DebtEvidence(models.AbstractModel):
    _inherit = "debt.evidence"

    @api.model
    def _held_elsewhere(self):
        return {
            **super()._held_elsewhere(),
            "debt.whatsapp.identity": "link_ids.partner_id",
            "debt.whatsapp.identity.link": "partner_id",
        }

    @api.model
    def _held_kept(self):
        return {
            **super()._held_kept(),
            "debt.whatsapp.identity": {"portfolio", "lang"},
        }

    @api.model
    def _held_domain(self, name, path, cases):
        domain = super()._held_domain(name, path, cases)
        if name == "debt.whatsapp.identity":
            # an accountant of others, too, is theirs as well
            others = [("partner_id", "not in", self._family(cases).ids)]
            domain = Domain(domain) & ~Domain("link_ids", "any", others)
        return domain

    @api.model
    def _anonymise(self, partner, day):
        _debtor, _people, cases = self._anonymise_who(partner)
        path = self._held()["debt.whatsapp.identity"]
        domain = self._held_domain("debt.whatsapp.identity", path, cases)
        # sudo: identifiers, to let Meta forget them
        people = self.env["debt.whatsapp.identity"].sudo().search(domain)
        known = [
            (account, person.bsuid)
            for person in people.filtered("bsuid")
            for account in person.conversation_ids.account_id
        ]
        report = super()._anonymise(partner, day)
        for account, bsuid in known:
            account._forget_contact(bsuid)
        return report

    @api.model
    def _family(self, cases):
        """Return the debtors of cases and all their people."""
        return self.env["res.partner"].search(
            [("id", "child_of", cases.partner_id.ids)]
        )
