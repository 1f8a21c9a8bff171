from odoo import api, models


class DebtRun(models.Model):
    _inherit = "debt.run"

    @api.model
    def _find_lost(self):
        # sudo: the queue of messages belongs to the system
        self.env["debt.whatsapp.message"].sudo()._find_lost()
        return super()._find_lost()
