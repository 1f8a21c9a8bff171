from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DebtTarget(models.Model):
    """How much is to be collected in a month: by a company, a team or an agent."""

    _name = "debt.target"
    _description = "Collection Target"
    _order = "month desc, team_id, agent_id, id"

    month = fields.Date(
        required=True,
        default=lambda self: self.env.company._debt_today().replace(day=1),
        help="Any day of the month.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    team_id = fields.Many2one("debt.team", ondelete="cascade", index="btree_not_null")
    agent_id = fields.Many2one(
        "res.users",
        ondelete="cascade",
        index="btree_not_null",
        domain=lambda self: [
            (
                "all_group_ids",
                "in",
                self.env.ref("debt_collection.group_debt_agent").ids,
            )
        ],
        help="Neither team nor agent: of the whole company.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(string="To Collect", required=True)

    _amount = models.Constraint("CHECK(amount > 0)", "A target is more than nothing.")
    _once = models.UniqueIndex(
        "(company_id, month, COALESCE(team_id, 0), COALESCE(agent_id, 0))",
        "This target is there already: change its amount.",
    )

    @api.depends("month", "team_id", "agent_id")
    def _compute_display_name(self):
        for target in self:
            whose = target.agent_id.name or target.team_id.name
            month = target.month and target.month.strftime("%Y-%m")
            target.display_name = " · ".join(
                filter(None, (month, whose or target.company_id.name))
            )

    @api.constrains("team_id", "agent_id")
    def _check_of_one(self):
        if self.filtered(lambda target: target.team_id and target.agent_id):
            raise ValidationError(
                self.env._("A target is of a team or of an agent, not of both.")
            )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._first_day(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._first_day(vals))

    @api.model
    def _first_day(self, vals):
        """Return values in which a month is its first day."""
        if not vals.get("month"):
            return vals
        return {**vals, "month": fields.Date.to_date(vals["month"]).replace(day=1)}

    @api.model
    def _of_company(self, company, first, last):
        """Return what a company has to collect in the months of a period.

        Its own target where it has one; otherwise what its teams have, or its agents.

        :param first: the first day
        :param last: the last day
        :return: amount in the company's currency, 0 where no target is set
        """
        targets = self.search(
            [
                ("company_id", "=", company.id),
                ("month", ">=", first.replace(day=1)),
                ("month", "<=", last),
            ]
        )
        total = 0
        for of_month in targets.grouped("month").values():
            whole = of_month.filtered(lambda t: not t.team_id and not t.agent_id)
            teams = of_month.filtered("team_id")
            total += sum((whole or teams or of_month).mapped("amount"))
        return total
