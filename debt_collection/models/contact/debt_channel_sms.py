from markupsafe import Markup

from odoo import models
from odoo.tools import plaintext2html
from odoo.tools.mail import generate_tracking_message_id

from ...logic.sms_text import plain, size


class DebtChannelSms(models.AbstractModel):
    """Text messages through Odoo's queue, which knows the provider of each company."""

    _name = "debt.channel.sms"
    _description = "SMS"
    _inherit = ["debt.channel"]

    _plain_text = True
    _datum = "phone"

    def _addresses(self, actions):
        # sudo: agents need no right to read contacts to write to them
        actions = actions.sudo()
        found = {}
        for action in actions:
            for partner in (action.partner_id, action.debtor_id):
                if partner.debt_phone_state == "wrong":
                    continue
                number = partner._debt_number(action.company_id, mobile=True)
                if number:
                    found[action] = number
                    break
        blacklisted = set(
            self.env["phone.blacklist"]
            .sudo()
            .search([("number", "in", list(set(found.values())))])
            .mapped("number")
        )
        return {a: number for a, number in found.items() if number not in blacklisted}

    def _test_address(self, company):
        """Return the test phone of a company, in E.164."""
        return company._debt_test_number()

    def _send(self, actions, now):
        """Write one ``sms.sms`` for each action; the queue takes it from there."""
        actions = actions.sudo()  # sudo: the queue belongs to the system
        links = self._links(actions, now)
        texts = self._render(actions, links)
        messages = self._messages(actions, texts, links)
        queue = self.env["sms.sms"].sudo()
        sms = queue.create(
            [
                {
                    "number": self._number(action),
                    "body": texts[action],
                    "partner_id": action.partner_id.id,
                    "mail_message_id": message.id,
                    "debt_action_id": action.id,
                }
                for action, message in zip(actions, messages, strict=True)
            ]
        )
        self.env["sms.tracker"].sudo().create(
            [
                {"sms_uuid": one.uuid, "debt_action_id": one.debt_action_id.id}
                for one in sms
            ]
        )
        actions.write(
            {
                "state": "sent",
                "reason": False,
                "sent_date": now,
                "delivery": "queued",
                "is_test": actions.company_id.debt_test_mode,
            }
        )
        for action, message in zip(actions, messages, strict=True):
            action.write(
                {
                    "mail_message_id": message.id,
                    "sms_parts": size(texts[action]).parts,
                }
            )

    def _messages(self, actions, texts, links):
        """Write what is sent to the chatter of the cases, without secrets of links."""
        link = self.env["debt.link"]
        subtype_id = self.env.ref("mail.mt_note").id
        vals_list = []
        for action in actions:
            company = action.company_id
            author = action.user_id.partner_id or company.partner_id
            shown = link._hide(texts[action], links.get(action.case_id))
            vals_list.append(
                {
                    "model": "debt.case",
                    "res_id": action.case_id.id,
                    "message_type": "sms",
                    "subtype_id": subtype_id,
                    # not by plaintext2html: the link has lost its secret
                    "body": Markup("<br/>").join(shown.split("\n")),
                    "author_id": author.id,
                    # given, since looking each of them up takes a query
                    "email_from": author.email_formatted,
                    "reply_to": author.email_formatted,
                    "message_id": generate_tracking_message_id(
                        f"debt-action-{action.id}"
                    ),
                    "record_company_id": company.id,
                }
            )
        return self.env["mail.message"].sudo().create(vals_list)

    def _number(self, action):
        company = action.company_id
        return self._test_address(company) if company.debt_test_mode else action.address

    def _preview(self, action):
        text = self._render(action, {})[action]
        words = self.env["debt.text.template"]._size_words(text)
        return plaintext2html(f"{text}\n\n({words})")

    def _template(self, action):
        """Return the text of an action: the step's own, or the standard one."""
        return action.step_id._text_of(
            "text_template_id", action.channel
        ) or self.env.ref("debt_collection.debt_text_template_sms")

    def _links(self, actions, now):
        """Return {case: address} of new short links for the texts that have one."""
        wanted = actions.filtered(lambda a: "{link}" in (self._template(a).body or ""))
        return self.env["debt.link"].sudo()._new(wanted.case_id, now)

    def _render(self, actions, links):
        """Return {action: text}, filled in in batches of one language.

        :param links: {case: address}; an example stands for one that is missing
        """
        link, language = self.env["debt.link"], self.env["debt.channel.email"]
        texts = {}
        actions = actions.sudo()  # sudo: texts read the books and the contacts
        for (template, lang), group in actions.grouped(
            lambda action: (self._template(action), language._lang(action))
        ).items():
            localized = template.sudo().with_context(lang=lang)
            for action in group.with_context(lang=lang):
                company = action.company_id
                text = localized._fill(
                    action,
                    link=links.get(action.case_id) or link._example(company),
                )
                if company.debt_test_mode:
                    text = action.env._(
                        "[TEST for %(address)s] %(text)s",
                        address=action.address or "",
                        text=text,
                    )
                texts[action] = plain(text)
        return texts
