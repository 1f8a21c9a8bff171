from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import DAY
from .test_difference import DifferenceCommon
from .test_dispute import DUE, days


@tagged("post_install", "-at_install")
class TestWriteOff(DifferenceCommon):
    """One click posts the entry, to the cent, for whoever may."""

    def entry(self, difference):
        """Return the entry as (account, partner, currency, amount, balance)."""
        return [
            (
                line.account_id,
                line.partner_id,
                line.currency_id,
                line.amount_currency,
                line.balance,
            )
            for line in difference.sudo().write_off_id.line_ids.sorted("id")
        ]

    # === THE ENTRY === #

    def test_one_click_clears_the_document(self):
        difference = self.difference()
        self.write_off(difference)
        move = difference.sudo().write_off_id
        self.assertEqual(
            (move.state, move.date, move.move_type), ("posted", DAY, "entry")
        )
        self.assertEqual(move.journal_id.type, "general")
        self.assertEqual(move.create_uid, self.bookkeeper)
        receivable = self.company_data["default_account_receivable"]
        currency = self.company.currency_id
        self.assertEqual(
            self.entry(difference),
            [
                (receivable, self.debtor, currency, -4, -4),
                (self.tax, self.debtor, currency, 4, 4),
            ],
        )
        self.assertFalse(move.line_ids.tax_ids)
        self.assertIn(self.invoice_.name, move.ref)
        self.assertEqual(self.invoice_.amount_residual, 0)
        self.assertEqual(
            (difference.state, difference.outcome), ("cleared", "written_off")
        )
        self.assertEqual(difference.amount_credited, 4)
        self.assertEqual(difference.resolved_by_id, self.bookkeeper)
        self.assertEqual(self.case_of().state, "closed")
        self.refresh()
        self.assertBooks()

    def test_a_second_click_finds_nothing(self):
        difference = self.difference()
        action = difference.with_user(self.bookkeeper).action_write_off()
        self.write_off(difference)
        move = difference.write_off_id
        with self.refused(UserError, "is left to write off"):
            self.wizard(action, self.bookkeeper)
        self.assertEqual(difference.write_off_id, move)
        with self.refused(UserError, "Nothing"):
            difference.with_user(self.bookkeeper).action_write_off()

    def test_reversed_entry_opens_the_difference_again(self):
        difference = self.difference()
        self.write_off(difference)
        difference.sudo().write_off_id._reverse_moves([{"date": DAY}], cancel=True)
        self.go_to(days(1))
        self.assertEqual((difference.state, difference.outcome), ("open", False))
        self.assertEqual(difference.amount_cover, 4)
        first = difference.write_off_id
        self.write_off(difference)
        self.assertEqual(difference.state, "cleared")
        self.assertNotEqual(difference.write_off_id, first)

    def test_a_part_of_several_documents_oldest_first(self):
        older = self.partly_paid(60, 3, invoice_date=DUE - timedelta(days=40))
        older_item = self.item_of(older)
        older.line_ids.filtered("date_maturity").date_maturity = DUE - timedelta(days=9)
        self.refresh()
        items = older_item | self.item_of(self.invoice_)
        difference = self.difference(amount=5, item_ids=[Command.set(items.ids)])
        self.write_off(difference)
        self.assertEqual([line[3] for line in self.entry(difference)], [-3, -2, 5])
        self.assertEqual((older.amount_residual, self.invoice_.amount_residual), (0, 2))
        self.assertEqual(difference.state, "cleared")
        self.assertEqual(self.case_of().amount_chaseable, 2)

    def test_what_was_paid_meanwhile_is_not_written_off(self):
        difference = self.difference()
        action = difference.with_user(self.bookkeeper).action_write_off()
        self.pay(self.invoice_, 1)
        self.wizard(action, self.bookkeeper)
        self.assertEqual([line[3] for line in self.entry(difference)], [-3, 3])
        self.assertEqual(self.invoice_.amount_residual, 0)

    def test_closed_books(self):
        difference = self.difference()
        self.company.sudo().fiscalyear_lock_date = DAY
        with self.refused(UserError, "books are closed until 06/01/2026"):
            self.write_off(difference)
        self.assertFalse(difference.write_off_id)
        self.company.sudo().fiscalyear_lock_date = DAY - timedelta(days=1)
        self.write_off(difference)
        self.assertEqual(difference.sudo().write_off_id.date, DAY)

    def test_the_account(self):
        # of the reason, else of Odoo, else whoever writes off chooses
        exchange = self.env.ref("debt_collection.debt_difference_reason_exchange")
        self.assertEqual(
            exchange._account(self.company),
            self.company.expense_currency_exchange_account_id,
        )
        difference = self.difference(reason=self.bank)
        action = difference.with_user(self.bookkeeper).action_write_off()
        model = self.env[action["res_model"]].with_user(self.bookkeeper)
        form = Form(model.with_context(**action["context"]))
        self.assertTrue(form.needs_account)
        with self.assertRaises(AssertionError):
            form.save()
        with self.refused(UserError, "Choose the account"):
            self.write_off(difference)
        self.write_off(difference, account_id=self.tax.id)
        self.assertEqual(self.entry(difference)[-1][0], self.tax)

    def test_several_at_once_each_to_its_account(self):
        self.bank.account_id = self.tax.copy({"code": "179991"})
        first = self.difference()
        second = self.difference(reason=self.bank, invoice=self.partly_paid(50, 1))
        self.write_off(first | second)
        self.assertEqual(self.entry(first)[-1][0], self.tax)
        self.assertEqual(self.entry(second)[-1][0], self.bank.account_id)
        self.assertEqual((first | second).mapped("state"), ["cleared"] * 2)

    def test_the_journal_of_the_company(self):
        journal = self.env["account.journal"].create(
            {"name": "Write-offs", "code": "WOFF", "type": "general"}
        )
        self.company.debt_write_off_journal_id = journal
        difference = self.difference()
        self.write_off(difference)
        self.assertEqual(difference.sudo().write_off_id.journal_id, journal)

    # === CURRENCIES === #

    def foreign(self, code, rate, places=None):
        """Return a currency of which so many are one of the company's."""
        currency = self.env["res.currency"].with_context(active_test=False)
        currency = currency.search([("name", "=", code)])
        currency.active = True
        if places is not None:
            currency.rounding = 10**-places
        currency.rate_ids.unlink()
        for day, value in ((DUE - timedelta(days=90), rate), (DAY, rate * 1.1)):
            self.env["res.currency.rate"].create(
                {
                    "name": day,
                    "rate": value,
                    "currency_id": currency.id,
                    "company_id": self.company.id,
                }
            )
        return currency

    def test_foreign_currency_at_what_stands_in_the_books(self):
        currency = self.foreign("EUR", 3)
        invoice = self.invoice(100, due=DUE, currency=currency)
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard.create(
            {
                "payment_date": DUE,
                "amount": 93,
                "currency_id": currency.id,
                "payment_difference_handling": "open",
            }
        )._create_payments()
        self.refresh()
        line = self.item_of(invoice).move_line_id
        value = line.amount_residual
        difference = self.difference(invoice=invoice)
        self.assertEqual((difference.currency_id, difference.amount), (currency, 7))
        exchange = self.exchange_entries()
        self.write_off(difference)
        self.assertEqual(
            self.entry(difference),
            [
                (line.account_id, self.debtor, currency, -7, -value),
                (self.tax, self.debtor, currency, 7, value),
            ],
        )
        self.assertEqual((line.amount_residual, line.amount_residual_currency), (0, 0))
        self.assertTrue(line.reconciled)
        self.assertEqual(self.exchange_entries(), exchange, "no exchange difference")
        self.assertEqual(difference.state, "cleared")

    def exchange_entries(self):
        journal = self.company.currency_exchange_journal_id
        return self.env["account.move"].search_count([("journal_id", "=", journal.id)])

    def test_a_part_in_currencies_of_other_digits(self):
        for code, rate, places, amount, part in (
            ("JPY", 150, 0, 10_000, 3),
            ("KWD", 0.3, 3, 10, 0.005),
        ):
            with self.subTest(currency=code):
                currency = self.foreign(code, rate, places)
                invoice = self.invoice(amount, due=DUE, currency=currency)
                self.refresh()
                line = self.item_of(invoice).move_line_id
                before = line.amount_residual
                difference = self.difference(invoice=invoice, amount=part)
                self.write_off(difference)
                self.assertAlmostEqual(line.amount_residual_currency, amount - part)
                lost = difference.sudo().write_off_id.line_ids.sorted("id")[-1].balance
                self.assertAlmostEqual(line.amount_residual, before - lost, places=2)
                self.assertEqual(difference.state, "cleared")
                self.assertEqual(difference.amount_cover, 0)

    # === WHO MAY === #

    def asked(self, left=4, user=None):
        """Return a difference of which somebody asked for the write-off."""
        invoice = self.partly_paid(2000, left)
        difference = self.difference(invoice=invoice, user=user)
        self.write_off(difference, user=user or self.agent, note="Too old")
        self.assertEqual(difference.state, "approve")
        return difference

    def test_agents_ask_and_somebody_else_approves(self):
        difference = self.asked()
        self.assertEqual(difference.asked_by_id, self.agent)
        self.assertFalse(difference.write_off_id)
        self.assertEqual(difference.amount_cover, 4, "not chased meanwhile")
        activity = difference.sudo().activity_ids
        self.assertEqual(activity.user_id, self.bookkeeper)
        self.assertIn("4.00", activity.summary)
        self.assertIn("Too old", difference.message_ids.mapped("body")[0])
        self.assertFalse(difference.with_user(self.agent).may_approve)
        with self.refused(AccessError, "Somebody else"):
            difference.with_user(self.agent)._write_off(self.tax)
        self.assertTrue(difference.with_user(self.bookkeeper).may_approve)
        self.write_off(difference)
        self.assertEqual(difference.outcome, "written_off")
        self.assertFalse(activity.exists())

    def test_it_waits_as_long_as_nobody_decides(self):
        difference = self.asked()
        self.go_to(difference.return_date + timedelta(days=1))
        self.assertEqual((difference.state, difference.amount_cover), ("approve", 4))
        self.assertFalse(difference.action_ids)

    def test_limits_by_role(self):
        for user, alone in (
            (self.bookkeeper, 50),
            (self.accountant, 50),
            (self.controller, 200),
        ):
            for left, state in ((alone, "cleared"), (alone + 1, "approve")):
                with self.subTest(user=user.login, left=left):
                    difference = self.difference(invoice=self.partly_paid(1500, left))
                    self.write_off(difference, user=user)
                    self.assertEqual(difference.state, state)

    def test_nobody_approves_their_own(self):
        difference = self.asked(left=201, user=self.controller)
        with self.refused(AccessError, "Somebody else"):
            self.write_off(difference, user=self.controller)
        # nor whoever may not write off so much
        with self.refused(AccessError, "Somebody else"):
            self.write_off(difference, user=self.bookkeeper)
        other = self.new_user("chief", "account.group_account_manager")
        self.write_off(difference, user=other)
        self.assertEqual(difference.outcome, "written_off")
        self.assertEqual(difference.sudo().write_off_id.create_uid, other)

    def test_without_accounting_nobody_posts(self):
        difference = self.difference()
        boss = self.new_user("boss", "debt_collection.group_debt_manager")
        self.assertFalse(difference.with_user(boss).may_post)
        self.write_off(difference, user=boss)
        self.assertEqual(difference.state, "approve")

    def test_not_approved(self):
        difference = self.asked()
        with self.refused(AccessError, "access"):
            difference.with_user(self.colleague).action_refuse()
        self.case_of().sudo().agent_id = self.colleague
        with self.refused(AccessError, "may refuse"):
            difference.with_user(self.colleague).action_refuse()
        difference.with_user(self.bookkeeper).action_refuse()
        self.assertEqual((difference.state, difference.asked_by_id.id), ("open", False))
        told = difference.message_ids[0]
        self.assertIn("not approved", told.body)
        self.assertIn(self.agent.partner_id, told.notified_partner_ids)
        self.assertEqual(self.case_of().amount_chaseable, 4)

    def test_the_request_is_taken_back(self):
        difference = self.asked()
        self.assertTrue(difference.with_user(self.agent).asked_by_me)
        difference.with_user(self.agent).action_refuse()
        self.assertEqual(difference.state, "open")

    def test_the_approver_is_not_who_asked(self):
        # nor somebody whose limit is too low
        difference = self.asked(left=60, user=self.bookkeeper)
        approver = difference.sudo().activity_ids.user_id
        self.assertNotIn(approver, self.bookkeeper | self.accountant)
        self.write_off(difference, user=approver)
        self.assertEqual(difference.outcome, "written_off")

    def test_nobody_is_asked_who_cannot(self):
        self.env.ref("account.group_account_invoice").all_user_ids.filtered(
            lambda user: user not in self.agent | self.env.user
        ).active = False
        self.assertFalse(self.asked().sudo().activity_ids.user_id - self.env.user)


@tagged("post_install", "-at_install")
class TestWriteOffCompanies(DifferenceCommon):
    """Two companies with the same customer, the same reason and own accounts."""

    def test_each_company_writes_off_its_own(self):
        data = self.setup_other_company()
        other = data["company"]
        other.write({"debt_tz": "Europe/Madrid", "country_id": False})
        user = self.new_user(
            "controller2",
            "debt_collection.group_debt_manager,account.group_account_invoice",
            other,
        )
        account = data["default_account_expense"]
        self.withholding.with_company(other).account_id = account
        move = self.env["account.move"].with_company(other)
        move = move.create(
            {
                "move_type": "out_invoice",
                "partner_id": self.debtor.id,
                "company_id": other.id,
                "invoice_date": DUE,
                "invoice_date_due": DUE,
                "invoice_line_ids": [
                    Command.create({"name": "x", "price_unit": 70, "tax_ids": []})
                ],
            }
        )
        move.action_post()
        self.env["debt.item"].sudo()._sync(other, DAY)
        self.case_of(company=other).sudo()._roll_up(other, DAY, full=True)
        theirs = self.difference(invoice=move, user=user, amount=7)
        mine = self.difference()
        self.write_off(theirs, user=user)
        entry = theirs.write_off_id
        self.assertEqual((entry.company_id, entry.state), (other, "posted"))
        self.assertEqual(entry.line_ids.account_id[-1:].company_ids, other)
        self.assertIn(account, entry.line_ids.account_id)
        self.assertEqual(mine.state, "open")
        with self.assertRaises(AccessError):
            mine.with_user(user).action_write_off()
        self.write_off(mine)
        self.assertEqual(mine.sudo().write_off_id.company_id, self.company)
