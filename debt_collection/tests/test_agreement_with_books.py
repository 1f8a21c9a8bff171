from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from .common import DAY, DebtCommon


@tagged("post_install", "-at_install")
class TestAgreementWithBooks(DebtCommon):
    """Law 1: a case equals its items, and these the journal items."""

    def test_a_credit_alone_grows_older(self):
        self.credit_note(40)
        self.run_on(DAY)
        case = self.case_of()
        self.assertEqual((case.state, case.amount_bucket_0), ("closed", -40))
        for days, bucket in ((1, 1), (31, 2), (91, 4), (121, 5)):
            self.run_on(DAY + timedelta(days=days))
            self.env.invalidate_all()
            self.assertEqual(case[f"amount_bucket_{bucket}"], -40, days)

    def test_a_first_run_opens_a_case_with_its_figures(self):
        self.invoice(100, due=DAY - timedelta(days=45))
        self.invoice(50, due=DAY - timedelta(days=10))
        self.invoice(70, due=DAY + timedelta(days=10))
        run = self.run_on()
        case = self.case_of()
        self.assertRecordValues(
            case,
            [
                {
                    "state": "open",
                    "episode": 1,
                    "opened_date": DAY,
                    "amount_total": 220,
                    "amount_overdue": 150,
                    "amount_chaseable": 150,
                    "amount_bucket_0": 70,
                    "amount_bucket_1": 50,
                    "amount_bucket_2": 100,
                    "amount_bucket_3": 0,
                    "days_past_due": 45,
                    "bucket": "2",
                }
            ],
        )
        self.assertRecordValues(run, [{"items_synced": 3, "cases_opened": 1}])
        self.assertBooks()

    def test_an_item_due_today_is_not_overdue(self):
        self.invoice(100, due=DAY)
        self.run_on()
        self.assertEqual(self.case_of().amount_overdue, 0)
        self.run_on(DAY + timedelta(days=1))
        self.assertEqual(self.case_of().amount_overdue, 100)
        self.assertEqual(self.case_of().days_past_due, 1)

    def test_each_instalment_is_an_item_with_its_own_due_date(self):
        invoice = self._create_invoice(
            partner_id=self.debtor.id,
            invoice_date=DAY - timedelta(days=45),
            invoice_payment_term_id=self.pay_terms_b.id,  # 30 % now, rest end of month
            invoice_line_ids=[
                Command.create({"name": "x", "price_unit": 1000, "tax_ids": []})
            ],
            post=True,
        )
        self.run_on()
        items = self.item_of(invoice)
        lines = invoice.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        self.assertEqual(len(items), 2)
        self.assertEqual(
            sorted(items.mapped("date_due")), sorted(lines.mapped("date_maturity"))
        )
        self.assertBooks()

    def test_a_foreign_invoice_keeps_both_amounts(self):
        currency = self.setup_other_currency("EUR", rates=[("2016-01-01", 0.5)])
        invoice = self.invoice(100, due=DAY - timedelta(days=5), currency=currency)
        self.run_on()
        self.assertRecordValues(
            self.item_of(invoice),
            [
                {
                    "amount_residual": 200,
                    "amount_residual_currency": 100,
                    "amount_chaseable": 100,
                }
            ],
        )
        self.assertEqual(self.case_of().amount_chaseable, 200)
        self.pay(invoice, 40)
        self.run_on(DAY + timedelta(days=1))
        self.assertEqual(self.item_of(invoice).amount_residual_currency, 60)
        self.assertBooks()

    def test_a_payment_closes_the_case_and_another_invoice_reopens_it(self):
        invoice = self.invoice(100, due=DAY - timedelta(days=5))
        self.run_on()
        self.pay(invoice)
        run = self.run_on(DAY + timedelta(days=1))
        case = self.case_of()
        self.assertEqual((case.state, case.amount_total), ("closed", 0))
        self.assertEqual(run.cases_closed, 1)
        self.assertFalse(case.next_action_date)
        self.invoice(30, due=DAY + timedelta(days=1))
        self.run_on(DAY + timedelta(days=2))
        self.assertEqual((case.state, case.episode), ("open", 2))
        self.assertBooks()

    def test_unreconciling_reopens_the_same_item_at_its_step(self):
        invoice = self.invoice(100, due=DAY - timedelta(days=5))
        self.run_on()
        item = self.item_of(invoice)
        step = item.step_id
        self.assertEqual(step.days, 3)
        self.pay(invoice)
        self.run_on(DAY + timedelta(days=1))
        self.assertEqual(item.state, "closed")
        invoice.line_ids.remove_move_reconcile()
        self.run_on(DAY + timedelta(days=2))
        self.assertEqual((item.state, item.step_id), ("open", step))
        self.assertEqual(item, self.item_of(invoice))
        self.assertBooks()

    def test_an_invoice_reset_and_posted_again_goes_on_where_it_stood(self):
        invoice = self.invoice(100, due=DAY - timedelta(days=5))
        self.run_on()
        step = self.item_of(invoice).step_id
        invoice.button_draft()
        self.run_on(DAY + timedelta(days=1))
        self.assertEqual(self.case_of().state, "closed")
        # the line is made anew, as localisations and imports do
        self.env.cr.execute(
            "UPDATE debt_item SET move_line_id = -move_line_id WHERE move_id = %s",
            [invoice.id],
        )
        self.env.invalidate_all()
        invoice.action_post()
        self.run_on(DAY + timedelta(days=2))
        new = self.item_of(invoice).filtered(lambda item: item.state == "open")
        self.assertEqual((new.step_id, new.cycle), (step, 1))
        self.assertBooks()

    def test_a_cancelled_invoice_leaves_the_case(self):
        kept = self.invoice(40, due=DAY - timedelta(days=5))
        gone = self.invoice(100, due=DAY - timedelta(days=5))
        self.run_on()
        gone.button_draft()
        gone.button_cancel()
        self.run_on(DAY + timedelta(days=1))
        self.assertEqual(self.case_of().amount_total, 40)
        self.assertEqual(self.item_of(gone).state, "closed")
        self.assertEqual(self.item_of(kept).state, "open")

    def test_contacts_belong_to_their_company_and_child_companies_to_themselves(self):
        contact = self.env["res.partner"].create(
            {"name": "Compras", "parent_id": self.debtor.id, "type": "invoice"}
        )
        child = self.env["res.partner"].create(
            {"name": "Sucursal SA", "parent_id": self.debtor.id, "is_company": True}
        )
        self.invoice(10, partner=contact)
        self.invoice(20, partner=child)
        self.run_on()
        self.assertEqual(self.case_of().amount_total, 10)
        self.assertEqual(self.case_of(child).amount_total, 20)

    def test_an_entry_without_maturity_is_due_on_its_own_date(self):
        account = self.company_data["default_account_receivable"]
        opening = self.env["account.move"].create(
            {
                "date": DAY - timedelta(days=70),
                "journal_id": self.company_data["default_journal_misc"].id,
                "line_ids": [
                    Command.create(
                        {
                            "name": "Opening balance",
                            "account_id": account.id,
                            "partner_id": self.debtor.id,
                            "debit": 500,
                            "date_maturity": False,
                        }
                    ),
                    Command.create(
                        {
                            "name": "Opening balance",
                            "account_id": self.company_data[
                                "default_account_revenue"
                            ].id,
                            "credit": 500,
                        }
                    ),
                ],
            }
        )
        opening.action_post()
        opening.line_ids.date_maturity = False
        self.run_on()
        item = self.item_of(opening)
        self.assertEqual(item.date_due, DAY - timedelta(days=70))
        # Odoo leaves miscellaneous entries out of follow-up at first
        self.assertEqual((item.excluded, item.amount_chaseable), ("no_followup", 0))
        self.assertEqual(self.case_of().amount_total, 500)
        opening.line_ids.no_followup = False
        self.run_on(DAY + timedelta(days=1))
        self.assertEqual(item.amount_chaseable, 500)

    def test_credits_cover_the_oldest_items_first(self):
        old = self.invoice(100, due=DAY - timedelta(days=60))
        new = self.invoice(100, due=DAY - timedelta(days=10))
        self.credit_note(130)
        self.run_on()
        self.assertEqual(self.item_of(old).amount_chaseable, 0)
        self.assertEqual(self.item_of(new).amount_chaseable, 70)
        case = self.case_of()
        self.assertEqual((case.amount_total, case.amount_chaseable), (70, 70))
        self.assertEqual(case.amount_overdue, 200)

    def test_a_credit_in_another_currency_counts_at_company_value(self):
        currency = self.setup_other_currency("EUR", rates=[("2016-01-01", 0.5)])
        foreign = self.invoice(100, due=DAY - timedelta(days=60), currency=currency)
        self.advance(50)  # 50 in company currency are 25 EUR
        self.run_on()
        self.assertEqual(self.item_of(foreign).amount_chaseable, 75)
        self.assertEqual(self.case_of().amount_chaseable, 150)

    def test_an_advance_that_must_not_be_netted_stays_out(self):
        invoice = self.invoice(100, due=DAY - timedelta(days=10))
        payment = self.advance(60)
        self.run_on()
        self.assertEqual(self.item_of(invoice).amount_chaseable, 40)
        self.item_of(payment.move_id).no_netting = True
        self.run_on()
        self.assertEqual(self.item_of(invoice).amount_chaseable, 100)

    def test_a_debtor_with_only_credits_has_a_closed_case_that_holds_them(self):
        self.advance(60)
        self.run_on()
        case = self.case_of()
        self.assertEqual((case.state, case.amount_total), ("closed", -60))
        self.assertBooks()

    def test_blocked_invoices_are_owed_and_not_chased(self):
        invoice = self.invoice(100, due=DAY - timedelta(days=10))
        invoice.action_toggle_block_payment()
        run = self.run_on()
        self.assertEqual(self.item_of(invoice).excluded, "blocked")
        self.assertEqual(self.case_of().amount_overdue, 100)
        self.assertPlanned(run, [])
        self.assertHeld(run, invoice, "blocked")

    def test_invoices_being_paid_without_entry_are_not_chased(self):
        invoice = self.invoice(100, due=DAY - timedelta(days=10))
        self.env.cr.execute(
            "UPDATE account_move SET payment_state = 'in_payment' WHERE id = %s",
            [invoice.id],
        )
        self.env.invalidate_all()
        run = self.run_on()
        self.assertEqual(self.item_of(invoice).excluded, "in_payment")
        self.assertPlanned(run, [])

    def test_crumbs_count_in_the_balance_only(self):
        self.invoice(3, due=DAY - timedelta(days=100))
        run = self.run_on()
        case = self.case_of()
        self.assertEqual((case.amount_total, case.amount_overdue), (3, 3))
        self.assertEqual((case.days_past_due, case.bucket), (0, "0"))
        self.assertPlanned(run, [])

    def test_archived_customers_still_owe(self):
        self.invoice(100, due=DAY - timedelta(days=5))
        self.debtor.active = False
        run = self.run_on()
        self.assertEqual(self.case_of().amount_total, 100)
        self.assertPlanned(run, [(3, "email", "sent")])

    def test_pay_days_move_the_chase_date_and_not_the_age(self):
        self.debtor.debt_pay_calendar_id = self.env["debt.pay.calendar"].create(
            {"name": "Fridays", "pay_fri": True}
        )
        invoice = self.invoice(100, due=DAY)  # a Monday
        self.run_on(DAY + timedelta(days=2))
        item = self.item_of(invoice)
        self.assertEqual(item.date_chase, DAY + timedelta(days=4))
        self.assertEqual(self.case_of().amount_overdue, 100)
        self.assertEqual(self.case_of().amount_chaseable, 0)

    def test_the_date_of_a_counter_receipt_wins(self):
        invoice = self.invoice(100, due=DAY)
        invoice.debt_pay_date = DAY + timedelta(days=20)
        self.run_on(DAY + timedelta(days=2))
        self.assertEqual(self.item_of(invoice).date_chase, DAY + timedelta(days=20))

    def test_habits_are_read_from_a_year_of_payments(self):
        for late in (0, 10, 20):
            due = DAY - timedelta(days=60)
            self.pay(self.invoice(100, due=due), day=due + timedelta(days=late))
        old = DAY - timedelta(days=500)
        self.pay(self.invoice(100, due=old), day=old)
        credited = self.invoice(100, due=DAY - timedelta(days=50))
        lines = (credited | self.credit_note(100)).line_ids
        lines.filtered(lambda line: line.account_type == "asset_receivable").reconcile()
        self.invoice(100, due=DAY - timedelta(days=10))
        self.run_on()
        case = self.case_of().sudo()
        case._learn_habits(self.company, DAY)
        self.assertRecordValues(
            case, [{"paid_count": 3, "paid_delay": 10, "habit_day": DAY}]
        )

    def test_news_of_the_books_reach_the_case_before_the_night(self):
        invoice = self.invoice(100, due=DAY - timedelta(days=5))
        self.run_on()
        self.pay(invoice)
        self.env.cr.precommit.run()
        marks = self.env["debt.mark"].search([])
        self.assertEqual(marks.partner_id, self.debtor)
        self.env["debt.run"]._cron_refresh()
        self.assertEqual(self.case_of().state, "closed")
        self.assertFalse(self.env["debt.mark"].search([]))
