from odoo import fields, models


class DebtDisputeReason(models.Model):
    _inherit = "debt.dispute.reason"

    portal = fields.Boolean(
        string="For Customers",
        default=True,
        help="Customers may choose it on their page.",
    )
    portal_hint = fields.Text(
        string="What Customers Attach",
        translate=True,
        help="What customers who choose this reason are asked for. Empty: what is to "
        "be asked for.",
    )
