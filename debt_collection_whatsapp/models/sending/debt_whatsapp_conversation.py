from odoo import api, fields, models


class DebtWhatsappConversation(models.Model):
    _inherit = "debt.whatsapp.conversation"

    window_closed = fields.Datetime(
        readonly=True,
        help="When WhatsApp said that a day has passed, whatever our clock says.",
    )

    @api.depends("window_closed")
    def _compute_window_until(self):
        result = super()._compute_window_until()
        for conversation in self:
            closed, last = conversation.window_closed, conversation.last_inbound
            if closed and last and last <= closed:
                conversation.window_until = min(conversation.window_until, closed)
        return result

    def _is_wrong_person(self, partner):
        """Return whether it is not this customer who has the number."""
        self.ensure_one()
        links = self.identity_id.link_ids.filtered(
            lambda link: (
                link.company_id == self.company_id and link.partner_id == partner
            )
        )
        return bool(links) and links.state == "wrong_person"
