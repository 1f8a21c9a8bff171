import base64
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...logic.upload import kind_of

PDF = "application/pdf"
#: A text that is sent again within this time is the same message.
SAME = timedelta(minutes=5)


class DebtCase(models.Model):
    """The conversation of customer and agent, on the page and in the chatter."""

    _inherit = "debt.case"

    def _portal_write(self, visit, text):
        """Take a message of the customer, and let the agent answer.

        :param visit: the ``Visit``
        :param text: what they wrote, checked already
        :return: the action
        :raise UserError: in words for the customer
        """
        self.ensure_one()
        if not text:
            raise UserError(self.env._("Write your message."))
        same = self.env["debt.action"].search(
            [
                *self._portal_written(),
                ("note", "=", text),
                ("sent_date", ">", fields.Datetime.now() - SAME),
            ],
            limit=1,
        )
        if same:
            return same
        action = self._portal_said(visit, text=text)
        # Odoo escapes the text, as it is no Markup
        action.mail_message_id = self._message_log(
            body=text, author_id=visit.person.id, message_type="comment"
        )
        action._ask_to_answer()
        return action

    def _portal_written(self):
        """Return the domain of what the customer wrote on the page."""
        return [
            ("case_id", "=", self.id),
            ("channel", "=", "portal"),
            ("incoming", "=", True),
            ("mail_message_id", "!=", False),
        ]

    def _portal_messages_domain(self, record):
        domain = super()._portal_messages_domain(record)
        if record == self:
            written = self.env["debt.action"].search(self._portal_written())
            domain |= Domain("id", "in", written.mail_message_id.ids)
        return domain

    def _portal_agent(self):
        """Return who speaks for the company, as the company lets customers know it.

        :return: {name, photo, phone, email, hours}: photo: whether it is shown
        """
        self.ensure_one()
        company, agent = self.company_id, self._debt_agent()
        known = agent and company.debt_portal_agent
        return {
            "name": agent.name if known else company.name,
            "photo": bool(self._portal_photo()),
            "phone": company.phone,
            "email": company.email,
            "hours": company.debt_portal_hours,
        }

    def _portal_photo(self):
        """Return the photo of the agent, where the company shows one.

        Initials, which Odoo draws by itself, are none.

        :return: (content, media type), or None
        """
        company = self.company_id
        if not (company.debt_portal_agent and company.debt_portal_agent_photo):
            return None
        content = base64.b64decode(self._debt_agent().image_128 or b"")
        kind = kind_of(content)
        return (content, kind[0]) if kind and kind[0] != PDF else None

    def _portal_link(self, page=""):
        """Return the address of a link that opens the account without a login.

        :param page: "messages" or "disputes"; empty: what is owed
        """
        self.ensure_one()
        secret = self.env["debt.link"]._signed(self)
        # sudo: the address of the company's Odoo is public
        base = self.company_id.sudo().get_base_url()
        return f"{base}/debt/pay/{secret}{f'?to={page}' if page else ''}"

    def action_portal_answer(self):
        """Ask what to answer to the customer on their page."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Answer on Their Page"),
            "res_model": "debt.portal.answer",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_id": self.id},
        }
