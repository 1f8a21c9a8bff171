from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import clean_context, plaintext2html

from ...fields import LooseMany2one


class DebtHandoverStep(models.Model):
    """What happened in a procedure, what has to happen by when, and what it cost."""

    _name = "debt.handover.step"
    _description = "Procedural Step"
    _order = "date, id"

    handover_id = fields.Many2one(
        "debt.handover", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="handover_id.company_id")
    kind_id = fields.Many2one(
        "debt.handover.step.kind", string="Step", required=True, ondelete="restrict"
    )
    date = fields.Date(
        required=True, default=lambda self: self.env.company._debt_today()
    )
    deadline = fields.Date(
        compute="_compute_deadline",
        store=True,
        readonly=False,
        precompute=True,
        help="Somebody has to act until this day; whoever is responsible gets an "
        "activity.",
    )
    done = fields.Boolean(help="What had to be done until the deadline was done.")
    note = fields.Text()
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    cost = fields.Monetary()
    paid_by = fields.Selection(
        [
            ("company", "Us"),
            ("agency", "Lawyer or Agency"),
            ("customer", "Customer"),
        ],
        required=True,
        default="company",
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    cost_company = fields.Monetary(
        string="Cost in Company Currency",
        currency_field="company_currency_id",
        compute="_compute_cost_company",
        store=True,
        help="At the rate of the day of the step.",
    )
    activity_id = LooseMany2one(
        "mail.activity", index="btree_not_null", readonly=True, copy=False
    )

    _cost_not_negative = models.Constraint(
        "CHECK(cost >= 0)", "A cost cannot be negative."
    )

    @api.depends("kind_id", "date")
    def _compute_deadline(self):
        for step in self:
            if step.kind_id.days and step.date:
                step.deadline = step.date + timedelta(days=step.kind_id.days)

    @api.depends("cost", "currency_id", "date", "handover_id")
    def _compute_cost_company(self):
        for step in self:
            company = step.company_id
            if not company or not step.currency_id:
                step.cost_company = 0
                continue
            step.cost_company = step.currency_id._convert(
                step.cost, company.currency_id, company, step.date
            )

    @api.depends("kind_id", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for step in self:
            step.display_name = step.kind_id.name

    @api.constrains("date", "deadline")
    def _check_deadline(self):
        for step in self:
            if step.deadline and step.deadline < step.date:
                raise ValidationError(
                    self.env._("The deadline comes before the step itself.")
                )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        steps = super().create(vals_list)
        if any(step.handover_id.state == "draft" for step in steps):
            raise UserError(
                self.env._("The procedure begins when the case is handed over.")
            )
        steps._renew_activity()
        return steps

    def write(self, vals):
        result = super().write(vals)
        if {"deadline", "done", "kind_id"} & vals.keys():
            self._renew_activity()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_activities(self):
        # sudo: the activity of a step goes with it, whoever's it is
        self.sudo().activity_id.exists().unlink()

    # === ACTIVITIES === #

    def _renew_activity(self):
        """Give whoever is responsible one activity for each deadline to be met."""
        for step in self.sudo():  # sudo: the product's own activities
            activity = step.activity_id.exists()
            if step.done or not step.deadline:
                activity.unlink()
                step.activity_id = False
            elif activity:
                activity.date_deadline = step.deadline
            else:
                step.activity_id = step._schedule()

    def _schedule(self):
        user = self.handover_id.user_id
        clean = self.with_context(clean_context(self.env.context))
        step = clean.with_context(lang=user.lang)
        return step.handover_id.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=self.deadline,
            summary=step.kind_id.name,
            note=plaintext2html(self.note or ""),
            user_id=user.id,
            automated=True,
        )
