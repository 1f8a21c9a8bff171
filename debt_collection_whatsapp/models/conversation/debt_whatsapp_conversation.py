from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.debt_collection.fields import LooseMany2one

#: Meta takes free text for so long after the last message of the person.
WINDOW = timedelta(hours=24)


class DebtWhatsappConversation(models.Model):
    """What one person and one business number write to each other.

    It holds the window for free text, and where the self-service stands.
    """

    _name = "debt.whatsapp.conversation"
    _description = "WhatsApp Conversation"
    _inherit = [
        "debt.whatsapp.effects.mixin",
        "debt.whatsapp.facts.mixin",
        "debt.whatsapp.takeover.mixin",
        "debt.whatsapp.turn.mixin",
    ]
    _order = "last_message desc, id desc"

    account_id = fields.Many2one(
        "debt.whatsapp.account", required=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    identity_id = fields.Many2one(
        "debt.whatsapp.identity", required=True, ondelete="restrict", index=True
    )
    case_id = LooseMany2one(
        "debt.case", index="btree_not_null", help="Whose debts it is about by now."
    )
    last_inbound = fields.Datetime(
        string="Last Message of the Person", help="By Meta's clock."
    )
    last_message = fields.Datetime()
    window_until = fields.Datetime(
        compute="_compute_window_until", help="Free text may be sent until then."
    )
    message_ids = fields.One2many("debt.whatsapp.message", "conversation_id")

    _conversation_uniq = models.Constraint(
        "UNIQUE(account_id, identity_id)", "There is one conversation for each person."
    )

    @api.depends("last_inbound")
    def _compute_window_until(self):
        for conversation in self:
            last = conversation.last_inbound
            conversation.window_until = last and last + WINDOW
