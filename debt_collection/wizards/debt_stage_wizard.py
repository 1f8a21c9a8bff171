from odoo import fields, models


class DebtStageWizard(models.TransientModel):
    _name = "debt.stage.wizard"
    _description = "Change the Stage of Collection Cases"

    case_ids = fields.Many2many("debt.case", required=True)
    stage_id = fields.Many2one("debt.stage", required=True)
    reason = fields.Char(required=True)

    def action_confirm(self):
        """Set the stage by hand; the daily run leaves it until the case closes."""
        self.ensure_one()
        self.case_ids.write({"stage_id": self.stage_id.id, "stage_reason": self.reason})
        return {"type": "ir.actions.act_window_close"}
