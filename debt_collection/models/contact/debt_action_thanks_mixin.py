from odoo import api, fields, models
from odoo.tools import SQL, format_amount, format_date

from ...tools.sql import int_array

#: Thanks are for who paid after we wrote or called: not longer ago than this.
CONTACT_DAYS = 60
#: A run that comes later than this after a case closed thanks nobody any more.
LATE_DAYS = 7
#: Documents that a text names one by one.
NAMED = 12

#: The money that came for the documents of cases ``c``, a row for each receipt: all
#: since the last contact, or the last day on which some came. Credit notes, write-offs
#: and withholdings are no money; what a payment writes off is not either.
RECEIPTS = """
WITH part AS (
    SELECT c.id AS case_id, i.id AS item_id, i.move_id, l.id AS line_id, l.currency_id,
           r.max_date AS day, r.credit_amount_currency AS cur, r.amount,
           CASE WHEN p.currency_id = l.currency_id THEN p.amount END AS most,
           GREATEST(c.last_message_day, c.last_contact_day) AS contact_day,
           MAX(r.max_date) OVER (PARTITION BY c.id) AS last_day
      FROM debt_case c
      JOIN debt_item i ON i.case_id = c.id
      JOIN account_partial_reconcile r ON r.debit_move_id = i.move_line_id
                                      AND r.max_date >= c.opened_date
      JOIN account_move_line l ON l.id = r.credit_move_id
      JOIN account_journal j ON j.id = l.journal_id
                            AND j.type IN ('bank', 'cash', 'credit')
      LEFT JOIN account_payment p ON p.id = l.payment_id
     WHERE %s
)
SELECT case_id, line_id, currency_id, MAX(day) AS day,
       LEAST(SUM(cur), MAX(most)) AS amount,
       SUM(amount) * LEAST(SUM(cur), MAX(most)) / NULLIF(SUM(cur), 0) AS company_amount,
       array_agg(DISTINCT item_id) AS item_ids, array_agg(DISTINCT move_id) AS move_ids
  FROM part
 WHERE day >= LEAST(contact_day, last_day)
 GROUP BY case_id, line_id, currency_id
"""


class DebtActionThanksMixin(models.AbstractModel):
    """Thanks to who paid all they owed, once for each episode of a case."""

    _name = "debt.action.thanks.mixin"
    _description = "Thanks for a Payment"

    episode = fields.Integer(
        help="The episode of the case that ended with the payment this thanks for."
    )
    text_paid_amount = fields.Char(
        compute="_compute_text_paid", string="Amount Received"
    )
    text_paid_date = fields.Char(compute="_compute_text_paid", string="Received on")
    text_paid_documents = fields.Char(
        compute="_compute_text_paid", string="Documents Paid"
    )
    text_balance = fields.Char(compute="_compute_text_paid", string="Balance")
    text_in_favour = fields.Char(
        compute="_compute_text_paid",
        string="In Favour",
        help="Credit of the customer that is left, per currency.",
    )

    @api.depends("episode", "case_id", "item_refs")
    @api.depends_context("lang")
    def _compute_text_paid(self):
        thanks = self.filtered("episode")
        receipts, credits_ = thanks._paid_receipts(), thanks._open_credits()
        for action in self:
            own = receipts.get(action.case_id.id, [])
            amounts, moves = {}, set()
            for receipt in own:
                key = receipt["currency_id"]
                amounts[key] = amounts.get(key, 0) + receipt["amount"]
                moves.update(receipt["move_ids"])
            action.text_paid_amount = action._text_amounts(amounts)
            action.text_paid_date = own and format_date(
                self.env, max(receipt["day"] for receipt in own)
            )
            action.text_paid_documents = action._text_documents(moves)
            action.text_balance = format_amount(self.env, 0, action.currency_id)
            action.text_in_favour = action._text_amounts(
                credits_.get(action.case_id.id, {})
            )

    def _paid_receipts(self):
        """Return {case id: receipts} with one query."""
        if not self:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query_dict(
            SQL(RECEIPTS, SQL("c.id = ANY(%s)", int_array(self.case_id.ids)))
        )
        receipts = {}
        for row in rows:
            receipts.setdefault(row["case_id"], []).append(row)
        return receipts

    def _open_credits(self):
        """Return {case id: {currency id: amount in favour of the customer}}."""
        groups = self.env["debt.item"]._read_group(
            [("case_id", "in", self.case_id.ids), ("state", "=", "open")],
            ["case_id", "currency_id"],
            ["amount_residual_currency:sum"],
        )
        credits_ = {}
        for case, currency, amount in groups:
            if currency.compare_amounts(amount, 0) < 0:
                credits_.setdefault(case.id, {})[currency.id] = -amount
        return credits_

    def _text_amounts(self, amounts):
        """Return amounts of several currencies as text.

        :param dict amounts: {currency id: amount}
        """
        currencies = self.env["res.currency"].browse(amounts)
        return " + ".join(
            format_amount(self.env, float(amounts[currency.id]), currency)
            for currency in currencies
        )

    def _text_documents(self, move_ids):
        """Return the numbers of documents, the first ones by name."""
        # sudo: the debtor reads the numbers of their own documents
        moves = self.env["account.move"].sudo().browse(sorted(move_ids))
        names = sorted(moves.mapped("name"))
        if len(names) <= NAMED:
            return ", ".join(names)
        return self.env._(
            "%(names)s and %(count)s more",
            names=", ".join(names[:NAMED]),
            count=len(names) - NAMED,
        )

    # === SET BASED === #

    @api.model
    def _settled_day(self):
        """Return the day on which what closed cases ``c`` owed was paid, as SQL.

        Empty: it was not yet, although nothing is open. For addons that know better
        than the books when money is money.
        """
        return SQL("c.closed_date")

    @api.model
    def _plan_thanks(self, company, day, cases, run):
        """Prepare thanks for the cases that a payment closed since the last run.

        Only where somebody wrote or called before, and money came: not what credit
        notes or write-offs closed. Once for each episode, as the database sees to.

        :return: number of messages
        """
        if not company.debt_thanks:
            return 0
        closed = SQL(
            """c.company_id = %s AND c.id = ANY(%s) AND %s
               AND c.state = 'closed' AND %s > %s - %s
               AND GREATEST(c.last_message_day, c.last_contact_day)
                   >= GREATEST(c.opened_date, c.closed_date - %s)""",
            company.id,
            int_array(cases.ids),
            cases._span("c", "id"),
            self._settled_day(),
            day,
            LATE_DAYS,
            CONTACT_DAYS,
        )
        first = self.env["debt.run.shadow.mixin"]._first_id()
        ((count,),) = self.env.execute_query(
            SQL(
                """
WITH receipt AS (%(receipts)s),
paid AS (
    SELECT case_id, SUM(company_amount) AS amount
      FROM receipt
     GROUP BY case_id
),
action AS (
    INSERT INTO debt_action (
        case_id, company_id, debtor_id, partner_id, run_id, strategy_id, episode,
        channel, track, purpose, state, user_id, planned_date, contact_day, is_test,
        amount, item_refs)
    SELECT c.id, c.company_id, c.partner_id, COALESCE(v.id, c.partner_id), %(run)s,
           s.id, c.episode, 'email', 'service', 'thanks',
           CASE s.mode WHEN 'approve' THEN 'approve' ELSE 'planned' END,
           COALESCE(c.agent_id, %(agent)s), %(day)s, %(day)s, %(is_test)s,
           ROUND(p.amount, %(decimals)s),
           (SELECT array_agg(DISTINCT id) FROM receipt r, unnest(r.item_ids) id
             WHERE r.case_id = c.id)
      FROM paid p
      JOIN debt_case c ON c.id = p.case_id
      JOIN debt_strategy s ON s.id = c.strategy_id AND s.enabled AND s.mode <> 'task'
      LEFT JOIN LATERAL (
            SELECT id FROM res_partner
             WHERE parent_id = c.partner_id AND active
               AND (type = 'invoice' OR debt_role = 'payer')
             ORDER BY COALESCE(email, '') = '', debt_role IS DISTINCT FROM 'payer', id
             LIMIT 1) v ON TRUE
     WHERE NOT EXISTS (SELECT FROM debt_action a
                        WHERE a.case_id = c.id AND a.episode = c.episode)
     ORDER BY c.id
    ON CONFLICT DO NOTHING
    RETURNING id, case_id, company_id, debtor_id, partner_id, strategy_id, channel,
              state, amount, cardinality(item_refs) AS item_count
),
line AS (
    INSERT INTO debt_run_line (
        run_id, company_id, case_id, partner_id, strategy_id, channel, purpose,
        action_id, addressee_id, result, date, days_past_due, item_count, amount)
    SELECT %(run)s, company_id, CASE WHEN case_id < %(first)s THEN case_id END,
           debtor_id, strategy_id, channel, 'thanks',
           CASE WHEN id < %(first)s THEN id END, partner_id, state, %(day)s, 0,
           item_count, amount
      FROM action
)
SELECT COUNT(*) FROM action
                """,
                receipts=SQL(RECEIPTS, closed),
                run=run.id,
                day=day,
                agent=company.debt_agent_id.id or None,
                is_test=company.debt_test_mode,
                decimals=company.currency_id.decimal_places,
                first=first,
            )
        )
        return count
