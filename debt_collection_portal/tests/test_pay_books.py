from datetime import timedelta
from decimal import Decimal

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError

from .common import DAY
from .common_pay import PayCommon

LATER = DAY + timedelta(days=36500)


class TestPayBooks(PayCommon):
    """What a payment of the page does in the books: what was chosen, and no more."""

    def setUp(self):
        super().setUp()
        self.first = self.invoice(100, due=DAY)
        self.second = self.invoice(50, due=DAY + timedelta(days=1))
        self.future = self.invoice(70, due=LATER)
        self.case = self.case_with()

    def items(self, *invoices):
        return self.env["debt.item"].search(
            [("move_id", "in", [invoice.id for invoice in invoices])]
        )

    def choose(self, *invoices, **values):
        items = self.items(*invoices) if invoices else None
        return self.case._portal_choice(items=items, **values)

    # === CHOICES === #

    def test_without_a_choice_all_that_is_overdue_is_paid(self):
        self.notify(self.transaction(self.case))
        self.assertEqual(self.open_of(self.first, self.second, self.future), [0, 0, 70])

    def test_chosen_documents_are_paid_and_no_older_ones(self):
        self.notify(self.transaction(self.case, self.choose(self.second)))
        self.assertEqual(
            self.open_of(self.first, self.second, self.future), [100, 0, 70]
        )

    def test_an_amount_pays_the_oldest_documents(self):
        choice = self.case._portal_choice(amount=Decimal(120))
        self.notify(self.transaction(self.case, choice))
        self.assertEqual(
            self.open_of(self.first, self.second, self.future), [0, 30, 70]
        )

    def test_the_company_says_which_amounts_may_be_paid(self):
        self.company.debt_portal_least = 30
        for amount, message in ((29, "least amount"), (221, "more cannot be paid")):
            with self.assertRaisesRegex(UserError, message):
                self.case._portal_choice(amount=Decimal(amount))
        self.assertEqual(self.case._portal_choice(amount=Decimal(30)).amount, 30)
        self.company.debt_portal_part = False
        with self.assertRaisesRegex(UserError, "Choose the documents"):
            self.case._portal_choice(amount=Decimal(100))
        self.assertEqual(self.case._portal_choice(amount=Decimal(220)).amount, 220)

    def test_who_owes_less_than_the_least_amount_pays_it(self):
        self.company.debt_portal_least = 1000
        self.assertEqual(self.case._portal_choice(amount=Decimal(220)).amount, 220)

    def test_instalments_not_chosen_stay_open(self):
        lines = self.in_two(self.invoice(200, due=LATER))
        self.case = self.case_with()
        items = self.env["debt.item"].search([("move_line_id", "=", lines[0].id)])
        self.assertEqual(len(items), 1)
        self.notify(self.transaction(self.case, self.case._portal_choice(items=items)))
        self.assertEqual(
            [line.amount_residual for line in lines], [0, lines[1].balance]
        )
        self.assertEqual(self.open_of(self.first, self.second), [100, 50])

    def in_two(self, invoice):
        """Split what is due of an invoice into two instalments."""
        invoice.button_draft()
        invoice.invoice_payment_term_id = self.env["account.payment.term"].create(
            {
                "name": "Two",
                "line_ids": [
                    Command.create({"value_amount": 50, "nb_days": 0}),
                    Command.create({"value_amount": 50, "nb_days": 30}),
                ],
            }
        )
        invoice.action_post()
        lines = invoice.line_ids.filtered(lambda li: li.display_type == "payment_term")
        self.assertEqual(len(lines), 2)
        return lines.sorted("date_maturity")

    def test_credits_are_used_up_with_what_is_overdue(self):
        credit = self.credit_note(30)
        self.case = self.case_with()
        choice = self.case._portal_choice()
        self.assertEqual(choice.amount, 120)
        self.notify(self.transaction(self.case, choice))
        self.assertEqual(self.open_of(self.first, self.second, credit), [0, 0, 0])
        self.assertEqual(self.open_of(self.future), [70])

    def test_credits_that_cover_what_is_overdue_leave_nothing_to_pay(self):
        self.credit_note(150)
        self.case = self.case_with()
        with self.assertRaisesRegex(UserError, "credits cover"):
            self.case._portal_choice()

    def test_documents_in_two_currencies_are_paid_one_after_the_other(self):
        euro = self.setup_other_currency("EUR", rates=[("1900-01-01", 2.0)])
        foreign = self.invoice(60, due=DAY, currency=euro)
        self.case = self.case_with()
        with self.assertRaisesRegex(UserError, "several currencies"):
            self.choose(self.first, foreign)
        choice = self.case._portal_choice(currency=euro)
        self.assertEqual((choice.amount, choice.currency), (60, euro))
        transaction = self.notify(self.transaction(self.case, choice))
        self.assertEqual(transaction.payment_id.currency_id, euro)
        self.assertEqual(transaction.payment_id.company_currency_id.id, 1)
        self.assertEqual(self.open_of(foreign, self.first), [0, 100])

    def test_a_currency_without_decimals(self):
        yen = self.setup_other_currency("JPY", rounding=1, rates=[("1900-01-01", 3.0)])
        foreign = self.invoice(1000, due=DAY, currency=yen)
        self.invoice(500, due=LATER, currency=yen)
        self.case = self.case_with()
        choice = self.case._portal_choice(currency=yen, amount=Decimal(999))
        self.notify(self.transaction(self.case, choice))
        self.assertEqual(self.open_of(foreign), [1])

    def test_a_promise_pays_its_documents_and_its_amount(self):
        promise = self.env["debt.promise"].create(
            {
                "case_id": self.case.id,
                "item_ids": self.items(self.second).ids,
                "amount": 40,
                "date": self.company._debt_today(),
            }
        )
        choice = self.case._portal_choice(promise=promise)
        self.assertEqual(choice.amount, 40)
        self.notify(self.transaction(self.case, choice))
        self.assertEqual(self.open_of(self.first, self.second), [100, 10])
        self.case._refresh(self.company._debt_today())
        self.assertEqual(promise.state, "kept")
        with self.assertRaisesRegex(UserError, "no longer"):
            self.case._portal_choice(promise=promise)

    # === WHAT COMES LATE, TWICE OR FOR NOTHING === #

    def test_the_same_news_twice_is_booked_once(self):
        transaction = self.notify(self.transaction(self.case))
        payment = transaction.payment_id
        self.notify(transaction)
        transaction._post_process()
        self.assertEqual(transaction.payment_id, payment)
        self.assertEqual(
            self.env["account.payment"].search_count(
                [("payment_transaction_id", "=", transaction.id)]
            ),
            1,
        )
        self.assertEqual(self.open_of(self.first, self.second, self.future), [0, 0, 70])

    def test_money_for_what_was_paid_meanwhile_is_an_advance_of_the_customer(self):
        transaction = self.transaction(self.case)
        self.pay(self.first)
        self.notify(transaction)
        self.assertEqual(self.open_of(self.first, self.second, self.future), [0, 0, 70])
        applied, rest = transaction._debt_applied()
        self.assertEqual((applied, rest), ({self.second: 50}, 100))
        credit = transaction.payment_id.move_id.line_ids.filtered(
            lambda line: line.amount_residual < 0
        )
        self.assertEqual(credit.partner_id, self.debtor)
        self.assertIn(credit.account_id, self.first.line_ids.account_id)
        self.case_with()
        self.assertBooks()

    def test_what_became_more_is_not_paid_more(self):
        """An invoice that was paid in part is open again in full: one part is paid."""
        self.pay(self.first, 60)
        self.case = self.case_with()
        transaction = self.transaction(self.case)
        self.assertEqual(transaction.amount, 90)
        self.first.line_ids.remove_move_reconcile()
        self.notify(transaction)
        self.assertEqual(self.open_of(self.first, self.second), [60, 0])

    def test_money_for_an_invoice_cancelled_meanwhile_is_an_advance(self):
        transaction = self.transaction(self.case, self.choose(self.second))
        self.second.button_draft()
        self.second.button_cancel()
        self.notify(transaction)
        applied, rest = transaction._debt_applied()
        self.assertEqual((applied, rest), ({}, 50))

    def test_an_invoice_that_is_being_corrected_is_not_posted(self):
        transaction = self.transaction(self.case)
        self.second.button_draft()
        self.notify(transaction)
        self.assertEqual(self.second.state, "draft")
        applied, rest = transaction._debt_applied()
        self.assertEqual((applied, rest), ({self.first: 100}, 50))

    def test_cancelled_is_booked_by_nobody_and_told_once(self):
        transaction = self.notify(self.transaction(self.case), "cancel")
        self.assertEqual(self.open_of(self.first, self.second), [100, 50])
        for _twice in range(2):
            with self.assertLogs("odoo.addons.payment.models", "WARNING"):
                self.notify(transaction)
        self.assertEqual(transaction.state, "cancel")
        self.assertFalse(transaction.payment_id)
        said = [
            body for body in self.case.message_ids.mapped("body") if "cancelled" in body
        ]
        self.assertEqual(len([body for body in said if "look there" in body]), 1)

    def test_failed_and_done_afterwards(self):
        transaction = self.notify(self.transaction(self.case), "error")
        self.assertFalse(transaction.payment_id)
        self.notify(transaction)
        self.assertEqual(self.open_of(self.first, self.second), [0, 0])

    def test_the_case_tells_what_happened_once(self):
        transaction = self.transaction(self.case)
        for _twice in range(2):
            self.notify(transaction, "pending")
        for _twice in range(2):
            self.notify(transaction)
        said = [
            body
            for body in self.case.message_ids.mapped("body")
            if transaction.reference in body
        ]
        self.assertEqual(len(said), 2)

    def test_what_is_on_its_way_is_not_paid_again(self):
        transaction = self.transaction(self.case, self.choose(self.first))
        self.notify(transaction, "pending")
        self.assertEqual(self.case._portal_under_way(), transaction)
        self.assertEqual(self.case._portal_choice().amount, 50)
        with self.assertRaisesRegex(UserError, "on its way"):
            self.choose(self.first)
        days = self.company.debt_pending_days
        transaction.last_state_change -= timedelta(days=days, hours=1)
        self.assertEqual(self.case._portal_choice().amount, 150)

    def test_reminders_wait_for_a_head_office_that_pays_for_another_company(self):
        transaction = self.transaction(self.case, partner_id=self.stranger.id)
        action = self.actions_of(self.run_on(DAY + timedelta(days=5)))[:1]
        self.assertEqual(action.case_id, self.case)
        self.assertFalse(action._paying_cases(self.now()))
        self.notify(transaction, "pending")
        self.env.flush_all()
        self.assertEqual(action._paying_cases(self.now()), self.case)
        self.notify(transaction)
        self.assertEqual(transaction.payment_id.partner_id, self.debtor)
        self.assertEqual(self.open_of(self.first), [0])

    def test_two_receivable_accounts_in_one_payment(self):
        other = self.company_data["default_account_receivable"].copy()
        self.second.button_draft()
        line = self.second.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        line.account_id = other
        self.second.action_post()
        self.case = self.case_with()
        self.notify(self.transaction(self.case))
        self.assertEqual(self.open_of(self.first, self.second), [0, 0])

    def test_who_pays_all_here_is_thanked_for_all_of_it(self):
        self.company.debt_thanks = True
        self.run_on(DAY + timedelta(days=4))
        with freeze_time(DAY + timedelta(days=5)):
            choice = self.case._portal_choice(amount=Decimal(220))
            self.notify(self.transaction(self.case, choice))
        self.run_on(DAY + timedelta(days=6))
        thanks = self.env["debt.action"].search([("purpose", "=", "thanks")])
        self.assertEqual((thanks.case_id, thanks.amount), (self.case, 220))
        self.assertIn("220.00", thanks.text_paid_amount)

    def test_a_payment_goes_on_when_its_customer_is_merged(self):
        twin = self.new_debtor("Andina otra vez")
        invoice = self.invoice(80, due=DAY, partner=twin)
        transaction = self.transaction(self.case_with(partner=twin))
        self.env["debt.case"]._merge_debtors(twin, self.debtor)
        self.assertEqual(transaction.debt_case_id, self.case)
        self.assertEqual(transaction.landing_route, transaction._portal_url())
        self.notify(transaction)
        self.assertEqual(transaction.payment_id.partner_id, self.debtor)
        self.assertEqual(self.open_of(invoice, self.first), [0, 100])

    def test_the_reference_names_one_document_and_a_number_for_many(self):
        one = self.transaction(self.case, self.choose(self.second))
        self.assertEqual(one.reference, self.second.name)
        many = self.transaction(self.case)
        self.assertNotIn(self.first.name, many.reference)
        self.assertLess(len(many.reference), 40)
