from odoo import api, fields, models

from ...fields import LooseMany2one
from ...logic.contact_policy import WAIT
from ..contact.debt_action import REASONS

KEEP_DAYS = 30


class DebtRunLine(models.Model):
    """What a run planned for a case, or why it held an item."""

    _name = "debt.run.line"
    _description = "Run Line"
    _log_access = False
    _order = "id"

    run_id = fields.Many2one("debt.run", required=True, ondelete="cascade", index=True)
    company_id = LooseMany2one("res.company")
    case_id = LooseMany2one("debt.case")
    partner_id = LooseMany2one("res.partner", string="Customer")
    item_id = LooseMany2one("debt.item")
    move_id = LooseMany2one("account.move", string="Document")
    strategy_id = LooseMany2one("debt.strategy")
    step_id = LooseMany2one("debt.strategy.step")
    purpose = fields.Selection(
        selection=lambda self: (
            self.env["debt.action"]._fields["purpose"]._description_selection(self.env)
        ),
        help="What is planned that is no step of a strategy.",
    )
    name = fields.Char(string="What", compute="_compute_name")
    channel = fields.Selection(
        selection=lambda self: (
            self.env["debt.strategy.step"]
            ._fields["channel"]
            ._description_selection(self.env)
        )
    )
    action_id = LooseMany2one("debt.action")
    addressee_id = LooseMany2one("res.partner")
    address = fields.Char()
    result = fields.Selection(
        [
            ("planned", "Planned"),
            ("approve", "To Approve"),
            ("waiting", "Would Wait"),
            ("held", "Held"),
        ],
        required=True,
        help="Would wait: until a moment that the contact policies allow, as a "
        "simulation sees it.",
    )
    wait_until = fields.Datetime(string="Would Wait until")
    policy_reason = fields.Selection(
        selection=lambda self: (
            self.env["debt.action"]
            ._fields["policy_reason"]
            ._description_selection(self.env)
        ),
        string="Why It Would Wait",
    )
    policy_id = LooseMany2one("debt.contact.policy", string="Contact Policy")
    why = fields.Char(
        compute="_compute_why", help="Why it is held, or until when it would wait."
    )
    reason = fields.Selection(REASONS)
    date = fields.Date(string="When")
    days_past_due = fields.Integer(aggregator="max")
    item_count = fields.Integer(string="Items")
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary()
    amount_charges = fields.Monetary(
        string="Late Charges", help="What its step claims beside the documents."
    )

    @api.depends("step_id", "purpose")
    @api.depends_context("lang")
    def _compute_name(self):
        purposes = dict(self._fields["purpose"]._description_selection(self.env))
        for line in self:
            # sudo: a name, shown to whoever may read the run
            line.name = line.step_id.sudo().display_name or purposes.get(line.purpose)

    @api.depends("reason", "wait_until", "policy_reason", "policy_id")
    @api.depends_context("lang", "tz")
    def _compute_why(self):
        Policy = self.env["debt.contact.policy"]
        reasons = dict(self._fields["reason"]._description_selection(self.env))
        for line in self:
            line.why = reasons.get(line.reason)
            if line.wait_until:
                line.why = Policy._say(
                    WAIT, line.wait_until, line.policy_reason, line.policy_id.id
                )

    @api.depends("partner_id", "name")
    def _compute_display_name(self):
        for line in self:
            # sudo: names, shown to whoever may read the run
            names = (line.partner_id.sudo().name, line.name)
            line.display_name = " · ".join(filter(None, names))

    @api.autovacuum
    def _gc_old_lines(self):
        limit = fields.Date.subtract(fields.Date.today(), days=KEEP_DAYS)
        runs = self.env["debt.run"].search([("day", "<", limit)])
        lines = self.search([("run_id", "in", runs.ids)], limit=100_000)
        lines.unlink()
        return len(lines), self.search_count([("run_id", "in", runs.ids)], limit=1)
