import secrets

from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools.mail import generate_tracking_message_id

from ...logic.payload import violations

#: What the chatter of a case does not repeat: it is in the conversation.
CHATTER = ("strategy", "agent")


class DebtWhatsappEnqueueMixin(models.AbstractModel):
    """The one door into the outbox."""

    _name = "debt.whatsapp.enqueue.mixin"
    _description = "Way into the Outbox of WhatsApp"

    @api.model
    def _enqueue(
        self,
        conversation,
        content,
        *,
        author,
        body,
        now,
        case=None,
        action=None,
        user=None,
        template=None,
        reply_to=None,
        priority=20,
        valid_until=None,
    ):
        """Put a message into the queue, and wake the job that sends it.

        Whoever calls made sure that the user may write to this person. Whether it may
        leave is looked at again in the moment in which it does.

        :param conversation: with whom, through which number
        :param dict content: the element of WhatsApp without its envelope, such as
            ``{"type": "text", "text": {"body": …}}``; a file of ours is named by
            ``attachment_id`` in the place of ``id``, and uploaded first
        :param str author: "strategy", "bot" or "agent"
        :param str body: what it says as plain text, without secrets
        :param now: naive UTC moment
        :param case: whose debts it is about
        :param action: the action that it is the message of
        :param user: who wrote it
        :param template: the approved template that it is
        :param reply_to: the message that it quotes
        :param int priority: 0 answers, 10 confirmations, 20 the rest
        :param valid_until: naive UTC moment after which it is not worth sending
        :return: the message, with superuser rights
        :raise ValidationError: for a content that WhatsApp would refuse
        """
        values = self._outgoing_values(
            conversation,
            content,
            author=author,
            body=body,
            now=now,
            case=case,
            action=action,
            user=user,
            template=template,
            reply_to=reply_to,
            priority=priority,
            valid_until=valid_until,
        )
        return self._enqueue_values([values])

    @api.model
    def _outgoing_values(
        self, conversation, content, *, author, body, now, case=None, **optional
    ):
        """Return the values of a message that is to leave: see ``_enqueue``."""
        self._check_content(content)
        company = conversation.company_id
        case = case or conversation.case_id
        return {
            "conversation_id": conversation.id,
            "account_id": conversation.account_id.id,
            "company_id": company.id,
            "case_id": case.id,
            # sudo: whose case it is, for whoever may write to them
            "partner_id": case.sudo().partner_id.id,
            "direction": "out",
            "author": author,
            "kind": content["type"],
            "content": content,
            "body": body,
            "moment": now,
            "state": "queued",
            "priority": optional.get("priority", 20),
            "valid_until": optional.get("valid_until") or False,
            "token": optional.get("token") or False,
            "is_test": company.debt_test_mode,
            **{
                f"{name}_id": record.id if record else False
                for name, record in (
                    ("action", optional.get("action")),
                    ("user", optional.get("user")),
                    ("template", optional.get("template")),
                    ("reply_to", optional.get("reply_to")),
                )
            },
        }

    @api.model
    def _enqueue_values(self, vals_list):
        """Create messages of the queue from their values, and wake the job."""
        # sudo: the queue belongs to the system, whoever writes
        messages = self.sudo().create(vals_list)
        messages._show_in_chatter()
        for conversation, group in messages.grouped("conversation_id").items():
            conversation.last_message = max(group.mapped("moment"))
        self._wake()
        return messages

    @api.model
    def _new_token(self):
        """Return a token for the buttons of a message."""
        return secrets.token_urlsafe(9)

    @api.model
    def _check_content(self, content):
        """Refuse what WhatsApp would refuse, in words."""
        found = violations(content)
        if not found:
            return
        words = self._content_words()
        problem = found[0]
        what = words.get(problem.what, problem.what)
        if problem.most:
            raise ValidationError(
                self.env._(
                    "%(what)s: WhatsApp takes %(most)s at most.",
                    what=what,
                    most=problem.most,
                )
            )
        raise ValidationError(
            self.env._("%(what)s: this is missing or not right.", what=what)
        )

    @api.model
    def _content_words(self):
        """Return what the parts of a message are called."""
        return {
            "text": self.env._("Letters of the text"),
            "body": self.env._("Letters of the text"),
            "caption": self.env._("Letters of the caption"),
            "header": self.env._("Letters of the header"),
            "footer": self.env._("Letters of the footer"),
            "buttons": self.env._("Buttons"),
            "button_title": self.env._("Letters of a button"),
            "rows": self.env._("Rows of the list"),
            "row_title": self.env._("Letters of a row"),
            "file": self.env._("File"),
            "file_name": self.env._("Letters of the name of the file"),
            "parameter": self.env._("Value of the template"),
            "parameter_lines": self.env._("Line breaks in a value of the template"),
            "kind": self.env._("Content of the message"),
        }

    def _show_in_chatter(self):
        """Write what is sent to the chatter of the cases, one line a message."""
        shown = self.filtered(lambda m: m.case_id and m.author in CHATTER and m.body)
        subtype_id = self.env.ref("mail.mt_note").id
        vals_list = []
        for message in shown:
            author = message.user_id.partner_id or message.company_id.partner_id
            title = Markup("<b>%s</b><br/>") % self.env._("WhatsApp")
            vals_list.append(
                {
                    "model": "debt.case",
                    "res_id": message.case_id.id,
                    "message_type": "notification",
                    "subtype_id": subtype_id,
                    "body": title + Markup("<br/>").join(message.body.split("\n")),
                    "author_id": author.id,
                    # given, since looking each of them up takes a query
                    "email_from": author.email_formatted,
                    "reply_to": author.email_formatted,
                    "message_id": generate_tracking_message_id(
                        f"debt-whatsapp-{message.uuid}"
                    ),
                    "record_company_id": message.company_id.id,
                }
            )
        mails = self.env["mail.message"].sudo().create(vals_list)  # sudo: as the queue
        for message, mail in zip(shown, mails, strict=True):
            message.mail_message_id = mail
