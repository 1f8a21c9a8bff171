from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DebtStrategy(models.Model):
    _inherit = "debt.strategy"

    sale_policy = fields.Selection(
        [
            ("company", "As the Company Says"),
            ("own", "Own Days"),
            ("never", "Warn, Never Hold"),
        ],
        string="New Orders",
        required=True,
        default="company",
        help="When new sales orders of these customers are warned about or held.",
    )
    sale_warn_days = fields.Integer(
        string="Warn from Day", default=1, help="Days overdue. 0: never."
    )
    sale_hold_days = fields.Integer(
        string="Hold from Day", default=16, help="Days overdue. 0: never."
    )

    @api.constrains("sale_warn_days", "sale_hold_days")
    def _check_sale_days(self):
        for strategy in self:
            if min(strategy.sale_warn_days, strategy.sale_hold_days) < 0:
                raise ValidationError(
                    self.env._("Days of new orders cannot be negative.")
                )
