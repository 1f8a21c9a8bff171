from odoo import models


class DebtOrderHold(models.Model):
    _inherit = "debt.order.hold"

    def _is_over(self):
        if self.for_delivery and not self.order_id._debt_open_deliveries():
            return True
        return super()._is_over()
