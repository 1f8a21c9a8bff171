from markupsafe import Markup

from odoo import models, tools
from odoo.tools.mail import email_normalize, generate_tracking_message_id


class DebtChannelEmail(models.AbstractModel):
    _name = "debt.channel.email"
    _description = "Email"
    _inherit = ["debt.channel"]

    def _addresses(self, actions):
        # sudo: agents need no right to read contacts to write to them
        actions = actions.sudo()
        found = {}
        for action in actions:
            for partner in (action.partner_id, action.debtor_id):
                email = email_normalize(partner.email or "", strict=False)
                if email:
                    found[action] = tools.formataddr((partner.name or "", email))
                    break
        blacklisted = set(
            self.env["mail.blacklist"]
            .sudo()
            .search([("email", "in", [email_normalize(e) for e in found.values()])])
            .mapped("email")
        )
        return {
            action: address
            for action, address in found.items()
            if email_normalize(address) not in blacklisted
        }

    def _send(self, actions, now):
        """Write one ``mail.mail`` for each action; Odoo's queue takes it from there."""
        texts = self._render(actions)
        mails = (
            self.env["mail.mail"]
            .sudo()  # sudo: the mail queue belongs to the system
            .create([self._mail_vals(action, *texts[action]) for action in actions])
        )
        for action, mail in zip(actions, mails, strict=True):
            action.write(
                {
                    "state": "sent",
                    "reason": False,
                    "sent_date": now,
                    "delivery": "queued",
                    "subject": texts[action][0],
                    "mail_message_id": mail.mail_message_id.id,
                    "is_test": action.company_id.debt_test_mode,
                }
            )
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    def _preview(self, action):
        subject, body = self._render(action)[action]
        return Markup("<p><b>%s</b></p>%s") % (subject, body)

    def _template(self, action):
        """Return the template of an action: the step's own, or the standard one."""
        return action.step_id.mail_template_id or self.env.ref(
            "debt_collection.mail_template_reminder"
        )

    def _lang(self, action):
        """Return the language in which the addressee reads."""
        company = action.company_id.partner_id
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        for partner in (action.partner_id, action.debtor_id, company):
            if partner.lang in installed:
                return partner.lang
        return "en_US"

    def _render(self, actions):
        """Return {action: (subject, body)}, rendered in batches of one language."""
        texts = {}
        actions = actions.sudo()  # sudo: templates read the books and the contacts
        for (template, lang), group in actions.grouped(
            lambda action: (self._template(action), self._lang(action))
        ).items():
            localized = template.sudo().with_context(lang=lang)
            subjects = localized._render_field("subject", group.ids)
            bodies = localized._render_field("body_html", group.ids)
            for action in group:
                texts[action] = (subjects[action.id], bodies[action.id])
        return texts

    def _sender(self, action):
        """Return (from, reply to): the agent's name on the company's address."""
        company, agent = action.company_id, action.user_id
        title = self.env._("Collections %(company)s", company=company.name)
        name = f"{agent.name} · {title}" if agent else title
        address = (
            email_normalize(company.email or "")
            or email_normalize(agent.email or "")
            or self.env["ir.mail_server"]._get_default_from_address()
        )
        sender = tools.formataddr((name, address)) if address else False
        return sender, agent.email_formatted or sender

    def _mail_vals(self, action, subject, body):
        company = action.company_id
        sender, reply_to = self._sender(action.with_context(lang=self._lang(action)))
        address = action.address
        if company.debt_test_mode:
            subject = self.env._(
                "[TEST for %(address)s] %(subject)s", address=address, subject=subject
            )
            address = company.debt_test_email or company.email
        return {
            "subject": subject,
            "body": body,
            "body_html": body,
            "model": "debt.case",
            "res_id": action.case_id.id,
            "message_type": "email_outgoing",
            "message_id": generate_tracking_message_id(f"debt-action-{action.id}"),
            "author_id": (action.user_id.partner_id or company.partner_id).id,
            "email_from": sender,
            "reply_to": reply_to,
            "email_to": address,
            "record_company_id": company.id,
            "subtype_id": self.env.ref("mail.mt_note").id,
            "auto_delete": False,
            "state": "outgoing",
            "debt_action_id": action.id,
        }
