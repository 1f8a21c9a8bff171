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

    @api.model
    def _awaits_assignment(self, company):
        """Return whether cases of a company are still to be given to somebody."""
        rules = self.env["debt.assignment.rule"].search_count(
            [("company_id", "=", company.id), ("team_id.active", "=", True)], limit=1
        )
        if not rules and not self._groups_in_use():
            return False
        left = Domain("company_id", "=", company.id) & Domain("agent_id", "=", False)
        left &= Domain("state", "!=", "closed") | Domain("judged_day", "=", False)
        return bool(self.search_count(left, limit=1))

    def _assign(self, company, day):
        """Give the cases without an agent to who works them.

        First whoever works the group of the debtor, then the team of the group, then
        the assignment rules; of a group one case is given, the others follow it. A case
        that has an agent keeps them. Where nobody of the team has room, the case waits
        in the team.

        :param company: the company of the cases
        :param day: the day; who is away on it gets nothing
        """
        rules = self.env["debt.assignment.rule"].search(
            [("company_id", "=", company.id), ("team_id.active", "=", True)]
        )
        if not self:
            return
        grouped = self._groups_in_use()
        if grouped:
            self._follow_group(company)
        takers = [
            *(self._group_takers(company) if grouped else ()),
            *((rule._case_domain(), rule.team_id, rule.method) for rule in rules),
        ]
        if not takers:
            return
        Case = self.sudo().with_company(company).with_context(active_test=False)
        left = Domain("id", "in", self.ids) & Domain("state", "!=", "closed")
        left &= Domain("company_id", "=", company.id) & Domain("agent_id", "=", False)
        every_team = self.env["debt.team"].union(
            *(team for _domain, team, _m in takers)
        )
        workers = self._assignable(company, day, every_team)
        taken, teams, agents = [], {}, {}
        order = "amount_chaseable desc, amount_total desc, id"
        for domain, team, method in takers:
            cases = Case.search(
                left & domain & Domain("id", "not in", taken), order=order
            )
            taken += cases.ids
            teams.update(dict.fromkeys(cases.ids, team.id))
            members = [
                workers[user.id]
                for user in team.member_ids.user_id
                if user.id in workers
            ]
            firsts = cases._one_of_each_group()
            agents.update(share_out(firsts.ids, members, method == "load"))
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
        members = every_team.member_ids
        for member in members:
            worker = workers.get(member.user_id.id)
            if worker and worker.turn != member.turn:
                member.turn = worker.turn
        members.flush_recordset()
        self.invalidate_recordset(["team_id", "agent_id"], flush=False)
        if grouped:
            self._follow_group(company)

    @api.model
    def _group_takers(self, company):
        """Return the teams that economic groups name, as (domain, team, method)."""
        groups = self.env["debt.group"].search(
            [("team_id.company_id", "=", company.id)]
        )
        return [
            (Domain("group_id", "in", own.ids), team, "load")
            for team, own in groups.grouped("team_id").items()
        ]

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
