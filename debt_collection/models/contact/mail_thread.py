from odoo import models
from odoo.tools import html2plaintext


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def _routing_handle_bounce(self, email_message, message_dict):
        """A message of a case that came back is an outcome of its action."""
        result = super()._routing_handle_bounce(email_message, message_dict)
        bounced = message_dict.get("bounced_message")
        if bounced and bounced.model == "debt.case":
            # sudo: the mail gateway has no rights of its own
            actions = (
                self.env["debt.action"]
                .sudo()
                .search([("mail_message_id", "in", bounced.ids)])
            )
            actions._bounced(html2plaintext(message_dict.get("body") or "")[:500])
        return result
