import logging
from datetime import timedelta
from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import hash_sign, verify_hash_signed

from odoo.addons.debt_collection.fields import LooseMany2one

from ..logic.conversation import UNANSWERED, advance, outcome
from ..logic.twilio import ACCEPTED, ACCOUNT, BAD_NUMBER, LATER, UNKNOWN
from ..tools.twilio_client import TwilioClient

_logger = logging.getLogger(__name__)

#: How often a call is asked for while the provider says "later", and the first wait.
TRIES = 6
FIRST_WAIT = timedelta(minutes=5)
#: After a call that nobody took.
RETRY_WAIT = timedelta(hours=2)
#: A worker needs a moment between its claim and the answer of the provider.
CLAIM_MOMENT = timedelta(minutes=5)
#: Calls placed in one round of the job, and how often it comes by itself.
BATCH = 200
ROUND = timedelta(minutes=15)
#: For how long the provider may ask what a call says.
TOKEN_TIME = timedelta(days=1)
TOKEN_SCOPE = "debt_collection_voice.call"
#: Seconds that the telephone rings.
RING_SECONDS = 30
STATES = [
    ("queued", "In the Queue"),
    ("calling", "Calling"),
    ("ringing", "Ringing"),
    ("talking", "Talking"),
    ("done", "Done"),
    ("failed", "Failed"),
    ("uncertain", "Uncertain"),
    ("cancelled", "Cancelled"),
]


class DebtVoiceCall(models.Model):
    """An automatic call: the outbox, and what became of it.

    One for each action. A call that was claimed and has no answer of the provider is
    uncertain; it is never placed again by itself.
    """

    _name = "debt.voice.call"
    _description = "Automatic Call"
    _inherit = ["debt.voice.conversation.mixin"]
    _order = "id desc"

    action_id = LooseMany2one("debt.action", required=True, readonly=True)
    case_id = LooseMany2one("debt.case", required=True, readonly=True, index=True)
    company_id = LooseMany2one("res.company", required=True, readonly=True)
    debtor_id = LooseMany2one("res.partner", string="Customer", readonly=True)
    partner_id = LooseMany2one("res.partner", string="Person", readonly=True)
    state = fields.Selection(STATES, required=True, default="queued", readonly=True)
    phone = fields.Char(
        string="Number", readonly=True, help="The number of the person."
    )
    lang = fields.Char(readonly=True)
    reference = fields.Char(
        required=True, readonly=True, default=lambda self: uuid4().hex
    )
    sid = fields.Char(string="Identifier of the Provider", readonly=True, index=True)
    next_call = fields.Datetime(
        readonly=True, help="It may ring from this moment on, by the hours of calls."
    )
    claimed = fields.Datetime(
        readonly=True, help="When a worker began to ask the provider for it."
    )
    calls = fields.Integer(
        string="Calls Placed", readonly=True, help="Each has its own identifier."
    )
    refusals = fields.Integer(
        readonly=True, help="How often the provider said in a row: later."
    )
    status = fields.Char(readonly=True, help="How it ended, as the provider says.")
    answered_by = fields.Char(readonly=True, help="Who answered, as it was heard.")
    duration = fields.Integer(string="Seconds", readonly=True)
    outcome_id = fields.Many2one(related="action_id.outcome_id", string="Result")
    error_code = fields.Integer(readonly=True)
    error = fields.Char(readonly=True)
    is_test = fields.Boolean(related="action_id.is_test", string="Test")
    event_ids = fields.One2many("debt.voice.event", "call_id", readonly=True)

    _action_uniq = models.Constraint(
        "UNIQUE(action_id)", "An action makes one automatic call."
    )
    _queue_idx = models.Index("(next_call) WHERE state IN ('queued', 'calling')")

    @api.depends("debtor_id")
    def _compute_display_name(self):
        for call in self:
            # sudo: the name of the debtor is shown wherever the call is
            call.display_name = call.debtor_id.sudo().display_name

    # === THE QUEUE === #

    @api.model
    def _queue(self, actions, now):
        """Put one call for each action into the queue, at the next hour of calls.

        An action that is sent again takes its call again.

        :param actions: actions of the channel, checked a moment ago
        :param now: naive UTC moment
        """
        known = self.search([("action_id", "in", actions.ids)]).grouped("action_id")
        channel = self.env["debt.channel.voice"]
        email = self.env["debt.channel.email"]
        for action in actions:
            contact = channel._contact(action)
            values = {
                "state": "queued",
                "partner_id": contact.id,
                "phone": action.address,
                "lang": email._lang(action),
                "next_call": action.company_id._debt_voice_next(
                    now, action.case_id._call_zone()
                ),
                **self._fresh(),
                "refusals": 0,
                "error": False,
                "error_code": False,
            }
            if action in known:
                known[action].write(values)
                continue
            self.create(
                {
                    **values,
                    "action_id": action.id,
                    "case_id": action.case_id.id,
                    "company_id": action.company_id.id,
                    "debtor_id": action.debtor_id.id,
                }
            )

    @api.model
    def _fresh(self):
        """Return the values of a call that is to be placed, again or for the first
        time."""
        return {
            "sid": False,
            "claimed": False,
            "status": False,
            "answered_by": False,
            "duration": 0,
        }

    @api.model
    def _cron_call(self):
        """Place the calls whose moment has come."""
        run = self.env["debt.run"]
        companies = run._companies().filtered(lambda c: c._debt_voice_is_ready())
        for company in companies:
            due = self._due(company, fields.Datetime.now())
            run._checkpoint()
            for call in due:
                if not call._place():
                    break
        now = fields.Datetime.now()
        soon = self._due(companies, now + ROUND, limit=1)
        if soon:
            cron = self.env.ref("debt_collection_voice.ir_cron_debt_voice")
            moment = max(soon.next_call, now + timedelta(minutes=1))
            cron.sudo()._trigger(at=moment)  # sudo: the queue is the system's

    @api.model
    def _due(self, companies, moment, limit=BATCH):
        """Return calls of companies that may ring at a moment, the earliest first."""
        return self.search(
            [
                ("company_id", "in", companies.ids),
                ("state", "=", "queued"),
                ("next_call", "<=", moment),
            ],
            order="next_call, id",
            limit=limit,
        )

    def _place(self):
        """Place one call; whatever happens to it, the next one can be placed.

        :return: False where the provider takes no calls of this company now
        """
        run = self.env["debt.run"]
        try:
            if not run._retry(self._take):
                return True
            answer = self._client().place_call(self._request())
            run._checkpoint("call_accepted", commit=False)
            run._retry(lambda: self._report(answer))
        except Exception:
            if not run._may_commit():
                raise
            self.env.cr.rollback()
            _logger.exception("Automatic call %s", self.reference)
            return True
        return answer.kind != ACCOUNT

    def _take(self):
        # what was sent to the debtor is read after they were locked
        self.env["debt.run"]._checkpoint(read_committed=True)
        claimed = self._claim(fields.Datetime.now())
        self.env["debt.run"]._checkpoint("call_claimed" if claimed else None)
        return claimed

    def _claim(self, now):
        """Take a call for this worker, or cancel it when it is not wanted any more."""
        call = self.try_lock_for_update()
        if not call or call.state != "queued":
            return False
        action, company = call.action_id, call.company_id
        if action.state != "sent":
            call.state = "cancelled"
            return False
        moment = company._debt_voice_next(now, call.case_id._call_zone())
        if moment > now:
            call.next_call = moment
            return False
        action._lock_debtors(wait=True)
        day = company._debt_today(now)
        action.case_id._refresh(day)
        if not action._suppress(now):
            call.state = "cancelled"
            return False
        channel = self.env["debt.channel.voice"]
        # the number changed, or its owner wants no more calls
        moved = channel._addresses(action).get(action) != action.address
        if moved or action._must_be_test():
            call.state = "cancelled"
            action._plan_again()
            return False
        if not call._is_permitted(now):
            return False
        action._refresh_text()
        if action.contact_day != day:
            action.contact_day = day  # quiet days count from the call
            action._recount_contacts(action.case_id)
        # whatever the server's settings, this commit must survive its crash
        self.env.cr.execute("SET LOCAL synchronous_commit TO on")
        call.write(
            {
                **self._fresh(),
                "state": "calling",
                "claimed": now,
                "calls": call.calls + 1,
            }
        )
        action.delivery = "sending"
        return True

    def _is_permitted(self, now):
        """Return whether it may ring now; else it waits, or its action ends."""
        permitted, until = self.action_id._permit_in_queue(now)
        if until:
            zone = self.case_id._call_zone()
            self.next_call = self.company_id._debt_voice_next(until, zone)
        elif not permitted:
            self.state = "cancelled"
        return permitted

    def _number(self):
        """Return the number to call: in test mode that of the test."""
        company = self.company_id
        if company.debt_test_mode:
            return self.env["debt.channel.voice"]._test_address(company)
        return self.phone

    def _client(self):
        company = self.company_id.sudo()  # sudo: the account, to use it
        return TwilioClient(company.debt_voice_account, company.debt_voice_secret)

    def _request(self):
        """Return the parameters with which a claimed call is asked for."""
        company = self.company_id
        return {
            "To": self._number(),
            "From": company._debt_voice_number(company.debt_voice_from),
            "Url": self._url("twiml"),
            "Method": "POST",
            "StatusCallback": self._url("status"),
            "StatusCallbackMethod": "POST",
            "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
            "MachineDetection": "Enable",
            "Timeout": RING_SECONDS,
        }

    def _report(self, answer):
        """Record what the provider answered; events may have come before it."""
        self.invalidate_recordset()
        if answer.kind == ACCEPTED:
            if not self.sid:
                self.sid = answer.sid
            self._heal()
        elif self.sid or self.state != "calling":
            pass  # an event told that it was placed
        elif answer.kind == UNKNOWN:
            self._lose(answer.detail)
        elif answer.kind == LATER and self.refusals + 1 < TRIES:
            self._postpone(answer)
        elif answer.kind == ACCOUNT:
            _logger.error("The voice account of company %s fails", self.company_id.id)
            self._give_back(fields.Datetime.now() + FIRST_WAIT, answer)
        else:
            self._refuse(answer)
        self.env["debt.run"]._checkpoint("call_reported")

    def _give_back(self, moment, answer, **values):
        """Put a call that was not placed back into the queue."""
        zone = self.case_id._call_zone()
        self.write(
            {
                **self._fresh(),
                "state": "queued",
                "calls": self.calls - 1,
                "next_call": self.company_id._debt_voice_next(moment, zone),
                "error": answer.detail,
                "error_code": answer.code,
                **values,
            }
        )
        self.action_id.delivery = "queued"

    def _postpone(self, answer):
        """Ask again, each time after a longer wait, and never outside the hours."""
        wait = FIRST_WAIT * 3**self.refusals
        if answer.wait is not None:
            wait = max(wait, timedelta(seconds=answer.wait))
        moment = fields.Datetime.now() + wait
        self._give_back(moment, answer, refusals=self.refusals + 1)

    def _refuse(self, answer):
        """End a call that the provider does not place."""
        self.write(
            {"state": "failed", "error": answer.detail, "error_code": answer.code}
        )
        self.action_id.delivery = "failed"
        if answer.kind == BAD_NUMBER:
            self.action_id._wrong_number(answer.detail)
        else:
            self.action_id._fail("rejected", detail=answer.detail)

    def _lose(self, detail=None):
        """Nobody knows whether it was placed: a person decides."""
        self.write({"state": "uncertain", "error": detail})
        self.action_id.write(
            {
                "state": "uncertain",
                "reason": "lost",
                "reason_detail": detail,
                "delivery": False,
            }
        )

    def _heal(self):
        """The provider knows the call, of which nobody knew whether it was placed."""
        if self.state == "uncertain":
            self.state = "calling"
        if self.action_id.state == "uncertain":
            self.action_id.write(
                {"state": "sent", "reason": False, "delivery": "sending"}
            )

    @api.model
    def _find_lost(self):
        """Find calls whose worker died while it asked for them: see the class."""
        lost = self.search(
            [
                ("state", "=", "calling"),
                ("sid", "=", False),
                ("claimed", "<=", fields.Datetime.now() - CLAIM_MOMENT),
            ]
        ).try_lock_for_update()
        for call in lost:
            call._lose()
        return lost

    # === WHAT THE PROVIDER TELLS === #

    def _url(self, what):
        """Return the address at which the provider asks about this call."""
        token = hash_sign(
            self.env(su=True),  # sudo: the secret of the database signs it
            TOKEN_SCOPE,
            [self.id, self.calls],
            expiration=TOKEN_TIME,
        )
        return self.company_id._debt_voice_url(f"/debt/voice/{token}/{what}")

    @api.model
    def _of_token(self, token):
        """Return (call, number of the call) that a token names; (empty, 0) if none.

        With superuser rights: the signed token, and the signature of the provider that
        the caller checks, are the only right to this one call.
        """
        env = self.env(su=True)  # sudo: see above
        try:
            values = verify_hash_signed(env, TOKEN_SCOPE, token)
        except (ValueError, IndexError):
            values = None
        if not values or len(values) != 2:
            return self.browse(), 0
        return env[self._name].browse(values[0]).exists(), values[1]

    def _adopt(self, sid, number):
        """Return whether an event of a call of the provider is about this one now.

        The answer to our request may have been lost, or may come after the first event.

        :param sid: the identifier that the event names
        :param number: which call of this record it was, by its token
        """
        self.ensure_one()
        if self.sid == sid:
            return number == self.calls
        if self.sid or number != self.calls or self.state in ("queued", "cancelled"):
            return False
        self.sid = sid
        return True

    def _on_status(self, sid, number, params, now):
        """Take in what the provider tells of the state of a call.

        :param sid: the identifier of the provider
        :param number: which call of this record it was, by its token
        :param params: what was told
        :param now: naive UTC moment
        """
        self.ensure_one()
        self._wait_for_lock()
        status = params.get("CallStatus", "")[:20]
        event = self.env["debt.voice.event"]._take(
            self, sid, f"status {status}", params.get("AnsweredBy", "")[:30], now
        )
        if not event or not self._adopt(sid, number):
            return
        self._heal()
        state = advance(self.state, status)
        values = {"state": state}
        if state in ("done", "failed") and state != self.state:
            values["status"] = status
            values["error_code"] = _integer(params.get("ErrorCode"))
        if answered_by := params.get("AnsweredBy"):
            values["answered_by"] = answered_by[:30]
        if duration := _integer(params.get("CallDuration")):
            values["duration"] = duration
        self.write(values)
        self._settle(now)

    def _settle(self, now):
        """Write what became of the call, from all that is known until now."""
        action = self.action_id
        again = (
            self.status in UNANSWERED
            and not self.choice
            and self.calls < self.company_id.debt_voice_tries
        )
        if again and self._call_again(now):
            return
        if self.state == "failed" and action.state == "sent":
            action.delivery = "failed"
            action._fail("rejected", detail=self.status)
            return
        found = outcome(self.status, self.answered_by, self.choice)
        if found:
            code, reached = found
            result = self.env["debt.outcome"]._by_code(code)
            if (action.outcome_id, action.reached) != (result, reached):
                action.write({"outcome_id": result.id, "reached": reached})
            action.case_id.habit_day = False  # when they answer is learned anew
        if self.state == "done" and action.delivery != "delivered":
            action.delivery = "delivered"

    def _call_again(self, now):
        """Put a call that nobody took back into the queue, for the same day."""
        zone = self.case_id._call_zone()
        moment = self.company_id._debt_voice_next(now + RETRY_WAIT, zone)
        if self.company_id._debt_today(moment) != self.action_id.contact_day:
            return False
        self.write({**self._fresh(), "state": "queued", "next_call": moment})
        self.action_id.delivery = "queued"
        cron = self.env.ref("debt_collection_voice.ir_cron_debt_voice")
        cron.sudo()._trigger(at=moment)  # sudo: the queue is the system's
        return True

    # === BUTTONS === #

    def action_withdraw(self):
        """Take calls out of the queue: their steps are given back.

        :raise UserError: where none of them waits
        """
        waiting = self.filtered(lambda call: call.state == "queued")
        if not waiting:
            raise UserError(self.env._("None of these calls waits any more."))
        waiting.case_id.check_access("write")
        # sudo: the right to work the case is the right to stop its calls
        waiting = waiting.sudo().try_lock_for_update()
        waiting.action_id.filtered(lambda a: a.state == "sent")._skip("withdrawn")
        waiting.state = "cancelled"

    def action_open_case(self):
        """Open the case of the call."""
        self.ensure_one()
        return self.action_id.action_open_case()


def _integer(text):
    """Return a number that the provider wrote, 0 where it wrote none."""
    is_number = text and len(text) < 9 and text.isascii() and text.isdigit()
    return int(text) if is_number else 0
