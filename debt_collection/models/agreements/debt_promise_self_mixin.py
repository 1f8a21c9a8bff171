from decimal import Decimal

from odoo import api, fields, models

from ...logic.self_service import MEMORY_DAYS, Limits, last_day, least, refusal
from .debt_notice_match_mixin import exact


class DebtPromiseSelfMixin(models.AbstractModel):
    """Promises that customers make by themselves: on a page, in a chat, in a call."""

    _name = "debt.promise.self.mixin"
    _description = "Promises in Self-Service"

    @api.model
    def _self_service_limits(self, case, items=None):
        """Return what a customer may promise today without anybody of the company.

        :param case: the case
        :param items: what would be promised; None: all that is overdue
        :return: (last day that can be promised or None, why not: "broken", "changes",
            "legal", "planned", "nothing" or None)
        """
        case.ensure_one()
        # sudo: the customer's own promises, and settings of the company
        case, company = case.sudo(), case.company_id.sudo()
        limits = Limits(
            company.debt_promise_days_self,
            company.debt_promise_changes_self,
            company.debt_promise_broken_self,
        )
        today = company._debt_today()
        since = fields.Date.subtract(today, days=MEMORY_DAYS)
        if any(plan.state == "active" for plan in case.plan_ids):
            return None, "planned"
        if case.amount_overdue <= 0 or not self._self_service_items(case):
            return None, "nothing"
        broken = case.promise_ids.filtered(
            lambda p: (
                p.state == "broken"
                and not p.paid_late
                and not p.plan_id
                and p.deadline >= since
            )
        )
        reason = refusal(limits, self._self_service_made(case, items), len(broken))
        if not reason and case.stage_id.stop_contact:
            reason = "legal"  # by then others speak with the customer
        return (None, reason) if reason else (last_day(today, limits), None)

    @api.model
    def _self_service_items(self, case, currency=None):
        """Return what a customer can promise to pay: overdue, in one currency.

        :param currency: None: that of the oldest document
        """
        items = case.item_ids.filtered(
            lambda item: (
                item.days_past_due > 0
                and item.amount_residual_currency > 0
                # what is promised already can be moved
                and (item.amount_chaseable > 0 or item.covered_by == "promised")
                and not item.excluded
            )
        ).sorted("date_due")
        currency = currency or items[:1].currency_id
        return items.filtered(lambda item: item.currency_id == currency)

    @api.model
    def _self_service_amount(self, items):
        """Return what a promise of these documents is for, without what is disputed."""
        return sum(
            item.amount_residual_currency
            if item.covered_by == "promised"
            else item.amount_chaseable
            for item in items
        )

    @api.model
    def _self_service_least(self, items):
        """Return the least that can be promised, but for whole documents.

        :param items: what is overdue, see ``_self_service_items``
        """
        currency, company = items.currency_id, items.company_id.sudo()
        owed = exact(self._self_service_amount(items), currency)
        percent = Decimal(company.debt_promise_min_percent)  # sudo: a setting
        return float(least(owed, percent, currency.decimal_places))

    @api.model
    def _self_service_refusal(self, case, day, items=None, currency=None, amount=None):
        """Return why a customer may not promise this by themselves, None if they may.

        Whole documents, or a part of all that is overdue, not less than the company
        wants.

        :param case: the case
        :param day: when they would pay
        :param items: the documents; None: all that are overdue in the currency
        :param currency: that of the promise; None: that of the oldest document
        :param amount: None: what is to be paid of the documents
        :return: a reason of ``_self_service_limits``, "documents", "day", "little" or
            "much"
        """
        last, reason = self._self_service_limits(case, items)
        if reason:
            return reason
        if items is not None:
            currency = items[:1].currency_id
        owed = self._self_service_items(case.sudo(), currency)  # sudo: their own
        if not owed or (items is not None and (not items or items - owed)):
            return "documents"
        if not case.company_id._debt_today() <= day <= last:
            return "day"
        if amount is None:
            return None
        compare = owed.currency_id.compare_amounts
        if compare(amount, self._self_service_amount(owed)) > 0:
            return "much"
        if compare(amount, self._self_service_least(owed)) < 0:
            return "little"
        return None

    @api.model
    def _self_service_made(self, case, items=None):
        """Return how many promises in a row the customer made and moved until now.

        One that was taken back counts until its day: it is no way to move it often.

        :param items: those that are about these documents; None: about any
        """
        today = case.company_id._debt_today()
        own = case.promise_ids.filtered(
            lambda p: p.source in self._self_service_sources() and not p.plan_id
        )
        if items is not None:
            own = own.filtered(lambda p: p.item_ids & items)
        closed = own.filtered(lambda p: p.state == "cancelled" and p.close_reason)
        back = closed.filtered(lambda p: not p.again_id and p.date >= today)
        last = own.filtered(lambda p: p.state == "open") | back
        moved = closed.filtered(lambda p: p.item_ids & last.item_ids)
        return len(last | moved)

    @api.model
    def _self_service_sources(self):
        """Return the sources of promises that customers make by themselves."""
        return ()

    @api.model
    def _promise_by_debtor(
        self, case, day, source, items=None, currency=None, **values
    ):
        """Enter what a customer promised by themselves.

        :param case: the case
        :param day: when they pay
        :param source: a value of ``source`` in ``_self_service_sources``
        :param items: the documents; None: all that are overdue in the currency
        :param currency: that of the promise; None: that of the oldest document
        :param values: other fields of the promise; for an ``amount`` ask
            ``_self_service_refusal`` first
        :return: the promise, empty where their limits do not allow it
        """
        if self._self_service_refusal(case, day, items, currency):
            return self.browse()
        # sudo: the customer's own promise, inside the limits of self-service
        case = case.sudo()
        if items is None:
            items = self._self_service_items(case, currency)
        return self.sudo().create(
            {
                "case_id": case.id,
                "company_id": case.company_id.id,
                "currency_id": items.currency_id.id,
                "item_ids": items.ids,
                "amount": self._self_service_amount(items),
                "date": day,
                "made_date": case.company_id._debt_today(),
                "source": source,
                "user_id": case._debt_agent().id,
                "confirm": case.company_id.debt_promise_confirm,
                **values,
            }
        )
