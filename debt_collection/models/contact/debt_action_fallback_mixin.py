import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...fields import LooseMany2one
from ...logic.contact_fix import FIXES
from ...tools.sql import int_array

#: A message is followed for want of an answer so many days late at most.
LATE_DAYS = 14


class DebtActionFallbackMixin(models.AbstractModel):
    """The next channel of a step, and the contact data that somebody has to mend.

    What has not left goes on in place: the same action, another channel. What left and
    failed, or got no answer, is followed by an action on the next channel, which
    reserves nothing: the step is the first one's.
    """

    _name = "debt.action.fallback.mixin"
    _description = "Other Channels of a Step"

    fallback_of_id = LooseMany2one(
        "debt.action",
        string="Instead of",
        index="btree_not_null",
        help="The first message of the step, which failed or got no answer.",
    )
    tried = fields.Json(help="Channels tried in vain before, each with the reason.")
    tried_text = fields.Char(compute="_compute_tried_text", string="Tried before")
    stops_messages = fields.Boolean(
        help="Nobody can be reached on any channel of the step until this is done."
    )

    @api.depends("tried", "fallback_of_id")
    @api.depends_context("lang")
    def _compute_tried_text(self):
        channels = dict(self._channels())
        reasons = dict(self._fields["reason"]._description_selection(self.env))
        for action in self:
            # sudo: whoever reads an action may know what was tried before
            first = action.fallback_of_id.sudo()
            tried = [(t["channel"], t["reason"]) for t in action.tried or ()]
            if first:
                # answered nothing, where there is no reason
                tried.insert(0, (first.channel, first.reason))
            action.tried_text = " · ".join(
                self.env._(
                    "%(channel)s: %(reason)s",
                    channel=channels.get(channel, channel),
                    reason=reasons.get(reason) or self.env._("no answer"),
                )
                for channel, reason in tried
            )

    # === THE NEXT CHANNEL === #

    def _next_lines(self):
        """Return {action: next channel of its step}, of those that have one left."""
        steps = self.filtered(
            lambda a: a.purpose == "step" and a.step_id.sudo().fallback_ids
        )
        tried = steps._tried_channels()
        lines = {}
        for action in steps:
            # sudo: what a step does is no secret of a company
            left = action.step_id.sudo().fallback_ids.filtered(
                lambda line, used=tried[action]: line.channel not in used
            )
            if left:
                lines[action] = left[0]
        return lines

    def _tried_channels(self):
        """Return {action: channels that were tried already for the same message}."""
        firsts = {action: action.fallback_of_id or action for action in self}
        first_ids = list({first.id for first in firsts.values()})
        family = self.search([("fallback_of_id", "in", first_ids)])
        used = {}
        for action in self.browse(first_ids) | family | self:
            first = action.fallback_of_id or action
            used.setdefault(first.id, set()).update(
                (action.channel, *(each["channel"] for each in action.tried or ()))
            )
        return {action: used[first.id] for action, first in firsts.items()}

    def _go_on(self, reason):
        """Let messages that reach nobody take the next channel of their step.

        What a person approves is seen again: it has another text now.

        :param reason: why they cannot take the one they have
        :return: those that have a next one
        """
        lines = self._next_lines()
        queued = self.browse([a.id for a in lines if a.state == "sent"])
        # it waited and did not leave: nothing happened yet
        queued.state = "planned"
        alike = {}
        for action, line in lines.items():
            failed = {"channel": action.channel, "reason": reason}
            tried = json.dumps([*(action.tried or ()), failed])
            alike.setdefault((line, tried), []).append(action.id)
        for (line, tried), action_ids in alike.items():
            actions = self.browse(action_ids)
            seen = line.track == "task" or line.step_id.effective_mode != "approve"
            actions.write(
                {
                    "tried": json.loads(tried),
                    "channel": line.channel,
                    "track": line.track,
                    "state": "planned" if seen else "approve",
                    "delivery": False,
                    "mail_message_id": False,
                }
            )
        if queued:
            self._recount_contacts(queued.case_id)
        return self.browse([action.id for action in lines])

    def _reach(self):
        """Let messages take the first channel of their step that reaches somebody.

        :return: ({action: address}, {action: why it cannot be reached at all})
        """
        addresses, why, left = {}, {}, self
        while left:
            for code, group in left.grouped("channel").items():
                channel = self.env["debt.channel"]._get(code)
                found = channel._addresses(group)
                addresses.update(found)
                lost = group.filtered(lambda action, known=found: action not in known)
                for reason, some in channel._why_unreachable(lost).items():
                    why.update(dict.fromkeys(some, reason))
            left -= self.browse([action.id for action in addresses])
            left = self.browse().union(
                *(some._go_on(reason) for reason, some in left.grouped(why.get).items())
            )
        return addresses, {a: why[a] for a in why if a not in addresses}

    def _try_next(self):
        """Follow up messages that failed by one on the next channel of their step.

        :return: the new actions, planned for today
        """
        actions = self.create(
            [
                {
                    **action._same_again(line),
                    "fallback_of_id": (action.fallback_of_id or action).id,
                }
                for action, line in self._next_lines().items()
            ]
        )
        if actions:
            # sudo: whoever learned of the failure may wake the job
            self.env.ref("debt_collection.ir_cron_debt_dispatch").sudo()._trigger()
        return actions

    def _same_again(self, line):
        """Return the values of a message that says the same on another channel."""
        self.ensure_one()
        day = self.company_id._debt_today()
        ask = line.track == "message" and self.step_id.effective_mode == "approve"
        return {
            "case_id": self.case_id.id,
            "company_id": self.company_id.id,
            "debtor_id": self.debtor_id.id,
            "partner_id": self.partner_id.id,
            "run_id": self.run_id.id,
            "strategy_id": self.strategy_id.id,
            "step_id": self.step_id.id,
            "channel": line.channel,
            "track": line.track,
            "state": "approve" if ask else "planned",
            "user_id": self.user_id.id,
            "planned_date": day,
            "contact_day": day,
            "is_test": self.company_id.debt_test_mode and line.track == "message",
            "amount": self.amount,
            "item_refs": self.item_refs,
        }

    def _said_elsewhere(self):
        """Return those whose message another channel brought, or is going to bring."""
        firsts = {action: action.fallback_of_id or action for action in self}
        first_ids = [first.id for first in firsts.values()]
        family = self.search(
            ["|", ("id", "in", first_ids), ("fallback_of_id", "in", first_ids)]
        )
        living = family.filtered(
            lambda a: a.state in (*self._pending_states(), "sent", "done", "uncertain")
        )
        return self.filtered(
            lambda action: any(
                (other.fallback_of_id or other) == firsts[action]
                for other in living - action
            )
        )

    # === NO ANSWER === #

    @api.model
    def _plan_unanswered(self, company, day, cases, run):
        """Plan the next channel of steps whose message got no answer for some days.

        No answer: no payment, no agreement, no contact with the customer since it left,
        and something of what it was about is still to be chased at that step. What
        could not follow for two weeks, because of a hold, does not any more.

        :return: number of actions
        """
        lines = self.env["debt.strategy.step.fallback"].search([("after_days", ">", 0)])
        if not lines:
            return 0
        first = self.env["debt.run.shadow.mixin"]._first_id()
        ((count,),) = self.env.execute_query(
            SQL(
                """
WITH first AS MATERIALIZED (
    SELECT a.id, a.case_id, a.debtor_id, a.partner_id, a.step_id, a.item_refs,
           t.days, t.effective_mode, s.id AS strategy_id,
           c.agent_id, c.days_past_due, g.stop_contact
      FROM debt_action a
      JOIN debt_case c ON c.id = a.case_id AND c.id = ANY(%(cases)s) AND %(span_c)s
      JOIN debt_strategy s ON s.id = a.strategy_id AND s.id = c.strategy_id
                          AND s.enabled
      JOIN debt_strategy_step t ON t.id = a.step_id AND t.active
      LEFT JOIN debt_stage g ON g.id = c.stage_id
     WHERE a.company_id = %(company)s AND a.step_id = ANY(%(steps)s)
       AND a.purpose = 'step' AND a.fallback_of_id IS NULL
       AND c.state = 'open' AND c.amount_chaseable >= s.min_amount
       AND c.last_message_day >= %(oldest)s
       AND NOT EXISTS (SELECT FROM debt_action p
                        WHERE p.case_id = c.id AND p.track = 'message'
                          AND (p.state IN %(pending)s
                               OR p.delivery IN ('queued', 'sending')))
),
tried AS (
    SELECT f.id AS first_id, m.id, m.channel, m.tried, m.track, m.state, m.delivery,
           m.contact_day, m.sent_date
      FROM first f JOIN debt_action m ON m.id = f.id
     UNION ALL
    SELECT f.id, m.id, m.channel, m.tried, m.track, m.state, m.delivery,
           m.contact_day, m.sent_date
      FROM first f JOIN debt_action m ON m.fallback_of_id = f.id
),
last AS (
    SELECT DISTINCT ON (first_id) * FROM tried ORDER BY first_id, id DESC
),
due AS (
    SELECT f.*, l.contact_day, l.sent_date, n.channel, n.track
      FROM first f
      JOIN last l ON l.first_id = f.id AND l.track = 'message' AND l.state = 'sent'
                 AND l.delivery IN ('accepted', 'delivered', 'posted')
      JOIN LATERAL (
            SELECT n.channel, n.track, n.after_days
              FROM debt_strategy_step_fallback n
             WHERE n.step_id = f.step_id AND n.after_days > 0
               AND NOT EXISTS (
                   SELECT FROM tried m
                    WHERE m.first_id = f.id
                      AND (m.channel = n.channel
                           OR m.tried @> jsonb_build_array(
                                  jsonb_build_object('channel', n.channel))))
             ORDER BY n.sequence, n.id
             LIMIT 1) n ON %(day)s - l.contact_day
                           BETWEEN n.after_days AND n.after_days + %(late)s
     WHERE (f.stop_contact IS NOT TRUE OR n.track = 'task')
       AND EXISTS (
           SELECT FROM debt_item i
             JOIN debt_item_step r ON r.item_id = i.id AND r.cycle = i.cycle
                                  AND r.action_id = f.id
            WHERE i.case_id = f.case_id AND i.id = ANY(f.item_refs) AND %(span_i)s
              AND i.state = 'open' AND i.excluded IS NULL AND i.amount_chaseable > 0
              AND CASE WHEN f.days < 0 THEN i.date_chase > %(day)s
                       ELSE i.step_id = f.step_id END)
       -- something came
       AND NOT EXISTS (
           SELECT FROM debt_item i
             JOIN account_partial_reconcile p ON p.debit_move_id = i.move_line_id
            WHERE i.id = ANY(f.item_refs) AND p.max_date >= l.contact_day)
       AND NOT EXISTS (
           SELECT FROM debt_item i
            WHERE i.case_id = f.case_id AND i.state = 'open' AND i.amount_residual < 0
              AND i.date_due >= l.contact_day)
       -- or somebody answered
       AND NOT EXISTS (
           SELECT FROM debt_action o
            WHERE o.case_id = f.case_id AND (o.incoming OR o.reached = 'debtor')
              AND o.state = 'done' AND o.sent_date > l.sent_date)
       AND %(agreed)s
),
listed AS (
    SELECT d.id, array_agg(i.id ORDER BY i.date_due, i.id) AS ids,
           SUM(i.amount_chaseable * i.amount_residual / i.amount_residual_currency)
               AS amount
      FROM due d
      JOIN debt_item i ON i.case_id = d.case_id AND i.id = ANY(d.item_refs)
                      AND %(span_i)s
     WHERE i.state = 'open' AND i.excluded IS NULL AND i.amount_chaseable > 0
       AND i.amount_residual_currency > 0
     GROUP BY d.id
),
action AS (
    INSERT INTO debt_action (
        case_id, company_id, debtor_id, partner_id, run_id, strategy_id, step_id,
        channel, track, purpose, state, user_id, planned_date, contact_day, is_test,
        amount, item_refs, fallback_of_id)
    -- of several messages without an answer the latest goes on
    SELECT DISTINCT ON (d.case_id)
           d.case_id, %(company)s, d.debtor_id, d.partner_id, %(run)s, d.strategy_id,
           d.step_id, d.channel, d.track, 'step',
           CASE WHEN d.track = 'message' AND d.effective_mode = 'approve'
                THEN 'approve' ELSE 'planned' END,
           COALESCE(d.agent_id, %(agent)s), %(day)s, %(day)s,
           %(is_test)s AND d.track = 'message',
           ROUND(l.amount, %(decimals)s), l.ids, d.id
      FROM due d
      JOIN listed l ON l.id = d.id
     ORDER BY d.case_id, d.id DESC
    ON CONFLICT DO NOTHING
    RETURNING id, case_id, debtor_id, partner_id, strategy_id, step_id, channel, state,
              amount, cardinality(item_refs) AS item_count, fallback_of_id
),
line AS (
    INSERT INTO debt_run_line (
        run_id, company_id, case_id, partner_id, strategy_id, step_id, channel,
        action_id, addressee_id, result, date, days_past_due, item_count, amount)
    SELECT %(run)s, %(company)s, CASE WHEN a.case_id < %(first)s THEN a.case_id END,
           a.debtor_id, a.strategy_id, a.step_id, a.channel,
           CASE WHEN a.id < %(first)s THEN a.id END, a.partner_id, a.state, %(day)s,
           d.days_past_due, a.item_count, a.amount
      FROM action a JOIN due d ON d.id = a.fallback_of_id
)
SELECT COUNT(*) FROM action
                """,
                run=run.id,
                company=company.id,
                day=day,
                late=LATE_DAYS,
                oldest=day
                - timedelta(days=LATE_DAYS + max(lines.mapped("after_days"))),
                steps=list(lines.step_id.ids),
                cases=int_array(cases.ids),
                pending=self._pending_states(),
                agreed=self._nothing_agreed(SQL("f.case_id"), SQL("l.sent_date")),
                span_c=cases._span("c", "id"),
                span_i=cases._span("i", "case_id"),
                agent=company.debt_agent_id.id or None,
                is_test=company.debt_test_mode,
                decimals=company.currency_id.decimal_places,
                first=first,
            )
        )
        return count

    @api.model
    def _nothing_agreed(self, case, moment):
        """Return as SQL that nothing was agreed on with a case since a moment."""
        return SQL(" AND ").join(
            SQL(
                "NOT EXISTS (SELECT FROM %s x WHERE x.case_id = %s"
                " AND x.create_date > %s)",
                SQL.identifier(model._table),
                case,
                moment,
            )
            for model in self.env["debt.cover.mixin"]._cover_models()
        )

    # === CONTACT DATA === #

    def _contact_to_mend(self, field):
        """Return whose e-mail, phone number or address failed, or is missing."""
        self.ensure_one()
        people = (self.partner_id, self.debtor_id)
        return next((who for who in people if who.sudo()[field]), self.partner_id)

    def _fix_contact(self):
        """Ask the agents to mend contact data: one task for each contact and datum.

        Where no channel of the step is left, the messages of the case wait for it.

        :return: the new tasks
        """
        elsewhere, ours = self._said_elsewhere(), self._reasons_of_ours()
        channel, wanted = self.env["debt.channel"], {}
        for action in self.filtered(lambda action: action.reason not in ours):
            codes = [
                each["channel"]
                for each in action.tried or ()
                if each["reason"] not in ours
            ]
            for code in (*codes, action.channel):
                if field := channel._get(code)._datum:
                    contact = action._contact_to_mend(field) or action.debtor_id
                    wanted.setdefault((contact, field, action.company_id), action)
        tasks = self._open_fixes([contact.id for contact, _field, _company in wanted])
        known = {(t.partner_id, t.purpose, t.company_id): t for t in tasks}
        vals_list = []
        for (contact, field, company), action in wanted.items():
            stops = action not in elsewhere
            if task := known.get((contact, FIXES[field], company)):
                task.stops_messages = task.stops_messages or stops
            else:
                vals_list.append(action._fix_vals(contact, field, stops))
        return self.create(vals_list)

    @api.model
    def _reasons_of_ours(self):
        """Return the reasons for which nobody was reached though the contact data may
        be right; for channels that have such."""
        return ()

    def _fix_vals(self, contact, field, stops):
        case = self.case_id
        datum = contact.sudo()[field]  # sudo: agents may not read each contact
        return {
            "case_id": case.id,
            "company_id": case.company_id.id,
            "debtor_id": case.partner_id.id,
            "partner_id": contact.id,
            "run_id": self.run_id.id,
            "strategy_id": case.strategy_id.id,
            "channel": "task",
            "track": "task",
            "purpose": FIXES[field],
            "stops_messages": stops,
            "user_id": case._debt_agent().id,
            "planned_date": self.contact_day,
            "contact_day": self.contact_day,
            "amount": case.amount_chaseable,
            "note": " · ".join(filter(None, (contact.sudo().name, datum))),
        }

    @api.model
    def _open_fixes(self, contact_ids):
        """Return the tasks to mend the data of these contacts that nobody did yet."""
        return self.search(
            [
                ("partner_id", "in", contact_ids),
                ("purpose", "in", list(FIXES.values())),
                ("state", "in", ("planned", "sent")),
            ]
        )

    @api.model
    def _contact_fixed(self, contacts, field="email"):
        """Close the tasks that asked for this datum of contacts, or of who they are
        the contacts of; messages go on, since somebody may be reached now.

        :param field: "email", "phone" or "street"
        """
        # sudo: whoever completes the contact data finishes the task
        tasks = self.sudo().search(
            [
                ("debtor_id", "in", contacts._debt_debtors().ids),
                ("purpose", "in", list(FIXES.values())),
                ("state", "in", ("planned", "sent")),
            ]
        )
        tasks.filtered("stops_messages").stops_messages = False
        done = tasks.filtered(
            lambda task: (
                task.purpose == FIXES[field]
                and (task.partner_id in contacts or task.partner_id == task.debtor_id)
            )
        )
        done.activity_id.exists().action_feedback(
            feedback=self.env._("The contact data was completed.")
        )
        done.write({"state": "done"})
