from odoo import api, models
from odoo.tools import SQL

from odoo.addons.debt_collection.logic import health


class DebtFinding(models.Model):
    _inherit = "debt.finding"

    @api.model
    def _look_at_queues(self, now):
        return [*super()._look_at_queues(now), self._look_at_whatsapp(now)]

    @api.model
    def _look_at_whatsapp(self, now):
        """Judge the WhatsApp queue, by what could have left."""
        ((oldest, count),) = self.env.execute_query(
            SQL(
                """
            SELECT MIN(GREATEST(moment, next_try)), COUNT(*)
              FROM debt_whatsapp_message
             WHERE (state = 'queued' AND (next_try IS NULL OR next_try <= %(now)s))
                OR (state = 'sending' AND claimed < %(now)s - INTERVAL '1 hour')
                """,
                now=now,
            )
        )
        name = self.env["ir.model"]._get("debt.whatsapp.message").name
        return health.queue("debt.whatsapp.message", name, oldest, count, now)

    def action_show(self):
        if self.code == "queue" and self.key == "debt.whatsapp.message":
            return self._show("debt_collection_whatsapp.debt_whatsapp_outbox_action")
        return super().action_show()
