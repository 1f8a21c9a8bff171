from odoo import api, models
from odoo.tools import SQL

from odoo.addons.debt_collection.logic.health import Finding


class DebtFinding(models.Model):
    _inherit = "debt.finding"

    @api.model
    def _look_at_company(self, company, now):
        return [
            *super()._look_at_company(company, now),
            *self._look_at_templates(company),
        ]

    @api.model
    def _look_at_templates(self, company):
        """Judge the templates that were in use: the newest of each message."""
        rows = self.env.execute_query(
            SQL(
                """
            SELECT DISTINCT ON (t.text_id, t.lang)
                   t.name || ' (' || t.lang || ')', t.status_group, t.category_drift,
                   t.suspended IS NOT NULL, t.sendable
              FROM debt_whatsapp_template t
              JOIN debt_whatsapp_account a ON a.id = t.account_id
              JOIN debt_whatsapp_text x ON x.id = t.text_id
             WHERE a.company_id = %s AND t.active AND x.active
               AND t.status_group NOT IN ('draft', 'pending', 'deleted')
             ORDER BY t.text_id, t.lang, t.sendable DESC, t.version DESC, t.id DESC
                """,
                company.id,
            )
        )
        return [
            Finding(
                "wa_template_drift" if drift else "wa_template",
                name,
                urgent=drift or suspended,
                values={"name": name, "status": group},
            )
            for name, group, drift, suspended, sendable in rows
            if not sendable
        ]

    def _words(self, figures):
        self.ensure_one()
        if self.code == "wa_template_drift":
            return (
                self.env._("Meta counts a template otherwise: %(name)s", **figures),
                self.env._(
                    "Accept the category and its price, or write the message anew."
                ),
            )
        if self.code == "wa_template":
            return (
                self.env._("WhatsApp cannot send a template: %(name)s", **figures),
                self.env._("Open it and look why."),
            )
        return super()._words(figures)

    def action_show(self):
        self.ensure_one()
        if self.code in ("wa_template", "wa_template_drift"):
            name, lang = self.key.rpartition(" (")[::2]
            action = self._show(
                "debt_collection_whatsapp.debt_whatsapp_template_action"
            )
            action["domain"] = [
                ("name", "=", name),
                ("lang", "=", lang.rstrip(")")),
                ("company_id", "=", self.company_id.id),
            ]
            return action
        return super().action_show()
