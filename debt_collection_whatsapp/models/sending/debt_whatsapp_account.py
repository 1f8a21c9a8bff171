from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from .debt_whatsapp_claim_mixin import LIMIT_TIME


class DebtWhatsappAccount(models.Model):
    _inherit = "debt.whatsapp.account"

    rate = fields.Integer(
        string="Messages a Second",
        default=20,
        help="WhatsApp takes 80 of a number, 20 of one that is used in the app, too.",
    )
    reminder_part = fields.Integer(
        string="Share of Reminders",
        default=70,
        help="Of the people whom the number may write to first in a day, this many in "
        "a hundred are for reminders. The rest is kept for confirmations and answers.",
    )
    resend_confirmations = fields.Boolean(
        help="A confirmation of which nobody knows for an hour whether it left is sent "
        "once more. Reminders never are.",
    )
    no_history = fields.Boolean(
        string="Cannot Ask about Messages",
        readonly=True,
        copy=False,
        help="Meta does not let this number ask what became of a message.",
    )

    @api.constrains("rate", "reminder_part")
    def _check_pace(self):
        for account in self:
            if account.rate < 1:
                raise ValidationError(
                    self.env._("A number sends at least one message a second.")
                )
            if not 0 < account.reminder_part <= 100:
                raise ValidationError(
                    self.env._("The share of reminders is between 1 and 100 %.")
                )

    def _people_written_to(self, now, message):
        """Return how many people the portfolio wrote to first within a day.

        :param now: naive UTC moment
        :param message: one that is about to leave: whoever gets it is not counted
        """
        self.ensure_one()
        self.env["debt.whatsapp.message"].flush_model()
        ((count,),) = self.env.execute_query(
            SQL(
                """
            SELECT COUNT(DISTINCT c.identity_id)
              FROM debt_whatsapp_message m
              JOIN debt_whatsapp_conversation c ON c.id = m.conversation_id
              JOIN debt_whatsapp_account a ON a.id = m.account_id
             WHERE COALESCE(a.portfolio, a.waba_id) = %s
               AND m.kind = 'template' AND m.claimed > %s
               AND (m.claimed > c.last_inbound + INTERVAL '1 day'
                    OR m.claimed < c.last_inbound OR c.last_inbound IS NULL)
               AND c.identity_id <> %s
                """,
                self._portfolio(),
                now - LIMIT_TIME,
                message.conversation_id.identity_id.id,
            )
        )
        return count
