from odoo import api, models


class DebtAction(models.Model):
    _inherit = "debt.action"

    @api.model
    def _channels(self):
        return [*super()._channels(), ("portal", self.env._("Customer's Page"))]
