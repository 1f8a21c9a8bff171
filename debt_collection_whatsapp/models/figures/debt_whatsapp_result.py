from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.debt_collection.fields import LooseMany2one

#: What happens so many days after a message is still put down to it.
DAYS = 7
#: It left, as far as we know.
LEFT = ("sending", "uncertain", "accepted", "held", "sent", "delivered", "read")


class DebtWhatsappResult(models.Model):
    """What came of the messages that we began: one row for each.

    What follows a message within a week, and before the next one to the same customer,
    is put down to it, once. It followed; nobody knows whether because of it.
    """

    _name = "debt.whatsapp.result"
    _description = "Result of WhatsApp Messages"
    _auto = False
    _order = "date desc, id desc"
    _depends = {
        "account.journal": ["type"],
        "account.move.line": ["journal_id"],
        "account.partial.reconcile": ["amount", "debit_move_id", "max_date"],
        "debt.action": ["campaign_id", "contact_day", "step_id", "strategy_id"],
        "debt.case": ["agent_id"],
        "debt.item": ["case_id", "move_line_id"],
        "debt.promise": ["amount_company", "case_id", "state"],
        "debt.whatsapp.message": ["case_id", "claimed", "cost", "moment", "state"],
        "debt.whatsapp.template": ["lang", "text_id"],
    }

    message_id = LooseMany2one("debt.whatsapp.message", string="Message", readonly=True)
    date = fields.Datetime(string="Sent on", readonly=True)
    company_id = LooseMany2one("res.company", readonly=True)
    currency_id = LooseMany2one("res.currency", readonly=True)
    account_id = LooseMany2one(
        "debt.whatsapp.account", string="WhatsApp Number", readonly=True
    )
    partner_id = LooseMany2one("res.partner", string="Customer", readonly=True)
    case_id = LooseMany2one("debt.case", readonly=True)
    agent_id = LooseMany2one("res.users", string="Agent of the Case", readonly=True)
    author = fields.Selection(
        [("strategy", "A Step or a Campaign"), ("agent", "An Agent")], readonly=True
    )
    text_id = LooseMany2one("debt.whatsapp.text", string="Template", readonly=True)
    lang = fields.Char(string="Language", readonly=True)
    strategy_id = LooseMany2one("debt.strategy", readonly=True)
    step_id = LooseMany2one("debt.strategy.step", readonly=True)
    campaign_id = LooseMany2one("debt.campaign", readonly=True)
    count = fields.Integer(string="Messages", readonly=True)
    delivered = fields.Integer(readonly=True)
    read = fields.Integer(readonly=True)
    answered = fields.Integer(
        readonly=True, help="The person wrote or tapped within the week after it."
    )
    promised = fields.Integer(
        readonly=True, help="A promise to pay was made within the week after it."
    )
    paid = fields.Integer(
        readonly=True, help="Something was paid within the week after it."
    )
    amount_promised = fields.Monetary(string="Promised Amount", readonly=True)
    amount_paid = fields.Monetary(
        string="Paid Amount", readonly=True, help="Payments; no credit notes."
    )
    answered_rate = fields.Float(
        string="Answered %", readonly=True, aggregator="avg", digits=(16, 1)
    )
    promised_rate = fields.Float(
        string="Promised %", readonly=True, aggregator="avg", digits=(16, 1)
    )
    paid_rate = fields.Float(
        string="Paid %", readonly=True, aggregator="avg", digits=(16, 1)
    )
    cost = fields.Float(readonly=True, digits=(16, 6), help="In the currency of rates.")
    cost_currency_id = LooseMany2one(
        "res.currency", string="Currency of the Cost", readonly=True
    )

    @property
    def _table_query(self):
        """Return the SELECT of the rows.

        A message is followed until the next one of its case. A payment counts by its
        day, and only when it was applied after the message had left: what came before
        it on the same day is not put down to it.
        """
        return SQL(
            """
WITH began AS (
    SELECT m.*, COALESCE(m.claimed, m.sent_date, m.moment) AS left_on,
           LEAD(COALESCE(m.claimed, m.sent_date, m.moment)) OVER (
               PARTITION BY m.case_id
                   ORDER BY COALESCE(m.claimed, m.sent_date, m.moment), m.id) AS next_on
      FROM debt_whatsapp_message m
     WHERE m.direction = 'out' AND m.author IN ('strategy', 'agent')
       AND m.kind = 'template' AND m.case_id IS NOT NULL AND m.is_test IS NOT TRUE
       AND m.state IN %(left)s
),
spans AS (
    SELECT b.*, COALESCE(a.contact_day, b.left_on::date) AS day,
           LEAST(b.next_on, b.left_on + make_interval(days => %(days)s)) AS until,
           a.strategy_id, a.step_id, a.campaign_id
      FROM began b
      LEFT JOIN debt_action a ON a.id = b.action_id
)
SELECT s.id, s.id AS message_id, s.left_on AS date, s.company_id, o.currency_id,
       s.account_id, s.partner_id, s.case_id, c.agent_id, s.author, t.text_id, t.lang,
       s.strategy_id, s.step_id, s.campaign_id, 1 AS count,
       (s.state IN ('delivered', 'read'))::int AS delivered,
       (s.state = 'read')::int AS read,
       w.answered, (p.amount IS NOT NULL)::int AS promised,
       (r.amount IS NOT NULL)::int AS paid,
       COALESCE(p.amount, 0) AS amount_promised,
       COALESCE(r.amount, 0) AS amount_paid,
       100 * w.answered AS answered_rate,
       100 * (p.amount IS NOT NULL)::int AS promised_rate,
       100 * (r.amount IS NOT NULL)::int AS paid_rate,
       COALESCE(s.cost, 0) AS cost, s.cost_currency_id
  FROM spans s
  JOIN debt_case c ON c.id = s.case_id
  JOIN res_company o ON o.id = s.company_id
  LEFT JOIN debt_whatsapp_template t ON t.id = s.template_id
 CROSS JOIN LATERAL (
       SELECT EXISTS (
                  SELECT FROM debt_whatsapp_message i
                   WHERE i.conversation_id = s.conversation_id AND i.direction = 'in'
                     AND i.moment >= s.left_on AND i.moment < s.until)::int AS answered
       ) w
 CROSS JOIN LATERAL (
       SELECT SUM(p.amount_company) AS amount
         FROM debt_promise p
        WHERE p.case_id = s.case_id AND p.state <> 'cancelled'
          AND p.create_date >= s.left_on AND p.create_date < s.until
       ) p
 CROSS JOIN LATERAL (
       SELECT SUM(r.amount) AS amount
         FROM debt_item i
         JOIN account_partial_reconcile r ON r.debit_move_id = i.move_line_id
         JOIN account_move_line l ON l.id = r.credit_move_id
         JOIN account_journal j ON j.id = l.journal_id
                               AND j.type IN ('bank', 'cash', 'credit')
        WHERE i.case_id = s.case_id AND r.create_date >= s.left_on
          AND r.max_date >= s.day
          AND r.max_date < s.day + %(days)s
          AND (s.next_on IS NULL OR r.create_date < s.next_on)
       ) r
            """,
            left=LEFT,
            days=DAYS,
        )

    def action_open_message(self):
        """Open the conversation of the message."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "debt.whatsapp.message",
            "res_id": self.message_id.id,
            "view_mode": "form",
        }
