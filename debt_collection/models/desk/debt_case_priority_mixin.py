from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.amount import format_short_amount
from ...tools.sql import int_array

PIN_FIELDS = {"pinned", "pin_reason", "pinned_until"}
#: Points from which a reason is shown as an urgent one.
URGENT = 30

#: Condition of a range of days, by figure: what it is called in the statement.
DAY_FIGURES = {
    "days": SQL("f.days"),
    "bucket": SQL("f.bucket"),
    "contact": SQL("f.contact"),
    "promise_due": SQL("f.due"),
    "promise_broken": SQL("f.broken"),
    "callback": SQL("f.callback"),
    "reply": SQL("f.reply"),
}
#: What a reason remembers, where the case itself does not say it.
REMEMBERED = {
    "promise_due": SQL(
        """',{"amount":' || f.due_amount || ',"day":"' || f.due_day || '"}'"""
    ),
    "promise_broken": SQL(
        """',{"amount":' || f.broken_amount || ',"day":"' || f.broken_day || '"}'"""
    ),
    "callback": SQL("""',{"day":"' || f.callback_day || '"}'"""),
    "reply": SQL("""',{"day":"' || f.reply_day || '"}'"""),
}


class DebtCasePriorityMixin(models.AbstractModel):
    """Which case comes first, and why.

    Priority rules give points; their sum, as a share of what is possible, is the
    priority. Reasons that the case itself tells, as its days, are not written again
    each day: their words are made when somebody reads them.
    """

    _name = "debt.case.priority.mixin"
    _description = "Priority of Collection Cases"

    priority = fields.Integer(
        readonly=True,
        aggregator="avg",
        help="Points of the priority rules, in percent of the possible maximum. 0: "
        "nothing to do for an agent.",
    )
    priority_points = fields.Integer(string="Points", readonly=True, aggregator="avg")
    priority_reasons = fields.Json(readonly=True)
    priority_text = fields.Char(string="Why Now", compute="_compute_priority_text")
    priority_chips = fields.Json(
        string="Reasons", compute="_compute_priority_text", exportable=False
    )
    last_contact_day = fields.Date(
        string="Last Worked on",
        readonly=True,
        help="Local day on which a person last did something about this case.",
    )
    pinned = fields.Boolean(
        tracking=True,
        help="A supervisor wants this case worked first.",
    )
    pin_reason = fields.Char(string="Reason of the Pin", tracking=True)
    pinned_until = fields.Date(
        help="Last day of the pin. Empty: until it is taken off."
    )

    # === WORDS === #

    @api.depends("priority_reasons", "amount_chaseable", "days_past_due")
    @api.depends_context("lang")
    def _compute_priority_text(self):
        ids = {r[0] for case in self for r in case.priority_reasons or ()}
        # sudo: the words of a rule are shown wherever the case is
        Rule = self.env["debt.priority.rule"].sudo().with_context(active_test=False)
        rules = {rule.id: rule for rule in Rule.browse(ids).exists()}
        for case in self:
            chips = []
            for rule_id, points, *values in case.priority_reasons or ():
                rule = rules.get(rule_id)
                if not rule:
                    continue
                amount, days = case._reason_figures(rule, *values)
                money = format_short_amount(self.env, amount, case.currency_id)
                words = rule._words(money, days)
                chips.append(
                    {
                        "text": words,
                        "points": points,
                        "kind": "urgent"
                        if points >= URGENT
                        else "less"
                        if points < 0
                        else "more",
                    }
                )
            chips.sort(key=lambda chip: -chip["points"])
            case.priority_chips = chips
            case.priority_text = " · ".join(
                f"{chip['text']} {chip['points']:+d}".replace("-", "−")
                for chip in chips
            )

    def _reason_figures(self, rule, values=None):
        """Return (amount, days) that the words of a rule name for this case.

        :param rule: the rule
        :param dict values: what the case does not say itself
        """
        self.ensure_one()
        today = self.company_id.sudo()._debt_today()  # sudo: which day it is
        values = values or {}
        days = self.days_past_due
        if values.get("day"):
            days = (today - fields.Date.to_date(values["day"])).days
        elif rule.figure == "bucket":
            days = 30 - (self.days_past_due - 1) % 30
        elif rule.figure == "contact":
            days = self._days_without_contact(today)
        return values.get("amount", self.amount_chaseable), max(0, days)

    def _days_without_contact(self, day):
        """Return the days since anybody, or a message, reached out while it was due."""
        self.ensure_one()
        last = max(
            filter(None, (self.last_contact_day, self.last_message_day)), default=None
        )
        if not last:
            return self.days_past_due
        return min(self.days_past_due, (day - last).days)

    # === PINS === #

    def write(self, vals):
        if PIN_FIELDS & vals.keys() and not self.env.su:
            group = "debt_collection.group_debt_supervisor"
            if not self.env.user.has_group(group):
                raise AccessError(self.env._("Only supervisors pin cases."))
        if vals.get("state") in ("hold", "closed"):
            vals = {
                **vals,
                "priority": 0,
                "priority_points": 0,
                "priority_reasons": False,
            }
        return super().write(vals)

    def action_pin(self):
        """Ask why these cases come first."""
        self._check_owes()
        return self._debt_wizard("debt.pin.wizard", self.env._("Pin"))

    def action_unpin(self):
        """Let the priority decide again."""
        self.write({"pinned": False, "pin_reason": False, "pinned_until": False})

    # === SET BASED === #

    @api.model
    def _release_pins(self, company, day):
        """Take off the pins of a company that ended before ``day``."""
        self.env.cr.execute(
            SQL(
                """
            UPDATE debt_case
               SET pinned = FALSE, pin_reason = NULL, pinned_until = NULL
             WHERE company_id = %s AND pinned AND pinned_until < %s
                """,
                company.id,
                day,
            )
        )

    def _prioritise_now(self):
        """Bring the priority of these cases up to date, at once."""
        self.env.flush_all()
        # sudo: points are the system's, whoever worked the case
        for company, cases in self.sudo().grouped("company_id").items():
            self._prioritise(company, company._debt_today(), cases)

    @api.model
    def _prioritise(self, company, day, cases, limits=None):
        """Give cases their points and reasons.

        One statement; rows that do not change are not written. What wholly waits for a
        promise, a dispute or a credit has no priority, except a promise whose day is
        over without a payment.

        :param company: the company of the cases
        :param day: the day for which they are given
        :param cases: the cases
        :param dict limits: see ``_amount_limits``
        """
        if not cases:
            return
        Rule = self.env["debt.priority.rule"].sudo()
        _rules, groups = Rule._of_company(company)
        if limits is None:
            limits = self._amount_limits(company)
        ordered = [rule for group in groups for rule in group]
        number = {rule: n for n, rule in enumerate(ordered, start=1)}
        span = Domain("id", ">=", min(cases.ids)) & Domain("id", "<=", max(cases.ids))
        hits, points, reasons = [], [SQL("0")], []
        for n, group in enumerate(groups):
            column = SQL.identifier(f"g{n}")
            whens = [
                SQL(
                    "WHEN %s THEN %s",
                    self._rule_condition(company, rule, span, limits),
                    number[rule],
                )
                for rule in group
            ]
            hits.append(SQL("CASE %s END AS %s", SQL(" ").join(whens), column))
            points.append(
                SQL("COALESCE((%s::int[])[f.%s], 0)", self._of(ordered), column)
            )
            reasons.append(
                SQL(
                    "(%s::text[])[f.%s] || %s || ']'",
                    [f"[{rule.id},{rule.points}" for rule in ordered],
                    column,
                    REMEMBERED.get(group[0].figure, SQL("''")),
                )
            )
        self.env.cr.execute(
            SQL(
                """
WITH broken AS (
    SELECT DISTINCT ON (case_id) case_id, judged_date AS day, amount_company AS amount
      FROM debt_promise
     WHERE company_id = %(company)s AND state IN ('broken', 'partial')
       AND paid_late IS NOT TRUE AND judged_date <= %(day)s
       AND judged_date > %(day)s - 60 AND case_id BETWEEN %(first)s AND %(last)s
     ORDER BY case_id, judged_date DESC, id DESC
),
due AS (
    SELECT DISTINCT ON (case_id) case_id, date AS day, amount_company AS amount
      FROM debt_promise
     WHERE company_id = %(company)s AND state = 'open' AND date < %(day)s
       AND COALESCE(amount_paid, 0) <= 0 AND COALESCE(amount_to_apply, 0) <= 0
       AND case_id BETWEEN %(first)s AND %(last)s
     ORDER BY case_id, date, id
),
-- what the debtor was told to expect: a call back, or what an agent planned by hand
callback AS (
    SELECT t.res_id AS case_id, MIN(t.date_deadline) AS day
      FROM mail_activity t
      LEFT JOIN debt_action a ON a.activity_id = t.id
     WHERE t.res_model = 'debt.case' AND t.active AND t.date_deadline <= %(day)s
       AND t.res_id BETWEEN %(first)s AND %(last)s
       AND (t.automated IS NOT TRUE OR a.purpose = 'call_back')
     GROUP BY t.res_id
),
-- what the customer wrote and nobody answered
reply AS (
    SELECT case_id, MIN(contact_day) AS day
      FROM debt_action
     WHERE purpose = 'answer' AND state = 'sent'
       AND case_id BETWEEN %(first)s AND %(last)s
     GROUP BY case_id
),
f AS MATERIALIZED (
    SELECT f.*%(hits)s
      FROM (SELECT c.id, c.amount_chaseable AS amount, c.days_past_due AS days,
                   CASE WHEN c.days_past_due BETWEEN 1 AND 120
                        THEN 30 - (c.days_past_due - 1) %% 30 END AS bucket,
                   LEAST(c.days_past_due,
                         %(day)s - GREATEST(c.last_contact_day, c.last_message_day))
                       AS contact,
                   %(day)s - d.day AS due, d.day AS due_day, d.amount AS due_amount,
                   %(day)s - b.day AS broken, b.day AS broken_day,
                   b.amount AS broken_amount,
                   %(day)s - k.day AS callback, k.day AS callback_day,
                   %(day)s - r.day AS reply, r.day AS reply_day
              FROM debt_case c
              LEFT JOIN due d ON d.case_id = c.id
              LEFT JOIN broken b ON b.case_id = c.id
              LEFT JOIN callback k ON k.case_id = c.id
              LEFT JOIN reply r ON r.case_id = c.id
             WHERE c.company_id = %(company)s AND c.id = ANY(%(cases)s)
               AND c.id BETWEEN %(first)s AND %(last)s AND c.state = 'open'
               AND (c.amount_chaseable > 0 OR d.case_id IS NOT NULL)) f
),
s AS MATERIALIZED (
    SELECT f.id, %(points)s AS points,
           ('[' || concat_ws(',', NULL%(reasons)s) || ']')::jsonb AS reasons
      FROM f
)
UPDATE debt_case t
   SET priority = n.priority, priority_points = n.points, priority_reasons = n.reasons
  FROM (SELECT c.id, COALESCE(s.points, 0) AS points, s.reasons,
               CASE WHEN s.points > 0
                    THEN GREATEST(1, LEAST(100, (200 * s.points + %(most)s)
                                                / (2 * %(most)s)))
                    ELSE 0 END AS priority
          FROM debt_case c
          LEFT JOIN s ON s.id = c.id
         WHERE c.company_id = %(company)s AND c.id = ANY(%(cases)s)
           AND c.id BETWEEN %(first)s AND %(last)s) n
 WHERE t.id = n.id AND t.id BETWEEN %(first)s AND %(last)s
   AND (t.priority, t.priority_points, t.priority_reasons)
       IS DISTINCT FROM (n.priority, n.points, n.reasons)
                """,
                company=company.id,
                day=day,
                cases=int_array(cases.ids),
                first=min(cases.ids),
                last=max(cases.ids),
                hits=SQL("").join(SQL(", %s", hit) for hit in hits),
                points=SQL(" + ").join(points),
                reasons=SQL("").join(SQL(", %s", reason) for reason in reasons),
                most=Rule._maximum(groups),
            )
        )
        cases.invalidate_recordset(
            ["priority", "priority_points", "priority_reasons"], flush=False
        )

    @staticmethod
    def _of(rules):
        return [rule.points for rule in rules]

    @api.model
    def _rule_condition(self, company, rule, span, limits):
        """Return the condition of a rule on the figures ``f`` of a case."""
        parts = []
        if rule.figure == "amount":
            parts.append(SQL("f.amount > 0 AND f.amount >= %s", limits[rule.figure_to]))
            if rule.figure_from:
                parts.append(SQL("f.amount < %s", limits[rule.figure_from]))
        elif rule.figure:
            figure = DAY_FIGURES[rule.figure]
            parts.append(SQL("%s >= %s", figure, rule.figure_from))
            if rule.figure_to:
                parts.append(SQL("%s <= %s", figure, rule.figure_to))
        domain = rule._case_domain()
        if not domain.is_true():
            Case = self.sudo().with_company(company).with_context(active_test=False)
            query = Case._search(domain & span)
            parts.append(SQL("f.id IN %s", query.subselect()))
        return SQL("(%s)", SQL(" AND ").join(parts)) if parts else SQL("TRUE")

    @api.model
    def _amount_limits(self, company):
        """Return from which amount to chase a case is among the top of its company.

        :return: {percent: amount}; one for each percentage that a rule names
        """
        rules, _groups = self.env["debt.priority.rule"].sudo()._of_company(company)
        percents = sorted(
            {
                percent
                for rule in rules
                if rule.figure == "amount"
                for percent in (rule.figure_from, rule.figure_to)
                if percent
            }
        )
        if not percents:
            return {}
        ((amounts,),) = self.env.execute_query(
            SQL(
                """
            SELECT percentile_disc(%s::float[]) WITHIN GROUP (ORDER BY amount_chaseable)
              FROM debt_case
             WHERE company_id = %s AND state = 'open' AND amount_chaseable > 0
                """,
                [1 - percent / 100 for percent in percents],
                company.id,
            )
        )
        return dict(zip(percents, amounts or [0] * len(percents), strict=True))
