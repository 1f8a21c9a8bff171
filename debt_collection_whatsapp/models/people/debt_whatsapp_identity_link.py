from odoo import fields, models

from odoo.addons.debt_collection.fields import LooseMany2one

STATES = [
    ("suggested", "Suggested"),
    ("linked", "Linked"),
    ("confirmed", "Confirmed"),
    ("wrong_person", "Wrong Person"),
]


class DebtWhatsappIdentityLink(models.Model):
    """Which customer somebody on WhatsApp speaks for, in one company.

    One number may serve several customers: an accountant. "Wrong person" concerns one
    of them only.
    """

    _name = "debt.whatsapp.identity.link"
    _description = "Customer of a Person on WhatsApp"

    identity_id = fields.Many2one(
        "debt.whatsapp.identity", required=True, ondelete="cascade", index=True
    )
    company_id = LooseMany2one("res.company", required=True)
    partner_id = LooseMany2one("res.partner", string="Customer", required=True)
    state = fields.Selection(STATES, required=True, default="suggested")
    verified_until = fields.Datetime(
        help="Until then they see amounts: they proved who they are."
    )

    _link_uniq = models.Constraint(
        "UNIQUE(identity_id, company_id, partner_id)",
        "This person is linked to this customer already.",
    )
