from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ...fields import LooseMany2one
from ...tools.sql import int_array

BUCKETS = [
    ("0", "Not Due"),
    ("1", "1–30"),
    ("2", "31–60"),
    ("3", "61–90"),
    ("4", "91–120"),
    ("5", "Over 120"),
]

#: What a person may change and the daily run must look at again the same day.
JUDGED_FIELDS = {
    "agent_id",
    "hold_until",
    "stage_episode",
    "stage_id",
    "state",
    "strategy_override_id",
}


class DebtCase(models.Model):
    """All open items of one debtor in one company, for life.

    The amounts are those of Odoo's books; the daily run keeps them equal. Rows are
    written by set-based statements, so no foreign key leaves this table.
    """

    _name = "debt.case"
    _description = "Collection Case"
    _inherit = [
        # before the thread, whose hook of incoming messages it extends
        "debt.case.answer.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "debt.case.desk.mixin",
        "debt.case.merge.mixin",
        "debt.case.habit.mixin",
        "debt.case.charge.mixin",
        "debt.case.group.mixin",
        "debt.case.legal.mixin",
        "debt.case.statement.mixin",
        "debt.case.link.mixin",
        "debt.case.priority.mixin",
        "debt.case.team.mixin",
        "debt.case.my.day.mixin",
        "debt.case.call.mixin",
        "debt.case.loss.mixin",
        "debt.case.evidence.mixin",
        "debt.case.policy.mixin",
    ]
    _order = "amount_chaseable desc, id"
    _rec_names_search = ["partner_id"]
    _mail_post_access = "read"

    partner_id = LooseMany2one("res.partner", string="Customer", required=True)
    company_id = LooseMany2one("res.company", required=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [("open", "Open"), ("hold", "On Hold"), ("closed", "Closed")],
        required=True,
        default="open",
        tracking=True,
    )
    episode = fields.Integer(
        default=0,
        help="How many times this customer came to owe. A case that closes and opens "
        "again starts its next episode.",
    )
    opened_date = fields.Date(string="Open Since")
    closed_date = fields.Date(string="Closed on", readonly=True)
    hold_until = fields.Date(string="Held until", tracking=True)
    hold_reason = fields.Char(tracking=True)
    stage_id = LooseMany2one(
        "debt.stage", tracking=True, group_expand="_group_expand_stage_id"
    )
    stage_episode = fields.Integer(
        help="The episode in which a person chose the stage; the run leaves it alone."
    )
    stage_reason = fields.Char(tracking=True)
    segment_id = LooseMany2one("debt.segment")
    strategy_id = LooseMany2one("debt.strategy")
    strategy_enabled = fields.Boolean(related="strategy_id.enabled")
    strategy_override_id = LooseMany2one(
        "debt.strategy",
        string="Own Strategy",
        tracking=True,
        help="Followed instead of the strategy of the segment.",
    )
    agent_id = LooseMany2one(
        "res.users",
        string="Agent",
        tracking=True,
        domain=[("share", "=", False)],
        index="btree_not_null",
    )

    amount_total = fields.Monetary(string="Balance")
    amount_overdue = fields.Monetary(string="Overdue")
    amount_chaseable = fields.Monetary(
        string="To Chase",
        help="Overdue, less what credits, promises or disputes cover.",
    )
    amount_bucket_0 = fields.Monetary(string="Not Due")
    amount_bucket_1 = fields.Monetary(string="1–30 Days")
    amount_bucket_2 = fields.Monetary(string="31–60 Days")
    amount_bucket_3 = fields.Monetary(string="61–90 Days")
    amount_bucket_4 = fields.Monetary(string="91–120 Days")
    amount_bucket_5 = fields.Monetary(string="Over 120 Days")
    amount_today = fields.Monetary(
        compute="_compute_summary",
        string="Worth Today",
        help="The balance at the exchange rates of today, in the currency of the "
        "company.",
    )
    exchange_difference = fields.Monetary(
        compute="_compute_summary",
        help="What the balance is worth more today than in the books, or less.",
    )
    bucket = fields.Selection(BUCKETS, string="Age")
    small_balance = fields.Boolean(
        help="The balance is under the small amount of the company."
    )
    days_past_due = fields.Integer(
        aggregator="max",
        help="Days of the oldest overdue item that is not a crumb.",
    )
    next_action_date = fields.Date(string="Next Action on")
    next_step_id = LooseMany2one("debt.strategy.step", string="Next Step")
    last_message_day = fields.Date(
        help="Local day of the last automatic message; quiet days count from it."
    )
    judged_day = fields.Date(help="Day of the last run that looked at this case.")
    figure_date = fields.Date(
        help="Without news, no figure but the days past due changes before this day."
    )
    plan_date = fields.Date(
        help="Without news, no step of the strategy is due before this day."
    )

    phone = fields.Char(related="partner_id.phone", related_sudo=True)
    email = fields.Char(related="partner_id.email", related_sudo=True)

    item_ids = fields.One2many("debt.item", "case_id", domain=[("state", "=", "open")])
    action_ids = fields.One2many("debt.action", "case_id")
    promise_ids = fields.One2many("debt.promise", "case_id", string="Promises")
    plan_ids = fields.One2many("debt.plan", "case_id", string="Payment Plans")
    write_off_ids = fields.One2many("debt.write.off", "case_id", string="Write-Offs")
    notice_ids = fields.One2many(
        "debt.payment.notice", "case_id", string="Payment Notices"
    )
    dispute_ids = fields.One2many("debt.dispute", "case_id", string="Disputes")
    difference_ids = fields.One2many("debt.difference", "case_id", string="Differences")

    _partner_uniq = models.Constraint(
        "UNIQUE(partner_id, company_id)", "A customer has one case in each company."
    )
    _open_idx = models.Index("(company_id, stage_id) WHERE state <> 'closed'")

    def init(self):
        result = super().init()
        # the daily run writes figures, segment, dates and points: with room on the
        # same page none of it touches an index
        self.env.cr.execute("ALTER TABLE debt_case SET (fillfactor = 40)")
        return result

    @api.depends("partner_id")
    def _compute_display_name(self):
        for case in self:
            # sudo: the name of the debtor is shown wherever the case is
            case.display_name = case.partner_id.sudo().display_name or str(case.id)

    @api.model
    def _group_expand_stage_id(self, stages, domain):
        return stages.search([("active", "=", True)])

    def write(self, vals):
        if "stage_id" in vals and "stage_episode" not in vals:
            for episode, cases in self.grouped("episode").items():
                super(DebtCase, cases).write({"stage_episode": episode})
        if JUDGED_FIELDS & vals.keys():
            vals = {**vals, "judged_day": False}
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A case is evidence and stays for life."))

    # === SET BASED: the statements of the daily run that fill this table === #

    @api.model
    def _open_for_news(self):
        """Give a case to each debtor in the news that has none yet.

        ``debt_news`` is the result of the comparison with the books, see
        ``debt.item``. A debtor who only has credits gets a closed case.
        """
        self.env.cr.execute(
            """
            INSERT INTO debt_case (partner_id, company_id, state, episode,
                                   create_date, write_date)
            SELECT n.partner_id, n.company_id, 'closed', 0,
                   now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
              FROM (SELECT partner_id, company_id FROM debt_news
                     WHERE gone IS NOT TRUE
                     GROUP BY partner_id, company_id) n
              LEFT JOIN debt_case c
                     ON c.partner_id = n.partner_id AND c.company_id = n.company_id
             WHERE c.id IS NULL
             ORDER BY 1
            ON CONFLICT (partner_id, company_id) DO NOTHING
            """
        )

    @api.model
    def _release_holds(self, company, day):
        """Open the cases of a company whose hold ended before ``day``."""
        rows = self.env.execute_query(
            SQL(
                """
            UPDATE debt_case c
               SET state = 'open', hold_until = NULL, hold_reason = NULL,
                   judged_day = NULL
              FROM debt_case old
             WHERE c.company_id = %(company)s AND c.state = 'hold'
               AND c.hold_until < %(day)s AND old.id = c.id
            RETURNING c.id, old.hold_until, old.hold_reason
                """,
                company=company.id,
                day=day,
            )
        )
        if rows and not self.env["debt.cover.mixin"]._is_simulated():
            self.browse([case_id for case_id, *_ in rows])._message_log_batch(
                bodies={
                    case_id: self.env._(
                        "The hold until %(day)s ended by itself: %(reason)s",
                        day=format_date(self.env, until),
                        reason=reason or "",
                    )
                    for case_id, until, reason in rows
                }
            )

    def _span(self, alias, column):
        """Return the condition that a column lies between the ids of these cases.

        Ids of a slice are neighbours, as are the rows of their items: with it
        PostgreSQL reads that part of a table only.
        """
        return SQL(
            "%s BETWEEN %s AND %s",
            SQL.identifier(alias, column),
            min(self.ids),
            max(self.ids),
        )

    def _roll_up(self, company, day, full=False):
        """Bring the figures, state and stage of cases to a day.

        :param company: the company of the cases
        :param day: the day to which the figures are brought
        :param full: compute every case, not only those that news or the calendar change
        :return: (cases opened, cases closed)
        """
        if not full:
            self._grow_older(company, day)
        result = self._compute_figures(company, day, full)
        self.env["debt.handover"]._keep_stage(company, self)
        return result

    def _grow_older(self, company, day):
        """Bring the cases to a day of which only the days past due change."""
        self.env.cr.execute(
            SQL(
                """
            UPDATE debt_case c
               SET days_past_due = CASE WHEN c.days_past_due > 0
                                        THEN c.days_past_due + (%(day)s - c.judged_day)
                                        ELSE 0 END,
                   judged_day = %(day)s
             WHERE c.company_id = %(company)s AND c.id = ANY(%(cases)s) AND %(span_c)s
               AND c.figure_date > %(day)s AND c.judged_day < %(day)s
                """,
                company=company.id,
                cases=int_array(self.ids),
                span_c=self._span("c", "id"),
                day=day,
            )
        )

    def _compute_figures(self, company, day, full):
        """Compute cases from their items.

        One statement: the open items of the cases, their credits netted oldest first
        (own currency, then at company value), what is left of each item to chase, and
        from these the case. Rows that do not change are not written.
        """
        stages = self.env["debt.stage"].search([("active", "=", True)])
        by_age = stages.filtered("by_age")
        rows = self.env.execute_query(
            SQL(
                """
WITH slice AS MATERIALIZED (
    SELECT c.id, c.state, c.stage_id, c.episode
      FROM debt_case c
     WHERE c.company_id = %(company)s AND c.id = ANY(%(cases)s) AND %(span_c)s
       AND (%(full)s OR c.judged_day IS NULL OR c.figure_date IS NULL
            OR c.figure_date <= %(day)s)
),
item AS MATERIALIZED (
    SELECT i.id, i.case_id, i.currency_id, i.date_due, i.date_chase, i.excluded,
           i.no_netting, i.step_id, i.amount_chaseable, i.covered_by,
           i.amount_residual AS res, i.amount_residual_currency AS cur,
           s.state = 'hold' AS held
      FROM slice s
      JOIN debt_item i ON i.case_id = s.id AND i.state = 'open' AND %(span_i)s
),
-- what promises, disputes and the like cover: each its items, oldest first; several
-- of a kind on the same items are as one
cover AS MATERIALIZED (
    SELECT reason, items, SUM(amount) AS amount
      FROM (SELECT reason, array_agg(item_id ORDER BY item_id) AS items,
                   MAX(amount) AS amount
              FROM (%(covers)s) v
             GROUP BY reason, cover_id) v
     GROUP BY reason, items
),
covered AS MATERIALIZED (
    SELECT item_id, SUM(amount) AS amount,
           (array_agg(reason ORDER BY amount DESC))[1] AS reason
      FROM (SELECT i.id AS item_id, v.reason,
                   LEAST(i.cur, GREATEST(0, v.amount - (
                       SUM(i.cur) OVER (PARTITION BY v.reason, v.items
                                        ORDER BY i.date_due, i.id) - i.cur)))
                       AS amount
              FROM cover v
             CROSS JOIN LATERAL unnest(v.items) AS of (item_id)
              JOIN item i ON i.id = of.item_id AND i.cur > 0) v
     WHERE amount > 0
     GROUP BY item_id
),
-- what customers paid too much or were credited, per currency
credit AS MATERIALIZED (
    SELECT case_id, currency_id, -SUM(cur) AS cur, -SUM(res) AS res
      FROM item
     WHERE cur < 0 AND NOT no_netting
     GROUP BY case_id, currency_id
),
-- first pass, only for cases with credits: own currency, oldest first
own AS (
    SELECT i.*, COALESCE(k.cur, 0) AS pool,
           SUM(i.cur) OVER (PARTITION BY i.case_id, i.currency_id
                            ORDER BY i.date_due, i.id) - i.cur AS before
      FROM item i
      LEFT JOIN credit k ON k.case_id = i.case_id AND k.currency_id = i.currency_id
     WHERE i.cur > 0 AND i.excluded IS NULL
       AND i.case_id IN (SELECT case_id FROM credit)
),
netted AS (
    SELECT id, case_id, currency_id, date_due, res, cur,
           cur - LEAST(cur, GREATEST(0, pool - before)) AS rest
      FROM own
),
-- second pass: what credits leave over in one currency covers the others at company
-- value
over AS (
    SELECT k.case_id,
           SUM(GREATEST(0, k.cur - COALESCE(d.cur, 0)) * k.res / NULLIF(k.cur, 0))
               AS pool
      FROM credit k
      LEFT JOIN (SELECT case_id, currency_id, SUM(cur) AS cur
                   FROM own GROUP BY case_id, currency_id) d
             ON d.case_id = k.case_id AND d.currency_id = k.currency_id
     GROUP BY k.case_id
),
spread AS MATERIALIZED (
    SELECT n.*, COALESCE(o.pool, 0) AS pool, rest * res / cur AS value,
           SUM(rest * res / cur) OVER (PARTITION BY n.case_id
                                       ORDER BY n.date_due, n.id)
               - rest * res / cur AS before
      FROM netted n
      LEFT JOIN over o ON o.case_id = n.case_id
),
valued AS (
    SELECT i.*,
           CASE WHEN i.cur <= 0 OR i.held OR i.excluded IS NOT NULL THEN 0
                WHEN s.id IS NULL THEN i.cur
                WHEN s.pool = 0 OR s.value <= 0 THEN s.rest
                ELSE ROUND((s.value - LEAST(s.value, GREATEST(0, s.pool - s.before)))
                           * i.cur / NULLIF(i.res, 0), r.decimal_places)
            END AS netted, v.amount AS covered, v.reason AS cover
      FROM item i
      LEFT JOIN covered v ON v.item_id = i.id
      LEFT JOIN spread s ON s.id = i.id
      LEFT JOIN res_currency r ON r.id = i.currency_id
),
fresh AS MATERIALIZED (
    SELECT *, CASE WHEN covered IS NULL THEN netted
                   ELSE GREATEST(0, netted - covered) END AS chaseable
      FROM valued
),
write_item AS (
    UPDATE debt_item i
       SET amount_chaseable = f.chaseable, covered_by = f.cover
      FROM fresh f
     WHERE i.id = f.id
       AND (f.amount_chaseable IS DISTINCT FROM f.chaseable
            OR f.covered_by IS DISTINCT FROM f.cover)
       AND %(span_i)s
),
sums AS MATERIALIZED (
    SELECT case_id,
           SUM(res) AS total,
           SUM(res) FILTER (WHERE late > 0 AND res > 0) AS overdue,
           SUM(CASE WHEN chaseable = cur THEN res ELSE chaseable * res / cur END)
               FILTER (WHERE date_chase < %(day)s AND chaseable > 0) AS chase,
           SUM(res) FILTER (WHERE late <= 0) AS b0,
           SUM(res) FILTER (WHERE late BETWEEN 1 AND 30) AS b1,
           SUM(res) FILTER (WHERE late BETWEEN 31 AND 60) AS b2,
           SUM(res) FILTER (WHERE late BETWEEN 61 AND 90) AS b3,
           SUM(res) FILTER (WHERE late BETWEEN 91 AND 120) AS b4,
           SUM(res) FILTER (WHERE late > 120) AS b5,
           -- what is owed in its own currency: a mere exchange difference is not
           MAX(late) FILTER (WHERE late > 0 AND res >= %(crumb)s AND res > 0
                               AND cur > 0) AS days,
           MAX(late) FILTER (WHERE late > 0 AND res >= %(crumb)s AND res > 0
                               AND cur > 0 AND excluded IS NULL) AS stage_days,
           -- the next day on which an item is due, chased or changes its bucket
           MIN(CASE WHEN late <= 0 THEN date_due + 1
                    WHEN late <= 120 THEN date_due + (late + 29) / 30 * 30 + 1
                    END) AS next_bucket,
           MIN(date_chase + 1) FILTER (WHERE date_chase >= %(day)s) AS next_chase,
           MAX(array_position(%(stages)s::int[], t.stage_id)) AS step_rank,
           bool_or(cur > 0) AS owes
      FROM (SELECT *, %(day)s - date_due AS late FROM fresh) f
      LEFT JOIN debt_strategy_step t ON t.id = f.step_id AND f.res > 0
     GROUP BY case_id
),
figure AS (
    SELECT s.id, s.state AS was,
           CASE WHEN m.owes IS NOT TRUE THEN 'closed'
                WHEN s.state = 'closed' THEN 'open' ELSE s.state END AS state,
           COALESCE(m.total, 0) AS total, COALESCE(m.overdue, 0) AS overdue,
           ROUND(COALESCE(m.chase, 0), %(decimals)s) AS chase,
           COALESCE(m.b0, 0) AS b0, COALESCE(m.b1, 0) AS b1, COALESCE(m.b2, 0) AS b2,
           COALESCE(m.b3, 0) AS b3, COALESCE(m.b4, 0) AS b4, COALESCE(m.b5, 0) AS b5,
           COALESCE(m.days, 0) AS days,
           COALESCE(m.total, 0) < %(small)s AS small,
           CASE WHEN m.owes IS NOT TRUE THEN NULL
                WHEN COALESCE(m.days, 0) = 0 THEN '0'
                ELSE LEAST((m.days + 29) / 30, 5)::text END AS bucket,
           (%(stages)s::int[])[GREATEST(
               m.step_rank,
               array_position(%(stages)s::int[], (%(age_stages)s::int[])[
                   width_bucket(COALESCE(m.stage_days, 0), %(age_days)s::int[])])
           )] AS stage,
           LEAST(m.next_bucket, m.next_chase,
                 %(day)s - m.stage_days + (%(age_days)s::int[])[
                     width_bucket(m.stage_days, %(age_days)s::int[]) + 1],
                 CASE WHEN m.owes THEN %(never)s END) AS figure_date
      FROM slice s
      LEFT JOIN sums m ON m.case_id = s.id
),
written AS (
    UPDATE debt_case c
       SET state = f.state,
           episode = c.episode + (f.was = 'closed' AND f.state <> 'closed')::int,
           opened_date = CASE WHEN f.was = 'closed' AND f.state <> 'closed'
                              THEN %(day)s ELSE c.opened_date END,
           closed_date = CASE WHEN f.state <> 'closed' THEN NULL
                              WHEN f.was <> 'closed' THEN %(day)s
                              ELSE c.closed_date END,
           hold_until = CASE WHEN f.state = 'hold' THEN c.hold_until END,
           hold_reason = CASE WHEN f.state = 'hold' THEN c.hold_reason END,
           amount_total = f.total, amount_overdue = f.overdue,
           amount_chaseable = f.chase,
           amount_bucket_0 = f.b0, amount_bucket_1 = f.b1, amount_bucket_2 = f.b2,
           amount_bucket_3 = f.b3, amount_bucket_4 = f.b4, amount_bucket_5 = f.b5,
           bucket = f.bucket, days_past_due = f.days, small_balance = f.small,
           stage_id = CASE WHEN c.stage_episode = c.episode AND c.episode > 0
                            AND NOT (f.was = 'closed' AND f.state <> 'closed')
                           THEN c.stage_id ELSE f.stage END,
           next_action_date = CASE WHEN f.state <> 'closed' THEN c.next_action_date END,
           next_step_id = CASE WHEN f.state <> 'closed' THEN c.next_step_id END,
           plan_date = CASE WHEN c.judged_day IS NOT NULL AND c.state = f.state
                             AND (c.stage_id IS NOT DISTINCT FROM f.stage
                                  OR c.stage_episode = c.episode)
                            THEN c.plan_date END,
           judged_day = %(day)s, figure_date = f.figure_date
      FROM figure f
     WHERE c.id = f.id AND c.state = f.was AND %(span_c)s
       AND ((c.state, c.amount_total, c.amount_overdue, c.amount_chaseable,
             c.amount_bucket_0, c.amount_bucket_1, c.amount_bucket_2,
             c.amount_bucket_3, c.amount_bucket_4, c.amount_bucket_5,
             c.bucket, c.days_past_due, c.small_balance, c.judged_day, c.figure_date)
            IS DISTINCT FROM
            (f.state, f.total, f.overdue, f.chase, f.b0, f.b1, f.b2, f.b3, f.b4, f.b5,
             f.bucket, f.days, f.small, %(day)s, f.figure_date)
            OR (c.stage_id IS DISTINCT FROM f.stage
                AND c.stage_episode IS DISTINCT FROM c.episode))
    RETURNING f.was, f.state
)
SELECT COUNT(*) FILTER (WHERE was = 'closed' AND state <> 'closed'),
       COUNT(*) FILTER (WHERE was <> 'closed' AND state = 'closed')
  FROM written
                """,
                company=company.id,
                cases=int_array(self.ids),
                span_c=self._span("c", "id"),
                span_i=self._span("i", "case_id"),
                day=day,
                crumb=company.debt_crumb_amount,
                small=company.debt_small_amount,
                decimals=company.currency_id.decimal_places,
                stages=stages.ids,
                age_stages=by_age.ids,
                age_days=by_age.mapped("days_from"),
                full=full,
                never=date.max,
                covers=self.env["debt.cover.mixin"]._covers_query(company, self),
            )
        )
        return rows[0]

    def _sort(self, company):
        """Give cases the first segment whose rule they match, and its strategy."""
        segments = self.env["debt.segment"].search(
            [("company_id", "in", [company.id, False])]
        )
        Case = self.sudo().with_company(company).with_context(active_test=False)
        span = Domain("id", ">=", min(self.ids)) & Domain("id", "<=", max(self.ids))
        whens = [
            SQL(
                "WHEN c.id IN %s THEN %s",
                Case._search(segment._case_domain() & span).subselect(),
                segment.id,
            )
            for segment in segments
        ]
        segment = (
            SQL("CASE %s END", SQL(" ").join(whens)) if whens else SQL("NULL::int")
        )
        self.env.cr.execute(
            SQL(
                """
            UPDATE debt_case t
               SET segment_id = s.segment_id,
                   strategy_id = COALESCE(t.strategy_override_id, g.strategy_id),
                   plan_date = NULL
              FROM (SELECT c.id, %(segment)s AS segment_id
                      FROM debt_case c
                     WHERE c.company_id = %(company)s AND c.state <> 'closed'
                       AND c.id = ANY(%(cases)s) AND %(span_c)s
                    OFFSET 0 -- a fence: the rules are looked up once
                   ) s
              LEFT JOIN debt_segment g ON g.id = s.segment_id
             WHERE t.id = s.id AND %(span_t)s
               AND (t.segment_id, t.strategy_id) IS DISTINCT FROM
                   (s.segment_id, COALESCE(t.strategy_override_id, g.strategy_id))
                """,
                segment=segment,
                company=company.id,
                cases=int_array(self.ids),
                span_c=self._span("c", "id"),
                span_t=self._span("t", "id"),
            )
        )

    @api.model
    def _figures_changed(self, company, cases):
        """Called when the figures of cases are fresh, never in a simulation.

        For what other addons do then. Nothing heavy belongs here: wake a job.
        """

    def _documented(self):
        """Return what was paid with documents that have not cleared yet.

        A cheque or a note settles its invoices in the books; until it clears the
        customer owes all the same. Without an addon for such documents: nothing.

        :return: {case: [(day, amount)]}, in company currency as Decimal, more than
            zero. The day is that on which the money of the invoice could come; None
            for what is paid on account, and is still among the credits of the case
        """
        return {}

    def _refresh(self, day, prioritise=True):
        """Bring these cases up to date with the books, at once.

        The same statements as in the daily run, for a few debtors. A case is never
        brought back to an earlier day, and one with news is still to be planned by the
        next run.

        :param prioritise: False where the caller gives them their points afterwards
        """
        for company, cases in self.grouped("company_id").items():
            self.env["debt.item"]._sync(company, day, partners=cases.partner_id)
            unplanned = cases.filtered(lambda case: case.judged_day != day)
            last = max(cases.filtered("judged_day").mapped("judged_day"), default=day)
            self.env["debt.cover.mixin"]._judge_all(company, max(day, last), cases)
            cases._roll_up(company, max(day, last))
            cases._sort(company)
            if prioritise:
                self._prioritise(company, max(day, last), cases)
            self._figures_changed(company, cases)
            self.env.cr.execute(
                SQL(
                    "UPDATE debt_case SET judged_day = NULL WHERE id = ANY(%s)",
                    int_array(unplanned.ids),
                )
            )
        self.invalidate_recordset()
        self.env["debt.item"].invalidate_model()
