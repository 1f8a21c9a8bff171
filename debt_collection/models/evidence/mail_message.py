from odoo import api, models
from odoo.exceptions import UserError

#: What a message says, to whom and when.
SAID = frozenset(
    ("author_id", "body", "date", "email_from", "message_type", "model", "res_id")
) | {"subject", "attachment_ids", "tracking_value_ids"}


class MailMessage(models.Model):
    _inherit = "mail.message"

    def write(self, vals):
        """Refuse to change texts that are evidence: Odoo lets whoever works a case."""
        if SAID & vals.keys():
            self._debt_refuse()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_debt_evidence(self):
        self._debt_refuse()

    def _debt_refuse(self):
        """Refuse users to change what was sent, came in or was recorded.

        What colleagues write to each other stays theirs, as everywhere in Odoo.

        :raise UserError: where one of these messages is evidence of a case
        """
        if self.env.su:  # the product itself: what follows from a button
            return
        # sudo: only to know what kind of message it is
        for message in self.sudo():
            model = message.model or ""
            if model.startswith("debt.") and message.message_type != "comment":
                raise UserError(
                    self.env._(
                        "What was sent or recorded about a customer is evidence: it is "
                        "neither changed nor deleted. Add a note instead."
                    )
                )
