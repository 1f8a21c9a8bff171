from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from .debt_cheque import DOCUMENTED

#: How long a bounced cheque counts among those of a debtor, and how long it is fresh.
MEMORY_DAYS = 365
LATELY_DAYS = 30


class DebtCase(models.Model):
    _inherit = "debt.case"

    cheque_ids = fields.One2many(
        "debt.cheque", "case_id", string="Cheques, Notes and Bills"
    )
    cheque_count = fields.Integer(
        string="Number of Cheques", compute="_compute_cheque_count"
    )
    bounce_ids = fields.One2many(
        "debt.cheque.bounce", "case_id", string="Bounced Cheques"
    )
    amount_documented = fields.Monetary(
        string="Documented",
        readonly=True,
        help="Paid with cheques, notes or bills that have not cleared yet. The books "
        "show their invoices as paid; it is owed all the same.",
    )
    cheque_clear_date = fields.Date(
        string="Last Cheque Cleared on",
        readonly=True,
        help="The last day on which a cheque of the customer turned into money.",
    )
    bounced_count = fields.Integer(
        string="Bounced Cheques in 12 Months", readonly=True, aggregator="sum"
    )
    bounced_amount = fields.Monetary(string="Bounced in 12 Months", readonly=True)
    bounced_date = fields.Date(string="Last Bounced Cheque on", readonly=True)
    bounced_lately = fields.Boolean(string="A Cheque Bounced in 30 Days", readonly=True)

    def _compute_cheque_count(self):
        groups = self.env["debt.cheque"]._read_group(
            [("case_id", "in", self.ids)], ["case_id"], ["__count"]
        )
        counts = {case.id: count for case, count in groups}
        for case in self:
            case.cheque_count = counts.get(case.id, 0)

    def action_open_cheques(self):
        """Open the cheques, notes and bills of the customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection_check.debt_cheque_action"
        )
        action["domain"] = [("case_id", "=", self.id)]
        action["context"] = {}
        action["view_mode"] = "list,calendar,pivot,form"
        action["views"] = [(False, mode) for mode in ("list", "calendar", "form")]
        return action

    def action_open_bounces(self):
        """Open the cheques of the customer that bounced."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection_check.debt_cheque_bounce_action"
        )
        action["domain"] = [("case_id", "=", self.id)]
        action["context"] = {}
        return action

    # === WHAT IS STILL OWED === #

    def _documented(self):
        """Return what was paid with documents that have not cleared yet.

        A payment that holds several documents is owed in the part of those that have
        not cleared, invoice by invoice.
        """
        documented = defaultdict(list, super()._documented())
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
            WITH paper AS (
                SELECT line_id, case_id,
                       SUM(amount_company) FILTER (WHERE state IN %(owed)s) AS owed,
                       SUM(amount_company) AS total
                  FROM debt_cheque
                 WHERE case_id = ANY(%(cases)s) AND state NOT IN ('bounced', 'back')
                 GROUP BY line_id, case_id
            ),
            -- what they paid of each invoice; what took a bounced one back is none
            part AS (
                SELECT p.line_id,
                       COALESCE(i.date_chase, d.date_maturity, d.date) AS day,
                       SUM(r.amount) * p.owed / p.total AS amount
                  FROM paper p
                  JOIN account_partial_reconcile r ON r.credit_move_id = p.line_id
                  JOIN account_move_line d ON d.id = r.debit_move_id
                                          AND d.payment_id IS NULL
                  LEFT JOIN debt_item i ON i.move_line_id = d.id
                 WHERE p.owed > 0
                 GROUP BY p.line_id, p.owed, p.total, 2
            )
            SELECT p.case_id, x.day, SUM(x.amount)
              FROM paper p
              JOIN (SELECT * FROM part
                     UNION ALL
                    SELECT p.line_id, NULL, p.owed - COALESCE(SUM(t.amount), 0)
                      FROM paper p LEFT JOIN part t ON t.line_id = p.line_id
                     WHERE p.owed > 0
                     GROUP BY p.line_id, p.owed) x ON x.line_id = p.line_id
             GROUP BY p.case_id, x.day
             ORDER BY p.case_id, x.day
                """,
                owed=DOCUMENTED,
                cases=list(self.ids),
            )
        )
        for case_id, day, amount in rows:
            case = self.browse(case_id)
            # sudo: company currencies are no secret
            amount = Decimal(str(case.sudo().currency_id.round(float(amount))))
            if amount > 0:
                documented[case].append((day, amount))
        return dict(documented)

    # === SET BASED === #

    @api.model
    def _open_for_cheques(self):
        """Give a closed case to who paid with a document before they ever owed.

        ``debt_cheque_news`` is what the books say, see ``debt.cheque``.
        """
        rows = self.env.execute_query(
            SQL(
                """
            INSERT INTO debt_case (partner_id, company_id, state, episode,
                                   create_date, write_date)
            SELECT DISTINCT n.partner_id, n.company_id, 'closed', 0,
                   now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
              FROM debt_cheque_news n
              LEFT JOIN debt_case c
                     ON c.partner_id = n.partner_id AND c.company_id = n.company_id
             WHERE c.id IS NULL
             ORDER BY 1
            ON CONFLICT (partner_id, company_id) DO NOTHING
            RETURNING id
                """
            )
        )
        if rows:
            cases = self.browse([case_id for (case_id,) in rows])
            self.env.add_to_compute(self._fields["group_id"], cases)
            self.env.flush_all()

    @api.model
    def _sum_up_cheques(self, company, day, partners=None):
        """Write on cases what is documented and what bounced; they are judged again.

        :param company: one company
        :param day: the day on which the twelve months end
        :param partners: only the cases of these debtors (all when None)
        """
        self.env.cr.execute(
            SQL(
                """
            UPDATE debt_case t
               SET amount_documented = n.documented, cheque_clear_date = n.cleared,
                   bounced_count = n.number, bounced_amount = n.bounced,
                   bounced_date = n.last, bounced_lately = n.lately, judged_day = NULL
              FROM (SELECT c.id, COALESCE(q.documented, 0) AS documented, q.cleared,
                           COALESCE(b.number, 0) AS number,
                           COALESCE(b.bounced, 0) AS bounced, b.last,
                           COALESCE(b.last > %(day)s - %(lately)s, FALSE) AS lately
                      FROM debt_case c
                      LEFT JOIN (
                            SELECT case_id,
                                   SUM(amount_company) FILTER (WHERE state IN %(owed)s)
                                       AS documented,
                                   MAX(clear_date) FILTER (WHERE state = 'cleared')
                                       AS cleared
                              FROM debt_cheque
                             WHERE company_id = %(company)s %(own)s
                             GROUP BY case_id) q ON q.case_id = c.id
                      LEFT JOIN (
                            SELECT case_id, COUNT(*) AS number, MAX(date) AS last,
                                   SUM(amount_company) AS bounced
                              FROM debt_cheque_bounce
                             WHERE company_id = %(company)s AND state = 'done' %(own)s
                               AND date > %(day)s - %(memory)s AND date <= %(day)s
                             GROUP BY case_id) b ON b.case_id = c.id
                     WHERE c.company_id = %(company)s %(only)s) n
             WHERE t.id = n.id
               AND (COALESCE(t.amount_documented, 0), t.cheque_clear_date,
                    COALESCE(t.bounced_count, 0), COALESCE(t.bounced_amount, 0),
                    t.bounced_date, COALESCE(t.bounced_lately, FALSE))
                   IS DISTINCT FROM
                   (n.documented, n.cleared, n.number, n.bounced, n.last, n.lately)
                """,
                company=company.id,
                day=day,
                lately=LATELY_DAYS,
                memory=MEMORY_DAYS,
                owed=DOCUMENTED,
                only=SQL("AND c.partner_id = ANY(%s)", list(partners.ids))
                if partners is not None
                else SQL(),
                own=SQL(
                    """AND case_id IN (SELECT id FROM debt_case
                                        WHERE partner_id = ANY(%s))""",
                    list(partners.ids),
                )
                if partners is not None
                else SQL(),
            )
        )
        if self.env.cr.rowcount:
            self.env["debt.case"].invalidate_model(flush=False)

    @api.model
    def _cover_tables(self, field="case_id"):
        """Cheques and bounces go with the cases of merged contacts, too."""
        own = (self.env["debt.cheque"], self.env["debt.cheque.bounce"])
        return (
            *super()._cover_tables(field),
            *(model._table for model in own if field in model._fields),
        )
