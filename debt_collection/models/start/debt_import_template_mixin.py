import base64
import io
from datetime import date

import xlsxwriter

from odoo import models
from odoo.tools import format_date

from ...logic.import_sheets import SHEETS
from .debt_import_read_mixin import CHOICES

#: Rows of a sheet that get lists to choose from and formats.
PREPARED_ROWS = 1000


class DebtImportTemplateMixin(models.AbstractModel):
    """The spreadsheet to fill in, and the one that says what was wrong."""

    _name = "debt.import.template.mixin"
    _description = "Template of an Import"

    # === WORDS === #

    def _sheet_labels(self):
        """Return {kind of sheet: its name in the user's language}."""
        return {
            "contacts": self.env._("Contacts"),
            "debts": self.env._("Debts"),
            "limits": self.env._("Limits"),
            "notes": self.env._("Notes"),
            "promises": self.env._("Promises"),
        }

    def _column_labels(self):
        """Return {(kind of sheet, column): its heading in the user's language}."""
        words = {
            "customer_ref": self.env._("Customer Reference"),
            "customer_vat": self.env._("Tax ID"),
            "customer": self.env._("Customer"),
            "name": self.env._("Contact Name"),
            "role": self.env._("Role"),
            "email": self.env._("Email"),
            "phone": self.env._("Phone"),
            "lang": self.env._("Language"),
            "channel": self.env._("Preferred Channel"),
            "hours": self.env._("Best Hours"),
            "number": self.env._("Document Number"),
            "date": self.env._("Date"),
            "due": self.env._("Due Date"),
            "amount": self.env._("Amount"),
            "currency": self.env._("Currency"),
            "amount_company": self.env._("Amount in Company Currency"),
            "note": self.env._("Note"),
            "credit_limit": self.env._("Credit Limit"),
            "agent": self.env._("Agent"),
            "salesperson": self.env._("Salesperson"),
            "tags": self.env._("Tags"),
            "calendar": self.env._("Payment Days"),
            "text": self.env._("What Was Said"),
            "outcome": self.env._("Outcome"),
            "made": self.env._("Promised on"),
            "documents": self.env._("Documents"),
            "method": self.env._("Pays by"),
        }
        own = {
            ("debts", "date"): self.env._("Document Date"),
            ("debts", "amount"): self.env._("Open Amount"),
            ("debts", "note"): self.env._("Description"),
            ("notes", "channel"): self.env._("Channel"),
            ("promises", "date"): self.env._("Pays on"),
        }
        return {
            (sheet.key, column.key): own.get((sheet.key, column.key), words[column.key])
            for sheet in SHEETS
            for column in sheet.columns
        }

    def _column_help(self):
        """Return {column: what to write into it}."""
        day = format_date(self.env, date(2026, 12, 31))
        return {
            "customer_ref": self.env._("Reference of the customer in Odoo."),
            "customer_vat": self.env._(
                "Tax ID of the customer, with or without punctuation."
            ),
            "customer": self.env._(
                "Reference, tax ID or exact name. One of the three columns is enough."
            ),
            "name": self.env._("Empty: the data is of the customer."),
            "role": self.env._("What the person has to do with payments."),
            "email": self.env._("One address."),
            "phone": self.env._(
                "With the country code where it is not the customer's own."
            ),
            "lang": self.env._("A language that is installed, such as Spanish or es."),
            "channel": self.env._("How the person wants to be reached, or was."),
            "hours": self.env._("Such as 9 to 11."),
            "number": self.env._(
                "Number of the invoice or document. A number that the books have for "
                "the customer is not imported again."
            ),
            "date": self.env._("Such as %s.", day),
            "due": self.env._("Such as %s. The age of the debt counts from it.", day),
            "amount": self.env._("What is still open; a credit is negative."),
            "currency": self.env._("Empty: %s.", self.company_id.currency_id.name),
            "amount_company": self.env._(
                "Empty: computed with the rate of the entry's day."
            ),
            "note": self.env._("Free text."),
            "credit_limit": self.env._("In the currency of the company."),
            "agent": self.env._("Login, e-mail or name of a user."),
            "salesperson": self.env._("Login, e-mail or name of a user."),
            "tags": self.env._(
                "Several are separated by commas. New ones are created."
            ),
            "calendar": self.env._("Name under Configuration / Payment Days."),
            "text": self.env._(
                "What was said; it stays as evidence, and nothing is sent."
            ),
            "outcome": self.env._("One of the outcomes of contacts."),
            "made": self.env._("Empty: today."),
            "documents": self.env._(
                "Numbers, separated by commas. Empty: the oldest ones."
            ),
            "method": self.env._("How the customer will pay."),
        }

    def _column_choices(self):
        """Return {column: words that it may contain}."""
        return {
            **{key: list(self._choice_labels(key)) for key in CHOICES},
            "outcome": self.env["debt.outcome"]
            .search([("active", "=", True)])
            .mapped("name"),
            "currency": self.env["res.currency"]
            .search([("active", "=", True)])
            .mapped("name"),
            "lang": [
                name.partition("/")[0].strip()
                for _code, name in self.env["res.lang"].get_installed()
            ],
            "calendar": self.env["debt.pay.calendar"]
            .search([("active", "=", True)])
            .mapped("name"),
        }

    def _examples(self):
        """Return {kind of sheet: an example line}, which the reader leaves out."""
        day = self.company_id._debt_today()
        sign = self.env._("Example:")
        customer = {"customer": f"{sign} {self.env._('Hardware Store Ltd.')}"}
        return {
            "contacts": {
                **customer,
                "name": "Laura Gómez",
                "role": self._column_choices()["role"][0],
                "email": "pagos@example.com",
                "phone": "+57 300 111 2233",
                "hours": "9–11",
            },
            "debts": {
                **customer,
                "number": "F-1001",
                "date": day.replace(day=1),
                "due": day,
                "amount": 1234.5,
            },
            "limits": {**customer, "credit_limit": 5000},
            "notes": {**customer, "date": day, "text": self.env._("Pays on Friday.")},
            "promises": {**customer, "amount": 500, "date": day},
        }

    def _is_example(self, row):
        """Return whether a line is the example of the template."""
        return (row.get("customer") or "").startswith(self.env._("Example:"))

    # === TEMPLATE === #

    def action_download_template(self):
        """Download the spreadsheet to fill in, in the language of the user."""
        return self._download("template_file", self.env._("collection-import.xlsx"))

    def action_download_report(self):
        """Download what became of each line."""
        return self._download("report_file", self.env._("import-report.xlsx"))

    def _download(self, field, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/{field}/{name}?download=true",
            "target": "download",
        }

    def _compute_files(self):
        for job in self:
            job.template_file = base64.b64encode(job._to_template())
            job.report_file = base64.b64encode(job._to_report())

    def _to_template(self):
        """Return the content of the template: a sheet for each kind, and how to."""
        content = io.BytesIO()
        with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
            self._write_guide(book)
            lists = _Lists(book, self._column_choices())
            for sheet in SHEETS:
                self._write_sheet(book, sheet, lists)
            lists.close()
        return content.getvalue()

    def _write_guide(self, book):
        guide = book.add_worksheet(self.env._("How To")[:31])
        guide.hide_gridlines(2)
        guide.set_column(0, 0, 100)
        title = book.add_format({"bold": True, "font_size": 16})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        guide.write_string(
            0, 0, self.env._("Bring the data of your department into Odoo"), title
        )
        for row, text in enumerate(
            (
                self.env._(
                    "Fill in the sheets that you need; leave the others empty. The "
                    "order of the columns does not matter, and columns that you do not "
                    "need can be deleted. The headings stay as they are."
                ),
                self.env._(
                    "The comment on each heading says what to write. Coloured headings "
                    "must be filled in. The grey lines are examples; they are not "
                    "imported."
                ),
                self.env._(
                    "Customers have to be in Odoo already. They are found by their "
                    "reference, their tax ID or their exact name."
                ),
                self.env._(
                    "Check the file as often as you like: nothing is written until you "
                    "press Import. Importing the same file twice imports nothing "
                    "twice."
                ),
            ),
            start=2,
        ):
            guide.write_string(row, 0, text, wrap)
            guide.set_row(row, 36)

    def _write_sheet(self, book, sheet, lists):
        labels, helps = self._column_labels(), self._column_help()
        example = self._examples()[sheet.key]
        formats = {
            "head": book.add_format(
                {"bold": True, "bg_color": "#E7E9ED", "border": 1, "text_wrap": True}
            ),
            "must": book.add_format(
                {"bold": True, "bg_color": "#FCE8C8", "border": 1, "text_wrap": True}
            ),
            "grey": book.add_format({"font_color": "#888888", "italic": True}),
            "grey_date": book.add_format(
                {"font_color": "#888888", "italic": True, "num_format": 14}
            ),
            "date": book.add_format({"num_format": 14}),
            "amount": book.add_format({"num_format": 4}),
            "text": book.add_format({"num_format": "@"}),
        }
        page = book.add_worksheet(self._sheet_labels()[sheet.key][:31])
        page.freeze_panes(1, 0)
        for place, column in enumerate(sheet.columns):
            kind = column.kind if column.kind in ("date", "amount") else "text"
            page.set_column(place, place, column.width, formats[kind])
            head = formats["must" if column.required else "head"]
            page.write_string(0, place, labels[sheet.key, column.key], head)
            page.write_comment(0, place, helps[column.key], {"x_scale": 2})
            lists.offer(page, place, column.key)
            value = example.get(column.key)
            if isinstance(value, date):
                page.write_datetime(1, place, value, formats["grey_date"])
            elif isinstance(value, int | float):
                page.write_number(1, place, value, formats["grey"])
            elif value:
                page.write_string(1, place, value, formats["grey"])

    # === REPORT === #

    def _to_report(self):
        """Return what became of each line, as the content of an XLSX file."""
        content = io.BytesIO()
        names = ("sheet", "row", "customer", "state", "column", "message")
        fields_get = self.line_ids.fields_get(names)
        states = dict(fields_get["state"]["selection"])
        with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
            page = book.add_worksheet()
            bold = book.add_format({"bold": True, "bg_color": "#E7E9ED"})
            red = book.add_format({"bg_color": "#F9D6D5"})
            for place, name in enumerate(names):
                page.write_string(0, place, fields_get[name]["string"], bold)
            for number, line in enumerate(self.line_ids, start=1):
                style = red if line.state == "error" else None
                for place, name in enumerate(names):
                    value = line[name]
                    if name == "row":
                        page.write_number(number, place, value, style)
                    else:
                        # always text: what came from outside is never a formula
                        text = states.get(value, "") if name == "state" else value
                        page.write_string(number, place, text or "", style)
            page.set_column(0, 1, 12)
            page.set_column(2, 4, 24)
            page.set_column(5, 5, 90)
            page.freeze_panes(1, 0)
            page.autofilter(0, 0, max(1, len(self.line_ids)), len(names) - 1)
        return content.getvalue()


class _Lists:
    """Words to choose from, on a hidden sheet: Excel allows few inside a cell."""

    def __init__(self, book, choices):
        self.book = book
        self.choices = {key: words for key, words in choices.items() if words}
        self.places = {key: place for place, key in enumerate(self.choices)}

    def offer(self, page, place, key):
        """Let a column choose from its words, without refusing others."""
        if key not in self.choices:
            return
        column = xlsxwriter.utility.xl_col_to_name(self.places[key])
        page.data_validation(
            1,
            place,
            PREPARED_ROWS,
            place,
            {
                "validate": "list",
                "source": f"=lists!${column}$1:${column}${len(self.choices[key])}",
                "error_type": "warning",
            },
        )

    def close(self):
        page = self.book.add_worksheet("lists")
        page.hide()
        for key, place in self.places.items():
            for row, word in enumerate(self.choices[key]):
                page.write_string(row, place, word)
