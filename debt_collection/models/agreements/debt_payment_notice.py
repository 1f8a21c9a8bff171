import base64

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import SQL, format_date
from odoo.tools.mimetypes import guess_mimetype

from ...fields import LooseMany2one
from ...logic.promise import KEPT_PART
from ...tools.sql import int_array
from .debt_promise import METHODS

STATES = [
    ("open", "Open"),
    ("matched", "Matched"),
    ("rejected", "Rejected"),
    ("expired", "Expired"),
]


class DebtPaymentNotice(models.Model):
    """Somebody says that a payment was made, or is scheduled.

    It pauses its documents for the days that the company allows, and waits for the
    accountant to apply the money: ``logic.notice`` says what becomes of it.
    """

    _name = "debt.payment.notice"
    _description = "Payment Notice"
    _inherit = [
        "debt.cover.mixin",
        "debt.notice.match.mixin",
        "debt.notice.again.mixin",
    ]
    _order = "date desc, id desc"
    _rec_names_search = ["reference", "partner_id"]
    _cover_reason = "noticed"
    _is_payment = True
    _action_field = "notice_id"
    _over_reason = "notice_over"
    _guarded = frozenset(
        (
            "amount_company",
            "amount_cover",
            "amount_matched",
            "amount_to_apply",
            "close_reason",
            "judged_date",
            "matched_before",
            "paid_date",
            "pause_until",
            "state",
        )
    )

    item_ids = fields.Many2many(help="What was paid. Empty: the oldest documents.")
    made_date = fields.Date(
        string="Reported on",
        required=True,
        readonly=True,
        default=lambda self: self.env.company._debt_today(),
    )
    date = fields.Date(
        string="Payment Date",
        required=True,
        tracking=True,
        default=lambda self: self.env.company._debt_today(),
        help="The day on which the customer paid, or will pay.",
    )
    scheduled = fields.Boolean(
        compute="_compute_pause",
        store=True,
        help="The payment was not made yet when it was reported.",
    )
    pause_until = fields.Date(
        string="Paused until",
        compute="_compute_pause",
        store=True,
        help="Its documents are chased again after this day, unless the money came.",
    )
    state = fields.Selection(
        STATES, required=True, default="open", readonly=True, tracking=True
    )
    method = fields.Selection(METHODS, string="Paid by")
    bank = fields.Char(help="The bank or account into which the customer paid.")
    reference = fields.Char(
        tracking=True, help="Number of the transfer, deposit or cheque."
    )
    receipt = fields.Binary(
        attachment=True, help="Photo or PDF of what the bank gave the customer."
    )
    receipt_name = fields.Char(string="Name of the Receipt")
    receipt_kind = fields.Selection(
        [("image", "Image"), ("pdf", "PDF"), ("other", "Other")],
        compute="_compute_receipt_kind",
        store=True,
    )
    amount_deducted = fields.Monetary(
        string="Deducted",
        tracking=True,
        help="What the customer kept back: a withholding, a discount, a return. It "
        "stays out of the chase as long as the payment.",
    )
    deduction_note = fields.Char(
        string="Reason of the Deduction", help="What was deducted, and why."
    )
    deduction_reason_id = fields.Many2one(
        "debt.difference.reason",
        string="Deducted for",
        ondelete="restrict",
        help="With it, what was deducted becomes a difference once the payment is "
        "applied.",
    )
    difference_ids = fields.One2many("debt.difference", "notice_id")
    amount_matched = fields.Monetary(
        string="Applied",
        readonly=True,
        help="Reconciled with its documents since it was entered.",
    )
    amount_to_apply = fields.Monetary(
        string="Waiting to Be Applied",
        readonly=True,
        help="Money of the customer that came and is not reconciled yet.",
    )
    amount_company = fields.Monetary(help="Worth of the payment when it was reported.")
    paid_date = fields.Date(string="Paid on", readonly=True)
    judged_date = fields.Date(string="Decided on", readonly=True)
    matched_before = fields.Monetary(
        readonly=True, help="Already paid of its documents when it was entered."
    )
    contact_id = LooseMany2one(
        "res.partner", string="Reported by", help="The person who said it."
    )
    note = fields.Text()
    close_reason = fields.Char(string="Reason", readonly=True, tracking=True)
    action_ids = fields.One2many("debt.action", "notice_id", string="Actions")

    _open_idx = models.Index("(company_id, pause_until) WHERE state = 'open'")
    _cover_idx = models.Index("(case_id) WHERE amount_cover > 0")

    # === COMPUTE METHODS === #

    @api.depends("partner_id", "amount", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for notice in self:
            # sudo: the name of the debtor is shown wherever the notice is
            notice.display_name = self.env._(
                "%(customer)s: %(amount)s on %(date)s",
                customer=notice.partner_id.sudo().display_name or "",
                amount=notice.currency_id.format(notice.amount or 0)
                if notice.currency_id
                else "",
                date=format_date(self.env, notice.date),
            )

    @api.depends("date", "made_date", "company_id")
    def _compute_pause(self):
        for notice in self:
            if not notice.date or not notice.made_date:
                notice.scheduled = notice.pause_until = False
                continue
            # sudo: settings of the company decide
            company = notice.company_id.sudo()
            notice.scheduled = notice.date > notice.made_date
            notice.pause_until = notice._working_days_after(
                max(notice.date, notice.made_date), company.debt_notice_days
            )

    @api.depends("receipt")
    def _compute_receipt_kind(self):
        for notice in self.with_context(bin_size=False):
            if not notice.receipt:
                notice.receipt_kind = False
                continue
            content = base64.b64decode(notice.receipt)
            mimetype = guess_mimetype(content)
            if mimetype.startswith("image/"):
                notice.receipt_kind = "image"
            else:
                notice.receipt_kind = "pdf" if mimetype.endswith("/pdf") else "other"

    # === CONSTRAINTS AND LIMITS === #

    @api.constrains("amount_deducted")
    def _check_deducted(self):
        for notice in self:
            if notice.amount_deducted < 0:
                raise ValidationError(
                    self.env._("What was deducted cannot be negative.")
                )

    def _check_limits(self):
        """Refuse a scheduled payment further ahead than this user may accept.

        :raise UserError: with what to do instead
        """
        for notice in self:
            company = notice.company_id.sudo()  # sudo: settings of the company
            limit = self._limit_of(
                company.debt_promise_days_agent, company.debt_promise_days_supervisor
            )
            if limit is None:
                continue
            if (notice.date - notice.made_date).days > limit:
                raise UserError(
                    self.env._(
                        "You can accept payments that are scheduled for the next "
                        "%(days)s days. Agree on an earlier day, or ask a supervisor.",
                        days=limit,
                    )
                )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        notices = super().create(vals_list)
        notices._check_limits()
        for notice in notices:
            notice._start()
        self._look_again(notices.case_id)
        return notices

    def write(self, vals):
        result = super().write(vals)
        if {"amount", "amount_deducted", "date", "item_ids"} & vals.keys():
            self._check_limits()
            for notice in self.filtered(lambda notice: notice.state == "open"):
                notice._start(new_items="item_ids" in vals)
            self._look_again(self.case_id)
        return result

    def unlink(self):
        # sudo: the task of a mistake goes with it
        self.sudo()._end_tasks("notice_expired")
        return super().unlink()

    def _amount_to_cover(self):
        return self.amount + self.amount_deducted

    def _start(self, new_items=True):
        """Remember where the documents stood, and take the place of earlier notices.

        A later one that does not fit beside them reports the same payment again.

        :param new_items: False where the documents stay: what was applied since it
            was entered still counts
        """
        self.ensure_one()
        owed, value, matched = self._books_now()
        self._replace(
            self._others().filtered(lambda notice: notice.state == "open"),
            owed - self._amount_to_cover(),
            self.env._("Replaced by a later notice"),
        )
        # sudo: the figures are the product's, whoever reported the payment
        self.sudo().write(
            {
                "matched_before": matched if new_items else self.matched_before,
                "amount_cover": self._amount_to_cover(),
                "amount_company": self.amount * value / owed if owed else 0,
            }
        )

    def _close(self, reason):
        """End notices that a person rejects or a later one replaces."""
        # sudo: the state is the product's; callers check their users
        notices = self.sudo()
        notices.write(
            {
                "state": "rejected",
                "close_reason": reason,
                "amount_cover": 0,
                "judged_date": self.env.company._debt_today(),
            }
        )
        notices._end_tasks("notice_expired")

    # === BUTTONS === #

    def action_reject(self):
        """Ask why the payment cannot be found."""
        return self._ask_reason(self.env._("Reject Payment Notice"))

    def _withdraw(self, reason):
        """Reject notices for a reason: the chase goes on, the agent gets a task."""
        self.check_access("write")
        notices = self.filtered(lambda notice: notice.state in ("open", "expired"))
        notices._close(reason)
        notices._tell_agent()
        self._look_again(self.case_id)

    def _tell_agent(self):
        """Give the agents of rejected notices a task, unless they did it."""
        values = []
        for notice in self.sudo():  # sudo: the accountant has no rights on actions
            case = notice.case_id
            agent = case.agent_id or notice.user_id or case._debt_agent()
            if agent == self.env.user or case.state == "closed":
                continue
            values.append(
                notice._action_values(
                    partner_id=(notice.contact_id or notice.partner_id).id,
                    channel="call",
                    track="task",
                    purpose="notice_rejected",
                    user_id=agent.id,
                )
            )
        self._plan_actions(values)

    def _wants(self, action):
        return self.state == action.purpose.removeprefix("notice_")

    # === DEDUCTIONS === #

    def _classify_deductions(self):
        """Make what was deducted of payments that came a difference."""
        for notice in self.filtered(
            lambda n: (
                n.state == "matched"
                and n.amount_deducted > 0
                and n.deduction_reason_id
                and n.deduction_reason_id.next_step != "dispute"
                and not n.difference_ids
            )
        ):
            notice._classify_deduction()

    def _classify_deduction(self):
        self.ensure_one()
        Difference = self.env["debt.difference"]
        items = self.item_ids.filtered(
            lambda item: item.state == "open" and item.amount_residual_currency > 0
        )
        values = {"case_id": self.case_id.id, "item_ids": [Command.set(items.ids)]}
        room = Difference.new(values)._room() if items else 0
        amount = min(self.amount_deducted, room)
        if self.currency_id.compare_amounts(amount, 0) <= 0:
            return Difference
        # sudo: from which notice it comes is the product's to say
        return Difference.sudo().create(
            {
                **values,
                "currency_id": self.currency_id.id,
                "reason_id": self.deduction_reason_id.id,
                "amount": amount,
                "description": self.deduction_note,
                "user_id": self.user_id.id,
                "notice_id": self.id,
            }
        )

    # === SET BASED === #

    @api.model
    def _judge(self, company, day, cases):
        """Judge the notices of cases: all that pause, others where there is news.

        One statement: what was reconciled since each was entered, the money that waits
        to be applied, the verdict of ``logic.notice``, a task for each that expires
        without money. Cases whose notices change are to be rolled up.
        """
        rows = self.env.execute_query(
            SQL(
                """
WITH p AS MATERIALIZED (
    -- what was deducted and classified is covered by its difference
    SELECT p.*, CASE WHEN EXISTS (SELECT FROM debt_difference e
                                   WHERE e.notice_id = p.id) THEN 0
                     ELSE COALESCE(p.amount_deducted, 0) END AS deducted,
           %(crumb)s * p.amount / NULLIF(p.amount_company, 0) AS crumb
      FROM debt_payment_notice p
      JOIN debt_case c ON c.id = p.case_id
     WHERE p.company_id = %(company)s AND p.case_id = ANY(%(cases)s) AND %(span_p)s
       AND p.close_reason IS NULL
       AND (p.state = 'open' OR p.amount_cover > 0 OR c.judged_day IS NULL)
),
covered AS MATERIALIZED (
    SELECT p.id, i.move_line_id, i.excluded, i.state,
           GREATEST(i.amount_residual_currency, 0) AS owed
      FROM p
      JOIN debt_item_debt_payment_notice_rel r ON r.debt_payment_notice_id = p.id
      JOIN debt_item i ON i.id = r.debt_item_id
),
owed AS (
    SELECT id, SUM(owed) FILTER (WHERE state = 'open') AS owed,
           bool_or(state = 'open' AND excluded = 'in_payment') AS under_way
      FROM covered
     GROUP BY id
),
paid AS (
    SELECT c.id, SUM(r.debit_amount_currency) AS total, MAX(r.max_date) AS last
      FROM covered c
      JOIN account_partial_reconcile r ON r.debit_move_id = c.move_line_id
     GROUP BY c.id
),
-- what debtors paid and nobody reconciled yet, for the earliest notice first
pool AS (
    SELECT i.case_id, i.currency_id, -SUM(i.amount_residual_currency) AS amount
      FROM debt_item i
     WHERE i.case_id IN (SELECT case_id FROM p) AND %(span_i)s
       AND i.state = 'open' AND i.amount_residual_currency < 0 AND NOT i.no_netting
     GROUP BY i.case_id, i.currency_id
),
came AS (
    SELECT p.*, COALESCE(d.total, 0) - p.matched_before AS came, d.last,
           COALESCE(o.owed, 0) AS owed, COALESCE(o.under_way, FALSE) AS under_way,
           COALESCE(pool.amount, 0) AS pool
      FROM p
      LEFT JOIN owed o ON o.id = p.id
      LEFT JOIN paid d ON d.id = p.id
      LEFT JOIN pool ON pool.case_id = p.case_id AND pool.currency_id = p.currency_id
),
need AS (
    SELECT *, LEAST(amount, owed + GREATEST(came, 0)) AS due,
           GREATEST(0, amount - GREATEST(came, 0)) AS missing,
           GREATEST(0, amount + deducted - GREATEST(came, 0)) AS rest,
           SUM(GREATEST(0, amount - GREATEST(came, 0)))
               OVER (PARTITION BY case_id, currency_id ORDER BY date, id)
               - GREATEST(0, amount - GREATEST(came, 0)) AS before
      FROM came
),
verdict AS (
    SELECT *, LEAST(missing, GREATEST(0, pool - before)) AS to_apply,
           CASE WHEN due <= 0 THEN 'expired'
                WHEN came >= due * %(part)s OR due - came < crumb THEN 'matched'
                WHEN %(day)s <= pause_until THEN 'open'
                ELSE 'expired' END AS verdict
      FROM need
),
fresh AS (
    SELECT *, GREATEST(0, came) AS applied,
           CASE verdict WHEN 'matched' THEN 0 ELSE to_apply END AS waits,
           CASE WHEN verdict = 'open' THEN rest
                WHEN verdict = 'matched' AND %(day)s <= pause_until
                THEN LEAST(deducted, rest) ELSE 0 END AS cover,
           verdict = 'expired' AND due > 0 AND NOT under_way
               AND NOT (came + to_apply >= due * %(part)s
                        OR COALESCE(due - came - to_apply < crumb, FALSE)) AS ask
      FROM verdict
),
judged AS (
    UPDATE debt_payment_notice t
       SET state = v.verdict, amount_matched = v.applied, amount_to_apply = v.waits,
           amount_cover = v.cover,
           paid_date = CASE WHEN v.came > 0 THEN v.last END,
           judged_date = CASE v.verdict WHEN 'open' THEN NULL
                              WHEN t.state THEN t.judged_date ELSE %(day)s END
      FROM fresh v
     WHERE t.id = v.id AND t.state = v.state
       AND (t.state, t.amount_matched, t.amount_to_apply, t.amount_cover)
           IS DISTINCT FROM (v.verdict, v.applied, v.waits, v.cover)
    RETURNING t.id, t.case_id, t.user_id, t.amount_company, v.state AS was, t.state,
              v.ask
),
again AS (
    UPDATE debt_case SET judged_day = NULL
     WHERE id IN (SELECT case_id FROM judged) AND judged_day IS NOT NULL
),
task AS (
    INSERT INTO debt_action (
        case_id, company_id, debtor_id, partner_id, notice_id, channel, track, purpose,
        state, user_id, planned_date, contact_day, amount, item_refs)
    SELECT c.id, c.company_id, c.partner_id, c.partner_id, j.id, 'call', 'task',
           'notice_expired', 'planned', COALESCE(c.agent_id, j.user_id, %(agent)s),
           %(day)s, %(day)s, j.amount_company,
           (SELECT array_agg(r.debt_item_id) FROM debt_item_debt_payment_notice_rel r
             WHERE r.debt_payment_notice_id = j.id)
      FROM judged j
      JOIN debt_case c ON c.id = j.case_id
     WHERE j.ask
       AND NOT EXISTS (SELECT FROM debt_action a
                        WHERE a.notice_id = j.id AND a.purpose = 'notice_expired')
    ON CONFLICT DO NOTHING
)
SELECT id FROM judged WHERE was <> 'open' AND state IN ('matched', 'open')
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
        if rows:
            self.browse([notice_id for (notice_id,) in rows])._end_tasks(
                "notice_expired"
            )
