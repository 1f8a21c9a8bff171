"""Templates of the demo company, as Meta would hold them: no network is asked."""

from odoo import SUPERUSER_ID, api, fields

from ..logic import template_payload as payload

#: What became of some of them; the others are approved.
FATES = {
    "dc_case_update": {"status": "PENDING"},
    "dc_channel_welcome": {"status": "APPROVED", "category": "MARKETING"},
    "dc_statement": {"status": "REJECTED", "rejected_reason": "INVALID_FORMAT"},
    "dc_due_today": {"status": "APPROVED", "quality_score": {"score": "YELLOW"}},
}
#: One that somebody made in Meta's own manager, years ago.
FOREIGN = {
    "id": "594425479261999",
    "name": "saludo_navidad",
    "language": "es",
    "status": "APPROVED",
    "category": "MARKETING",
    "components": [
        {"type": "BODY", "text": "Feliz Navidad, {{1}}, le desea todo el equipo."}
    ],
}


class Templates:
    """What Meta would answer when its templates are read."""

    def __init__(self, company):
        context = {"allowed_company_ids": company.ids}
        self.env = api.Environment(company.env.cr, SUPERUSER_ID, context)
        self.company = company.with_env(self.env)

    def tell(self):
        """Let Meta hold every message in every installed language."""
        account = self.env["debt.whatsapp.account"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        if not account:
            return
        # translations come after the demo data; what Meta holds is in each language
        module = self.env["ir.module.module"]._get("debt_collection_whatsapp")
        module._update_translations()
        now = fields.Datetime.now()
        templates = self.env["debt.whatsapp.template"]
        for number, told in enumerate([*self._held(account), FOREIGN]):
            told = {"id": f"5944254792{number:05}", **told}
            templates._take_in(account, told, now)

    def _held(self, account):
        for text in self.env["debt.whatsapp.text"].search([("purpose", "!=", "other")]):
            for lang, meta in text._langs().items():
                local = text.with_context(lang=lang).with_company(self.company)
                examples = local._examples(self.company)
                yield {
                    "category": text.category,
                    "status": "APPROVED",
                    "quality_score": {"score": "GREEN"},
                    **payload.creation(local._draft(meta), f"{text.code}_v1", examples),
                    **FATES.get(text.code, {}),
                }
