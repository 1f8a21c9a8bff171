from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import html2plaintext

#: What a customer may send within an hour: disputes, payments, messages, wishes.
PER_HOUR = 10
#: Characters of a text that a customer writes.
MOST_TEXT = 4_000
#: Messages that a page shows.
SHOWN = 100


class DebtCase(models.Model):
    """What customers say on their page, and what they are told."""

    _inherit = "debt.case"

    def _portal_said(self, visit, outcome=None, text=None, **values):
        """Log what the customer says as a contact, unless it is too much in an hour.

        :param visit: the ``Visit``
        :param outcome: code of a ``debt.outcome``
        :param text: what they wrote
        :return: the action
        :raise UserError: after ``PER_HOUR`` within an hour
        """
        self.ensure_one()
        hour = fields.Datetime.now() - timedelta(hours=1)
        said = self.env["debt.action"].search_count(
            [
                ("case_id", "=", self.id),
                ("channel", "=", "portal"),
                ("incoming", "=", True),
                ("sent_date", ">", hour),
            ]
        )
        if said >= PER_HOUR:
            raise UserError(
                self.env._(
                    "You sent us a lot within an hour. Please wait a little, or call "
                    "us."
                )
            )
        return self._portal_contact(visit, outcome=outcome, text=text, **values)

    def _portal_text(self, text):
        """Return what a customer wrote, without blanks around it.

        :raise UserError: where it is too long
        """
        text = (text or "").strip()
        if len(text) > MOST_TEXT:
            raise UserError(
                self.env._("Please write at most %(most)s characters.", most=MOST_TEXT)
            )
        return text

    def _portal_attach(self, record, files):
        """Attach the files of a customer to a record.

        :param files: [(name, content, media type)], checked already
        :return: the attachments
        """
        return self.env["ir.attachment"].create(
            [
                {
                    "name": name,
                    "raw": content,
                    "mimetype": media,
                    "res_model": record._name,
                    "res_id": record.id,
                }
                for name, content, media in files
            ]
        )

    def _portal_family(self):
        """Return the customer with its people, as ``res.partner``."""
        customer = self.partner_id.commercial_partner_id
        people = self.env["res.partner"].with_context(active_test=False)
        return people.search([("id", "child_of", customer.ids)])

    def _portal_messages(self, record):
        """Return what customer and company wrote to each other about a record.

        Messages of the chatter that the customer wrote, or that were sent to somebody
        of the customer. Notes are for colleagues, as is what is sent to them only.

        :param record: the case, or a record of the case with a chatter
        :return: ``mail.message`` records, the latest ones, oldest first
        """
        domain = self._portal_messages_domain(record)
        messages = self.env["mail.message"].search(domain, order="id desc", limit=SHOWN)
        return messages.sorted("id")

    def _portal_messages_domain(self, record):
        """Return the domain of what customer and company wrote to each other."""
        family = self._portal_family().ids
        return (
            Domain("model", "=", record._name)
            & Domain("res_id", "=", record.id)
            & Domain("message_type", "in", ("comment", "email", "email_outgoing"))
            & Domain("subtype_id", "=", self.env.ref("mail.mt_comment").id)
            & Domain("is_internal", "=", False)
            & (Domain("author_id", "in", family) | Domain("partner_ids", "in", family))
        )

    def _portal_thread(self, record):
        """Return what ``_portal_messages`` says, as plain values for a page.

        :return: [{id, moment, who, own, text, files}]; own: the customer wrote it
        """
        family, company = self._portal_family(), self.company_id
        thread = []
        for message in self._portal_messages(record):
            own = message.author_id in family
            named = own or company.debt_portal_agent
            thread.append(
                {
                    "id": message.id,
                    "moment": message.date,
                    "who": (message.author_id if named else company).name or "",
                    "own": own,
                    "text": html2plaintext(message.body or "").strip(),
                    "files": message.attachment_ids,
                }
            )
        return thread
