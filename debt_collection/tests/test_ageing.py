import io
import random
from datetime import date, timedelta

import openpyxl

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from ..models.figures import debt_ageing_file_mixin
from .common import DAY, DebtCommon


def on(days):
    return DAY + timedelta(days=days)


@tagged("post_install", "-at_install")
class TestAgeing(DebtCommon):
    """What was owed on a day is what the books say of that day."""

    def ageing(self, day=DAY, **values):
        ageing = self.env["debt.ageing"].create({"day": day, **values})
        ageing._fill()
        return ageing

    def owed(self, day):
        """Return {journal item: amount} of the report of a day."""
        lines = self.ageing(day).line_ids
        return {line.move_line_id.id: line.amount for line in lines}

    def receivable(self, moves):
        return moves.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )

    def test_a_payment_counts_from_its_day(self):
        invoice = self.invoice(100, due=on(-40))
        line = self.receivable(invoice).id
        self.pay(invoice, 30, day=on(-20))
        self.pay(invoice, 70, day=on(-5))
        self.assertEqual(self.owed(on(-71)), {})
        self.assertEqual(self.owed(on(-70))[line], 100)
        self.assertEqual(self.owed(on(-21))[line], 100)
        self.assertEqual(self.owed(on(-20))[line], 70)
        self.assertEqual(self.owed(on(-6))[line], 70)
        self.assertNotIn(line, self.owed(on(-5)))

    def test_what_was_undone_never_was(self):
        invoice = self.invoice(100, due=on(-40))
        payment = self.pay(invoice, 100, day=on(-20))
        lines = self.receivable(invoice | payment.move_id)
        self.assertEqual(self.owed(DAY), {})
        lines.remove_move_reconcile()
        owed = self.owed(DAY)
        self.assertEqual(owed[self.receivable(invoice).id], 100)
        self.assertEqual(sum(owed.values()), 0)

    def test_columns_by_age_of_the_due_date_or_of_the_document(self):
        for age in (-5, 0, 1, 30, 31, 60, 61, 90, 91, 120, 121, 400):
            self.invoice(10, due=on(-age), invoice_date=on(-age - 31))
        self.credit_note(4, day=on(-45))
        ageing = self.ageing()
        line = ageing.line_ids
        sums = [sum(line.mapped(f"amount_bucket_{place}")) for place in range(6)]
        self.assertEqual(sums, [20, 20, 16, 20, 20, 20])
        self.assertEqual(max(line.mapped("days")), 400)
        ageing.basis = "document"
        ageing._fill()
        line = ageing.line_ids
        sums = [sum(line.mapped(f"amount_bucket_{place}")) for place in range(6)]
        self.assertEqual(sums, [0, 10, 16, 20, 20, 50])

    def test_both_currencies_as_booked(self):
        euro = self.setup_other_currency("EUR", rates=[("2016-01-01", 0.5)])
        self.invoice(50, due=on(-3), currency=euro)
        line = self.ageing().line_ids
        self.assertRecordValues(
            line, [{"currency_id": euro.id, "amount_currency": 50, "amount": 100}]
        )

    def test_every_day_of_random_histories_as_it_was_then(self):
        """The day's residuals, written down when it was over, are found again."""
        dice = random.Random(19)
        euro = self.setup_other_currency(
            "EUR", rates=[("2016-01-01", 0.5), (str(on(-12)), 0.4)]
        )
        partners = self.debtor | self.new_debtor("Otro")
        invoices, written = self.env["account.move"], {}
        for day in range(-24, 1):
            for _time in range(dice.randint(0, 2)):
                deed = dice.choice(("invoice", "invoice", "pay", "credit", "advance"))
                partner = dice.choice(partners)
                open_ones = invoices.filtered(lambda move: move.amount_residual > 0)
                if deed == "invoice" or not open_ones:
                    invoices += self.invoice(
                        dice.randint(10, 900) / 10,
                        due=on(day + dice.choice((-20, 0, 15))),
                        invoice_date=on(day),
                        partner=partner,
                        currency=dice.choice((None, euro)),
                    )
                elif deed == "pay":
                    invoice = dice.choice(open_ones)
                    part = invoice.currency_id.round(
                        invoice.amount_residual * dice.choice((0.25, 0.5, 1))
                    )
                    self.pay(invoice, part, day=on(day))
                elif deed == "credit":
                    note = self.credit_note(7.5, partner=partner, day=on(day))
                    mine = self.receivable(
                        open_ones.filtered(
                            lambda move, partner=partner: (
                                move.partner_id == partner
                                and move.currency_id == self.company.currency_id
                            )
                        )[:1]
                    )
                    if mine:
                        (self.receivable(note) | mine).reconcile()
                else:
                    self.advance(dice.randint(5, 40), partner=partner, day=on(day))
            written[on(day)] = self.residuals()
        for day, expected in written.items():
            with self.subTest(day=day):
                self.check_day(day, expected)
        # what is undone now changes those days: against the slow obvious way
        for partial in self.env["account.partial.reconcile"].search([])[::3]:
            partial.exists().unlink()
        changed = 0
        for day, before in written.items():
            expected = self.twin(day)
            changed += expected != before
            with self.subTest(undone=day):
                self.check_day(day, expected)
        self.assertGreater(changed, 5)

    def check_day(self, day, expected):
        """Each document in its currency, and all of them as the account's balance.

        Odoo books a difference of exchange at the end of the month: until then what a
        payment was worth more or less stands beside it, as in the account.
        """
        lines = self.ageing(day).line_ids
        owed = {line.move_line_id.id: line.amount_currency for line in lines}
        self.assertEqual({key: owed[key] for key in owed if owed[key]}, expected)
        balance = sum(self.booked(day).mapped("balance"))
        self.assertAlmostEqual(sum(lines.mapped("amount")), balance)

    def booked(self, day=None):
        """Return the receivable journal items that are booked until a day."""
        lines = self.env["account.move.line"].search(
            [
                ("company_id", "=", self.company.id),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ]
        )
        return lines.filtered(lambda line: not day or line.date <= day)

    def residuals(self):
        """Return what Odoo says now of every receivable journal item."""
        return {
            line.id: line.amount_residual_currency
            for line in self.booked()
            if line.amount_residual_currency
        }

    def twin(self, day):
        """Return what was owed on a day, item by item and partial by partial."""
        owed = {}
        for line in self.booked(day):
            paid = line.matched_credit_ids.filtered(lambda p: p.max_date <= day)
            used = line.matched_debit_ids.filtered(lambda p: p.max_date <= day)
            amount = line.currency_id.round(
                line.amount_currency
                - sum(paid.mapped("debit_amount_currency"))
                + sum(used.mapped("credit_amount_currency"))
            )
            if amount:
                owed[line.id] = amount
        return owed

    # === RIGHTS === #

    def test_who_may_see_what_everybody_owes(self):
        self.invoice(100, due=on(-3))
        reports = self.env["debt.ageing"]
        for groups in (
            "debt_collection.group_debt_supervisor",
            "account.group_account_invoice",
            "account.group_account_readonly",
        ):
            user = self.new_user(groups.split(".")[1], groups)
            report = reports.with_user(user).create({"day": DAY})
            report._fill()
            self.assertEqual(report.line_ids.amount, 100)
            self.assertFalse(reports.with_user(self.env.user).search([]) & report)
        with self.assertRaises(AccessError):
            reports.with_user(self.agent).create({"day": DAY})

    def test_a_company_is_not_shown_to_another_one(self):
        self.invoice(100, due=on(-3))
        company = self.env["res.company"].create({"name": "Other"})
        user = self.new_user(
            "there", "debt_collection.group_debt_supervisor", company=company
        )
        with self.assertRaises(AccessError):
            self.env["debt.ageing"].with_user(user).create(
                {"day": DAY, "company_id": self.company.id}
            )
        report = self.env["debt.ageing"].with_user(user).create({"day": DAY})
        report._fill()
        self.assertFalse(report.line_ids)

    # === FILES === #

    def workbook(self, **values):
        name, content = self.ageing(**values)._xlsx()
        self.assertTrue(name.endswith(".xlsx"))
        return openpyxl.load_workbook(io.BytesIO(content))

    def rows(self, sheet):
        """Return the rows of a sheet as the programs that calculate would add them."""
        header, *rows = list(sheet.iter_rows(min_row=5, values_only=True))
        return [dict(zip(header, row, strict=True)) for row in rows]

    def test_the_workbook_says_the_same(self):
        euro = self.setup_other_currency("EUR", rates=[("2016-01-01", 0.5)])
        self.debtor.write({"name": "=1+1", "vat": "900123456"})
        self.invoice(100, due=on(-10), ref="OC-1")
        self.invoice(50, due=on(-100), currency=euro)
        other = self.new_debtor("Otro")
        self.invoice(20, due=on(5), partner=other)
        book = self.workbook()
        self.assertEqual(
            book.sheetnames, ["Customers", "Documents USD", "Documents EUR", "Chart"]
        )
        customers = self.rows(book["Customers"])
        self.assertEqual([row["Customer"] for row in customers], ["=1+1", "Otro"])
        self.assertEqual(book["Customers"]["A6"].data_type, "s", "never a formula")
        self.assertEqual([row["Owed"] for row in customers], [200, 20])
        self.assertEqual([row["Overdue"] for row in customers], [200, 0])
        self.assertEqual(customers[0]["91–120"], 100)
        self.assertEqual(customers[0]["Most Days"], 100)
        dollars = self.rows(book["Documents USD"])
        self.assertEqual([row["USD"] for row in dollars], [100, 20])
        self.assertEqual(dollars[0]["Reference"], "OC-1")
        self.assertEqual(dollars[0]["Due Date"].date(), on(-10))
        euros = self.rows(book["Documents EUR"])
        self.assertEqual((euros[0]["EUR"], euros[0]["In USD"]), (50, 100))
        self.check_totals(book)

    def check_totals(self, book):
        """Each total is a formula over exactly the rows below it."""
        for sheet in book.worksheets:
            last = sheet.max_row
            for cell in sheet[4]:
                if cell.value:
                    letter = cell.column_letter
                    rows = f"{letter}6" + (f":{letter}{last}" if last > 6 else "")
                    self.assertEqual(cell.value, f"=SUBTOTAL(109,{rows})")
            self.assertEqual(sheet.freeze_panes, "B6")
            self.assertEqual(sheet.auto_filter.ref.partition(":")[0], "A5")

    def test_totals_are_there_before_excel_calculates(self):
        self.invoice(100, due=on(-10))
        self.invoice(30, due=on(-10))
        _name, content = self.ageing()._xlsx()
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        for sheet in book.worksheets:
            header = [cell.value for cell in sheet[5]]
            totals = dict(zip(header, [cell.value for cell in sheet[4]], strict=True))
            self.assertEqual(totals["1–30"], 130)

    def test_a_day_without_debts_has_a_workbook_too(self):
        book = self.workbook(day=date(2001, 1, 1))
        self.assertEqual(book.sheetnames, ["Customers", "Chart"])
        self.assertFalse(self.rows(book["Customers"]))

    def test_on_paper_the_largest_first_and_the_others_in_one_line(self):
        self.invoice(100, due=on(-10))
        other = self.new_debtor("Otro")
        self.invoice(300, due=on(-100), partner=other)
        self.patch_paper(1)
        ageing = self.ageing()
        paper = ageing._paper()
        self.assertEqual([row[0] for row in paper["rows"]], ["Otro"])
        self.assertEqual(paper["others"][0], 1)
        self.assertEqual(paper["others"][1][:2], [100, 100])
        self.assertEqual(paper["totals"][:2], [400, 400])
        page, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "debt_collection.debt_ageing_report", ageing.ids
        )
        for text in ("Otro", "Other customers (", "400.00"):
            self.assertIn(text, page.decode())

    def patch_paper(self, count):
        self.patch(debt_ageing_file_mixin, "ON_PAPER", count)


@tagged("post_install", "-at_install")
class TestAgeingFile(DebtCommon, HttpCase):
    """The workbook is downloaded by whoever asked for it."""

    def test_only_ones_own(self):
        self.invoice(100, due=on(-3))
        for login in ("first", "second"):
            user = self.new_user(login, "debt_collection.group_debt_supervisor")
            user.password = login
            if login == "first":
                report = self.env["debt.ageing"].with_user(user).create({"day": DAY})
        url = report.action_xlsx()["url"]
        self.authenticate("first", "first")
        page = self.url_open(url)
        self.assertEqual(page.status_code, 200)
        self.assertTrue(page.content.startswith(b"PK"))
        self.authenticate("second", "second")
        self.assertEqual(self.url_open(url).status_code, 404)
