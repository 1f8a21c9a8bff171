from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import RedirectWarning

from ..logic.order_check import FREE, HOLD
from .debt_order_hold import LIVE, STATES


class SaleOrder(models.Model):
    _inherit = "sale.order"

    debt_hold_ids = fields.One2many("debt.order.hold", "order_id", string="Holds")
    debt_hold_state = fields.Selection(
        [("none", "Not Held"), *STATES[:3]],
        string="Credit",
        compute="_compute_debt_hold_state",
        store=True,
        compute_sudo=True,
        help="Whether the order waits because its customer owes.",
    )
    debt_hold_answer = fields.Char(
        string="Answer of Credit", compute="_compute_debt_hold_answer"
    )
    debt_exception_id = fields.Many2one(
        "debt.order.exception",
        string="Confirmed by Exception",
        copy=False,
        readonly=True,
        index="btree_not_null",
    )
    debt_credit_level = fields.Selection(
        [("none", "Free"), ("warn", "Warned"), ("hold", "To Hold")],
        compute="_compute_debt_credit",
    )
    debt_credit_text = fields.Text(compute="_compute_debt_credit")

    # === COMPUTE METHODS === #

    @api.depends("debt_hold_ids.state")
    def _compute_debt_hold_state(self):
        for order in self:
            live = order.debt_hold_ids.filtered(lambda hold: hold.state in LIVE)
            order.debt_hold_state = live[:1].state or "none"

    @api.depends("debt_hold_state")
    def _compute_debt_hold_answer(self):
        for order in self:
            # sudo: the answer is for whoever reads the order
            live = order.sudo().debt_hold_ids.filtered(lambda hold: hold.state in LIVE)
            order.debt_hold_answer = live[:1].release_reason

    @api.depends(
        "partner_id",
        "partner_invoice_id",
        "company_id",
        "amount_total",
        "state",
        "debt_hold_state",
    )
    @api.depends_context("lang")
    def _compute_debt_credit(self):
        asked = self.filtered("partner_id")._debt_in_question()
        results = asked._debt_check()
        for order in self:
            result = results.get(order)
            level = result.level if result else FREE
            if level == HOLD and order._debt_release():
                level = "warn"
            order.debt_credit_level = level
            order.debt_credit_text = level != FREE and self.env[
                "debt.order.check"
            ]._words(order.company_id, result)

    # === FACTS === #

    def _debt_in_question(self):
        """Return the orders of which credit still has something to say."""
        return self.filtered(lambda order: order.state in ("draft", "sent"))

    def _debt_debtor(self):
        """Return who owes what this order is for."""
        self.ensure_one()
        partner = self.partner_invoice_id or self.partner_id
        return partner._debt_debtors()._origin

    def _debt_amount(self):
        """Return the total of this order in company currency, as a Decimal."""
        self.ensure_one()
        amount = self.amount_total / (self.currency_rate or 1)
        return Decimal(str(self.company_id.sudo().currency_id.round(amount)))

    def _debt_is_prepaid(self):
        """Return whether so much is paid already that no credit is given."""
        self.ensure_one()
        if self.amount_total <= 0:
            return True
        percent = self.company_id.sudo().debt_sale_prepaid_percent
        needed = self.currency_id.round(self.amount_total * percent / 100)
        return self.currency_id.compare_amounts(self.amount_paid, needed) >= 0

    def _debt_check(self):
        """Return {order: what happens to it, and why}; see ``debt.order.check``."""
        results = {}
        for company, orders in self.grouped("company_id").items():
            results |= self.env["debt.order.check"]._check(company, orders)
        return results

    def _debt_release(self):
        """Return the hold whose release lets this order be confirmed, if any."""
        self.ensure_one()
        # sudo: see ``_compute_debt_hold_answer``
        return self.sudo().debt_hold_ids.filtered(lambda hold: hold._lets_pass())

    # === CONFIRM === #

    def action_confirm(self):
        """Hold back the orders of customers who owe too much.

        A person gets a dialog in which to ask for a release. Where the customer, a
        payment or another job confirms, the order waits in the queue instead.
        """
        held, exceptions = self._debt_hold_back()
        if held and not self.env.su:
            raise held._debt_dialog()
        if held:
            self.env["debt.order.hold"]._put(held)
        free = self - held
        result = super(SaleOrder, free).action_confirm() if free else True
        for order, exception in exceptions.items():
            order.sudo().debt_exception_id = exception  # sudo: evidence
        self.env["debt.order.hold"]._over(free, "done")
        return result

    def _validate_order(self):
        held, _exceptions = self._debt_hold_back()
        if held:
            self.env["debt.order.hold"]._put(held)
        free = self - held
        return super(SaleOrder, free)._validate_order() if free else None

    def _action_cancel(self):
        result = super()._action_cancel()
        self.env["debt.order.hold"]._over(self, "cancelled")
        return result

    def _debt_hold_back(self):
        """Return (orders that must wait, {order: exception that lets it pass}).

        What would wait is looked at again with the books of this moment: the payment
        may have come a minute ago.
        """
        asked = self.filtered(lambda order: order.state in ("draft", "sent"))
        results = asked._debt_check()
        held = self._debt_waiting(results)
        if held:
            held._debt_refresh()
            results |= held._debt_check()
            held = self._debt_waiting(results)
        exceptions = {
            order: result.exception
            for order, result in results.items()
            if result.exception and order not in held
        }
        return held, exceptions

    def _debt_waiting(self, results):
        return self.filtered(
            lambda order: (
                order in results
                and results[order].level == HOLD
                and not order._debt_release()
            )
        )

    def _debt_refresh(self):
        """Bring the cases behind these orders up to date with the books."""
        for company, orders in self.grouped("company_id").items():
            debtors = [order._debt_debtor().id for order in orders]
            # sudo: salespeople need no right on cases
            cases = (
                self.env["debt.case"]
                .sudo()
                .search(
                    [("partner_id", "in", debtors), ("company_id", "=", company.id)]
                )
            )
            if cases:
                cases._refresh(company.sudo()._debt_today())

    def _debt_dialog(self):
        """Return the warning that says why, with the button to ask for a release."""
        results = self._debt_check()
        check = self.env["debt.order.check"]
        reasons = "\n\n".join(
            f"{order.name} · {order._debt_debtor().sudo().display_name}\n"
            f"{check._words(order.company_id, results[order])}"
            for order in self
        )
        return RedirectWarning(
            self._debt_dialog_text(reasons),
            self._debt_ask_action(),
            self.env._("Ask for Release"),
        )

    def _debt_dialog_text(self, reasons):
        return self.env._("Credit does not let this order be confirmed:\n\n%s", reasons)

    def _debt_ask_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask for Release"),
            "res_model": "debt.order.ask.wizard",
            "views": [(False, "form")],
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_ids": self.ids},
        }

    def action_debt_ask(self):
        """Ask the credit department to let these orders be confirmed."""
        return self._debt_ask_action()
