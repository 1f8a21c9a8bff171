from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.sql import int_array


class DebtActionStatementMixin(models.AbstractModel):
    """The monthly statement of account, for everybody with a balance: no dunning."""

    _name = "debt.action.statement.mixin"
    _description = "Monthly Statement"

    statement_month = fields.Date(
        help="First day of the month of which this is the statement."
    )
    text_statement = fields.Html(
        compute="_compute_text_statement", sanitize=False, string="Table of the Account"
    )
    text_statement_amount = fields.Char(
        compute="_compute_text_statement",
        string="Balance of the Account",
        help="What the customer owes in all, due or not, per currency.",
    )

    @api.depends("case_id", "contact_day")
    @api.depends_context("lang")
    def _compute_text_statement(self):
        for action in self:
            case, day = (
                action.case_id.with_env(self.env),
                action.contact_day,
            )
            if not case or not day:
                action.text_statement = Markup()
                action.text_statement_amount = ""
                continue
            action.text_statement = case._statement_table(day)
            owed = case._statement_lines(case._statement_items(), day)
            action.text_statement_amount = action._text_amounts(
                {currency.id: total for currency, _lines, total in owed if total > 0}
            )

    def _refresh_statement(self):
        """Keep in each statement what is open now, and the balance."""
        for action in self.filtered("statement_month"):
            items, amount = (
                action.case_id._statement_items(),
                action.case_id.amount_total,
            )
            item_ids = items.sorted(lambda item: (item.date_due, item.id)).ids
            if action.item_refs != item_ids:
                action.item_refs = item_ids
            if action.currency_id.compare_amounts(action.amount, amount):
                action.amount = amount

    def _skip_reason_of_statement(self):
        """Return why a statement must not leave now, or None."""
        case = self.case_id
        if case.state == "closed" or case.amount_total <= 0:
            return "settled"
        if case.state == "hold":
            return "hold"
        return "stage_stops" if case.stage_id.stop_contact else None

    # === SET BASED === #

    @api.model
    def _plan_statements(self, company, day, cases, run):
        """Prepare the statements of the month for cases that owe anything.

        On the working day that the company says, or with the first run after it; once
        for each case and month, as the database sees to.

        :return: number of statements
        """
        if not company._debt_statement_is_due(day):
            return 0
        ((count,),) = self.env.execute_query(
            SQL(
                """
WITH action AS (
    INSERT INTO debt_action (
        case_id, company_id, debtor_id, partner_id, run_id, strategy_id,
        statement_month, channel, track, purpose, state, user_id, planned_date,
        contact_day, is_test, amount, item_refs)
    SELECT c.id, c.company_id, c.partner_id, COALESCE(v.id, c.partner_id), %(run)s,
           c.strategy_id, %(month)s, 'email', 'service', 'statement', %(state)s,
           COALESCE(c.agent_id, %(agent)s), %(day)s, %(day)s, %(is_test)s,
           c.amount_total,
           (SELECT array_agg(i.id ORDER BY i.date_due, i.id) FROM debt_item i
             WHERE i.case_id = c.id AND i.state = 'open')
      FROM debt_case c
      LEFT JOIN debt_stage g ON g.id = c.stage_id
      LEFT JOIN (%(addressees)s) v ON v.parent_id = c.partner_id
     WHERE c.company_id = %(company)s AND c.id = ANY(%(cases)s) AND %(span)s
       AND c.state = 'open' AND c.amount_total >= %(crumb)s AND c.amount_total > 0
       AND g.stop_contact IS NOT TRUE
       AND NOT EXISTS (SELECT FROM debt_action a
                        WHERE a.case_id = c.id AND a.statement_month = %(month)s
                          AND a.state <> 'skipped')
     ORDER BY c.id
    ON CONFLICT DO NOTHING
    RETURNING id, case_id, company_id, debtor_id, partner_id, strategy_id, channel,
              state, amount, cardinality(item_refs) AS item_count
),
line AS (
    INSERT INTO debt_run_line (
        run_id, company_id, case_id, partner_id, strategy_id, channel, purpose,
        action_id, addressee_id, result, date, days_past_due, item_count, amount)
    SELECT %(run)s, a.company_id, CASE WHEN a.case_id < %(first)s THEN a.case_id END,
           a.debtor_id, a.strategy_id, a.channel, 'statement',
           CASE WHEN a.id < %(first)s THEN a.id END, a.partner_id, a.state, %(day)s,
           c.days_past_due, a.item_count, a.amount
      FROM action a JOIN debt_case c ON c.id = a.case_id
)
SELECT COUNT(*) FROM action
                """,
                run=run.id,
                month=day.replace(day=1),
                state="approve"
                if company.debt_statement_mode == "approve"
                else "planned",
                agent=company.debt_agent_id.id or None,
                day=day,
                is_test=company.debt_test_mode,
                addressees=self._addressees(),
                company=company.id,
                cases=int_array(cases.ids),
                span=cases._span("c", "id"),
                crumb=company.debt_crumb_amount,
                first=self.env["debt.run.shadow.mixin"]._first_id(),
            )
        )
        return count
