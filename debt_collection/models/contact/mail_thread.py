from odoo import models
from odoo.tools import html2plaintext

from ...logic.auto_reply import is_automatic
from ...logic.bounce import REFUSED, SOFT, UNKNOWN, Bounce, read


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def _routing_handle_bounce(self, email_message, message_dict):
        """A message of a case that came back is an outcome of its action.

        Odoo counts everything that comes back against the address; what was delivered,
        is only late or was refused for what it says does not count here.
        """
        bounced = message_dict.get("bounced_message")
        if not bounced or bounced.model != "debt.case":
            return super()._routing_handle_bounce(email_message, message_dict)
        text = html2plaintext(message_dict.get("body") or "")
        bounce = read(email_message) if email_message else Bounce(UNKNOWN, True)
        if not bounce:
            return None
        if not bounce.detail:
            bounce = Bounce(
                bounce.kind, bounce.final, bounce.status, bounce.recipient, text[:500]
            )
        result = None
        if bounce.kind not in (SOFT, REFUSED):
            result = super()._routing_handle_bounce(email_message, message_dict)
        # sudo: the mail gateway has no rights of its own
        actions = self.env["debt.action"].sudo()
        actions.search([("mail_message_id", "in", bounced.ids)])._came_back(bounce)
        return result

    def _message_route_process(self, message, message_dict, routes):
        """Tell the case whether a machine answered: only here are the headers."""
        if any(route[0] == "debt.case" for route in routes or ()):
            self = self.with_context(  # noqa: PLW0642
                debt_auto_reply=is_automatic(message)
            )
        return super()._message_route_process(message, message_dict, routes)
