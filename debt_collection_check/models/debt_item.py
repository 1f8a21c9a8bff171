from odoo import api, models


class DebtItem(models.Model):
    _inherit = "debt.item"

    @api.model
    def _sync(self, company, day, partners=None):
        """Compare the cheques with the books wherever items are."""
        news = super()._sync(company, day, partners)
        self.env["debt.cheque"]._sync(company, day, partners)
        return news
