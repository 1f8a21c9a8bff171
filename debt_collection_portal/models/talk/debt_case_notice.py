from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

#: Reports without a receipt that came to nothing within ``MEMORY_DAYS``, from which
#: a receipt is wanted.
MOST_EMPTY = 2
MEMORY_DAYS = 90
#: How long ago a payment can have been made.
DAYS_AGO = 366


class DebtCase(models.Model):
    """Payments that customers report on their page, made or scheduled."""

    _inherit = "debt.case"

    def _portal_pay_days(self):
        """Return the first and the last day of a payment that can be reported."""
        company, today = self.company_id, self.company_id._debt_today()
        ahead = timedelta(days=company.debt_promise_days_self)
        return today - timedelta(days=DAYS_AGO), today + ahead

    def _portal_overdue_amount(self, items, currency):
        """Return what is overdue of documents in a currency, all of it if nothing is.

        :param items: documents of ``_portal_owed``
        """
        own = items.filtered(lambda item: item.currency_id == currency)
        late = own.filtered(lambda item: item.days_past_due > 0) or own
        return sum(late.mapped("amount_residual_currency"))

    def _portal_notice(self, visit, items, currency, values, receipt=None):
        """Enter a payment that the customer made, or scheduled.

        :param visit: the ``Visit``
        :param items: the documents of ``_portal_owed`` that were paid; empty: the
            oldest ones
        :param currency: of the payment
        :param values: ``amount``, ``date``, ``method``, ``bank``, ``reference`` and
            ``note``
        :param receipt: (name, content, media type), checked already
        :return: (the notice, whether it is new): what was reported before is not
            entered again
        :raise UserError: in words for the customer
        """
        self.ensure_one()
        self._portal_check_notice(items, currency, values)
        if known := self._portal_known_notice(currency, values, receipt):
            return known, False
        self._portal_check_empty(receipt)
        today = self.company_id._debt_today()
        outcome = "paid" if values["date"] <= today else "scheduled"
        action = self._portal_said(visit, outcome, values.get("note"))
        notice = self.env["debt.payment.notice"].create(
            {
                **values,
                "case_id": self.id,
                "currency_id": currency.id,
                "item_ids": [Command.set(items.ids)],
                "made_date": today,
                "source": "portal",
                "user_id": self._debt_agent().id,
                "contact_id": visit.person.id,
                "contact_action_id": action.id,
            }
        )
        if receipt:
            name, content, _media = receipt
            notice._portal_keep_receipt(name, content)
        self._portal_tell(notice)
        return notice, True

    def _portal_check_notice(self, items, currency, values):
        """Refuse what cannot be a payment of this account.

        :raise UserError: in words for the customer
        """
        if not values.get("amount") or values["amount"] <= 0:
            raise UserError(self.env._("Write the amount of the payment."))
        if items.currency_id - currency:
            raise UserError(
                self.env._(
                    "Choose documents in %(currency)s only. Report a payment in "
                    "another currency on its own.",
                    currency=currency.name,
                )
            )
        first, last = self._portal_pay_days()
        if not values.get("date"):
            raise UserError(self.env._("Say on which day it was or will be paid."))
        if not first <= values["date"] <= last:
            raise UserError(
                self.env._(
                    "The day of the payment can be from %(first)s to %(last)s. For a "
                    "later day, write to us.",
                    first=format_date(self.env, first),
                    last=format_date(self.env, last),
                )
            )

    def _portal_known_notice(self, currency, values, receipt):
        """Return the notice that reports the same payment already, if there is one."""
        notices = self.env["debt.payment.notice"]
        found = notices.browse()
        if receipt:
            same = notices._with_receipt(self.company_id, [receipt[1]])
            found = same.filtered(lambda notice: notice.case_id == self)
        found |= notices._with_reference(self, values.get("reference"))
        if not receipt and not values.get("reference"):
            # sent twice: nothing tells one from the other
            found |= self.notice_ids.filtered(
                lambda notice: (
                    notice.state == "open"
                    and notice.currency_id == currency
                    and notice.date == values["date"]
                    and not currency.compare_amounts(notice.amount, values["amount"])
                )
            )
        return found.sorted("id")[-1:]

    def _portal_check_empty(self, receipt):
        """Want a receipt from who reported payments that never came.

        :raise UserError: in words for the customer
        """
        if receipt:
            return
        since = self.company_id._debt_today() - timedelta(days=MEMORY_DAYS)
        empty = self.notice_ids.filtered(
            lambda notice: (
                notice.source == "portal"
                and notice.state in ("expired", "rejected")
                and not notice.receipt_kind
                and notice.made_date >= since
            )
        )
        if len(empty) >= MOST_EMPTY:
            raise UserError(
                self.env._(
                    "We could not find the last payments that you reported. Please "
                    "attach the receipt of your bank, or write to us."
                )
            )
