from odoo import api, fields, models
from odoo.exceptions import UserError


class DebtDisputeReason(models.Model):
    """Why customers do not agree, who has to answer and by when."""

    _name = "debt.dispute.reason"
    _description = "Dispute Reason"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(help="By which data and other addons know the reason.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    owner_id = fields.Many2one(
        "res.users",
        string="Answered by",
        company_dependent=True,
        domain=[("share", "=", False)],
        help="Has to answer these disputes in this company: somebody of sales, "
        "logistics or quality rather than of collections. Empty: the salesperson of "
        "the invoice.",
    )
    days = fields.Integer(
        string="Days to Solve",
        default=5,
        help="Working days until a dispute is late and the supervisor hears of it.",
    )
    note = fields.Text(
        string="What to Ask For",
        translate=True,
        help="Shown to whoever enters a dispute: the evidence that is needed.",
    )

    _code_uniq = models.Constraint("UNIQUE(code)", "This code is used already.")
    _days_not_negative = models.Constraint(
        "CHECK(days >= 0)", "Days to solve cannot be negative."
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        # sudo: disputes of other companies count too
        disputes = self.env["debt.dispute"].sudo()
        if disputes.search_count([("reason_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._("There are disputes with this reason. Archive it instead.")
            )
