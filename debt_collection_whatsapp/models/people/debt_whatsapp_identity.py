from odoo import fields, models


class DebtWhatsappIdentity(models.Model):
    """Somebody on WhatsApp, as Meta knows them: with or without a phone number."""

    _name = "debt.whatsapp.identity"
    _description = "Person on WhatsApp"

    portfolio = fields.Char(required=True, readonly=True)
    bsuid = fields.Char(
        string="Identifier",
        readonly=True,
        help="What Meta calls this person for all numbers of a business portfolio.",
    )
    wa_id = fields.Char(
        string="WhatsApp ID",
        readonly=True,
        help="The number as Meta writes it. Used as it is, never corrected.",
    )
    phone = fields.Char(readonly=True, help="The number in E.164, for people.")
    profile_name = fields.Char(string="Name", readonly=True, help="As they chose it.")
    username = fields.Char(readonly=True)
    identity_hash = fields.Char(
        readonly=True, help="It changes when the number changes hands."
    )
    lang = fields.Char(string="Language", help="The one they chose: es or en.")
    link_ids = fields.One2many("debt.whatsapp.identity.link", "identity_id")
    conversation_ids = fields.One2many("debt.whatsapp.conversation", "identity_id")

    _bsuid_uniq = models.UniqueIndex("(portfolio, bsuid) WHERE bsuid IS NOT NULL")
    _wa_id_uniq = models.UniqueIndex("(portfolio, wa_id) WHERE wa_id IS NOT NULL")
