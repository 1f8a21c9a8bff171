import logging
from datetime import timedelta
from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import hash_sign, verify_hash_signed

from odoo.addons.debt_collection.fields import LooseMany2one
from odoo.addons.debt_collection.models.contact.debt_queue_mixin import (
    FIRST_WAIT,
    TRIES,
)

from ..logic.conversation import UNANSWERED, advance, outcome
from ..logic.twilio import ACCEPTED, ACCOUNT, BAD_NUMBER, LATER, UNKNOWN
from ..tools.twilio_client import TwilioClient

_logger = logging.getLogger(__name__)

#: After a call that nobody took.
RETRY_WAIT = timedelta(hours=2)
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
    """An automatic call: the outbox, and what became of it. One for each action."""

    _name = "debt.voice.call"
    _description = "Automatic Call"
    _inherit = ["debt.voice.conversation.mixin", "debt.queue.mixin"]
    _order = "id desc"
    _queue_label = "call"
    _queue_cron = "debt_collection_voice.ir_cron_debt_voice"
    _queue_patience = timedelta(minutes=5)
    _queue_waiting = "queued"
    _queue_cancelled = "cancelled"
    _queue_action = "action_id"
    _queue_claimed = "claimed"
    _queue_moment = "next_call"
    _queue_tries = "refusals"

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
                if call._debt_send_one() == ACCOUNT:
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

    def _debt_is_early(self, now):
        zone = self.case_id._call_zone()
        moment = self.company_id._debt_voice_next(now, zone)
        if moment > now:
            self.next_call = moment
        return moment > now

    def _debt_day(self, now):
        return self.company_id._debt_today(now)

    def _debt_is_stale(self):
        return False  # what it says is written when it is placed

    def _debt_wait(self, moment):
        # the job looks every quarter of an hour
        zone = self.case_id._call_zone()
        self.next_call = self.company_id._debt_voice_next(moment, zone)

    def _debt_mark(self, now):
        action, day = self.action_id, self._debt_day(now)
        action._refresh_text()
        if action.contact_day != day:
            action.contact_day = day  # quiet days count from the call
            action._recount_contacts(action.case_id)
        self.write(
            {
                **self._fresh(),
                "state": "calling",
                "claimed": now,
                "calls": self.calls + 1,
            }
        )

    def _debt_relock(self):
        return True  # events about it come while it is placed

    def _debt_hand_over(self):
        """Ask the provider for the call."""
        answer = self._client().place_call(self._request())
        return answer.kind, answer

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

    def _debt_report(self, outcome, detail, seconds=None):
        """Record what the provider answered; events may have come before it.

        :param detail: the whole answer: it names the call, and how long to wait
        """
        answer = detail
        self.invalidate_recordset()
        if outcome == ACCEPTED:
            if not self.sid:
                self.sid = answer.sid
            self._heal()
        elif self.sid or self.state != "calling":
            pass  # an event told that it was placed
        elif outcome == UNKNOWN:
            self._debt_lose(answer.detail)
        elif outcome == LATER and self.refusals + 1 < TRIES:
            self.error_code = answer.code
            self._debt_postpone(answer.detail, answer.wait)
        elif outcome == ACCOUNT:
            _logger.error("The voice account of company %s fails", self.company_id.id)
            self._debt_give_back(answer.detail, error_code=answer.code)
            self._debt_wait(fields.Datetime.now() + FIRST_WAIT)
        else:
            self._refuse(answer)
        self.env["debt.run"]._checkpoint("call_reported")

    def _debt_give_back(self, detail, **values):
        calls = self.calls - 1  # it was not placed
        return super()._debt_give_back(
            detail, **self._fresh(), calls=calls, error=detail, **values
        )

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

    def _debt_lose(self, detail=None):
        self.write({"state": "uncertain", "error": detail})
        return super()._debt_lose(detail)

    @api.model
    def _debt_lost_domain(self):
        return [("state", "=", "calling"), ("sid", "=", False)]

    def _heal(self):
        """The provider knows the call, of which nobody knew whether it was placed."""
        if self.state == "uncertain":
            self.state = "calling"
        if self.action_id.state == "uncertain":
            self.action_id.write(
                {"state": "sent", "reason": False, "delivery": "sending"}
            )

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
