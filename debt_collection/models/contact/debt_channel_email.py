from html import unescape
from uuid import uuid4

from lxml import html
from markupsafe import Markup

from odoo import models, tools
from odoo.tools import SQL
from odoo.tools.mail import email_normalize, generate_tracking_message_id
from odoo.tools.rendering_tools import convert_inline_template_to_qweb

from ...tools.sql import int_array

#: What is written where no step says it.
TEMPLATES = {
    "promise_confirm": "debt_collection.mail_template_promise_confirm",
    "promise_remind": "debt_collection.mail_template_promise_remind",
    "dispute_reject": "debt_collection.mail_template_dispute_reject",
    "thanks": "debt_collection.mail_template_thanks",
    "difference_ask": "debt_collection.mail_template_difference_ask",
    "difference_return": "debt_collection.mail_template_difference_return",
    "statement": "debt_collection.mail_template_statement",
}


class DebtChannelEmail(models.AbstractModel):
    _name = "debt.channel.email"
    _description = "Email"
    _inherit = ["debt.channel"]

    _datum = "email"

    def _addresses(self, actions):
        return {
            action: tools.formataddr((name, email))
            for action, (name, email, reason) in self._found(actions).items()
            if not reason
        }

    def _surely_reached(self, actions):
        for name in ("res.partner", "mail.blacklist", "debt.bounce", "debt.action"):
            self.env[name].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
            SELECT a.id
              FROM debt_action a
              JOIN res_partner p ON p.id = a.partner_id
             WHERE a.id = ANY(%s) AND p.email_normalized IS NOT NULL
               AND NOT EXISTS (SELECT FROM mail_blacklist b
                                WHERE b.email = p.email_normalized)
               AND NOT EXISTS (SELECT FROM debt_bounce x
                                WHERE x.email = p.email_normalized)
                """,
                int_array(actions.ids),
            )
        )
        return actions.browse([action_id for (action_id,) in rows])

    def _why_unreachable(self, actions):
        found = self._found(actions)
        return actions.grouped(
            lambda action: found[action][2] if action in found else "no_address"
        )

    def _found(self, actions):
        """Return {action: (name, address, why nothing goes there or None)}.

        Where messages of the addressee come back the customer's own address is tried;
        not where the addressee wants none.
        """
        # sudo: agents need no right to read contacts to write to them
        actions = actions.sudo()
        candidates = {
            action: [
                (partner.name or "", partner.email_normalized)
                for partner in (action.partner_id, action.debtor_id)
                if partner.email_normalized
            ]
            for action in actions
        }
        emails = {email for pairs in candidates.values() for _name, email in pairs}
        closed = self._closed(emails, actions.company_id)
        found = {}
        for action, pairs in candidates.items():
            for name, email in pairs:
                reason = closed.get(email)
                if action not in found or not reason:
                    found[action] = (name, email, reason)
                if reason != "bounced":
                    break
        return found

    def _closed(self, emails, companies):
        """Return {normalized address: why nothing is sent there any more}."""
        if not emails:
            return {}
        today = companies[:1]._debt_today()
        # sudo: a list of the system, asked before anything is sent
        blacklist = self.env["mail.blacklist"].sudo()
        wanted = blacklist.search([("email", "in", list(emails))]).mapped("email")
        return {
            **dict.fromkeys(self.env["debt.bounce"]._bad(emails, today), "bounced"),
            **dict.fromkeys(wanted, "blacklisted"),
        }

    def _send(self, actions, now):
        """Write one ``mail.mail`` for each action; Odoo's queue takes it from there."""
        texts = self._render(actions)
        subtype_id = self.env.ref("mail.mt_note").id
        senders, reply_to = self._senders(actions), self._reply_to(actions)
        mails = (
            self.env["mail.mail"]
            .sudo()  # sudo: the mail queue belongs to the system
            .create(
                [
                    {
                        **self._mail_vals(action, *senders[action], *texts[action]),
                        "subtype_id": subtype_id,
                        **reply_to.get(action, {}),
                    }
                    for action in actions
                ]
            )
        )
        self._show_in_chatter(mails)
        actions.write(
            {
                "state": "sent",
                "reason": False,
                "sent_date": now,
                "delivery": "queued",
                "is_test": actions.company_id.debt_test_mode,
            }
        )
        for action, mail in zip(actions, mails, strict=True):
            action.write(
                {
                    "subject": texts[action][0],
                    "mail_message_id": mail.mail_message_id.id,
                }
            )
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    def _show_in_chatter(self, mails):
        """Let mails be messages of their cases, with their text, in one statement.

        Written through the ORM, each body would be parsed and sanitized again, and each
        case asked which messages of it are in cache: half the time of creating them.
        The text comes from a template, whose values QWeb escaped.
        """
        names, messages = ["body", "model", "res_id"], mails.mail_message_id
        mails.flush_recordset(["body_html", "debt_action_id", "mail_message_id"])
        messages.flush_recordset(names)
        self.env.cr.execute(
            SQL(
                """
            UPDATE mail_message m
               SET body = s.body_html, model = 'debt.case', res_id = a.case_id
              FROM mail_mail s
              JOIN debt_action a ON a.id = s.debt_action_id
             WHERE s.mail_message_id = m.id AND s.id = ANY(%s)
                """,
                list(mails.ids),
            )
        )
        mails.invalidate_recordset(names)
        messages.invalidate_recordset(names)
        mails.debt_action_id.case_id.invalidate_recordset(["message_ids"])

    def _preview(self, action):
        subject, body = self._render(action)[action]
        return Markup("<p><b>%s</b></p>%s") % (subject, body)

    def _template(self, action):
        """Return the template of an action: the step's own, or the standard one."""
        name = TEMPLATES.get(action.purpose, "debt_collection.mail_template_reminder")
        return (
            action.campaign_id.mail_template_id
            or action.step_id._text_of("mail_template_id", action.channel)
            or self.env.ref(name)
        )

    def _lang(self, action):
        """Return the language in which the addressee reads."""
        languages = self.env["res.lang"]
        company = action.company_id.partner_id
        for partner in (action.partner_id, action.debtor_id, company):
            if partner.lang and languages._get_data(code=partner.lang):
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
            texts.update(self._render_texts(localized, group))
        return texts

    def _render_texts(self, template, actions):
        """Return {action: (subject, body)}, all rendered in one pass of QWeb.

        Core compiles body and subject anew for each record, which takes ten times
        longer than rendering them.
        """
        subject = convert_inline_template_to_qweb(template.subject)
        between, end = uuid4().hex, uuid4().hex
        source = (
            '<t t-foreach="debt_actions" t-as="object">'
            f"{subject}{between}{template.body_html}{end}</t>"
        )
        rendered = self.env["ir.qweb"]._render(
            html.fragment_fromstring(source, create_parent="div"),
            {
                **template._render_eval_context(),
                "debt_actions": actions.with_context(**template.env.context),
            },
            lang=template.env.lang,
        )
        parts = rendered[len("<div>") : -len("</div>")].split(end)
        # not ``ids``: what would be written is shown before there is an action
        subjects, bodies = {}, {}
        for action_id, part in zip(actions._ids, parts, strict=False):
            shown, bodies[action_id] = part.split(between)
            subjects[action_id] = unescape(str(shown))
        bodies = template._render_template_postprocess(actions._name, bodies)
        return {
            action: (subjects[action_id], bodies[action_id])
            for action, action_id in zip(actions, actions._ids, strict=True)
        }

    def _senders(self, actions):
        """Return {action: (from, reply to)}; few agents write to many customers."""
        senders, known = {}, {}
        for action in actions:
            lang = self._lang(action)
            key = (action.company_id, action.user_id, lang)
            if key not in known:
                known[key] = self._sender(action.with_context(lang=lang))
            senders[action] = known[key]
        return senders

    def _sender(self, action):
        """Return (from, reply to): the agent's name on the company's address."""
        company, agent = action.company_id, action.user_id
        title = action.env._("Collections %(company)s", company=company.name)
        name = f"{agent.name} · {title}" if agent else title
        address = (
            email_normalize(company.email or "")
            or email_normalize(agent.email or "")
            or self.env["ir.mail_server"]._get_default_from_address()
        )
        sender = tools.formataddr((name, address)) if address else False
        return sender, agent.email_formatted or sender

    def _reply_to(self, actions):
        """Return {action: values} of those whose answers reach Odoo.

        Where the company has a catch-all address, answers land on the case; elsewhere
        in the mailbox of the agent.
        """
        catching = actions.filtered(lambda action: action.company_id.catchall_email)
        if not catching:
            return {}
        authors = {
            action.case_id.id: (
                action.user_id.partner_id or action.company_id.partner_id
            ).id
            for action in catching
        }
        addresses = catching.case_id._notify_get_reply_to_batch(
            defaults=dict.fromkeys(catching.case_id.ids, False), author_ids=authors
        )
        return {
            action: {"reply_to": addresses[action.case_id.id]}
            for action in catching
            if addresses[action.case_id.id]
        }

    def _headers(self, action):
        """Return the headers by which mail programs stop messages (RFC 8058)."""
        if not (url := action.text_unsubscribe_url):
            return {}
        headers = {
            "List-Unsubscribe": f"<{url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
        return {"headers": repr(headers)}

    def _mail_vals(self, action, sender, reply_to, subject, body):
        company, address = action.company_id, action.address
        if company.debt_test_mode:
            subject = action.with_context(lang=self._lang(action)).env._(
                "[TEST for %(address)s] %(subject)s", address=address, subject=subject
            )
            address = company.debt_test_email or company.email
        return {
            "subject": subject,
            "body_html": body,
            "message_type": "email_outgoing",
            "message_id": generate_tracking_message_id(f"debt-action-{action.id}"),
            "author_id": (action.user_id.partner_id or company.partner_id).id,
            "email_from": sender,
            "reply_to": reply_to,
            "email_to": address,
            "record_company_id": company.id,
            "auto_delete": False,
            "state": "outgoing",
            "debt_action_id": action.id,
            **self._headers(action),
        }
