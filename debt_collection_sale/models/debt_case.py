from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class DebtCase(models.Model):
    _inherit = "debt.case"

    has_held_order = fields.Boolean(
        string="With a Held Order",
        compute="_compute_held_orders",
        search="_search_has_held_order",
    )
    held_order_count = fields.Integer(
        string="Held Orders", compute="_compute_held_orders"
    )

    def _compute_held_orders(self):
        # sudo: the number is shown wherever the case is
        groups = (
            self.env["debt.order.hold"]
            .sudo()
            ._read_group(
                [("partner_id", "in", self.partner_id.ids), ("state", "=", "held")],
                ["partner_id", "company_id"],
                ["__count"],
            )
        )
        counts = {(partner, company): count for partner, company, count in groups}
        for case in self:
            key = (case.partner_id.sudo(), case.company_id.sudo())
            case.held_order_count = counts.get(key, 0)
            case.has_held_order = bool(case.held_order_count)

    @api.model
    def _search_has_held_order(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.env["debt.order.hold"].flush_model(["state", "partner_id", "company_id"])
        held = Domain(
            "id",
            "in",
            SQL(
                """(
            SELECT c.id
              FROM debt_order_hold h
              JOIN debt_case c ON c.partner_id = h.partner_id
                              AND c.company_id = h.company_id
             WHERE h.state = 'held')"""
            ),
        )
        return held if True in value else ~held

    def action_open_held_orders(self):
        """Open the orders of the customer that were held."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection_sale.debt_order_hold_action"
        )
        action["domain"] = [
            ("partner_id", "=", self.partner_id.id),
            ("company_id", "=", self.company_id.id),
        ]
        return action

    @api.model
    def _figures_changed(self, company, cases):
        self.env["debt.order.hold"]._wake(company, cases)
        return super()._figures_changed(company, cases)
