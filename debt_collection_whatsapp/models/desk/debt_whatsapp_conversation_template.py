from odoo import fields, models
from odoo.exceptions import UserError

from ...logic.bubble import bare, look
from ...logic.wa_markup import to_html


class DebtWhatsappConversation(models.Model):
    """The approved templates that an agent can send: all there is after a day."""

    _inherit = "debt.whatsapp.conversation"

    def templates(self):
        """Return the templates that can be sent to this person, as they would read it.

        :return: list of {id, name, html, header, footer, buttons, price: in words or
            empty}
        """
        self.ensure_one()
        self._check_may_work()
        draft = self._draft()
        found = []
        for text, template in self._sendable():
            try:
                words = template._text(draft)
            except UserError:
                continue  # it lacks a value, such as the date of a promise
            around = look({"type": "template"}, template.components)
            found.append(
                {
                    "id": template.id,
                    "name": text.name,
                    "html": to_html(bare(words, around)),
                    "header": around.header,
                    "footer": around.footer,
                    "buttons": list(around.buttons),
                    "price": self._price_of(template),
                }
            )
        return found

    def _price_of(self, template):
        """Return what WhatsApp takes for a template, in words, or an empty text."""
        message = self.env["debt.whatsapp.message"].sudo()  # sudo: a price is no secret
        message = message.new({"conversation_id": self.id})
        known = message._price((template.category or "").lower(), fields.Datetime.now())
        return f"{known[0]:.4f} {known[1].name}" if known else ""

    def _sendable(self):
        """Return [(message, approved template)] in the language of the person.

        Names and amounts are for people who confirmed that the number is theirs; at
        stages beyond friendly contact nothing goes through WhatsApp.
        """
        self.ensure_one()
        case = self.sudo().case_id  # sudo: its stage, for whoever writes
        if not case or case.stage_id._forbids_whatsapp():
            return []
        texts = self.env["debt.whatsapp.text"].sudo()  # sudo: configuration
        found, confirmed = [], self._is_confirmed()
        for text in texts.search([("company_id", "in", (self.company_id.id, False))]):
            template = text._template_for(self.account_id, self._language())
            if template and (confirmed or not text.is_personal):
                found.append((text, template))
        return found

    def _is_confirmed(self):
        """Return whether the person confirmed that the number is the customer's."""
        self.ensure_one()
        conversation = self.sudo()  # sudo: who it is, for whoever writes
        return any(
            link.state == "confirmed"
            and link.partner_id == conversation.case_id.partner_id
            for link in conversation._links()
        )

    def _part_of_template(self, text, template, action, token):
        """Return the message that is made of a template: (element, plain text, None).

        :param action: the contact that is logged for it
        :param str token: what its buttons bring back
        """
        self.ensure_one()
        channel = self.env["debt.channel.whatsapp"]
        action = action.sudo()  # sudo: texts read the books
        link = channel._link(action, token, channel._file(action, text))
        return template._content(action, link), template._text(action), None

    def _chosen(self, template_id):
        """Return (message, template) to send.

        :raise UserError: for one that cannot be sent to this person
        """
        if not self.case_id:
            raise UserError(
                self.env._(
                    "Say first which customer this is: a template speaks of their "
                    "account."
                )
            )
        for text, template in self._sendable():
            if template.id == template_id:
                return text, template
        raise UserError(
            self.env._("This template cannot be sent any more. Choose another one.")
        )
