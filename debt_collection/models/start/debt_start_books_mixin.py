from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.tools import SQL

#: Debts beyond this age are seldom paid, and often prescribed.
OLD_YEARS = 3

#: Conditions on ``debt_start_line l`` (an open receivable journal item).
ON_LINES = {
    "no_followup": SQL("l.excluded = 'no_followup'"),
    "blocked": SQL("l.excluded = 'blocked'"),
    "no_due_date": SQL("l.date_maturity IS NULL"),
    "due_before_date": SQL("l.res > 0 AND l.date_maturity < l.document_date"),
    "old": SQL("l.res > 0 AND l.is_old"),
    "no_rate": SQL("NOT l.has_rate"),
    "unapplied": SQL("l.cur < 0 AND l.beside_debt"),
    "credit": SQL("l.debtor_total < 0"),
}
#: Receivable lines that collection never sees.
OUTSIDE = {
    "no_partner": SQL("l.partner_id IS NULL AND a.non_trade IS NOT TRUE"),
    "non_trade": SQL("a.non_trade"),
}


class DebtStartBooksMixin(models.AbstractModel):
    """What the books leave out of collection, or do not say."""

    _name = "debt.start.books.mixin"
    _description = "Start Check of the Books"

    def _prepare_lines(self):
        """Fill ``debt_start_line`` with what the daily run reads, and what it lacks."""
        company = self.company_id
        # what the ORM still holds back would be missing
        self.env.flush_all()
        Item = self.env["debt.item"]
        Item._tune(10_000)
        Item._prepare_chase_dates(company)
        self.env.cr.execute(
            SQL(
                """
            DROP TABLE IF EXISTS debt_start_line;
            CREATE TEMP TABLE debt_start_line ON COMMIT DROP AS
            SELECT b.move_line_id AS id, b.partner_id, b.date_due, b.excluded,
                   b.amount_residual AS res, b.amount_residual_currency AS cur,
                   l.date_maturity, COALESCE(l.invoice_date, l.date) AS document_date,
                   b.date_due < %(old)s AS is_old,
                   SUM(b.amount_residual) OVER (PARTITION BY b.partner_id)
                       AS debtor_total,
                   bool_or(b.amount_residual_currency > 0)
                       OVER (PARTITION BY b.partner_id, b.currency_id) AS beside_debt,
                   b.currency_id = %(currency)s OR b.currency_id IN (
                       SELECT currency_id FROM res_currency_rate
                        WHERE company_id IS NULL OR company_id = %(root)s) AS has_rate
              FROM (%(books)s) b
              JOIN account_move_line l ON l.id = b.move_line_id
                """,
                books=Item._books_query(company),
                currency=company.currency_id.id,
                root=company.root_id.id,
                old=company._debt_today() - relativedelta(years=OLD_YEARS),
            )
        )

    def _count_lines(self):
        """Return {code: (count, amount)} of what the run reads, in one statement."""
        figures = SQL(", ").join(
            SQL(
                "COUNT(*) FILTER (WHERE %(where)s), "
                "COALESCE(SUM(l.res) FILTER (WHERE %(where)s), 0)",
                where=where,
            )
            for where in ON_LINES.values()
        )
        (row,) = self.env.execute_query(
            SQL("SELECT %s FROM debt_start_line l", figures)
        )
        found = dict(zip(ON_LINES, zip(row[::2], row[1::2], strict=True), strict=True))
        for code in OUTSIDE:
            found.update({code: self._outside(code)})
        return found

    def _outside(self, code):
        """Return (count, amount) of receivable lines that the run does not read."""
        (row,) = self.env.execute_query(
            SQL(
                "SELECT COUNT(*), COALESCE(SUM(l.amount_residual), 0) %s",
                self._outside_query(code),
            )
        )
        return row

    def _outside_query(self, code):
        return SQL(
            """
              FROM account_move_line l
              JOIN account_account a ON a.id = l.account_id
             WHERE a.account_type = 'asset_receivable' AND l.reconciled IS NOT TRUE
               AND l.parent_state = 'posted' AND l.company_id = %(company)s
               AND (l.amount_residual <> 0 OR l.amount_residual_currency <> 0)
               AND %(where)s
            """,
            company=self.company_id.id,
            where=OUTSIDE[code],
        )

    def _line_ids(self, code):
        """Return the ids of the journal items of a finding."""
        if code in OUTSIDE:
            query = SQL("SELECT l.id %s", self._outside_query(code))
        else:
            self._prepare_lines()
            query = SQL("SELECT l.id FROM debt_start_line l WHERE %s", ON_LINES[code])
        return [line_id for (line_id,) in self.env.execute_query(query)]

    def _find_books(self):
        """Return what the books leave out or do not say, as values of lines."""
        texts = {
            "no_followup": (
                "stop",
                self.env._("Balances marked No Follow-Up"),
                self.env._(
                    "Odoo marks every entry of a miscellaneous journal so, and that is "
                    "where the balances of an earlier system sit. Nobody is reminded "
                    "of them, no agent sees them in the amount to chase."
                ),
            ),
            "no_partner": (
                "stop",
                self.env._("Receivables without a customer"),
                self.env._(
                    "Nobody can be asked for them. Write the customer on the entry."
                ),
            ),
            "unapplied": (
                "stop",
                self.env._("Payments and credits not applied"),
                self.env._(
                    "Their customers have open invoices in the same currency. The "
                    "amount to chase allows for them, but messages still name invoices "
                    "that may be paid."
                ),
            ),
            "no_due_date": (
                "warn",
                self.env._("Debts without a due date"),
                self.env._(
                    "They count as due on the day of the entry: older, perhaps, than "
                    "was agreed."
                ),
            ),
            "due_before_date": (
                "warn",
                self.env._("Due before the day of the document"),
                self.env._(
                    "Usually a typing error: these customers are called too early."
                ),
            ),
            "no_rate": (
                "stop",
                self.env._("Currencies without a rate"),
                self.env._(
                    "Their amounts cannot be compared with the others. Enter a rate "
                    "under Currencies."
                ),
            ),
            "old": (
                "info",
                self.env._("Debts older than %s years", OLD_YEARS),
                self.env._(
                    "Worth a decision before the first message: another stage, a hold, "
                    "or out of the books."
                ),
            ),
            "credit": (
                "info",
                self.env._("Customers in credit"),
                self.env._(
                    "They paid more than they owe; what is open is yours to return."
                ),
            ),
            "blocked": (
                "info",
                self.env._("Invoices with blocked payment"),
                self.env._("Somebody excluded them from collection, one by one."),
            ),
            "non_trade": (
                "info",
                self.env._("Other receivables"),
                self.env._(
                    "Their accounts are marked Non Trade: loans, employees, taxes. "
                    "Collection leaves them alone."
                ),
            ),
        }
        found = self._count_lines()
        fixes = {
            "no_followup": self.env._("Chase Them…"),
            "no_due_date": self.env._("Set Due Dates…"),
            "unapplied": self.env._("Apply Exact Ones…"),
        }
        return [
            {
                "code": code,
                "section": "books",
                "severity": severity,
                "name": name,
                "explanation": explanation,
                "count": found[code][0],
                "amount": found[code][1],
                "fix_label": fixes.get(code),
            }
            for code, (severity, name, explanation) in texts.items()
        ]
