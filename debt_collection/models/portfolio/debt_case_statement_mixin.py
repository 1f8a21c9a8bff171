from odoo import models

from ...tools.qr_code import qr_svg
from ...tools.workbook import Column, Workbook

#: Columns of the workbook: key of a line, kind, width, whether it has a total.
COLUMNS = (
    ("document", "text", 22, False),
    ("ref", "text", 22, False),
    ("date", "date", 12, False),
    ("due", "date", 12, False),
    ("late", "int", 10, False),
    ("amount", "money", 16, True),
    ("paid", "money", 16, True),
    ("owed", "money", 16, True),
)


class DebtCaseStatementMixin(models.AbstractModel):
    """The statement of account of a customer, as a page and as a table of a message."""

    _name = "debt.case.statement.mixin"
    _description = "Statement of Account"

    def _statement_lang(self):
        """Return the language in which the customer reads."""
        self.ensure_one()
        action = self._statement_action()
        return self.env["debt.channel.email"]._lang(action)

    def _statement_action(self):
        """Return a message about the case that is not kept: it has the words for the
        bank details, the reference and the link."""
        self.ensure_one()
        # sudo: the statement reads the books and the contacts
        case = self.sudo()
        return case.env["debt.action"].new(
            {
                "case_id": case.id,
                "company_id": case.company_id.id,
                "debtor_id": case.partner_id.id,
                "partner_id": case.partner_id._debt_payer().id,
                "user_id": case._debt_agent().id,
            }
        )

    def _statement_items(self):
        """Return what is open, credits with the documents, oldest first."""
        self.ensure_one()
        return self.item_ids.filtered(lambda item: item.state == "open")

    def _statement_lines(self, items, day):
        """Return the lines of a statement, by currency and due date.

        :param items: what is listed
        :param day: the day on which it stands
        :return: [(currency, [line], total)]; amounts in the currency, credits negative
        """
        result = []
        for currency, group in items.grouped("currency_id").items():
            lines = [
                {
                    "document": item.display_name,
                    "ref": item.ref if item.ref != item.display_name else "",
                    "date": item.move_id.invoice_date or item.move_id.date,
                    "due": item.date_due,
                    "late": self._statement_late(item, day),
                    "amount": item.amount_original,
                    "paid": item.amount_original - item.amount_residual_currency,
                    "owed": item.amount_residual_currency,
                    "lapses": item.date_limitation,
                }
                for item in group.sorted(lambda item: (item.date_due, item.id))
            ]
            total = sum(group.mapped("amount_residual_currency"))
            result.append((currency, lines, currency.round(total)))
        return result

    def _statement_late(self, item, day):
        """Return for how many days a debt is overdue; a credit never is."""
        if item.amount_residual_currency <= 0 or not item.date_due:
            return 0
        return max(0, (day - item.date_due).days)

    def _statement_ages(self, items, day):
        """Return [(name of the age, amount in the company's currency)].

        As the case has it: credits count at their own date.
        """
        self.ensure_one()
        names = dict(self._fields["bucket"]._description_selection(self.env))
        amounts = dict.fromkeys(names, 0)
        for item in items:
            late = (day - item.date_due).days
            key = str(min(5, (late + 29) // 30)) if late > 0 else "0"
            amounts[key] += item.amount_residual
        currency = self.currency_id
        return [(names[key], currency.round(amounts[key])) for key in names]

    def _statement_table(self, day):
        """Return the table of a statement as the Markup that a message contains."""
        self.ensure_one()
        case = self.sudo()  # sudo: the customer's own documents
        return self.env["ir.qweb"]._render(
            "debt_collection.debt_statement_table",
            {"groups": case._statement_lines(case._statement_items(), day)},
            lang=self.env.lang,
        )

    def _statement_qr(self, text):
        """Return the Markup of a QR code: links on paper cannot be clicked, and some
        makers of PDF files lose them."""
        return qr_svg(text)

    def _statement_file(self, day):
        """Return (name, content) of the statement as a PDF."""
        self.ensure_one()
        lang = self._statement_lang()
        # sudo: see ``_statement_action``
        reports = self.env["ir.actions.report"].sudo()
        content, _kind = reports._render_qweb_pdf(
            "debt_collection.debt_statement_report", self.ids, data={"day": day}
        )
        case = self.with_context(lang=lang)
        name = case.env._("Statement of Account %s", day.isoformat())
        return f"{name}.pdf", content

    def _statement_workbook(self, items, day):
        """Return (name, content) of the statement as a workbook, a sheet per currency.

        :param items: what is listed
        :param day: the day on which it stands
        """
        self.ensure_one()
        name = self.env._("Statement of Account %s", day.isoformat())
        book = Workbook(name, self.company_id.name)
        groups = self._statement_lines(items, day) or [(self.currency_id, [], 0)]
        for currency, lines, _total in groups:
            columns = [
                Column(title, kind, width, currency.decimal_places, total)
                for title, (_key, kind, width, total) in zip(
                    self._statement_titles(), COLUMNS, strict=True
                )
            ]
            sheet = book.sheet(
                currency.name,
                columns,
                title=self.partner_id.name or "",
                subtitle=f"{self.company_id.name} · {name}",
                rows=len(lines),
                totals={
                    place: currency.round(sum(line[key] for line in lines))
                    for place, (key, _kind, _width, total) in enumerate(COLUMNS)
                    if total
                },
            )
            for line in lines:
                sheet.add([line[key] for key, *_others in COLUMNS])
        return f"{name}.xlsx", book.close()

    def _statement_titles(self):
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

    def action_print_statement(self):
        """Print the statement of account."""
        self.ensure_one()
        self.check_access("read")
        report = self.env.ref("debt_collection.debt_statement_report")
        return report.report_action(self)
