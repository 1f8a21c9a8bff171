import io

import xlsxwriter

from odoo import models

#: Columns of the statement: key of a line, kind, width.
COLUMNS = (
    ("document", "text", 22),
    ("ref", "text", 22),
    ("date", "day", 12),
    ("due", "day", 12),
    ("late", "count", 10),
    ("amount", "money", 16),
    ("paid", "money", 16),
    ("owed", "money", 16),
)
#: Columns that have a total.
SUMMED = (5, 6, 7)


class DebtCase(models.Model):
    _inherit = "debt.case"

    def _portal_statement_sheet(self, items, day):
        """Return (name, content) of the statement of account as a spreadsheet.

        A sheet for each currency. Text is never a formula, whatever it begins with;
        the rows are written one after another and not held in memory.

        :param items: ``_portal_items()``
        :param day: the day on which it stands
        """
        self.ensure_one()
        target = io.BytesIO()
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        }
        with xlsxwriter.Workbook(target, options) as book:
            groups = self._statement_lines(items, day)
            for currency, lines, _total in groups:
                self._portal_sheet(book, currency, lines)
            if not groups:
                self._portal_sheet(book, self.currency_id, [])
        name = self.env._("Statement of Account %s", day.isoformat())
        return f"{name}.xlsx", target.getvalue()

    def _portal_sheet(self, book, currency, lines):
        """Write the sheet of one currency: headings that stay, lines, totals."""
        decimals = (
            "." + "0" * currency.decimal_places if currency.decimal_places else ""
        )
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        money = {"num_format": f"#,##0{decimals}"}
        formats = {
            "text": book.add_format(),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
            "count": book.add_format({"num_format": "0"}),
            "money": book.add_format(money),
        }
        total = book.add_format({**money, "bold": True, "top": 1})
        sheet = book.add_worksheet(currency.name)
        sheet.freeze_panes(1, 0)
        for place, (_key, _kind, width) in enumerate(COLUMNS):
            sheet.set_column(place, place, width)
        for place, text in enumerate(self._portal_sheet_heads()):
            sheet.write_string(0, place, text, head)
        for row, line in enumerate(lines, start=1):
            for place, (key, kind, _width) in enumerate(COLUMNS):
                write = {"text": sheet.write_string, "day": sheet.write_datetime}.get(
                    kind, sheet.write_number
                )
                value = line[key]
                if value or kind == "money":
                    write(row, place, value, formats[kind])
        if lines:
            self._portal_sheet_total(sheet, total, currency, lines)

    def _portal_sheet_total(self, sheet, total, currency, lines):
        last = len(lines)
        sheet.write_string(last + 1, 0, self.env._("Total"), total)
        for place in range(1, SUMMED[0]):
            sheet.write_blank(last + 1, place, None, total)
        for place in SUMMED:
            column = xlsxwriter.utility.xl_col_to_name(place)
            key = COLUMNS[place][0]
            known = currency.round(sum(line[key] for line in lines))
            formula = f"=SUM({column}2:{column}{last + 1})"
            sheet.write_formula(last + 1, place, formula, total, known)

    def _portal_sheet_heads(self):
        return (
            self.env._("Document"),
            self.env._("Reference"),
            self.env._("Date"),
            self.env._("Due Date"),
            self.env._("Days Past Due"),
            self.env._("Amount"),
            self.env._("Paid or Credited"),
            self.env._("Owed"),
        )
