from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from lxml import etree

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.debt_collection.fields import LooseMany2one
from odoo.addons.debt_collection.logic.working_days import add_working_days
from odoo.addons.debt_collection.tools.amount import format_short_amount

from ..logic.conversation import CHOICES, is_machine, more_telling

#: Seconds that a call waits for a key, and that an agent's telephone rings.
KEY_SECONDS = 8
AGENT_SECONDS = 25
#: Points of the conversation at which a key is asked for.
STEPS = ("hello", "account", "dialed")


class DebtVoiceConversationMixin(models.AbstractModel):
    """What an automatic call says, and what follows from the keys.

    hello: 1 is heard, 2 a person, 3 a wrong number. account: 1 promises, 2 a person.
    Each key has its effect once, however often the provider tells of it.
    """

    _name = "debt.voice.conversation.mixin"
    _description = "Conversation of an Automatic Call"

    choice = fields.Selection(
        [
            ("heard", "Heard the Message"),
            ("wrong", "Wrong Number"),
            ("agent", "Asked for a Person"),
            ("promise", "Promised"),
        ],
        readonly=True,
        help="What the customer said with the keys.",
    )
    offer_date = fields.Date(readonly=True, help="The day that was read aloud.")
    promise_id = LooseMany2one("debt.promise", string="Promise", readonly=True)
    task_id = LooseMany2one("debt.action", string="Task of the Agent", readonly=True)

    # === WHAT THE PROVIDER ASKS === #

    def _wait_for_lock(self):
        """Hold the call while an event is taken in; others wait for their turn."""
        self.env.cr.execute(
            SQL("SELECT FROM debt_voice_call WHERE id = %s FOR UPDATE", self.id)
        )
        self.invalidate_recordset()

    def _on_answer(self, sid, number, params, now):
        """Return what to say when somebody answers, as TwiML.

        :param sid: the identifier of the provider
        :param number: which call of this record it was, by its token
        :param params: what was told
        :param now: naive UTC moment
        """
        self.ensure_one()
        self._wait_for_lock()
        event = self.env["debt.voice.event"]._take(
            self, sid, "answer", params.get("AnsweredBy", "")[:30], now
        )
        if not self._adopt(sid, number):
            return self._hang_up()
        if event:
            self._heal()
            self.answered_by = params.get("AnsweredBy", "")[:30] or self.answered_by
            if is_machine(self.answered_by):
                # nobody knows who listens to it: no message is left
                self._settle(now)
        if is_machine(self.answered_by):
            return self._hang_up()
        return self._ask(["hello"], "hello", event)

    def _on_key(self, sid, number, step, params, now):
        """Do what a key asks for, once, and return what to say then, as TwiML.

        :param step: where in the conversation it was pressed
        """
        self.ensure_one()
        self._wait_for_lock()
        digit = params.get("Digits", "")[:4]
        dialed = params.get("DialCallStatus", "")[:20]
        event = self.env["debt.voice.event"]._take(
            self, sid, f"key {step} {digit or dialed or '-'}", False, now
        )
        if step not in STEPS or not self._adopt(sid, number):
            return self._hang_up()
        self._heal()
        answer = getattr(self, f"_key_{step}")(digit or dialed, event, now)
        self._settle(now)
        return answer

    # === WHAT A KEY DOES === #

    def _key_hello(self, digit, event, now):
        if digit == "1":
            self._choose("heard")
            return self._tell_account(event, now)
        if digit == "3" and self.choice not in ("promise", "agent", "heard"):
            if event and self._has_effects():
                self._number_is_wrong()
            self._choose("wrong")
            return self._hang_up("wrong", event)
        return self._key_agent(digit, event, now)

    def _key_account(self, digit, event, now):
        if digit == "1" and self.offer_date and self.choice:
            if self._make_promise(now):
                self._choose("promise")
                return self._hang_up("promised", event)
            return self._ask(["ask_agent"], "account", event)
        return self._key_agent(digit, event, now)

    def _key_agent(self, digit, event, now):
        if digit != "2":
            return self._hang_up("goodbye", event)
        self._choose("agent")
        self._ask_call_back(now)
        phone = self._agent_phone(now)
        if not phone:
            return self._hang_up("call_back", event)
        response = self._say(["connecting"], event)
        etree.SubElement(
            response,
            "Dial",
            action=self._step_url("dialed"),
            method="POST",
            timeout=str(AGENT_SECONDS),
            callerId=self.company_id._debt_voice_number(self.company_id.debt_voice_from)
            or "",
        ).text = phone
        return response

    def _key_dialed(self, status, event, now):
        if status != "completed":
            return self._hang_up("call_back", event)
        if event and self.task_id.state == "sent":
            self.task_id.activity_id.exists().action_feedback(
                feedback=self.env._("They were connected during the automatic call.")
            )
        return self._hang_up()

    def _choose(self, choice):
        choice = more_telling(self.choice or None, choice)
        if choice in CHOICES and choice != self.choice:
            self.choice = choice

    def _has_effects(self):
        """Return whether it is the customer who presses the keys: not in a test."""
        return not self.action_id.is_test

    def _make_promise(self, now):
        """Enter the promise of what was read aloud; return whether there is one."""
        if not self.promise_id and self._has_effects():
            self.case_id._refresh(self.company_id._debt_today(now), prioritise=False)
            self.promise_id = self.env["debt.promise"]._promise_by_debtor(
                self.case_id,
                self.offer_date,
                "voice",
                contact_id=self.partner_id.id,
                contact_action_id=self.action_id.id,
            )
        return bool(self.promise_id) or not self._has_effects()

    def _ask_call_back(self, now):
        """Give the agent the task to call back, once."""
        if self.task_id or not self._has_effects():
            return
        day = self.company_id._debt_today(now)
        agent = self.case_id._debt_agent()
        if agent:
            self.task_id = self.action_id._follow_up(
                "call_back",
                day,
                agent,
                channel="call",
                note=self.env._("Asked for a person during an automatic call."),
            )

    def _number_is_wrong(self):
        """Call this number no more, and ask the agent for the right one."""
        if self.partner_id._debt_number(self.company_id) == self.phone:
            self.partner_id._debt_phone("wrong", self.company_id._debt_today())
        self.action_id._fix_contact()

    def _agent_phone(self, now):
        """Return the number of whoever can be spoken to now, False where nobody."""
        company = self.company_id
        home = self.env["debt.case"]._zone_of(company)
        moment = company._debt_voice_next(now, home)
        if moment > now:
            return False
        agent = self.case_id._debt_agent()
        return agent.partner_id._debt_number(company) or (
            company.debt_voice_agent_phone
            and company._debt_voice_number(company.debt_voice_agent_phone)
        )

    # === WHAT IS SAID === #

    def _tell_account(self, event, now):
        """Return what is owed now, and the promise that can be made."""
        day = self.company_id._debt_today(now)
        self.case_id._refresh(day, prioritise=False)
        items = self.env["debt.promise"]._self_service_items(self.case_id)
        if not items:
            return self._hang_up("nothing", event)
        last, reason = self.env["debt.promise"]._self_service_limits(self.case_id)
        if reason:
            self.offer_date = False
            return self._ask(["account", "ask_agent"], "account", event)
        self.offer_date = self._offer_day(day, last)
        return self._ask(["account", "offer"], "account", event)

    @api.model
    def _offer_day_of(self, company, day, last):
        """Return the day that is offered: some working days ahead, within the limit."""
        country = company.country_id
        holidays = country._debt_holidays({day.year, day.year + 1}) if country else ()
        offered = add_working_days(day, company.debt_voice_promise_days, holidays)
        return min(offered, last)

    def _offer_day(self, day, last):
        return self._offer_day_of(self.company_id, day, last)

    def _script(self):
        return self.env["debt.voice.script"]._of(self.lang or "en")

    def _words(self, script):
        """Return what the placeholders of texts stand for."""
        return self._words_of(self.case_id, script, self.lang, self.offer_date)

    @api.model
    def _words_of(self, case, script, lang, offer_date):
        Promise = self.env["debt.promise"]
        items = Promise._self_service_items(case)
        amount = ""
        if items:
            amount = format_short_amount(
                self.with_context(lang=lang).env,
                Promise._self_service_amount(items),
                items.currency_id,
            )
        return {
            "company": case.company_id.name,
            "customer": case.partner_id.name or "",
            "amount": amount,
            "date": offer_date and _spoken(offer_date, script.language) or "",
        }

    @api.model
    def _said_in_advance(self, action, script, day):
        """Return the texts that a call for this action would say, for a preview.

        :param action: the action
        :param script: the ``debt.voice.script``
        :param day: the local day
        """
        lang = self.env["debt.channel.email"]._lang(action)
        last = fields.Date.add(day, days=action.company_id.debt_promise_days_self)
        case = action.case_id.sudo()  # sudo: what the debtor would hear
        values = self._words_of(
            case, script, lang, self._offer_day_of(case.company_id, day, last)
        )
        return [script._say(name, values) for name in ("hello", "account", "offer")]

    # === TWIML === #

    def _say(self, names, event=None):
        """Return a response that says some texts, noted as evidence the first time."""
        script = self._script()
        values = self._words(script)
        texts = [script._say(name, values) for name in names]
        if event:
            event.said = "\n".join(texts)
        response = etree.Element("Response")
        for text in texts:
            self._add_say(response, script, text)
        return response

    @staticmethod
    def _add_say(parent, script, text):
        say = etree.SubElement(parent, "Say", language=script.language)
        if script.voice:
            say.set("voice", script.voice)
        # what XML cannot carry is not said either
        say.text = "".join(c for c in text if c.isprintable() or c in "\n ")

    def _ask(self, names, step, event=None):
        """Return a response that says some texts, twice if need be, and takes a key."""
        response = self._say(names, event)
        spoken = list(response)
        for _time in range(2):
            gather = etree.SubElement(
                response,
                "Gather",
                input="dtmf",
                numDigits="1",
                timeout=str(KEY_SECONDS),
                action=self._step_url(step),
                method="POST",
            )
            for say in spoken:
                copy = etree.SubElement(gather, "Say", dict(say.attrib))
                copy.text = say.text
        for say in spoken:
            response.remove(say)
        etree.SubElement(response, "Hangup")
        return response

    def _hang_up(self, name=None, event=None):
        """Return a response that says a text, if any, and ends the call."""
        response = self._say([name], event) if name else etree.Element("Response")
        etree.SubElement(response, "Hangup")
        return response

    def _step_url(self, step):
        return f"{self._url('menu')}?step={step}"


def _spoken(day, language):
    """Return a day as people say it: the weekday, the day, the month and the year."""
    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale.parse("en")
    return format_date(day, format="full", locale=locale)
