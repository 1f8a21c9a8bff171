from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...fields import LooseMany2one
from ...tools.sql import int_array
from .debt_cover_owner_mixin import MONEY_JOURNALS

STATES = [
    ("open", "Open"),
    ("accepted", "Accepted"),
    ("rejected", "Rejected"),
    ("withdrawn", "Withdrawn"),
]


class DebtDispute(models.Model):
    """What a customer does not agree with, and who has to answer it by when.

    Only the disputed amount leaves the chase. An accepted one stays out until its
    credit note is there; ``logic.dispute`` says how.
    """

    _name = "debt.dispute"
    _description = "Dispute"
    _inherit = ["debt.cover.owner.mixin"]
    _order = "opened_date desc, id desc"
    _cover_reason = "disputed"
    _action_field = "dispute_id"
    _over_reason = "dispute_over"
    _guarded = frozenset(
        (
            "amount_accepted",
            "amount_company",
            "amount_cover",
            "amount_credited",
            "answer",
            "credit_ended",
            "credited_before",
            "days_to_solve",
            "escalated",
            "resolved_by_id",
            "resolved_date",
            "state",
        )
    )

    item_ids = fields.Many2many(
        help="What the customer does not agree with. Empty: the oldest documents.",
    )
    reason_id = fields.Many2one(
        "debt.dispute.reason",
        required=True,
        ondelete="restrict",
        tracking=True,
        domain=[("active", "=", True)],
    )
    reason_note = fields.Text(related="reason_id.note", string="What to Ask For")
    amount = fields.Monetary(
        string="Disputed",
        help="Only this much leaves the chase. All that is owed of the documents, "
        "unless you say less.",
    )
    description = fields.Text(
        help="What the customer says. Attach photos, orders or delivery notes below."
    )
    owner_id = LooseMany2one(
        string="Answered by",
        help="Has to accept or reject it: of the reason, else the salesperson of the "
        "invoice, else the agent.",
    )
    user_id = LooseMany2one(string="Opened by")
    deadline = fields.Date(
        help="Without an answer after this day, the supervisor gets a task."
    )
    escalated = fields.Boolean(
        readonly=True, help="It was late, and the supervisor got a task."
    )
    state = fields.Selection(
        STATES,
        required=True,
        default="open",
        readonly=True,
        tracking=True,
        group_expand=True,
    )
    answer = fields.Text(
        readonly=True, tracking=True, help="Why it was accepted, rejected or withdrawn."
    )
    amount_accepted = fields.Monetary(
        string="Accepted",
        readonly=True,
        tracking=True,
        help="To be credited. It stays out of the chase until a credit note of that "
        "much is reconciled with the documents, or until somebody stops waiting for "
        "it.",
    )
    credit_ended = fields.Boolean(
        string="No Credit Note",
        readonly=True,
        help="Somebody stopped waiting for the credit note.",
    )
    amount_company = fields.Monetary(help="Worth of the dispute when it was opened.")
    salesperson_id = LooseMany2one(
        "res.users", compute="_compute_salesperson", store=True, precompute=True
    )
    action_ids = fields.One2many("debt.action", "dispute_id", string="Actions")
    may_accept = fields.Boolean(compute="_compute_may_accept")

    _open_idx = models.Index("(company_id, deadline) WHERE state = 'open'")
    _cover_idx = models.Index("(case_id) WHERE amount_cover > 0")

    # === COMPUTE METHODS === #

    @api.depends("item_ids")
    def _compute_salesperson(self):
        for dispute in self:
            # sudo: agents may not read invoices
            moves = dispute.sudo().item_ids.move_id
            dispute.salesperson_id = moves.invoice_user_id[:1]

    def _owners(self):
        return (self.item_ids.move_id.invoice_user_id[:1],)

    @api.depends("user_id", "create_uid")
    @api.depends_context("uid")
    def _compute_may_accept(self):
        supervisor = self.env.user.has_group("debt_collection.group_debt_supervisor")
        for dispute in self:
            dispute.may_accept = supervisor or (
                self.env.user not in (dispute.user_id | dispute.create_uid)
            )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        disputes = super().create(vals_list)
        disputes._check_room()
        for dispute in disputes:
            dispute._start()
        disputes._look_again(disputes.case_id)
        disputes._renew_activity()
        return disputes

    def write(self, vals):
        result = super().write(vals)
        if {"amount", "item_ids"} & vals.keys():
            self._check_room()
            for dispute in self.filtered(lambda dispute: dispute.state == "open"):
                dispute._start()
            self._look_again(self.case_id)
        if {"owner_id", "deadline"} & vals.keys():
            # sudo: who hands a dispute over may not change it any more
            still_open = self.sudo().filtered(lambda d: d.state == "open")
            still_open._renew_activity()
        return result

    def unlink(self):
        # sudo: the task of a mistake goes with it
        self.sudo()._end_tasks("dispute_late")
        return super().unlink()

    # === BUTTONS === #

    def action_accept(self):
        """Ask how much is accepted, then for the credit note."""
        return self._answer_wizard("accept", self.env._("Accept Dispute"))

    def action_reject(self):
        """Ask why the customer has to pay."""
        return self._answer_wizard("reject", self.env._("Reject Dispute"))

    def _answer_wizard(self, decision, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "debt.dispute.answer.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_dispute_id": self.id,
                "default_decision": decision,
            },
        }

    def action_withdraw(self):
        """Ask why the customer does not insist any more."""
        return self._ask_reason(self.env._("Withdraw Dispute"))

    def action_end_wait(self):
        """Stop waiting for a credit note; what is left is chased again."""
        self.check_access("write")
        waiting = self.filtered(
            lambda dispute: dispute.state == "accepted" and dispute.amount_cover > 0
        )
        # sudo: guarded fields
        waiting.sudo().write({"credit_ended": True, "amount_cover": 0})
        waiting._renew_activity()
        for dispute in waiting:
            dispute._message_log(
                body=self.env._(
                    "No credit note is awaited any more. The chase goes on."
                )
            )
        self._look_again(waiting.case_id)

    # === ANSWERS === #

    def _accept(self, amount=None, answer=False):
        """Accept disputes; what is accepted waits for its credit note.

        :param amount: how much, in the currency of the one dispute; all by default
        :param answer: what was found
        :raise AccessError: for who opened it, unless a supervisor
        """
        self._check_open()
        if any(not dispute.may_accept for dispute in self):
            raise AccessError(
                self.env._(
                    "Somebody else accepts what you opened: who answers the dispute, "
                    "or a supervisor."
                )
            )
        for dispute in self:
            accepted = dispute.amount if amount is None else amount
            if (
                accepted <= 0
                or dispute.currency_id.compare_amounts(accepted, dispute.amount) > 0
            ):
                raise UserError(
                    self.env._(
                        "Accept more than zero, and %(amount)s at most.",
                        amount=dispute._money(dispute.amount),
                    )
                )
            dispute._resolve("accepted", answer, amount_accepted=accepted)
        self._look_again(self.case_id)
        self._renew_activity()

    def _reject(self, answer, tell=False):
        """Reject disputes; the documents come back at their next step.

        :param answer: why the customer has to pay
        :param tell: write it to the customer
        """
        self._check_open()
        self._resolve("rejected", answer, amount_cover=0)
        self._look_again(self.case_id)
        self._renew_activity()
        if tell:
            self._plan_message("dispute_reject")

    def _withdraw(self, reason):
        """Close open disputes on which nobody insists any more."""
        self.check_access("write")
        still_open = self.filtered(lambda dispute: dispute.state == "open")
        still_open._resolve("withdrawn", reason, amount_cover=0)
        self._look_again(self.case_id)
        still_open._renew_activity()

    def _check_open(self):
        self.check_access("write")
        if any(dispute.state != "open" for dispute in self):
            raise UserError(self.env._("This dispute is closed already."))

    def _resolve(self, state, answer=False, **values):
        self.sudo()._end_tasks("dispute_late")
        return super()._resolve(state, answer, **values)

    # === ACTIVITIES AND MESSAGES === #

    def _wants(self, action):
        return self.state == ("rejected" if action.track == "service" else "open")

    def _turn(self):
        if self.state == "open":
            return (
                self.owner_id,
                self.deadline,
                lambda dispute: dispute.env._(
                    "Answer the dispute: %s", dispute.reason_id.name
                ),
            )
        if self.amount_cover > 0:
            return (
                self._credit_note_user(),
                self.company_id._debt_today(),
                lambda dispute: dispute.env._(
                    "Create the credit note: %s", dispute._money(dispute.amount_cover)
                ),
            )
        return None

    # === SET BASED === #

    @api.model
    def _judge(self, company, day, cases):
        """Judge the disputes of cases: all that cover something, others with news.

        One statement: what was credited since from the reconciliations, the verdict of
        ``logic.dispute`` where no person answered, a task for the supervisor once for
        each that is late. Cases whose disputes change are to be rolled up.
        """
        rows = self.env.execute_query(
            SQL(
                """
WITH d AS MATERIALIZED (
    SELECT d.id, d.case_id, d.state, d.deadline, d.escalated, d.credited_before,
           d.resolved_by_id IS NULL AS unanswered,
           CASE WHEN d.resolved_by_id IS NULL THEN d.amount
                ELSE d.amount_accepted END AS amount,
           COALESCE(%(crumb)s * d.amount / NULLIF(d.amount_company, 0), 0) AS crumb
      FROM debt_dispute d
      JOIN debt_case c ON c.id = d.case_id
     WHERE d.company_id = %(company)s AND d.case_id = ANY(%(cases)s) AND %(span_d)s
       AND d.credit_ended IS NOT TRUE
       AND (d.state = 'accepted' OR d.resolved_by_id IS NULL)
       AND (d.state = 'open' OR d.amount_cover > 0 OR c.judged_day IS NULL)
),
item AS MATERIALIZED (
    SELECT d.id, i.move_line_id, i.state,
           GREATEST(i.amount_residual_currency, 0) AS owed
      FROM d
      JOIN debt_dispute_debt_item_rel r ON r.debt_dispute_id = d.id
      JOIN debt_item i ON i.id = r.debt_item_id
),
owed AS (
    SELECT id, SUM(owed) AS owed FROM item WHERE state = 'open' GROUP BY id
),
-- credit notes and corrections; what came from a payment answers nothing
credit AS (
    SELECT i.id, SUM(r.debit_amount_currency) AS amount
      FROM item i
      JOIN account_partial_reconcile r ON r.debit_move_id = i.move_line_id
      JOIN account_move_line l ON l.id = r.credit_move_id
      JOIN account_move m ON m.id = l.move_id
      JOIN account_journal j ON j.id = m.journal_id
     WHERE m.origin_payment_id IS NULL AND j.type NOT IN %(money)s
     GROUP BY i.id
),
known AS (
    SELECT d.*, COALESCE(o.owed, 0) AS owed,
           GREATEST(0, COALESCE(k.amount, 0) - COALESCE(d.credited_before, 0))
               AS credited
      FROM d
      LEFT JOIN owed o ON o.id = d.id
      LEFT JOIN credit k ON k.id = d.id
),
left_over AS (
    SELECT *, CASE WHEN credited > 0 AND amount - credited < crumb THEN 0
                   ELSE GREATEST(0, LEAST(amount - credited, owed)) END AS rest
      FROM known
),
verdict AS (
    SELECT *, CASE WHEN NOT unanswered THEN state
                   WHEN rest > 0 THEN 'open'
                   WHEN credited > 0 THEN 'accepted'
                   ELSE 'withdrawn' END AS verdict
      FROM left_over
),
fresh AS (
    SELECT *, verdict = 'open' AND deadline < %(day)s
              AND escalated IS NOT TRUE AS late
      FROM verdict
),
judged AS (
    UPDATE debt_dispute t
       SET state = f.verdict, amount_cover = f.rest, amount_credited = f.credited,
           escalated = t.escalated IS TRUE OR f.late,
           amount_accepted = CASE WHEN NOT f.unanswered THEN t.amount_accepted
                                  WHEN f.verdict = 'accepted'
                                  THEN LEAST(t.amount, f.credited) ELSE 0 END,
           resolved_date = CASE WHEN NOT f.unanswered OR t.state = f.verdict
                                THEN t.resolved_date
                                WHEN f.verdict <> 'open' THEN %(day)s END,
           days_to_solve = CASE WHEN NOT f.unanswered OR t.state = f.verdict
                                THEN t.days_to_solve
                                WHEN f.verdict <> 'open'
                                THEN GREATEST(0, %(day)s - t.opened_date) END
      FROM fresh f
     WHERE t.id = f.id AND t.state = f.state
       AND (f.late OR (t.state, t.amount_cover, t.amount_credited)
                      IS DISTINCT FROM (f.verdict, f.rest, f.credited))
    RETURNING t.id, t.case_id, t.owner_id, t.user_id, t.amount_company, f.late,
              f.state AS was, t.state, t.amount_cover
),
again AS (
    UPDATE debt_case SET judged_day = NULL
     WHERE id IN (SELECT case_id FROM judged) AND judged_day IS NOT NULL
),
task AS (
    INSERT INTO debt_action (
        case_id, company_id, debtor_id, partner_id, dispute_id, channel, track, purpose,
        state, user_id, planned_date, contact_day, amount, item_refs)
    SELECT c.id, c.company_id, c.partner_id, c.partner_id, j.id, 'task', 'task',
           'dispute_late', 'planned',
           COALESCE(%(supervisor)s::int, c.agent_id, j.user_id), %(day)s, %(day)s,
           j.amount_company,
           (SELECT array_agg(r.debt_item_id) FROM debt_dispute_debt_item_rel r
             WHERE r.debt_dispute_id = j.id)
      FROM judged j
      JOIN debt_case c ON c.id = j.case_id
     WHERE j.late
       AND NOT EXISTS (SELECT FROM debt_action a
                        WHERE a.dispute_id = j.id AND a.purpose = 'dispute_late')
    ON CONFLICT DO NOTHING
)
SELECT id FROM judged WHERE state <> 'open' AND (was = 'open' OR amount_cover = 0)
                """,
                company=company.id,
                cases=int_array(cases.ids),
                day=day,
                crumb=company.debt_crumb_amount,
                supervisor=company._debt_dispute_supervisor().id or None,
                money=MONEY_JOURNALS,
                span_d=cases._span("d", "case_id"),
            )
        )
        self.invalidate_model(flush=False)
        if rows and not self._is_simulated():
            over = self.browse([dispute_id for (dispute_id,) in rows])
            over.activity_ids.filtered("automated").unlink()
            over._end_tasks("dispute_late")
