from odoo import http
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.account_payment.controllers.payment import PaymentPortal
from odoo.addons.account_payment.controllers.portal import PortalAccount

from .door import DebtDoor


class DebtPortalInvoices(PortalAccount):
    """Odoo's own page of what is overdue leads to the account, or is right."""

    @http.route()
    def portal_my_overdue_invoices(self, access_token=None, **kw):
        """Lead to the account, where several currencies and companies can be paid."""
        if not request.env.user._is_public() and self._debt_owes():
            return request.redirect("/my/debts")
        return super().portal_my_overdue_invoices(access_token=access_token, **kw)

    def _debt_owes(self):
        # sudo: whether there is an account of the user's own
        cases_sudo = request.env["debt.case"].sudo()
        domain = DebtDoor()._own_domain() & Domain("state", "!=", "closed")
        return cases_sudo.search_count(domain, limit=1)

    def _overdue_invoices_get_page_view_values(self, overdue_invoices, **kwargs):
        values = super()._overdue_invoices_get_page_view_values(
            overdue_invoices, **kwargs
        )
        if "payment" in values:
            # core asks for the totals, also of what was paid in part
            owed = sum(overdue_invoices.mapped("amount_residual"))
            values["amount"] = values["payment"]["amount"] = owed
        return values


class DebtInvoicePayment(PaymentPortal):
    """Odoo's own routes that pay invoices take any amount; here what is open."""

    def _process_transaction(
        self, partner_id, currency_id, invoice_ids, payment_reference, **kwargs
    ):
        # sudo: the route checked whose they are
        invoices = request.env["account.move"].sudo().browse(invoice_ids)
        currency = request.env["res.currency"].browse(currency_id)
        amount = self._cast_as_float(kwargs.get("amount")) or 0
        owed = sum(invoices.mapped("amount_residual"))
        too_much = currency.compare_amounts(amount, owed) > 0
        if too_much or currency.compare_amounts(amount, 0) <= 0:
            raise ValidationError(
                request.env._("Pay more than zero, and no more than what is open.")
            )
        return super()._process_transaction(
            partner_id, currency_id, invoice_ids, payment_reference, **kwargs
        )
