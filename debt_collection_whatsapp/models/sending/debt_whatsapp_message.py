from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.debt_collection.fields import LooseMany2one

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


class DebtWhatsappMessage(models.Model):
    """One message, of either side. What happened is never edited.

    Those of ours are an outbox: claimed, committed, sent, recorded. One that was
    claimed and has no answer is uncertain, and never sent again by itself.
    """

    _name = "debt.whatsapp.message"
    _description = "WhatsApp Message"
    _inherit = [
        "debt.whatsapp.enqueue.mixin",
        "debt.whatsapp.queue.mixin",
        "debt.whatsapp.claim.mixin",
        "debt.whatsapp.handover.mixin",
        "debt.whatsapp.failure.mixin",
        "debt.whatsapp.merge.mixin",
        "debt.whatsapp.history.mixin",
        "debt.whatsapp.decision.mixin",
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
