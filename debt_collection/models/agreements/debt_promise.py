from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_date

from ...fields import LooseMany2one
from ...logic.promise import KEPT_PART
from ...tools.sql import int_array
from .debt_pay_currency_mixin import PAY_TERMS

STATES = [
    ("open", "Open"),
    ("kept", "Kept"),
    ("partial", "Partially Kept"),
    ("broken", "Broken"),
    ("cancelled", "Cancelled"),
]
METHODS = [
    ("transfer", "Bank Transfer"),
    ("cheque", "Cheque"),
    ("cash", "Cash"),
    ("card", "Card or Online"),
    ("other", "Other"),
]

#: What was agreed; it changes only while the promise is open.
TERMS = {"amount", "currency_id", "date", "item_ids", "method", *PAY_TERMS}


class DebtPromise(models.Model):
    """What a debtor promised to pay, and whether they did.

    It is judged by the day of the payment, on every news from the books and nightly:
    ``logic.promise`` says how.
    """

    _name = "debt.promise"
    _description = "Promise to Pay"
    _inherit = [
        "debt.cover.mixin",
        "debt.pay.currency.mixin",
        "debt.promise.self.mixin",
    ]
    _order = "date desc, id desc"
    _cover_reason = "promised"
    _is_payment = True
    _action_field = "promise_id"
    _over_reason = "promise_over"
    _guarded = frozenset(
        (
            "again_id",
            "amount_company",
            "amount_cover",
            "amount_interest",
            "amount_paid",
            "amount_to_apply",
            "close_reason",
            "deadline",
            "judged_date",
            "level",
            "matched_before",
            "paid_date",
            "paid_late",
            "plan_id",
            "state",
            "written_off_id",
        )
    )

    item_ids = fields.Many2many(help="What will be paid. Empty: the oldest documents.")
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
        help="In the currency of the documents.",
    )
    made_date = fields.Date(
        string="Promised on",
        required=True,
        default=lambda self: self.env.company._debt_today(),
    )
    date = fields.Date(
        string="Pays on",
        required=True,
        tracking=True,
        help="The day on which the debtor says the money will come.",
    )
    method = fields.Selection(METHODS, string="Pays by")
    deadline = fields.Date(
        compute="_compute_deadline",
        store=True,
        help="Judged after this day: the promised one and some working days.",
    )
    state = fields.Selection(
        STATES, required=True, default="open", readonly=True, tracking=True
    )
    paid_late = fields.Boolean(
        readonly=True, help="Paid in full, but after the deadline."
    )
    amount_paid = fields.Monetary(string="Paid", readonly=True)
    amount_to_apply = fields.Monetary(
        string="To Apply",
        readonly=True,
        help="Money of the customer that came and is not reconciled yet.",
    )
    amount_company = fields.Monetary(help="Worth of the promise when it was made.")
    paid_date = fields.Date(string="Paid on", readonly=True)
    judged_date = fields.Date(string="Judged on", readonly=True)
    matched_before = fields.Monetary(
        readonly=True, help="Already paid of its documents when it was made."
    )
    level = fields.Integer(
        default=1,
        readonly=True,
        aggregator="max",
        help="1, and one more for each earlier promise on these documents that was not "
        "kept.",
    )
    contact_id = LooseMany2one(
        "res.partner", string="Promised by", help="The person who made the promise."
    )
    note = fields.Text()
    close_reason = fields.Char(readonly=True, tracking=True)
    again_id = LooseMany2one(
        "debt.promise",
        string="Promised Again",
        index="btree_not_null",
        readonly=True,
        help="The later promise that took its place.",
    )
    confirm = fields.Boolean(
        string="Send Confirmation",
        default=lambda self: self.env.company.debt_promise_confirm,
        help="Writes to the debtor what they promised.",
    )
    plan_id = LooseMany2one(
        "debt.plan", string="Payment Plan", index="btree_not_null", readonly=True
    )
    amount_interest = fields.Monetary(
        string="Interest in It", readonly=True, help="Of an instalment of a plan."
    )
    written_off_id = LooseMany2one(
        "debt.write.off",
        string="Written-Off Debt",
        readonly=True,
        help="Kept by what is recovered of this debt.",
    )
    import_id = LooseMany2one("debt.import", string="Imported with", readonly=True)
    action_ids = fields.One2many("debt.action", "promise_id", string="Actions")

    _open_idx = models.Index("(company_id, date) WHERE state = 'open'")
    _cover_idx = models.Index("(case_id) WHERE amount_cover > 0")

    # === COMPUTE METHODS === #

    @api.depends("pay_amount", "pay_rate")
    def _compute_amount(self):
        for promise in self:
            if promise._is_converted() and promise.pay_rate and promise.pay_amount:
                promise.amount = promise.currency_id.round(
                    promise.pay_amount / promise.pay_rate
                )
            else:
                promise.amount = promise.amount

    @api.onchange("pay_currency_id")
    def _onchange_pay_currency(self):
        if self._is_converted():
            self.pay_amount = self._to_pay_currency(self.amount)
        else:
            self.pay_amount = 0

    @api.depends("partner_id", "amount", "date", "pay_amount")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for promise in self:
            # sudo: the name of the debtor is shown wherever the promise is
            promise.display_name = self.env._(
                "%(customer)s: %(amount)s on %(date)s",
                customer=promise.partner_id.sudo().display_name or "",
                amount=promise._said_amount(),
                date=format_date(self.env, promise.date) if promise.date else "",
            )

    @api.depends("date", "method", "company_id", "plan_id")
    def _compute_deadline(self):
        for promise in self:
            if not promise.date:
                promise.deadline = False
                continue
            # sudo: settings of the company decide
            company = promise.company_id.sudo()
            days = company.debt_promise_tolerance
            if promise.plan_id:
                days = max(days, company.debt_plan_tolerance)
            if promise.method == "cheque":
                days = max(days, company.debt_promise_tolerance_cheque)
            promise.deadline = promise._working_days_after(promise.date, days)

    def _rate_day(self):
        return self.made_date or super()._rate_day()

    # === CONSTRAINTS AND LIMITS === #

    @api.constrains("contact_id", "case_id")
    def _check_contact(self):
        for promise in self:
            # sudo: the confirmation names debts, so it goes to the debtor's people only
            contact = promise.contact_id.sudo()
            debtor = promise.partner_id.sudo()
            if contact and (
                contact.commercial_partner_id != debtor.commercial_partner_id
            ):
                raise ValidationError(
                    self.env._("%s is nobody of this customer.", contact.name)
                )

    def _planned_items(self):
        """Return the documents of the case that a payment plan pays."""
        # sudo: whoever enters a promise may know that there is a plan
        plans = self.case_id.sudo().plan_ids
        return plans.filtered(lambda plan: plan.state == "active").item_ids

    def _may_cover(self, item):
        return super()._may_cover(item) and (
            self.plan_id or item not in self._planned_items()
        )

    @api.constrains("item_ids", "case_id")
    def _check_planned(self):
        for promise in self.filtered(lambda promise: not promise.plan_id):
            planned = promise.sudo().item_ids & promise._planned_items()
            if planned:
                raise ValidationError(
                    self.env._(
                        "%(documents)s is paid by a payment plan: cancel the plan, or "
                        "choose other documents.",
                        documents=", ".join(planned.mapped("display_name")),
                    )
                )

    @api.constrains("date", "made_date")
    def _check_date(self):
        for promise in self:
            if promise.date < promise.made_date:
                raise ValidationError(
                    self.env._("A promise is for the day it is made, or a later one.")
                )

    def _check_limits(self):
        """Refuse what the company does not let this user accept.

        :raise UserError: with who can
        """
        for promise in self:
            if self.env.su and promise.source in self._self_service_sources():
                continue  # it has limits of its own, see ``_promise_by_debtor``
            company = promise.company_id.sudo()  # sudo: settings of the company
            limit = self._limit_of(
                company.debt_promise_days_agent, company.debt_promise_days_supervisor
            )
            if limit is None:
                continue
            # not from a day to come, whatever was entered
            since = min(promise.made_date, company._debt_today())
            if (promise.date - since).days > limit:
                raise UserError(
                    self.env._(
                        "You can accept promises for the next %(days)s days. Agree on "
                        "an earlier day, or ask a supervisor.",
                        days=limit,
                    )
                )
            owed = sum(promise.item_ids.mapped("amount_residual_currency"))
            percent = self._limit_of(company.debt_promise_min_percent, 0)
            least = owed * percent / 100
            if promise.currency_id.compare_amounts(promise.amount, least) < 0:
                raise UserError(
                    self.env._(
                        "A promise covers at least %(percent)s %% of its documents: "
                        "%(least)s. Choose fewer documents, or ask a supervisor.",
                        percent=percent,
                        least=promise.currency_id.format(least),
                    )
                )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        promises = super().create(vals_list)
        # an instalment is inside the limits of its plan
        promises.filtered(lambda promise: not promise.plan_id)._check_limits()
        for promise in promises:
            promise._start()
        self._look_again(promises.case_id)
        promises.filtered("confirm")._send_confirmation()
        return promises

    def write(self, vals):
        changes = TERMS & vals.keys()
        if changes and self.plan_id:
            raise UserError(
                self.env._("This is an instalment: change its payment plan.")
            )
        if changes and any(promise.state != "open" for promise in self):
            raise UserError(
                self.env._("This promise is over. Enter what is promised now anew.")
            )
        result = super().write(vals)
        if changes:
            self._check_limits()
            for promise in self:
                promise._start(new_items="item_ids" in vals)
            self._look_again(self.case_id)
        return result

    def unlink(self):
        # sudo: the task and the message of a mistake go with it
        actions = self.sudo().action_ids
        actions._unsent()._skip("promise_over")
        self._bring_back()
        return super().unlink()

    def _bring_back(self):
        """Let the promises whose place these took count again: they were a mistake."""
        # sudo: also those that others entered
        for earlier in self.sudo().search([("again_id", "in", self.ids)]) - self:
            if later := earlier.again_id.again_id - self:
                earlier.again_id = later
                continue
            values = {"close_reason": False, "again_id": False}
            if earlier.state == "cancelled":
                values.update(
                    state="open", amount_cover=earlier.amount, judged_date=False
                )
            earlier.write(values)

    def _books_now(self):
        if not self.written_off_id:
            return super()._books_now()
        # sudo: whoever makes the plan may know what is left of the loss
        owed, value, recovered = self.written_off_id.sudo()._left_now()
        return owed, value, super()._books_now()[2] + recovered

    def _start(self, new_items=True):
        """Remember where the documents stood, and take the place of earlier promises.

        :param new_items: False where only amount or date change: what was paid since
            the promise was made still counts
        """
        self.ensure_one()
        owed, value, matched = self._books_now()
        others = self._others()
        beside = others.filtered(lambda p: p.state == "open" and not p.plan_id)
        if not self.plan_id:
            self._replace(
                beside,
                owed - self.amount,
                self.env._("Replaced by a later promise"),
            )
        missed = others.filtered(
            lambda promise: (
                promise.state == "partial"
                or (promise.state == "broken" and not promise.paid_late)
                or (promise.state == "cancelled" and promise.close_reason)
            )
        )
        # what is promised again is not paid late any more: the money is for this one
        over = others.filtered(
            lambda promise: (
                promise.state in ("broken", "partial")
                and not promise.close_reason
                and promise.item_ids <= self.item_ids
            )
        )
        over.sudo().close_reason = self.env._("Promised again")
        replaced = beside.filtered(lambda promise: promise.state == "cancelled")
        (over | replaced).sudo().again_id = self
        # sudo: the figures are the product's, whoever made the promise
        self.sudo().write(
            {
                "matched_before": matched if new_items else self.matched_before,
                # the documents of a plan are covered by the plan
                "amount_cover": 0 if self.plan_id else self.amount,
                "amount_company": self.amount * value / owed if owed else 0,
                "level": 1 + len(missed),
            }
        )

    def _close(self, reason):
        """End promises that a person or a later promise takes back."""
        # sudo: the state is the product's; callers check their users
        self.sudo().write(
            {
                "state": "cancelled",
                "close_reason": reason,
                "amount_cover": 0,
                "judged_date": self.env.company._debt_today(),
            }
        )
        self.sudo().action_ids._unsent()._skip("promise_over")

    # === BUTTONS === #

    def action_withdraw(self):
        """Ask why a promise no longer counts."""
        return self._ask_reason(self.env._("Withdraw Promise"))

    def _withdraw(self, reason):
        """Cancel open promises for a reason; their documents are chased again."""
        self.check_access("write")
        if self.plan_id:
            raise UserError(
                self.env._("This is an instalment: cancel its payment plan.")
            )
        self.filtered(lambda promise: promise.state == "open")._close(reason)
        self._look_again(self.case_id)

    # === MESSAGES === #

    def _send_confirmation(self):
        """Write to the debtors what they promised, through the dispatch job."""
        self._plan_message("promise_confirm")

    def _wants(self, action):
        if action.track == "service":
            return self.state == "open"
        return self.state in ("broken", "partial")

    def _plan_message(self, purpose):
        self._plan_actions(
            [
                promise._action_values(
                    partner_id=(promise.contact_id or promise.partner_id).id,
                    channel="email",
                    track="service",
                    purpose=purpose,
                    user_id=promise.user_id.id,
                )
                for promise in self
            ]
        )

    # === SET BASED === #

    @api.model
    def _judge(self, company, day, cases):
        """Judge the promises of cases: all that are open, others where there is news.

        One statement: what was paid by which day from the reconciliations, the money
        that waits to be applied, the verdict of ``logic.promise``, a task for each
        promise that turns out broken. Cases whose promises change are to be rolled up.
        """
        rows = self.env.execute_query(
            SQL(
                """
WITH p AS MATERIALIZED (
    SELECT p.*, %(crumb)s * p.amount / NULLIF(p.amount_company, 0) AS crumb,
           COALESCE(p.pay_currency_id, p.currency_id) AS pool_currency_id,
           -- what is paid in the company's currency counts at the rate of the promise
           CASE WHEN p.pay_currency_id <> p.currency_id
                THEN p.amount / NULLIF(p.pay_amount, 0) ELSE 1 END AS per_paid
      FROM debt_promise p
      JOIN debt_case c ON c.id = p.case_id
      LEFT JOIN debt_plan n ON n.id = p.plan_id
     WHERE p.company_id = %(company)s AND p.case_id = ANY(%(cases)s) AND %(span_p)s
       AND p.close_reason IS NULL
       AND (p.state = 'open' OR c.judged_day IS NULL)
       -- what became of the instalments of a broken plan changes no more
       AND n.state IS DISTINCT FROM 'broken'
),
covered AS MATERIALIZED (
    SELECT p.id, p.deadline, i.move_line_id, i.excluded, i.state,
           p.made_date, p.pool_currency_id, p.per_paid,
           GREATEST(i.amount_residual_currency, 0) AS owed
      FROM p
      JOIN debt_item_debt_promise_rel r ON r.debt_promise_id = p.id
      JOIN debt_item i ON i.id = r.debt_item_id
     UNION ALL
    -- of what is written off: what is not recovered yet
    SELECT p.id, p.deadline, NULL, NULL, 'open', p.made_date, p.pool_currency_id,
           p.per_paid, GREATEST(w.amount - COALESCE(w.recovered_currency, 0), 0)
      FROM p
      JOIN debt_write_off w ON w.id = p.written_off_id AND w.state = 'posted'
),
owed AS (
    SELECT id, SUM(owed) FILTER (WHERE state = 'open') AS owed,
           bool_or(state = 'open' AND excluded = 'in_payment') AS under_way
      FROM covered
     GROUP BY id
),
paid AS (
    SELECT c.id, SUM(c.amount) AS total,
           SUM(c.amount) FILTER (WHERE c.date <= c.deadline) AS in_time,
           MAX(c.date) AS last
      FROM (SELECT c.id, c.deadline, r.max_date AS date,
                   CASE WHEN c.per_paid <> 1
                         AND r.credit_currency_id = c.pool_currency_id
                         AND r.max_date >= c.made_date
                        THEN ROUND(c.per_paid * (r.credit_amount_currency + COALESCE((
                             -- Odoo parts what the rate of the day adds from it
                             SELECT SUM(x.credit_amount_currency)
                               FROM account_partial_reconcile x
                               JOIN account_move_line l ON l.id = x.debit_move_id
                              WHERE x.credit_move_id = r.credit_move_id
                                AND l.move_id = r.exchange_move_id), 0)), 6)
                        ELSE r.debit_amount_currency END AS amount
              FROM covered c
              JOIN account_partial_reconcile r ON r.debit_move_id = c.move_line_id
             UNION ALL
            SELECT p.id, p.deadline, y.date, y.amount
              FROM p
              JOIN account_payment y ON y.debt_write_off_id = p.written_off_id
                                    AND y.state IN ('in_process', 'paid')) c
     GROUP BY c.id
),
-- promises on the same documents are paid in the order of their days
beside AS MATERIALIZED (
    SELECT q.id, q.case_id, q.amount, q.date, q.matched_before,
           (SELECT array_agg(r.debt_item_id ORDER BY r.debt_item_id)
              FROM debt_item_debt_promise_rel r
             WHERE r.debt_promise_id = q.id) AS items
      FROM debt_promise q
     WHERE q.close_reason IS NULL
       AND q.case_id IN (SELECT o.case_id FROM debt_promise o
                          WHERE o.case_id IN (SELECT case_id FROM p)
                            AND o.close_reason IS NULL
                          GROUP BY o.case_id HAVING COUNT(*) > 1)
),
earlier AS (
    SELECT p.id, GREATEST(p.matched_before, q.matched_before) AS before,
           q.amount - LEAST(q.amount, GREATEST(0, p.matched_before - q.matched_before))
               AS rest
      FROM beside p
      JOIN beside q ON q.case_id = p.case_id AND q.items = p.items
                   AND (q.date, q.id) < (p.date, p.id)
),
shared AS (
    SELECT e.id, SUM(e.rest) AS rest,
           SUM(LEAST(e.rest, GREATEST(0, d.total - e.before))) AS total,
           SUM(LEAST(e.rest, GREATEST(0, d.in_time - e.before))) AS in_time
      FROM earlier e
      LEFT JOIN paid d ON d.id = e.id
     GROUP BY e.id
),
-- what debtors paid and nobody reconciled yet, for the earliest promise first
pool AS (
    SELECT i.case_id, i.currency_id, -SUM(i.amount_residual_currency) AS amount
      FROM debt_item i
     WHERE i.case_id IN (SELECT case_id FROM p) AND %(span_i)s
       AND i.state = 'open' AND i.amount_residual_currency < 0 AND NOT i.no_netting
     GROUP BY i.case_id, i.currency_id
),
came AS (
    SELECT p.*,
           CASE WHEN COALESCE(d.total, 0) < p.matched_before
                THEN COALESCE(d.total, 0) - p.matched_before
                ELSE GREATEST(0, COALESCE(d.total, 0) - p.matched_before
                                 - COALESCE(s.total, 0)) END AS came,
           CASE WHEN COALESCE(d.in_time, 0) < p.matched_before
                THEN COALESCE(d.in_time, 0) - p.matched_before
                ELSE GREATEST(0, COALESCE(d.in_time, 0) - p.matched_before
                                 - COALESCE(s.in_time, 0)) END AS in_time,
           d.last, o.under_way, COALESCE(pool.amount, 0) * p.per_paid AS pool,
           GREATEST(0, COALESCE(o.owed, 0)
                       - COALESCE(s.rest, 0) + COALESCE(s.total, 0)) AS owed
      FROM p
      LEFT JOIN shared s ON s.id = p.id
      LEFT JOIN owed o ON o.id = p.id
      LEFT JOIN paid d ON d.id = p.id
      LEFT JOIN pool ON pool.case_id = p.case_id
                    AND pool.currency_id = p.pool_currency_id
),
need AS (
    SELECT *, LEAST(amount, owed + GREATEST(came, 0)) AS due,
           GREATEST(0, amount - GREATEST(came, 0)) AS missing,
           per_paid * SUM(GREATEST(0, amount - GREATEST(came, 0)) / per_paid)
               OVER (PARTITION BY case_id, pool_currency_id ORDER BY date, id)
               - GREATEST(0, amount - GREATEST(came, 0)) AS before
      FROM came
),
share AS (
    SELECT *, LEAST(missing, GREATEST(0, pool - before)) AS to_apply FROM need
),
decided AS (
    SELECT *,
           CASE WHEN due <= 0 THEN 'cancelled'
                WHEN in_time >= due * %(part)s OR due - in_time < crumb THEN 'kept'
                WHEN %(day)s <= deadline THEN 'open'
                WHEN late THEN 'broken'
                WHEN under_way OR came + to_apply >= due * %(part)s
                     OR due - came - to_apply < crumb THEN 'open'
                WHEN in_time > 0 THEN 'partial'
                ELSE 'broken' END AS verdict
      FROM (SELECT *, %(day)s > deadline AND due > 0
                      AND NOT (in_time >= due * %(part)s OR due - in_time < crumb)
                      AND (came >= due * %(part)s OR due - came < crumb) AS late
              FROM share) s
),
verdict AS (
    SELECT *, CASE WHEN verdict = 'open' AND plan_id IS NULL
                   THEN missing ELSE 0 END AS rest
      FROM decided
),
judged AS (
    UPDATE debt_promise t
       SET state = v.verdict, paid_late = v.late,
           amount_paid = LEAST(v.amount, GREATEST(0, v.came)),
           amount_to_apply = CASE v.verdict WHEN 'open' THEN v.to_apply ELSE 0 END,
           amount_cover = v.rest,
           paid_date = CASE WHEN v.came > 0 THEN v.last END,
           judged_date = CASE v.verdict WHEN 'open' THEN NULL
                              WHEN t.state THEN t.judged_date ELSE %(day)s END
      FROM verdict v
     WHERE t.id = v.id AND t.state = v.state
       AND (t.state, t.paid_late, t.amount_paid, t.amount_to_apply, t.amount_cover)
           IS DISTINCT FROM
           (v.verdict, v.late, LEAST(v.amount, GREATEST(0, v.came)),
            CASE v.verdict WHEN 'open' THEN v.to_apply ELSE 0 END,
            v.rest)
    RETURNING t.id, t.case_id, t.user_id, t.amount_company, v.state AS was, t.state,
              t.paid_late, t.plan_id
),
again AS (
    UPDATE debt_case SET judged_day = NULL
     WHERE id IN (SELECT case_id FROM judged) AND judged_day IS NOT NULL
),
task AS (
    INSERT INTO debt_action (
        case_id, company_id, debtor_id, partner_id, promise_id, channel, track, purpose,
        state, user_id, planned_date, contact_day, amount, item_refs)
    SELECT c.id, c.company_id, c.partner_id, c.partner_id, j.id, 'call', 'task',
           'promise_broken', 'planned', COALESCE(c.agent_id, j.user_id, %(agent)s),
           %(day)s, %(day)s, j.amount_company,
           (SELECT array_agg(r.debt_item_id) FROM debt_item_debt_promise_rel r
             WHERE r.debt_promise_id = j.id)
      FROM judged j
      JOIN debt_case c ON c.id = j.case_id
     WHERE j.was = 'open' AND j.state IN ('partial', 'broken') AND NOT j.paid_late
       AND j.plan_id IS NULL -- the plan has its own task
       AND NOT EXISTS (SELECT FROM debt_action a
                        WHERE a.promise_id = j.id AND a.purpose = 'promise_broken')
    ON CONFLICT DO NOTHING
)
SELECT id FROM judged WHERE was <> 'open' AND (state = 'kept' OR paid_late)
                """,
                company=company.id,
                cases=int_array(cases.ids),
                day=day,
                crumb=company.debt_crumb_amount,
                part=KEPT_PART,
                agent=company.debt_agent_id.id or None,
                span_p=cases._span("p", "case_id"),
                span_i=cases._span("i", "case_id"),
            )
        )
        self.invalidate_model(flush=False)
        if rows and not self._is_simulated():
            self.browse([promise_id for (promise_id,) in rows])._end_tasks(
                "promise_broken"
            )

    @api.model
    def _plan_reminders(self, company, day, cases, run):
        """Prepare a reminder for each promise of tomorrow that was not made today.

        :return: number of reminders
        """
        if not company.debt_promise_reminder:
            return 0
        rows = self.env.execute_query(
            SQL(
                """
    INSERT INTO debt_action (
        case_id, company_id, debtor_id, partner_id, run_id, strategy_id, promise_id,
        channel, track, purpose, state, user_id, planned_date, contact_day, is_test,
        amount, item_refs)
    SELECT c.id, c.company_id, c.partner_id, COALESCE(p.contact_id, c.partner_id),
           %(run)s, s.id, p.id, 'email', 'service', 'promise_remind',
           CASE s.mode WHEN 'approve' THEN 'approve' ELSE 'planned' END,
           COALESCE(c.agent_id, p.user_id, %(agent)s), %(day)s, %(day)s, %(is_test)s,
           p.amount_company,
           (SELECT array_agg(r.debt_item_id) FROM debt_item_debt_promise_rel r
             WHERE r.debt_promise_id = p.id)
      FROM debt_promise p
      JOIN debt_case c ON c.id = p.case_id AND c.state = 'open'
      JOIN debt_strategy s ON s.id = c.strategy_id AND s.enabled AND s.mode <> 'task'
     WHERE p.company_id = %(company)s AND p.state = 'open' AND p.date = %(day)s + 1
       AND p.made_date < %(day)s AND p.amount_to_apply = 0
       AND p.case_id = ANY(%(cases)s) AND %(span)s
       AND NOT EXISTS (SELECT FROM debt_action a
                        WHERE a.promise_id = p.id AND a.purpose = 'promise_remind'
                          -- one that was over, and counts again
                          AND (a.state <> 'skipped'
                               OR a.reason IS DISTINCT FROM 'promise_over'))
    ON CONFLICT DO NOTHING
    RETURNING id
                """,
                run=run.id,
                company=company.id,
                cases=int_array(cases.ids),
                day=day,
                agent=company.debt_agent_id.id or None,
                is_test=company.debt_test_mode,
                span=cases._span("p", "case_id"),
            )
        )
        return len(rows)
