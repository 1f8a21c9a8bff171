from odoo import api, fields, models
from odoo.tools import SQL

#: For so many days a debt that a person decided to keep is not proposed again.
AGAIN_AFTER = 90


class DebtWriteOffRule(models.Model):
    """Why the debts of a customer are written off, and when that is proposed.

    A reason that people choose; with *Proposed by the Daily Run* it is a rule, too.
    ``logic.write_off`` says in words when it fits.
    """

    _name = "debt.write.off.rule"
    _description = "Reason for Write-Offs"
    _inherit = ["debt.config.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: every company.")
    automatic = fields.Boolean(
        string="Proposed by the Daily Run",
        help="Every customer who fits the conditions is proposed. Nothing is written "
        "off before somebody decides it.",
    )
    age = fields.Integer(
        string="Over Days Past Due",
        default=120,
        help="Every document of the customer is more days past due than this.",
    )
    small = fields.Boolean(
        string="Small Balances Only",
        help="All that the customer owes is a small balance of the company.",
    )
    most = fields.Float(
        string="Owed Less than",
        digits=(16, 2),
        help="All that the customer owes is less than this, in the currency of the "
        "company. 0: any amount.",
    )
    by_cost = fields.Boolean(
        string="Costs More than It Brings",
        help="All that the customer owes is less than working a case costs the "
        "company.",
    )
    stage_id = fields.Many2one(
        "debt.stage",
        string="From Stage",
        help="The case is in this stage or a later one. Empty: any stage.",
    )
    account_id = fields.Many2one(
        "account.account",
        string="Write-Off Account",
        company_dependent=True,
        domain="[('account_type', 'not in', ('asset_receivable', 'liability_payable',"
        " 'asset_cash', 'liability_credit_card', 'off_balance'))]",
        help="Where it is written off in this company. Empty: the account of bad "
        "debts in the settings.",
    )

    _numbers = models.Constraint(
        "CHECK(age >= 0 AND most >= 0)", "Days and amounts cannot be negative."
    )

    def _account(self, company):
        """Return the account to which debts are written off for this reason."""
        self.ensure_one()
        # sudo: whoever asks for a write-off need not read accounts
        account = self.sudo().with_company(company).account_id
        account = account or company.sudo().debt_loss_account_id
        return account.sudo(self.env.su)

    @api.model
    def _propose(self, company, day):
        """Propose to write off the debts that fit a rule, one statement for all.

        The first rule that fits, in order. What somebody promised, disputes or pays by
        a plan is not proposed, nor what was decided on a short time ago.

        :param company: the company of the cases, whose figures are those of ``day``
        :param day: the day of the run
        :return: number of proposals
        """
        rules = self.sudo().search(  # sudo: the daily run, for everybody
            [
                ("automatic", "=", True),
                ("company_id", "in", [company.id, False]),
            ]
        )
        if not rules:
            return 0
        conditions = SQL(" UNION ALL ").join(
            SQL(
                "SELECT %s AS place, %s AS rule_id, %s AS age, %s::numeric AS below,"
                " %s::int[] AS stages",
                place,
                rule.id,
                rule.age,
                rule._below(company),
                rule._stages(),
            )
            for place, rule in enumerate(rules)
        )
        rows = self.env.execute_query(
            SQL(
                """
WITH rule AS (%(rules)s),
fitting AS MATERIALIZED (
    SELECT DISTINCT ON (c.id) c.id, r.rule_id
      FROM debt_case c
      JOIN rule r ON (r.below IS NULL OR c.amount_total < r.below)
                 AND (r.stages IS NULL OR c.stage_id = ANY(r.stages))
                 -- crumbs have no age in the case
                 AND (c.days_past_due > r.age OR c.days_past_due = 0)
     WHERE c.company_id = %(company)s AND c.state <> 'closed' AND c.amount_total > 0
       AND NOT EXISTS (SELECT FROM debt_item i
                        WHERE i.case_id = c.id AND i.state = 'open'
                          AND i.amount_residual > 0
                          AND (i.covered_by IS NOT NULL
                               OR %(day)s - i.date_due <= r.age))
     ORDER BY c.id, r.place
),
debt AS (
    SELECT c.id, i.currency_id, f.rule_id, SUM(i.amount_residual_currency) AS amount,
           SUM(i.amount_residual) AS amount_company, array_agg(i.id) AS items
      FROM fitting f
      JOIN debt_case c ON c.id = f.id
      JOIN debt_item i ON i.case_id = c.id AND i.state = 'open'
                      AND i.amount_residual_currency > 0 AND i.excluded IS NULL
     WHERE NOT EXISTS (SELECT FROM debt_write_off w
                        WHERE w.case_id = c.id AND w.currency_id = i.currency_id
                          AND (w.state IN ('proposed', 'approve')
                               OR (w.state = 'dropped'
                                   AND w.closed_date > %(day)s - %(again)s)))
     GROUP BY c.id, i.currency_id, f.rule_id
),
proposed AS (
    INSERT INTO debt_write_off (
        case_id, company_id, partner_id, currency_id, amount, amount_company,
        amount_cover, rule_id, state, source, proposed_date, user_id, create_date,
        write_date)
    SELECT c.id, c.company_id, c.partner_id, d.currency_id, d.amount,
           d.amount_company, 0, d.rule_id, 'proposed', 'run', %(day)s,
           COALESCE(c.agent_id, %(agent)s), now() AT TIME ZONE 'UTC',
           now() AT TIME ZONE 'UTC'
      FROM debt d
      JOIN debt_case c ON c.id = d.id
     ORDER BY c.id
    ON CONFLICT DO NOTHING
    RETURNING id, case_id, currency_id
)
INSERT INTO debt_item_debt_write_off_rel (debt_write_off_id, debt_item_id)
SELECT p.id, unnest(d.items)
  FROM proposed p
  JOIN debt d ON d.id = p.case_id AND d.currency_id = p.currency_id
RETURNING debt_write_off_id
                """,
                rules=conditions,
                company=company.id,
                day=day,
                again=AGAIN_AFTER,
                agent=company.debt_agent_id.id or None,
            )
        )
        self.env["debt.write.off"].invalidate_model(flush=False)
        return len({write_off_id for (write_off_id,) in rows})

    def _below(self, company):
        """Return below which total a case fits, None where any fits."""
        self.ensure_one()
        limits = (
            (self.most > 0, self.most),
            (self.small, company.debt_small_amount),
            (self.by_cost, company.debt_case_cost),
        )
        return min((amount for asked, amount in limits if asked), default=None)

    def _stages(self):
        """Return the ids of the stages in which a case fits, None where in any."""
        self.ensure_one()
        if not self.stage_id:
            return None
        stages = self.env["debt.stage"].with_context(active_test=False)
        later = stages.search([("sequence", ">=", self.stage_id.sequence)])
        return later.ids
