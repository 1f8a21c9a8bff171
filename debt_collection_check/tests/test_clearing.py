from unittest.mock import patch

from odoo.tests import tagged

from .common import DAY, DebtChequeCommon, days


@tagged("post_install", "-at_install")
class TestClearing(DebtChequeCommon):
    """A cheque documents a debt until it clears."""

    def setUp(self):
        super().setUp()
        self.today = DAY
        self.startPatcher(
            patch.object(
                self.env.registry["res.company"],
                "_debt_today",
                lambda company, now=None: self.today,
            )
        )
        self.invoice_ = self.invoice(1000, due=days(-20))
        self.run_on()

    def assertDocumented(self, amount, state=None, check=None):
        case = self.case_of()
        self.assertEqual(case.amount_documented, amount)
        if state:
            self.assertEqual(self.cheque_of(check).state, state)

    def test_paid_by_a_post_dated_cheque_is_documented_not_paid(self):
        check = self.cheque(self.invoice_, (1000, days(30)))
        self.assertEqual(self.invoice_.amount_residual, 0)
        self.run_on(days(1))
        case = self.case_of()
        self.assertRecordValues(
            case, [{"state": "closed", "amount_total": 0, "amount_documented": 1000}]
        )
        self.assertRecordValues(
            self.cheque_of(check),
            [
                {
                    "case_id": case.id,
                    "partner_id": self.debtor.id,
                    "state": "hand",
                    "kind": "cheque",
                    "date": days(30),
                    "received_date": DAY,
                    "clear_date": False,
                    "amount": 1000,
                    "amount_company": 1000,
                }
            ],
        )
        self.assertBooks()

    def test_it_clears_working_days_after_its_date_and_its_deposit(self):
        check = self.cheque(self.invoice_, (1000, days(4)))  # a Friday
        self.run_on(days(2))
        self.assertDocumented(1000, "hand", check)
        self.move_to(check, self.bank, days(2))
        self.run_on(days(4))
        # 8 June 2026 is a holiday in Colombia (Corpus Christi)
        self.assertEqual(self.cheque_of(check).clear_date, days(9))
        self.assertDocumented(1000, "deposited", check)
        self.run_on(days(8))
        self.assertDocumented(1000, "deposited", check)
        self.run_on(days(9))
        self.assertDocumented(0, "cleared", check)

    def test_in_hand_it_never_clears(self):
        check = self.cheque(self.invoice_, (1000, days(2)))
        self.run_on(days(90))
        self.assertDocumented(1000, "hand", check)

    def test_what_the_statement_shows_cleared_at_once(self):
        check = self.cheque(self.invoice_, (1000, days(2)))
        self.move_to(check, self.bank, days(2))
        self.run_on(days(3))
        self.assertDocumented(1000, "deposited", check)
        self.show_in_statement(check, days(3))
        self.run_on(days(3))
        self.assertDocumented(0, "cleared", check)
        self.assertEqual(self.cheque_of(check).clear_date, days(3))

    def test_what_is_passed_on_clears_as_a_deposit(self):
        check = self.cheque(self.invoice_, (1000, days(1)))
        self.pass_on(check, self.new_debtor("Supplier"), days(3))
        self.run_on(days(4))
        self.assertDocumented(1000, "passed", check)
        self.run_on(days(9))
        self.assertDocumented(0, "cleared", check)

    def test_what_the_bank_returns_is_in_hand_again_and_says_so(self):
        check = self.cheque(self.invoice_, (1000, days(1)))
        self.move_to(check, self.bank, days(1))
        self.run_on(days(9))
        self.assertDocumented(0, "cleared", check)
        self.move_to(check, self.rejected, days(9))
        self.run_on(days(10))
        self.assertDocumented(1000, "returned", check)

    def test_what_is_given_back_documents_nothing(self):
        check = self.cheque(self.invoice_, (1000, days(20)))
        self.pass_on(check, self.debtor, days(3), partner_type="customer")
        self.run_on(days(4))
        self.assertDocumented(0, "back", check)
        self.assertEqual(self.case_of().amount_total, 1000)

    def test_a_payment_that_is_cancelled_is_forgotten(self):
        check = self.cheque(self.invoice_, (1000, days(20)))
        self.run_on(days(1))
        self.assertDocumented(1000)
        check.payment_id.action_cancel()
        self.run_on(days(2))
        self.assertDocumented(0)
        self.assertFalse(self.cheque_of(check))
        self.assertEqual(self.case_of().amount_overdue, 1000)

    def test_notes_and_bills_are_as_cheques(self):
        check = self.cheque(self.invoice_, (1000, days(20)), kind="note")
        self.assertEqual(check.debt_kind, "note")
        self.run_on(days(1))
        self.assertDocumented(1000, "hand", check)
        self.assertEqual(
            self.cheque_of(check).display_name, f"Promissory Note {check.name}"
        )

    def test_who_pays_before_we_knew_them_gets_a_closed_case(self):
        other = self.new_debtor("Nueva")
        invoice = self.invoice(300, due=days(30), partner=other)
        check = self.cheque(invoice, (300, days(60)))
        self.run_on(days(1))
        self.assertRecordValues(
            self.case_of(other),
            [{"state": "closed", "episode": 0, "amount_documented": 300}],
        )
        self.assertEqual(self.cheque_of(check).case_id, self.case_of(other))

    def test_the_news_comes_without_the_run(self):
        marks = self.env["debt.mark"].sudo()
        marks.search([]).unlink()
        check = self.cheque(self.invoice_, (1000, days(3)))
        self.env.cr.precommit.run()
        self.assertIn(self.debtor, marks.search([]).partner_id)
        marks.search([]).unlink()
        self.move_to(check, self.bank, days(3))
        self.env.cr.precommit.run()
        self.assertIn(self.debtor, marks.search([]).partner_id)
        marks.search([]).unlink()
        self.show_in_statement(check, days(3))
        self.env.cr.precommit.run()
        self.assertIn(self.debtor, marks.search([]).partner_id)
        self.today = days(3)
        self.refresh()
        self.assertDocumented(0, "cleared", check)

    def test_thanks_wait_until_it_clears(self):
        self.company.debt_thanks = True
        case = self.case_of()
        case.sudo().last_contact_day = DAY
        check = self.cheque(self.invoice_, (1000, days(20)))
        thanks = self.env["debt.action"]
        domain = [("case_id", "=", case.id), ("purpose", "=", "thanks")]
        for day in (1, 10, 21):
            self.run_on(days(day))
        self.move_to(check, self.bank, days(21))
        self.run_on(days(22))
        self.assertFalse(thanks.search(domain))
        self.run_on(days(24))
        self.assertEqual(self.case_of().amount_documented, 0)
        self.assertEqual(len(thanks.search(domain)), 1)
        self.run_on(days(25))
        self.assertEqual(len(thanks.search(domain)), 1)

    def test_a_simulation_judges_without_a_trace(self):
        check = self.cheque(self.invoice_, (1000, days(4)))
        self.move_to(check, self.bank, days(4))
        self.run_on(days(5))
        self.run_on(days(30), simulate=True)
        self.assertDocumented(1000, "deposited", check)

    def test_the_run_writes_nothing_of_the_books(self):
        check = self.cheque(self.invoice_, (1000, days(4)))
        self.move_to(check, self.bank, days(4))
        self.env.flush_all()
        tables = ("account_move", "account_payment", "l10n_latam_check", "res_partner")

        def versions():
            found = {}
            for table in tables:
                self.env.cr.execute(f"SELECT id, xmin, ctid FROM {table}")
                found[table] = self.env.cr.fetchall()
            return found

        before = versions()
        self.run_on(days(12))
        self.assertEqual(versions(), before)
        self.assertDocumented(0, "cleared", check)

    def test_a_foreign_cheque_counts_at_the_value_of_its_entry(self):
        euro = self.setup_other_currency("EUR", rates=[("2016-01-01", 0.5)])
        invoice = self.invoice(100, due=days(-5), currency=euro)
        check = self.cheque(invoice, (60, days(20)), (40, days(25)), currency=euro)
        self.run_on(days(1))
        self.assertEqual(
            [self.cheque_of(one).amount_company for one in check], [120, 80]
        )
        self.assertDocumented(200)

    def test_merged_contacts_keep_their_cheques(self):
        other = self.new_debtor("Duplicada")
        invoice = self.invoice(300, due=days(-3), partner=other)
        check = self.cheque(invoice, (300, days(60)))
        self.run_on(days(1))
        self.env["debt.case"].sudo()._merge_debtors(other, self.debtor)
        self.assertEqual(self.cheque_of(check).case_id, self.case_of())
