from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.debt_collection.fields import LooseMany2one
from odoo.addons.debt_collection.tools.sql import int_array


class DebtWhatsappSeen(models.Model):
    """Until where a user has read a conversation. Written by the screen only."""

    _name = "debt.whatsapp.seen"
    _description = "What Is Read of a WhatsApp Conversation"
    _log_access = False

    conversation_id = fields.Many2one(
        "debt.whatsapp.conversation", required=True, ondelete="cascade"
    )
    user_id = LooseMany2one("res.users", required=True, index=True)
    message_id = LooseMany2one("debt.whatsapp.message", required=True)

    _seen_uniq = models.Constraint(
        "UNIQUE(conversation_id, user_id)", "A user has read until one place."
    )

    @api.model
    def _opened(self, conversations):
        """Return those of these conversations that somebody has looked at."""
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT conversation_id FROM debt_whatsapp_seen"
                " WHERE conversation_id = ANY(%s)",
                int_array(conversations.ids),
            )
        )
        return conversations.browse(row[0] for row in rows)

    @api.model
    def _mark(self, conversation, user, message_id):
        """Remember that a user has read until a message; never moves back."""
        self.env.cr.execute(
            SQL(
                """
            INSERT INTO debt_whatsapp_seen AS s (conversation_id, user_id, message_id)
            VALUES (%s, %s, %s)
                ON CONFLICT (conversation_id, user_id)
                DO UPDATE SET message_id = EXCLUDED.message_id
                WHERE s.message_id < EXCLUDED.message_id
                """,
                conversation.id,
                user.id,
                message_id,
            )
        )
        self.invalidate_model(flush=False)
        conversation.invalidate_recordset(["unread_count", "unread"], flush=False)
