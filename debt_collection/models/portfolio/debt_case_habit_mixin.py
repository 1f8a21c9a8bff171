from odoo import api, fields, models
from odoo.tools import SQL, split_every

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
            for ids in split_every(SLICE, stale.ids):
                self.browse(ids)._learn_habits(company, day)
                run._checkpoint("habits")

    def _learn_habits(self, company, day):
        """Write how these debtors paid in the year before ``day``.

        An invoice counts when money settled it: the date is that of its last payment,
        credit notes are no payments.
        """
        self.env.cr.execute(
            SQL(
                """
            WITH paid AS (
                SELECT c.id AS case_id, l.id,
                       MAX(k.date) - COALESCE(l.date_maturity, l.date) AS delay
                  FROM debt_case c
                  JOIN res_partner p ON p.commercial_partner_id = c.partner_id
                  JOIN account_move_line l ON l.partner_id = p.id
                                          AND l.account_id = ANY(%(accounts)s)
                                          AND l.company_id = c.company_id
                                          AND l.reconciled AND l.balance > 0
                                          AND l.parent_state = 'posted'
                  JOIN account_partial_reconcile r ON r.debit_move_id = l.id
                  JOIN account_move_line k ON k.id = r.credit_move_id
                  JOIN account_move m ON m.id = k.move_id
                                     AND m.move_type <> 'out_refund'
                 WHERE c.id = ANY(%(cases)s)
                 GROUP BY c.id, l.id, l.date_maturity, l.date
                HAVING MAX(k.date) BETWEEN %(day)s - %(days)s AND %(day)s
            )
            UPDATE debt_case c
               SET paid_count = COALESCE(h.number, 0), paid_delay = h.delay,
                   habit_day = %(day)s
              FROM debt_case o
              LEFT JOIN (SELECT case_id, COUNT(*) AS number, AVG(delay) AS delay
                           FROM paid GROUP BY case_id) h ON h.case_id = o.id
             WHERE c.id = o.id AND o.id = ANY(%(cases)s)
                """,
                accounts=self.env["debt.item"]._receivable_accounts(company),
                cases=list(self.ids),
                day=day,
                days=HABIT_DAYS,
            )
        )
        self.invalidate_recordset(["paid_count", "paid_delay", "habit_day"])
