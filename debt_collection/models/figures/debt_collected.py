from odoo import api, fields, models
from odoo.tools import SQL

from ...fields import LooseMany2one

#: Kinds of journals through which money comes.
MONEY = ("bank", "cash", "credit")


class DebtCollected(models.Model):
    """What came in on the documents of customers, and after which contact.

    Read from the reconciliations, so that it is always what the books say. A payment
    counts by its own day; what is neither bank nor cash is no payment, and what a
    payment writes off is none either. It is put down to the last contact with the
    customer about the document in the days before it that the company chose, and to
    nobody where there was none: that a payment follows a contact does not prove that it
    was its effect.
    """

    _name = "debt.collected"
    _description = "Collected Payment"
    _auto = False
    _order = "day desc, id desc"
    _depends = {
        "account.partial.reconcile": ["debit_move_id", "credit_move_id", "max_date"],
        "debt.action": ["case_id", "contact_day", "incoming", "is_test", "state"],
        "debt.case": ["agent_id", "segment_id", "stage_id", "strategy_id", "team_id"],
        "debt.item": ["case_id", "date_due", "move_line_id"],
        "res.company": ["debt_attribution_days"],
    }

    day = fields.Date(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    company_currency_id = fields.Many2one("res.currency", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    case_id = LooseMany2one("debt.case", readonly=True)
    partner_id = LooseMany2one("res.partner", string="Customer", readonly=True)
    item_id = LooseMany2one("debt.item", string="Document", readonly=True)
    amount = fields.Monetary(
        string="Collected", currency_field="company_currency_id", readonly=True
    )
    amount_currency = fields.Monetary(
        string="In Its Currency", readonly=True, aggregator=None
    )
    days_late = fields.Integer(
        readonly=True, aggregator="avg", help="From the due date to the payment."
    )
    journal_id = LooseMany2one("account.journal", readonly=True)
    salesperson_id = LooseMany2one("res.users", readonly=True)
    agent_id = LooseMany2one("res.users", readonly=True, help="Who has the case today.")
    team_id = LooseMany2one("debt.team", readonly=True)
    segment_id = LooseMany2one("debt.segment", readonly=True)
    action_id = LooseMany2one(
        "debt.action",
        string="After",
        readonly=True,
        help="The last contact about the document before the payment.",
    )
    channel = fields.Selection(selection="_channels", readonly=True)
    strategy_id = LooseMany2one("debt.strategy", readonly=True)
    step_id = LooseMany2one("debt.strategy.step", readonly=True)
    contact_agent_id = LooseMany2one("res.users", string="Contacted by", readonly=True)

    @api.model
    def _channels(self):
        return self.env["debt.action"]._channels()

    @api.depends("partner_id", "day")
    def _compute_display_name(self):
        for line in self:
            # sudo: a name, for whoever may read what was collected
            name = line.partner_id.sudo().name
            line.display_name = " · ".join(filter(None, (name, str(line.day))))

    @property
    def _table_query(self):
        return SQL(
            """
SELECT r.id, r.max_date AS day, dl.company_id, p.currency_id AS company_currency_id,
       dl.currency_id, c.id AS case_id,
       COALESCE(c.partner_id, dl.partner_id) AS partner_id, i.id AS item_id,
       ROUND(r.amount * w.part, k.decimal_places) AS amount,
       ROUND(r.debit_amount_currency * w.part, f.decimal_places) AS amount_currency,
       r.max_date - COALESCE(dl.date_maturity, dl.date) AS days_late, cl.journal_id,
       m.invoice_user_id AS salesperson_id, c.agent_id, c.team_id, c.segment_id,
       a.id AS action_id, a.channel, COALESCE(a.strategy_id, c.strategy_id)
       AS strategy_id, a.step_id, a.user_id AS contact_agent_id
  FROM account_partial_reconcile r
  JOIN account_move_line dl ON dl.id = r.debit_move_id AND dl.parent_state = 'posted'
  JOIN account_account e ON e.id = dl.account_id AND e.non_trade IS NOT TRUE
                        AND e.account_type = 'asset_receivable'
  JOIN res_company p ON p.id = dl.company_id
  JOIN res_currency k ON k.id = p.currency_id
  JOIN res_partner d ON d.id = dl.partner_id
  -- what was paid before anybody looked has no item, but its customer may have a case
  LEFT JOIN debt_item i ON i.move_line_id = dl.id
  LEFT JOIN debt_case c ON i.id IS NOT NULL AND c.id = i.case_id
                        OR i.id IS NULL AND c.company_id = dl.company_id
                       AND c.partner_id = COALESCE(d.commercial_partner_id, d.id)
  JOIN res_currency f ON f.id = dl.currency_id
  JOIN account_move_line cl ON cl.id = r.credit_move_id
  JOIN account_journal j ON j.id = cl.journal_id AND j.type IN %(money)s
  LEFT JOIN account_move m ON m.id = dl.move_id
  LEFT JOIN account_payment y ON y.id = cl.payment_id
 CROSS JOIN LATERAL (
       -- what the payment wrote off is no money
       SELECT CASE WHEN y.currency_id = cl.currency_id
                    AND y.amount < -cl.amount_currency
                   THEN y.amount / -cl.amount_currency ELSE 1 END AS part
       ) w
  LEFT JOIN LATERAL (
       SELECT a.id, a.channel, a.strategy_id, a.step_id, a.user_id
         FROM debt_action a
        -- a task that nobody has done is no contact
        WHERE a.case_id = c.id AND (a.state = 'done' AND a.track = 'task'
               OR a.state IN ('sent', 'done') AND a.track = 'message')
          AND a.incoming IS NOT TRUE AND a.is_test IS NOT TRUE
          AND a.contact_day BETWEEN r.max_date - p.debt_attribution_days
                                AND r.max_date
          AND (COALESCE(cardinality(a.item_refs), 0) = 0 OR i.id = ANY(a.item_refs))
        ORDER BY a.contact_day DESC, a.id DESC
        LIMIT 1
       ) a ON TRUE
            """,
            money=MONEY,
        )

    def action_open_case(self):
        """Open the case of the customer."""
        self.ensure_one()
        return self.case_id._debt_open()
