from odoo import api, fields, models
from odoo.tools import SQL

from ...fields import LooseMany2one


class DebtCommission(models.Model):
    """What came in while a lawyer or agency had a debt, and what they earn by it.

    Read from the reconciliations, so that it is always what the books say;
    ``logic.commission`` says the same in words. A payment counts by its own day, and
    for one hand-over only. What is neither bank nor cash is no payment, and what a
    payment writes off is none either.
    """

    _name = "debt.commission"
    _description = "Commission of a Lawyer or Agency"
    _auto = False
    _order = "day desc, id desc"
    _depends = {
        "account.partial.reconcile": ["debit_move_id", "credit_move_id", "max_date"],
        "debt.handover": [
            "commission_amount",
            "commission_kind",
            "commission_percent",
            "date",
            "end_date",
            "ended_by_id",
            "item_ids",
            "state",
        ],
        "debt.item": ["move_line_id"],
    }

    day = fields.Date(readonly=True)
    handover_id = fields.Many2one("debt.handover", string="Hand-Over", readonly=True)
    kind = fields.Selection(
        [("payment", "Payment"), ("fixed", "Fixed Commission")], readonly=True
    )
    agency_id = fields.Many2one("res.partner", string="Lawyer or Agency", readonly=True)
    case_id = LooseMany2one("debt.case", readonly=True)
    partner_id = LooseMany2one("res.partner", string="Customer", readonly=True)
    item_id = fields.Many2one("debt.item", string="Document", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    percent = fields.Float(string="%", digits=(5, 2), aggregator=None, readonly=True)
    amount = fields.Monetary(string="Recovered", readonly=True)
    commission = fields.Monetary(help="Without VAT.", readonly=True)

    @api.depends("agency_id", "day")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.agency_id.name} · {line.day}"

    @property
    def _table_query(self):
        return SQL(
            """
WITH part AS (
    SELECT DISTINCT ON (r.id) r.id, h.id AS handover_id, h.agency_id, h.case_id,
           h.partner_id, h.company_id, i.id AS item_id, r.max_date AS day,
           p.currency_id, c.rounding, c.decimal_places,
           CASE h.commission_kind WHEN 'percent' THEN h.commission_percent ELSE 0 END
               ::numeric AS percent,
           -- what the payment wrote off is no money
           r.amount * CASE WHEN y.currency_id = l.currency_id
                            AND y.amount < -l.amount_currency
                           THEN y.amount / -l.amount_currency ELSE 1 END AS amount
      FROM debt_handover h
      JOIN res_company p ON p.id = h.company_id
      JOIN res_currency c ON c.id = p.currency_id
      JOIN debt_handover_debt_item_rel d ON d.debt_handover_id = h.id
      JOIN debt_item i ON i.id = d.debt_item_id
      JOIN account_partial_reconcile r ON r.debit_move_id = i.move_line_id
                                      AND r.max_date >= h.date
                                      AND (h.ended_by_id IS NULL
                                           OR r.max_date <= h.end_date)
      JOIN account_move_line l ON l.id = r.credit_move_id
      JOIN account_journal j ON j.id = l.journal_id
                            AND j.type IN ('bank', 'cash', 'credit')
      LEFT JOIN account_payment y ON y.id = l.payment_id
     WHERE h.state <> 'draft'
     ORDER BY r.id, h.date, h.id
)
SELECT id, 'payment' AS kind, day, handover_id, agency_id, case_id, partner_id, item_id,
       company_id, currency_id, percent, ROUND(amount, decimal_places) AS amount,
       ROUND(ROUND(amount, decimal_places) * percent / 100 / rounding) * rounding
           AS commission
  FROM part
 UNION ALL
SELECT -h.id, 'fixed', h.date, h.id, h.agency_id, h.case_id, h.partner_id, NULL,
       h.company_id, p.currency_id, 0, 0, h.commission_amount
  FROM debt_handover h
  JOIN res_company p ON p.id = h.company_id
 WHERE h.state <> 'draft' AND h.commission_kind = 'fixed' AND h.commission_amount > 0
            """
        )
