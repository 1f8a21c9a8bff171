from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    debt_attribution_days = fields.Integer(
        string="Days in Which a Contact Counts",
        default=10,
        help="A payment is put down to the last contact about the document in so many "
        "days before it.",
    )

    _debt_attribution_days = models.Constraint(
        "CHECK(debt_attribution_days BETWEEN 0 AND 90)",
        "A contact counts for 0 to 90 days.",
    )
