import io
from datetime import timedelta
from unittest.mock import patch

import openpyxl
from freezegun import freeze_time

from odoo import Command

from odoo.addons.debt_collection.models.daily.debt_run import DebtRun

from ..controllers import account
from .common import DAY, PortalCommon

PDF, XML = b"%PDF-1.4 the invoice", b"<invoice/>"


def days(count):
    return DAY + timedelta(days=count)


@freeze_time("2026-06-01 15:00:00")
class TestAccount(PortalCommon):
    """What is owed, in words and figures that a customer understands."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.setup_other_currency("EUR", rates=[("2016-01-01", 0.5)])

    def parts_of(self, case):
        return case._portal_account(case._portal_items(), DAY)

    def rows_of(self, case):
        return {
            row["number"]: row for part in self.parts_of(case) for row in part["rows"]
        }

    def page_of(self, case, path=""):
        self.log_in()
        page = self.url_open(f"/my/debts/{case.id}{path}")
        self.assertEqual(page.status_code, 200)
        return page.text

    # === FIGURES === #

    def test_figures_are_those_of_the_books_by_currency(self):
        self.invoice(100, due=days(-10))
        self.invoice(60, due=days(3))
        self.invoice(40, due=days(30))
        self.invoice(70, due=days(-2), currency=self.euro)
        self.credit_note(15)
        case = self.case_with(partner=self.debtor)
        usd, eur = sorted(self.parts_of(case), key=lambda p: p["currency"] == self.euro)
        names = ("overdue", "soon", "later", "credit", "balance", "pay")
        self.assertEqual([usd[name] for name in names], [100, 60, 40, -15, 185, 85])
        self.assertEqual([eur[name] for name in names], [70, 0, 0, 0, 70, 70])
        for part in (usd, eur):
            lines = self.env["account.move.line"].search(
                [
                    ("partner_id", "=", self.debtor.id),
                    ("account_type", "=", "asset_receivable"),
                    ("reconciled", "=", False),
                    ("currency_id", "=", part["currency"].id),
                ]
            )
            self.assertEqual(
                part["balance"], sum(lines.mapped("amount_residual_currency"))
            )

    def test_what_is_overdue_is_paid_net_of_credits(self):
        self.invoice(100, due=days(-10))
        self.invoice(60, due=days(3))
        case = self.case_with(partner=self.debtor)
        page = self.page_of(case)
        self.assertIn(f"/my/debts/{case.id}/pay?currency=USD", page)
        self.assertIn("Pay everything overdue", page)
        self.credit_note(30)
        self.run_on(DAY)
        page = self.page_of(case)
        self.assertIn(f"/my/debts/{case.id}/pay?currency=USD", page)
        self.assertIn("Pay what is overdue: <span", " ".join(page.split()))
        self.assertIn("70.00", page)

    def test_an_advance_that_is_not_netted_pays_nothing(self):
        self.invoice(100, due=days(-10))
        self.advance(30)
        case = self.case_with(partner=self.debtor)
        case.item_ids.filtered(lambda i: i.amount_residual < 0).no_netting = True
        (part,) = self.parts_of(case)
        self.assertEqual((part["credit"], part["pay"]), (-30, 100))

    def test_paid_this_minute_is_seen_this_minute(self):
        invoice = self.invoice(100, due=days(-10))
        self.invoice(60, due=days(-3))
        case = self.case_with(partner=self.debtor)
        self.env.cr.precommit.run()
        self.env["debt.run"]._cron_refresh()
        self.pay(invoice, 99)
        self.env.cr.precommit.run()
        with patch.object(DebtRun, "_is_away", lambda *_args: False):
            self.assertEqual(self.parts_of(case)[0]["overdue"], 160)
        self.assertEqual(self.parts_of(case)[0]["overdue"], 61)
        row = self.rows_of(case)[invoice.name]
        self.assertIn("100", row["original"])
        self.assertIn("1", row["owed"])

    def test_without_news_nothing_is_refreshed(self):
        self.invoice(100, due=days(-10))
        case = self.case_with(partner=self.debtor)
        self.env.cr.precommit.run()
        self.env["debt.run"]._cron_refresh()
        with patch.object(DebtRun, "_refresh_debtors") as refresh:
            case._portal_items()
            refresh.assert_not_called()

    def test_parts_of_an_invoice_say_which_they_are(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "In three parts",
                "line_ids": [
                    Command.create(
                        {
                            "value": "percent",
                            "value_amount": share,
                            "nb_days": 30 * number,
                        }
                    )
                    for number, share in enumerate((30, 30, 40), start=1)
                ],
            }
        )
        self._create_invoice(
            partner_id=self.debtor.id,
            invoice_date=days(-60),
            invoice_payment_term_id=term.id,
            invoice_line_ids=[Command.create({"name": "A", "price_unit": 100})],
            post=True,
        )
        case = self.case_with(partner=self.debtor)
        parts = [row["instalment"] for row in self.parts_of(case)[0]["rows"]]
        self.assertEqual(parts, [f"instalment {n} of 3" for n in (1, 2, 3)])
        self.assertIn("instalment 2 of 3", " ".join(self.page_of(case).split()))

    def test_nothing_owed_says_so(self):
        invoice = self.invoice(100, due=days(-10))
        case = self.case_with(partner=self.debtor)
        self.pay(invoice)
        self.run_on(DAY)
        self.assertIn("Nothing is open.", self.page_of(case))

    def test_many_documents_come_in_pages_with_the_sums_of_all(self):
        for number in range(3):
            self.invoice(100 + number, due=days(number - 10))
        case = self.case_with(partner=self.debtor)
        first, second, third = case.item_ids.sorted("date_due").mapped("display_name")
        with patch.object(account, "LISTED", 2):
            page = self.page_of(case)
            self.assertIn("303.00", page)
            self.assertIn(second, page)
            self.assertNotIn(third, page)
            self.assertIn(f"/my/debts/{case.id}/page/2", page)
            page = self.page_of(case, "/page/2")
        self.assertIn("303.00", page)
        self.assertNotIn(first, page)
        self.assertIn(third, page)

    # === WHAT IS ABOUT A DOCUMENT === #

    def cover(self, model, invoice, **values):
        case = self.case_of()
        return self.env[model].create(
            {
                "case_id": case.id,
                "item_ids": [Command.set(self.item_of(invoice).ids)],
                **values,
            }
        )

    def test_what_was_agreed_is_said_beside_the_document(self):
        promised, noticed, disputed, partly, free = (
            self.invoice(100 + n, due=days(-10)) for n in range(5)
        )
        case = self.case_with(partner=self.debtor)
        self.cover("debt.promise", promised, amount=100, date=days(5))
        self.cover("debt.payment.notice", noticed, amount=101, date=days(-1))
        reason = self.env["debt.dispute.reason"].search([], limit=1)
        self.cover("debt.dispute", disputed, amount=102, reason_id=reason.id)
        self.cover("debt.dispute", partly, amount=3, reason_id=reason.id)
        rows = self.rows_of(case)
        for invoice, words in (
            (promised, "you promised for 06/06/2026"),
            (noticed, "it was paid on 05/31/2026; we are checking"),
            (disputed, "looking into the problem"),
            (partly, "looking into the problem"),
        ):
            (remark,) = rows[invoice.name]["remarks"]
            self.assertIn(words, remark)
            self.assertTrue(rows[invoice.name]["payable"])
        self.assertFalse(rows[free.name]["remarks"])
        # what was promised is to be paid; what is looked into or was paid is not
        (part,) = self.parts_of(case)
        self.assertEqual((part["overdue"], part["pay"]), (510, 100 + 103 + 104))

    def test_who_owns_the_debt_now_has_to_be_paid(self):
        sold, own = self.invoice(100, due=days(-10)), self.invoice(50, due=days(-5))
        case = self.case_with(partner=self.debtor)
        factor = self.env["res.partner"].create({"name": "Factor SA"})
        self.cover("debt.assignment", sold, holder_id=factor.id)
        rows = self.rows_of(case)
        self.assertIn("Factor SA", rows[sold.name]["remarks"][0])
        self.assertFalse(rows[sold.name]["payable"])
        (part,) = self.parts_of(case)
        self.assertEqual((part["overdue"], part["pay"]), (150, 50))
        self.assertEqual(case._portal_payable(case.item_ids), self.item_of(own))

    def test_who_claims_for_the_company_is_named(self):
        self.invoice(100, due=days(-100))
        case = self.case_with(partner=self.debtor)
        agency = self.env["res.partner"].create(
            {"name": "Abogados & Co", "phone": "+57 601 5550100"}
        )
        self.assertNotIn("claim your account", self.page_of(case))
        handover = self.env["debt.handover"].create(
            {"case_id": case.id, "agency_id": agency.id}
        )
        self.assertFalse(case._portal_handed())  # a proposal so far
        handover.sudo().state = "handed"
        page = self.page_of(case)
        self.assertIn("Abogados &amp; Co</b>", page)
        self.assertIn("tel:+57 601 5550100", page)

    def test_internal_words_are_not_shown(self):
        invoice = self.invoice(100, due=days(-10))
        case = self.case_with(partner=self.debtor)
        case.message_post(body="a difficult customer", subtype_xmlid="mail.mt_note")
        self.item_of(invoice).excluded = "no_followup"
        for path in ("", "/history"):
            page = self.page_of(case, path)
            self.assertNotIn("difficult", page)
            self.assertNotIn("follow-up", page)
            self.assertNotIn(self.strategy.name, page)

    def test_text_of_others_is_escaped(self):
        self.invoice(100, due=days(-10), ref="<img src=x onerror=alert(1)>")
        page = self.page_of(self.case_with(partner=self.debtor))
        self.assertIn("&lt;img src=x", page)
        self.assertNotIn("<img src=x", page)

    # === DOCUMENTS AND STATEMENT === #

    def test_documents_are_those_of_the_account_only(self):
        invoice = self.invoice(100, due=days(-10))
        theirs = self.invoice(70, due=days(-10), partner=self.stranger)
        advance = self.advance(5)
        case = self.case_with(partner=self.debtor)
        files = [("INV.pdf", PDF), ("INV.XML", XML)]
        self.log_in()
        model = type(self.env["account.move"])
        with patch.object(model, "_debt_documents", lambda _move: files):
            url = f"/my/debts/{case.id}/documents"
            page = self.url_open(f"{url}/{self.item_of(invoice).id}/pdf")
            self.assertEqual((page.status_code, page.content), (200, PDF))
            self.assertIn("attachment", page.headers["Content-Disposition"])
            page = self.url_open(f"{url}/{self.item_of(invoice).id}/xml")
            self.assertEqual(page.content, XML)
            for item, kind in (
                (self.item_of(theirs), "pdf"),
                (self.item_of(advance.move_id), "pdf"),
                (self.item_of(invoice), "py"),
            ):
                page = self.url_open(f"{url}/{item.id}/{kind}")
                self.assertEqual(page.status_code, 404)
            # what was paid meanwhile can still be had
            self.pay(invoice)
            self.run_on(DAY)
            page = self.url_open(f"{url}/{self.item_of(invoice).id}/pdf")
            self.assertEqual(page.content, PDF)

    def test_an_xml_is_offered_where_there_is_one(self):
        invoice, other = self.invoice(100), self.invoice(50)
        case = self.case_with(partner=self.debtor)
        self.env["ir.attachment"].create(
            {
                "name": "INV.xml",
                "raw": XML,
                "mimetype": "application/xml",
                "res_model": "account.move",
                "res_id": invoice.id,
            }
        )
        rows = self.rows_of(case)
        self.assertTrue(rows[invoice.name]["xml"])
        self.assertFalse(rows[other.name]["xml"])

    def test_the_spreadsheet_has_formulas_of_ours_only(self):
        self.invoice(100, due=days(-10), ref="=1+1")
        self.invoice(50.5, due=days(10))
        self.invoice(70, due=days(-2), currency=self.euro)
        case = self.case_with(partner=self.debtor)
        self.log_in()
        page = self.url_open(f"/my/debts/{case.id}/statement/xlsx")
        self.assertEqual(page.status_code, 200)
        book = openpyxl.load_workbook(io.BytesIO(page.content))
        self.assertEqual(book.sheetnames, ["EUR", "USD"])
        sheet = book["USD"]
        self.assertEqual(sheet.freeze_panes, "B6")
        self.assertEqual((sheet["B6"].value, sheet["B6"].data_type), ("=1+1", "s"))
        self.assertEqual(sheet["H4"].value, "=SUBTOTAL(109,H6:H7)")
        self.assertEqual([sheet["H6"].value, sheet["H7"].value], [100, 50.5])
        values = openpyxl.load_workbook(io.BytesIO(page.content), data_only=True)
        self.assertEqual(values["USD"]["H4"].value, 150.5)

    def test_the_spreadsheet_of_nothing_is_empty(self):
        invoice = self.invoice(100, due=days(-10))
        case = self.case_with(partner=self.debtor)
        self.pay(invoice)
        self.run_on(DAY)
        _name, content = case._statement_workbook(case._portal_items(), DAY)
        book = openpyxl.load_workbook(io.BytesIO(content))
        self.assertEqual([sheet.max_row for sheet in book], [5])

    def test_the_statement_is_that_of_the_messages(self):
        self.invoice(100, due=days(-10))
        case = self.case_with(partner=self.debtor)
        model = type(self.env["debt.case"])
        self.log_in()
        with patch.object(
            model, "_statement_file", lambda _c, day: (f"{day}.pdf", PDF)
        ):
            page = self.url_open(f"/my/debts/{case.id}/statement/pdf")
        self.assertEqual(page.content, PDF)
        self.assertIn("2026-06-01.pdf", page.headers["Content-Disposition"])
        page = self.url_open(f"/my/debts/{case.id}/statement/exe")
        self.assertEqual(page.status_code, 404)

    # === HISTORY === #

    def test_history_tells_what_was_paid_agreed_and_sent(self):
        invoice = self.invoice(100, due=days(-10))
        self.invoice(30, due=days(-10))
        case = self.case_with(partner=self.debtor)  # writes the first e-mail
        self.pay(invoice, 40)
        self.advance(5)
        self.cover("debt.promise", invoice, amount=60, date=days(5))
        entries, count = case._portal_history(1)
        self.assertEqual(len(entries), count)
        by_title = {entry["title"]: entry for entry in entries}
        paid = [e for e in entries if e["title"] == "Payment Received"]
        applied = sorted(entry["text"].split(" · ")[-1] for entry in paid)
        self.assertEqual(
            applied, [f"Applied to {invoice.name}", "Not applied to a document yet"]
        )
        self.assertIn("60", by_title["Promise to Pay"]["amount"])
        (message,) = case.action_ids.filtered(lambda a: a.state == "sent")
        self.assertEqual(by_title["Message: Email"]["text"], message.subject)
        page = self.page_of(case, "/history")
        for entry in entries:
            self.assertIn(entry["title"], page)

    def test_history_leaves_out_what_is_ours(self):
        invoice = self.invoice(100, due=days(-10))
        case = self.case_with(partner=self.debtor)
        self.env["debt.action"]._log(
            case, channel="call", reached="debtor", note="shouted at us"
        )
        sent = case.action_ids.filtered(lambda a: a.state == "sent")
        sent.sudo().is_test = True
        plan = self.cover("debt.plan", invoice)
        self.assertEqual(plan.state, "draft")
        self.assertEqual(case._portal_history(1), ([], 0))

    def test_history_comes_in_pages(self):
        self.invoice(1000, due=days(-10))
        case = self.case_with(partner=self.debtor)
        for _number in range(31):
            self.advance(1)
        first, count = case._portal_history(1)
        second, _count = case._portal_history(2)
        self.assertEqual((len(first), len(second)), (30, count - 30))
        self.assertEqual(case._portal_history(9)[0], second)
        self.assertIn("/history/page/2", self.page_of(case, "/history"))

    # === THE LIST AND THE CARD === #

    def test_accounts_are_listed_with_their_currencies(self):
        branch = self.new_debtor("Sucursal", parent_id=self.debtor.id, is_company=True)
        self.invoice(100, due=days(-10))
        self.invoice(70, due=days(9), currency=self.euro)
        self.invoice(33, due=days(-10), partner=branch)
        self.invoice(77, due=days(-10), partner=self.stranger)
        self.run_on(DAY)
        self.log_in()
        page = self.url_open("/my/debts").text
        for amount in ("$ 100.00", "70.00 €", "$ 33.00"):
            self.assertIn(amount, page.replace("\xa0", " "))
        self.assertIn("Sucursal", page)
        self.assertNotIn("$ 77.00", page.replace("\xa0", " "))
        self.assertIn("My other accounts", self.page_of(self.case_of()))

    def test_the_card_of_the_portal_says_what_is_overdue(self):
        self.log_in()
        self.assertNotIn("Your account", self.url_open("/my/home").text)
        self.invoice(100, due=days(-10))
        self.invoice(7, due=days(-10), partner=self.stranger)
        self.invoice(70, due=days(-3), currency=self.euro)
        self.case_with(partner=self.debtor)
        page = self.url_open("/my/home").text
        self.assertIn("Your account", page)
        card = page.split('href="/my/debts"')[1].split("</a>")[0]
        self.assertIn("Overdue:", card)
        self.assertIn("100.00", card)
        self.assertIn("70.00", card)
        self.assertNotIn("107.00", card)

    # === SPEED === #

    def queries_of(self, path):
        self.url_open(path)  # what is kept from then on
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.assertEqual(self.url_open(path).status_code, 200)
        return self.env.cr.sql_log_count - before

    def test_more_invoices_are_no_more_queries(self):
        for number in range(5):
            self.invoice(10 + number, due=days(-number))
        case = self.case_with(partner=self.debtor)
        self.env.cr.precommit.run()
        self.env["debt.run"]._cron_refresh()
        self.log_in()
        paths = (f"/my/debts/{case.id}", "/my/debts", "/my/home")
        paths = [*paths, f"/my/debts/{case.id}/statement/xlsx"]
        few = [self.queries_of(path) for path in paths]
        for number in range(45):
            self.invoice(100 + number, due=days(-number))
        self.run_on(DAY)
        self.env.cr.precommit.run()
        self.env["debt.run"]._cron_refresh()
        self.assertEqual(few, [self.queries_of(path) for path in paths])
