from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    debt_whatsapp_unknown = fields.Selection(
        [("supervisors", "Supervisors"), ("agents", "Every Agent")],
        string="Unknown Senders",
        required=True,
        default="agents",
        help="Who reads and answers people on WhatsApp whose customer is not known.",
    )
