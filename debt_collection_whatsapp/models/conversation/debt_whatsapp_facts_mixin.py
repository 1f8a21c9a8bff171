from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.debt_collection.logic import identity_proof
from odoo.addons.debt_collection.logic.working_days import add_working_days, is_working

from ...logic.dialogue import model as dialogue
from ...logic.dialogue.texts import LANGUAGES, REASONS
from ..people.debt_whatsapp_identity import TRIES

#: Days within which a payment is told to whoever reports it.
PAYMENT_DAYS = 7


class DebtWhatsappFactsMixin(models.AbstractModel):
    """What the assistant knows in a turn. Amounts only of who proved who they are."""

    _name = "debt.whatsapp.facts.mixin"
    _description = "Facts of a Conversation"

    def _dialogue_facts(self, session, inbound, messages, now):
        """Return what is true now, as ``logic.dialogue`` wants to know it.

        :param session: where the conversation stands
        :param inbound: what came
        :param messages: the messages of which it was made
        :param now: naive UTC moment
        """
        self.ensure_one()
        account, company = self.account_id, self.company_id.sudo()
        local = self._local(company, now)
        hours, holidays = self._people_hours(company, local.date())
        links = self._speaks_for()
        verified = links.filtered(lambda link: link._is_verified(now))
        customers = verified.partner_id
        chosen = customers.filtered(lambda c: c.id == session.customer)
        customer = chosen or (customers if len(customers) == 1 else customers.browse())
        if not verified and len(links) == 1:
            customer = links.partner_id
        level = dialogue.UNKNOWN
        if verified:
            level = dialogue.VERIFIED
        elif len(links) == 1:
            level = dialogue.LINKED
        answers_hour, answers_day = self._count_answers(now)
        lang = self.identity_id.lang or customer.lang or account.lang_id.code or "es"
        facts = {
            "moment": local,
            "company": company.name,
            "lang": lang[:2] if lang[:2] in LANGUAGES else LANGUAGES[0],
            "locales": self._locales(customer, company),
            "enabled": account._bot_is_on(now),
            "human": self._is_silent(now),
            "level": level,
            "locked": self.identity_id._is_locked(now),
            "tries_left": max(0, TRIES - self.identity_id.failed_checks),
            "asks": account._bot_asks(links.partner_id),
            "proved": tuple(self._proofs(inbound.texts[-1]))
            if session.state == "verify" and inbound.texts
            else (),
            "customers": tuple((c.id, c.name or "") for c in customers),
            "customer": customer.id or None,
            "hours": hours,
            "holidays": holidays,
            "minutes": account.bot_minutes,
            "phone": account.bot_phone or "",
            "mail": account.bot_mail or company.email or "",
            "notice_days": company.debt_notice_days,
            "notice_last": fields.Date.add(
                local.date(), days=company.debt_promise_days_self
            ),
            "deadlines": self._deadlines(company, local.date(), holidays),
            "answers_hour": answers_hour,
            "answers_day": answers_day,
            "known_receipt": self._known_receipt(company, session, messages),
        }
        if level == dialogue.VERIFIED and customer:
            facts |= self._account_facts(customer, local.date(), holidays)
        return dialogue.Facts(**facts)

    # === WHO IT IS === #

    def _speaks_for(self):
        """Return the links to the customers for whom the person may speak here."""
        # sudo: the service answers, for nobody of ours
        return self.sudo()._links()

    @api.model
    def _locales(self, customer, company):
        """Return how each language is written for a customer of a company."""
        lang = customer.lang or ""
        country = company.country_id.code
        spanish = f"es_{country}" if country else "es"
        english = "en_GB" if country == "GB" else "en_US"
        return {
            "es": lang if lang.startswith("es_") and not country else spanish,
            "en": lang if lang.startswith("en_") else english,
        }

    def _proofs(self, text):
        """Return of which customers a text proves the person to be one, and how.

        Of the one customer whose number this is one proof is enough; who is unknown,
        or speaks for several, gives both.

        :return: {id of the customer: a value of ``verified_how``}
        """
        given = identity_proof.numbers(text)
        customers = self._speaks_for().partner_id
        if len(customers) == 1:
            asks = self.account_id._bot_asks(customers)
            if "invoice" in asks and given & self._open_numbers(customers):
                return {customers.id: "invoice"}
            if "tax" in asks and identity_proof.says_tail(text, self._tails(customers)):
                return {customers.id: "tax_id"}
            return {}
        found = {}
        for customer in given and (customers or self._owners_of(given)) or ():
            numbers = self._open_numbers(customer)
            rest = identity_proof.without(text, numbers)
            if given & numbers and identity_proof.says_tail(
                rest, self._tails(customer)
            ):
                found[customer.id] = "both"
        return found

    @api.model
    def _tails(self, customer):
        customer = customer.commercial_partner_id
        return identity_proof.tails(customer.vat, customer.country_id.code)

    def _open_numbers(self, customer):
        """Return the numbers of what a customer owes, as they are compared."""
        items = self._case_of(customer).item_ids.filtered(
            lambda item: item.amount_residual_currency > 0
        )
        numbers = {identity_proof.comparable(move.name) for move in items.move_id}
        return {n for n in numbers if len(n) >= identity_proof.SHORTEST_INVOICE}

    def _owners_of(self, numbers):
        """Return the customers who owe invoices with some numbers, in this company."""
        self.env["account.move"].flush_model(["name", "state"])
        rows = self.env.execute_query(
            SQL(
                """
            SELECT DISTINCT i.partner_id
              FROM debt_item i
              JOIN account_move m ON m.id = i.move_id
             WHERE i.company_id = %s AND i.state = 'open'
               AND i.amount_residual_currency > 0
               AND upper(regexp_replace(m.name, '[^A-Za-z0-9]', '', 'g')) = ANY(%s)
             LIMIT 5
                """,
                self.company_id.id,
                sorted(numbers),
            )
        )
        return self.env["res.partner"].browse([partner_id for (partner_id,) in rows])

    def _case_of(self, customer):
        """Return the case of a customer in the company of the number."""
        return (
            self.env["debt.case"]
            .sudo()  # sudo: the service answers, for nobody of ours
            .search(
                [
                    ("partner_id", "=", customer.id),
                    ("company_id", "=", self.company_id.id),
                ]
            )
        )

    # === WHAT IS OWED === #

    def _account_facts(self, customer, today, holidays):
        """Return what may be told to who proved to be a customer."""
        case = self._case_of(customer)
        facts = {"name": (customer.name or "")[:40]}
        if not case:
            return facts
        case._refresh(today, prioritise=False)
        owed = case.item_ids.filtered(
            lambda item: item.amount_residual_currency > 0
        ).sorted(lambda item: (item.date_due >= today, item.date_due, item.id))
        credits = {}
        for item in case.item_ids - owed:
            currency = item.currency_id
            credits[currency] = credits.get(currency, 0) - item.amount_residual_currency
        return {
            **facts,
            "documents": tuple(
                dialogue.Document(
                    item.id,
                    item.display_name or "",
                    _exact(item.amount_residual_currency, item.currency_id),
                    self._currency(item.currency_id),
                    item.date_due,
                    item.date_due < today,
                )
                for item in owed
            ),
            "credits": tuple(
                (self._currency(currency), _exact(amount, currency))
                for currency, amount in credits.items()
                if currency.compare_amounts(amount, 0) > 0
            ),
            "promise": self._promise_terms(case, today, holidays),
            "plan": self._plan_offer(case, today),
            "payment": self._last_payment(customer, today),
        }

    def _currency(self, currency):
        own = currency == self.company_id.currency_id
        return dialogue.Currency(
            currency.name, currency.symbol or "", currency.decimal_places, own
        )

    def _promise_terms(self, case, today, holidays):
        """Return what may be promised without anybody of ours, None for nothing."""
        promises = self.env["debt.promise"]
        items = promises._self_service_items(case)
        last, reason = promises._self_service_limits(case)
        if reason == "nothing" or not items:
            return None
        if case.stage_id.stop_contact:
            reason = reason or "legal"
        account, currency = self.account_id, items.currency_id
        amount = _exact(promises._self_service_amount(items), currency)
        if account.bot_promise_days:
            last = last and min(
                last, fields.Date.add(today, days=account.bot_promise_days)
            )
        part = Decimal(min(max(account.bot_promise_percent, 0), 100)) / 100
        days, day = [], today
        if last and is_working(today, holidays):
            days.append(today)
        while last and (day := add_working_days(day, 1, holidays)) <= last:
            days.append(day)
        return dialogue.PromiseTerms(
            amount,
            self._currency(currency),
            last or today,
            tuple(days),
            _exact(float(amount * part), currency),
            reason or "",
            bool(case.company_id.debt_promise_reminder and case.strategy_enabled),
        )

    def _plan_offer(self, case, today):
        """Return the plan that was offered and can still be accepted, or None."""
        for plan in case.plan_ids.filtered(lambda plan: plan.state == "offered"):
            rows = plan._instalments()
            over = plan.date_expiry and plan.date_expiry < today
            if rows and not over and rows[0][0] >= today:
                return dialogue.PlanOffer(
                    plan.id,
                    _exact(plan.amount_total, plan.currency_id),
                    self._currency(plan.currency_id),
                    tuple((day, amount) for day, amount, _interest in rows),
                    plan.date_expiry or None,
                )
        return None

    def _last_payment(self, customer, today):
        """Return the last payment that came within some days, or None."""
        payment = self.env["account.payment"].search(
            [
                ("partner_id", "child_of", customer.commercial_partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("payment_type", "=", "inbound"),
                ("state", "in", ("in_process", "paid")),
                ("date", ">=", today - timedelta(days=PAYMENT_DAYS)),
                ("date", "<=", today),
            ],
            order="date desc, id desc",
            limit=1,
        )
        if not payment:
            return None
        currency = payment.currency_id
        return dialogue.Payment(
            payment.date, _exact(payment.amount, currency), self._currency(currency)
        )

    @api.model
    def _deadlines(self, company, today, holidays):
        """Return until when disputes are answered: {reason: day}."""
        reasons = self.env["debt.dispute.reason"]
        return {
            code: add_working_days(today, reasons._of_code(code).days, holidays)
            for code in REASONS
        }

    # === WHAT CAME BEFORE === #

    def _count_answers(self, now):
        """Return how often the assistant answered in an hour, and in a day."""
        self.env["debt.whatsapp.message"].flush_model()
        ((hour, day),) = self.env.execute_query(
            SQL(
                """
            SELECT COUNT(*) FILTER (WHERE moment > %(hour)s), COUNT(*)
              FROM debt_whatsapp_message
             WHERE conversation_id = %(conversation)s AND direction = 'out'
               AND author = 'bot' AND moment > %(day)s
                """,
                conversation=self.id,
                hour=now - timedelta(hours=1),
                day=now - timedelta(days=1),
            )
        )
        return hour, day

    @api.model
    def _known_receipt(self, company, session, messages):
        """Return the reference of the notice that has the same receipt, or empty."""
        named = session.data.get("media", ())
        before = messages.browse([int(n) for n in named]).exists()
        contents = (before | messages).attachment_ids.mapped("raw")
        notices = self.env["debt.payment.notice"]._with_receipt(company, contents)
        # of somebody else's it is not told: a person looks at it
        own = notices.filtered(lambda n: n.partner_id in self._speaks_for().partner_id)
        return str(own[:1].id or "")


def _exact(amount, currency):
    """Return an amount as an exact number, rounded as its currency is."""
    return Decimal(str(amount)).quantize(Decimal(1).scaleb(-currency.decimal_places))
