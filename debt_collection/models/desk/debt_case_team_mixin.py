from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...fields import LooseMany2one
from ...logic.assignment import Worker, share_out


class DebtCaseTeamMixin(models.AbstractModel):
    """Who works a case."""

    _name = "debt.case.team.mixin"
    _description = "Team of Collection Cases"

    team_id = LooseMany2one("debt.team", string="Team", tracking=True)

    def action_redistribute(self):
        """Propose whom to give these cases, and show what each would have then."""
        return {
            **self._debt_wizard("debt.redistribute.wizard", self.env._("Redistribute")),
            "context": {
                "default_case_ids": self.ids,
                "default_company_id": self.company_id[:1].id,
            },
        }

    @api.model
    def _desk_users(self, day):
        stand_ins = self.env["debt.team.member"]._stand_ins(self.env.company, day)
        absent = [user for user, other in stand_ins.items() if other == self.env.uid]
        return [*super()._desk_users(day), *absent]

    def _assign(self, company, day):
        """Give the cases without an agent to who works them, by the assignment rules.

        A case that has an agent keeps them. Where nobody of the team has room, the case
        waits in the team.

        :param company: the company of the cases
        :param day: the day; who is away on it gets nothing
        """
        rules = self.env["debt.assignment.rule"].search(
            [("company_id", "=", company.id), ("team_id.active", "=", True)]
        )
        if not rules or not self:
            return
        Case = self.sudo().with_company(company).with_context(active_test=False)
        left = Domain("id", "in", self.ids) & Domain("state", "!=", "closed")
        left &= Domain("company_id", "=", company.id) & Domain("agent_id", "=", False)
        workers = self._assignable(company, day, rules.team_id)
        taken, teams, agents = [], {}, {}
        order = "amount_chaseable desc, amount_total desc, id"
        for rule in rules:
            cases = Case.search(
                left & rule._case_domain() & Domain("id", "not in", taken), order=order
            )
            taken += cases.ids
            teams.update(dict.fromkeys(cases.ids, rule.team_id.id))
            members = [
                workers[user.id]
                for user in rule.team_id.member_ids.user_id
                if user.id in workers
            ]
            agents.update(share_out(cases.ids, members, rule.method == "load"))
        if not teams:
            return
        self.env.cr.execute(
            SQL(
                """
            UPDATE debt_case c SET team_id = n.team_id, agent_id = n.agent_id
              FROM unnest(%s::int[], %s::int[], %s::int[])
                   AS n (id, team_id, agent_id)
             WHERE c.id = n.id AND c.agent_id IS NULL
               AND (c.team_id, c.agent_id) IS DISTINCT FROM (n.team_id, n.agent_id)
                """,
                list(teams),
                list(teams.values()),
                [agents.get(case_id) for case_id in teams],
            )
        )
        members = rules.team_id.member_ids
        for member in members:
            worker = workers.get(member.user_id.id)
            if worker and worker.turn != member.turn:
                member.turn = worker.turn
        members.flush_recordset()
        self.invalidate_recordset(["team_id", "agent_id"], flush=False)

    @api.model
    def _assignable(self, company, day, teams):
        """Return {user id: ``Worker``} of the members who are there on a day."""
        members = teams.member_ids.filtered(
            lambda m: m.user_id.active and not m._is_absent(day)
        )
        counts = self.env["debt.team"]._workers(company, members.user_id)
        workers = {}
        for member in members:
            user = member.user_id.id
            worker = workers.setdefault(user, Worker(user, counts.get(user, 0)))
            worker.capacity = max(worker.capacity, member.capacity)
            worker.turn = max(worker.turn, member.turn)
        return workers
