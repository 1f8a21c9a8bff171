from datetime import date, timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

#: A case that was worked within these days is covered.
COVERAGE_DAYS = 30
#: What says who is away, and who stands in.
ABSENCE = {"absent_from", "absent_to", "substitute_id"}


class DebtTeamMember(models.Model):
    """An agent in a team: how much they can work, when they are away, who stands in."""

    _name = "debt.team.member"
    _description = "Agent of a Collection Team"
    _order = "team_id, sequence, id"
    _rec_name = "user_id"

    team_id = fields.Many2one(
        "debt.team", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="team_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    sequence = fields.Integer(default=10)
    user_id = fields.Many2one(
        "res.users",
        string="Agent",
        required=True,
        ondelete="cascade",
        index=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    capacity = fields.Integer(
        help="Cases that the agent can work; nobody gets more by rule. 0: no limit.",
        aggregator="sum",
    )
    target_amount = fields.Monetary(
        string="Target per Month",
        help="What the agent's promises should bring in a month.",
    )
    absent_from = fields.Date(string="Away from")
    absent_to = fields.Date(string="Away until", help="Last day. Empty: open end.")
    substitute_id = fields.Many2one(
        "res.users",
        domain="[('share', '=', False), ('company_ids', 'in', company_id),"
        " ('id', '!=', user_id)]",
        help="Gets the tasks and the worklist of the agent while they are away.",
    )
    absent = fields.Boolean(compute="_compute_absent", string="Away Today")
    turn = fields.Integer(readonly=True, help="Last turn in the rotation of cases.")

    case_count = fields.Integer(string="Cases", compute="_compute_figures")
    amount_chaseable = fields.Monetary(string="To Chase", compute="_compute_figures")
    left_count = fields.Integer(string="With Priority", compute="_compute_figures")
    coverage = fields.Integer(
        string="Worked in 30 Days (%)",
        compute="_compute_figures",
        help="Part of the overdue cases that somebody worked in the last 30 days.",
    )
    overdue_tasks = fields.Integer(compute="_compute_figures")
    contacts_today = fields.Integer(compute="_compute_figures")
    paid_month = fields.Monetary(
        string="Paid this Month",
        compute="_compute_figures",
        help="Paid on the agent's promises since the first of the month.",
    )
    load = fields.Integer(string="Workload (%)", compute="_compute_figures")
    target_part = fields.Integer(string="Target (%)", compute="_compute_figures")

    _user_uniq = models.Constraint(
        "UNIQUE(team_id, user_id)", "An agent is in a team once."
    )
    _capacity_not_negative = models.Constraint(
        "CHECK(capacity >= 0)", "The capacity cannot be negative."
    )

    @api.constrains("absent_from", "absent_to", "substitute_id", "user_id")
    def _check_absence(self):
        for member in self:
            if member.absent_to and (
                not member.absent_from or member.absent_to < member.absent_from
            ):
                raise ValidationError(
                    self.env._("An absence ends on its first day or later.")
                )
            if member.substitute_id and member.substitute_id == member.user_id:
                raise ValidationError(
                    self.env._("Somebody else stands in for %s.", member.user_id.name)
                )

    @api.depends("absent_from", "absent_to")
    def _compute_absent(self):
        for member in self:
            day = member.company_id._debt_today()
            member.absent = member._is_absent(day)

    def _is_absent(self, day):
        self.ensure_one()
        return bool(self.absent_from) and (
            self.absent_from <= day and (not self.absent_to or day <= self.absent_to)
        )

    @api.model
    def _absence_domain(self, day):
        """Return the domain of the members who are away on a day."""
        return Domain("absent_from", "<=", day) & (
            Domain("absent_to", "=", False) | Domain("absent_to", ">=", day)
        )

    @api.model
    def _stand_ins(self, company, day):
        """Return {id of an agent who is away: id of who stands in} in a company.

        Who stands in for somebody and is away too hands on to their own substitute.
        """
        away = self.sudo().search(  # sudo: who is away concerns everybody's tasks
            self._absence_domain(day) & Domain("company_id", "=", company.id)
        )
        direct = {
            member.user_id.id: member.substitute_id.id
            for member in away
            if member.substitute_id
        }
        stand_ins = {}
        for user_id in direct:
            seen, last = {user_id}, direct[user_id]
            while last in direct and last not in seen:
                seen.add(last)
                last = direct[last]
            if last not in seen:
                stand_ins[user_id] = last
        return stand_ins

    @api.model_create_multi
    def create(self, vals_list):
        members = super().create(vals_list)
        members._leave()
        return members

    def write(self, vals):
        result = super().write(vals)
        if ABSENCE & vals.keys():
            self._leave()
        return result

    def _leave(self):
        """Hand over the open tasks of members who are away today."""
        for company in self.filtered("absent").company_id:
            self._hand_over(company, company._debt_today())

    @api.model
    def _hand_over(self, company, day):
        """Give the open tasks of agents who are away to who stands in for them.

        Tasks that are due after the absence wait for the agent.

        :param company: the company of the cases
        :param day: who is away on it
        """
        stand_ins = self._stand_ins(company, day)
        if not stand_ins:
            return
        # sudo: see ``_stand_ins``
        away = self.sudo().search(
            self._absence_domain(day)
            & Domain("company_id", "=", company.id)
            & Domain("user_id", "in", list(stand_ins))
        )
        cases = Domain("company_id", "=", company.id) & Domain("state", "!=", "closed")
        for member in away:
            due = Domain("date_deadline", "<=", member.absent_to or date.max)
            tasks = (
                self.env["debt.action"]
                .sudo()
                .search(
                    Domain("user_id", "=", member.user_id.id)
                    & Domain("track", "=", "task")
                    & Domain("state", "=", "sent")
                    & Domain("case_id", "any", cases)
                    & Domain("activity_id", "any", due)
                )
            )
            stand_in = stand_ins[member.user_id.id]
            tasks.user_id = stand_in
            quiet = tasks.activity_id.with_context(mail_activity_quick_update=True)
            quiet.user_id = stand_in

    # === BOARD === #

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_figures(self):
        for company, members in self.grouped("company_id").items():
            day = company._debt_today()
            users = members.user_id.ids
            cases, tasks, contacts, paid = self._figures(company, users, day)
            for member in members:
                user = member.user_id.id
                count, amount, left, overdue, covered = cases.get(user, (0,) * 5)
                member.case_count = count
                member.amount_chaseable = amount
                member.left_count = left
                member.coverage = round(100 * covered / overdue) if overdue else 100
                member.overdue_tasks = tasks.get(user, 0)
                member.contacts_today = contacts.get(user, 0)
                member.paid_month = paid.get(user, 0)
                member.load = (
                    round(100 * count / member.capacity) if member.capacity else 0
                )
                member.target_part = (
                    round(100 * member.paid_month / member.target_amount)
                    if member.target_amount
                    else 0
                )

    def _figures(self, company, users, day):
        """Return what agents have and did: four dicts by user id.

        :return: cases (number, amount, with priority, overdue, of these worked), late
            tasks, contacts of today, amount paid this month
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
            SELECT agent_id, COUNT(*), SUM(amount_chaseable),
                   COUNT(*) FILTER (WHERE priority > 0),
                   COUNT(*) FILTER (WHERE amount_chaseable > 0),
                   COUNT(*) FILTER (WHERE amount_chaseable > 0
                                      AND last_contact_day > %(since)s)
              FROM debt_case
             WHERE company_id = %(company)s AND state <> 'closed'
               AND agent_id = ANY(%(users)s)
             GROUP BY agent_id
                """,
                company=company.id,
                users=users,
                since=day - timedelta(days=COVERAGE_DAYS),
            )
        )
        cases = {row[0]: row[1:] for row in rows}
        tasks = self.env.execute_query(
            SQL(
                """
            SELECT t.user_id, COUNT(*)
              FROM mail_activity t
              JOIN debt_case c ON c.id = t.res_id AND c.company_id = %(company)s
             WHERE t.res_model = 'debt.case' AND t.active AND t.date_deadline < %(day)s
               AND t.user_id = ANY(%(users)s)
             GROUP BY t.user_id
                """,
                company=company.id,
                users=users,
                day=day,
            )
        )
        contacts = self.env.execute_query(
            SQL(
                """
            SELECT user_id, COUNT(*) FROM debt_action
             WHERE company_id = %s AND user_id = ANY(%s) AND track = 'task'
               AND state = 'done' AND done_day = %s
             GROUP BY user_id
                """,
                company.id,
                users,
                day,
            )
        )
        paid = self.env.execute_query(
            SQL(
                """
            SELECT user_id, SUM(amount_paid * amount_company / NULLIF(amount, 0))
              FROM debt_promise
             WHERE company_id = %s AND user_id = ANY(%s) AND amount_paid > 0
               AND paid_date >= date_trunc('month', %s::date)
             GROUP BY user_id
                """,
                company.id,
                users,
                day,
            )
        )
        return cases, dict(tasks), dict(contacts), dict(paid)

    def action_view_cases(self):
        """Open the cases of the agent."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_case_action"
        )
        action["domain"] = [
            ("agent_id", "=", self.user_id.id),
            ("company_id", "=", self.company_id.id),
            ("state", "!=", "closed"),
        ]
        action["context"] = {}
        return action

    def action_redistribute(self):
        """Propose to give the open cases of these agents to the rest of the team."""
        cases = self.env["debt.case"].search(
            [
                ("agent_id", "in", self.user_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("state", "!=", "closed"),
            ]
        )
        action = cases.action_redistribute()
        there = self.team_id.member_ids.filtered(lambda member: not member.absent)
        others = there.user_id - self.user_id
        action["context"]["default_user_ids"] = others.ids
        return action
