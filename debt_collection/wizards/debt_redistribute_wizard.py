from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..logic.assignment import Worker, share_out


class DebtRedistributeWizard(models.TransientModel):
    """Give many cases to other agents, and see before what each will have."""

    _name = "debt.redistribute.wizard"
    _description = "Redistribute Collection Cases"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    case_ids = fields.Many2many("debt.case", required=True)
    case_count = fields.Integer(compute="_compute_case_count", string="Cases")
    team_id = fields.Many2one("debt.team", domain="[('company_id', '=', company_id)]")
    user_ids = fields.Many2many(
        "res.users",
        string="To",
        required=True,
        compute="_compute_user_ids",
        store=True,
        readonly=False,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    method = fields.Selection(
        [("load", "Most Room First"), ("round_robin", "In Turn")],
        string="Shared out",
        required=True,
        default="load",
    )
    move_tasks = fields.Boolean(
        string="With Open Tasks",
        default=True,
        help="Open tasks of these cases go to the new agents.",
    )
    line_ids = fields.One2many(
        "debt.redistribute.line",
        "wizard_id",
        string="Before and After",
        compute="_compute_line_ids",
        store=True,
    )

    @api.depends("case_ids")
    def _compute_case_count(self):
        for wizard in self:
            wizard.case_count = len(wizard._cases())

    @api.depends("team_id")
    def _compute_user_ids(self):
        for wizard in self:
            if wizard.team_id:
                there = wizard.team_id.member_ids.filtered(lambda m: not m.absent)
                wizard.user_ids = there.user_id

    @api.depends("case_ids", "user_ids", "method", "company_id")
    def _compute_line_ids(self):
        for wizard in self:
            commands = [Command.clear()]
            commands += [Command.create(values) for values in wizard._preview()]
            wizard.line_ids = commands

    def _cases(self):
        """Return the cases that can be given, the largest first."""
        return self.case_ids._origin.filtered(
            lambda case: (
                case.state != "closed" and case.company_id == self.company_id._origin
            )
        ).sorted(lambda case: (-case.amount_chaseable, case.id))

    def _plan(self):
        """Return {case: new agent}.

        The cases are taken from everybody first, so that agents who have some of them
        may keep as many. Those of an economic group stay with one agent.
        """
        cases, users = self._cases(), self.user_ids._origin
        counts = self.env["debt.team"]._workers(self.company_id._origin, users)
        taken = cases.grouped("agent_id")
        members = self.env["debt.team.member"].search(
            [("user_id", "in", users.ids), ("company_id", "=", self.company_id.id)]
        )
        workers = []
        for user in users:
            mine = members.filtered(lambda m, u=user: m.user_id == u)
            count = counts.get(user.id, 0) - len(taken.get(user, ()))
            workers.append(
                Worker(user.id, count, max(mine.mapped("capacity"), default=0))
            )
        firsts = cases._one_of_each_group()
        given = share_out(firsts.ids, workers, self.method == "load")
        leaders = {case.group_id or case: case for case in firsts}
        browse = self.env["res.users"].browse
        return {
            case: browse(given[leader.id])
            for case in cases
            if (leader := leaders[case.group_id or case]).id in given
        }

    def _preview(self):
        """Return the values of a line for each agent who gives or gets cases."""
        self.ensure_one()
        cases, plan = self._cases(), self._plan()
        users = (self.user_ids._origin | cases.agent_id).sorted("name")
        groups = self.env["debt.case"]._read_group(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "!=", "closed"),
                ("agent_id", "in", users.ids),
            ],
            ["agent_id"],
            ["__count", "amount_chaseable:sum"],
        )
        now = {user: (count, amount) for user, count, amount in groups}
        lines = []
        for user in users:
            count, amount = now.get(user, (0, 0))
            gets = [c for c, to in plan.items() if to == user and c.agent_id != user]
            gives = [c for c, to in plan.items() if to != user and c.agent_id == user]
            lines.append(
                {
                    "user_id": user.id,
                    "count_before": count,
                    "count_after": count + len(gets) - len(gives),
                    "amount_before": amount,
                    "amount_after": amount
                    + sum(c.amount_chaseable for c in gets)
                    - sum(c.amount_chaseable for c in gives),
                }
            )
        return lines

    def action_confirm(self):
        """Give the cases to their new agents, with their open tasks."""
        self.ensure_one()
        plan = self._plan()
        if not plan:
            raise UserError(self.env._("Nobody of these agents has room."))
        changes = {}
        for case, user in plan.items():
            if case.agent_id != user:
                changes.setdefault(user, self.env["debt.case"])
                changes[user] |= case
        for user, cases in changes.items():
            if self.move_tasks:
                self._move_tasks(cases, user)
            values = {"agent_id": user.id}
            if self.team_id:
                values["team_id"] = self.team_id.id
            cases.write(values)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Cases given to other agents: %s.",
                    sum(len(cases) for cases in changes.values()),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _move_tasks(self, cases, user):
        # sudo: supervisors hand over tasks that are not theirs
        actions = (
            self.env["debt.action"]
            .sudo()
            .search(
                [
                    ("case_id", "in", cases.ids),
                    ("track", "=", "task"),
                    ("state", "in", ("planned", "sent")),
                ]
            )
        )
        for case in cases:
            mine = actions.filtered(
                lambda a, c=case: a.case_id == c and a.user_id == c._debt_agent()
            )
            mine.user_id = user
            mine.activity_id.exists().write({"user_id": user.id})


class DebtRedistributeLine(models.TransientModel):
    _name = "debt.redistribute.line"
    _description = "Cases of an Agent before and after"

    wizard_id = fields.Many2one("debt.redistribute.wizard", ondelete="cascade")
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    user_id = fields.Many2one("res.users", string="Agent")
    count_before = fields.Integer(string="Cases before")
    count_after = fields.Integer(string="Cases after")
    amount_before = fields.Monetary(string="To Chase before")
    amount_after = fields.Monetary(string="To Chase after")
