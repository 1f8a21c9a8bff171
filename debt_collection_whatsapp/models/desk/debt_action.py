from odoo import models


class DebtAction(models.Model):
    _inherit = "debt.action"

    def _compute_can_undo(self):
        result = super()._compute_can_undo()
        # sudo: whether something left, whoever asks
        messages = self.env["debt.whatsapp.message"].sudo()
        told = messages.search([("action_id", "in", self.ids)]).action_id
        # what was written cannot be unwritten
        (self & told.with_env(self.env)).can_undo = False
        return result
