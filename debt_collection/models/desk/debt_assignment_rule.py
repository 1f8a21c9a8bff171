from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class DebtAssignmentRule(models.Model):
    """Which team works which new cases, and how they are shared out."""

    _name = "debt.assignment.rule"
    _description = "Assignment Rule"
    _inherit = ["debt.config.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    domain = fields.Char(
        string="Cases",
        required=True,
        default="[]",
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

    @api.constrains("domain")
    def _check_domain(self):
        for rule in self:
            try:
                rule._case_domain().validate(self.env["debt.case"])
                # sudo: the daily run evaluates the rule without a user either
                self.env["debt.case"].sudo().search(rule._case_domain(), limit=1)
            except Exception as error:
                raise ValidationError(
                    self.env._(
                        "The rule %(rule)s cannot be used: %(error)s",
                        rule=rule.name,
                        error=error,
                    )
                ) from error

    def _case_domain(self):
        """Return the rule as a Domain on ``debt.case``."""
        self.ensure_one()
        return Domain(literal_eval(self.domain or "[]"))
