from odoo import fields, models


class DebtDisputeReason(models.Model):
    """Why customers do not agree, who has to answer and by when."""

    _name = "debt.dispute.reason"
    _description = "Dispute Reason"
    _inherit = ["debt.reason.mixin"]
    _used_in = "debt.dispute"

    owner_id = fields.Many2one(
        string="Answered by",
        help="Has to answer these disputes in this company: somebody of sales, "
        "logistics or quality rather than of collections. Empty: the salesperson of "
        "the invoice.",
    )
    days = fields.Integer(
        string="Days to Solve",
        help="Working days until a dispute is late and the supervisor hears of it.",
    )
    note = fields.Text(
        string="What to Ask For",
        translate=True,
        help="Shown to whoever enters a dispute: the evidence that is needed.",
    )
