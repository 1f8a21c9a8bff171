from odoo import api, fields, models


class DebtTeam(models.Model):
    _name = "debt.team"
    _description = "Collection Team"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    leader_id = fields.Many2one(
        "res.users", string="Supervisor", domain=[("share", "=", False)]
    )
    member_ids = fields.One2many("debt.team.member", "team_id", string="Agents")
    rule_ids = fields.One2many(
        "debt.assignment.rule", "team_id", string="Assignment Rules"
    )
    case_count = fields.Integer(string="Cases", compute="_compute_case_count")

    def _compute_case_count(self):
        groups = self.env["debt.case"]._read_group(
            [("team_id", "in", self.ids), ("state", "!=", "closed")],
            ["team_id"],
            ["__count"],
        )
        counts = {team.id: count for team, count in groups}
        for team in self:
            team.case_count = counts.get(team.id, 0)

    def action_view_cases(self):
        """Open the cases of the team."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_case_action"
        )
        action["domain"] = [("team_id", "=", self.id), ("state", "!=", "closed")]
        action["context"] = {"search_default_group_agent": 1}
        return action

    @api.model
    def _workers(self, company, users):
        """Return {user id: number of open cases} of agents in a company."""
        groups = self.env["debt.case"]._read_group(
            [
                ("company_id", "=", company.id),
                ("state", "!=", "closed"),
                ("agent_id", "in", users.ids),
            ],
            ["agent_id"],
            ["__count"],
        )
        return {user.id: count for user, count in groups}
