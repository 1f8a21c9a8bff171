from odoo import api, fields, models

from ...fields import LooseMany2one
from ..portfolio.debt_case import BUCKETS


class DebtAgeingLine(models.TransientModel):
    """A document of an ageing report: what was owed of it on the day."""

    _name = "debt.ageing.line"
    _description = "Line of an Ageing Report"
    _order = "id"

    ageing_id = fields.Many2one(
        "debt.ageing", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = LooseMany2one("res.company", readonly=True)
    company_currency_id = LooseMany2one("res.currency", readonly=True)
    currency_id = LooseMany2one("res.currency", readonly=True)
    partner_id = LooseMany2one("res.partner", string="Customer", readonly=True)
    case_id = LooseMany2one("debt.case", readonly=True)
    agent_id = LooseMany2one("res.users", readonly=True, help="As it is today.")
    team_id = LooseMany2one("debt.team", readonly=True, help="As it is today.")
    stage_id = LooseMany2one("debt.stage", readonly=True, help="As it is today.")
    salesperson_id = LooseMany2one("res.users", readonly=True)
    move_line_id = LooseMany2one("account.move.line", readonly=True)
    move_id = LooseMany2one("account.move", string="Document", readonly=True)
    account_id = LooseMany2one("account.account", readonly=True)
    date = fields.Date(string="Document Date", readonly=True)
    date_due = fields.Date(string="Due Date", readonly=True)
    days = fields.Integer(readonly=True, aggregator="max")
    bucket = fields.Selection(BUCKETS, string="Age", readonly=True)
    amount_currency = fields.Monetary(
        string="In Its Currency", readonly=True, aggregator=None
    )
    amount = fields.Monetary(
        string="Owed", currency_field="company_currency_id", readonly=True
    )
    amount_bucket_0 = fields.Monetary(
        string="Not Due", currency_field="company_currency_id", readonly=True
    )
    amount_bucket_1 = fields.Monetary(
        string="1–30", currency_field="company_currency_id", readonly=True
    )
    amount_bucket_2 = fields.Monetary(
        string="31–60", currency_field="company_currency_id", readonly=True
    )
    amount_bucket_3 = fields.Monetary(
        string="61–90", currency_field="company_currency_id", readonly=True
    )
    amount_bucket_4 = fields.Monetary(
        string="91–120", currency_field="company_currency_id", readonly=True
    )
    amount_bucket_5 = fields.Monetary(
        string="Over 120", currency_field="company_currency_id", readonly=True
    )

    @api.depends("move_id", "partner_id")
    def _compute_display_name(self):
        for line in self:
            # sudo: names, for whoever may read the report
            line = line.sudo()
            names = (line.move_id.name, line.partner_id.name)
            line.display_name = " · ".join(filter(None, names))

    def action_open_case(self):
        """Open the case of the customer."""
        self.ensure_one()
        return self.case_id._debt_open()

    def action_open_move(self):
        """Open the document, under the user's own rights in accounting."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }
