from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    debt_sale_delivery_hold = fields.Boolean(
        string="Hold Deliveries Too",
        help="An order that was confirmed before its customer owed too much is not "
        "delivered until the payment or a release.",
    )
