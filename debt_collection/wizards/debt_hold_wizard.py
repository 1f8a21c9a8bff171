from odoo import fields, models
from odoo.exceptions import UserError


class DebtHoldWizard(models.TransientModel):
    _name = "debt.hold.wizard"
    _description = "Hold Collection Cases"

    case_ids = fields.Many2many("debt.case", required=True)
    until = fields.Date(
        required=True,
        default=lambda self: fields.Date.add(self.env.company._debt_today(), days=7),
    )
    reason = fields.Char(required=True)

    def action_confirm(self):
        """Hold the cases: nothing is planned until the day is over."""
        self.ensure_one()
        self._check_until()
        closed = self.case_ids.filtered(lambda case: case.state == "closed")
        if closed:
            raise UserError(
                self.env._(
                    "%(names)s owe nothing; there is nothing to hold.",
                    names=", ".join(closed.mapped("display_name")),
                )
            )
        self.case_ids.write(
            {"state": "hold", "hold_until": self.until, "hold_reason": self.reason}
        )
        return {"type": "ir.actions.act_window_close"}

    def _check_until(self):
        """Refuse a day that is over, or later than the company lets agents decide.

        :raise UserError: with how long it may be
        """
        supervisor = self.env.user.has_group("debt_collection.group_debt_supervisor")
        for company in self.case_ids.company_id.sudo():  # sudo: settings of the company
            ahead = (self.until - company._debt_today()).days
            if ahead < 0:
                raise UserError(self.env._("Choose a day from today on."))
            if not supervisor and ahead > company.debt_hold_days_agent:
                raise UserError(
                    self.env._(
                        "You can hold a case for %(days)s days. Choose an earlier day, "
                        "or ask a supervisor.",
                        days=company.debt_hold_days_agent,
                    )
                )
