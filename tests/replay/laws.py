"""The laws that must hold on every day of collection, whatever the portfolio.

Everything is computed anew from Odoo's books (`account.move.line`) and compared with
what the addon wrote: nothing of the addon's own rules is called. Used by the replay;
any test that lives through days can use it:

    laws = Laws(env, company)
    for day in days:
        ...
        env["debt.run"]._run(company, day=day, now=now)
        laws.after_run(day)
    laws.in_the_end()
    assert not laws.violations
"""

from collections import Counter, defaultdict, namedtuple
from datetime import date, timedelta

from odoo.tools import SQL

from .laws_charges import ChargeLaws
from .laws_cheques import ChequeLaws

Violation = namedtuple("Violation", "day law text")

#: States of a message from which quiet days count, of a step that is consumed, and of
#: an action that waits for something.
CONTACTED = ("sent", "done", "uncertain", "waiting")
CONSUMED = ("sent", "done", "uncertain", "failed", "waiting")
UNDER_WAY = ("planned", "sending")
#: Reasons that only mean that it is not the time yet.
WAITS = (None, "quiet", "gap", "pending", "other_message")


class Laws(ChargeLaws, ChequeLaws):
    """Checks a company day by day and collects what is against the law."""

    def __init__(self, env, company):
        self.env = env["base"].with_company(company).sudo().env
        self.company = company.with_env(self.env)
        self.violations = []
        self.checks = Counter()
        self._reached = {}  # (item, cycle, step): action
        self._judged = set()  # ids of messages that were looked at
        super().__init__()

    # ------------------------------------------------------------ entry points

    def after_run(self, day):
        """Check what must hold when the run of a day is over."""
        self.env.flush_all()
        self.env.invalidate_all()
        self._books(day)
        self._messages(day)
        self._once(day)
        self._one_a_day(day)
        self._quiet_days(day)
        self._ladder(day)
        self._states(day)
        self._nobody_forgotten(day)
        self._promises(day)
        self._plans(day)
        self._notices(day)
        self._disputes(day)
        self.charges(day)
        self.cheques(day)

    def after_mail(self, day, messages):
        """Check what the mail server accepted, against the books of this moment.

        :param messages: `email.message.EmailMessage` objects
        """
        for message in messages:
            self._accepted(day, message)

    def at_night(self, day):
        """Check that nothing was left half done."""
        self.env.flush_all()
        self.env.invalidate_all()
        self._states(day)
        self._last_message_day(day)

    def in_the_end(self, day, first_day):
        """Check the whole history once more, in one piece."""
        self.env.flush_all()
        self.env.invalidate_all()
        self._quiet_days(day, since=first_day)
        self._ladder(day, since=first_day)
        self._one_a_day(day, since=first_day)
        self._states(day)

    def _check(self, day, law, holds, text):
        """Count a check; remember a violation, its text made only then."""
        self.checks[law] += 1
        if not holds:
            self.violations.append(Violation(day, law, text()))

    def _none(self, today, law, query, /, **values):
        """Each row of a query is a violation; an empty answer is one check passed."""
        rows = self.env.execute_query_dict(
            SQL(query, company=self.company.id, **values)
        )
        self.checks[law] += not rows
        for row in rows:
            self._check(today, law, False, lambda row=row: str(row))

    # ------------------------------------------------------------ the books

    def _open_lines(self):
        """Return the open trade receivables of the company, by the ORM."""
        return self.env["account.move.line"].search(
            [
                ("company_id", "=", self.company.id),
                ("account_type", "=", "asset_receivable"),
                ("account_id.non_trade", "=", False),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )

    def _books(self, day):
        """Cases equal the books, to the cent, per debtor and currency."""
        lines = self._open_lines()
        lines = lines.filtered(
            lambda line: line.amount_residual or line.amount_residual_currency
        )
        owed, cases = defaultdict(float), defaultdict(_Figures)
        for line in lines:
            debtor = line.partner_id.commercial_partner_id
            owed[debtor.id, line.currency_id.id] += line.amount_residual_currency
            cases[debtor.id].add(line, day)
        self._compare_items(day, lines, owed)
        self._compare_cases(day, cases)

    def _compare_items(self, day, lines, owed):
        items = self.env["debt.item"].search(
            [("company_id", "=", self.company.id), ("state", "=", "open")]
        )
        mine = Counter(items.mapped("move_line_id.id"))
        theirs = Counter(lines.ids)
        self._check(
            day,
            "items are the open lines of the books",
            mine == theirs,
            lambda: f"only here {mine - theirs}, only there {theirs - mine}",
        )
        listed = defaultdict(float)
        for item in items:
            key = item.partner_id.id, item.currency_id.id
            listed[key] += item.amount_residual_currency
            case = item.case_id
            self._check(
                day,
                "an item is in the case of its debtor",
                (case.partner_id, case.company_id) == (item.partner_id, self.company),
                lambda item=item: f"item {item.id}",
            )
        for key in owed.keys() | listed.keys():
            currency = self.env["res.currency"].browse(key[1])
            self._check(
                day,
                "cases equal the books, per currency",
                currency.is_zero(owed[key] - listed[key]),
                lambda key=key: f"{key}: books {owed[key]}, items {listed[key]}",
            )

    def _compare_cases(self, day, figures):
        cases = self.env["debt.case"].search([("company_id", "=", self.company.id)])
        by_partner = cases.grouped(lambda case: case.partner_id.id)
        for partner_id in figures.keys() | by_partner.keys():
            case, figure = by_partner.get(partner_id), figures[partner_id]
            if not case or len(case) != 1:
                self._check(
                    day, "one case per debtor", False, lambda case=case: str(case)
                )
                continue
            self._compare_case(day, case, figure)

    def _compare_case(self, day, case, figure):
        currency = self.company.currency_id
        for name, expected in figure.amounts().items():
            self._check(
                day,
                "cases equal the books",
                currency.is_zero(case[name] - expected),
                lambda name=name, expected=expected: (
                    f"case {case.id}: {name} is {case[name]}, the books say {expected}"
                ),
            )
        self._check(
            day,
            "a case is open while something is owed",
            (case.state != "closed") == figure.owes,
            lambda: f"case {case.id} is {case.state}, owes: {figure.owes}",
        )

    # ------------------------------------------------------------ messages

    def _new_messages(self, day):
        messages = self.env["debt.action"].search(
            [
                ("company_id", "=", self.company.id),
                ("track", "=", "message"),
                ("state", "in", CONTACTED),
                ("contact_day", "=", day),
            ]
        )
        fresh = messages.filtered(lambda action: action.id not in self._judged)
        self._judged.update(fresh.ids)
        return fresh

    def _messages(self, day):
        """Nobody is written to who owes nothing overdue, or about what is paid."""
        for action in self._new_messages(day):
            self._judge_message(day, action)

    def _judge_message(self, day, action):
        preventive = action.step_id.days < 0
        # a step of day 0 is for what falls due on that very day
        until = day if action.step_id.days == 0 else day - timedelta(days=1)
        lines = action.item_ids.move_line_id
        self._check(
            day,
            "a message lists something",
            bool(lines) and len(lines) == len(action.item_refs),
            lambda: f"action {action.id} lists {action.item_refs}",
        )
        self._check(
            day,
            "nothing is sent about what is paid",
            all(line.amount_residual > 0 and not line.reconciled for line in lines),
            lambda: f"action {action.id} lists {lines.mapped('move_name')}",
        )
        self._check(
            day,
            "a message lists debts of its addressee",
            lines.partner_id.commercial_partner_id == action.debtor_id
            and action.partner_id.commercial_partner_id == action.debtor_id,
            lambda: f"action {action.id}",
        )
        amount = sum(lines.mapped("amount_residual"))
        self._check(
            day,
            "a message asks for no more than is owed",
            self.company.currency_id.compare_amounts(action.amount, amount) <= 0,
            lambda: f"action {action.id}: {action.amount}, the books say {amount}",
        )
        if preventive:
            self._check(
                day,
                "a preventive message lists what is not yet due",
                all(line.date_maturity > day for line in lines),
                lambda: f"action {action.id}: {lines.mapped('date_maturity')}",
            )
        else:
            overdue = lines.filtered(lambda line: line.date_maturity <= until)
            self._check(
                day,
                "no message to who owes nothing overdue",
                bool(overdue) and self._net_overdue(action.debtor_id, until) > 0,
                lambda: f"action {action.id} to {action.debtor_id.name}",
            )

    # ------------------------------------------------------------ promises

    def _promises(self, day):
        """Promises stop the chase, and are judged by the day of the payment."""
        promises = self.env["debt.promise"].search(
            [("company_id", "=", self.company.id), ("close_reason", "=", False)]
        )
        for promise in promises:
            if promise.plan_id.state == "broken":
                continue  # it ended with its plan
            beside = promises.filtered(
                lambda other, own=promise: other.item_ids == own.item_ids
            )
            if len(set(beside.mapped("matched_before"))) > 1:
                continue  # made one after the other: only the product knows the shares
            earlier = beside.filtered(
                lambda other, own=promise: (other.date, other.id) < (own.date, own.id)
            )
            first = sum(earlier.mapped("amount"))
            expected = self._verdict(promise, day, first)
            found = promise.state + (" late" if promise.paid_late else "")
            self._check(
                day,
                "a promise is what the payments made of it",
                found == expected,
                lambda p=promise, f=found, e=expected: f"promise {p.id}: {f}, not {e}",
            )
            if promise.state == "open":
                rest = promise.amount - max(0, self._paid(promise)[0] - first)
                self._not_chased(day, "what is promised", promise, rest)

    def _not_chased(self, day, what, cover, rest):
        """What an agreement still covers of its documents is not asked for.

        :param rest: what it covers, by the books
        """
        items = cover.item_ids.filtered(lambda item: item.state == "open")
        owed = sum(max(0, item.move_line_id.amount_residual_currency) for item in items)
        chased = sum(items.mapped("amount_chaseable"))
        self._check(
            day,
            f"{what} is not chased",
            chased <= max(0, owed - max(0, rest)) + 0.005,
            lambda: f"{cover}: {chased} of {owed} is chased, {rest} is covered",
        )

    def _paid(self, agreement, deadline=None):
        """Return what was paid since an agreement was made, and until its deadline."""
        paid = in_time = -agreement.matched_before
        for partial in agreement.item_ids.move_line_id.matched_credit_ids:
            paid += partial.debit_amount_currency
            if deadline and partial.max_date <= deadline:
                in_time += partial.debit_amount_currency
        return paid, in_time

    def _owed(self, agreement):
        lines = agreement.item_ids.move_line_id
        return sum(max(0, line.amount_residual_currency) for line in lines)

    def _unapplied(self, agreement):
        """Return the money of the debtor that nobody reconciled yet."""
        lines = self._open_lines().filtered(
            lambda line: (
                line.partner_id.commercial_partner_id == agreement.partner_id
                and line.currency_id == agreement.currency_id
            )
        )
        return -sum(min(0, line.amount_residual_currency) for line in lines)

    def _verdict(self, promise, day, first):
        """Return what the books make of a promise, as a word.

        :param first: what promises on the same documents take before it
        """
        paid, in_time = self._paid(promise, promise.deadline)
        owed = max(0, self._owed(promise) - max(0, first - max(0, paid)))
        if first:
            paid, in_time = max(0, paid - first), max(0, in_time - first)
        due = min(promise.amount, owed + max(0, paid))
        if due < 0.005:
            return "cancelled"
        if in_time >= due * 0.98:
            return "kept"
        if day <= promise.deadline:
            return "open"
        if paid >= due * 0.98:
            return "broken late"
        if paid + self._unapplied(promise) >= due * 0.98 and promise.state == "open":
            return "open"  # to apply; which promise gets the money is not said here
        return "partial" if in_time > 0.005 else "broken"

    def _plans(self, day):
        """A plan is what became of its instalments; its documents rest meanwhile."""
        for plan in self.env["debt.plan"].search(
            [("company_id", "=", self.company.id), ("state", "!=", "cancelled")]
        ):
            states = set(plan.promise_ids.mapped("state"))
            expected = (
                "broken"
                if states & {"partial", "broken"}
                else "active"
                if "open" in states
                else "done"
            )
            self._check(
                day,
                "a plan is what its instalments made of it",
                plan.state == expected,
                lambda p=plan, e=expected: f"{p}: {p.state}, not {e}",
            )
            self._interest_of_plan(day, plan)
            paid, _in_time = self._paid(plan.promise_ids[:1])
            if plan.state == "active":
                rest = plan.amount_total - max(0, paid)
                self._not_chased(day, "what is in a payment plan", plan, rest)
            else:
                self._check(
                    day,
                    "a plan that is over covers nothing",
                    plan.amount_cover < 0.005,
                    lambda p=plan: f"{p} still covers {p.amount_cover}",
                )

    def _interest_of_plan(self, day, plan):
        """The invoice of the interest is exactly that; who broke it has it credited."""
        move = plan.interest_move_id
        self._check(
            day,
            "a plan pays the invoice of its interest, to the cent",
            not move
            or (
                plan.currency_id.is_zero(move.amount_total - plan.amount_interest)
                and move in plan.item_ids.move_id
            ),
            lambda: f"{plan}: {move.amount_total}, not {plan.amount_interest}",
        )
        not_due = plan.promise_ids.filtered(
            lambda p: p.state == "cancelled" and p.date > p.judged_date
        )
        left = plan.state == "broken" and sum(not_due.mapped("amount_interest")) > 0
        tasks = plan.action_ids.filtered(lambda action: action.purpose == "plan_credit")
        self._check(
            day,
            "accounting is told once what to credit of a broken plan",
            len(tasks) == bool(move and left),
            lambda: f"{plan}: {tasks}",
        )

    # ------------------------------------------------------------ other agreements

    def _notices(self, day):
        """A payment that was reported pauses its documents, for some days."""
        for notice in self.env["debt.payment.notice"].search(
            [("company_id", "=", self.company.id), ("close_reason", "=", False)]
        ):
            came, _in_time = self._paid(notice)
            due = min(notice.amount, self._owed(notice) + max(0, came))
            expected = (
                "expired"
                if due < 0.005
                else "matched"
                if came >= due * 0.98
                else "open"
                if day <= notice.pause_until
                else "expired"
            )
            self._check(
                day,
                "a reported payment is what the books made of it",
                notice.state == expected,
                lambda n=notice, e=expected: f"{n}: {n.state}, not {e}",
            )
            if notice.state == "open":
                rest = notice.amount + notice.amount_deducted - max(0, came)
                self._not_chased(day, "what was reported as paid", notice, rest)

    def _disputes(self, day):
        """What is in dispute is not asked for, nor what waits for its credit note."""
        for dispute in self.env["debt.dispute"].search(
            [("company_id", "=", self.company.id), ("credit_ended", "=", False)]
        ):
            lines = dispute.item_ids.move_line_id
            credits = lines.matched_credit_ids.filtered(
                lambda partial: partial.credit_move_id.move_type == "out_refund"
            )
            credited = sum(credits.mapped("debit_amount_currency"))
            credited = max(0, credited - dispute.credited_before)
            said = dispute.amount
            if dispute.resolved_by_id and dispute.state == "accepted":
                said = dispute.amount_accepted
            rest = min(said - credited, self._owed(dispute))
            if dispute.resolved_by_id:
                covers = dispute.state == "accepted" and rest > 0.005
            else:
                covers = rest > 0.005
                word = "open" if covers else "accepted" if credited else "withdrawn"
                self._check(
                    day,
                    "a dispute is what people and credit notes made of it",
                    dispute.state == word,
                    lambda d=dispute, w=word: f"{d}: {d.state}, not {w}",
                )
            if covers:
                self._not_chased(day, "what is in dispute", dispute, rest)
            else:
                self._check(
                    day,
                    "a dispute that is over covers nothing",
                    dispute.amount_cover < 0.005,
                    lambda d=dispute: f"{d} still covers {d.amount_cover}",
                )

    def _net_overdue(self, debtor, until):
        """Return what is overdue less credits, which net in their currency first."""
        lines = self._open_lines().filtered(
            lambda line: line.partner_id.commercial_partner_id == debtor
        )
        result = 0
        for own in lines.grouped("currency_id").values():
            owed = own.filtered(lambda line: line.amount_residual > 0)
            credits_ = -sum((own - owed).mapped("amount_residual"))
            late = owed.filtered(
                lambda line: (line.date_maturity or line.date) <= until
            )
            result += max(0, sum(late.mapped("amount_residual")) - credits_)
            result -= max(0, credits_ - sum(owed.mapped("amount_residual")))
        return result

    def _accepted(self, day, message):
        """What leaves the house names only what is open at that moment."""
        action = self._action_of(message)
        if not action:
            return
        if action.dispute_id:
            self._check(
                day,
                "only rejected disputes are answered",
                action.dispute_id.state == "rejected",
                lambda: f"action {action.id}: {action.dispute_id.state}",
            )
            return
        if action.promise_id:
            self._check(
                day,
                "only open promises are confirmed or reminded of",
                action.promise_id.state == "open",
                lambda: f"action {action.id}: {action.promise_id.state}",
            )
            return
        if action.bounce_id:
            self._notice_of_bounce(day, action)
            return
        self._judge_message(day, action)
        text = message.get_body(("html", "plain")).get_content()
        paid = self.env["account.move.line"].search(
            [
                ("partner_id", "=", action.debtor_id.id),
                ("company_id", "=", self.company.id),
                ("account_type", "=", "asset_receivable"),
                ("move_type", "=", "out_invoice"),
                ("reconciled", "=", True),
            ]
        )
        named = [name for name in paid.mapped("move_name") if f">{name}" in text]
        self._check(
            day,
            "no mail names a paid invoice",
            not named,
            lambda: f"action {action.id} names {named}",
        )
        self._names_charges(day, action, text)
        missing = [
            name
            for name in action.item_ids.move_line_id.mapped("move_name")
            if name not in text
        ]
        self._check(
            day,
            "a mail names what it asks for",
            not missing,
            lambda: f"action {action.id} does not name {missing}",
        )
        self._check(
            day,
            "a mail goes to its addressee",
            (action.partner_id.email or action.debtor_id.email) in message["To"],
            lambda: f"action {action.id} went to {message['To']}",
        )

    def _action_of(self, message):
        mail = self.env["mail.mail"].search(
            [("message_id", "=", message["Message-Id"])], limit=1
        )
        return mail.debt_action_id

    # ------------------------------------------------------------ steps

    def _once(self, day):
        """No item twice at a step, and none at a step without its action.

        The database keeps a row from being there twice. What it cannot see is a row
        that was taken back although its message had left: that is remembered here.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT s.item_id, s.cycle, s.step_id, s.action_id
                  FROM debt_item_step s
                  JOIN debt_item i ON i.id = s.item_id
                 WHERE i.company_id = %s AND s.day = %s
                """,
                self.company.id,
                day,
            )
        )
        for item_id, cycle, step_id, action_id in rows:
            key = item_id, cycle, step_id
            before = self.env["debt.action"].browse(self._reached.get(key))
            self._check(
                day,
                "no item twice at a step",
                before.id in (False, action_id) or before.state not in CONSUMED,
                lambda key=key, before=before, action_id=action_id: (
                    f"item, cycle, step {key} by {before} and by {action_id}"
                ),
            )
            self._reached[key] = action_id

    def _one_a_day(self, day, since=None):
        """A case gets at most one message and one task of its ladder on a day."""
        self._none(
            day,
            "one message and one task per day",
            """
            SELECT case_id, track, contact_day, array_agg(id ORDER BY id) AS actions
              FROM debt_action
             WHERE company_id = %(company)s AND purpose IN ('step', 'last_step')
               AND state NOT IN ('skipped', 'cancelled')
               AND contact_day BETWEEN %(since)s AND %(day)s
             GROUP BY case_id, track, contact_day
            HAVING COUNT(*) > 1
            """,
            since=since or day,
            day=day,
        )

    def _quiet_days(self, day, since=None):
        """Between two messages of a case lie the quiet days of the later one."""
        self._none(
            day,
            "quiet days are kept",
            """
            SELECT x.* FROM (
                SELECT a.id, a.case_id, a.contact_day, s.quiet_days,
                       lag(a.contact_day) OVER (PARTITION BY a.case_id
                                                ORDER BY a.contact_day, a.id) AS before
                  FROM debt_action a
                  JOIN debt_strategy s ON s.id = a.strategy_id
                 WHERE a.company_id = %(company)s AND a.track = 'message'
                   AND a.state IN %(contacted)s AND NOT a.is_test
                   AND a.case_id IN (SELECT case_id FROM debt_action
                                      WHERE company_id = %(company)s
                                        AND contact_day >= %(since)s)
                 ) x
             WHERE x.contact_day >= %(since)s
               AND x.contact_day - x.before < x.quiet_days
            """,
            contacted=CONTACTED,
            since=since or day,
        )

    def _ladder(self, day, since=None):
        """Steps come at their age, in order, and with their gap between them."""
        self._none(
            day,
            "steps come in order, at their age, with their gap",
            """
            SELECT x.* FROM (
                SELECT r.item_id, r.cycle, r.step_id, r.days, r.day, g.min_gap_days,
                       r.day - i.date_chase AS late,
                       lag(r.days) OVER w AS days_before, lag(r.day) OVER w AS before
                  FROM debt_item_step r
                  JOIN debt_item i ON i.id = r.item_id
                  JOIN debt_strategy_step t ON t.id = r.step_id
                  JOIN debt_strategy g ON g.id = t.strategy_id
                 WHERE i.company_id = %(company)s AND r.days >= 0
                   AND r.item_id IN (SELECT item_id FROM debt_item_step
                                      WHERE day >= %(since)s)
                WINDOW w AS (PARTITION BY r.item_id, r.cycle ORDER BY r.day, r.id)
                 ) x
             WHERE x.day >= %(since)s
               AND (x.day - x.before < x.min_gap_days OR x.days < x.days_before
                    OR x.late < x.days)
            """,
            since=since or day,
        )
        self._none(
            day,
            "preventive steps come before the due date",
            """
            SELECT r.item_id, r.step_id, r.days, r.day, i.date_chase
              FROM debt_item_step r
              JOIN debt_item i ON i.id = r.item_id
             WHERE i.company_id = %(company)s AND r.days < 0
               AND r.day >= %(since)s
               AND (r.day >= i.date_chase OR r.day - i.date_chase < r.days)
            """,
            since=since or day,
        )

    # ------------------------------------------------------------ actions

    def _states(self, day):
        """What was planned has ended, and says why where it did not go."""
        self._none(
            day,
            "what was planned has ended, with a reason",
            """
            SELECT id, case_id, state, reason, contact_day
              FROM debt_action
             WHERE company_id = %(company)s
               AND (state IN %(under_way)s
                    OR (state = 'approve' AND contact_day < %(day)s)
                    OR (state IN ('skipped', 'failed', 'cancelled', 'uncertain')
                        AND COALESCE(reason, '') = ''))
            """,
            under_way=UNDER_WAY,
            day=day,
        )

    def _last_message_day(self, day):
        """Quiet days count from the last message that went, not from another one."""
        self._none(
            day,
            "the last message of a case is the last that went",
            """
            SELECT c.id, c.last_message_day, MAX(a.contact_day) AS sent
              FROM debt_case c
              LEFT JOIN debt_action a ON a.case_id = c.id AND a.track = 'message'
                                     AND a.state IN %(contacted)s AND NOT a.is_test
             WHERE c.company_id = %(company)s
             GROUP BY c.id
            HAVING c.last_message_day IS DISTINCT FROM MAX(a.contact_day)
            """,
            contacted=CONTACTED,
        )

    def _nobody_forgotten(self, day):
        """An item whose next step is due waits no longer than the quiet days."""
        steps = self.env["debt.strategy.step"].search([("days", ">=", 0)])
        ladders = {
            strategy.id: own.sorted(lambda step: (step.days, step.sequence, step.id))
            for strategy, own in steps.grouped("strategy_id").items()
        }
        items = self.env["debt.item"].search(
            [
                ("company_id", "=", self.company.id),
                ("state", "=", "open"),
                ("amount_chaseable", ">", 0),
                ("amount_residual", ">=", self.company.debt_crumb_amount),
                ("date_chase", "<", day),
                ("case_id.state", "=", "open"),
                ("case_id.strategy_id.enabled", "=", True),
            ]
        )
        unanswered = self._unanswered(day)
        for item in items:
            strategy = item.case_id.strategy_id
            due = self._due_since(item, ladders.get(strategy.id), strategy)
            self._check(
                day,
                "nobody is forgotten",
                due is None
                or (day - due).days <= strategy.quiet_days
                or item.held_reason not in WAITS
                or item.case_id.id in unanswered
                or (day - self._free_since(item)).days <= strategy.quiet_days,
                lambda item=item, due=due: f"item {item.id} waits since {due}",
            )

    @staticmethod
    def _due_since(item, ladder, strategy):
        """Return the day from which the next step of an item was due, or None."""
        if not ladder:
            return None
        after = ladder
        if item.step_id in ladder:
            after = ladder[ladder.ids.index(item.step_id.id) + 1 :]
        elif item.step_date:
            after = ladder.filtered(lambda step: step.days > item.step_days)
        if not after:
            return None
        due = item.date_chase + timedelta(days=after[0].days)
        if item.step_date:
            due = max(due, item.step_date + timedelta(days=strategy.min_gap_days))
        return due

    @staticmethod
    def _free_since(item):
        """Return the day on which the last agreement that covered an item was over."""
        case, ends = item.case_id, [item.date_chase]
        for agreement in (*case.promise_ids, *case.notice_ids, *case.dispute_ids):
            if item in agreement.item_ids:
                over = (
                    "resolved_date" if "resolved_date" in agreement else "judged_date"
                )
                ends.append(agreement[over] or item.date_chase)
                if "credit_ended" in agreement and agreement.credit_ended:
                    ends.append(date.max)  # nobody notes when
        return max(ends)

    def _unanswered(self, day):
        """Return the ids of cases in which somebody else has to act first."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT case_id FROM debt_action
                 WHERE company_id = %s
                   AND (state = 'approve'
                        OR (state = 'skipped' AND contact_day >= %s))
                """,
                self.company.id,
                day - timedelta(days=30),
            )
        )
        return {case_id for (case_id,) in rows}


class _Figures:
    """What the books say about one debtor on a day."""

    edges = (0, 30, 60, 90, 120)

    def __init__(self):
        self.total = self.overdue = 0.0
        self.buckets = [0.0] * 6
        self.owes = False

    def add(self, line, day):
        late = (day - (line.date_maturity or line.date)).days
        self.total += line.amount_residual
        self.buckets[sum(late > edge for edge in self.edges)] += line.amount_residual
        self.owes |= line.amount_residual_currency > 0
        if line.amount_residual > 0:
            self.overdue += line.amount_residual if late > 0 else 0

    def amounts(self):
        buckets = {f"amount_bucket_{n}": value for n, value in enumerate(self.buckets)}
        return {"amount_total": self.total, "amount_overdue": self.overdue, **buckets}
