from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.sql import int_array


class DebtHandoverBooksMixin(models.AbstractModel):
    """What the books say of hand-overs: what came in, and when all is paid."""

    _name = "debt.handover.books.mixin"
    _description = "Hand-Over in the Books"

    currency_id = fields.Many2one("res.currency")
    amount_residual = fields.Monetary(
        string="Still Owed",
        compute="_compute_amount_residual",
        help="Of the documents, in the currency of the company.",
    )
    amount_recovered = fields.Monetary(
        string="Recovered",
        compute="_compute_recovered",
        help="Payments of the documents since the hand-over, by the day of the "
        "payment. Credit notes and write-offs do not count.",
    )
    commission_due = fields.Monetary(compute="_compute_recovered", help="Without VAT.")

    @api.depends("item_ids")
    def _compute_amount_residual(self):
        for handover in self:
            # sudo: agents need no right on the books
            items = handover.sudo().item_ids
            handover.amount_residual = sum(items.mapped("amount_residual"))

    def _compute_recovered(self):
        # sudo: who reads the hand-over may know what came of it
        rows = (
            self.env["debt.commission"]
            .sudo()
            ._read_group(
                [("handover_id", "in", self.ids)],
                ["handover_id"],
                ["amount:sum", "commission:sum"],
            )
        )
        sums = {handover.id: figures for handover, *figures in rows}
        for handover in self:
            figures = sums.get(handover._origin.id, (0, 0))
            handover.amount_recovered, handover.commission_due = figures

    # === SET BASED === #

    @api.model
    def _judge(self, company, day, cases):
        """Close the hand-overs of cases of which nothing is owed any more.

        One that closed so is open again when a payment is taken back, unless the case
        was handed over again since. The stage is given back with it.
        """
        rows = self.env.execute_query(
            SQL(
                """
WITH h AS MATERIALIZED (
    SELECT h.id, h.case_id, h.state, h.stage_reason,
           EXISTS (SELECT FROM debt_handover_debt_item_rel r
                     JOIN debt_item i ON i.id = r.debt_item_id
                    WHERE r.debt_handover_id = h.id AND i.state = 'open'
                      AND i.amount_residual_currency > 0) AS owed
      FROM debt_handover h
     WHERE h.company_id = %(company)s AND h.case_id = ANY(%(cases)s) AND %(span_h)s
       AND (h.state = 'handed'
            OR (h.state = 'closed' AND h.ended_by_id IS NULL
                AND h.id = (SELECT MAX(o.id) FROM debt_handover o
                             WHERE o.case_id = h.case_id AND o.state <> 'draft')))
),
judged AS (
    UPDATE debt_handover t
       SET state = CASE WHEN h.owed THEN 'handed' ELSE 'closed' END,
           end_date = CASE WHEN h.owed THEN NULL ELSE %(day)s END
      FROM h
     WHERE t.id = h.id AND t.state = h.state AND (h.state = 'handed') <> h.owed
    RETURNING t.id, t.case_id, t.state, t.stage_reason
),
given_back AS (
    UPDATE debt_case c
       SET judged_day = NULL,
           stage_episode = CASE WHEN j.state = 'closed'
                                 AND c.stage_reason = j.stage_reason
                                THEN -1 ELSE c.stage_episode END,
           stage_reason = CASE WHEN j.state = 'closed'
                                AND c.stage_reason = j.stage_reason
                               THEN NULL ELSE c.stage_reason END
      FROM judged j
     WHERE c.id = j.case_id
),
next_step AS (
    UPDATE debt_item i SET next_step_only = TRUE
      FROM judged j
     WHERE i.case_id = j.case_id AND j.state = 'closed' AND i.state = 'open'
)
SELECT id, state FROM judged
                """,
                company=company.id,
                cases=int_array(cases.ids),
                day=day,
                span_h=cases._span("h", "case_id"),
            )
        )
        if not rows:
            return
        self.env["debt.handover"].invalidate_model(flush=False)
        cases.invalidate_recordset(flush=False)
        self.env["debt.item"].invalidate_model(flush=False)
        if not self.env["debt.cover.mixin"]._is_simulated():
            self._tell_judged(rows)

    @api.model
    def _tell_judged(self, rows):
        """Note on hand-overs what the books decided, and end what is to be done."""
        closed = self.browse([row_id for row_id, state in rows if state == "closed"])
        closed.step_ids.activity_id.exists().unlink()
        words = {
            "closed": self.env._("All of it is paid."),
            "handed": self.env._("A payment was taken back: it is owed again."),
        }
        self.browse([row_id for row_id, _state in rows])._message_log_batch(
            bodies={row_id: words[state] for row_id, state in rows}
        )

    @api.model
    def _keep_stage(self, company, cases):
        """Keep cases that are handed over in a stage that stops friendly contact.

        Whatever their age says, and also when they close and open again.
        """
        stops = [("stop_contact", "=", True)]
        stage = self.env["debt.stage"].search(stops, limit=1)
        if not stage:
            return  # somebody took the last one away
        self.env.cr.execute(
            SQL(
                """
            UPDATE debt_case c
               SET stage_id = CASE WHEN w.stops THEN c.stage_id ELSE %(stage)s END,
                   stage_episode = c.episode, stage_reason = w.stage_reason,
                   plan_date = NULL
              FROM (SELECT o.id, h.stage_reason, g.stop_contact IS TRUE AS stops
                      FROM debt_handover h
                      JOIN debt_case o ON o.id = h.case_id
                      LEFT JOIN debt_stage g ON g.id = o.stage_id
                     WHERE h.state = 'handed' AND h.company_id = %(company)s
                       AND h.case_id = ANY(%(cases)s)
                       AND (g.stop_contact IS NOT TRUE
                            OR o.stage_episode IS DISTINCT FROM o.episode)) w
             WHERE c.id = w.id AND c.state <> 'closed'
                """,
                company=company.id,
                cases=int_array(cases.ids),
                stage=stage.id,
            )
        )

    @api.model
    def _merge_cases(self, kept, lost):
        """End all active hand-overs of cases that become one, but the latest.

        :param kept: the case that stays
        :param lost: the cases that are merged into it
        """
        # sudo: whoever merges contacts decides nothing about hand-overs
        active = self.sudo().search(
            [("case_id", "in", (kept | lost).ids), ("state", "=", "handed")], order="id"
        )
        active[:-1].write(
            {
                "state": "returned",
                "end_date": kept.company_id._debt_today(),
                "end_reason": self.env._("The customer was merged with another one"),
                "ended_by_id": self.env.uid,
            }
        )
        self.env.flush_all()
