from datetime import date

from odoo import http
from odoo.http import request
from odoo.tools.misc import formatLang

from .dispute import PAGE
from .files import DebtFiles
from .parse import _debt_amount

#: Characters of the bank and of the number of a transfer.
SHORT = 64


class DebtPaid(DebtFiles):
    """Payments that customers made elsewhere, or have scheduled."""

    @http.route("/my/debts/<int:case_id>/paid", methods=["GET"], **PAGE)
    def paid(self, case_id, **_kwargs):
        """Ask for a payment, and show those that were reported before."""
        visit = self._visit(case_id)
        return self._paid_form(visit, {"items": self._ids("items")})

    def _paid_form(self, visit, typed, error=None):
        case = visit.case
        owed = case._portal_owed()
        first, last = case._portal_pay_days()
        currencies = owed.sorted("date_due").currency_id
        chosen = owed.filtered(lambda item: item.id in (typed.get("items") or ()))
        currency = chosen.currency_id[:1] or currencies[:1]
        return self._page(
            visit,
            "paid_form",
            "account",
            owed=owed,
            currencies=currencies,
            currency=currency,
            amount=self._paid_amount(case, owed, chosen, currency),
            methods=case.env["debt.payment.notice"]
            ._fields["method"]
            ._description_selection(case.env),
            first=first,
            last=last,
            notices=case.notice_ids,
            typed=typed,
            error=error,
        )

    def _paid_amount(self, case, owed, chosen, currency):
        """Return what was paid most probably, as the visitor would type it."""
        amount = sum(chosen.mapped("amount_residual_currency"))
        amount = amount or case._portal_overdue_amount(owed, currency)
        return formatLang(case.env, amount, digits=currency.decimal_places)

    @http.route("/my/debts/<int:case_id>/paid/report", methods=["POST"], **PAGE)
    def paid_report(
        self,
        case_id,
        amount=None,
        currency=None,
        day=None,
        method=None,
        bank=None,
        reference=None,
        note=None,
        **_kwargs,
    ):
        """Enter a payment, and go on to what becomes of it."""
        visit = self._visit(case_id, change=True)
        case, chosen = visit.case, self._ids("items")
        owed = case._portal_owed()
        items = owed.filtered(lambda item: item.id in chosen)
        currencies = owed.currency_id
        in_currency = (
            currencies.filtered(lambda each: each.name == currency)
            or (items or owed.sorted("date_due")).currency_id[:1]
        )
        methods = dict(case.env["debt.payment.notice"]._fields["method"].selection)

        def deed():
            values = {
                "amount": _debt_amount(amount, in_currency) if in_currency else 0,
                "date": self._paid_day(day),
                "method": method if method in methods else False,
                "bank": (bank or "").strip()[:SHORT],
                "reference": (reference or "").strip()[:SHORT],
                "note": case._portal_text(note),
            }
            files = self._uploaded("receipt", most=1)
            return case._portal_notice(
                visit, items, in_currency, values, files[0] if files else None
            )

        found, error = self._attempt(deed)
        if error:
            typed = {
                "items": chosen,
                "amount": amount,
                "currency": currency,
                "day": day,
                "method": method,
                "bank": bank,
                "reference": reference,
                "note": note,
            }
            return self._paid_form(visit, typed, error)
        notice, new = found
        return self._done(visit, "paid" if new else "paid_known", f"/paid/{notice.id}")

    def _paid_day(self, text):
        """Return the day of a date field, None for anything else."""
        try:
            return date.fromisoformat(text or "")
        except ValueError:
            return None

    @http.route("/my/debts/<int:case_id>/paid/<int:notice_id>", methods=["GET"], **PAGE)
    def paid_notice(self, case_id, notice_id, **_kwargs):
        """Show what became of a payment that was reported."""
        visit = self._visit(case_id)
        notice = self._own_notice(visit, notice_id)
        return self._page(visit, "paid_notice", "account", notice=notice)

    def _own_notice(self, visit, notice_id):
        """Return a payment notice of the account.

        :raise NotFound: where it has no such notice
        """
        found = visit.case.notice_ids.filtered(lambda each: each.id == notice_id)
        if not found:
            raise request.not_found()
        return found

    @http.route(
        "/my/debts/<int:case_id>/paid/<int:notice_id>/receipt", methods=["GET"], **PAGE
    )
    def paid_receipt(self, case_id, notice_id, **_kwargs):
        """Download the receipt that the customer sent."""
        visit = self._visit(case_id)
        notice = self._own_notice(visit, notice_id)
        file = notice.env["ir.attachment"].search(
            [
                ("res_model", "=", notice._name),
                ("res_id", "=", notice.id),
                ("res_field", "=", "receipt"),
            ],
            limit=1,
        )
        if not file or notice.source != "portal":
            raise request.not_found()
        return self._download(file, notice.receipt_name)
