import secrets
from uuid import uuid4

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.mail import generate_tracking_message_id

from odoo.addons.debt_collection.fields import LooseMany2one

from ...logic.payload import violations

STATES = [
    ("received", "Received"),
    ("draft", "Draft"),
    ("queued", "In the Queue"),
    ("sending", "Leaving"),
    ("uncertain", "Uncertain"),
    ("accepted", "Taken by WhatsApp"),
    ("held", "Held by WhatsApp"),
    ("sent", "Sent"),
    ("delivered", "Delivered"),
    ("read", "Read"),
    ("failed", "Failed"),
    ("cancelled", "Cancelled"),
    ("expired", "Expired"),
]
REASONS = [
    ("late", "Too late for it"),
    ("wrong_person", "The number is not the customer's"),
    ("opted_out", "The customer wants no such messages"),
    ("third_party", "Only answers by hand are allowed here"),
    ("taken_over", "A person answers"),
    ("template", "The template cannot be sent now"),
    ("window", "More than a day since the customer wrote"),
    ("not_ready", "The number is not set up"),
    ("breaker", "WhatsApp takes nothing from the number now"),
    ("not_acknowledged", "The rules of WhatsApp were not accepted"),
    ("limit", "Enough people were written to today"),
    ("pair", "Too soon after the message before"),
    ("rate", "Too many at once"),
    ("policy", "The contact policies"),
    ("debt", "The debt needs no message now"),
    ("changed", "It is written again: something changed"),
    ("withdrawn", "Taken out of the queue"),
    ("decided", "A person decided on it"),
    ("again", "It is sent again"),
    ("replaced", "An approved template went instead"),
    ("arrived", "The first one arrived after all"),
]
#: States in which a person may want it to be sent once more.
NOT_LEFT = ("failed", "cancelled", "expired")
#: What the chatter of a case does not repeat: it is in the conversation.
CHATTER = ("strategy", "agent")


class DebtWhatsappMessage(models.Model):
    """One message, of either side. What happened is never edited.

    Those of ours are an outbox: claimed, committed, sent, recorded. One that was
    claimed and has no answer is uncertain, and never sent again by itself.
    """

    _name = "debt.whatsapp.message"
    _description = "WhatsApp Message"
    _inherit = [
        "debt.whatsapp.claim.mixin",
        "debt.whatsapp.failure.mixin",
        "debt.whatsapp.merge.mixin",
        "debt.whatsapp.history.mixin",
    ]
    _log_access = False
    _order = "moment desc, id desc"

    conversation_id = fields.Many2one(
        "debt.whatsapp.conversation", required=True, ondelete="restrict", index=True
    )
    account_id = fields.Many2one(
        "debt.whatsapp.account",
        string="WhatsApp Number",
        required=True,
        ondelete="restrict",
    )
    company_id = LooseMany2one("res.company", required=True)
    case_id = LooseMany2one("debt.case", index="btree_not_null")
    partner_id = LooseMany2one(
        "res.partner", string="Customer", help="Whose debts it is about."
    )
    action_id = LooseMany2one("debt.action", index="btree_not_null")
    direction = fields.Selection(
        [("in", "From the Person"), ("out", "To the Person")], required=True
    )
    author = fields.Selection(
        [
            ("person", "The Person"),
            ("strategy", "A Step or a Campaign"),
            ("bot", "The Assistant"),
            ("agent", "An Agent"),
        ],
        required=True,
    )
    user_id = LooseMany2one("res.users", string="Agent")
    kind = fields.Char(required=True, help="text, image, interactive, template, …")
    body = fields.Text(string="Text", help="What it says, as plain text.")
    summary = fields.Char(compute="_compute_summary", help="Its text in one line.")
    content = fields.Json(
        help="The element of WhatsApp: what came, or what is sent without its envelope."
    )
    media = fields.Json(copy=False, help="Our files, and what WhatsApp calls them.")
    template_id = LooseMany2one("debt.whatsapp.template", string="Template")
    uuid = fields.Char(required=True, default=lambda self: uuid4().hex, readonly=True)
    token = fields.Char(
        index="btree_not_null",
        copy=False,
        help="What its buttons bring back, so that nobody can tap those of others.",
    )
    wamid = fields.Char(string="Identifier at WhatsApp", copy=False)
    reply_to_id = LooseMany2one("debt.whatsapp.message", string="Answers")
    again_of_id = LooseMany2one("debt.whatsapp.message", string="Instead of")
    mail_message_id = LooseMany2one("mail.message", copy=False)
    state = fields.Selection(
        STATES, string="Status", required=True, default="queued", copy=False
    )
    reason = fields.Selection(
        REASONS, copy=False, help="Why it waits, or why it did not leave."
    )
    moment = fields.Datetime(
        string="Written on",
        required=True,
        help="When it was written; for what came, by Meta's clock.",
    )
    priority = fields.Integer(
        default=20, help="0: the assistant and people. 10: confirmations. 20: the rest."
    )
    next_try = fields.Datetime(copy=False)
    valid_until = fields.Datetime(help="Not worth sending after that.")
    tries = fields.Integer(copy=False)
    claimed = fields.Datetime(
        string="Left on", copy=False, help="When a worker began to hand it over."
    )
    resent = fields.Boolean(
        copy=False, help="Nobody knew whether it had left: it was sent once more."
    )
    asked = fields.Datetime(
        copy=False, help="When WhatsApp was asked what became of it."
    )
    sent_to = fields.Char(copy=False, help="The number or the identifier.")
    is_test = fields.Boolean(string="Test", copy=False)
    error_class = fields.Char(copy=False)
    error_code = fields.Integer(copy=False)
    error = fields.Char(copy=False)
    trace = fields.Char(copy=False, help="By which Meta's support finds the error.")
    sent_date = fields.Datetime(string="Sent on", copy=False)
    delivered_date = fields.Datetime(string="Delivered on", copy=False)
    read_date = fields.Datetime(string="Read on", copy=False)
    failed_date = fields.Datetime(string="Failed on", copy=False)
    price_category = fields.Char(
        string="Charged as",
        copy=False,
        help="As WhatsApp charges it: utility, service, …",
    )
    price_type = fields.Char(
        copy=False, help="regular, or why it is free, as WhatsApp says."
    )
    cost = fields.Float(digits=(16, 6), copy=False)
    cost_currency_id = fields.Many2one("res.currency", copy=False)
    status_ids = fields.One2many("debt.whatsapp.status", "message_id", string="Reports")

    _uuid_uniq = models.UniqueIndex("(uuid)")
    _wamid_uniq = models.UniqueIndex("(account_id, wamid) WHERE wamid IS NOT NULL")
    _queue_idx = models.Index(
        "(account_id, priority, id) WHERE state IN ('queued', 'sending')"
    )
    _claimed_idx = models.Index("(account_id, claimed) WHERE claimed IS NOT NULL")

    @api.depends("body", "kind")
    def _compute_summary(self):
        for message in self:
            message.summary = _short(message.body or message.kind, 110)

    @api.depends("partner_id", "body")
    def _compute_display_name(self):
        for message in self:
            # sudo: the name of the customer is shown wherever the message is
            name = message.partner_id.sudo().name
            text = _short(message.body or message.kind, 60)
            message.display_name = " · ".join(filter(None, (name, text)))

    # === INTO THE QUEUE === #

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

    def _own_action(self):
        """Return the action that this message is; empty for what people and the
        assistant write, whose action, if any, tells only that they did."""
        self.ensure_one()
        return self.action_id if self.author == "strategy" else self.action_id.browse()

    # === OUT OF THE QUEUE === #

    @api.model
    def _cancel_waiting(self, conversations, reason, now):
        """Take what waits in conversations out of the queue, because of the person.

        :param conversations: with whom
        :param str reason: one of ``reason``: "opted_out", "wrong_person", "taken_over"
        :param now: naive UTC moment
        :return: the messages that were taken out
        """
        # sudo: whoever heard of it stops what would be wrong now
        waiting = self.sudo().search(
            [
                ("conversation_id", "in", conversations.ids),
                ("direction", "=", "out"),
                ("state", "=", "queued"),
            ]
        )
        if reason == "taken_over":
            waiting = waiting.filtered(lambda message: message.author == "bot")
        waiting = waiting.try_lock_for_update()
        waiting._give_up("cancelled", reason, now)
        return waiting

    def _give_up(self, state, reason, now):
        """End messages that have not left; their actions go on without WhatsApp.

        :param str state: "cancelled" or "expired"
        """
        self.write({"state": state, "reason": reason, "failed_date": now})
        for message in self:
            action = message._own_action()
            if action.state == "sent":
                action._unreachable(message._reason_of_action())

    def _reason_of_action(self):
        """Return why its action cannot go through WhatsApp."""
        return {
            "late": "whatsapp_late",
            "wrong_person": "wrong_number",
            "opted_out": "opted_out",
        }.get(self.reason, "whatsapp_closed")

    # === BUTTONS === #

    def action_withdraw(self):
        """Take messages out of the queue: the steps of their actions are given back.

        :raise UserError: where none of them waits
        """
        waiting = self.filtered(lambda message: message.state == "queued")
        if not waiting:
            raise UserError(self.env._("None of these messages waits any more."))
        waiting._check_right()
        # sudo: the right to work the case is the right to stop its messages
        waiting = waiting.sudo().try_lock_for_update()
        waiting = waiting.filtered(lambda message: message.state == "queued")
        actions = waiting.filtered(lambda m: m.author == "strategy").action_id
        actions.filtered(lambda action: action.state == "sent")._skip("withdrawn")
        waiting.write({"state": "cancelled", "reason": "withdrawn"})

    def action_mark_sent(self):
        """Decide that messages of which nobody knows did leave."""
        self._decide_uncertain("sent")

    def action_send_uncertain(self):
        """Decide that messages of which nobody knows are sent again."""
        self._decide_uncertain("again")

    def _decide_uncertain(self, decision):
        uncertain = self.filtered(lambda message: message.state == "uncertain")
        if not uncertain:
            raise UserError(self.env._("None of these messages is uncertain."))
        uncertain._check_right()
        for message in uncertain:
            action = message._own_action()
            if action.state == "uncertain" and decision == "sent":
                action.action_mark_sent()
            elif action.state == "uncertain":
                action.action_send_again()
            else:
                message.sudo()._decided(decision)  # sudo: the right was checked above

    def _decided(self, decision):
        """Record what a person decided on messages of which nobody knew.

        :param str decision: "sent" or "again"
        """
        for message in self.filtered(lambda message: message.state == "uncertain"):
            if decision == "sent":
                message.write({"state": "sent", "reason": "decided"})
                continue
            message.write({"state": "cancelled", "reason": "again"})
            if not message._own_action():
                message._send_copy(self.env.user, fields.Datetime.now())

    def action_send_again(self):
        """Ask why messages that did not arrive are sent again."""
        if not self.filtered(lambda m: m.state in NOT_LEFT and m.direction == "out"):
            raise UserError(self.env._("None of these messages can be sent again."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send Again"),
            "res_model": "debt.whatsapp.again.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_message_ids": self.ids},
        }

    def _send_again(self, reason, now):
        """Send messages that did not arrive once more, because a person says so.

        That of an action is written anew from what is owed now; another one is sent as
        it was.

        :param str reason: in words
        :param now: naive UTC moment
        :raise UserError: where another channel said the same meanwhile
        """
        failed = self.filtered(lambda m: m.state in NOT_LEFT and m.direction == "out")
        failed._check_right()
        for message in failed.sudo():  # sudo: the right was checked above
            action = message._own_action()
            if action and action.state != "failed":
                raise UserError(
                    self.env._(
                        "%(message)s: its action goes on by itself.",
                        message=message.display_name,
                    )
                )
            if action._said_elsewhere():
                raise UserError(
                    self.env._(
                        "%(message)s: another channel says it instead.",
                        message=message.display_name,
                    )
                )
            if action:
                action._plan_again()
                action.reason = False
            else:
                message._send_copy(self.env.user, now)
            message.reason = "again"
            message.case_id._message_log(
                body=self.env._(
                    "%(user)s sends a WhatsApp message again: %(reason)s",
                    user=self.env.user.name,
                    reason=reason,
                )
            )

    def _send_copy(self, user, now, action=None):
        """Put the same message into the queue once more.

        :param user: who says so
        :param action: the action that the copy is the message of, if any
        """
        self.ensure_one()
        copy = self._enqueue(
            self.conversation_id,
            self.content,
            author=self.author,
            body=self.body,
            now=now,
            case=self.case_id,
            action=action,
            user=user,
            template=self.template_id,
            reply_to=self.reply_to_id,
            priority=self.priority,
        )
        copy.write({"again_of_id": self.id, "token": self.token})
        return copy

    def _check_right(self):
        """Refuse whoever may not work the cases of these messages.

        What has no case yet is for supervisors.
        """
        self.check_access("read")
        self.case_id.check_access("write")
        if self.filtered(lambda message: not message.case_id) and not (
            self.env.user.has_group("debt_collection.group_debt_supervisor")
        ):
            raise UserError(
                self.env._("Nobody is known there yet: ask a supervisor to do this.")
            )

    def action_open_case(self):
        """Open the case that the message is about."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "debt.case",
            "res_id": self.case_id.id,
            "view_mode": "form",
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A message is evidence and cannot be deleted."))


def _short(text, most):
    """Return a text in one line that is no longer than so many letters."""
    line = " ".join((text or "").split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
