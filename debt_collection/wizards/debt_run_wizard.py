from odoo import api, fields, models
from odoo.exceptions import AccessError


class DebtRunWizard(models.TransientModel):
    _name = "debt.run.wizard"
    _description = "Run or Simulate"

    company_ids = fields.Many2many(
        "res.company",
        string="Companies",
        required=True,
        default=lambda self: self.env.companies,
        domain=lambda self: [("id", "in", self.env.companies.ids)],
    )
    day = fields.Date(required=True, default=fields.Date.context_today)
    strategy_on_ids = fields.Many2many(
        "debt.strategy", compute="_compute_strategy_on_ids"
    )

    @api.depends("company_ids")
    def _compute_strategy_on_ids(self):
        for wizard in self:
            wizard.strategy_on_ids = self.env["debt.strategy"].search(
                [("enabled", "=", True)]
            )

    def action_simulate(self):
        """Show who would get what on the day, and who would not and why."""
        self.ensure_one()
        self._check_right()
        # sudo: a simulation reads the books of companies the user was checked for
        run = (
            self.env["debt.run"].sudo()._run(self.company_ids, self.day, simulate=True)
        )
        run.user_id = self.env.user
        return run.sudo(False).action_view_lines()

    def action_run(self):
        """Ask for a run; the scheduled action does it, outside of this request."""
        self.ensure_one()
        self._check_right()
        self.env["debt.config.mixin"]._config_changed()
        # sudo: runs are written by the system only
        self.env["debt.run"].sudo().create(
            [
                {
                    "day": company._debt_today(),
                    "company_ids": company.ids,
                    "state": "requested",
                    "user_id": self.env.user.id,
                }
                for company in self.company_ids
            ]
        )
        self.env.ref("debt_collection.ir_cron_debt_run").sudo()._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "The run starts in a moment. Its result is in the list of runs."
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _check_right(self):
        if not self.env.user.has_group("debt_collection.group_debt_supervisor"):
            raise AccessError(self.env._("Only supervisors start runs."))
        if self.company_ids - self.env.companies:
            raise AccessError(self.env._("Choose among your own companies."))
