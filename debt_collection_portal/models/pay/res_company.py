from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    _inherit = "res.company"

    debt_portal_part = fields.Boolean(
        string="Customers Pay Any Amount",
        default=True,
        help="On their page customers may pay a part of what they owe: the oldest "
        "documents first. Off: they pay whole documents only.",
    )
    debt_portal_least = fields.Monetary(
        string="Least Amount of a Part",
        help="Customers who pay an amount of their own pay at least this, or all they "
        "owe. In the currency of the company.",
    )

    @api.constrains("debt_portal_least")
    def _check_debt_portal_least(self):
        for company in self:
            if company.debt_portal_least < 0:
                raise ValidationError(
                    self.env._("The least amount that customers pay is not negative.")
                )
