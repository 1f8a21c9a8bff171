import logging
import random
import time
from collections import Counter
from contextlib import contextmanager

import psycopg2.errors

from odoo import api, fields, models, modules
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date, split_every

from ...tools.sql import int_array
from ..contact.debt_action import CONTACTED
from ..portfolio.debt_item import BULK
from .debt_run_slices_mixin import timed

_logger = logging.getLogger(__name__)

#: First key of the advisory lock of a company's run: "debt" in ASCII; and of a run.
LOCK_CLASS = 0x64656274
RUN_CLASS = LOCK_CLASS + 1
#: Seconds that a run waits for the refreshing job, or another run, of its company.
LOCK_WAIT = 20
#: States of an action that left.
LEFT = tuple(state for state in CONTACTED if state != "waiting")
#: Actions that the dispatch claims at a time, and commits.
BATCH = 1_000
#: Other transactions won; try the same again.
RETRYABLE = (
    psycopg2.errors.SerializationFailure,
    psycopg2.errors.DeadlockDetected,
    psycopg2.errors.LockNotAvailable,
)
TRIES = 5


class DebtRun(models.Model):
    """One execution of the daily job, or a simulation of it."""

    _name = "debt.run"
    _description = "Daily Run"
    _inherit = [
        "debt.run.plan.mixin",
        "debt.run.shadow.mixin",
        "debt.run.slices.mixin",
        "debt.run.policy.mixin",
    ]
    _order = "id desc"

    day = fields.Date(required=True)
    company_ids = fields.Many2many("res.company", string="Companies", required=True)
    simulate = fields.Boolean(string="Simulation")
    state = fields.Selection(
        [
            ("requested", "Requested"),
            ("running", "Running"),
            ("done", "Done"),
            ("error", "With Errors"),
            ("interrupted", "Interrupted"),
        ],
        required=True,
        default="running",
    )
    user_id = fields.Many2one(
        "res.users", string="Started by", default=lambda self: self.env.user
    )
    started = fields.Datetime(default=fields.Datetime.now)
    duration = fields.Float(help="Seconds from start to end.")
    durations = fields.Json(string="Seconds per Step")
    config_version = fields.Integer()
    items_synced = fields.Integer(help="Items that changed since the last run.")
    cases_opened = fields.Integer()
    cases_closed = fields.Integer()
    actions_planned = fields.Integer()
    actions_sent = fields.Integer()
    actions_skipped = fields.Integer()
    actions_failed = fields.Integer()
    actions_to_approve = fields.Integer(compute="_compute_actions_to_approve")
    reasons = fields.Json(string="Held by Reason")
    reasons_text = fields.Text(compute="_compute_reasons_text", string="Why Held")
    durations_text = fields.Char(compute="_compute_durations_text", string="Steps")
    errors = fields.Text()
    line_ids = fields.One2many("debt.run.line", "run_id")
    line_count = fields.Integer(compute="_compute_line_count")

    _day_idx = models.Index("(day) WHERE simulate IS NOT TRUE")

    # === COMPUTE METHODS === #

    @api.depends("day", "simulate")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for run in self:
            day = format_date(self.env, run.day)
            run.display_name = (
                self.env._("Simulation of %(day)s", day=day) if run.simulate else day
            )

    def _compute_actions_to_approve(self):
        groups = self.env["debt.action"]._read_group(
            [("run_id", "in", self.ids), ("state", "=", "approve")],
            ["run_id"],
            ["__count"],
        )
        counts = {run.id: count for run, count in groups}
        for run in self:
            run.actions_to_approve = counts.get(run.id, 0)

    def _compute_line_count(self):
        groups = self.env["debt.run.line"]._read_group(
            [("run_id", "in", self.ids)], ["run_id"], ["__count"]
        )
        counts = {run.id: count for run, count in groups}
        for run in self:
            run.line_count = counts.get(run.id, 0)

    @api.depends("reasons")
    @api.depends_context("lang")
    def _compute_reasons_text(self):
        words = dict(
            self.env["debt.action"]._fields["reason"]._description_selection(self.env)
        )
        for run in self:
            counts = Counter(run.reasons or {})
            run.reasons_text = "\n".join(
                f"{words.get(reason, reason)}: {count}"
                for reason, count in counts.most_common()
            )

    @api.depends("durations")
    @api.depends_context("lang")
    def _compute_durations_text(self):
        names = {
            "sync": self.env._("sync"),
            "judge": self.env._("judge"),
            "propose": self.env._("propose write-offs"),
            "roll up": self.env._("roll up"),
            "sort": self.env._("sort"),
            "plan": self.env._("plan"),
            "limitation": self.env._("limitation"),
            "prioritise": self.env._("prioritise"),
            "dispatch": self.env._("dispatch"),
        }
        for run in self:
            run.durations_text = " · ".join(
                f"{names.get(step, step)} {seconds:.2f} s"
                for step, seconds in (run.durations or {}).items()
            )

    # === ENTRY POINTS === #

    @api.model
    def _run(self, companies, day=None, now=None, simulate=False):
        """Do the daily job: sync, judge, roll up, sort, plan, dispatch.

        :param companies: ``res.company`` records
        :param day: the day of the run; without it, today in each company's time zone
        :param now: the moment of sending, naive UTC; without it the clock, or noon of
            ``day`` where that is not today
        :param simulate: report what would happen on ``day`` and write nothing else
        :return: the run record
        :raise UserError: for a day before the last run, unless simulated
        """
        # sudo: a job of the system, whoever asked for it; callers check their users
        self, companies = self.sudo(), companies.sudo()
        run = self._open(companies, day or companies[:1]._debt_today(now), simulate)
        with run._lock((RUN_CLASS, run.id)):
            try:
                run._do_steps(companies, day, now)
            except Exception as error:
                run._break_off(error)
                raise
        return run

    def _do_steps(self, companies, day, now):
        start = time.monotonic()
        done = [
            self._run_company(
                company, day or company._debt_today(now), self._moment(day, now)
            )
            for company in companies
        ]
        if not self.simulate:
            self._dispatch(companies, self._moment(day, now))
        self._close(time.monotonic() - start, complete=all(done))

    def _break_off(self, error):
        """Say on the run itself why it could not go on."""
        if self.simulate or not self._may_commit():
            return
        self.env.cr.rollback()
        self._note(f"{type(error).__name__}: {error}")
        with self._written():
            self._count()
            self.state = "interrupted"

    @api.model
    def _cron_run(self):
        """Run each company once a day from its hour on, and whatever was asked for."""
        now = fields.Datetime.now()
        for company in self._companies():
            asked = self.search(
                [("state", "=", "requested"), ("company_ids", "in", company.ids)]
            )
            if asked or company._debt_run_is_due(now):
                asked.unlink()
                try:
                    self._run(company)
                except Exception:
                    self.env.cr.rollback()
                    _logger.exception("The run of company %s failed", company.id)
            if company._debt_list_is_due(now):
                self._retry(lambda of=company: self._send_lists(of, now))

    @api.model
    def _send_lists(self, company, now):
        """Send salespeople the list of a company, once: mails and note together."""
        day = company._debt_today(now)
        self.env["res.users"]._debt_send_salesperson_lists(company, day)
        self._checkpoint()

    @api.model
    def _companies(self):
        """Return the companies that the scheduled jobs serve."""
        return self.env["res.company"].search([("active", "=", True)])

    @api.model
    def _cron_dispatch(self):
        """Send what is planned: approved batches, and what an interrupted run left."""
        self._retry(self._find_lost)
        self._dispatch(self._companies(), None)

    @api.model
    def _find_lost(self):
        for queue in self.env["debt.queue.mixin"]._debt_queues():
            queue.sudo()._debt_find_lost()  # sudo: whoever runs the job
        self._checkpoint()

    @api.model
    def _cron_refresh(self):
        """Bring the cases of marked debtors up to date, long before the night."""
        for company in self._companies():
            with self._company_lock(company) as locked:
                if locked:
                    self._retry(lambda of=company: self._refresh_marked(of))

    @api.model
    def _refresh_marked(self, company):
        marked = self.env["debt.mark"]._take(company)
        if marked:
            self._refresh_debtors(company, self.env["res.partner"].browse(marked))
        self._checkpoint("refreshed")

    @api.model
    def _refresh_debtors(self, company, partners):
        day = company._debt_today()
        partners = self.env["debt.item"]._relatives(company, partners)
        self.env["debt.item"]._sync(company, day, partners=partners)
        cases = self.env["debt.case"].search(
            [("partner_id", "in", partners.ids), ("company_id", "=", company.id)]
        )
        if not cases:
            return
        self.env["debt.cover.mixin"]._judge_all(company, day, cases)
        cases._roll_up(company, day)
        cases._sort(company)
        self.env["debt.action"]._cancel_settled(cases)
        cases._prioritise(company, day, cases)
        cases._figures_changed(company, cases)
        # figures are fresh; the run of the day still has to plan
        self.env.cr.execute(
            SQL("UPDATE debt_case SET judged_day = NULL WHERE id = ANY(%s)", cases.ids)
        )
        self.env.invalidate_all()

    # === BUTTONS === #

    def action_approve_all(self):
        """Let every prepared message of this run leave."""
        actions = self.env["debt.action"].search(
            [("run_id", "in", self.ids), ("state", "=", "approve")]
        )
        return actions.action_approve()

    def action_view_lines(self):
        """Open the lines of the run."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_run_line_action"
        )
        action["domain"] = [("run_id", "=", self.id)]
        return action

    def action_view_approvals(self):
        """Open the prepared messages of the run."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_action_approve_action"
        )
        action["domain"] = [("run_id", "=", self.id), ("state", "=", "approve")]
        return action

    # === STEPS === #

    @api.model
    def _moment(self, day, now):
        """Return the moment of sending of a run: ``now``, or a moment of ``day``.

        None where it goes by the clock.
        """
        if now:
            return now
        company = self.company_ids[:1]
        if not day or day == company._debt_today():
            return None
        return company._debt_noon(day)

    @api.model
    def _open(self, companies, day, simulate):
        if not companies:
            raise UserError(self.env._("Choose at least one company."))
        if not simulate:
            last = self.search(
                Domain("simulate", "=", False)
                & Domain("company_ids", "in", companies.ids)
                & Domain("state", "!=", "requested")
                & Domain("day", ">", day),
                limit=1,
            )
            if last:
                raise UserError(
                    self.env._(
                        "The run of %(last)s is done already. An earlier day can only "
                        "be simulated.",
                        last=last.day,
                    )
                )
        run = self.create(
            {
                "day": day,
                "company_ids": companies.ids,
                "simulate": simulate,
                "config_version": self.env["debt.config.mixin"]._config_version(),
                "durations": {},
                "reasons": {},
            }
        )
        run._checkpoint("opened")
        return run

    def _run_company(self, company, day, now=None):
        """Do steps 1 to 5 for one company, unless another worker does them now.

        :param now: the moment of sending of a simulation, None for the clock
        :return: whether they were done
        """
        if self.simulate:
            with self._shadow(company):
                self._sync_and_plan(company, day)
                self._foresee(company, now or fields.Datetime.now())
            return True
        with self._company_lock(company, LOCK_WAIT) as locked:
            if not locked:
                self._note(
                    self.env._(
                        "Another run of %(company)s was under way.",
                        company=company.name,
                    )
                )
                return False
            self._close_stale(company)
            self._sync_and_plan(company, day)
            return True

    def _close_stale(self, company):
        """Tell of earlier runs that they were interrupted."""
        stale = self.search(
            [
                ("state", "=", "running"),
                ("company_ids", "in", company.ids),
                ("id", "<", self.id),
                ("simulate", "=", False),
            ]
        ).filtered(lambda run: not run._is_alive())
        with stale._written():
            stale._count()
            stale.state = "interrupted"

    def _is_alive(self):
        """Return whether a worker is doing this run."""
        with self._lock((RUN_CLASS, self.id)) as free:
            return not free

    def _sync_and_plan(self, company, day):
        again = not self.simulate and self._ran_before(company, day)
        full = self.simulate or not self._knows_when(company)
        # a refresh by hand may have inserted an item a moment ago
        taken = psycopg2.errors.UniqueViolation
        self._retry(lambda: self._sync_company(company, day), (*RETRYABLE, taken))
        cases = self._cases_to_judge(company, day, again)
        self._each_slice(company, cases, "_judge_slice", day, full)
        if self.simulate:
            return
        self._retry(lambda: self._propose_write_offs(company, day))
        self._retry(lambda: self._watch_limitation(company, day))
        # when all figures are there: what is a large amount depends on the others; a
        # run that was interrupted may have left cases without
        ranked = self._cases_to_judge(company, day, again=False) if full else cases
        if ranked:
            limits = self.env["debt.case"]._amount_limits(company)
            self._each_slice(company, ranked, "_prioritise_slice", day, limits)
        self._retry(lambda: self._aim(company))

    def _aim(self, company):
        """Let prepared messages take the channel on which they reach somebody.

        People approve what is going to leave, not what would turn out to reach nobody.
        """
        self._checkpoint()
        waiting = self.env["debt.action"].search(
            [
                ("run_id", "=", self.id),
                ("company_id", "=", company.id),
                ("state", "=", "approve"),
                ("step_id.fallback_ids", "!=", False),
            ]
        )
        for code, actions in waiting.grouped("channel").items():
            channel = self.env["debt.channel"]._get(code)
            unsure = actions - channel._surely_reached(actions)
            for batch_ids in split_every(BATCH, unsure.ids):
                unsure.browse(batch_ids)._reach()
        confirmations = self.env["debt.action"].search(
            [
                ("run_id", "=", self.id),
                ("company_id", "=", company.id),
                ("state", "=", "approve"),
                ("track", "=", "service"),
            ]
        )
        confirmations._prefer_channel()
        waiting |= confirmations
        waiting.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
            UPDATE debt_run_line l
               SET channel = a.channel
              FROM debt_action a
             WHERE l.run_id = %s AND a.id = l.action_id AND a.id = ANY(%s)
               AND l.channel <> a.channel
                """,
                self.id,
                int_array(waiting.ids),
            )
        )
        self._checkpoint()

    def _sync_company(self, company, day):
        """Compare the books and open what waited for this day."""
        self._checkpoint(read_committed=True)
        seconds = {}
        with timed(seconds, "sync"):
            marked = self.env["res.partner"].browse(
                self.env["debt.mark"]._take(company)
            )
            self.items_synced += self.env["debt.item"]._sync(company, day)
            self.env["debt.case"]._release_holds(company, day)
            self.env["debt.case"]._release_pins(company, day)
            self.env["debt.plan"]._wake_settled_losses(company)
            if not self.simulate:  # activities have no shadow
                self.env["debt.team.member"]._hand_over(company, day)
                self.env["debt.plan"]._expire(company, day)
            self._expire_approvals(company, day)
            self.env.cr.execute(
                SQL(
                    """UPDATE debt_case SET judged_day = NULL
                        WHERE company_id = %s AND partner_id = ANY(%s)""",
                    company.id,
                    self.env["debt.item"]._relatives(company, marked).ids,
                )
            )
        self._add_up(seconds)
        self._checkpoint("synced")

    def _judge_slice(self, company, case_ids, day, full):
        """Roll up, sort and plan a slice of cases, in a transaction of its own."""
        self._checkpoint(read_committed=True)
        self.env["debt.item"]._tune(len(case_ids))
        cases = self.env["debt.case"].browse(case_ids)
        seconds = {}
        with timed(seconds, "judge"):
            self.env["debt.cover.mixin"]._judge_all(company, day, cases)
        with timed(seconds, "roll up"):
            opened, closed = cases._roll_up(company, day, full)
        with timed(seconds, "sort"):
            cases._sort(company)
            if not self.simulate:
                cases._assign(company, day)
        with timed(seconds, "plan"):
            planned, held = self._plan(company, day, cases, full)
            self.env["debt.charge"]._claim_steps(company, day, cases, self)
            planned += self.env["debt.promise"]._plan_reminders(
                company, day, cases, self
            )
            planned += self.env["debt.action"]._plan_thanks(company, day, cases, self)
            planned += self.env["debt.action"]._plan_statements(
                company, day, cases, self
            )
            planned += self.env["debt.action"]._plan_unanswered(
                company, day, cases, self
            )
        if closed and not self.simulate:  # activities have no shadow
            self.env["debt.action"]._cancel_settled(cases)
        if not self.simulate:
            cases._figures_changed(company, cases)
        self.env.invalidate_all()
        self._add_up(
            seconds,
            held,
            cases_opened=opened,
            cases_closed=closed,
            actions_planned=planned,
        )
        self._checkpoint("slice")

    def _propose_write_offs(self, company, day):
        """Propose the debts that nobody will pay, in a transaction of its own."""
        self._checkpoint(read_committed=True)
        seconds = {}
        with timed(seconds, "propose"):
            self.env["debt.item"]._tune(BULK)
            self.env["debt.write.off.rule"]._propose(company, day)
        self._add_up(seconds)
        self._checkpoint("proposed")

    def _prioritise_slice(self, company, case_ids, day, limits):
        """Give the cases of a slice their points, in a transaction of its own."""
        self._checkpoint(read_committed=True)
        self.env["debt.item"]._tune(len(case_ids))
        seconds = {}
        with timed(seconds, "prioritise"):
            cases = self.env["debt.case"].browse(case_ids)
            cases._prioritise(company, day, cases, limits)
        self._add_up(seconds)
        self._checkpoint("prioritised")

    def _watch_limitation(self, company, day):
        """Tell of debts that can soon no longer be claimed in court."""
        self._checkpoint(read_committed=True)
        seconds = {}
        with timed(seconds, "limitation"):
            self.env["debt.item"]._tune(BULK)
            planned = self.env["debt.limitation.rule"]._watch(company, day)
        self._add_up(seconds, actions_planned=planned)
        self._checkpoint("limitation")

    @api.model
    def _cases_to_judge(self, company, day, again):
        """Return the ids of the cases that this run must look at, in order.

        :param again: the day was run before, so only what is new or left counts
        """
        rows = self.env.execute_query(
            SQL(
                """
            SELECT id FROM debt_case
             WHERE company_id = %s
               AND (judged_day IS NULL
                    OR (state <> 'closed' AND (NOT %s OR judged_day <> %s))
                    -- a credit that nobody used grows older, too
                    OR (state = 'closed' AND figure_date <= %s))
             ORDER BY id
                """,
                company.id,
                again,
                day,
                day,
            )
        )
        return [case_id for (case_id,) in rows]

    def _ran_before(self, company, day):
        """Return whether this day was run with the configuration of now.

        A run that was interrupted counts: each slice is judged and planned in one
        transaction, so the next run goes on with the cases that are left.
        """
        return bool(
            self.search_count(
                [
                    ("day", "=", day),
                    ("company_ids", "in", company.ids),
                    ("state", "in", ("done", "interrupted")),
                    ("simulate", "=", False),
                    ("config_version", "=", self.config_version),
                    ("id", "!=", self.id),
                ],
                limit=1,
            )
        )

    def _knows_when(self, company):
        """Return whether the dates that cases bear can be relied on.

        They can when the last run finished and had the configuration of now.
        """
        last = self.search(
            Domain("simulate", "=", False)
            & Domain("company_ids", "in", company.ids)
            & Domain("state", "!=", "requested")
            & Domain("id", "<", self.id),
            order="id desc",
            limit=1,
        )
        return last.state == "done" and last.config_version == self.config_version

    def _dispatch(self, companies, now):
        """Hand over what is planned, batch after batch, until nothing is left.

        Other workers may do the same: each takes actions that no other one holds.

        :param now: naive UTC moment; without it the clock, at each batch
        """
        start = time.monotonic()
        failed = []
        self._checkpoint("dispatch")
        while self._retry(lambda: self._dispatch_batch(companies, now, failed)):
            pass
        if len(self) == 1:
            with self._written():
                self._add_up({"dispatch": time.monotonic() - start})

    def _dispatch_batch(self, companies, now, failed):
        """Claim, check and hand over one batch; return whether there was one.

        A batch in which a record fails is taken back and done one by one, so that only
        that record fails.

        :param list failed: ids of actions to leave alone; those that fail are added,
            and those whose debtors another worker holds: it sends them next
        """
        known = len(failed)
        now = now or fields.Datetime.now()
        # a decision on a contact reads what was sent until its debtor was locked
        self._checkpoint(read_committed=True)
        claimed = self.env["debt.action"]._claim(companies, BATCH, now, failed)
        if not claimed:
            return False
        actions = claimed._lock_debtors()
        failed.extend((claimed - actions).ids)
        if not actions:
            return True
        self._checkpoint("claimed", commit=False)
        try:
            with self.env.cr.savepoint():
                actions._dispatch(now)
        except RETRYABLE:
            raise
        except Exception:
            _logger.info("A batch failed; its actions go one by one", exc_info=True)
            for action in actions:
                try:
                    with self.env.cr.savepoint():
                        action._dispatch(now)
                except RETRYABLE:
                    del failed[known:]  # taken back, with the others
                    raise
                except Exception as error:
                    _logger.exception("Action %s failed", action.id)
                    failed.append(action.id)
                    # a full disk or a time-out is not the record's fault: it waits
                    if not isinstance(error, psycopg2.OperationalError):
                        action._fail("error", detail=str(error))
        self._checkpoint("dispatched")
        runs = actions.run_id
        with runs._written():
            runs._count()
        return True

    def _count(self):
        """Bring the counters of runs to the states of their actions."""
        groups = self.env["debt.action"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "state"], ["__count"]
        )
        counts = Counter({(run.id, state): count for run, state, count in groups})
        for run in self:
            run.write(
                {
                    "actions_sent": sum(counts[run.id, state] for state in LEFT),
                    "actions_waiting": counts[run.id, "waiting"],
                    "actions_skipped": counts[run.id, "skipped"]
                    + counts[run.id, "cancelled"],
                    "actions_failed": counts[run.id, "failed"],
                }
            )

    def _close(self, seconds, complete):
        with self._written("closed"):
            self.duration = seconds
            self._count()
            if not complete:  # it is to be done again
                self.state = "interrupted"
            else:
                self.state = "error" if self.errors else "done"

    # === TRANSACTIONS === #

    @api.model
    def _checkpoint(self, label=None, commit=True, read_committed=False):
        """Commit: the one place in this product that does. A no-op in tests.

        :param label: name of the point, for tests that interrupt a worker there
        :param commit: False where the point is only named
        :param read_committed: let the next transaction see what others commit, as the
            set-based steps want
        """
        if not commit or not self._may_commit():
            return
        if len(self) == 1 and self.simulate:
            return  # whoever asked for the simulation commits its report
        self.env["ir.cron"]._commit_progress()
        if read_committed:
            self.env.cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")

    @api.model
    def _may_commit(self):
        """Return whether this transaction is ours to end.

        It is the caller's in tests, and where the context says so: demo data is loaded
        in the transaction of the installation.
        """
        return not (
            modules.module.current_test or self.env.context.get("debt_one_transaction")
        )

    @contextmanager
    def _written(self, label=None):
        """Write on runs in a transaction of its own.

        Every worker that sends actions of a run counts on it: they wait for each other
        here, for a moment, instead of losing the work of a batch to a conflict.
        """
        self._checkpoint(read_committed=True)
        self._lock_row()
        yield
        self._checkpoint(label)

    @contextmanager
    def _company_lock(self, company, wait=0):
        """Hold the lock of a company's run; False where another session has it."""
        with self._lock((LOCK_CLASS, company.id), wait) as locked:
            yield locked

    @api.model
    def _keep_away(self, company):
        """Keep the daily run of a company away until this transaction is over.

        :raise UserError: where it is under way now
        """
        if not self._is_away(company):
            raise UserError(
                self.env._("The daily run is under way. Try again in some minutes.")
            )

    @api.model
    def _is_away(self, company):
        """Return whether no run of a company is under way, nor begins until this
        transaction is over."""
        ((locked,),) = self.env.execute_query(
            SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", LOCK_CLASS, company.id)
        )
        return locked

    @contextmanager
    def _lock(self, key, wait=0):
        """Hold a lock of the session; False where another session has it.

        It is taken before the transaction that reads begins, and PostgreSQL drops it
        when the worker dies.

        :param wait: seconds to wait for it
        """
        end = time.monotonic() + wait
        while True:
            ((locked,),) = self.env.execute_query(
                SQL("SELECT pg_try_advisory_lock(%s, %s)", *key)
            )
            self._checkpoint()
            if locked or time.monotonic() > end:
                break
            time.sleep(0.1)
        try:
            yield locked
        finally:
            if locked:
                self._unlock(key)

    def _unlock(self, key):
        try:
            self.env.cr.execute(SQL("SELECT pg_advisory_unlock(%s, %s)", *key))
        except psycopg2.errors.InFailedSqlTransaction:
            self.env.cr.rollback()
            self.env.cr.execute(SQL("SELECT pg_advisory_unlock(%s, %s)", *key))

    def _retry(self, work, conflicts=RETRYABLE):
        """Call ``work``, which commits at its end; again where others won.

        :param conflicts: exceptions that say so
        :raise Exception: what ``work`` raised, other than a conflict that passed
        """
        for left in reversed(range(TRIES)):
            try:
                return work()
            except conflicts:
                if not left or not self._may_commit():
                    raise
                self.env.cr.rollback()
                time.sleep(random.uniform(0, 0.5))
        return None

    def _note(self, text):
        with self._written():
            self.errors = "\n".join(filter(None, (self.errors, text)))
