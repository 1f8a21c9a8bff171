from odoo import api, models
from odoo.tools import SQL


class DebtBooks(models.AbstractModel):
    """What was owed on a day, read from the books as they are now.

    The residual of a journal item on a day is its balance less what was reconciled with
    it until then. A payment counts from the later date of the two items that it joins,
    as in Odoo's own reports; a reconciliation that was undone never was.
    """

    _name = "debt.books"
    _description = "The Books on a Day"

    @api.model
    def _open_on(self, company, day):
        """Return the SELECT of what was open of a company at the end of a day.

        The same items as those of the daily run: posted, of a trade receivable account,
        of a debtor. Columns: ``id`` (of the journal item), ``move_id``, ``account_id``,
        ``company_id``, ``currency_id``, ``partner_id`` (the debtor), ``date``,
        ``date_due``, ``amount`` (company currency), ``amount_currency``.

        :param company: one ``res.company``
        :param day: the day
        """
        items = self.env["debt.item"]
        branch_join, debtor = items._debtor_of_line()
        return SQL(
            """
            WITH later AS MATERIALIZED (
                -- reconciled after the day: taken back
                SELECT r.debit_move_id AS id, r.amount,
                       r.debit_amount_currency AS amount_currency
                  FROM account_partial_reconcile r
                 WHERE r.company_id = %(company)s AND r.max_date > %(day)s
                 UNION ALL
                SELECT r.credit_move_id, -r.amount, -r.credit_amount_currency
                  FROM account_partial_reconcile r
                 WHERE r.company_id = %(company)s AND r.max_date > %(day)s
            ), back AS (
                SELECT id, SUM(amount) AS amount,
                       SUM(amount_currency) AS amount_currency
                  FROM later GROUP BY id
            ), line AS (
                SELECT l.id, l.amount_residual AS amount,
                       l.amount_residual_currency AS amount_currency
                  FROM account_move_line l
                 WHERE l.account_id = ANY(%(accounts)s) AND l.reconciled IS NOT TRUE
                   AND l.parent_state = 'posted' AND l.company_id = %(company)s
                   AND l.date <= %(day)s
                   AND NOT EXISTS (SELECT FROM back WHERE back.id = l.id)
                 UNION ALL
                SELECT l.id, l.amount_residual + back.amount,
                       l.amount_residual_currency + back.amount_currency
                  FROM back JOIN account_move_line l ON l.id = back.id
                 WHERE l.account_id = ANY(%(accounts)s)
                   AND l.parent_state = 'posted' AND l.company_id = %(company)s
                   AND l.date <= %(day)s
            )
            SELECT l.id, l.move_id, l.account_id, l.company_id, l.currency_id,
                   %(debtor)s AS partner_id, COALESCE(l.invoice_date, l.date) AS date,
                   COALESCE(l.date_maturity, l.date) AS date_due,
                   ROUND(line.amount, c.decimal_places) AS amount,
                   ROUND(line.amount_currency, f.decimal_places) AS amount_currency
              FROM line
              JOIN account_move_line l ON l.id = line.id
              JOIN res_company o ON o.id = l.company_id
              JOIN res_currency c ON c.id = o.currency_id
              JOIN res_currency f ON f.id = l.currency_id
              JOIN res_partner p ON p.id = l.partner_id
              %(branch_join)s
             WHERE ROUND(line.amount, c.decimal_places) <> 0
                OR ROUND(line.amount_currency, f.decimal_places) <> 0
            """,
            accounts=items._receivable_accounts(company),
            branch_join=branch_join,
            company=company.id,
            day=day,
            debtor=debtor,
        )
