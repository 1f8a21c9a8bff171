from uuid import uuid4

from odoo import fields, models

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


class DebtWhatsappMessage(models.Model):
    """One message, of either side. What happened is never edited."""

    _name = "debt.whatsapp.message"
    _description = "WhatsApp Message"
    _log_access = False
    _order = "moment desc, id desc"

    conversation_id = fields.Many2one(
        "debt.whatsapp.conversation", required=True, ondelete="restrict", index=True
    )
    account_id = fields.Many2one(
        "debt.whatsapp.account", required=True, ondelete="restrict"
    )
    company_id = LooseMany2one("res.company", required=True)
    case_id = LooseMany2one("debt.case", index="btree_not_null")
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
    body = fields.Text(help="What it says, as plain text.")
    content = fields.Json(
        help="The element of WhatsApp: what came, or what is sent without its envelope."
    )
    template_id = LooseMany2one("debt.whatsapp.template", string="Template")
    uuid = fields.Char(required=True, default=lambda self: uuid4().hex, readonly=True)
    wamid = fields.Char(string="Identifier at WhatsApp")
    reply_to_id = LooseMany2one("debt.whatsapp.message", string="Answers")
    state = fields.Selection(STATES, required=True, default="queued")
    moment = fields.Datetime(
        required=True, help="When it was written; for what came, by Meta's clock."
    )
    priority = fields.Integer(
        default=20, help="0: the assistant and people. 10: confirmations. 20: the rest."
    )
    next_try = fields.Datetime()
    valid_until = fields.Datetime(help="Not worth sending after that.")
    tries = fields.Integer()
    claimed = fields.Datetime()
    error_class = fields.Char()
    error_code = fields.Integer()
    error = fields.Char()
    trace = fields.Char(help="By which Meta's support finds the error.")
    sent_date = fields.Datetime()
    delivered_date = fields.Datetime()
    read_date = fields.Datetime()
    failed_date = fields.Datetime()

    _uuid_uniq = models.UniqueIndex("(uuid)")
    _wamid_uniq = models.UniqueIndex("(account_id, wamid) WHERE wamid IS NOT NULL")
    _queue_idx = models.Index(
        "(account_id, priority, id) WHERE state IN ('queued', 'sending')"
    )
