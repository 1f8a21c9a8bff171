from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...fields import LooseMany2one

STATES = [
    ("proposed", "Proposed"),
    ("approve", "To Approve"),
    ("posted", "Written Off"),
    ("dropped", "Not Written Off"),
    ("reversed", "Taken Back"),
]
#: What was proposed; it changes only until somebody decides on it.
TERMS = {"case_id", "currency_id", "item_ids", "rule_id"}


class DebtWriteOff(models.Model):
    """The whole debt of a customer in one currency, given up.

    Proposed by a rule or by a person, decided on by somebody who may, posted as an
    entry; afterwards the record is the debt that is worked on outside of the books:
    what still comes in is a recovery.
    """

    _name = "debt.write.off"
    _description = "Write-Off of Debts"
    _inherit = [
        "debt.cover.mixin",
        "debt.write.off.mixin",
        "debt.turn.mixin",
        "debt.write.off.recovery.mixin",
        "debt.write.off.evidence.mixin",
    ]
    _order = "id desc"
    _cover_reason = "write_off"
    _open_state = "proposed"
    _wizard_field = "write_off_ids"
    _guarded = frozenset(
        (
            "amount_company",
            "amount_cover",
            "amount_written_off",
            "asked_by_id",
            "close_reason",
            "closed_date",
            "payment_ids",
            "recovery_entry_ids",
            "resolved_by_id",
            "source",
            "state",
            "write_off_id",
        )
    )

    item_ids = fields.Many2many(
        help="What is written off, in full. Empty: all that is owed."
    )
    amount = fields.Monetary(
        string="Debt",
        compute="_compute_amount",
        store=True,
        precompute=True,
        help="What is open of the documents.",
    )
    amount_company = fields.Monetary(
        string="In Company Currency", help="What the debt is worth in the books."
    )
    rule_id = fields.Many2one(
        "debt.write.off.rule",
        string="Reason",
        required=True,
        ondelete="restrict",
        tracking=True,
        domain="[('company_id', 'in', [company_id, False])]",
        default=lambda self: self._default_rule(),
    )
    description = fields.Text(
        string="Why", help="What was tried, and why nobody will pay.", tracking=True
    )
    source = fields.Selection(
        selection_add=[("run", "Daily Run")], ondelete={"run": "set default"}
    )
    state = fields.Selection(
        STATES,
        required=True,
        default="proposed",
        readonly=True,
        tracking=True,
        copy=False,
        group_expand=True,
    )
    proposed_date = fields.Date(
        string="Proposed on",
        required=True,
        readonly=True,
        default=lambda self: self.env.company._debt_today(),
    )
    closed_date = fields.Date(
        string="Decided on", readonly=True, copy=False, help="Written off or not."
    )
    resolved_by_id = LooseMany2one(
        "res.users", string="Decided by", readonly=True, copy=False
    )
    close_reason = fields.Char(
        string="Decision", readonly=True, copy=False, tracking=True
    )
    days_past_due = fields.Integer(related="case_id.days_past_due", string="Days Late")
    stage_id = fields.Many2one(related="case_id.stage_id")
    document_names = fields.Char(
        compute="_compute_document_names", string="Document Numbers"
    )
    amount_written_off = fields.Monetary(
        currency_field="company_currency_id",
        readonly=True,
        help="What the entry took off the books, in the currency of the company.",
    )

    _one_open = models.UniqueIndex(
        "(case_id, currency_id) WHERE state = 'proposed'",
        "The write-off of this debt is proposed already.",
    )
    _case_idx = models.Index("(case_id)")
    _cover_idx = models.Index("(case_id) WHERE amount_cover > 0")

    # === COMPUTE METHODS === #

    @api.model
    def _default_rule(self):
        rules = self.env["debt.write.off.rule"]
        return rules.search([("automatic", "=", False)], limit=1)

    @api.depends("item_ids")
    def _compute_amount(self):
        for write_off in self:
            # sudo: agents need no right on the books
            items = write_off.sudo().item_ids
            write_off.amount = sum(items.mapped("amount_residual_currency"))

    @api.depends("item_ids")
    def _compute_document_names(self):
        for write_off in self:
            # sudo: whoever decides on it may know which documents it is about
            items = write_off.sudo().item_ids
            write_off.document_names = ", ".join(items.mapped("display_name"))

    @api.depends("partner_id", "rule_id", "amount")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for write_off in self:
            # sudo: the name of the debtor is shown wherever the write-off is
            write_off.display_name = self.env._(
                "%(customer)s: %(reason)s, %(amount)s",
                customer=write_off.partner_id.sudo().display_name or "",
                reason=write_off.rule_id.name or "",
                amount=write_off._money(write_off.amount),
            )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        write_offs = super().create(vals_list)
        for write_off in write_offs.sudo():  # sudo: guarded field
            write_off.amount_company = write_off._books_now()[1]
        return write_offs

    def write(self, vals):
        if TERMS & vals.keys() and any(w.state != "proposed" for w in self):
            raise UserError(self.env._("This was decided already. Propose it anew."))
        return super().write(vals)

    def _oldest_items(self, amount=None):
        # the whole debt, also what is not due yet
        return super()._oldest_items(float("inf"))

    # === ASK, DECIDE === #

    def _check_open(self):
        self.check_access("write")
        if any(write_off.state != "proposed" for write_off in self):
            raise UserError(self.env._("This was decided already. Propose it anew."))

    def _to_clear(self):
        return self.amount

    def _asked(self):
        result = super()._asked()
        for write_off in self.sudo():  # sudo: guarded field
            write_off.amount_cover = write_off.amount
        return result

    def _refused(self):
        # sudo: guarded fields
        self.sudo().write(
            {
                "state": "dropped",
                "amount_cover": 0,
                "closed_date": self.company_id._debt_today(),
                "resolved_by_id": self.env.uid,
                "close_reason": self.env._("Not approved"),
            }
        )
        self._look_again(self.case_id)

    def action_drop(self):
        """Ask why debts are not written off."""
        return self._ask_reason(self.env._("Do Not Write Off"))

    def _withdraw(self, reason):
        """Decide not to write debts off, for a reason; they are chased again."""
        self.check_access("write")
        alive = self.filtered(lambda write_off: write_off._is_alive())
        for write_off in alive.sudo():  # sudo: guarded fields
            write_off.write(
                {
                    "state": "dropped",
                    "amount_cover": 0,
                    "closed_date": write_off.company_id._debt_today(),
                    "resolved_by_id": self.env.uid,
                    "close_reason": reason,
                }
            )
        self._look_again(alive.case_id)
        alive._renew_activity()

    def _turn_note(self):
        return self.description

    def _turn(self):
        if self.state != "approve":
            return None
        return (
            self._accountant(besides=self.asked_by_id),
            self.company_id._debt_today(),
            lambda write_off: write_off.env._(
                "Approve the write-off: %s", write_off._money(write_off.amount)
            ),
        )

    def _write_off_wizard(self, name):
        action = super()._write_off_wizard(name)
        return {**action, "name": self.env._("Write Off Debts")}

    # === THE ENTRY === #

    def _loss_name(self):
        return self.rule_id.name

    def _loss_account(self):
        return self.rule_id._account(self.company_id)

    def _loss_said(self, entry):
        return self.env._("The debt is written off: %s", entry)

    def _loss_origin(self):
        return self.env._("Write-off of a debt: %s", self._get_html_link())

    def _check_write_off(self):
        result = super()._check_write_off()
        # sudo: agents need no right on the books
        reasons = set(self.sudo().item_ids.mapped("covered_by")) - {False, "write_off"}
        if reasons:
            words = dict(
                self.env["debt.item"]
                ._fields["covered_by"]
                ._description_selection(self.env)
            )
            raise UserError(
                self.env._(
                    "Settle first what keeps documents of %(customer)s out of the "
                    "chase: %(reasons)s.",
                    customer=self.partner_id.sudo().display_name,
                    reasons=", ".join(sorted(words[reason] for reason in reasons)),
                )
            )
        return result

    def _post_loss(self, account):
        name = self._loss_name()
        ref = f"{name} · {self.partner_id.sudo().display_name}"
        # sudo: settings of the company
        tax_account = self.company_id.sudo().debt_loss_tax_account_id
        return self._post_entry(self._shares(), account, name, ref, tax_account)

    def _post_write_off(self, account):
        result = super()._post_write_off(account)
        # sudo: guarded fields
        self.sudo().write(
            {
                "state": "posted",
                "amount_cover": 0,
                "closed_date": self.company_id._debt_today(),
            }
        )
        stage = self.env.ref(
            "debt_collection.debt_stage_written_off", raise_if_not_found=False
        )
        if stage:
            # sudo: who writes a debt off ends its chase
            self.case_id.sudo().write(
                {"stage_id": stage.id, "stage_reason": self._loss_name()}
            )
        return result

    # === SET BASED === #

    @api.model
    def _give_way(self, kept, lost):
        result = super()._give_way(kept, lost)
        # sudo: merging is the system's
        proposed = self.sudo().search([("state", "=", "proposed")])
        seen = set()
        for case in (kept, *lost):
            for write_off in proposed.filtered(lambda w, of=case: w.case_id == of):
                if write_off.currency_id in seen:
                    write_off._withdraw(self.env._("Another one is proposed already"))
                seen.add(write_off.currency_id)
        return result

    @api.model
    def _judge(self, company, day, cases):
        """Bring write-offs to a day: what the books say of the debt and of the entry.

        A proposal follows the debt, and ends when it is paid; a write-off whose entry
        is reversed is taken back.
        """
        rows = self.env.execute_query(
            SQL(
                """
WITH w AS MATERIALIZED (
    SELECT w.id, w.case_id, w.state, w.write_off_id
      FROM debt_write_off w
      JOIN debt_case c ON c.id = w.case_id
     WHERE w.company_id = %(company)s AND w.case_id = ANY(%(cases)s) AND %(span_w)s
       AND (w.state IN ('proposed', 'approve')
            OR (w.state IN ('posted', 'reversed') AND c.judged_day IS NULL))
),
item AS MATERIALIZED (
    SELECT w.id, w.case_id, w.write_off_id, i.move_line_id,
           i.case_id AS now_of, i.state, i.amount_residual_currency AS cur,
           i.amount_residual AS res
      FROM w
      JOIN debt_item_debt_write_off_rel r ON r.debt_write_off_id = w.id
      JOIN debt_item i ON i.id = r.debt_item_id
),
owed AS (
    SELECT id, SUM(cur) AS cur, SUM(res) AS res
      FROM item
     WHERE state = 'open' AND cur > 0 AND now_of = case_id
     GROUP BY id
),
cleared AS (
    SELECT i.id, SUM(p.amount) AS res
      FROM item i
      JOIN account_move_line l ON l.move_id = i.write_off_id
      JOIN account_partial_reconcile p ON p.credit_move_id = l.id
                                      AND p.debit_move_id = i.move_line_id
     GROUP BY i.id
),
fresh AS (
    SELECT w.*, COALESCE(o.cur, 0) AS cur, COALESCE(o.res, 0) AS res,
           COALESCE(k.res, 0) AS cleared,
           CASE WHEN w.state IN ('proposed', 'approve')
                THEN CASE WHEN COALESCE(o.cur, 0) > 0 THEN w.state ELSE 'dropped' END
                WHEN COALESCE(k.res, 0) > 0 THEN 'posted' ELSE 'reversed' END
               AS verdict
      FROM w
      LEFT JOIN owed o ON o.id = w.id
      LEFT JOIN cleared k ON k.id = w.id
),
judged AS (
    UPDATE debt_write_off t
       SET state = f.verdict,
           amount = CASE f.verdict WHEN 'proposed' THEN f.cur ELSE t.amount END,
           amount_company = CASE f.verdict WHEN 'proposed' THEN f.res
                                 ELSE t.amount_company END,
           amount_cover = CASE f.verdict WHEN 'approve' THEN LEAST(t.amount, f.cur)
                               ELSE 0 END,
           amount_written_off = f.cleared,
           close_reason = CASE WHEN f.verdict = f.state THEN t.close_reason
                               WHEN f.verdict = 'dropped' THEN %(paid)s
                               WHEN f.verdict = 'reversed' THEN %(back)s END,
           closed_date = CASE WHEN f.verdict = f.state OR f.verdict = 'posted'
                              THEN t.closed_date ELSE %(day)s END
      FROM fresh f
     WHERE t.id = f.id AND t.state = f.state
       AND (t.state, t.amount, t.amount_company, t.amount_cover,
            COALESCE(t.amount_written_off, 0)) IS DISTINCT FROM
           (f.verdict,
            CASE f.verdict WHEN 'proposed' THEN f.cur ELSE t.amount END,
            CASE f.verdict WHEN 'proposed' THEN f.res ELSE t.amount_company END,
            CASE f.verdict WHEN 'approve' THEN LEAST(t.amount, f.cur) ELSE 0 END,
            f.cleared)
    RETURNING t.id, t.case_id, f.state AS was, t.state
),
again AS (
    UPDATE debt_case SET judged_day = NULL
     WHERE id IN (SELECT case_id FROM judged) AND judged_day IS NOT NULL
)
SELECT id, was, state FROM judged
                """,
                company=company.id,
                cases=list(cases.ids),
                day=day,
                paid=self.env._("Nothing is owed any more"),
                back=self.env._("The entry was reversed"),
                span_w=cases._span("w", "case_id"),
            )
        )
        self.invalidate_model(flush=False)
        if rows and not self._is_simulated():
            judged = self.browse([write_off_id for write_off_id, *_ in rows])
            judged.modified(["amount_written_off", "state"])
            over = self.browse(
                [i for i, was, state in rows if state != was and was == "approve"]
            )
            over._renew_activity()
            self.browse([i for i, _was, state in rows if state == "reversed"])._return()
            self.env.flush_all()  # what else is judged reads and forgets

    def _return(self):
        """The debt is back in the books: its settlements end, its stage goes by age."""
        self.plan_ids._end(self.env._("The write-off was taken back"))
        stage = self.env.ref(
            "debt_collection.debt_stage_written_off", raise_if_not_found=False
        )
        self.case_id.filtered(lambda case: case.stage_id == stage).action_stage_by_age()
