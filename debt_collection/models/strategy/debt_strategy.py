from odoo import api, fields, models
from odoo.exceptions import UserError

from ...logic.ladder import Rung, unreachable

MODES = [
    ("automatic", "Automatic"),
    ("approve", "Prepare and Approve"),
    ("task", "Task for the Agent"),
]


class DebtStrategy(models.Model):
    _name = "debt.strategy"
    _description = "Collection Strategy"
    _inherit = ["mail.thread", "debt.config.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Empty: the strategy is used by every company."
    )
    description = fields.Text(translate=True)
    enabled = fields.Boolean(
        string="Switched On",
        copy=False,
        tracking=True,
        help="Nothing is planned or sent by a strategy that is switched off.",
    )
    mode = fields.Selection(
        MODES,
        required=True,
        default="approve",
        tracking=True,
        help="Automatic: messages leave by themselves.\n"
        "Prepare and approve: the daily run prepares the messages, a person unticks "
        "what should not leave and sends the batch.\n"
        "Task for the agent: every step becomes a task.",
    )
    entry_mode = fields.Selection(
        [("in_order", "From the First Step"), ("by_age", "By Age")],
        required=True,
        default="in_order",
        help="Where an item that is already overdue starts: at the first step, so that "
        "nobody gets a notice before a reminder, or at the step of its age.",
    )
    quiet_days = fields.Integer(
        default=5,
        tracking=True,
        help="Days after a message in which the customer gets no other one.",
    )
    min_gap_days = fields.Integer(
        string="Days between Steps",
        default=7,
        help="Days an item stays at a step before it can reach the next one.",
    )
    min_amount = fields.Monetary(
        string="Least Amount",
        default=0,
        help="Customers who owe less than this, in the currency of each company, are "
        "not contacted.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    max_new_debtors = fields.Integer(
        string="New Customers per Day",
        default=0,
        help="How many customers may get their first message on one day, in each "
        "company. 0: no limit. Useful in the first weeks.",
    )
    step_ids = fields.One2many("debt.strategy.step", "strategy_id", copy=True)
    segment_ids = fields.One2many("debt.segment", "strategy_id")
    case_count = fields.Integer(string="Cases", compute="_compute_case_count")
    warning = fields.Text(compute="_compute_warning")

    _quiet_days_not_negative = models.Constraint(
        "CHECK(quiet_days >= 0)", "Quiet days cannot be negative."
    )
    _min_gap_days_not_negative = models.Constraint(
        "CHECK(min_gap_days >= 0)", "Days between steps cannot be negative."
    )
    _min_amount_not_negative = models.Constraint(
        "CHECK(min_amount >= 0)", "The minimum amount cannot be negative."
    )
    _max_new_debtors_not_negative = models.Constraint(
        "CHECK(max_new_debtors >= 0)",
        "The number of new customers per day cannot be negative.",
    )

    def init(self):
        result = super().init()
        # see debt.config.mixin; the sequence goes with this table when uninstalled
        self.env.cr.execute(
            """
            CREATE SEQUENCE IF NOT EXISTS debt_config_version;
            ALTER SEQUENCE debt_config_version OWNED BY debt_strategy.id
            """
        )
        return result

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for strategy in self:
            company = strategy.company_id or self.env.company
            strategy.currency_id = company.currency_id

    @api.depends_context("allowed_company_ids")
    def _compute_case_count(self):
        groups = self.env["debt.case"]._read_group(
            [("strategy_id", "in", self.ids), ("state", "!=", "closed")],
            ["strategy_id"],
            ["__count"],
        )
        counts = {strategy.id: count for strategy, count in groups}
        for strategy in self:
            strategy.case_count = counts.get(strategy.id, 0)

    @api.depends(
        "step_ids.days",
        "step_ids.active",
        "step_ids.channel",
        "step_ids.sequence",
        "quiet_days",
        "min_gap_days",
    )
    @api.depends_context("lang")
    def _compute_warning(self):
        for strategy in self:
            steps = strategy.step_ids.filtered("active")
            by_key = {step.id: step for step in steps}
            rungs = [Rung(step.id, step.days, step.sequence) for step in steps]
            lost = [by_key[key].display_name for key in unreachable(rungs)]
            strategy.warning = bool(lost) and self.env._(
                "These steps can never be reached, because a later preventive step of "
                "the same day comes first: %(steps)s",
                steps=", ".join(lost),
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        cases = self.env["debt.case"].sudo()  # sudo: cases of other companies count too
        if cases.search_count([("strategy_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._("There are cases with this strategy. Archive it instead.")
            )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for strategy, vals in zip(self, vals_list, strict=True):
            vals["name"] = self.env._("%(name)s (copy)", name=strategy.name)
        return vals_list

    def action_enable(self):
        """Switch the strategy on; the next run plans its steps."""
        for strategy in self:
            if not strategy.step_ids:
                raise UserError(
                    self.env._(
                        "%(strategy)s has no steps yet. Add at least one.",
                        strategy=strategy.name,
                    )
                )
        self.enabled = True

    def action_disable(self):
        """Switch the strategy off; what was planned and not sent is skipped."""
        self.enabled = False

    def action_view_cases(self):
        """Open the cases that follow this strategy."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_case_action"
        )
        action["domain"] = [("strategy_id", "=", self.id)]
        action["context"] = {}
        return action
