from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.amount import format_short_amount

#: Cases that *next case* looks ahead.
QUEUE = 200


class DebtCaseMyDayMixin(models.AbstractModel):
    """The worklist of an agent: what wants work today, and what to do about it."""

    _name = "debt.case.my.day.mixin"
    _description = "Worklist"

    wants_work = fields.Boolean(
        string="To Work Today",
        compute="_compute_wants_work",
        search="_search_wants_work",
        help="Something is due, or the case has points and nobody has worked it today, "
        "put it off or planned something for later.",
    )
    task_due = fields.Boolean(
        compute="_compute_task_due",
        search="_search_task_due",
        help="A task or an activity of today or earlier is open.",
    )
    my_work = fields.Boolean(
        string="Mine and Unassigned",
        compute="_compute_my_work",
        search="_search_my_work",
    )
    put_off_day = fields.Date(
        string="Put off on", help="Local day on which an agent skipped this case."
    )
    suggested_action = fields.Char(compute="_compute_suggested_action")
    suggested_channel = fields.Char(compute="_compute_suggested_action")

    # === WHAT WANTS WORK === #

    @api.model
    def _desk_day(self):
        """Return today, for the desk of the current user."""
        return self.env.company._debt_today()

    def _compute_wants_work(self):
        wanted = self.search([("id", "in", self.ids), ("wants_work", "=", True)])
        for case in self:
            case.wants_work = case in wanted

    @api.model
    def _search_wants_work(self, operator, value):
        if operator != "in":
            return NotImplemented
        day = self._desk_day()
        untouched = (
            Domain("last_contact_day", "=", False)
            | Domain("last_contact_day", "<", day)
        ) & Domain("id", "not in", self._cases_with_plans(day))
        wanted = (
            Domain("state", "=", "open")
            & (Domain("put_off_day", "=", False) | Domain("put_off_day", "<", day))
            & (
                Domain("task_due", "=", True)
                | (
                    (Domain("priority", ">", 0) | Domain("pinned", "=", True))
                    & untouched
                )
            )
        )
        return wanted if True in value else ~wanted

    def _compute_task_due(self):
        due = self.search([("id", "in", self.ids), ("task_due", "=", True)])
        for case in self:
            case.task_due = case in due

    @api.model
    def _search_task_due(self, operator, value):
        if operator != "in":
            return NotImplemented
        due = Domain("id", "in", self._cases_with_tasks(self._desk_day()))
        return due if True in value else ~due

    def _compute_my_work(self):
        mine = self.search([("id", "in", self.ids), ("my_work", "=", True)])
        for case in self:
            case.my_work = case in mine

    @api.model
    def _search_my_work(self, operator, value):
        if operator != "in":
            return NotImplemented
        day = self._desk_day()
        mine = Domain("agent_id", "in", [*self._desk_users(day), False]) | Domain(
            "id", "in", self._cases_with_tasks(day, self.env.user)
        )
        return mine if True in value else ~mine

    @api.model
    def _desk_users(self, day):
        """Return the ids of the agents whose cases are on the current user's desk."""
        return [self.env.uid]

    @api.model
    def _cases_with_tasks(self, day, user=None):
        """Return the query of cases with an open task of ``day`` or earlier.

        What the run planned for a case that wholly waits for a promise can wait too.

        :param user: only tasks of this user
        """
        self._flush_tasks()
        return SQL(
            """(
            SELECT t.res_id
              FROM mail_activity t
              JOIN debt_case c ON c.id = t.res_id
              LEFT JOIN debt_action a ON a.activity_id = t.id
             WHERE t.res_model = 'debt.case' AND t.active AND t.date_deadline <= %s
               AND (c.priority > 0 OR c.pinned OR c.amount_overdue <= 0
                    OR t.automated IS NOT TRUE
                    OR a.purpose NOT IN ('step', 'last_step'))
               AND %s)""",
            day,
            SQL("t.user_id = %s", user.id) if user else SQL("TRUE"),
        )

    @api.model
    def _cases_with_plans(self, day):
        """Return the query of cases for which somebody planned something later on."""
        self._flush_tasks()
        return SQL(
            """(
            SELECT t.res_id FROM mail_activity t
             WHERE t.res_model = 'debt.case' AND t.active AND t.date_deadline > %s)""",
            day,
        )

    @api.model
    def _flush_tasks(self):
        """Bring to the database what the queries of tasks read."""
        self.env["mail.activity"].flush_model()
        self.env["debt.action"].flush_model(["activity_id", "purpose"])
        self.flush_model(["priority", "pinned", "amount_overdue"])

    # === WHAT TO DO === #

    @api.depends("priority_reasons", "priority")
    @api.depends_context("lang")
    def _compute_suggested_action(self):
        tasks, actions = self._open_tasks()
        promises = self._promises_due()
        for case in self:
            task = tasks.get(case.id)
            words, channel = case._suggest(
                task, task and actions.get(task.id), promises.get(case.id)
            )
            case.suggested_action = words
            case.suggested_channel = channel

    def _suggest(self, task, action, promise):
        """Return (what to do next in words, channel of contact or False).

        :param task: the first ``mail.activity`` due on this case, or None
        :param action: the action that made this task, or None
        :param promise: the promise due without a payment, or None
        """
        self.ensure_one()
        if self.state != "open":
            return False, False
        today = self.company_id.sudo()._debt_today()  # sudo: which day it is
        if action and action.purpose in ("fix_contact", "fix_phone", "answer"):
            return action.name, "task"
        if task and (not action or action.purpose == "call_back"):
            words = task.summary or task.activity_type_id.name
            return words, action.channel if action else "task"
        if promise:
            amount = promise._said_amount(format_short_amount)
            days = (today - promise.date).days
            if days == 1:
                return (
                    self.env._("Call: promise of %s was due yesterday", amount),
                    "call",
                )
            return (
                self.env._(
                    "Call: promise of %(amount)s was due %(days)s days ago",
                    amount=amount,
                    days=days,
                ),
                "call",
            )
        if action and action.purpose == "promise_broken":
            amount = format_short_amount(self.env, action.amount, self.currency_id)
            return self.env._("Call: promise of %s was broken", amount), "call"
        if action:
            names = dict(action._fields["channel"]._description_selection(self.env))
            return (
                self.env._(
                    "%(channel)s: %(step)s",
                    channel=names.get(action.channel),
                    step=action.name,
                ),
                action.channel,
            )
        if self.pending_count == 1:
            return self.env._("Send the prepared message"), "email"
        if self.pending_count:
            return (
                self.env._("Send %s prepared messages", self.pending_count),
                "email",
            )
        if self.priority <= 0:
            return False, False
        if not self.phone and not self.email:
            return self.env._("Find a phone number or an address"), "task"
        days = self._days_without_contact(today)
        words = (
            self.env._("Call: overdue since yesterday")
            if self.days_past_due <= 1
            else self.env._("Call: %s days overdue", self.days_past_due)
            if days >= self.days_past_due
            else self.env._("Call: last contact yesterday")
            if days == 1
            else self.env._("Call: contacted already today")
            if not days
            else self.env._("Call: last contact %s days ago", days)
        )
        return (words, "call") if self.phone else (words, "task")

    def _open_tasks(self):
        """Return {case id: first activity due} and {activity id: its action}."""
        # sudo: what is due on a case is shown to everybody who sees it
        activities = (
            self.env["mail.activity"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("date_deadline", "<=", self._desk_day()),
                ],
                order="automated NULLS FIRST, date_deadline, id",
            )
        )
        tasks = {}
        for activity in activities:
            tasks.setdefault(activity.res_id, activity)
        # sudo: as above
        actions = (
            self.env["debt.action"]
            .sudo()
            .search([("activity_id", "in", [task.id for task in tasks.values()])])
        )
        return tasks, {action.activity_id.id: action for action in actions}

    def _promises_due(self):
        """Return {case id: first open promise whose day is over without a payment}."""
        # sudo: see ``_open_tasks``
        promises = (
            self.env["debt.promise"]
            .sudo()
            .search(
                [
                    ("case_id", "in", self.ids),
                    ("state", "=", "open"),
                    ("date", "<", self._desk_day()),
                    ("amount_paid", "<=", 0),
                    ("amount_to_apply", "<=", 0),
                ],
                order="date desc, id desc",
            )
        )
        return {promise.case_id.id: promise for promise in promises}

    # === THE DESK === #

    @api.model
    def _my_day_domain(self):
        return Domain("wants_work", "=", True) & Domain("my_work", "=", True)

    @api.model
    @api.readonly
    def my_day_queue(self, done_ids):
        """Return the ids of the cases to work next, in order.

        :param list done_ids: cases that the user has gone through already
        """
        domain = self._my_day_domain() & Domain("id", "not in", done_ids)
        order = "pinned desc, priority desc, amount_chaseable desc, id"
        return self.search(domain, order=order, limit=QUEUE).ids

    @api.model
    @api.readonly
    def my_day_figures(self):
        """Return the numbers on top of *My Day*, as the current user may see them."""
        user, day = self.env.user, self._desk_day()
        Action = self.env["debt.action"]
        worked = Action._read_group(
            [
                ("user_id", "=", user.id),
                ("track", "=", "task"),
                ("state", "=", "done"),
                ("done_day", "=", day),
                ("company_id", "in", self.env.companies.ids),
            ],
            [],
            ["case_id:count_distinct"],
        )[0][0]
        ((promised, promises),) = self.env["debt.promise"]._read_group(
            [
                ("user_id", "=", user.id),
                ("made_date", "=", day),
                ("company_id", "=", self.env.company.id),
                ("state", "!=", "cancelled"),
            ],
            [],
            ["amount_company:sum", "__count"],
        )
        approve = Domain("state", "=", "approve")
        if not user.has_group("debt_collection.group_debt_supervisor"):
            approve &= Domain("case_id.agent_id", "in", [user.id, False])
        return {
            "worked": worked,
            "left": self.search_count(self._my_day_domain()),
            "promises": promises,
            "promised": format_short_amount(
                self.env, promised, self.env.company.currency_id
            ),
            "approve": Action.search_count(approve),
        }

    @api.model
    def action_my_day_approvals(self):
        """Open the prepared messages that the current user may send."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_action_approve_action"
        )
        if not self.env.user.has_group("debt_collection.group_debt_supervisor"):
            action["domain"] = [
                ("state", "=", "approve"),
                ("case_id.agent_id", "in", [self.env.uid, False]),
            ]
        return action

    def action_put_off(self):
        """Skip these cases for today."""
        self.write({"put_off_day": self._desk_day()})

    def action_open_my_day(self):
        """Open *My Day*."""
        return self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_my_day_action"
        )
