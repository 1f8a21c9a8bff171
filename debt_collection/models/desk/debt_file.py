from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ...logic.behaviour import chart_days

#: Items that fall due within so many days are due soon.
SOON_DAYS = 7
#: People shown in the head of a file.
PEOPLE = 12
#: Months that the chart can show, in months or weeks.
MONTHS = (12, 24)

AGES = [f"amount_bucket_{number}" for number in range(6)]


class DebtFile(models.AbstractModel):
    """The debtor's file: one page that answers what they owe, why, what we did, what
    they said, and what is next.

    Whoever reads a case reads its file: everything is looked up for the cases that the
    user may read, in the companies that are chosen above. That also holds for what is
    read from the books with SQL, which agents may not open themselves.
    """

    _name = "debt.file"
    _description = "Debtor's File"
    _inherit = ["debt.file.timeline.mixin"]

    # === WHOSE FILE === #

    @api.model
    @api.readonly
    def load_partner(self, partner_id):
        """Return the file of a customer: its own case and those of its branches.

        :param int partner_id: the customer, or anybody of it
        """
        debtor = self.env["res.partner"].browse(partner_id)._debt_debtors()
        return self._load(debtor, self._domain_of_debtor(debtor))

    def _domain_of_debtor(self, debtor):
        """Return the domain of the cases of a debtor: its own and its branches'."""
        domain = Domain("partner_id", "=", debtor.id)
        if debtor == debtor.commercial_partner_id:
            domain |= Domain("partner_id.commercial_partner_id", "=", debtor.id)
        return domain

    def _cases_of_partner(self, debtor):
        """Return the cases of a debtor that the user may read, as its file shows."""
        return self.env["debt.case"].search(
            self._domain_of_debtor(debtor)
            & Domain("company_id", "in", self.env.companies.ids),
            order="company_id, id",
        )

    @api.model
    @api.readonly
    def load_group(self, group_id):
        """Return the file of an economic group: the cases of all its debtors.

        :param int group_id: the group
        """
        group = self.env["debt.group"].browse(group_id)
        group.check_access("read")
        return self._load(group, Domain("group_id", "=", group.id))

    def _load(self, owner, domain):
        self.env["debt.case"].check_access("read")
        cases = self.env["debt.case"].search(
            domain & Domain("company_id", "in", self.env.companies.ids),
            order="company_id, state desc, amount_total desc, id",
        )
        self.env.flush_all()
        is_group = owner._name == "debt.group"
        partners = owner.partner_ids if is_group else owner
        return {
            "id": owner.id,
            "model": owner._name,
            "name": owner.display_name,
            "is_group": is_group,
            "head": self._head(owner, partners | cases.partner_id, cases),
            "companies": [
                self._of_company(company, own)
                for company, own in cases.grouped("company_id").items()
            ],
            "cases": [self._of_case(case) for case in cases],
            "case_ids": cases.ids,
            "kinds": self._timeline_kinds(),
            "can_export": not is_group
            and self.env["debt.export.wizard"].has_access("create"),
            "today": fields.Date.to_string(self.env.company._debt_today()),
        }

    def _readable(self, case_ids):
        """Return those of the cases that the user may read, in the chosen companies."""
        return self.env["debt.case"].search(
            [
                ("id", "in", case_ids),
                ("company_id", "in", self.env.companies.ids),
            ]
        )

    # === HEAD === #

    def _head(self, owner, partners, cases):
        company = cases.company_id[:1] or self.env.company
        group = owner if owner._name == "debt.group" else owner._debt_group_seen()
        debtors = partners.filtered(lambda p: p in cases.partner_id) or partners[:1]
        people = (debtors | debtors.child_ids).filtered(
            lambda p: p.active and p.type != "delivery" and (p.phone or p.email)
        )
        first = {"payer": 0, "approver": 1}
        people = people.sorted(
            lambda p: (p not in debtors, first.get(p.debt_role, 2), p.id)
        )
        return {
            "partners": [
                {"id": p.id, "name": p.display_name, "branch": bool(p.debt_branch_id)}
                for p in debtors
            ],
            "place": ", ".join(
                filter(None, (owner.city, owner.state_id.name, owner.country_id.name))
            )
            if owner._name == "res.partner"
            else "",
            "vat": owner.vat or "" if owner._name == "res.partner" else "",
            "group": bool(group)
            and {
                "id": group.id,
                "name": group.name,
                "limit": group._limit_text(),
                "over": group.over_limit,
            },
            "people": [self._person(p, company, cases) for p in people[:PEOPLE]],
            "more_people": len(people[PEOPLE:]),
        }

    def _person(self, person, company, cases):
        roles = dict(person._fields["debt_role"]._description_selection(self.env))
        channels = dict(person._fields["debt_channel"]._description_selection(self.env))
        debtor = person._debt_debtors()
        case = cases.filtered(lambda case: case.partner_id == debtor)
        return {
            "id": person.id,
            "name": person.name or person.display_name,
            "role": roles.get(person.debt_role, ""),
            "never": person.debt_role == "reference",
            "phone": person.phone or "",
            "case_id": case[:1].id,
            "wrong": person.debt_phone_state == "wrong",
            "email": person.email or "",
            "whatsapp": person._debt_whatsapp(company, mobile=True) or "",
            "hours": person.debt_hours or "",
            "channel": channels.get(person.debt_channel, ""),
        }

    # === WHAT THEY OWE, AND HOW THEY PAY === #

    def _of_company(self, company, cases):
        """Return what debtors owe to a company, and how they pay it."""
        currency = company.currency_id
        labels = [cases._fields[name]._description_string(self.env) for name in AGES]
        ages = [sum(cases.mapped(name)) for name in AGES]
        whole = sum(max(0, amount) for amount in ages)
        return {
            "id": company.id,
            "name": company.name,
            "currency": currency.name,
            "currency_id": currency.id,
            "figures": self._figures(company, cases),
            "ages": [
                {
                    "name": name,
                    "label": label,
                    "amount": self._money(amount, currency),
                    "empty": currency.is_zero(amount),
                    "width": amount > 0 and max(1, 100 * amount / whole),
                }
                for name, label, amount in zip(AGES, labels, ages, strict=True)
            ],
            "table": self._currency_table(cases, currency),
            "behaviour": self._habit(company, cases),
        }

    def _figures(self, company, cases):
        """Return the amounts of the head line, (label, text, kind)."""
        currency = company.currency_id
        day = company._debt_today()
        soon = fields.Date.add(day, days=SOON_DAYS)
        items = cases.item_ids
        due_soon = sum(
            items.filtered(
                lambda i: i.amount_residual > 0 and day <= i.date_due <= soon
            ).mapped("amount_residual")
        )
        credits = -sum(
            items.filtered(lambda i: i.amount_residual < 0).mapped("amount_residual")
        )
        rows = [
            (self.env._("Balance"), sum(cases.mapped("amount_total")), ""),
            (self.env._("Overdue"), sum(cases.mapped("amount_overdue")), "danger"),
            (self.env._("To Chase"), sum(cases.mapped("amount_chaseable")), ""),
            (self.env._("Due in %s days", SOON_DAYS), due_soon, ""),
            (self.env._("Credits"), credits, "info"),
        ]
        figures = [
            {"label": label, "amount": self._money(amount, currency), "kind": kind}
            for label, amount, kind in rows
            if label == rows[0][0] or not currency.is_zero(amount)
        ]
        words = dict(
            self.env["debt.item"]._fields["covered_by"]._description_selection(self.env)
        )
        for model in self.env["debt.cover.mixin"]._cover_models():
            open_ones = model.search(
                [("case_id", "in", cases.ids), ("amount_cover", ">", 0)]
            )
            if open_ones:
                figures.append(
                    {
                        "label": words[model._cover_reason],
                        "amount": " · ".join(
                            self._money(sum(own.mapped("amount_cover")), of, company)
                            for of, own in open_ones.grouped("currency_id").items()
                        ),
                        "kind": "success",
                    }
                )
        charges = cases.charge_ids.filtered(lambda charge: charge.state == "claimed")
        if charges:
            figures.append(
                {
                    "label": self.env._("Late Charges Claimed"),
                    "amount": " · ".join(
                        self._money(sum(own.mapped("amount")), of, company)
                        for of, own in charges.grouped("currency_id").items()
                    ),
                    "kind": "",
                }
            )
        return figures

    def _currency_table(self, cases, currency):
        """Return the table of other currencies; nothing where there are none."""
        totals = {}
        for rows in cases._age_rows().values():
            for currency_id, amounts in rows:
                known = totals.setdefault(currency_id, [0] * len(amounts))
                totals[currency_id] = [
                    (a or 0) + (b or 0) for a, b in zip(known, amounts, strict=True)
                ]
        if not totals.keys() - {currency.id}:
            return ""
        browse = self.env["res.currency"].browse
        return cases._age_table(
            [(browse(c).name, browse(c), amounts) for c, amounts in totals.items()]
        )

    def _habit(self, company, cases):
        """Return how the debtors use to pay, in words and figures."""
        day = company._debt_today()
        known = cases._behaviour(company, day)
        calendars = cases.partner_id._debt_calendars()
        habit = {
            "count": known.count if known else 0,
            "calendar": " · ".join(c._words() for c in calendars),
            "channel": self._habit_channel(cases),
            "last": self._last_payment(company, cases),
        }
        if known:
            habit.update(
                days_late=float(known.days_late),
                on_time=known.on_time,
                largest=known.largest,
                lately=None if known.lately is None else float(known.lately),
                trend=known.trend,
            )
        return habit

    def _habit_channel(self, cases):
        """Return on which channel they are reached: the one preferred or used most."""
        wanted = cases.partner_id.filtered("debt_channel")[:1]
        if wanted:
            words = dict(
                wanted._fields["debt_channel"]._description_selection(self.env)
            )
            return words[wanted.debt_channel]
        Action = self.env["debt.action"]
        groups = Action._read_group(
            [
                ("case_id", "in", cases.ids),
                ("by_hand", "=", True),
                ("reached", "=", "debtor"),
            ],
            ["channel"],
            ["__count"],
            order="__count desc",
            limit=1,
        )
        return dict(Action._channels()).get(groups[0][0], "") if groups else ""

    def _last_payment(self, company, cases):
        rows = self.env.execute_query(
            SQL(
                """
            SELECT l.date, l.currency_id, -SUM(l.amount_currency)
              %(lines)s AND l.balance < 0
               AND EXISTS (SELECT FROM account_move m
                            WHERE m.id = l.move_id AND m.move_type = 'entry'
                              AND (m.origin_payment_id IS NOT NULL
                                   OR m.statement_line_id IS NOT NULL))
             GROUP BY l.move_id, l.date, l.currency_id
             ORDER BY l.date DESC, l.move_id DESC
             LIMIT 1
                """,
                lines=self.env["debt.item"]._lines_of_cases(company, cases),
            )
        )
        if not rows:
            return ""
        ((day, currency_id, amount),) = rows
        currency = self.env["res.currency"].browse(currency_id)
        return self.env._(
            "%(amount)s on %(day)s",
            amount=self._money(float(amount), currency, company),
            day=format_date(self.env, day),
        )

    # === EACH CASE: WHY, AND WHAT IS NEXT === #

    def _of_case(self, case):
        """Return why a debtor is where they are, and what is next."""
        stages = case.stage_id
        open_promises = case.promise_ids.filtered(lambda p: p.state == "open")
        promise = open_promises.sorted("date")[:1]
        # sudo: the calendar of tasks is shown wherever the case is
        tasks = case.sudo().activity_ids.sorted("date_deadline")
        return {
            "id": case.id,
            "partner": case.partner_id.display_name,
            "partner_id": case.partner_id.id,
            "company_id": case.company_id.id,
            "company": case.company_id.name,
            "state": case.state,
            "stage": stages.name if case.state != "closed" else "",
            "balance": self._money(case.amount_total, case.currency_id),
            "overdue": case.amount_overdue > 0
            and self._money(case.amount_overdue, case.currency_id),
            "days": case.days_past_due,
            "agent": case.agent_id.sudo().name or "",
            "agent_id": case.agent_id.id,
            "priority": case.priority,
            "chips": case.priority_chips or [],
            "flags": self._flags(case),
            "reasons": self._reasons(case),
            "next": case.next_action or "",
            "next_date": case.next_action_date
            and format_date(self.env, case.next_action_date),
            "suggested": case.suggested_action or "",
            "promise": bool(promise)
            and self.env._(
                "%(amount)s for %(date)s",
                amount=promise._said_amount(),
                date=format_date(self.env, promise.date),
            ),
            "tasks": [
                {
                    "id": task.id,
                    "name": task.summary or task.activity_type_id.name,
                    "date": format_date(self.env, task.date_deadline),
                    "user": task.user_id.name,
                    "late": task.date_deadline < case.company_id._debt_today(),
                }
                for task in tasks
            ],
            "approve": case.pending_count,
            "buttons": self._buttons(case),
        }

    def _flags(self, case):
        """Return what one must know before calling, (text, colour)."""
        flags = []
        if case.state == "hold":
            flags.append(
                (
                    self.env._(
                        "On hold until %(day)s: %(reason)s",
                        day=format_date(self.env, case.hold_until),
                        reason=case.hold_reason or "",
                    ),
                    "warning",
                )
            )
        if case.state == "closed":
            flags.append(self._closed_flag(case))
        if case.pinned:
            flags.append(
                (self.env._("Work first: %s", case.pin_reason or ""), "danger")
            )
        if case.stage_id.stop_contact and case.state != "closed":
            flags.append((self.env._("No friendly contact in this stage"), "danger"))
        return [{"text": text, "color": color} for text, color in flags]

    def _closed_flag(self, case):
        """Return what closed a case, (text, colour)."""
        return self.env._("Settled"), "success"

    def _reasons(self, case):
        """Return why the case is where it is, (what, why)."""
        rows = []
        if case.segment_id:
            rows.append((self.env._("Segment"), case.segment_id.name))
        if case.strategy_id:
            strategy = case.strategy_id.name
            if case.strategy_override_id:
                strategy = self.env._("%s, chosen for this customer", strategy)
            if not case.strategy_enabled:
                strategy = self.env._("%s, switched off", strategy)
            rows.append((self.env._("Strategy"), strategy))
        if case.stage_id and case.state != "closed":
            by_hand = case.stage_episode == case.episode and case.stage_reason
            why = by_hand or self.env._("by age and by the steps reached")
            rows.append((self.env._("Stage"), f"{case.stage_id.name}: {why}"))
        words = dict(
            self.env["debt.item"]
            ._fields["held_reason"]
            ._description_selection(self.env)
        )
        # what agreements cover is among what they owe
        agreed = {m._cover_reason for m in self.env["debt.cover.mixin"]._cover_models()}
        held = {}
        for item in case.item_ids.filtered(lambda i: i.amount_residual > 0):
            reason = item.excluded or item.held_reason
            if reason and reason not in agreed:
                known = held.setdefault(reason, [0, 0])
                known[0] += 1
                known[1] += item.amount_residual
        rows += [
            (
                words[reason],
                self.env._(
                    "%(amount)s in %(count)s documents",
                    amount=self._money(amount, case.currency_id),
                    count=count,
                )
                if count > 1
                else self._money(amount, case.currency_id),
            )
            for reason, (count, amount) in sorted(
                held.items(), key=lambda each: -each[1][1]
            )
        ]
        disputes = case.dispute_ids.filtered(lambda d: d.state == "open")
        rows += [
            (
                self.env._("Dispute"),
                f"{dispute.reason_id.name}: "
                + self._money(dispute.amount, dispute.currency_id, case.company_id),
            )
            for dispute in disputes
        ]
        rows += [
            (
                self.env._("Difference"),
                " · ".join(
                    filter(
                        None,
                        (
                            difference.reason_id.name,
                            self._money(
                                difference.amount_cover,
                                difference.currency_id,
                                case.company_id,
                            ),
                            not difference.received_date and difference.document,
                        ),
                    )
                ),
            )
            for difference in case.difference_ids.filtered(lambda d: d.amount_cover > 0)
        ]
        return [{"what": what, "why": why} for what, why in rows]

    def _buttons(self, case):
        """Return what the user can do with a case: (method, label, main one)."""
        user = self.env.user
        agent = user.has_group("debt_collection.group_debt_agent")
        seller = user.has_group("debt_collection.group_debt_salesperson")
        owes = case.state != "closed" and case.amount_total > 0
        offers = [
            (agent or seller, "action_log", self.env._("Log Contact")),
            (agent and owes, "action_promise", self.env._("Promise to Pay")),
            (agent and owes, "action_plan", self.env._("Payment Plan")),
            (
                (agent or seller) and owes,
                "action_report_payment",
                self.env._("Payment Reported"),
            ),
            (agent and owes, "action_dispute", self.env._("Dispute")),
            (
                (agent or seller) and case.state != "closed",
                "action_write",
                self.env._("Write by Hand"),
            ),
            (agent and case.state == "open", "action_hold", self.env._("Hold")),
            (agent and case.state == "hold", "action_resume", self.env._("Resume")),
        ]
        return [
            {"name": name, "label": label} for offered, name, label in offers if offered
        ]

    # === THE BALANCE OVER TIME === #

    @api.model
    @api.readonly
    def balance(self, case_ids, months=12, weekly=False):
        """Return the balance and what of it was overdue, over time, from the books.

        :param list case_ids: cases; only those that the user may read are counted
        :param int months: how far back, 12 or 24
        :param bool weekly: a point for each week instead of each month
        :return: for each company the days and, for each currency, its amounts in it
            and in the currency of the company
        """
        if months not in MONTHS:
            raise UserError(self.env._("Choose 12 or 24 months."))
        self.env.flush_all()
        result = []
        cases = self._readable(case_ids)
        for company, own in cases.grouped("company_id").items():
            days = chart_days(company._debt_today(), months, weekly)
            by_currency = {}
            for currency_id, day, *amounts in self.env.execute_query(
                self._balance_query(company, own, days)
            ):
                by_currency.setdefault(currency_id, {})[day] = amounts
            result.append(
                {
                    "company_id": company.id,
                    "days": [fields.Date.to_string(day) for day in days],
                    "labels": [
                        self._label(day, weekly or day == days[-1]) for day in days
                    ],
                    "currencies": [
                        self._curve(company, currency_id, points, days)
                        for currency_id, points in sorted(by_currency.items())
                    ],
                }
            )
        return result

    def _label(self, day, whole):
        """Return a day as text, or its month only."""
        return format_date(self.env, day, date_format=False if whole else "MMM y")

    def _curve(self, company, currency_id, points, days):
        currency = self.env["res.currency"].browse(currency_id)
        columns = list(
            zip(*(points.get(day, (0, 0, 0, 0)) for day in days), strict=True)
        )
        own, home = currency, company.currency_id
        total, overdue, total_currency, overdue_currency = (
            [of.round(float(amount)) for amount in column]
            for column, of in zip(columns, (home, home, own, own), strict=True)
        )
        return {
            "id": currency.id,
            "name": currency.name,
            "total": total,
            "overdue": overdue,
            "total_currency": total_currency,
            "overdue_currency": overdue_currency,
        }

    @api.model
    def _balance_query(self, company, cases, days):
        """Return the SELECT of what cases owed at the end of days, per currency.

        What an item owed on a day is its balance, less what was reconciled with
        entries up to that day; overdue is what of it is positive and was due before
        the day. What was settled before the first day is left out.
        """
        return SQL(
            """
WITH line AS MATERIALIZED (
    SELECT l.id, l.date, COALESCE(l.date_maturity, l.date) AS due, l.currency_id,
           l.balance, l.amount_currency, l.reconciled
      %(lines)s AND l.date <= %(last)s
),
cut AS MATERIALIZED (
    SELECT r.debit_move_id AS line_id, r.max_date AS date, r.amount,
           r.debit_amount_currency AS currency
      FROM line l JOIN account_partial_reconcile r ON r.debit_move_id = l.id
     UNION ALL
    SELECT r.credit_move_id, r.max_date, -r.amount, -r.credit_amount_currency
      FROM line l JOIN account_partial_reconcile r ON r.credit_move_id = l.id
),
settled AS (
    SELECT l.id FROM line l JOIN cut c ON c.line_id = l.id
     WHERE l.reconciled
     GROUP BY l.id
    HAVING MAX(c.date) < %(first)s
),
-- what an item owed, from a day on and until it changes again
change AS (
    SELECT id AS line_id, date, balance AS amount, amount_currency AS currency
      FROM line
     UNION ALL
    SELECT line_id, date, -amount, -currency FROM cut
),
owed AS (
    SELECT l.currency_id, l.due, d.day,
           SUM(c.amount) AS amount, SUM(c.currency) AS currency
      FROM unnest(%(days)s::date[]) AS d (day)
      JOIN line l ON l.date <= d.day
      JOIN change c ON c.line_id = l.id AND c.date <= d.day
     WHERE l.id NOT IN (SELECT id FROM settled)
     GROUP BY l.id, l.currency_id, l.due, d.day
)
SELECT currency_id, day, SUM(amount),
       COALESCE(SUM(amount) FILTER (WHERE amount > 0 AND due < day), 0),
       SUM(currency),
       COALESCE(SUM(currency) FILTER (WHERE currency > 0 AND due < day), 0)
  FROM owed
 GROUP BY currency_id, day
            """,
            lines=self.env["debt.item"]._lines_of_cases(company, cases),
            first=min(days),
            last=max(days),
            days=list(days),
        )
