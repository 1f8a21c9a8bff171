from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .debt_whatsapp_text_button import REPLIES

PLACES = [("header", "Header"), ("body", "Text"), ("button", "Button")]
#: What a slot of Meta's takes: see ``logic.template_payload.Slot``.
KINDS = [
    ("text", "Text"),
    ("document", "PDF"),
    ("image", "Image"),
    ("video", "Video"),
    ("url", "End of an Address"),
    ("reply", "Answer"),
    ("unknown", "Unknown"),
]


class DebtWhatsappTemplateParam(models.Model):
    """What stands for one variable: of a message of ours, or of a template at Meta."""

    _name = "debt.whatsapp.template.param"
    _description = "Variable of a WhatsApp Template"
    _order = "text_id, template_id, place desc, button, sequence, id"

    text_id = fields.Many2one("debt.whatsapp.text", ondelete="cascade", index=True)
    template_id = fields.Many2one(
        "debt.whatsapp.template", ondelete="cascade", index=True
    )
    place = fields.Selection(PLACES, required=True, default="body")
    button = fields.Integer(
        string="Button Number", help="Its place among the buttons, from 0."
    )
    key = fields.Char(
        string="Variable", help="The number or the name between the braces."
    )
    sequence = fields.Integer(compute="_compute_sequence", store=True)
    kind = fields.Selection(KINDS, required=True, default="text")
    source = fields.Selection(selection="_sources", string="Says")
    reply = fields.Selection(REPLIES, string="Asks for")
    fallback = fields.Char(
        string="If Empty",
        translate=True,
        help="What is written where there is nothing to say. Amounts and dates have no "
        "substitute: without them nothing is sent.",
    )
    required = fields.Boolean(
        string="Needed", help="Without it nothing is sent, either."
    )
    is_ready = fields.Boolean(compute="_compute_is_ready", store=True)

    _owner = models.Constraint(
        "CHECK((text_id IS NULL) <> (template_id IS NULL))",
        "A variable is of a message or of a template.",
    )
    _text_uniq = models.UniqueIndex(
        "(text_id, place, key) WHERE text_id IS NOT NULL",
        "This variable is in the table already.",
    )

    @api.model
    def _sources(self):
        return self.env["debt.whatsapp.source"]._selection()

    @api.depends("key")
    def _compute_sequence(self):
        for param in self:
            param.sequence = int(param.key) if (param.key or "").isdecimal() else 0

    @api.depends("kind", "source", "reply")
    def _compute_is_ready(self):
        for param in self:
            param.is_ready = {
                "text": param.source and param.source not in ("link", "statement"),
                "url": param.source == "link",
                "document": param.source == "statement",
                "reply": param.reply,
            }.get(param.kind, False)

    @api.constrains("kind", "source", "reply")
    def _check_source(self):
        for param in self:
            if (param.source or param.reply) and not param.is_ready:
                raise ValidationError(
                    self.env._(
                        "%(variable)s takes something else: a link for the end of an "
                        "address, a statement for a PDF, an answer for a button, and "
                        "what can be written for the rest.",
                        variable=param.key or param.place,
                    )
                )

    @api.depends("place", "key", "button")
    def _compute_display_name(self):
        for param in self:
            key = f"{{{{{param.key}}}}}" if param.key else f"#{param.button + 1}"
            param.display_name = key

    def _value(self, action):
        """Return what stands for the variable, in the language of the context.

        :param action: a ``debt.action``, which may be a new one
        :return: text; empty where nothing can be sent
        """
        self.ensure_one()
        source = self.env["debt.whatsapp.source"]
        value = source._value(self.source, action)
        may_replace = source._kind(self.source) == "text" and not self.required
        return value or (may_replace and self.fallback) or ""
