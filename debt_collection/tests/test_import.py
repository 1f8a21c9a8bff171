import base64
import io
from datetime import date, timedelta

import openpyxl
from psycopg2.errors import SerializationFailure

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..tools import spreadsheet
from .common import DebtCommon


@tagged("post_install", "-at_install")
class TestImport(DebtCommon):
    """Workbooks are made in memory, as a department would send them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._debt_today()
        cls.manager = cls.new_user(
            "manager",
            "debt_collection.group_debt_manager,base.group_partner_manager",
        )
        cls.chief = cls.new_user(
            "chief",
            "debt_collection.group_debt_manager,base.group_partner_manager,"
            "account.group_account_manager",
        )
        cls.misc = cls.company_data["default_journal_misc"]
        cls.counterpart = cls.company_data["default_account_revenue"]
        cls.debtor.write({"ref": "C-001", "vat": "900412300-8"})

    def workbook(self, **sheets):
        """Return the content of a workbook: {name of a sheet: rows}."""
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            page = book.create_sheet(name)
            for row in rows:
                page.append(row)
        content = io.BytesIO()
        book.save(content)
        return content.getvalue()

    def job(self, content=None, user=None, name="cartera.xlsx", **values):
        sheets = values.pop("sheets", None)
        if sheets is not None:
            content = self.workbook(**sheets)
        return (
            self.env["debt.import"]
            .with_user(user or self.manager)
            .create({"file": base64.b64encode(content), "file_name": name, **values})
        )

    def imported(self, sheets, user=None, **values):
        job = self.job(sheets=sheets, user=user, **values)
        job.action_check()
        self.assertFalse(job.problem)
        job.action_import()
        return job

    def debts(self, *rows, **values):
        """Import debts and return the import."""
        head = ["Customer", "Document Number", "Due Date", "Open Amount", "Currency"]
        job = self.job(sheets={"Debts": [head, *rows]}, user=self.chief)
        job.action_check()
        job.write(
            {"journal_id": self.misc.id, "account_id": self.counterpart.id, **values}
        )
        job.action_import()
        return job

    def assertLines(self, job, expected):
        """The report says exactly these (sheet, line, result, words of the message)."""
        lines = [(line.sheet, line.row, line.state) for line in job.line_ids]
        self.assertEqual(
            lines, [row[:3] for row in expected], job.line_ids.mapped("message")
        )
        for line, row in zip(job.line_ids, expected, strict=True):
            self.assertIn(row[3] if len(row) > 3 else "", line.message or "")

    # === THE FILE === #

    def assertProblem(self, words, content, name="cartera.xlsx"):
        job = self.job(content, name=name)
        job.action_check()
        self.assertIn(words, job.problem)
        self.assertEqual((job.state, job.row_count), ("draft", 0))
        with self.assertRaises(UserError):
            job.action_import()

    def test_files_that_cannot_be_read(self):
        self.assertProblem("empty", b" \n ")
        self.assertProblem("old Excel", b"\xd0\xcf\x11\xe0 rest")
        self.assertProblem("Only XLSX and CSV", b"%PDF-1.7 text")
        self.assertProblem("Only XLSX and CSV", b"\x89PNG\x00\x00")
        self.assertProblem("damaged", b"PK\x03\x04 not a zip")
        self.assertProblem("empty", self.workbook(Contacts=[]))
        big = b"x" * (spreadsheet.MAX_BYTES + 1)
        self.assertProblem("larger than 10 MB", big, "big.csv")

    def test_sheets_with_other_headings(self):
        self.assertProblem("No sheet has the headings", self.workbook(Hoja1=[["x", 1]]))
        self.assertProblem("no line of headings", self.workbook(Debts=[["x"]]))
        self.assertProblem(
            "Document Number", self.workbook(Debts=[["Customer", "Due", "Amount"]])
        )
        self.assertProblem(
            "Customer", self.workbook(Contacts=[["Email", "Phone"], ["a@b.co", 1]])
        )
        self.assertProblem(
            "twice", self.workbook(Contacts=[["Customer", "Email", "Correo"]])
        )

    def test_a_file_is_checked_again_when_it_changes(self):
        sheets = {"Contacts": [["Customer", "Phone"], ["C-001", "+57 300 111 2233"]]}
        job = self.job(sheets=sheets)
        job.action_check()
        self.assertEqual((job.state, job.new_count), ("checked", 1))
        job.file = base64.b64encode(self.workbook(**sheets))
        self.assertEqual(job.state, "draft")
        self.assertFalse(job.line_ids)
        with self.assertRaises(UserError):
            job.action_import()

    def test_csv_as_spreadsheets_of_many_countries_write_it(self):
        text = "Cliente;Teléfono;Correo\nC-001;+57 300 111 2233;a@b.co\n"
        for content in (
            text.encode(),
            text.encode("utf-8-sig"),
            text.encode("cp1252"),
            text.encode("utf-16"),
            text.replace(";", ",").encode(),
            text.replace(";", "\t").encode(),
            ("sep=;\n" + text).encode(),
        ):
            job = self.job(content, name="contactos.csv")
            job.action_check()
            self.assertFalse(job.problem)
            self.assertEqual(job.new_count, 1, content)
            self.assertEqual(set(job.line_ids.mapped("kind")), {"contacts"})

    def test_sheets_that_are_something_else_are_named(self):
        job = self.job(
            sheets={
                "Contactos": [["Cliente", "Horario"], ["C-001", "9 a 11"]],
                "Gráficos": [["just a picture"]],
            }
        )
        job.action_check()
        self.assertEqual(job.ignored, "Gráficos")
        self.assertEqual(job.new_count, 1)

    def test_a_chosen_kind_goes_before_what_is_found(self):
        content = b"Customer,Date,Amount\nC-001,2026-06-01,5\n"
        job = self.job(content, name="x.csv")
        job.action_check()
        self.assertEqual(job.line_ids[:1].kind, "promises")
        job.kind = "notes"
        job.action_check()
        self.assertIn("missing", job.problem)

    def test_the_template_is_read_as_it_is_and_its_examples_are_left_out(self):
        job = self.env["debt.import"].with_user(self.manager).create({})
        content = job._to_template()
        book = openpyxl.load_workbook(io.BytesIO(content))
        self.assertEqual(
            book.sheetnames,
            ["How To", "Contacts", "Debts", "Limits", "Notes", "Promises", "lists"],
        )
        self.assertEqual(book["lists"].sheet_state, "hidden")
        head = book["Contacts"][1]
        self.assertTrue(all(cell.comment for cell in head))
        self.assertTrue(book["Contacts"].data_validations.dataValidation)
        book["Contacts"].append(["C-001", None, None, "Ana", "Pays"])
        filled = io.BytesIO()
        book.save(filled)
        job.write({"file": base64.b64encode(filled.getvalue()), "file_name": "t.xlsx"})
        job.action_check()
        self.assertFalse(job.problem)
        self.assertLines(job, [("Contacts", 3, "new", "New contact Ana")])

    def test_the_report_is_harmless_text(self):
        evil = '=HYPERLINK("http://x")'
        job = self.job(sheets={"Contacts": [["Customer", "Email"], [evil, "a@b.co"]]})
        job.file = base64.b64encode(
            f'Customer;Email\n"{evil.replace(chr(34), chr(34) * 2)}";a@b.co\n'.encode()
        )
        job.action_check()
        book = openpyxl.load_workbook(io.BytesIO(job._to_report()))
        cells = [cell for row in book.active.rows for cell in row]
        self.assertIn(evil, [cell.value for cell in cells])
        self.assertEqual({cell.data_type for cell in cells} - {"s", "n"}, set())

    def test_broken_formulas_are_told(self):
        job = self.job(sheets={"Contacts": [["Customer", "Email"], ["C-001", "#REF!"]]})
        job.action_check()
        self.assertLines(job, [("Contacts", 2, "error", "#REF!")])

    def test_agents_supervisors_and_accountants_import_nothing(self):
        supervisor = self.new_user(
            "supervisor", "debt_collection.group_debt_supervisor"
        )
        accountant = self.new_user("bookkeeper", "account.group_account_invoice")
        for user in (self.agent, supervisor, accountant):
            with self.assertRaises(AccessError):
                self.job(b"x", user=user)

    # === CONTACTS === #

    def contacts(self, *rows, **values):
        head = ("Customer", "Contact Name", "Role", "Email", "Phone", "Language")
        job = self.job(sheets={"Contacts": [head, *rows]}, **values)
        job.action_check()
        return job

    def test_contacts_are_created_and_completed(self):
        ana = self.env["res.partner"].create(
            {"name": "Ana Ruiz", "parent_id": self.debtor.id, "email": "ana@x.co"}
        )
        self.debtor.country_id = self.env.ref("base.co")
        job = self.contacts(
            ("C-001", "Luis Pérez", "Pays", "Luis@X.co ", "300 111 2233", "English"),
            ("900.412.300-8", "ANA RUIZ", "aprueba", "otra@x.co", None, None),
            ("ferretería  andina", None, None, None, "601 5550142", None),
        )
        self.assertLines(
            job,
            [
                ("Contacts", 3, "warning", "Kept “ana@x.co”"),
                ("Contacts", 2, "new", "Luis"),
                ("Contacts", 3, "new", "Completes"),
                ("Contacts", 4, "new", "Completes"),
            ],
        )
        self.assertFalse(self.debtor.phone, "a check writes nothing")
        job.action_import()
        self.assertEqual(job.state, "done")
        luis = self.debtor.child_ids - ana
        self.assertEqual(
            (luis.name, luis.debt_role, luis.email, luis.phone, luis.debt_import_id),
            ("Luis Pérez", "payer", "luis@x.co", "+57 300 1112233", job),
        )
        self.assertEqual((ana.email, ana.debt_role), ("ana@x.co", "approver"))
        self.assertEqual(self.debtor.phone, "+57 601 5550142")

    def test_the_same_file_twice_imports_nothing_twice(self):
        rows = [
            ("C-001", "Luis Pérez", "Pays", "luis@x.co", "+57 300 1112233", None),
            ("C-001", "luis perez", "Pays", "luis@x.co", None, None),
        ]
        job = self.contacts(*rows)
        self.assertLines(
            job,
            [("Contacts", 2, "new"), ("Contacts", 3, "same", "same as line 2")],
        )
        job.action_import()
        again = self.contacts(*rows)
        self.assertEqual((again.new_count, again.same_count), (0, 2))
        with self.assertRaises(UserError):
            again.action_import()
        self.assertEqual(len(self.debtor.child_ids), 1)

    def test_what_differs_is_replaced_where_the_user_says_so(self):
        self.debtor.email = "old@x.co"
        row = ("C-001", None, None, "new@x.co", None, None)
        kept = self.contacts(row)
        self.assertEqual((kept.same_count, kept.warning_count), (1, 1))
        job = self.contacts(row, overwrite=True)
        job.action_import()
        self.assertEqual(self.debtor.email, "new@x.co")
        job._withdraw("Wrong file")
        self.assertEqual(self.debtor.email, "old@x.co")
        self.assertEqual((job.state, job.undo_reason), ("undone", "Wrong file"))

    def test_undo_leaves_what_people_changed_since(self):
        job = self.contacts(
            ("C-001", "Luis", None, "luis@x.co", None, None),
            ("C-001", None, None, None, "+57 300 1112233", None),
        )
        job.action_import()
        self.debtor.phone = "+57 300 9999999"
        job._withdraw("Wrong file")
        self.assertEqual(self.debtor.phone, "+57 300 9999999")
        luis = self.debtor.with_context(active_test=False).child_ids
        self.assertFalse(luis.active)

    def test_each_mistake_has_its_line_and_column(self):
        twin = {"name": "Repetido", "company_id": False}
        self.env["res.partner"].create([twin, twin])
        self.new_debtor("Otra Empresa", ref="C-002")
        job = self.contacts(
            ("Nobody", "A", None, None, None, None),
            ("Repetido", "A", None, None, None, None),
            (None, "A", None, None, None, None),
            ("C-001", "A", "boss", None, None, None),
            ("C-001", "A", None, "a b@c", None, None),
            ("C-001", "A", None, None, None, "Klingon"),
            ("C-001", None, None, None, None, None),
            ("C-001", "Fine", None, None, "12", None),
        )
        self.assertLines(
            job,
            [
                ("Contacts", 2, "error", "no customer “Nobody”"),
                ("Contacts", 3, "error", "2 customers"),
                ("Contacts", 4, "error", "No customer is named"),
                ("Contacts", 5, "error", "boss"),
                ("Contacts", 6, "error", "e-mail"),
                ("Contacts", 7, "error", "Klingon"),
                ("Contacts", 8, "error", "says nothing"),
                ("Contacts", 9, "warning", "cannot be called"),
                ("Contacts", 9, "new", "Fine"),
            ],
        )
        self.assertEqual(job.line_ids[3].column, "Role")
        with self.assertRaises(UserError):
            job.action_import()
        self.assertFalse(self.debtor.child_ids)
        job.only_good = True
        job.action_import()
        self.assertEqual(self.debtor.child_ids.mapped("name"), ["Fine"])
        self.assertEqual((job.done_count, job.error_count), (1, 7))

    def test_columns_that_name_two_customers(self):
        self.new_debtor("Otra Empresa", ref="C-002")
        job = self.job(
            sheets={
                "Contacts": [
                    ["Tax ID", "Customer Reference", "Contact Name"],
                    ["900412300-8", "C-002", "A"],
                    ["CO9004123008", None, "B"],
                ]
            }
        )
        job.action_check()
        self.assertLines(
            job,
            [("Contacts", 2, "error", "two customers"), ("Contacts", 3, "new")],
        )

    def test_it_takes_the_right_to_edit_contacts(self):
        plain = self.new_user("plain", "debt_collection.group_debt_manager")
        job = self.contacts(("C-001", "A", None, None, None, None), user=plain)
        self.assertLines(job, [("Contacts", 2, "error", "may not")])

    def test_a_failure_while_writing_is_told_on_its_line(self):
        rows = [("C-001", f"P{n}", None, f"p{n}@x.co", None, None) for n in range(5)]
        job = self.contacts(*rows)

        contacts = type(self.env["debt.import.sheet.contacts"])
        apply = contacts._apply

        def refuse(sheet, job, rows):
            apply(sheet, job, rows)
            if any(row.get("name") == "P3" for row in rows):
                raise ValueError("Not this one")

        self.patch(contacts, "_apply", refuse)
        job.action_import()
        self.assertEqual(job.state, "checked")
        self.assertLines(
            job.with_context(active_test=False),
            [("Contacts", 5, "error", "Not this one")]
            + [("Contacts", n, "new") for n in (2, 3, 4, 6)],
        )
        self.assertFalse(self.debtor.child_ids, "all or nothing")
        job.only_good = True
        job.action_import()
        self.assertEqual(job.state, "done")
        self.assertEqual(len(self.debtor.child_ids), 4)

    # === DEBTS === #

    def test_debts_are_entries_that_are_chased(self):
        due = self.today - timedelta(days=40)
        job = self.debts(("C-001", "F-1", due, 1500.5, None))
        self.assertEqual(job.state, "done")
        move = self.env["account.move"].search([("debt_import_id", "=", job.id)])
        self.assertEqual((move.state, move.ref), ("posted", "F-1"))
        line = move.line_ids.filtered(lambda x: x.account_type == "asset_receivable")
        self.assertEqual(
            (line.date_maturity, line.no_followup, line.balance, line.partner_id),
            (due, False, 1500.5, self.debtor),
        )
        self.run_on(self.today)
        case = self.case_of()
        self.assertEqual((case.amount_chaseable, case.days_past_due), (1500.5, 40))
        self.assertEqual(case.item_ids.display_name, "F-1")
        self.assertBooks()

    def test_texts_name_the_document_that_the_customer_knows(self):
        self.debts(("C-001", "F-1", self.today - timedelta(days=40), 1500.5, None))
        run = self.run_on(self.today)
        action = self.actions_of(run)[:1]
        self.assertEqual(action.text_document, "F-1")

    def test_the_same_document_is_not_imported_twice(self):
        invoice = self.invoice(10)
        self.debts(("C-001", "F-1", self.today, 100, None))
        other = self.new_debtor("Otra Empresa", ref="C-002")
        job = self.debts(
            ("C-001", "f-1", self.today, 100, None),
            ("C-001", "F-1", self.today, 100, None),
            ("C-001", invoice.name, self.today, 10, None),
            ("C-002", "F-1", self.today, 100, None),
            ("C-002", "F-1", self.today, 100, None),
        )
        self.assertEqual((job.done_count, job.same_count), (1, 4))
        refs = self.env["account.move"].search([("ref", "=ilike", "F-1")])
        self.assertEqual(len(refs), 2)
        self.assertEqual(len(refs.filtered(lambda m: m.partner_id == other)), 1)

    def test_foreign_currency_and_credits(self):
        currency = self.setup_other_currency("EUR")
        self.debts(
            ("C-001", "F-1", self.today, 200, currency.name),
            ("C-001", "NC-1", self.today, -50, None),
        )
        lines = self.env["account.move.line"].search(
            [
                ("partner_id", "=", self.debtor.id),
                ("account_type", "=", "asset_receivable"),
            ],
            order="id",
        )
        rate = currency._convert(
            200, self.company.currency_id, self.company, self.today
        )
        self.assertEqual(lines.mapped("amount_residual_currency"), [200, -50])
        self.assertEqual(lines[0].balance, rate)

    def test_mistakes_in_debts(self):
        coin = self.env["res.currency"].create({"name": "XDC", "symbol": "x"})
        head = ["Customer", "Number", "Due Date", "Amount", "Currency"]
        job = self.job(
            user=self.chief,
            sheets={
                "Debts": [
                    head,
                    ["C-001", "F-1", "31/31/2026", "1.234,567", None],
                    ["C-001", "F-2", None, 5, None],
                    ["C-001", "F-3", self.today, 0, None],
                    ["C-001", "F-4", self.today, 5, "ZZZ"],
                    ["C-001", "F-5", self.today, 5, coin.name],
                    ["C-001", "F-6", self.today, "five", None],
                    ["C-001", None, self.today, 5, None],
                ]
            },
        )
        job.action_check()
        self.assertLines(
            job,
            [
                ("Debts", 2, "error", "no day"),
                ("Debts", 2, "error", "decimals"),
                ("Debts", 3, "error", "filled in"),
                ("Debts", 4, "error", "zero"),
                ("Debts", 5, "error", "ZZZ"),
                ("Debts", 6, "error", "no rate"),
                ("Debts", 7, "error", "five"),
                ("Debts", 8, "error", "filled in"),
            ],
        )

    def test_spanish_users_write_numbers_and_days_in_their_way(self):
        self.env["res.lang"]._activate_lang("es_419")
        self.chief.lang = "es_419"
        job = self.job(
            b"Cliente;Factura;Vencimiento;Saldo\n"
            b"C-001;F-1;03/02/2026;1.234\n"
            b"C-001;F-2;28/02/2026;$ 1.234,56\n",
            user=self.chief,
            name="deudas.csv",
        )
        # the words of the product follow the user, as in the browser
        job = job.with_context(lang="es_419")
        job.action_check()
        self.assertEqual((job.new_count, job.error_count), (2, 0))
        job.write({"journal_id": self.misc.id, "account_id": self.counterpart.id})
        job.action_import()
        lines = self.env["account.move.line"].search(
            [("partner_id", "=", self.debtor.id), ("balance", ">", 0)], order="id"
        )
        self.assertEqual(lines.mapped("balance"), [1234, 1234.56])
        self.assertEqual(lines[0].date_maturity, date(2026, 2, 3))

    def test_only_accountants_write_into_the_books(self):
        job = self.job(
            sheets={
                "Debts": [
                    ["Customer", "Number", "Due Date", "Amount"],
                    ["C-001", "F-1", self.today, 5],
                ]
            }
        )
        job.action_check()
        self.assertLines(job, [("Debts", 2, "error", "accountant")])

    def test_the_books_have_to_be_ready(self):
        row = ("C-001", "F-1", self.today, 100, None)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.debts(row, account_id=False)
        self.company.fiscalyear_lock_date = self.today
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.debts(row)
        self.assertFalse(self.case_of())

    def test_drafts_wait_for_the_accountant(self):
        job = self.debts(("C-001", "F-1", self.today, 100, None), post=False)
        move = self.env["account.move"].search([("debt_import_id", "=", job.id)])
        self.assertEqual(move.state, "draft")
        move.action_post()
        line = move.line_ids.filtered(lambda x: x.account_type == "asset_receivable")
        self.assertFalse(line.no_followup)

    def test_undo_cancels_what_nobody_paid(self):
        job = self.debts(
            ("C-001", "F-1", self.today, 100, None),
            ("C-001", "F-2", self.today, 70, None),
        )
        moves = self.env["account.move"].search(
            [("debt_import_id", "=", job.id)], order="id"
        )
        credit = self.advance(100).move_id.line_ids
        lines = (moves[0].line_ids | credit).filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        lines.reconcile()
        job._withdraw("Wrong file")
        self.assertEqual(moves.mapped("state"), ["posted", "cancel"])

    # === NOTES, PROMISES, LIMITS === #

    def test_notes_are_evidence_of_the_past(self):
        self.invoice(100, due=self.today - timedelta(days=20))
        day = self.today - timedelta(days=3)
        rows = [
            ["Customer", "Date", "What Was Said", "Agent", "Outcome", "Channel"],
            ["C-001", day, "Pays on Friday", "agent", "No liquidity", "Call"],
        ]
        job = self.imported({"Notes": rows})
        action = self.env["debt.action"].search([("import_id", "=", job.id)])
        self.assertEqual(
            (action.contact_day, action.note, action.user_id, action.state),
            (day, "Pays on Friday", self.agent, "done"),
        )
        self.assertEqual(
            (action.outcome_id.code, action.reached, action.channel),
            ("no_money", "debtor", "call"),
        )
        self.assertEqual(action.case_id, self.case_of())
        self.assertFalse(self.mails_of(action))
        again = self.job(sheets={"Notes": rows})
        again.action_check()
        self.assertEqual((again.new_count, again.same_count), (0, 1))
        job._withdraw("Wrong file")
        self.assertEqual((action.state, action.reason), ("cancelled", "undone"))

    def test_mistakes_in_notes(self):
        nobody = self.new_debtor("Sin Deuda", ref="C-002")
        self.invoice(100)
        job = self.job(
            sheets={
                "Notas": [
                    ["Cliente", "Fecha", "Nota", "Ejecutivo", "Resultado"],
                    [nobody.ref, self.today, "x", None, None],
                    ["C-001", self.today + timedelta(days=1), "x", None, None],
                    ["C-001", self.today, "x", "who?", None],
                    ["C-001", self.today, "x", None, "maybe"],
                ]
            }
        )
        job.action_check()
        self.assertLines(
            job,
            [
                ("Notas", 2, "error", "no case"),
                ("Notas", 3, "error", "still to come"),
                ("Notas", 4, "error", "0 users"),
                ("Notas", 5, "error", "maybe"),
            ],
        )

    def test_open_promises_stop_the_chase_and_write_to_nobody(self):
        self.invoice(100, due=self.today - timedelta(days=20))
        newer = self.invoice(40, due=self.today - timedelta(days=10))
        day = self.today + timedelta(days=3)
        rows = [
            ["Customer", "Promised Amount", "Pays on", "Documents", "Pays by"],
            ["C-001", 40, day, newer.name, "Cheque"],
        ]
        job = self.imported({"Promises": rows})
        promise = self.env["debt.promise"].search([("import_id", "=", job.id)])
        self.assertEqual(
            (promise.amount, promise.date, promise.method, promise.source),
            (40, day, "cheque", "import"),
        )
        self.assertEqual(promise.item_ids.move_id, newer)
        self.assertEqual(promise.state, "open")
        self.assertEqual(self.case_of().amount_chaseable, 100)
        self.assertFalse(promise.action_ids)
        again = self.job(sheets={"Promises": rows})
        again.action_check()
        self.assertEqual((again.new_count, again.same_count), (0, 1))
        job._withdraw("Wrong file")
        self.assertEqual(promise.state, "cancelled")
        self.assertEqual(self.case_of().amount_chaseable, 140)

    def test_mistakes_in_promises(self):
        self.new_debtor("Sin Deuda", ref="C-002")
        self.invoice(100)
        day = self.today + timedelta(days=3)
        job = self.job(
            sheets={
                "Promises": [
                    ["Customer", "Amount", "Pays on", "Documents", "Promised on"],
                    ["C-002", 10, day, None, None],
                    ["C-001", -10, day, None, None],
                    ["C-001", 10, day, "F-99", None],
                    ["C-001", 10, day, None, day],
                    ["C-001", 500, self.today - timedelta(days=1), None, None],
                ]
            }
        )
        job.action_check()
        self.assertLines(
            job,
            [
                ("Promises", 2, "error", "owes nothing"),
                ("Promises", 3, "error", "more than zero"),
                ("Promises", 4, "error", "F-99"),
                ("Promises", 5, "error", "still to come"),
                ("Promises", 6, "warning", "More than"),
                ("Promises", 6, "warning", "judged at once"),
                ("Promises", 6, "new"),
            ],
        )

    def test_a_workbook_is_imported_in_the_right_order(self):
        """A promise about a debt of the same file, its agent and a note."""
        due = self.today - timedelta(days=20)
        sheets = {
            "Promises": [
                ["Customer", "Amount", "Pays on", "Documents"],
                ["C-001", 60, self.today + timedelta(days=2), "F-1"],
            ],
            "Notes": [["Customer", "Date", "Note"], ["C-001", self.today, "Will pay"]],
            "Limits": [["Customer", "Agent"], ["C-001", "agent"]],
            "Debts": [
                ["Customer", "Number", "Due Date", "Amount"],
                ["C-001", "F-1", due, 100],
            ],
        }
        job = self.job(sheets=sheets, user=self.chief)
        job.write({"journal_id": self.misc.id, "account_id": self.counterpart.id})
        job.action_check()
        self.assertEqual((job.new_count, job.error_count), (4, 0))
        job.action_import()
        self.assertEqual(job.done_count, 4)
        case = self.case_of()
        self.assertEqual((case.amount_total, case.amount_chaseable), (100, 40))
        self.assertEqual(case.agent_id, self.agent)
        self.assertEqual(case.promise_ids.item_ids.display_name, "F-1")
        again = self.job(sheets=sheets, user=self.chief)
        again.action_check()
        self.assertEqual((again.new_count, again.same_count), (0, 4))
        job._withdraw("Wrong file")
        self.assertEqual(self.case_of().amount_total, 0)

    def test_limits_agents_tags_and_payment_days(self):
        self.invoice(100)
        self.run_on(self.today)
        calendar = self.env["debt.pay.calendar"].create(
            {"name": "Viernes", "pay_fri": True}
        )
        self.company.account_use_credit_limit = True
        rows = [
            [
                "Customer",
                "Credit Limit",
                "Agent",
                "Salesperson",
                "Tags",
                "Payment Days",
            ],
            ["C-001", "2.500,00", "agent", "manager", "Norte; Clave", "viernes"],
        ]
        job = self.imported({"Limits": rows}, user=self.chief)
        debtor = self.debtor.with_company(self.company)
        self.assertEqual(debtor.credit_limit, 2500)
        self.assertEqual(debtor.debt_pay_calendar_id, calendar)
        self.assertEqual(set(debtor.category_id.mapped("name")), {"Norte", "Clave"})
        self.assertEqual(debtor.user_id, self.manager)
        self.assertEqual(self.case_of().agent_id, self.agent)
        again = self.job(sheets={"Limits": rows}, user=self.chief)
        again.action_check()
        self.assertEqual((again.new_count, again.same_count), (0, 1))
        job._withdraw("Wrong file")
        self.assertEqual(debtor.credit_limit, 0)
        self.assertFalse(
            debtor.category_id or debtor.debt_pay_calendar_id or debtor.user_id
        )
        self.assertFalse(self.case_of().agent_id)

    def test_credit_limits_take_accounting_rights(self):
        job = self.job(sheets={"Limits": [["Customer", "Credit Limit"], ["C-001", 5]]})
        job.action_check()
        self.assertLines(job, [("Limits", 2, "error", "accounting rights")])

    def test_much_is_imported_in_the_background_with_the_rights_of_the_user(self):
        self.patch(type(self.env["debt.import"]), "_at_once", lambda self: 1)
        head = ["Customer", "Contact Name", "Email"]
        rows = [["C-001", f"P{n}", f"p{n}@x.co"] for n in range(3)]
        job = self.imported({"Contacts": [head, *rows]})
        self.assertEqual(job.state, "queued")
        with self.assertRaises(UserError):
            job.action_import()
        self.env["debt.import"]._cron_import()
        self.assertEqual((job.state, job.done_count), ("done", 3))
        self.assertEqual(self.debtor.child_ids.create_uid, self.manager)

    def test_each_company_imports_its_own(self):
        other = self.setup_other_company()["company"]
        stranger = self.new_user(
            "stranger",
            "debt_collection.group_debt_manager,base.group_partner_manager",
            other,
        )
        self.debtor.company_id = self.company
        sheets = {"Contacts": [["Customer", "Contact Name"], ["C-001", "A"]]}
        mine = self.imported(sheets)
        theirs = self.job(sheets=sheets, user=stranger)
        theirs.action_check()
        self.assertEqual(theirs.company_id, other)
        self.assertLines(theirs, [("Contacts", 2, "error", "no customer")])
        with self.assertRaises(AccessError):
            mine.with_user(stranger).read(["name"])
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            theirs.write(
                {
                    "company_id": self.company.id,
                    "journal_id": False,
                    "account_id": False,
                }
            )
        self.assertFalse(
            self.env["debt.import.line"]
            .with_user(stranger)
            .search([("import_id", "=", mine.id)])
        )

    def test_a_conflict_with_another_worker_is_not_the_fault_of_a_line(self):
        job = self.contacts(("C-001", "A", None, None, None, None))
        contacts = type(self.env["debt.import.sheet.contacts"])

        def conflict(sheet, job, rows):
            raise SerializationFailure

        self.patch(contacts, "_apply", conflict)
        with self.assertRaises(SerializationFailure):
            job.action_import()

    def test_what_was_imported_stays(self):
        job = self.imported(
            {"Contacts": [["Customer", "Contact Name"], ["C-001", "A"]]}
        )
        with self.assertRaises(UserError):
            job.unlink()
        with self.assertRaises(UserError):
            job.overwrite = True
        opened = job.action_view_records()
        self.assertEqual(opened["res_model"], "res.partner")
        self.assertEqual(opened["domain"][0][2], self.debtor.child_ids.ids)

    def test_many_lines_take_hardly_more_queries(self):
        head = ["Customer", "Contact Name", "Email"]

        def queries(count):
            rows = [["C-001", f"P{n}", f"p{n}@x.co"] for n in range(count)]
            job = self.job(sheets={"Contacts": [head, *rows]})
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            job.action_check()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        few = queries(2)
        self.assertLessEqual(queries(60), few + 3)
