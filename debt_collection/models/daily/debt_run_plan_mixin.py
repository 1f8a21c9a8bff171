from datetime import date

from odoo import api, models
from odoo.tools import SQL

from ...tools.sql import int_array
from ..contact.debt_action import PENDING
from ..portfolio.debt_item import NEXT_STEP_REASONS


class DebtRunPlanMixin(models.AbstractModel):
    """Step 5 of the flow: which items reach a step, and the actions that follow.

    Set based, for one company and a slice of cases. ``logic.ladder`` says the same in
    words; the tests hold one against the other.
    """

    _name = "debt.run.plan.mixin"
    _description = "Planning of a Run"

    def _plan(self, company, day, cases, full=True):
        """Plan the actions of cases for a day.

        :param company: the company of the cases
        :param day: the day of the run
        :param cases: the cases, neighbours by id
        :param full: look at every case, not only at those whose day has come
        :return: (number of actions planned, {reason: number of items held})
        """
        due = self._find_due(company, day, cases, full)
        self.env.cr.execute("ANALYZE debt_due (item_id, case_id, kind, due, reason)")
        self.env["debt.item"]._tune(due)
        self._settle_conflicts(company, day)
        planned = self._reserve(company, day, cases)
        self._hold(company, day, cases)
        rows = self.env.execute_query(
            SQL(
                """SELECT reason, COUNT(*) FROM debt_due
                    WHERE due IS NOT FALSE GROUP BY reason"""
            )
        )
        return planned, {reason: count for reason, count in rows if reason}

    def _find_due(self, company, day, cases, full):
        """Fill ``debt_due``: the items whose next step is due, with what holds them.

        The ladder of each strategy is an array, so that the place of an item in it is
        one lookup. Also writes on each case when its next step is due, and before which
        day no other item of it can become due: until then, and without news, planning
        the case again would find nothing.

        :return: number of items found
        """
        self.env.cr.execute(
            """
            CREATE TEMP TABLE IF NOT EXISTS debt_due (
                item_id int, case_id int, cycle int, kind text, due bool, step_id int,
                days int, track text, strategy_id int, reason text, was_held text,
                amount numeric, min_amount numeric, next_date date
            ) ON COMMIT DELETE ROWS;
            TRUNCATE debt_due
            """
        )
        # a simulation also tells what only waits for its gap
        with_gap = SQL("OR gap") if self.simulate else SQL()
        self.env.cr.execute(
            SQL(
                """
WITH strategy AS MATERIALIZED (
    SELECT s.id, s.enabled, s.entry_mode, s.quiet_days, s.min_gap_days, s.min_amount,
           array_agg(t.id ORDER BY t.days, t.sequence, t.id)
               FILTER (WHERE t.days >= 0) AS ids,
           array_agg(t.days ORDER BY t.days, t.sequence, t.id)
               FILTER (WHERE t.days >= 0) AS days,
           array_agg(t.id ORDER BY t.days, t.sequence, t.id)
               FILTER (WHERE t.days < 0) AS pre_ids,
           array_agg(t.days ORDER BY t.days, t.sequence, t.id)
               FILTER (WHERE t.days < 0) AS pre_days,
           array_agg(t.place::int ORDER BY t.place)
               FILTER (WHERE t.days >= 0 AND t.track = 'task') AS tasks
      FROM debt_strategy s
      LEFT JOIN (SELECT *, row_number() OVER (PARTITION BY strategy_id, days >= 0
                                              ORDER BY days, sequence, id) AS place
                   FROM debt_strategy_step WHERE active) t ON t.strategy_id = s.id
     WHERE s.active
     GROUP BY s.id
),
blocked AS MATERIALIZED (
    SELECT case_id, bool_or(pending) AS pending, bool_or(NOT pending) AS no_address
      FROM (SELECT case_id, TRUE AS pending
              FROM debt_action
             WHERE company_id = %(company)s AND state IN %(pending)s
               AND track = 'message'
             UNION ALL
            -- in the mail queue, which may be down; or nobody knows where to write to
            SELECT case_id, delivery IS NOT NULL
              FROM debt_action
             WHERE company_id = %(company)s
               AND (delivery IN ('queued', 'sending')
                    OR (stops_messages AND state = 'sent'))) a
     GROUP BY case_id
),
item AS (
    SELECT i.id, i.case_id, i.cycle, i.step_date, i.excluded, i.date_chase,
           i.amount_chaseable, i.held_reason, i.covered_by,
           i.amount_chaseable * i.amount_residual / i.amount_residual_currency
               AS amount,
           c.state AS case_state, c.amount_chaseable AS case_amount,
           c.last_message_day, c.strategy_id,
           s.id IS NOT NULL AS has_strategy, s.enabled, s.quiet_days, s.min_gap_days,
           s.min_amount, s.ids, s.days, s.pre_ids, s.pre_days, s.tasks,
           COALESCE(cardinality(s.ids), 0) AS size,
           g.stop_contact, b.pending, b.no_address,
           %(day)s - i.date_chase AS late,
           i.step_date IS NOT NULL AND %(day)s - i.step_date < s.min_gap_days AS gap,
           s.entry_mode = 'by_age' AND i.next_step_only IS NOT TRUE AS by_age,
           COALESCE(array_position(s.ids, i.step_id),
                    width_bucket(i.step_days, s.days), 0) AS passed
      FROM debt_case c
      JOIN debt_item i ON i.case_id = c.id AND i.state = 'open'
                      AND i.amount_residual > 0 AND i.amount_residual_currency > 0
                      AND i.amount_residual >= %(crumb)s AND %(span_i)s
      LEFT JOIN strategy s ON s.id = c.strategy_id
      LEFT JOIN debt_stage g ON g.id = c.stage_id
      LEFT JOIN blocked b ON b.case_id = c.id
     WHERE c.company_id = %(company)s AND c.state <> 'closed'
       AND c.id = ANY(%(cases)s) AND %(span_c)s
       AND (%(full)s OR c.plan_date IS NULL OR c.plan_date <= %(day)s)
    OFFSET 0 -- a fence: what is computed here is not computed again further down
),
aimed AS (
    SELECT item.*,
           -- where the stage stops messages, tasks that are due go on without them
           CASE WHEN task > passed AND days[task] <= late THEN task
                WHEN by_age THEN GREATEST(passed + 1, width_bucket(late, days))
                ELSE passed + 1 END AS target,
           CASE WHEN late < 0 THEN COALESCE(width_bucket(late, pre_days), 0) END AS pre
      FROM (SELECT *, CASE WHEN stop_contact IS NOT TRUE THEN NULL
                           WHEN by_age
                           THEN tasks[width_bucket(width_bucket(late, days), tasks)]
                           ELSE tasks[width_bucket(passed, tasks) + 1] END AS task
              FROM item OFFSET 0) item
    OFFSET 0
),
named AS (
    SELECT aimed.*,
           CASE WHEN late < 0 THEN 'pre' WHEN target <= size THEN 'ladder'
                WHEN size > 0 THEN 'end' END AS kind
      FROM aimed
    OFFSET 0
),
judged AS (
    SELECT id, case_id, cycle, excluded, amount_chaseable, held_reason, covered_by,
           amount,
           case_state, case_amount, last_message_day, strategy_id, has_strategy,
           enabled, quiet_days, min_amount, stop_contact, pending, no_address, late,
           gap, kind,
           CASE kind WHEN 'pre' THEN pre_ids[pre] WHEN 'ladder' THEN ids[target]
                     WHEN 'end' THEN 0 END AS aim_id,
           CASE kind WHEN 'pre' THEN pre_days[pre] WHEN 'ladder' THEN days[target]
                     END AS aim_days,
           CASE kind
                WHEN 'pre' THEN pre >= 1 AND NOT EXISTS (
                     SELECT FROM debt_item_step r
                      WHERE r.item_id = named.id AND r.cycle = named.cycle
                        AND r.step_id = pre_ids[pre])
                WHEN 'ladder' THEN days[target] <= late
                WHEN 'end' THEN NOT EXISTS (
                     SELECT FROM debt_item_step r
                      WHERE r.item_id = named.id AND r.cycle = named.cycle
                        AND r.step_id = 0)
           END AS ripe,
           CASE kind
                WHEN 'pre' THEN date_chase + COALESCE(pre_days[pre + 1], days[1])
                WHEN 'ladder'
                THEN GREATEST(date_chase + days[target], step_date + min_gap_days)
                WHEN 'end' THEN CASE WHEN gap THEN step_date + min_gap_days END
           END AS next_date,
           CASE kind WHEN 'pre' THEN COALESCE(pre_ids[pre + 1], ids[1])
                     WHEN 'ladder' THEN ids[target] END AS next_id,
           CASE kind WHEN 'pre' THEN date_chase + COALESCE(pre_days[pre + 1], days[1])
                     WHEN 'ladder'
                     THEN GREATEST(date_chase + days[target + 1],
                                   %(day)s + min_gap_days) END AS after_date,
           ids[target + 1] AS after_id
      FROM named
    OFFSET 0
),
reasoned AS MATERIALIZED (
    SELECT j.*, t.track,
           CASE WHEN NOT has_strategy THEN 'no_strategy'
                WHEN NOT enabled THEN 'strategy_off'
                WHEN excluded IS NOT NULL THEN excluded
                WHEN case_state = 'hold' THEN 'hold'
                WHEN amount_chaseable <= 0 THEN COALESCE(covered_by, 'covered')
                WHEN gap AND kind <> 'pre' THEN 'gap'
                WHEN kind <> 'pre' AND case_amount < min_amount THEN 'below_minimum'
                WHEN t.track = 'task' OR kind = 'end' THEN NULL
                WHEN stop_contact THEN 'stage_stops'
                WHEN no_address THEN 'no_address'
                WHEN pending THEN 'pending'
                WHEN %(day)s - last_message_day < quiet_days THEN 'quiet'
           END AS reason
      FROM judged j
      LEFT JOIN debt_strategy_step t ON t.id = j.aim_id
),
-- the first date of a case, and its step: both in one number, so that one aggregate
-- finds them
next_step AS (
    SELECT case_id,
           MIN((date - DATE 'epoch') * 4294967296 + COALESCE(step_id, 4294967295))
               FILTER (WHERE enabled AND excluded IS NULL AND amount_chaseable > 0
                         AND case_state = 'open'
                         AND (stop_contact IS NOT TRUE OR track = 'task'
                              OR kind = 'end')) AS next,
           MIN(look) AS look
      FROM (SELECT *,
                   CASE WHEN NOT ripe OR reason = 'gap' THEN next_date
                        WHEN reason = 'quiet' THEN last_message_day + quiet_days
                        WHEN reason IS NULL THEN after_date
                        ELSE %(day)s + 1 END AS date,
                   CASE WHEN ripe AND reason IS NULL AND kind = 'ladder'
                        THEN after_id ELSE next_id END AS step_id,
                   LEAST(CASE WHEN NOT has_strategy THEN %(day)s + 1
                              WHEN ripe IS NOT TRUE OR reason = 'gap'
                              THEN COALESCE(next_date, %(never)s)
                              WHEN reason IS NULL THEN COALESCE(after_date, %(never)s)
                              ELSE %(day)s + 1 END,
                         CASE kind WHEN 'pre' THEN %(day)s - late END) AS look
              FROM reasoned) n
     GROUP BY case_id
),
write_next AS (
    UPDATE debt_case c
       SET next_action_date = n.date, next_step_id = n.step_id, plan_date = n.look
      FROM (SELECT case_id, look,
                   DATE 'epoch' + (next >> 32)::int AS date,
                   NULLIF(next & 4294967295, 4294967295)::int AS step_id
              FROM next_step) n
     WHERE c.id = n.case_id AND %(span_c)s
       AND (c.next_action_date, c.next_step_id, c.plan_date)
           IS DISTINCT FROM (n.date, n.step_id, n.look)
),
forget AS (
    UPDATE debt_item i
       SET held_reason = NULL
      FROM reasoned r
     WHERE i.id = r.id AND r.held_reason IS NOT NULL AND %(span_i)s
       AND i.held_reason IS NOT NULL AND (r.ripe IS NOT TRUE OR r.reason = 'gap')
)
INSERT INTO debt_due
SELECT id, case_id, cycle, kind, ripe AND reason IS DISTINCT FROM 'gap', aim_id,
       aim_days, CASE kind WHEN 'end' THEN 'task' ELSE track END, strategy_id, reason,
       held_reason, amount, min_amount, next_date
  FROM reasoned
 WHERE (ripe AND (reason IS DISTINCT FROM 'gap' %(with_gap)s))
    OR (late > 0 AND NOT has_strategy)
                """,
                pending=PENDING,
                company=company.id,
                day=day,
                crumb=company.debt_crumb_amount,
                cases=int_array(cases.ids),
                span_c=cases._span("c", "id"),
                span_i=cases._span("i", "case_id"),
                with_gap=with_gap,
                full=full,
                never=date.max,
            )
        )
        return self.env.cr.rowcount

    def _settle_conflicts(self, company, day):
        """Let at most one message of a case go, and few new debtors where limited."""
        if company._debt_statement_is_near(day):
            self.env.cr.execute(
                """
            UPDATE debt_due SET reason = 'statement'
             WHERE kind = 'pre' AND track = 'message' AND reason IS NULL
                """
            )
        self.env.cr.execute(
            SQL(
                """
            UPDATE debt_due d
               SET reason = 'below_minimum'
              FROM (SELECT case_id FROM debt_due
                     WHERE due AND kind = 'pre' AND reason IS NULL
                     GROUP BY case_id HAVING SUM(amount) < MAX(min_amount)) s
             WHERE d.case_id = s.case_id AND d.kind = 'pre' AND d.reason IS NULL;
            UPDATE debt_due d
               SET reason = 'other_message'
             WHERE d.due AND d.kind = 'pre' AND d.track = 'message' AND d.reason IS NULL
               AND EXISTS (SELECT FROM debt_due o
                            WHERE o.case_id = d.case_id AND o.kind = 'ladder'
                              AND o.due AND o.track = 'message' AND o.reason IS NULL)
                """
            )
        )
        self.env.cr.execute(
            SQL(
                """
            WITH ranked AS (
                SELECT x.case_id,
                       row_number() OVER (PARTITION BY x.strategy_id
                                          ORDER BY c.amount_chaseable DESC, c.id)
                       + (SELECT COUNT(DISTINCT a.case_id)
                            FROM debt_action a
                            JOIN debt_case o ON o.id = a.case_id
                           WHERE a.company_id = %(company)s AND a.track = 'message'
                             AND a.strategy_id = x.strategy_id
                             AND a.contact_day = %(day)s AND a.state <> 'skipped'
                             AND COALESCE(o.last_message_day, %(day)s) = %(day)s)
                           AS place,
                       s.max_new_debtors
                  FROM (SELECT DISTINCT case_id, strategy_id FROM debt_due
                         WHERE due AND track = 'message' AND reason IS NULL) x
                  JOIN debt_strategy s ON s.id = x.strategy_id
                                      AND s.max_new_debtors > 0
                  JOIN debt_case c ON c.id = x.case_id
                                  AND c.last_message_day IS NULL
            )
            UPDATE debt_due d
               SET reason = 'daily_limit'
              FROM ranked r
             WHERE d.case_id = r.case_id AND r.place > r.max_new_debtors
               AND d.track = 'message' AND d.reason IS NULL
                """,
                company=company.id,
                day=day,
            )
        )

    def _reserve(self, company, day, cases):
        """Insert the actions, the steps their items reach, and a line for each.

        :return: number of actions
        """
        rows = self.env.execute_query(
            SQL(
                """
WITH reached AS MATERIALIZED (
    SELECT d.*, t.sequence, t.channel, t.effective_mode, t.stage_id
      FROM debt_due d
      LEFT JOIN debt_strategy_step t ON t.id = d.step_id
     WHERE d.due AND d.reason IS NULL
),
top AS (
    SELECT DISTINCT ON (case_id, track) *
      FROM reached
     ORDER BY case_id, track, days DESC NULLS LAST, sequence DESC, step_id DESC
),
listed AS (
    SELECT i.case_id,
           array_agg(i.id ORDER BY i.date_due, i.id) AS ids,
           SUM(i.amount_chaseable * i.amount_residual / i.amount_residual_currency)
               AS amount
      FROM debt_item i
     WHERE i.case_id IN (SELECT case_id FROM top WHERE kind <> 'pre')
       AND %(span_i)s
       AND i.state = 'open' AND i.amount_chaseable > 0
       AND i.amount_residual >= %(crumb)s AND i.amount_residual_currency > 0
       AND (i.date_chase < %(day)s
            OR i.id IN (SELECT item_id FROM reached WHERE kind = 'ladder'))
     GROUP BY i.case_id
),
listed_pre AS (
    SELECT case_id, track, array_agg(item_id ORDER BY item_id) AS ids,
           SUM(amount) AS amount
      FROM reached WHERE kind = 'pre'
     GROUP BY case_id, track
),
invoice_contact AS (%(addressees)s),
action AS (
    INSERT INTO debt_action (
        case_id, company_id, debtor_id, partner_id, run_id, strategy_id, step_id,
        channel, track, purpose, state, user_id, planned_date, contact_day, is_test,
        amount, item_refs)
    SELECT c.id, c.company_id, c.partner_id, COALESCE(v.id, c.partner_id), %(run)s,
           t.strategy_id, NULLIF(t.step_id, 0),
           CASE WHEN t.kind = 'end' THEN 'task'
                WHEN t.track = 'task' AND t.channel NOT IN %(task_channels)s
                THEN 'task' ELSE t.channel END,
           t.track, CASE t.kind WHEN 'end' THEN 'last_step' ELSE 'step' END,
           CASE WHEN t.track = 'message' AND t.effective_mode = 'approve'
                THEN 'approve' ELSE 'planned' END,
           COALESCE(c.agent_id, %(agent)s), %(day)s, %(day)s,
           %(is_test)s AND t.track = 'message',
           ROUND(COALESCE(p.amount, l.amount), %(decimals)s), COALESCE(p.ids, l.ids)
      FROM top t
      JOIN debt_case c ON c.id = t.case_id AND %(span_c)s
      LEFT JOIN listed l ON l.case_id = t.case_id AND t.kind <> 'pre'
      LEFT JOIN listed_pre p ON p.case_id = t.case_id AND p.track = t.track
                            AND t.kind = 'pre'
      LEFT JOIN invoice_contact v ON v.parent_id = c.partner_id
     ORDER BY c.id
    RETURNING id, case_id, track, step_id, strategy_id, channel, state, partner_id,
              amount, cardinality(item_refs) AS item_count
),
step AS (
    INSERT INTO debt_item_step (item_id, cycle, step_id, days, day, action_id)
    SELECT r.item_id, r.cycle, r.step_id, r.days, %(day)s, a.id
      FROM reached r
      JOIN action a ON a.case_id = r.case_id AND a.track = r.track
),
item AS (
    UPDATE debt_item i
       SET step_id = CASE r.kind WHEN 'ladder' THEN r.step_id ELSE i.step_id END,
           step_days = CASE r.kind WHEN 'ladder' THEN r.days ELSE i.step_days END,
           step_date = CASE r.kind WHEN 'ladder' THEN %(day)s ELSE i.step_date END,
           next_step_only = FALSE,
           held_reason = NULL
      FROM reached r
     WHERE i.id = r.item_id AND %(span_i)s
),
raised AS (
    UPDATE debt_case c
       SET stage_id = s.stage_id, plan_date = NULL
      FROM (SELECT DISTINCT ON (r.case_id) r.case_id, r.stage_id, g.sequence, g.id
              FROM reached r
              JOIN debt_stage g ON g.id = r.stage_id
             ORDER BY r.case_id, g.sequence DESC, g.id DESC) s
      , debt_case o
      LEFT JOIN debt_stage g ON g.id = o.stage_id
     WHERE c.id = s.case_id AND o.id = c.id AND %(span_c)s
       AND c.stage_episode IS DISTINCT FROM c.episode
       AND (g.id IS NULL OR (g.sequence, g.id) < (s.sequence, s.id))
),
line AS (
    INSERT INTO debt_run_line (
        run_id, company_id, case_id, partner_id, strategy_id, step_id, channel,
        action_id, addressee_id, result, date, days_past_due, item_count, amount)
    SELECT %(run)s, c.company_id, CASE WHEN c.id < %(first)s THEN c.id END,
           c.partner_id, a.strategy_id, a.step_id,
           a.channel, CASE WHEN a.id < %(first)s THEN a.id END, a.partner_id, a.state,
           %(day)s, c.days_past_due, a.item_count, a.amount
      FROM action a JOIN debt_case c ON c.id = a.case_id AND %(span_c)s
)
SELECT COUNT(*) FROM action
                """,
                run=self.id,
                company=company.id,
                day=day,
                crumb=company.debt_crumb_amount,
                decimals=company.currency_id.decimal_places,
                agent=company.debt_agent_id.id or None,
                is_test=company.debt_test_mode,
                task_channels=self._task_channels(),
                addressees=self.env["debt.action"]._addressees(),
                span_c=cases._span("c", "id"),
                span_i=cases._span("i", "case_id"),
                first=self.env["debt.run.shadow.mixin"]._first_id(),
            )
        )
        return rows[0][0]

    def _hold(self, company, day, cases):
        """Tell of the items that are due but held, once for each change of reason.

        A strategy that is switched off holds whole portfolios: it is told by a
        simulation, and counted by a run. What is held is looked at again tomorrow.
        """
        self.env.cr.execute(
            SQL(
                """
            UPDATE debt_case c
               SET plan_date = NULL
              FROM (SELECT DISTINCT case_id FROM debt_due
                     WHERE reason IS NOT NULL AND reason <> 'gap') d
             WHERE c.id = d.case_id AND c.plan_date > %s + 1 AND %s
                """,
                day,
                cases._span("c", "id"),
            )
        )
        self.env.cr.execute(
            SQL(
                """
            WITH held AS (
                UPDATE debt_item i
                   SET held_reason = d.reason,
                       next_step_only = i.next_step_only IS TRUE
                                        OR d.reason IN %(next_step)s
                  FROM debt_due d
                 WHERE d.item_id = i.id AND d.reason IS NOT NULL AND %(span_i)s
                   AND (d.reason IS DISTINCT FROM d.was_held OR %(simulate)s)
                RETURNING i.id, i.case_id, i.move_id, i.partner_id, i.date_due,
                          d.strategy_id, d.step_id, d.reason, d.amount, d.next_date,
                          d.due
            )
            INSERT INTO debt_run_line (
                run_id, company_id, case_id, partner_id, item_id, move_id, strategy_id,
                step_id, channel, result, reason, date, days_past_due, item_count,
                amount)
            SELECT %(run)s, %(company)s, CASE WHEN h.case_id < %(first)s
                                              THEN h.case_id END,
                   h.partner_id, CASE WHEN h.id < %(first)s THEN h.id END, h.move_id,
                   h.strategy_id, NULLIF(h.step_id, 0), t.channel, 'held', h.reason,
                   CASE WHEN h.reason = 'gap' THEN h.next_date END,
                   GREATEST(0, %(day)s - h.date_due), 1, h.amount
              FROM held h
              LEFT JOIN debt_strategy_step t ON t.id = h.step_id
             WHERE %(simulate)s OR h.reason NOT IN ('strategy_off', 'no_strategy')
                """,
                next_step=NEXT_STEP_REASONS,
                run=self.id,
                company=company.id,
                day=day,
                simulate=self.simulate,
                span_i=cases._span("i", "case_id"),
                first=self.env["debt.run.shadow.mixin"]._first_id(),
            )
        )

    @api.model
    def _task_channels(self):
        """Return the codes of the channels that are worked by somebody inside."""
        selection = self.env["debt.strategy.step"]._fields["channel"]
        codes = selection.get_values(self.env)
        channel = self.env["debt.channel"]
        return tuple(code for code in codes if channel._get(code)._track == "task")

    @api.model
    def _expire_approvals(self, company, day):
        """Skip prepared messages that nobody approved on their day; their items fall
        back and are prepared afresh."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
            CREATE TEMP TABLE IF NOT EXISTS debt_freed (item_id int)
                ON COMMIT DELETE ROWS;
            TRUNCATE debt_freed;
            WITH expired AS (
                UPDATE debt_action SET state = 'skipped', reason = 'not_approved'
                 WHERE company_id = %(company)s AND state = 'approve'
                   AND contact_day < %(day)s
                RETURNING id, case_id
            ), freed AS (
                DELETE FROM debt_item_step s
                 USING debt_item i, expired e
                 WHERE i.case_id = e.case_id AND s.item_id = i.id
                   AND s.action_id = e.id
                RETURNING s.item_id
            ), again AS (
                UPDATE debt_case SET judged_day = NULL
                 WHERE id IN (SELECT case_id FROM expired)
            )
            INSERT INTO debt_freed SELECT DISTINCT item_id FROM freed
                """,
                company=company.id,
                day=day,
            )
        )
        self.env["debt.item"]._fall_back(
            SQL("i.id IN (SELECT item_id FROM debt_freed)")
        )
        self.env.invalidate_all()
