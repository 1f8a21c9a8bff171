from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _debt_open_deliveries(self):
        """Return the deliveries of these orders that did not leave yet."""
        return self.picking_ids.filtered(
            lambda picking: (
                picking.picking_type_code == "outgoing"
                and picking.state not in ("done", "cancel")
            )
        )

    def _debt_in_question(self):
        # sudo: settings of the company, and deliveries that salespeople may not read
        waiting = self.filtered(
            lambda order: (
                order.state == "sale"
                and order.company_id.sudo().debt_sale_delivery_hold
                and order.sudo()._debt_open_deliveries()
            )
        )
        return super()._debt_in_question() | waiting

    def _debt_dialog_text(self, reasons):
        if all(order.state == "sale" for order in self):
            return self.env._(
                "Credit does not let this order be delivered:\n\n%s", reasons
            )
        return super()._debt_dialog_text(reasons)
