from odoo import fields, models
from odoo.exceptions import UserError


class DebtWhatsappGiveWizard(models.TransientModel):
    """Give a conversation to a colleague, with a note."""

    _name = "debt.whatsapp.give.wizard"
    _description = "Give a Conversation to a Colleague"

    conversation_id = fields.Many2one(
        "debt.whatsapp.conversation", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="conversation_id.company_id")
    user_id = fields.Many2one(
        "res.users",
        string="Colleague",
        required=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id), "
        "('id', '!=', uid)]",
    )
    note = fields.Text(help="What they should know. Only the colleague reads it.")

    def action_confirm(self):
        """The colleague goes on; they are told with the note."""
        self.ensure_one()
        conversation = self.conversation_id
        conversation._check_may_work()
        agents = "debt_collection.group_debt_agent"
        if not self.user_id.has_group(agents):
            raise UserError(
                self.env._(
                    "%s works no collection cases: choose an agent or a supervisor.",
                    self.user_id.name,
                )
            )
        if conversation.company_id not in self.user_id.company_ids:
            raise UserError(
                self.env._("%s does not work in this company.", self.user_id.name)
            )
        # sudo: the right to work the conversation was checked
        conversation.sudo()._mute(self.user_id, fields.Datetime.now())
        self._tell()
        return {"type": "ir.actions.act_window_close"}

    def _tell(self):
        conversation = self.conversation_id
        words = self.env._(
            "%(user)s gives you the conversation on WhatsApp with %(name)s.",
            user=self.env.user.name,
            name=conversation.display_name,
        )
        thread = conversation.case_id or self.env["mail.thread"]
        # sudo: the colleague gets it in their inbox, whatever the sender may write
        thread.sudo().message_notify(
            partner_ids=self.user_id.partner_id.ids,
            author_id=self.env.user.partner_id.id,
            subject=words,
            body="\n".join(filter(None, (words, self.note))),
        )
        self.user_id._bus_send(
            "debt_collection_whatsapp.wanted",
            {"id": conversation.id, "name": conversation.display_name},
        )
