from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import SQL, format_date

from ...fields import LooseMany2one
from ...tools.sql import int_array
from .debt_cover_owner_mixin import MONEY_JOURNALS
from .debt_difference_reason import NEXT_STEPS

STATES = [
    ("open", "Open"),
    ("approve", "To Approve"),
    ("cleared", "Cleared"),
    ("returned", "Back to the Chase"),
]
#: What was classified; it changes only while the difference is open.
TERMS = {"amount", "currency_id", "item_ids", "reason_id"}


class DebtDifference(models.Model):
    """What is left after a net payment, why, and who gets the paper for it by when.

    It stays out of the ordinary chase until it is written off, credited or paid, or
    until somebody gives it back: ``logic.difference`` says how.
    """

    _name = "debt.difference"
    _description = "Difference"
    _inherit = ["debt.cover.owner.mixin", "debt.write.off.mixin"]
    _order = "opened_date desc, id desc"
    _cover_reason = "difference"
    _action_field = "difference_id"
    _over_reason = "difference_over"
    _wizard_field = "difference_ids"
    _guarded = frozenset(
        (
            "amount_company",
            "amount_cover",
            "amount_credited",
            "answer",
            "asked_by_id",
            "credit_asked",
            "credited_before",
            "days_to_solve",
            "notice_id",
            "outcome",
            "received_date",
            "reminded",
            "resolved_by_id",
            "resolved_date",
            "state",
            "write_off_id",
        )
    )

    item_ids = fields.Many2many(
        help="What was not paid in full. Empty: the oldest documents."
    )
    reason_id = fields.Many2one(
        "debt.difference.reason",
        required=True,
        ondelete="restrict",
        tracking=True,
        domain=[("active", "=", True), ("next_step", "!=", "dispute")],
    )
    amount = fields.Monetary(
        string="Difference",
        help="Only this much leaves the chase. All that is left of the documents, "
        "unless you say less.",
    )
    description = fields.Text(string="Note")
    document = fields.Char(
        string="Document Awaited",
        compute="_compute_document",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    next_step = fields.Selection(
        NEXT_STEPS,
        string="Then",
        compute="_compute_document",
        store=True,
        readonly=False,
        precompute=True,
        help="What is proposed once the document is there.",
    )
    owner_id = LooseMany2one(
        string="Owner",
        help="Gets the document, or decides: of the reason, else the agent.",
    )
    task_user_id = LooseMany2one(
        "res.users",
        compute="_compute_task_user",
        store=True,
        precompute=True,
        help="The owner, if they work in collections: gets the task when it is late.",
    )
    user_id = LooseMany2one(string="Classified by")
    opened_date = fields.Date(string="Classified on")
    deadline = fields.Date(
        string="Until",
        help="Without the document after this day, the owner gets a task.",
    )
    return_date = fields.Date(
        string="Chased again after",
        compute="_compute_return_date",
        store=True,
        help="It goes back to the chase by itself when the document did not come.",
    )
    reminded = fields.Boolean(readonly=True, help="It was late, and somebody knows.")
    received_date = fields.Date(string="Received on", readonly=True, tracking=True)
    document_number = fields.Char(string="Number of the Document", tracking=True)
    document_file = fields.Binary(string="File", attachment=True)
    document_name = fields.Char(string="Name of the File")
    credit_asked = fields.Boolean(
        string="Credit Note Asked for", readonly=True, tracking=True
    )
    state = fields.Selection(
        STATES,
        required=True,
        default="open",
        readonly=True,
        tracking=True,
        group_expand=True,
    )
    outcome = fields.Selection(
        [
            ("written_off", "Written off"),
            ("credited", "Credited"),
            ("paid", "Paid after all"),
            ("returned", "Back to the chase"),
        ],
        readonly=True,
        help="How it ended, by the books.",
    )
    answer = fields.Char(string="Why", readonly=True, tracking=True)
    amount_company = fields.Monetary(help="Worth of the difference when it was opened.")
    notice_id = LooseMany2one(
        "debt.payment.notice",
        string="Payment Notice",
        index="btree_not_null",
        readonly=True,
        help="The payment with which it was deducted.",
    )
    action_ids = fields.One2many("debt.action", "difference_id", string="Actions")

    _open_idx = models.Index("(company_id, deadline) WHERE state IN ('open','approve')")
    _cover_idx = models.Index("(case_id) WHERE amount_cover > 0")

    # === COMPUTE METHODS === #

    @api.depends("reason_id")
    def _compute_document(self):
        for difference in self:
            reason = difference.reason_id
            difference.document = reason.document
            difference.next_step = (
                reason.next_step if reason.next_step != "dispute" else "chase"
            )

    @api.depends("owner_id")
    def _compute_task_user(self):
        for difference in self:
            owner = difference.owner_id
            agent = owner and owner.has_group("debt_collection.group_debt_agent")
            difference.task_user_id = owner if agent else False

    @api.depends("item_ids")
    def _compute_amount(self):
        """What others settle of the same documents is theirs."""
        for difference in self:
            if difference.sudo().item_ids:  # sudo: see ``_compute_case``
                difference.amount = difference._room()

    @api.depends("deadline", "reason_id", "company_id")
    def _compute_return_date(self):
        for difference in self:
            reason = difference.reason_id
            difference.return_date = (
                reason.returns
                and difference.deadline
                and difference._working_days_after(
                    difference.deadline, reason.return_days
                )
            )

    @api.constrains("reason_id")
    def _check_reason(self):
        for difference in self:
            if difference.reason_id.next_step == "dispute":
                raise ValidationError(
                    self.env._(
                        "%s is a matter for a dispute.", difference.reason_id.name
                    )
                )

    @api.constrains("deadline", "opened_date")
    def _check_deadline(self):
        for difference in self:
            if difference.deadline and difference.deadline < difference.opened_date:
                raise ValidationError(
                    self.env._("Wait at least until the day on which it is classified.")
                )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        differences = super().create(vals_list)
        differences._check_room()
        differences._check_limits()
        for difference in differences:
            difference._start()
        self._look_again(differences.case_id)
        differences._renew_activity()
        return differences

    def write(self, vals):
        changes = TERMS & vals.keys()
        if changes and any(difference.state != "open" for difference in self):
            raise UserError(
                self.env._("Only what is open can be changed. Classify the rest anew.")
            )
        if {"deadline", "reason_id"} & vals.keys():
            # who waits longer is told again; sudo: the tasks are the product's
            self.sudo()._wait_longer()
        result = super().write(vals)
        if {"amount", "item_ids"} & changes:
            self._check_room()
            self._check_limits()
            for difference in self:
                difference._start()
        if changes or "deadline" in vals:
            self._look_again(self.case_id)
        if {"owner_id", "deadline", "reason_id"} & vals.keys():
            # sudo: who hands it over may not change it any more
            self.sudo()._renew_activity()
        return result

    def unlink(self):
        # sudo: the tasks of a mistake go with it
        actions = self.sudo()
        actions._end_tasks("difference_late")
        actions._stop_messages()
        return super().unlink()

    def _check_limits(self):
        """Refuse agents to take for a difference what is rather a debt.

        What the customer deducted of a payment that came is one, however much it is.

        :raise UserError: with who can
        """
        user = self.env.user
        if self.env.su or user.has_group("account.group_account_invoice"):
            return
        for difference in self:
            company = difference.company_id.sudo()  # sudo: settings of the company
            percent = self._limit_of(company.debt_difference_percent, 100)
            if percent in (None, 100):
                continue
            items = difference.sudo().item_ids  # sudo: see ``_compute_case``
            most = sum(items.mapped("amount_original")) * percent / 100
            deducted = difference._deducting_notices().mapped("amount_deducted")
            most = max(most, sum(deducted))
            if difference.currency_id.compare_amounts(difference.amount, most) > 0:
                raise UserError(
                    self.env._(
                        "You can classify up to %(percent)s %% of the documents as a "
                        "difference: %(most)s. For more, ask a supervisor.",
                        percent=f"{percent:g}",
                        most=difference._money(most),
                    )
                )

    def _deducting_notices(self):
        """Return the payments that came, of which the customer deducted something."""
        self.ensure_one()
        # sudo: what the product finds out by itself
        return (
            self.env["debt.payment.notice"]
            .sudo()
            .search(
                [
                    ("item_ids", "in", self.sudo().item_ids.ids),
                    ("state", "=", "matched"),
                    ("amount_deducted", ">", 0),
                    ("difference_ids", "=", False),
                ],
                order="id",
            )
        )

    def _wait_longer(self):
        self._end_tasks("difference_late")
        self.filtered("reminded").reminded = False

    def _stop_messages(self):
        """Take back what was not sent yet."""
        waiting = self.action_ids._unsent()
        waiting._skip("difference_over")

    # === BUTTONS === #

    def action_ask(self):
        """Write to the customers which document is missing, once a day."""
        self.check_access("write")
        today = self.env.company._debt_today()
        waiting = self.filtered(
            lambda difference: (
                difference.state in ("open", "approve")
                and difference.document
                and not difference.received_date
            )
        )
        # sudo: messages are written by the product
        asked = waiting.sudo().action_ids.filtered(
            lambda a: a.purpose == "difference_ask" and a.contact_day == today
        )
        to_ask = waiting - asked.difference_id
        if not to_ask:
            raise UserError(
                self.env._(
                    "There is no document to ask for, or the customer was asked today."
                )
            )
        to_ask._plan_message("difference_ask")
        for difference in to_ask:
            difference._message_log(
                body=self.env._("The customer is asked for: %s", difference.document)
            )

    def action_received(self):
        """Record the document that came."""
        self.ensure_one()
        return self._difference_wizard(
            "debt.difference.document.wizard", self.env._("Document Received")
        )

    def action_ask_credit_note(self):
        """Ask accounting for a credit note; nobody chases it meanwhile."""
        self._check_open()
        # sudo: guarded fields
        self.sudo().write({"credit_asked": True})
        self.sudo()._end_tasks("difference_late")
        self._renew_activity()
        self._look_again(self.case_id)

    def action_return(self):
        """Ask why the customer has to pay it after all."""
        return self._ask_reason(self.env._("Back to the Chase"))

    def _difference_wizard(self, model, name):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"default_difference_ids": [Command.set(self.ids)]},
        }

    def _wants(self, action):
        if action.purpose == "difference_return":
            return self.state == "returned"
        return self.state in ("open", "approve") and not self.received_date

    # === WHAT BECOMES OF IT === #

    def _check_open(self):
        self.check_access("write")
        if any(difference.state != "open" for difference in self):
            raise UserError(self.env._("This difference is not open any more."))

    def _link_notices(self):
        """Remember of which reported payment each was deducted: it asks no more."""
        for difference in self:
            notice = difference._deducting_notices()[:1]
            if notice:
                difference.sudo().notice_id = notice
                notice.case_id.judged_day = False
        self._look_again(self.case_id)

    def _receive(self, day, number=False, content=False, name=False):
        """Record the document of a difference."""
        self._check_open()
        # sudo: guarded fields
        self.sudo().write(
            {
                "received_date": day,
                "document_number": number,
                "document_file": content,
                "document_name": name,
            }
        )
        self.sudo()._end_tasks("difference_late")
        self._renew_activity()
        self._look_again(self.case_id)

    def _withdraw(self, reason, tell=False):
        """Give differences back to the chase; the documents take their next step.

        :param reason: why the customer has to pay it
        :param tell: write it to the customer
        """
        self.check_access("write")
        alive = self.filtered(lambda d: d.state in ("open", "approve"))
        alive._resolve("returned", answer=reason, outcome="returned", amount_cover=0)
        alive._tell_case()
        self._look_again(self.case_id)
        alive._renew_activity()
        if tell:
            alive._plan_message("difference_return")

    def _resolve(self, state, answer=False, **values):
        self.sudo()._end_tasks("difference_late")
        return super()._resolve(state, answer, **values)

    def _tell_case(self):
        """Write on the time line of the customers that the chase goes on, and why."""
        for difference in self.sudo():  # sudo: whoever gives it back says so
            difference.case_id._message_log(
                body=self.env._(
                    "%(difference)s is chased again: %(why)s",
                    difference=difference.display_name,
                    why=difference.answer or "",
                )
            )

    # === WRITE-OFF === #

    def _asked(self):
        result = super()._asked()
        self.sudo().credit_asked = False  # sudo: guarded field
        self.sudo()._end_tasks("difference_late")
        return result

    def _loss_name(self):
        return self.reason_id.name

    def _loss_account(self):
        return self.reason_id._account(self.company_id)

    def _loss_origin(self):
        return self.env._("Write-off of a difference: %s", self._get_html_link())

    def _post_loss(self, account):
        name = f"{self.reason_id.name} · {self.document_names}"
        ref = " · ".join(filter(None, (name, self.document_number)))
        return self._post_entry(self._shares(), account, self.reason_id.name, ref)

    # === WHOSE TURN === #

    def _turn(self):
        company = self.company_id
        if self.amount_cover <= 0 or self.state not in ("open", "approve"):
            return None
        if self.state == "approve":
            return (
                self._accountant(besides=self.asked_by_id),
                company._debt_today(),
                lambda d: d.env._(
                    "Approve the write-off: %s", d._money(d.amount_cover)
                ),
            )
        if self.credit_asked:
            return (
                self._credit_note_user(),
                company._debt_today(),
                lambda d: d.env._(
                    "Create the credit note: %s", d._money(d.amount_cover)
                ),
            )
        if self.received_date:
            return (
                self._accountant(),
                company._debt_today(),
                lambda d: d.env._(
                    "The document is there: %s", d.document or d.reason_id.name
                ),
            )
        if not self.owner_id or self.task_user_id:
            # agents find it on their list, and on My Day when it is late
            return None
        return (
            self.owner_id,
            self.deadline,
            lambda d: (
                d.env._("Get the document: %s", d.document)
                if d.document
                else d.env._("Decide on the difference: %s", d.reason_id.name)
            ),
        )

    # === SET BASED === #

    @api.model
    def _judge(self, company, day, cases):
        """Judge the differences of cases: all that are open, others with news.

        One statement: what was credited or written off since from the reconciliations,
        the verdict of ``logic.difference``, a task for the owner once for each whose
        document is late. Cases whose differences change are to be rolled up.
        """
        rows = self.env.execute_query(
            SQL(
                """
WITH d AS MATERIALIZED (
    SELECT d.id, d.case_id, d.state, d.amount, d.deadline, d.return_date, d.reminded,
           d.credited_before, d.write_off_id,
           d.state = 'approve' OR d.credit_asked IS TRUE OR d.received_date IS NOT NULL
               AS answered,
           COALESCE(%(crumb)s * d.amount / NULLIF(d.amount_company, 0), 0) AS crumb
      FROM debt_difference d
      JOIN debt_case c ON c.id = d.case_id
     WHERE d.company_id = %(company)s AND d.case_id = ANY(%(cases)s) AND %(span_d)s
       AND d.state <> 'returned'
       AND (d.state IN ('open', 'approve') OR c.judged_day IS NULL)
),
item AS MATERIALIZED (
    SELECT d.id, d.write_off_id, i.move_line_id, i.state,
           GREATEST(i.amount_residual_currency, 0) AS owed
      FROM d
      JOIN debt_difference_debt_item_rel r ON r.debt_difference_id = d.id
      JOIN debt_item i ON i.id = r.debt_item_id
),
owed AS (
    SELECT id, SUM(owed) AS owed FROM item WHERE state = 'open' GROUP BY id
),
-- credit notes, write-offs and corrections; a payment only lowers what is owed
credit AS (
    SELECT i.id, SUM(r.debit_amount_currency) AS amount,
           bool_or(l.move_id = i.write_off_id) AS written_off
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
               AS credited, COALESCE(k.written_off, FALSE) AS written_off
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
    SELECT *, CASE WHEN rest <= 0 THEN 'cleared'
                   WHEN return_date < %(day)s AND NOT answered THEN 'returned'
                   WHEN state = 'cleared' THEN 'open'
                   ELSE state END AS verdict
      FROM left_over
),
fresh AS (
    SELECT *, CASE WHEN verdict IN ('open', 'approve') THEN rest ELSE 0 END AS cover,
           CASE WHEN verdict = 'returned' THEN 'returned'
                WHEN verdict <> 'cleared' THEN NULL
                WHEN written_off THEN 'written_off'
                WHEN credited > 0 THEN 'credited'
                ELSE 'paid' END AS outcome,
           verdict = 'open' AND NOT answered AND deadline < %(day)s
               AND reminded IS NOT TRUE AS late
      FROM verdict
),
judged AS (
    UPDATE debt_difference t
       SET state = f.verdict, amount_cover = f.cover, amount_credited = f.credited,
           outcome = f.outcome, reminded = t.reminded IS TRUE OR f.late,
           resolved_by_id = CASE WHEN f.verdict = f.state OR f.outcome = 'written_off'
                                 THEN t.resolved_by_id END,
           resolved_date = CASE WHEN f.verdict = f.state THEN t.resolved_date
                                WHEN f.verdict IN ('cleared', 'returned')
                                THEN %(day)s END,
           days_to_solve = CASE WHEN f.verdict = f.state THEN t.days_to_solve
                                WHEN f.verdict IN ('cleared', 'returned')
                                THEN GREATEST(0, %(day)s - t.opened_date) END
      FROM fresh f
     WHERE t.id = f.id AND t.state = f.state
       AND (f.late OR (t.state, t.amount_cover, t.amount_credited, t.outcome)
                      IS DISTINCT FROM (f.verdict, f.cover, f.credited, f.outcome))
    RETURNING t.id, t.case_id, t.task_user_id, t.user_id, t.amount_company, f.late,
              f.state AS was, t.state
),
again AS (
    UPDATE debt_case SET judged_day = NULL
     WHERE id IN (SELECT case_id FROM judged) AND judged_day IS NOT NULL
),
task AS (
    INSERT INTO debt_action (
        case_id, company_id, debtor_id, partner_id, difference_id, channel, track,
        purpose, state, user_id, planned_date, contact_day, amount, item_refs)
    SELECT c.id, c.company_id, c.partner_id, c.partner_id, j.id, 'task', 'task',
           'difference_late', 'planned',
           COALESCE(j.task_user_id, c.agent_id, %(agent)s::int, j.user_id), %(day)s,
           %(day)s, j.amount_company,
           (SELECT array_agg(r.debt_item_id) FROM debt_difference_debt_item_rel r
             WHERE r.debt_difference_id = j.id)
      FROM judged j
      JOIN debt_case c ON c.id = j.case_id
     WHERE j.late
    ON CONFLICT DO NOTHING
)
SELECT id, state FROM judged WHERE was <> state
                """,
                company=company.id,
                cases=int_array(cases.ids),
                day=day,
                crumb=company.debt_crumb_amount,
                agent=company.debt_agent_id.id or None,
                money=MONEY_JOURNALS,
                span_d=cases._span("d", "case_id"),
            )
        )
        self.invalidate_model(flush=False)
        if rows and not self._is_simulated():
            news = {
                state: self.browse([d for d, s in rows if s == state])
                for state in ("open", "cleared", "returned")
            }
            over = news["cleared"] | news["returned"]
            over._end_tasks("difference_late")
            over._stop_messages()
            news["returned"]._lapse()
            (over | news["open"])._renew_activity()

    def _lapse(self):
        """Say why differences went back to the chase by themselves."""
        for difference in self:
            agent = difference.case_id._debt_agent() or difference.user_id
            told = difference.with_context(lang=agent.lang or self.env.lang)
            told.answer = told.env._(
                "%(document)s did not come by %(date)s",
                document=told.document or told.reason_id.name,
                date=format_date(told.env, told.deadline),
            )
            told._tell_case()
