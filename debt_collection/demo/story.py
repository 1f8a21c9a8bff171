"""The last months of the demo company, lived day by day.

The books, the daily run and the people act in the order of a real day, through the same
methods as in production, each on its own date.
"""

from datetime import datetime, time, timedelta
from itertools import cycle

import pytz

from odoo import SUPERUSER_ID, api, fields

from ..logic.bounce import read_words
from ..logic.smtp_outcome import ACCEPTED, BAD_ADDRESS, UNKNOWN
from .books import Books
from .letters import Letters
from .losses import Losses
from .portfolio import (
    CALLS,
    DEBTORS,
    DECISIONS,
    DEPOSITS,
    DIFFERENCES,
    DISPUTES,
    EMAILS,
    HANDOVERS,
    NOTICES,
    PROMISES,
    START,
)

LANG = "es_419"
#: Local hours of a day.
MORNING, RUN, ANSWERING, NOON, DESK, CALLING = (
    time(hour) for hour in (7, 9, 10, 11, 14, 16)
)
#: Nobody approved, and nobody did the tasks of, the last days.
UNAPPROVED_DAYS, OPEN_DAYS = 3, 4
#: Of the messages prepared for her the supervisor refuses each so many-th.
REFUSES_EACH = 9
#: What the mail server is told to have answered; a bounce comes back later.
MAIL_FATES = {"refused": BAD_ADDRESS, "uncertain": UNKNOWN}
MAIL_ERRORS = {
    "bounced": "550 5.1.1 The email account that you tried to reach does not exist.",
    "refused": "554 5.7.1 Recipient address rejected: mailbox is disabled.",
    "uncertain": "The connection was closed while the message was handed over.",
}


class Story:
    def __init__(self, company, today=None):
        # of the installation's context only that it is one transaction
        context = {"allowed_company_ids": company.ids, "debt_one_transaction": True}
        installed = dict(company.env["res.lang"].get_installed())
        self.spanish = LANG in installed
        if self.spanish:
            context["lang"] = LANG
        self.env = api.Environment(company.env.cr, SUPERUSER_ID, context)
        self.company = company.with_env(self.env)
        self.today = today or self.company._debt_today()
        self.partners = {key: self._ref(f"res_partner_{key}_demo") for key in DEBTORS}
        self.users = {
            role: self._ref(f"res_users_{role}_demo")
            for role in ("agent", "supervisor", "manager")
        }
        self.books = Books(self.company, self.partners, self._date)
        self.losses = Losses(self)
        self.letters = Letters(self)
        self.calls = cycle(CALLS)
        self.prepared = 0
        self.mail_fates = {
            key: debtor.mail for key, debtor in DEBTORS.items() if debtor.mail
        }
        self.late_payers = [
            key for key, debtor in DEBTORS.items() if debtor.pays_at_last_moment
        ]
        self.last_message = self._newest_message()

    def tell(self):
        """Live from the first run to this morning's."""
        self._settle_in()
        self.books.settle_in()
        self.books.draft()
        events = [*self.books.events(), *self._events()]
        events.sort(key=lambda event: event[0])
        for day in range(START, 1):
            if day and self._date(day).weekday() >= 5:
                continue
            self.books.post(day)
            while events and events[0][0] <= day:
                happened, event = events.pop(0)
                event(happened)
            self._date_messages(day, MORNING)
            self._live(day)
        for difference in DIFFERENCES:
            self._classify(difference)
        for promise in PROMISES:
            self._promise(promise)
        for notice in NOTICES:
            self._report_payment(notice)
        for deposit in DEPOSITS:
            self._deposit(deposit)
        for dispute in DISPUTES:
            self._dispute(dispute)
        for key, text in EMAILS:
            self._write_to_us(key, text)
        self.losses.tell()
        for handover in HANDOVERS:
            self._hand_over(handover)
        self._ask_to_waive()
        self._make_team()
        self._answer_sms()
        self._plan_campaign()
        self.letters.tell()
        self._record_consents()
        self._date_messages(0, DESK)

    def _report_payment(self, notice):
        """A debtor says that they paid, or will; the money may be there already."""
        case = self._case(notice.key)
        amount = case.currency_id.round(case._promise_amount() * notice.share)
        self.env["debt.payment.notice"].with_user(self.users["agent"]).create(
            {
                "case_id": case.id,
                "amount": amount,
                "date": self._date(notice.day),
                "reference": notice.reference,
                "method": "transfer",
            }
        )
        if notice.money:
            self.books.receive(
                notice.day, self.partners[notice.key], amount, notice.reference
            )
            case._refresh(self.today)

    def _deposit(self, deposit):
        """Money comes to the bank, and the statement does not say whose it is."""
        item = self._case(deposit.key).item_ids if deposit.key else None
        amount = deposit.amount or item.sorted("date_due")[:1].amount_residual
        self.books.deposit(deposit.day, amount, deposit.label)

    def _dispute(self, dispute):
        """A debtor does not agree with a part of their oldest document."""
        case = self._case(dispute.key)
        item = case.item_ids.filtered("amount_chaseable").sorted("date_due")[:1]
        self.env["debt.dispute"].with_user(self.users["agent"]).create(
            {
                "case_id": case.id,
                "item_ids": item.ids,
                "reason_id": self._ref(f"debt_dispute_reason_{dispute.reason}").id,
                "amount": item.currency_id.round(
                    item.amount_residual_currency * dispute.share
                ),
                "description": dispute.text,
            }
        )

    def _write_to_us(self, key, text):
        """A debtor answers a message by e-mail."""
        partner = self.partners[key]
        self._case(key).message_post(
            author_id=partner.id,
            email_from=partner.email_formatted,
            message_type="email",
            body=text,
        )

    def _hand_over(self, handover):
        """The supervisor gives a case to a lawyer or an agency; what they did since."""
        given = self.env["debt.handover"].create(
            {
                "case_id": self._case(handover.key).id,
                "kind": handover.kind,
                "agency_id": self._ref(f"res_partner_{handover.office}_demo").id,
                "commission_percent": handover.percent,
                "reference": handover.reference,
                "user_id": self.users["supervisor"].id,
            }
        )
        given.document_ids.there = True
        given.with_user(self.users["supervisor"]).action_hand_over()
        given.date = self._date(handover.day)
        for step in handover.steps:
            kind = self._ref(f"debt_handover_step_kind_{step.kind}")
            given.step_ids.create(
                {
                    "handover_id": given.id,
                    "kind_id": kind.id,
                    "date": self._date(step.day),
                    "deadline": step.deadline and self._date(step.deadline),
                    "done": step.deadline is None,
                    "note": step.note,
                    "currency_id": self.company.currency_id.id,
                    "cost": step.cost * 1000,
                }
            )

    def _classify(self, difference):
        """The agent says why little is left of what a debtor paid."""
        case = self._case(difference.key)
        item = case.item_ids.filtered("to_classify").sorted("left_percent")[:1]
        agent = self.users["agent"]
        found = (
            self.env["debt.difference"]
            .with_user(agent)
            .create(
                {
                    "item_ids": item.ids,
                    "reason_id": self._ref(
                        f"debt_difference_reason_{difference.reason}"
                    ).id,
                    "opened_date": self._date(difference.day),
                    "description": difference.note,
                }
            )
        )
        if difference.asked:
            found._ask_write_off()

    def _ask_to_waive(self):
        """The agent asks to let a customer off the last interest that was claimed."""
        agent = self.users["agent"]
        charge = self.env["debt.charge"].search(
            [
                ("state", "=", "claimed"),
                ("company_id", "=", self.company.id),
                ("case_id.agent_id", "in", [agent.id, False]),
            ],
            limit=1,
        )
        if charge:
            charge.with_user(agent)._waive("La factura llegó tarde al cliente")

    def _make_team(self):
        """The agents who share the portfolio, and what they should bring in."""
        team = self.env["debt.team"].create(
            {
                "name": "Bogotá",
                "company_id": self.company.id,
                "leader_id": self.users["supervisor"].id,
            }
        )
        self.env["debt.team.member"].create(
            [
                {
                    "team_id": team.id,
                    "user_id": self.users[role].id,
                    "capacity": capacity,
                    "target_amount": target,
                }
                for role, capacity, target in (
                    ("agent", 25, 60_000_000),
                    ("supervisor", 10, 90_000_000),
                )
            ]
        )

    def _promise(self, promise):
        """Enter a promise of the last days, and what was paid since."""
        case = self._case(promise.key)
        oldest = case.item_ids.sorted("date_due")[:1].move_id
        self.env["debt.promise"].with_user(self.users["supervisor"]).create(
            {
                "case_id": case.id,
                "amount": case.currency_id.round(
                    case._promise_amount() * promise.share
                ),
                "made_date": self._date(promise.made),
                "date": self._date(promise.day),
                "method": promise.method,
                "user_id": case._debt_agent().id,
                "confirm": False,
                "note": promise.note,
            }
        )
        if promise.paid:
            day, share = promise.paid
            self.books.pay(day, oldest.with_env(self.books.env), share)
            case._refresh(self.today)

    def _answer_sms(self):
        """Who got the last text message answers it."""
        sent = self._actions([("channel", "=", "sms"), ("delivery", "=", "delivered")])
        owing = sent.filtered(lambda action: action.case_id.state == "open")
        action = owing.sorted("id")[-1:]
        if action:
            self.env["debt.action"]._sms_reply(
                self.company, action.address, "Buenos días, el viernes hacemos el pago."
            )

    def _record_consents(self):
        """A small shop is protected as a person is, and wants no WhatsApp."""
        shop = self.partners["minimarket_esquina"]
        shop.debt_micro = True
        consents = self.env["debt.contact.consent"].with_user(self.users["agent"])
        for channel, state, source in (
            ("any", "given", "Solicitud de crédito"),
            ("whatsapp", "withdrawn", "Lo pidió por teléfono"),
        ):
            consents.create(
                {
                    "partner_id": shop.id,
                    "company_id": self.company.id,
                    "channel": channel,
                    "state": state,
                    "source": source,
                }
            )

    def _plan_campaign(self):
        """Leave a campaign on the desk that nobody has started yet."""
        self.env["debt.campaign"].create(
            {
                "name": "Cierre de mes: documentos por vencer",
                "company_id": self.company.id,
                "user_id": self._ref("res_users_supervisor_demo").id,
                "mail_template_id": self._ref("mail_template_preventive").id,
                "documents": "all",
                "domain": "[('state', '=', 'open'), ('amount_overdue', '<=', 0)]",
            }
        )

    def _settle_in(self):
        """Let people read Spanish, and the first months be no test."""
        if self.spanish:
            self.env["ir.module.module"]._load_module_terms(["debt_collection"], [LANG])
            debtors = self.env["res.partner"].search(
                [("company_id", "=", self.company.id)]
            )
            people = [user.partner_id for user in self.users.values()]
            for partner in (debtors, self.company.partner_id, *people):
                partner.lang = LANG
        for key, debtor in DEBTORS.items():
            if debtor.trust:
                self.partners[key].trust = debtor.trust
        self.company.debt_test_mode = False
        self.losses.settle_in()
        for reason, account in self.books.loss_accounts().items():
            self._ref(f"debt_difference_reason_{reason}").account_id = account

    def _events(self):
        """Yield (day, what happens then) of what is not in the books."""
        for key, debtor in DEBTORS.items():
            if debtor.mail_fixed:
                yield debtor.mail_fixed, self._new_address(self.partners[key])
            if debtor.archived:
                yield debtor.archived, self._archive(self.partners[key])
        for decision in DECISIONS:
            yield decision.day, self._decide(decision)

    def _new_address(self, partner):
        def fix(_day):
            email = partner.email.replace("gerencia@", "pagos@")
            partner.with_user(self.users["agent"]).email = email

        return fix

    def _archive(self, partner):
        return lambda _day: partner.action_archive()

    def _decide(self, decision):
        def decide(_day):
            case = self._case(decision.key).with_user(self.users["supervisor"])
            if decision.what == "hold":
                self.env["debt.hold.wizard"].with_user(self.users["supervisor"]).create(
                    {
                        "case_ids": case.ids,
                        "until": self._date(10),
                        "reason": decision.reason,
                    }
                ).action_confirm()
            elif decision.what == "stage":
                self.env["debt.stage.wizard"].with_user(
                    self.users["supervisor"]
                ).create(
                    {
                        "case_ids": case.ids,
                        "stage_id": self._ref(decision.value).id,
                        "reason": decision.reason,
                    }
                ).action_confirm()
            elif decision.what == "strategy":
                case.strategy_override_id = self._ref(decision.value)
            else:
                case.action_resume()

        return decide

    # === A DAY === #

    def _live(self, day):
        """The run in the morning, then payments, the supervisor and the calls."""
        if day in (START, 0) or self._date(day).weekday() == 0:
            self._learn_habits(day)
        if not day:
            self.letters.post()
            self.company.debt_test_mode = True
        self._run(day)
        self._assign()
        if day:
            self._pay_at_last_moment(day)
        if day < -UNAPPROVED_DAYS:
            self._approve(day)
        if day <= -OPEN_DAYS:
            self._do_tasks(day)

    def _learn_habits(self, day):
        """The weekly job; in the first week it needs the cases before the run."""
        self.env["debt.item"]._sync(self.company, self._date(day))
        cases, today = self._cases(), self._date(day)
        cases._learn_habits(self.company, today)
        rates = cases._answer_rates(self.company, today)
        cases._learn_call_times(self.company, today, rates)

    def _run(self, day):
        moment = self._moment(day, RUN)
        run = self.env["debt.run"]._run(self.company, day=self._date(day), now=moment)
        run.started = moment
        self._deliver(day, RUN)

    def _assign(self):
        """Give new cases to who works them; the others are the default agent's."""
        agents = {
            self.partners[key]: self.users[debtor.agent]
            for key, debtor in DEBTORS.items()
            if debtor.agent
        }
        for case in self._cases([("agent_id", "=", False)]):
            if agent := agents.get(case.partner_id):
                case.with_context(tracking_disable=True).agent_id = agent

    def _pay_at_last_moment(self, day):
        for key in self.late_payers:
            case = self._case(key)
            if case.pending_count:
                self.books.pay(day, case.item_ids.move_id.with_env(self.books.env))
                self._date_messages(day, NOON)

    def _approve(self, day):
        """The supervisor takes a few messages out of the batch and sends the others."""
        batch = self._actions([("state", "=", "approve")])
        for action in batch.with_user(self.users["supervisor"]):
            self.prepared += 1
            if self.prepared % REFUSES_EACH:
                action.action_approve()
            else:
                action.action_refuse()
        self.env["debt.run"]._dispatch(self.company, self._moment(day, DESK))
        self._deliver(day, DESK)

    def _do_tasks(self, day):
        """The agents do the tasks of the days before and note what came of them."""
        tasks = self._actions(
            [
                ("track", "=", "task"),
                ("purpose", "not in", ("fix_contact", "fix_phone", "fix_address")),
                ("state", "=", "sent"),
                ("contact_day", "<", self._date(day)),
            ]
        )
        for task in tasks.sorted("id"):
            outcome, note = next(self.calls)
            outcome = self.env["debt.outcome"]._by_code(outcome)
            # nearly everybody answers before noon only
            early = outcome.reached and task.id % 5
            moment = self._moment(day, ANSWERING if early else CALLING)
            contact = task.with_user(task.user_id)._log(
                task.case_id.with_user(task.user_id),
                channel=task.channel if task.channel != "task" else "other",
                outcome_id=outcome.id,
                reached="debtor" if outcome.reached else "nobody",
                note=note,
                sent_date=moment,
                planned_date=self._date(day),
                contact_day=self._date(day),
            )
            task.with_user(task.user_id)._finish(contact)
            task.activity_id.date_done = self._moment(day, CALLING)
        self._date_messages(day, CALLING)

    # === E-MAIL AND SMS === #

    def _deliver(self, day, hour):
        """Let the e-mails of the hour arrive, without any mail server."""
        mails = self.env["mail.mail"].search(
            [
                ("debt_action_id", "!=", False),
                ("record_company_id", "=", self.company.id),
                ("state", "=", "outgoing"),
            ],
            order="id",
        )
        for mail in mails:
            mail.debt_claimed = self._moment(day, hour)
            action = mail.debt_action_id
            action.delivery = "sending"
            fate = self._mail_fate(day, action)
            mail._debt_report(MAIL_FATES.get(fate, ACCEPTED), MAIL_ERRORS.get(fate))
            if fate == "bounced":
                bounce = read_words(MAIL_ERRORS[fate])
                action._came_back(bounce, self._date(day))
        self._deliver_sms(day, hour)
        self._date_messages(day, hour)

    def _deliver_sms(self, day, hour):
        """Let the text messages of the hour arrive, without any provider."""
        queue = self.env["sms.sms"].search(
            [
                ("debt_action_id.company_id", "=", self.company.id),
                ("state", "=", "outgoing"),
            ],
            order="id",
        )
        for sms in queue:
            sms.debt_claimed = self._moment(day, hour)
            sms._debt_report(ACCEPTED, None)
            sms.debt_action_id._sms_arrived(on_phone=True)

    def _mail_fate(self, day, action):
        for key, (first_day, fate) in self.mail_fates.items():
            if first_day <= day < 0 and action.debtor_id == self.partners[key]:
                del self.mail_fates[key]
                return fate
        return None

    # === TIME AND RECORDS === #

    def _date(self, day):
        return self.today + timedelta(days=day)

    def _moment(self, day, hour):
        """Return a local hour of a day of the story as a naive UTC moment."""
        zone = self.company._debt_zone()
        local = zone.localize(datetime.combine(self._date(day), hour))
        moment = local.astimezone(pytz.utc).replace(tzinfo=None)
        return min(moment, fields.Datetime.now())

    def _date_messages(self, day, hour):
        """Give what was written to the chatter since the last time its moment."""
        self.env.cr.flush()
        messages = self.env["mail.message"].search([("id", ">", self.last_message)])
        messages.date = self._moment(day, hour)
        self.last_message = self._newest_message()

    def _newest_message(self):
        return self.env["mail.message"].search([], order="id desc", limit=1).id

    def _actions(self, domain):
        return self.env["debt.action"].search(
            [("company_id", "=", self.company.id), *domain]
        )

    def _cases(self, domain=()):
        return self.env["debt.case"].search(
            [("company_id", "=", self.company.id), *domain]
        )

    def _case(self, key):
        return self._cases([("partner_id", "=", self.partners[key].id)])

    def _ref(self, name):
        return self.env.ref(f"debt_collection.{name}")
