"""Lives through a ledger: invoices, payments, the daily run, the mail queue."""

import time
from collections import Counter
from datetime import timedelta
from unittest.mock import patch

from .books import Books
from .charging import Charging
from .laws import Laws
from .outbox import Outbox
from .paper import Paper
from .session import progress


class Life:
    """A company whose customers are those of a ledger.

    A day: invoices are issued and half of the payments come in; at noon the daily run;
    in the afternoon people work, the other payments come in, and only then the mail
    queue talks to the mail server.
    """

    def __init__(self, env, ledger, every=1):
        self.ledger, self.every = ledger, every
        self.books = Books(env, ledger)
        self.company = self.books.company
        self.env = env["base"].with_company(self.company).env
        self.outbox = Outbox(self.env)
        self.laws = Laws(self.env, self.company)
        self.counts = Counter()
        self.seconds = Counter()
        self.numbers = {}  # what people do depends on these, not on ids
        self._configure()
        self.charging = Charging(self.books, self._number)
        self.paper = Paper(self.books, ledger)

    def _configure(self):
        """The shipped strategies, switched on, for customers of every segment."""
        env, company = self.env, self.company
        company.write(
            {
                "debt_tz": "UTC",
                "debt_crumb_amount": 0,
                "debt_small_amount": 0,
                "debt_agent_id": env.ref("base.user_admin").id,
            }
        )
        # messages leave on every day, as those of the ledger
        env["debt.contact.policy"].search([]).active = False
        strategies = env["debt.strategy"].search([])
        strategies.write({"enabled": True, "mode": "automatic", "min_amount": 0})
        key = env.ref("debt_collection.res_partner_category_key")
        for number, partner in enumerate(self.books.partners.values()):
            partner = partner.with_env(env)
            partner.trust = ("normal", "normal", "bad", "good", "normal")[number % 5]
            if number % 10 == 9:
                partner.category_id = key

    # ------------------------------------------------------------ time

    def live(self):
        """Live through all days."""
        start = time.monotonic()
        days = list(self.ledger.days())
        with self.outbox.open(), self._own_time():
            for number, day in enumerate(days):
                progress(f"{day}: {number} of {len(days)} days")
                self._day(day, check=number % self.every == 0 or day == days[-1])
                self.env.cr.commit()
        with self._timed("laws"):
            self.laws.in_the_end(days[-1], days[0])
        progress("")
        self.counts["days"] = len(days)
        self.seconds["all"] = time.monotonic() - start

    def _own_time(self):
        """Let the day of the replay be today for whatever people enter."""
        company = self.env.registry["res.company"]
        local_day = company._debt_today
        return patch.object(
            company,
            "_debt_today",
            lambda record, now=None: local_day(record, now) if now else self.today,
        )

    def _day(self, day, check):
        self.today = day
        noon = self.company._debt_noon(day)
        morning, afternoon = self._payments(day)
        with self._timed("books"):
            self.books.issue(self.ledger.issued.get(day, []))
            self.books.pay(morning, day)
            self.env.cr.commit()
        with self._timed("runs"):
            run = self.env["debt.run"]._run(self.company, day=day, now=noon)
        self._count_run(run)
        if check:
            with self._timed("laws"):
                self.laws.after_run(day)
        with self._timed("people"):
            self._people_work(day, noon)
        self._charge(day, check)
        with self._timed("books"):
            self._cheques(day)
            later = [i for i in afternoon if sum(map(ord, i.number)) % 8 == 0]
            self.books.pay([i for i in afternoon if i not in later], day)
            self.books.receive(later, day)
            self.counts["reconciliations undone"] += self.books.undo(day)
            self.env.cr.commit()
        self._send_mail(day, noon, check)
        if check:
            with self._timed("laws"):
                self.laws.at_night(day)

    def _payments(self, day):
        """Return what is paid before the run and what after it.

        What was issued on the same day is paid after it; of the rest every second one.
        """
        paid = self.ledger.settled.get(day, [])
        paid = [invoice for invoice in paid if not self.paper.pays(invoice)]
        morning = [i for i in paid if i.issued < day and sum(map(ord, i.number)) % 2]
        return morning, [invoice for invoice in paid if invoice not in morning]

    def _cheques(self, day):
        """What customers hand in, what goes to the bank, and what comes back."""
        for what, check, was in self.paper.live(day):
            self.counts[f"cheques {what}"] += 1
            if what == "bounced":
                self.laws.bounce(day, check, was)

    def _charge(self, day, check):
        """Charge by hand, waive, invoice; each claim is judged before it is old."""
        with self._timed("people"):
            self.counts["charges claimed by hand"] += self.charging.claim(day)
        if check:
            with self._timed("laws"):
                self.laws.charges(day)
        with self._timed("people"):
            for what, count in self.charging.decide(day):
                self.counts[f"charges {what}"] += count
            self.counts["invoices of charges paid"] += self.charging.pay(day)
            self.env.cr.commit()

    # ------------------------------------------------------------ people

    def _people_work(self, day, noon):
        """Let half of the prepared messages leave; do half of the tasks."""
        mine = [("company_id", "=", self.company.id)]
        Action = self.env["debt.action"]
        prepared = Action.search([*mine, ("state", "=", "approve")])
        approved = prepared.filtered(lambda a: (self._number(a) + day.day) % 2)
        if approved:
            approved.action_approve()
            self.counts["messages approved"] += len(approved)
            self._dispatch(noon)
        tasks = Action.search(
            [*mine, ("track", "=", "task"), ("state", "=", "sent")]
        ).filtered(lambda action: (self._number(action) + day.day) % 2)
        for action in tasks.filtered(lambda action: action.purpose == "fix_contact"):
            action.debtor_id.email = f"found{action.debtor_id.id}@customer.example"
            self.counts["addresses found"] += 1
        todo = tasks.filtered(lambda action: action.state == "sent")
        for action in todo:
            said = (self._promise, self._report_payment, self._dispute, self._plan)
            number = self._number(action)
            if number % 6 < len(said) and action.state == "sent":
                said[number % 6](action, day, number // 6)
        self._answer_disputes(day, noon)
        self._apply_money()
        todo = todo.filtered(lambda action: action.state == "sent").activity_id
        todo.exists().action_feedback(feedback="Done")
        self.counts["tasks done by agents"] += len(todo)
        self.env.cr.commit()

    def _log(self, action, outcome, **values):
        """Log the call with which a task is done, and what follows from it."""
        wizard = self.env["debt.contact.wizard"].create(
            {
                "case_id": action.case_id.id,
                "outcome_id": self.env["debt.outcome"]._by_code(outcome).id,
                "task_ids": action.ids,
                **values,
            }
        )
        wizard.action_confirm()

    def _number(self, record):
        """Return how many of its kind came before a record."""
        own = self.numbers.setdefault(record._name, {})
        return own.setdefault(record.id, len(own))

    def _promise(self, action, day, number):
        """Who is called promises all or a part, sooner or later."""
        case = action.case_id
        part = (1, 1, 0.6, 0.35)[number % 4]
        amount = round(case._promise_amount() * part, 2)
        if not amount:
            return
        self._log(
            action,
            "promise",
            promise_amount=amount,
            promise_date=day + timedelta(days=number * 3 % 11),
        )
        self.counts["promises"] += 1
        if number % 13 == 12:
            own = case.promise_ids.filtered(lambda promise: not promise.plan_id)
            own[:1]._withdraw("They called again")

    def _plan(self, action, day, number):
        """Who is called agrees to pay what is overdue in instalments."""
        case = action.case_id
        items = case.item_ids.filtered(
            lambda item: (
                item.amount_chaseable > 0
                and item.amount_chaseable == item.amount_residual_currency
                and item.date_due < day
            )
        )
        if not items:
            return
        items = items.grouped("currency_id")[items[0].currency_id]
        owed = sum(items.mapped("amount_residual_currency"))
        plan = self.env["debt.plan"].create(
            {
                "case_id": case.id,
                "currency_id": items.currency_id.id,
                "item_ids": items.ids,
                "amount_down": round(owed * (0, 0.3)[number % 2], 2),
                "instalments": 1 + number % 3,
                "frequency": ("weekly", "biweekly")[number % 2],
                "interest_percent": (0, 18)[number // 2 % 2],
                "date_start": day,
                "date_first": day + timedelta(days=2 + number * 5 % 11),
            }
        )
        plan._activate(accepted_by="By phone", accepted_how="phone")
        self.counts["plans"] += 1
        if plan.to_invoice and number % 5:
            plan.action_invoice_interest()
            self.counts["interest of plans invoiced"] += 1
        if number % 7 == 6:
            plan._withdraw("They called again")

    def _report_payment(self, action, day, number):
        """Who is called says that all or a part is paid, or will be in some days."""
        case = action.case_id
        amount = case._promise_amount()
        if not amount:
            return
        self._log(
            action,
            "paid",
            notice_amount=round(amount * (1, 0.5)[number % 2], 2),
            notice_date=day + timedelta(days=(0, 0, 3)[number % 3]),
        )
        self.counts["payments reported"] += 1
        notice = case.notice_ids.filtered(lambda notice: notice.state == "open")[:1]
        if number % 5 == 4:
            notice._withdraw("Nothing like it at the bank")
        elif number % 5 == 1 and notice:
            deducted = round(notice.amount * 0.1, 2)
            notice.write(
                {"amount": notice.amount - deducted, "amount_deducted": deducted}
            )

    def _dispute(self, action, day, number):
        """Who is called does not agree with a part of the oldest invoice."""
        items = action.case_id.item_ids.filtered(lambda i: i.amount_chaseable > 0)
        item = items.sorted(lambda item: (item.date_due, item.id))[:1]
        free = item.amount_residual_currency - sum(
            self._disputed(item).mapped("amount_cover")
        )
        amount = round(free * (1, 0.3)[number % 2], 2)
        if amount <= 0:
            return
        reasons = self.env["debt.dispute.reason"].search([])
        self._log(
            action,
            "dispute",
            item_ids=item.ids,
            dispute_amount=amount,
            dispute_reason_id=reasons[number % len(reasons)].id,
        )
        self.counts["disputes"] += 1

    def _disputed(self, item):
        return self.env["debt.dispute"].search(
            [("item_ids", "in", item.ids), ("amount_cover", ">", 0)]
        )

    def _answer_disputes(self, day, noon):
        """Some days later a dispute is accepted, rejected or withdrawn.

        Half of the credit notes come at once, the others after another week; one in
        five never.
        """
        disputes = self.env["debt.dispute"].search(
            [("company_id", "=", self.company.id), ("amount_cover", ">", 0)]
        )
        for dispute in disputes:
            age = (day - dispute.opened_date).days
            number = self._number(dispute)
            if dispute.state == "open" and age >= 4 + number % 9:
                self._answer(dispute, number)
            late = 0 if number % 2 else 7
            if dispute.state == "accepted" and age >= 4 + number % 9 + late:
                self._settle(dispute, day, number)
        self._dispatch(noon)

    def _answer(self, dispute, number):
        answer = number % 4
        if answer == 0:
            dispute._reject("The delivery note is signed", tell=True)
        elif answer == 1:
            dispute._withdraw("Found the goods")
        else:
            dispute._accept(round(dispute.amount * (1, 0.5)[answer % 2], 2), "Right")
        self.counts["disputes answered"] += 1

    def _settle(self, dispute, day, number):
        line = dispute.item_ids.move_line_id
        amount = min(dispute.amount_cover, line.amount_residual_currency)
        if number % 5 == 4 or dispute.currency_id.is_zero(amount):
            dispute.action_end_wait()
        else:
            self.books.credit(line.with_env(self.books.env), amount, day)
            self.counts["credit notes"] += 1

    def _apply_money(self):
        """The accountant applies what was received yesterday, reported or not."""
        notices = self.env["debt.payment.notice"].search(
            [
                ("company_id", "=", self.company.id),
                ("state", "in", ("open", "expired")),
                ("amount_to_apply", ">", 0),
            ]
        )
        for notice in notices.filtered(lambda notice: self._number(notice) % 2):
            if notice.action_apply():
                self.counts["notices applied by one click"] += 1
        self.counts["payments applied later"] += self.books.apply()

    def _dispatch(self, noon):
        self.env["debt.run"]._dispatch(self.company, noon)

    def _send_mail(self, day, noon, check):
        """Let the queue work until nothing is left; what is stale is written anew."""
        for _round in range(3):
            with self._timed("mail"):
                self.env["mail.mail"].process_email_queue()
            accepted = self.outbox.take()
            self.counts["mails accepted by the server"] += len(accepted)
            if check:
                with self._timed("laws"):
                    self.laws.after_mail(day, accepted)
            with self._timed("runs"):
                self._dispatch(noon + timedelta(hours=1))
            if not self.env["mail.mail"].search_count([("state", "=", "outgoing")]):
                break

    # ------------------------------------------------------------ counting

    def _timed(self, name):
        return _Stopwatch(self.seconds, name)

    def _count_run(self, run):
        self.counts["runs"] += 1
        for name in ("items_synced", "cases_opened", "cases_closed", "actions_planned"):
            self.counts[name.replace("_", " ")] += run[name]
        if run.errors:
            self.counts["runs with errors"] += 1
        for reason, count in (run.reasons or {}).items():
            self.counts[f"held: {reason}"] += count

    def report(self):
        """Return all counts, by heading."""
        env, mine = self.env, [("company_id", "=", self.company.id)]
        cases = env["debt.case"].search(mine)
        actions = env["debt.action"].search(mine)
        paid = [i for i in self.ledger.invoices if i.settled]
        messages, tasks = Counter(), Counter()
        reasons = Counter()
        for action in actions:
            step = action.step_id.display_name or action.name
            place = f"{action.strategy_id.name} · {step}"
            if action.state in ("skipped", "failed", "cancelled", "uncertain"):
                reasons[f"{action.track} {action.state}: {action.reason}"] += 1
            elif action.track != "task":
                messages[f"{place} ({action.state})"] += 1
            else:
                tasks[f"{place} ({action.state})"] += 1
        return {
            "ledger": {
                "customers": len(self.ledger.customers),
                "invoices": len(self.ledger.invoices),
                "payments": len(paid),
                "paid late": sum(i.settled > i.due for i in paid),
                "days": self.counts["days"],
            },
            "cases": {
                "cases": len(cases),
                "opened": self.counts["cases opened"],
                "of these reopened": sum(max(0, c.episode - 1) for c in cases),
                "closed": self.counts["cases closed"],
                "open at the end": len(cases.filtered(lambda c: c.state != "closed")),
            },
            "work": {
                name: self.counts[name]
                for name in (
                    "items synced",
                    "actions planned",
                    "messages approved",
                    "mails accepted by the server",
                    "tasks done by agents",
                    "addresses found",
                    "promises",
                    "plans",
                    "interest of plans invoiced",
                    "payments reported",
                    "disputes",
                    "disputes answered",
                    "credit notes",
                    "payments applied later",
                    "reconciliations undone",
                    "notices applied by one click",
                    "charges claimed by hand",
                    "charges waived",
                    "charges invoiced",
                    "charges reversed",
                    "invoices of charges paid",
                    "cheques received",
                    "cheques deposited",
                    "cheques bounced",
                    "runs with errors",
                )
            },
            "messages": dict(sorted(messages.items())),
            "tasks": dict(sorted(tasks.items())),
            "did not go": dict(sorted(reasons.items())),
            "promises": dict(
                Counter(
                    f"{promise.state}{', paid late' if promise.paid_late else ''}"
                    for promise in cases.promise_ids
                )
            ),
            "plans": dict(Counter(cases.plan_ids.mapped("state"))),
            "payment notices": dict(Counter(cases.notice_ids.mapped("state"))),
            "disputes": dict(Counter(cases.dispute_ids.mapped("state"))),
            "charges": self._count_charges(),
            "cheques": dict(Counter(env["debt.cheque"].search(mine).mapped("state"))),
            "held items (item-days)": {
                name.removeprefix("held: "): count
                for name, count in sorted(self.counts.items())
                if name.startswith("held: ")
            },
            "laws checked": dict(sorted(self.laws.checks.items())),
            "violations": dict(Counter(v.law for v in self.laws.violations)),
            "seconds": {k: round(v, 1) for k, v in self.seconds.items()},
        }

    def _count_charges(self):
        charges = self.env["debt.charge"].search([("company_id", "=", self.company.id)])
        return dict(
            sorted(
                Counter(
                    f"{c.kind} {c.state}, {'by a step' if c.action_id else 'by hand'}"
                    for c in charges
                ).items()
            )
        )


class _Stopwatch:
    def __init__(self, seconds, name):
        self.seconds, self.name = seconds, name

    def __enter__(self):
        self.start = time.monotonic()

    def __exit__(self, *_exception):
        self.seconds[self.name] += time.monotonic() - self.start
