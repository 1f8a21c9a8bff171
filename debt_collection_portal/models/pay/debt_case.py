from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import SQL, format_amount

from odoo.addons.debt_collection.models.agreements.debt_notice_match_mixin import exact

from ...logic.pay_choice import Part, spread
from ...tools.pay_choice import PayChoice

#: As Odoo's own pages: these providers only note that the customer will pay somehow.
LATER = ("none", "custom")
#: Payments of an account that may be started and left alone within an hour.
MOST_STARTED = 20


class DebtCase(models.Model):
    _inherit = "debt.case"

    def _portal_pay_url(self, items=None, promise=None, currency=None):
        """Return the address of the page where something of this account is paid.

        :param items: ``debt.item`` records; without all that is overdue
        :param promise: a promise or the instalment of a plan
        :param currency: of which all that is overdue is paid
        """
        self.ensure_one()
        query = [("items", item.id) for item in items or ()]
        if promise:
            query.append(("promise", promise.id))
        if currency:
            query.append(("currency", currency.name))
        url = f"/my/debts/{self.id}/pay"
        return f"{url}?{urlencode(query)}" if query else url

    # === WHAT CAN BE PAID === #

    def _portal_pay_amounts(self):
        """Return what can be paid now, by what the books say at this moment.

        Without what an online payment under way will pay.

        :return: {``debt.item``: Decimal} in the order in which money clears documents;
            less than zero for credits that can be used up
        """
        self.ensure_one()
        coming = self._portal_coming()
        payable = {}
        items = self._portal_items()
        lines = items.move_line_id.exists()
        ours = self._portal_payable(items)
        for item in items._in_payment_order():
            line = item.move_line_id
            if line not in lines or line.parent_state != "posted" or line.reconciled:
                continue
            amount = exact(line.amount_residual_currency, item.currency_id)
            if amount > 0:
                amount = max(Decimal(0), amount - coming.get(line.id, 0))
            if amount and (item in ours if amount > 0 else not item.no_netting):
                payable[item] = amount
        return payable

    def _portal_under_way(self):
        """Return the transactions of this account whose money may still come."""
        self.ensure_one()
        # sudo: what the customer paid for their own account
        transactions = self.env["payment.transaction"].sudo()
        days = timedelta(days=self.company_id.debt_pending_days)
        since = fields.Datetime.now() - days
        booked = Domain("state", "=", "done") & Domain("is_post_processed", "=", False)
        coming = Domain("state", "in", ("pending", "authorized"))
        coming &= Domain("last_state_change", ">", since)
        return transactions.search(
            Domain("debt_case_id", "=", self.id) & (booked | coming)
        )

    def _portal_coming(self):
        """Return {journal item id: Decimal} of what online payments will pay."""
        coming = {}
        for tx in self._portal_under_way():
            if tx.provider_code not in LATER:
                for line_id, amount in tx.debt_parts or ():
                    paid = exact(amount, tx.currency_id)
                    coming[line_id] = coming.get(line_id, 0) + paid
        return coming

    def _portal_remarks(self, items):
        """Say of an item that a payment is on its way."""
        remarks = super()._portal_remarks(items)
        coming = self._portal_coming()
        for item in items:
            if paid := coming.get(item.move_line_id.id):
                owed = exact(item.amount_residual_currency, item.currency_id)
                text = self.env._("A payment is on its way")
                remarks.setdefault(item, []).append((text, paid >= owed))
        return remarks

    # === WHAT IS CHOSEN === #

    def _portal_choice(
        self, items=None, currency=None, amount=None, promise=None, payable=None
    ):
        """Return what a payment is for: one of the parameters, or all that is overdue.

        :param items: documents of this account, each paid in full
        :param currency: of which all that is overdue is paid, less the credits in it,
            without what is being looked into or agreed; where nothing is overdue what
            will be due
        :param amount: Decimal in ``currency``, for the oldest documents
        :param promise: a promise or an instalment of this account
        :param payable: what ``_portal_pay_amounts`` said in this request
        :return: a ``PayChoice``
        :raise UserError: where it cannot be paid
        """
        self.ensure_one()
        payable = self._portal_pay_amounts() if payable is None else payable
        if promise:
            return self._portal_choose_promise(payable, promise)
        if items:
            return self._portal_choose_items(payable, items)
        currency = currency or self._portal_oldest_currency(payable)
        payable = {i: owed for i, owed in payable.items() if i.currency_id == currency}
        remarks = self._portal_remarks(self.env["debt.item"].union(*payable))
        wanted = {
            item: owed
            for item, owed in payable.items()
            if owed < 0 or self._portal_wanted(item, remarks)
        }
        if amount:
            # what is being looked into comes last
            return self._portal_choose_amount(wanted | payable, currency, amount)
        today = self.company_id._debt_today()
        due = {i: owed for i, owed in wanted.items() if owed < 0 or i.date_due < today}
        if not any(owed > 0 for owed in due.values()):
            due = wanted
        return self._portal_checked(PayChoice(currency, due))

    def _portal_oldest_currency(self, payable):
        owed = [item for item, amount in payable.items() if amount > 0]
        return owed[0].currency_id if owed else self.currency_id

    def _portal_choose_items(self, payable, items):
        parts = {item: owed for item, owed in payable.items() if item in items}
        currencies = items.currency_id
        if len(currencies) > 1:
            raise UserError(
                self.env._(
                    "These documents are in several currencies: pay those in %s first, "
                    "the others afterwards.",
                    currencies[0].name,
                )
            )
        return self._portal_checked(PayChoice(currencies, parts))

    def _portal_choose_amount(self, payable, currency, amount):
        owed = [(item, left) for item, left in payable.items() if left > 0]
        total = sum((left for _item, left in owed), Decimal(0))
        company = self.company_id
        if amount > total:
            raise UserError(
                self.env._(
                    "You owe %s: more cannot be paid here.",
                    format_amount(self.env, float(total), currency),
                )
            )
        if amount < total and not company.debt_portal_part:
            raise UserError(self.env._("Choose the documents that you want to pay."))
        least = company.currency_id._convert(
            company.debt_portal_least, currency, company, company._debt_today()
        )
        if amount < min(total, exact(least, currency)):
            raise UserError(
                self.env._(
                    "The least amount that can be paid here is %s.",
                    format_amount(self.env, least, currency),
                )
            )
        return self._portal_spread(PayChoice(currency), owed, amount)

    def _portal_choose_promise(self, payable, promise):
        if promise.state != "open":
            raise UserError(self.env._("This is no longer to be paid."))
        currency = promise.currency_id
        owed = [
            (item, left)
            for item, left in payable.items()
            if left > 0 and item in promise.item_ids
        ]
        # money of theirs that waits to be applied is not asked for again
        came = promise.amount_paid + promise.amount_to_apply
        amount = exact(promise.amount - came, currency)
        choice = self._portal_spread(PayChoice(currency, promise=promise), owed, amount)
        return self._portal_checked(choice)

    def _portal_spread(self, choice, owed, amount):
        """Return a choice of which an amount pays documents in their order."""
        items = {item.id: item for item, _left in owed}
        parts, rest = spread(amount, [Part(item.id, left) for item, left in owed])
        if choice.promise:
            # the interest of an instalment that accounting has not invoiced yet
            rest = min(rest, exact(choice.promise.amount_interest, choice.currency))
        return PayChoice(
            choice.currency,
            {items[part.key]: part.amount for part in parts},
            choice.promise,
            rest if choice.promise else 0,
        )

    def _portal_checked(self, choice):
        if choice.amount > 0:
            return choice
        if any(owed < 0 for owed in choice.parts.values()):
            raise UserError(
                self.env._("Your credits cover these documents: nothing is to be paid.")
            )
        raise UserError(
            self.env._("Nothing of this is to be paid now, or a payment is on its way.")
        )

    # === THE TRANSACTION === #

    def _absorb(self, lost):
        """Payments under way go on for the case that stays."""
        # sudo: whoever merges contacts need not read payments
        transactions = self.env["payment.transaction"].sudo()
        for transaction in transactions.search([("debt_case_id", "in", lost.ids)]):
            transaction.debt_case_id = self
            transaction.landing_route = transaction._portal_url()
        return super()._absorb(lost)

    def _debt_transaction_vals(self, items_amounts, currency, promise=None, advance=0):
        """Return values of a ``payment.transaction`` that pays exactly some documents.

        Whoever creates it adds ``provider_id``, ``payment_method_id``, ``operation``
        and where there is one ``token_id``; the reference is found by itself.

        :param dict items_amounts: {``debt.item`` of this account: amount in their
            currency}; less than zero: a credit that is used up
        :param currency: the ``res.currency`` of all of them
        :param promise: the promise or instalment that it pays
        :param advance: paid beyond these documents; it stays in the customer's favour
        """
        self.ensure_one()
        moves = self.env["account.move"].union(*(i.move_id for i in items_amounts))
        total = sum(float(amount) for amount in items_amounts.values()) + float(advance)
        return {
            "amount": currency.round(total),
            "currency_id": currency.id,
            "partner_id": self.partner_id.id,
            "debt_case_id": self.id,
            "debt_promise_id": promise.id if promise else False,
            "debt_parts": [
                [item.move_line_id.id, float(amount)]
                for item, amount in items_amounts.items()
            ],
            "invoice_ids": [
                Command.set(moves.filtered(lambda move: move.is_invoice()).ids)
            ],
        }

    def _portal_lock_paying(self):
        """Let one payment of this account be started at a time, and not too many.

        An advisory lock: neither the daily run nor accountants wait for a customer.

        :raise UserError: where another one is being started, or there are too many
        """
        self.ensure_one()
        ((locked,),) = self.env.execute_query(
            SQL(
                "SELECT pg_try_advisory_xact_lock(hashtext('debt_portal_pay'), %s)",
                self.id,
            )
        )
        if not locked:
            raise UserError(
                self.env._(
                    "Another payment of this account is being started. Try again in a "
                    "few seconds."
                )
            )
        # sudo: they are counted, whoever started them
        started = (
            self.env["payment.transaction"]
            .sudo()
            .search_count(
                [
                    ("debt_case_id", "=", self.id),
                    ("state", "=", "draft"),
                    ("create_date", ">", fields.Datetime.now() - timedelta(hours=1)),
                ],
                limit=MOST_STARTED,
            )
        )
        if started >= MOST_STARTED:
            raise UserError(
                self.env._(
                    "Too many payments of this account were started and not finished. "
                    "Try again in an hour, or write to us."
                )
            )
