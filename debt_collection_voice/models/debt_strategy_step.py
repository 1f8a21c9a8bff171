from odoo import fields, models
from odoo.tools import SQL


class DebtStrategyStep(models.Model):
    _inherit = "debt.strategy.step"

    channel = fields.Selection(
        selection_add=[("voice", "Automatic Call"), ("visit",)],
        ondelete={"voice": lambda steps: steps._voice_becomes_call()},
    )

    def _voice_becomes_call(self):
        """Without the addon an agent makes the call, also where the step is in use."""
        self.flush_recordset(["channel"])
        self.env.cr.execute(
            SQL(
                "UPDATE debt_strategy_step SET channel = 'call' WHERE id = ANY(%s)",
                self.ids,
            )
        )
        self.invalidate_recordset(["channel"], flush=False)
        self.modified(["channel"])
