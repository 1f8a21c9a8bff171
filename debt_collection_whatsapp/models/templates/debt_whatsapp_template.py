from odoo import fields, models


class DebtWhatsappTemplate(models.Model):
    """A message that Meta approved, in one language: the only kind that may be sent
    to somebody who has not written within a day."""

    _name = "debt.whatsapp.template"
    _description = "WhatsApp Template"
    _order = "name, lang, id"

    name = fields.Char(required=True, help="Its name at Meta.")
    lang = fields.Char(string="Language", required=True, help="As Meta writes it: es.")
    account_id = fields.Many2one(
        "debt.whatsapp.account", string="WhatsApp Number", ondelete="cascade"
    )
    status = fields.Char(
        required=True, default="draft", help="As Meta says; only APPROVED can be sent."
    )
    category = fields.Char()
    components = fields.Json(help="As Meta reads them.")
