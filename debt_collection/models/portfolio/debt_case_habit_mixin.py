from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ...logic.behaviour import Paid, behaviour
from ...tools.sql import int_array

#: How far back payments say something about a customer.
HABIT_DAYS = 365
#: A habit older than this is looked at again.
FRESH_DAYS = 7
#: Cases whose payments are read at a time.
SLICE = 5_000


class DebtCaseHabitMixin(models.AbstractModel):
    """How a customer uses to pay: what segments ask for.

    Read from the books by a job of its own, so that the daily run does not wait for a
    year of payments.
    """

    _name = "debt.case.habit.mixin"
    _description = "Payment Habit of a Debtor"

    paid_count = fields.Integer(
        string="Invoices Paid in 12 Months", aggregator="avg", readonly=True
    )
    paid_delay = fields.Float(
        string="Mean Delay in Days",
        aggregator="avg",
        readonly=True,
        help="Mean days from the due date to the payment of the invoices paid in the "
        "last 12 months. Negative: before the due date.",
    )
    habit_day = fields.Date(readonly=True)

    @api.model
    def _cron_learn_habits(self):
        """Read the payment habits that are a week old, company by company."""
        run = self.env["debt.run"]
        for company in run._companies():
            day = company._debt_today()
            stale = self.search(
                [
                    ("company_id", "=", company.id),
                    "|",
                    ("habit_day", "=", False),
                    ("habit_day", "<", fields.Date.subtract(day, days=FRESH_DAYS)),
                ]
            )
            rates = self._answer_rates(company, day) if stale else {}
            for ids in split_every(SLICE, stale.ids):
                self.browse(ids)._learn_habits(company, day)
                self.browse(ids)._learn_call_times(company, day, rates)
                run._checkpoint("habits")

    def _paid_query(self, company, day):
        """Return the SELECT of what these debtors paid in the year before ``day``.

        A document counts when money settled it: the day is that of its last payment,
        credit notes are no payments.
        """
        return SQL(
            """
            SELECT x.case_id, x.id AS line_id, x.move_id, x.due, MAX(k.date) AS paid,
                   x.balance AS amount
              FROM (SELECT c.id AS case_id, l.id, l.move_id, l.balance,
                           COALESCE(l.date_maturity, l.date) AS due
                      %(lines)s AND l.reconciled AND l.balance > 0) x
              JOIN account_partial_reconcile r ON r.debit_move_id = x.id
              JOIN account_move_line k ON k.id = r.credit_move_id
              JOIN account_move m ON m.id = k.move_id AND m.move_type <> 'out_refund'
             GROUP BY x.case_id, x.id, x.move_id, x.due, x.balance
            HAVING MAX(k.date) BETWEEN %(day)s - %(days)s AND %(day)s
            """,
            lines=self.env["debt.item"]._lines_of_cases(company, self),
            day=day,
            days=HABIT_DAYS,
        )

    def _learn_habits(self, company, day):
        """Write how these debtors paid in the year before ``day``."""
        self.env.cr.execute(
            SQL(
                """
            UPDATE debt_case c
               SET paid_count = COALESCE(h.number, 0), paid_delay = h.delay,
                   habit_day = %(day)s
              FROM debt_case o
              LEFT JOIN (SELECT case_id, COUNT(*) AS number,
                                AVG(paid - due) AS delay
                           FROM (%(paid)s) y GROUP BY case_id) h ON h.case_id = o.id
             WHERE c.id = o.id AND o.id = ANY(%(cases)s)
                """,
                paid=self._paid_query(company, day),
                cases=int_array(self.ids),
                day=day,
            )
        )
        self.invalidate_recordset(["paid_count", "paid_delay", "habit_day"])

    def _behaviour(self, company, day):
        """Return how these debtors of one company pay, see ``logic.behaviour``."""
        rows = self.env.execute_query(self._paid_query(company, day))
        return behaviour(
            (
                Paid(due, paid, Decimal(str(amount)))
                for _case, _line, _move, due, paid, amount in rows
            ),
            day,
        )
