from odoo import fields, models


class DebtAssignmentRule(models.Model):
    """Which team works which new cases, and how they are shared out."""

    _name = "debt.assignment.rule"
    _description = "Assignment Rule"
    _inherit = ["debt.config.mixin", "debt.case.rule.mixin"]
    _order = "sequence, id"

    name = fields.Char(translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    domain = fields.Char(
        help="Which cases without agent the team gets. Rules are tried in order, the "
        "first that matches wins.",
    )
    team_id = fields.Many2one(
        "debt.team", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="team_id.company_id", store=True)
    method = fields.Selection(
        [("load", "Most Room First"), ("round_robin", "In Turn")],
        string="Shared out",
        required=True,
        default="load",
        help="Most room first: whoever works the least part of their capacity. In "
        "turn: one after the other. Nobody gets more than their capacity.",
    )
