from odoo import fields, models
from odoo.tools import SQL


class DebtStrategyStep(models.Model):
    _inherit = "debt.strategy.step"

    channel = fields.Selection(
        selection_add=[("whatsapp", "WhatsApp"), ("call",)],
        ondelete={"whatsapp": lambda steps: steps._whatsapp_becomes_sms()},
    )

    def _whatsapp_becomes_sms(self):
        """Without the addon it is a text message, also where the step is in use.

        A step goes through each channel once, so its other channel of that kind goes.
        """
        self.env.flush_all()
        for statement in (
            SQL("DELETE FROM debt_strategy_step_fallback WHERE channel = 'whatsapp'"),
            SQL(
                """
            DELETE FROM debt_strategy_step_fallback
             WHERE channel = 'sms' AND step_id = ANY(%s)
                """,
                self.ids,
            ),
            SQL(
                "UPDATE debt_strategy_step SET channel = 'sms' WHERE id = ANY(%s)",
                self.ids,
            ),
            SQL(
                """
            UPDATE debt_campaign SET channel = 'sms' WHERE channel = 'whatsapp'
               AND state = 'draft'
                """
            ),
            SQL(
                """
            UPDATE debt_action SET channel = 'sms' WHERE channel = 'whatsapp'
               AND state IN ('planned', 'approve', 'waiting')
                """
            ),
        ):
            self.env.cr.execute(statement)
        self.env.invalidate_all(flush=False)
        self.modified(["channel"])
