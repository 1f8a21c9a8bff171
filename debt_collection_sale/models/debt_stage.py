from odoo import fields, models


class DebtStage(models.Model):
    _inherit = "debt.stage"

    sale_effect = fields.Selection(
        [("none", "Nothing"), ("warn", "Warn"), ("hold", "Hold")],
        string="New Orders",
        required=True,
        default="none",
        help="What this stage does to new sales orders, whatever the days overdue.",
    )
