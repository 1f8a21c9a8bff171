from odoo import models
from odoo.tools import SQL, format_date

from ...tools.workbook import Column, Workbook
from ..portfolio.debt_case import BUCKETS

#: Rows that are read at a time.
BATCH = 5_000
#: Customers on paper, the largest debts first; the others are one line.
ON_PAPER = 500


class DebtAgeingFileMixin(models.AbstractModel):
    """The ageing report as a workbook and on paper."""

    _name = "debt.ageing.file.mixin"
    _description = "Files of the Ageing Report"

    # === WORKBOOK === #

    def _xlsx(self):
        """Return (name, content) of the workbook: customers, documents, a chart."""
        self._fill()
        book = Workbook(self.display_name, self.env.company.name)
        customers = self._write_customers(book)
        for currency in self._currencies():
            self._write_documents(book, currency)
        first = len(self._customer_columns()) - len(BUCKETS)
        book.chart(
            customers,
            self.env._("Chart"),
            self.env._("Owed by Age, %s", self.currency_id.name),
            range(first, first + len(BUCKETS)),
        )
        return f"{self.display_name}.xlsx", book.close()

    def _subtitle(self):
        basis = dict(self._fields["basis"]._description_selection(self.env))
        return self.env._(
            "Amounts in %(currency)s as booked; age counts from: %(basis)s",
            currency=self.currency_id.name,
            basis=basis[self.basis].lower(),
        )

    def _bucket_columns(self):
        names = dict(
            self.env["debt.ageing.line"]
            ._fields["bucket"]
            ._description_selection(self.env)
        )
        digits = self.currency_id.decimal_places
        return [Column(names[code], "money", 15, digits, True) for code, _n in BUCKETS]

    def _customer_columns(self):
        digits = self.currency_id.decimal_places
        return [
            Column(self.env._("Customer"), width=40),
            Column(self.env._("Tax ID"), width=16),
            Column(self.env._("Agent"), width=20),
            Column(self.env._("Documents"), "int", 11, total=True),
            Column(self.env._("Most Days"), "int", 9),
            Column(self.env._("Owed"), "money", 17, digits, True),
            Column(self.env._("Overdue"), "money", 17, digits, True),
            *self._bucket_columns(),
        ]

    def _write_customers(self, book):
        rows = self._customers()
        columns = self._customer_columns()
        sums = {
            place: sum(row[place] for row in rows)
            for place, column in enumerate(columns)
            if column.total
        }
        sheet = book.sheet(
            self.env._("Customers"),
            columns,
            title=self.display_name,
            subtitle=self._subtitle(),
            rows=len(rows),
            totals=sums,
        )
        for row in rows:
            sheet.add(row)
        return sheet

    def _customers(self):
        """Return a row per customer, the largest debt first, in one statement."""
        return self.env.execute_query(
            SQL(
                """
            SELECT p.complete_name, p.vat, u.name, COUNT(*), MAX(l.days),
                   SUM(l.amount), SUM(l.amount - l.amount_bucket_0),
                   SUM(l.amount_bucket_0), SUM(l.amount_bucket_1),
                   SUM(l.amount_bucket_2), SUM(l.amount_bucket_3),
                   SUM(l.amount_bucket_4), SUM(l.amount_bucket_5)
              FROM debt_ageing_line l
              JOIN res_partner p ON p.id = l.partner_id
              LEFT JOIN res_users r ON r.id = l.agent_id
              LEFT JOIN res_partner u ON u.id = r.partner_id
             WHERE l.ageing_id = %s
             GROUP BY p.id, u.name
             ORDER BY SUM(l.amount) DESC, p.id
                """,
                self.id,
            )
        )

    def _currencies(self):
        lines = self.env["debt.ageing.line"]
        groups = lines._read_group([("ageing_id", "=", self.id)], ["currency_id"])
        return [currency for (currency,) in groups]

    def _document_columns(self, currency):
        digits = self.currency_id.decimal_places
        return [
            Column(self.env._("Customer"), width=40),
            Column(self.env._("Document"), width=22),
            Column(self.env._("Reference"), width=20),
            Column(self.env._("Account"), width=14),
            Column(self.env._("Document Date"), "date", 12),
            Column(self.env._("Due Date"), "date", 12),
            Column(self.env._("Days"), "int", 8),
            Column(currency.name, "money", 17, currency.decimal_places, True),
            Column(
                self.env._("In %s", self.currency_id.name), "money", 17, digits, True
            ),
            *self._bucket_columns(),
        ]

    def _write_documents(self, book, currency):
        (count, *sums), *_none = self.env.execute_query(
            SQL(
                """
            SELECT COUNT(*), SUM(amount_currency), SUM(amount), SUM(amount_bucket_0),
                   SUM(amount_bucket_1), SUM(amount_bucket_2), SUM(amount_bucket_3),
                   SUM(amount_bucket_4), SUM(amount_bucket_5)
              FROM debt_ageing_line WHERE ageing_id = %s AND currency_id = %s
                """,
                self.id,
                currency.id,
            )
        )
        columns = self._document_columns(currency)
        sheet = book.sheet(
            self.env._("Documents %s", currency.name),
            columns,
            title=self.display_name,
            subtitle=self._subtitle(),
            rows=count,
            totals=dict(enumerate(sums, start=len(columns) - len(sums))),
        )
        for row in self._documents(currency):
            sheet.add(row)

    def _documents(self, currency):
        """Yield a row per document of a currency; only some are in memory at a time."""
        last = 0
        while True:
            rows = self.env.execute_query(
                SQL(
                    """
                SELECT l.id, p.complete_name, COALESCE(m.name, ''), m.ref,
                       a.code_store ->> %(root)s, l.date, l.date_due, l.days,
                       l.amount_currency, l.amount, l.amount_bucket_0,
                       l.amount_bucket_1, l.amount_bucket_2, l.amount_bucket_3,
                       l.amount_bucket_4, l.amount_bucket_5
                  FROM debt_ageing_line l
                  JOIN res_partner p ON p.id = l.partner_id
                  JOIN account_move m ON m.id = l.move_id
                  JOIN account_account a ON a.id = l.account_id
                 WHERE l.ageing_id = %(ageing)s AND l.currency_id = %(currency)s
                   AND l.id > %(last)s
                 ORDER BY l.id
                 LIMIT %(batch)s
                    """,
                    ageing=self.id,
                    batch=BATCH,
                    currency=currency.id,
                    last=last,
                    root=str(self.company_id.root_id.id),
                )
            )
            if not rows:
                return
            for _id, *row in rows:
                yield row
            last = rows[-1][0]

    # === PAPER === #

    def _paper(self):
        """Return what is printed: headers, rows of customers, and the totals."""
        rows = self._customers()
        shown, others = rows[:ON_PAPER], rows[ON_PAPER:]

        def sums(rows):
            return [sum(column) for column in zip(*(r[5:] for r in rows), strict=True)]

        return {
            "day": format_date(self.env, self.day),
            "subtitle": self._subtitle(),
            "buckets": [column.title for column in self._bucket_columns()],
            "rows": [(row[0], row[5:]) for row in shown],
            "others": (len(others), sums(others)) if others else None,
            "totals": sums(rows),
        }
