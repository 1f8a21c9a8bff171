from odoo import fields, models


class DebtStrategyStep(models.Model):
    _inherit = "debt.strategy.step"

    sale_hold = fields.Boolean(
        string="Holds Orders",
        help="From this step on new sales orders of the customer are held, until what "
        "reached it is paid.",
    )
