from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.sql import int_array

#: A year and a month as the day from which an item is worth a look: never too late.
LEAST_DAYS = (365, 28)


class DebtLimitationRule(models.Model):
    """After how long a kind of debt can no longer be claimed in a country.

    What is shipped is a proposal: a lawyer of the country has to confirm it.
    ``logic.limitation`` says in words what the statements here compute.
    """

    _name = "debt.limitation.rule"
    _description = "Limitation of Debts"
    _inherit = ["debt.config.mixin"]
    _order = "country_id, sequence, id"

    name = fields.Char(
        string="Kind of Debt", required=True, translate=True, default="Ordinary claim"
    )
    country_id = fields.Many2one("res.country", required=True, index=True)
    sequence = fields.Integer(
        default=10,
        help="The first of a country holds for cases of its companies that have none "
        "of their own.",
    )
    active = fields.Boolean(default=True)
    years = fields.Integer(required=True, default=5, aggregator=None)
    months = fields.Integer(aggregator=None)
    source = fields.Char(help="The law and its article.")
    checked_on = fields.Date(
        string="Confirmed on",
        help="When a lawyer confirmed it. Empty: to be confirmed.",
    )

    _term = models.Constraint(
        "CHECK(years >= 0 AND months BETWEEN 0 AND 11 AND years + months > 0)",
        "A term is some years, and up to eleven months.",
    )

    @api.depends("name", "country_id")
    def _compute_display_name(self):
        for rule in self:
            rule.display_name = f"{rule.country_id.code or ''} · {rule.name or ''}"

    # === SET BASED === #

    @api.model
    def _limitations(self, scope):
        """Return the SELECT of when items lapse: item_id, case_id, day.

        From the due date, or from the last acknowledgement: a payment, a payment plan
        that was accepted, what a person entered.

        :param SQL scope: condition on ``i`` (debt_item): which items
        """
        return SQL(
            """
    SELECT i.id AS item_id, i.case_id,
           (GREATEST(
                i.date_due,
                (SELECT MAX(r.max_date)
                   FROM account_partial_reconcile r
                   JOIN account_move_line l ON l.id = r.credit_move_id
                   JOIN account_journal j ON j.id = l.journal_id
                                         AND j.type IN ('bank', 'cash', 'credit')
                  WHERE r.debit_move_id = i.move_line_id),
                (SELECT MAX(n.accepted_date)
                   FROM debt_item_debt_plan_rel d
                   JOIN debt_plan n ON n.id = d.debt_plan_id
                  WHERE d.debt_item_id = i.id),
                (SELECT MAX(e.date)
                   FROM debt_item_debt_limitation_event_rel d
                   JOIN debt_limitation_event e ON e.id = d.debt_limitation_event_id
                  WHERE d.debt_item_id = i.id AND e.active))
            + make_interval(years => t.years, months => t.months))::date AS day
      FROM debt_item i
      JOIN debt_case c ON c.id = i.case_id
      JOIN res_company o ON o.id = c.company_id
      JOIN res_partner p ON p.id = o.partner_id
     CROSS JOIN LATERAL (
            SELECT years, COALESCE(months, 0) AS months
              FROM debt_limitation_rule
             WHERE id = c.limitation_rule_id
                OR (c.limitation_rule_id IS NULL AND active
                    AND country_id = p.country_id)
             ORDER BY sequence, id
             LIMIT 1) t
     WHERE i.state = 'open' AND i.amount_residual > 0 AND %s
            """,
            scope,
        )

    @api.model
    def _watch(self, company, day, cases=None):
        """Write on the cases of a company which of them lapse soon, or did.

        Whoever is responsible gets one task for each such day: that it was told of is
        written in the same statement. Only items that are old enough to be near are
        looked at, and all of their interruptions.

        :param company: one company
        :param day: the day
        :param cases: only these cases (all when None)
        :return: number of tasks
        """
        near = day + timedelta(days=company.debt_limitation_days)
        terms = self.with_context(active_test=False)._read_group(
            [], ["years", "months"]
        )
        shortest = min(
            (
                years * LEAST_DAYS[0] + (months or 0) * LEAST_DAYS[1]
                for years, months in terms
            ),
            default=0,
        )
        scope = SQL(
            "i.company_id = %s AND i.date_due <= %s%s",
            company.id,
            near - timedelta(days=shortest),
            SQL(" AND i.case_id = ANY(%s)", int_array(cases.ids))
            if cases is not None
            else SQL(),
        )
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
WITH near AS MATERIALIZED (
    SELECT case_id, MIN(day) AS day, array_agg(item_id ORDER BY day, item_id) AS items
      FROM (%(limitations)s) v
     WHERE day <= %(near)s
     GROUP BY case_id
),
written AS (
    UPDATE debt_case c
       SET date_limitation = n.day, limitation_told = COALESCE(n.day, c.limitation_told)
      FROM debt_case o
      LEFT JOIN near n ON n.case_id = o.id
     WHERE o.company_id = %(company)s AND c.id = o.id %(only)s
       AND o.date_limitation IS DISTINCT FROM n.day
    RETURNING c.id, n.day, n.items, o.limitation_told AS told
)
INSERT INTO debt_action (
    case_id, company_id, debtor_id, partner_id, channel, track, purpose, state,
    user_id, planned_date, contact_day, amount, item_refs)
SELECT c.id, c.company_id, c.partner_id, c.partner_id, 'task', 'task', 'limitation',
       'planned', COALESCE(h.user_id, c.agent_id, %(agent)s), %(day)s, %(day)s,
       c.amount_overdue, w.items
  FROM written w
  JOIN debt_case c ON c.id = w.id
  LEFT JOIN debt_handover h ON h.case_id = c.id AND h.state = 'handed'
 WHERE w.day IS NOT NULL AND w.day IS DISTINCT FROM w.told
RETURNING id
                """,
                limitations=self._limitations(scope),
                near=near,
                company=company.id,
                only=SQL("AND o.id = ANY(%s)", int_array(cases.ids))
                if cases is not None
                else SQL(),
                agent=company.debt_agent_id.id or None,
                day=day,
            )
        )
        self.env["debt.case"].invalidate_model(
            ["date_limitation", "limitation_told"], flush=False
        )
        self.env["debt.action"].invalidate_model(flush=False)
        return len(rows)
