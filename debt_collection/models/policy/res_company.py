from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    _inherit = "res.company"

    debt_wait_days = fields.Integer(
        string="Waits Too Long after",
        default=5,
        help="Days after which a message that waits for an allowed moment is told of.",
    )

    @api.constrains("debt_wait_days")
    def _check_debt_wait_days(self):
        if any(company.debt_wait_days < 0 for company in self):
            raise ValidationError(self.env._("A message cannot wait negative days."))
