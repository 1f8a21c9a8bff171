from odoo import api, fields, models

from ...logic.self_service import MEMORY_DAYS, Limits, last_day, refusal


class DebtPromiseSelfMixin(models.AbstractModel):
    """Promises that customers make by themselves: on a page, in a chat, in a call."""

    _name = "debt.promise.self.mixin"
    _description = "Promises in Self-Service"

    @api.model
    def _self_service_limits(self, case):
        """Return what a customer may promise today without anybody of the company.

        :param case: the case
        :return: (last day that can be promised or None, why not: "broken", "changes",
            "planned", "nothing" or None)
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
        reason = refusal(limits, self._self_service_made(case), len(broken))
        return (None, reason) if reason else (last_day(today, limits), None)

    @api.model
    def _self_service_items(self, case):
        """Return what a customer promises to pay: overdue, in the oldest currency."""
        items = case.item_ids.filtered(
            lambda item: (
                item.days_past_due > 0
                and item.amount_residual_currency > 0
                # what is promised already can be moved
                and (item.amount_chaseable > 0 or item.covered_by == "promised")
                and not item.excluded
            )
        ).sorted("date_due")
        return items.filtered(lambda item: item.currency_id == items[:1].currency_id)

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
    def _self_service_made(self, case):
        """Return how many promises in a row the customer made and moved until now."""
        own = case.promise_ids.filtered(
            lambda p: p.source in self._self_service_sources() and not p.plan_id
        )
        open_ones = own.filtered(lambda p: p.state == "open")
        if not open_ones:
            return 0
        moved = own.filtered(
            lambda p: (
                p.state == "cancelled"
                and p.close_reason
                and p.item_ids & open_ones.item_ids
            )
        )
        return len(open_ones) + len(moved)

    @api.model
    def _self_service_sources(self):
        """Return the sources of promises that customers make by themselves."""
        return ()

    @api.model
    def _promise_by_debtor(self, case, day, source, **values):
        """Enter what a customer promised by themselves: all that is overdue.

        :param case: the case
        :param day: when they pay
        :param source: a value of ``source`` in ``_self_service_sources``
        :param values: other fields of the promise
        :return: the promise, empty where their limits do not allow it
        """
        last, reason = self._self_service_limits(case)
        if reason or not case.company_id._debt_today() <= day <= last:
            return self.browse()
        # sudo: the customer's own promise, inside the limits of self-service
        case = case.sudo()
        items = self._self_service_items(case)
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
