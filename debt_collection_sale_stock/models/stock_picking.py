from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.debt_collection_sale.logic.order_check import HOLD


class StockPicking(models.Model):
    _inherit = "stock.picking"

    debt_hold = fields.Boolean(
        string="Held by Credit",
        compute="_compute_debt_hold",
        search="_search_debt_hold",
        help="The customer owes too much; the goods stay until the payment or a "
        "release.",
    )
    debt_hold_text = fields.Text(compute="_compute_debt_hold")

    @api.depends("sale_id", "state", "picking_type_code", "company_id")
    @api.depends_context("lang")
    def _compute_debt_hold(self):
        results = self._debt_held()
        words = self.env["debt.order.check"]._words
        for picking in self:
            result = results.get(picking)
            picking.debt_hold = bool(result)
            picking.debt_hold_text = result and words(picking.company_id, result)

    @api.model
    def _search_debt_hold(self, operator, value):
        if operator != "in":
            return NotImplemented
        waiting = self.sudo().search(
            [
                ("picking_type_code", "=", "outgoing"),
                ("state", "not in", ("draft", "done", "cancel")),
                ("sale_id", "!=", False),
                ("company_id", "in", self.env.companies.ids),
            ]
        )
        held = self.browse([picking.id for picking in waiting._debt_held()])
        domain = Domain("id", "in", held.ids)
        return domain if True in value else ~domain

    def _debt_held(self):
        """Return {picking: why} of the deliveries that must not leave now."""
        # sudo: who works in the warehouse needs no right on sales and their customers
        asked = self.sudo().filtered(
            lambda picking: (
                picking.sale_id
                and picking.picking_type_code == "outgoing"
                and picking.state not in ("done", "cancel")
                and picking.company_id.debt_sale_delivery_hold
            )
        )
        results = asked.sale_id._debt_check()
        held = {
            order
            for order, result in results.items()
            if result.level == HOLD and not order._debt_release()
        }
        return {
            picking.sudo(self.env.su): results[picking.sale_id]
            for picking in asked
            if picking.sale_id in held
        }

    def button_validate(self):
        """A person does not let goods go to a customer who owes too much.

        What another system says has left has left.
        """
        held = {} if self.env.su else self._debt_held()
        if held:
            orders = self.browse([picking.id for picking in held]).sudo().sale_id
            orders._debt_refresh()  # the payment may have come a minute ago
            held = self._debt_held()
        if held:
            orders = self.browse([picking.id for picking in held]).sudo().sale_id
            raise orders.sudo(False)._debt_dialog()
        return super().button_validate()

    def _action_done(self):
        result = super()._action_done()
        # sudo: see ``_debt_held``
        delivered = self.sudo().sale_id.filtered(
            lambda order: not order._debt_open_deliveries()
        )
        if delivered:
            self.env["debt.order.hold"]._over(delivered, "done")
        return result
