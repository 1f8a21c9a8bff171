from odoo import api, fields, models

#: What a tap on a quick reply asks for; the assistant knows the same words.
REPLIES = [
    ("paid", "I Have Paid"),
    ("human", "Talk to a Person"),
    ("change", "Change the Date"),
    ("agree", "Yes, I Agree"),
    ("stop", "No, Thanks"),
    ("menu", "Menu"),
]


class DebtWhatsappTextButton(models.Model):
    """A button under a message: the customer's page, or an answer with one tap."""

    _name = "debt.whatsapp.text.button"
    _description = "Button of a WhatsApp Message"
    _order = "text_id, sequence, id"

    text_id = fields.Many2one(
        "debt.whatsapp.text", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [("url", "Customer's Page"), ("reply", "Answer")],
        required=True,
        default="reply",
    )
    label = fields.Char(required=True, translate=True, help="At most 25 characters.")
    reply = fields.Selection(REPLIES, string="Asks for")

    _reply_only = models.Constraint(
        "CHECK((kind = 'reply') = (reply IS NOT NULL))",
        "An answer asks for something; the customer's page does not.",
    )

    @api.onchange("kind")
    def _onchange_kind(self):
        if self.kind != "reply":
            self.reply = False
