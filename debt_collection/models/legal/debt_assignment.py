from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ...fields import LooseMany2one
from ...tools.sql import int_array

STATES = [
    ("assigned", "Assigned"),
    ("notified", "Loss Notified"),
    ("returned", "Returned"),
    ("paid", "Paid"),
]


class DebtAssignment(models.Model):
    """Documents that were assigned to a factor, or are an insurer's to collect.

    They leave the chase until they are returned. A loss has to be notified so many days
    after the due date: whoever is responsible gets a task before.
    """

    _name = "debt.assignment"
    _description = "Assigned Debt"
    _inherit = ["debt.cover.mixin", "mail.activity.mixin"]
    _order = "loss_deadline, id desc"
    _rec_names_search = ["contract", "partner_id", "holder_id"]
    _cover_reason = "assigned"
    _action_field = "assignment_id"
    _over_reason = "assignment_over"
    _guarded = frozenset(
        (
            "amount_company",
            "amount_cover",
            "close_reason",
            "closed_date",
            "notified_date",
            "state",
        )
    )

    item_ids = fields.Many2many(
        help="What was assigned. Empty: all that is overdue in the currency."
    )
    amount = fields.Monetary(
        string="Assigned",
        compute="_compute_amount",
        store=True,
        precompute=True,
        help="What was owed of the documents when they were assigned.",
    )
    amount_cover = fields.Monetary(string="Still Owed")
    kind = fields.Selection(
        [("factor", "Factor"), ("insurer", "Credit Insurer")],
        string="Assigned to a",
        required=True,
        default="factor",
        tracking=True,
    )
    holder_id = fields.Many2one(
        "res.partner",
        string="Factor or Insurer",
        required=True,
        ondelete="restrict",
        tracking=True,
    )
    contract = fields.Char(string="Contract or Policy", tracking=True)
    made_date = fields.Date(
        string="Assigned on",
        required=True,
        tracking=True,
        default=lambda self: self.env.company._debt_today(),
    )
    user_id = LooseMany2one(string="Responsible")
    loss_days = fields.Integer(
        string="Days to Notify the Loss",
        default=90,
        help="Days from the due date of the oldest document until which the factor or "
        "insurer has to hear that it was not paid. 0: no deadline.",
    )
    loss_deadline = fields.Date(
        string="Loss Notice until",
        compute="_compute_loss_deadline",
        store=True,
        precompute=True,
        tracking=True,
    )
    alert_days = fields.Integer(
        string="Days before It",
        default=10,
        help="So many days before the deadline whoever is responsible gets a task.",
    )
    notified_date = fields.Date(string="Loss Notified on", readonly=True)
    closed_date = fields.Date(string="Ended on", readonly=True)
    close_reason = fields.Char(string="Reason", readonly=True, tracking=True)
    state = fields.Selection(
        STATES,
        required=True,
        default="assigned",
        readonly=True,
        tracking=True,
        group_expand=True,
    )
    action_ids = fields.One2many("debt.action", "assignment_id", string="Actions")

    _days_not_negative = models.Constraint(
        "CHECK(loss_days >= 0 AND alert_days >= 0)", "Days cannot be negative."
    )
    _cover_idx = models.Index("(case_id) WHERE amount_cover > 0")

    # === COMPUTE METHODS === #

    @api.depends("item_ids")
    def _compute_amount(self):
        for assignment in self:
            # sudo: whoever may enter it need not read the books
            items = assignment.sudo().item_ids
            assignment.amount = sum(items.mapped("amount_residual_currency"))

    @api.depends("item_ids", "loss_days")
    def _compute_loss_deadline(self):
        for assignment in self:
            # sudo: see ``_compute_amount``
            oldest = min(assignment.sudo().item_ids.mapped("date_due"), default=False)
            assignment.loss_deadline = (
                oldest
                and assignment.loss_days
                and oldest + timedelta(days=assignment.loss_days)
            )

    @api.depends("partner_id", "holder_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for assignment in self:
            # sudo: both names are shown wherever the assignment is
            names = (
                assignment.partner_id.sudo().name,
                assignment.holder_id.sudo().name,
            )
            assignment.display_name = " → ".join(filter(None, names))

    @api.constrains("item_ids", "holder_id")
    def _check_once(self):
        for assignment in self:
            # sudo: what others assigned counts too
            others = self.sudo().search(
                Domain("item_ids", "in", assignment.sudo().item_ids.ids)
                & Domain("state", "in", ("assigned", "notified"))
                & Domain("id", "!=", assignment.id)
            )
            if others and assignment.state in ("assigned", "notified"):
                raise ValidationError(
                    self.env._(
                        "Some of these documents are assigned already: %s",
                        ", ".join(others.mapped("display_name")),
                    )
                )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        assignments = super().create(vals_list)
        for assignment in assignments:
            owed, value, _matched = assignment._books_now()
            # sudo: guarded fields
            assignment.sudo().write({"amount_cover": owed, "amount_company": value})
        self._look_again(assignments.case_id)
        return assignments

    def write(self, vals):
        if "item_ids" in vals and not self.env.su:
            raise UserError(
                self.env._(
                    "What was assigned stays. Take it back, and assign it again."
                )
            )
        return super().write(vals)

    def unlink(self):
        # sudo: the task of a mistake goes with it
        self.sudo()._end_tasks("loss_notice")
        return super().unlink()

    def _oldest_items(self, amount=None):
        return super()._oldest_items(None)

    # === BUTTONS === #

    def action_notify(self):
        """Note that the factor or insurer heard of the loss today."""
        self.check_access("write")
        for assignment in self.filtered(lambda a: a.state == "assigned"):
            # sudo: guarded fields
            assignment.sudo().write(
                {
                    "state": "notified",
                    "notified_date": assignment.company_id._debt_today(),
                }
            )
            assignment.sudo()._end_tasks("loss_notice")

    def action_return(self):
        """Ask why the documents come back to us."""
        return self._ask_reason(self.env._("Returned to Us"))

    def _withdraw(self, reason):
        """Take documents back for a reason; they are chased from their next step."""
        self.check_access("write")
        live = self.filtered(lambda a: a.state in ("assigned", "notified"))
        # sudo: guarded fields
        live.sudo().write(
            {
                "state": "returned",
                "close_reason": reason,
                "closed_date": self.env.company._debt_today(),
                "amount_cover": 0,
            }
        )
        live.sudo()._end_tasks("loss_notice")
        # sudo: agents and accountants do not edit items
        live.sudo().item_ids.write({"next_step_only": True})
        self._look_again(live.case_id)

    def _wants(self, action):
        return self.state == "assigned"

    def _told_in_task(self):
        """Return what the task before the deadline says."""
        self.ensure_one()
        return self.env._(
            "%(amount)s assigned to %(holder)s, contract %(contract)s: the loss has to "
            "be notified by %(date)s.",
            amount=self._money(self.amount_cover),
            holder=self.holder_id.name,
            contract=self.contract or "—",
            date=format_date(self.env, self.loss_deadline),
        )

    # === SET BASED === #

    @api.model
    def _judge(self, company, day, cases):
        """Bring assignments to what is still owed; ask for the loss notice in time.

        One is paid when nothing is owed of its documents, and is what it was before
        when a payment is taken back. One task for each assignment.
        """
        rows = self.env.execute_query(
            SQL(
                """
WITH live AS MATERIALIZED (
    SELECT a.id, a.state, a.notified_date, a.loss_deadline, a.alert_days
      FROM debt_assignment a
      JOIN debt_case c ON c.id = a.case_id
     WHERE a.company_id = %(company)s AND a.case_id = ANY(%(cases)s) AND %(span_a)s
       AND (a.state IN ('assigned', 'notified')
            OR (a.state = 'paid' AND c.judged_day IS NULL))
),
owed AS (
    SELECT l.id, SUM(GREATEST(i.amount_residual_currency, 0)) AS amount
      FROM live l
      JOIN debt_assignment_debt_item_rel r ON r.debt_assignment_id = l.id
      JOIN debt_item i ON i.id = r.debt_item_id AND i.state = 'open'
     GROUP BY l.id
),
verdict AS (
    SELECT l.id, COALESCE(o.amount, 0) AS amount,
           CASE WHEN COALESCE(o.amount, 0) = 0 THEN 'paid'
                WHEN l.notified_date IS NOT NULL THEN 'notified'
                ELSE 'assigned' END AS state,
           l.loss_deadline - l.alert_days <= %(day)s AS near
      FROM live l LEFT JOIN owed o ON o.id = l.id
),
judged AS (
    UPDATE debt_assignment a
       SET state = v.state, amount_cover = v.amount,
           closed_date = CASE WHEN v.state = 'paid' THEN %(day)s END
      FROM verdict v
     WHERE a.id = v.id AND (a.state, a.amount_cover) IS DISTINCT FROM
                           (v.state, v.amount)
    RETURNING a.id, a.case_id, a.state
),
again AS (
    UPDATE debt_case SET judged_day = NULL
     WHERE id IN (SELECT case_id FROM judged) AND judged_day IS NOT NULL
),
task AS (
    INSERT INTO debt_action (
        case_id, company_id, debtor_id, partner_id, assignment_id, channel, track,
        purpose, state, user_id, planned_date, contact_day, amount, item_refs)
    SELECT c.id, c.company_id, c.partner_id, c.partner_id, a.id, 'task', 'task',
           'loss_notice', 'planned', COALESCE(a.user_id, c.agent_id, %(agent)s),
           %(day)s, %(day)s, a.amount_company,
           (SELECT array_agg(r.debt_item_id) FROM debt_assignment_debt_item_rel r
             WHERE r.debt_assignment_id = a.id)
      FROM verdict v
      JOIN debt_assignment a ON a.id = v.id
      JOIN debt_case c ON c.id = a.case_id
     WHERE v.near AND v.state = 'assigned'
       AND NOT EXISTS (SELECT FROM debt_action t
                        WHERE t.assignment_id = a.id AND t.purpose = 'loss_notice')
    ON CONFLICT DO NOTHING
)
SELECT id FROM judged WHERE state = 'paid'
                """,
                company=company.id,
                cases=int_array(cases.ids),
                day=day,
                agent=company.debt_agent_id.id or None,
                span_a=cases._span("a", "case_id"),
            )
        )
        self.invalidate_model(flush=False)
        if rows and not self._is_simulated():
            paid = self.browse([assignment_id for (assignment_id,) in rows])
            paid._end_tasks("loss_notice")
