from datetime import timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL

#: Days of sales of the simple figures.
SALES_DAYS = 90
#: Months of sales that DSO counts back.
MONTHS = 24
#: After so many days an invoice that is not paid is at risk.
RISK_DAYS = 90
#: Plans that were accepted in so many days are counted.
PLAN_DAYS = 365


class DebtFiguresNumbersMixin(models.AbstractModel):
    """The sums of the books, and of what was agreed and done, behind the figures."""

    _name = "debt.figures.numbers.mixin"
    _description = "Sums behind the Figures"

    @api.model
    def _numbers(self, company, period):
        """Return the sums from which the figures of a period are made, as Decimals."""
        self.env.flush_all()
        self.env["debt.item"]._tune(10_000)
        closing = self._owed_on(company, period.last)
        opening = self._owed_on(company, period.first - timedelta(days=1))
        recent = period.last - timedelta(days=SALES_DAYS - 1)
        return {
            "opening": opening["net"],
            **closing,
            "sales": self._sales(company, period.first, period.last),
            "sales_recent": self._sales(company, recent, period.last),
            "months": self._sales_by_month(company, period.last),
            "moves": self._moves(company, period),
            "target": Decimal(
                str(
                    self.env["debt.target"]
                    .sudo()  # sudo: the target of the company
                    ._of_company(company, period.first, period.last)
                )
            ),
            **self._at_risk(company, period.last),
            **self._collected(company, period),
            **self._promises(company, period),
            **self._contacts(company, period),
            **self._plans(company, period),
        }

    @api.model
    def _one(self, query):
        """Return the only row of a query as {name: Decimal}."""
        self.env.cr.execute(query)
        return {
            name: Decimal(value or 0)
            for name, value in self.env.cr.dictfetchone().items()
        }

    @api.model
    def _books(self, company, day):
        # sudo: supervisors need no rights in accounting for sums of their company
        return self.env["debt.books"].sudo()._open_on(company, day)

    @api.model
    def _owed_on(self, company, day):
        """Return what was owed at the end of a day: net, and of it what was not due;
        and of the debts without credits all, what was overdue and for over 90 days."""
        return self._one(
            SQL(
                """
            SELECT SUM(amount) AS net,
                   SUM(amount) FILTER (WHERE date_due >= %(day)s) AS net_current,
                   SUM(amount) FILTER (WHERE amount > 0) AS debts,
                   SUM(amount) FILTER (WHERE amount > 0 AND date_due < %(day)s)
                       AS debts_overdue,
                   SUM(amount) FILTER (WHERE amount > 0 AND date_due < %(day)s - 90)
                       AS debts_over_90
              FROM (%(books)s) b
                """,
                books=self._books(company, day),
                day=day,
            )
        )

    @api.model
    def _invoiced(self, company, first, last):
        """Return the FROM of the receivable journal items of invoices of some days."""
        return SQL(
            """
              FROM account_move_line l
              JOIN account_move m ON m.id = l.move_id
               AND m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
             WHERE l.account_id = ANY(%(accounts)s) AND l.company_id = %(company)s
               AND l.parent_state = 'posted' AND l.date BETWEEN %(first)s AND %(last)s
            """,
            accounts=self.env["debt.item"]._receivable_accounts(company),
            company=company.id,
            first=first,
            last=last,
        )

    @api.model
    def _sales(self, company, first, last):
        """Return what was invoiced on some days, less what was credited."""
        query = SQL(
            "SELECT SUM(l.balance) AS sales %s", self._invoiced(company, first, last)
        )
        return self._one(query)["sales"]

    @api.model
    def _sales_by_month(self, company, last):
        """Return [(days, invoiced)] of the months until a day, the latest first."""
        first = last.replace(day=1) - relativedelta(months=MONTHS - 1)
        rows = self.env.execute_query(
            SQL(
                """
            SELECT date_trunc('month', l.date)::date, SUM(l.balance) %s GROUP BY 1
                """,
                self._invoiced(company, first, last),
            )
        )
        sales = dict(rows)
        months = []
        for back in range(MONTHS):
            month = last.replace(day=1) - relativedelta(months=back)
            end = min(last, month + relativedelta(months=1) - timedelta(days=1))
            months.append((end.day, Decimal(sales.get(month) or 0)))
        # months before the first sale say nothing
        while months and not months[-1][1]:
            months.pop()
        return months

    @api.model
    def _moves(self, company, period):
        """Return {(age before, age after or None when paid): amount} of the debts that
        there were before a period, by what was owed then."""
        before = period.first - timedelta(days=1)
        rows = self.env.execute_query(
            SQL(
                """
            SELECT LEAST(5, GREATEST(0, (%(before)s - b.date_due + 29) / 30)),
                   CASE WHEN a.id IS NOT NULL
                        THEN LEAST(5, GREATEST(0, (%(last)s - a.date_due + 29) / 30))
                        END,
                   SUM(LEAST(b.amount, GREATEST(0, COALESCE(a.amount, b.amount)))),
                   SUM(GREATEST(0, b.amount - GREATEST(0, COALESCE(a.amount, 0))))
                       FILTER (WHERE a.id IS NOT NULL)
              FROM (%(books_before)s) b
              LEFT JOIN (%(books_after)s) a ON a.id = b.id
             WHERE b.amount > 0
             GROUP BY 1, 2
                """,
                before=before,
                books_after=self._books(company, period.last),
                books_before=self._books(company, before),
                last=period.last,
            )
        )
        moves = {}
        for began, ended, left, paid in rows:
            for key, amount in (((began, ended), left), ((began, None), paid)):
                moves[key] = moves.get(key, Decimal(0)) + Decimal(amount or 0)
        return moves

    @api.model
    def _at_risk(self, company, last):
        """Return of the invoices of the month that ended 90 days ago or more what they
        were, and what of them was not paid after 90 days."""
        end = (last - timedelta(days=RISK_DAYS)).replace(day=1) - timedelta(days=1)
        begin = end.replace(day=1)
        return self._one(
            SQL(
                """
            SELECT SUM(l.balance) AS risk_sales,
                   SUM(GREATEST(0, l.balance - COALESCE(p.paid, 0))) AS risk_unpaid
              FROM (SELECT l.id, l.balance, l.date %(invoiced)s AND l.balance > 0) l
              LEFT JOIN LATERAL (
                   SELECT SUM(r.amount) AS paid FROM account_partial_reconcile r
                    WHERE r.debit_move_id = l.id
                      AND r.max_date <= l.date + %(days)s) p ON TRUE
                """,
                days=RISK_DAYS,
                invoiced=self._invoiced(company, begin, end),
            )
        )

    @api.model
    def _collected(self, company, period):
        return self._one(
            SQL(
                """
            SELECT SUM(amount) AS collected, SUM(amount * days_late) AS amount_days
              FROM (%s) c
             WHERE company_id = %s AND day BETWEEN %s AND %s
                """,
                self.env["debt.collected"]._table_query,
                company.id,
                period.first,
                period.last,
            )
        )

    @api.model
    def _promises(self, company, period):
        """Return the promises whose last day was in a period, and those made in it."""
        return self._one(
            SQL(
                """
            SELECT COUNT(*) FILTER (WHERE due) AS promises_due,
                   COUNT(*) FILTER (WHERE due AND state = 'kept') AS promises_kept,
                   SUM(amount_company) FILTER (WHERE due) AS promised_due,
                   SUM(amount_company) FILTER (WHERE due AND state = 'kept')
                       AS promised_kept,
                   COUNT(*) FILTER (WHERE made_date BETWEEN %(first)s AND %(last)s)
                       AS promises_made
              FROM (SELECT state, amount_company, made_date,
                           deadline BETWEEN %(first)s AND %(last)s
                           AND state IN ('kept', 'partial', 'broken') AS due
                      FROM debt_promise
                     WHERE company_id = %(company)s AND plan_id IS NULL) p
                """,
                company=company.id,
                first=period.first,
                last=period.last,
            )
        )

    @api.model
    def _contacts(self, company, period):
        """Return what people tried in a period, whom they reached, and of how many."""
        return self._one(
            SQL(
                """
            SELECT COUNT(*) FILTER (WHERE a.purpose = 'contact') AS attempts,
                   COUNT(*) FILTER (WHERE a.purpose = 'contact'
                                      AND a.reached = 'debtor') AS reached,
                   COUNT(*) AS contacts,
                   COUNT(DISTINCT a.case_id) AS cases_worked,
                   (SELECT COUNT(*) FROM debt_case
                     WHERE company_id = %(company)s AND state <> 'closed'
                       AND amount_overdue > 0) AS cases_overdue
              FROM debt_action a
             WHERE a.company_id = %(company)s AND a.incoming IS NOT TRUE
               -- a task that nobody has done is no contact
               AND (a.state = 'done' AND a.track = 'task'
                    OR a.state IN ('sent', 'done') AND a.track = 'message')
               AND a.is_test IS NOT TRUE
               AND a.contact_day BETWEEN %(first)s AND %(last)s
                """,
                company=company.id,
                first=period.first,
                last=period.last,
            )
        )

    @api.model
    def _plans(self, company, period):
        """Return the plans that were accepted in the last year, and those broken."""
        return self._one(
            SQL(
                """
            SELECT COUNT(*) FILTER (WHERE state = 'broken') AS plans_broken,
                   COUNT(*) AS plans
              FROM debt_plan
             WHERE company_id = %s AND state IN ('active', 'broken', 'done')
               AND accepted_date BETWEEN %s AND %s
                """,
                company.id,
                period.last - timedelta(days=PLAN_DAYS),
                period.last,
            )
        )
