from odoo import fields, models

CHECKS = [
    ("none", "Nothing more"),
    ("tax", "The last digits of their tax number"),
    ("code", "A code by e-mail or SMS"),
]


class ResCompany(models.Model):
    _inherit = "res.company"

    debt_portal_check = fields.Selection(
        CHECKS,
        string="Behind a Link Customers Give",
        default="none",
        required=True,
        help="What whoever opens the link of a message gives before they see amounts. "
        "Users who log in give nothing more.",
    )
