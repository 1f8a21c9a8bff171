from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DebtWhatsappAccount(models.Model):
    _inherit = "debt.whatsapp.account"

    rate = fields.Integer(
        string="Messages a Second",
        default=20,
        help="WhatsApp takes 80 of a number, 20 of one that is used in the app, too.",
    )
    reminder_part = fields.Integer(
        string="Share of Reminders",
        default=70,
        help="Of the people whom the number may write to first in a day, this many in "
        "a hundred are for reminders. The rest is kept for confirmations and answers.",
    )
    resend_confirmations = fields.Boolean(
        help="A confirmation of which nobody knows for an hour whether it left is sent "
        "once more. Reminders never are.",
    )
    no_history = fields.Boolean(
        string="Cannot Ask about Messages",
        readonly=True,
        copy=False,
        help="Meta does not let this number ask what became of a message.",
    )

    @api.constrains("rate", "reminder_part")
    def _check_pace(self):
        for account in self:
            if account.rate < 1:
                raise ValidationError(
                    self.env._("A number sends at least one message a second.")
                )
            if not 0 < account.reminder_part <= 100:
                raise ValidationError(
                    self.env._("The share of reminders is between 1 and 100 %.")
                )
