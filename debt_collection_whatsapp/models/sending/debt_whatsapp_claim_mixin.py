import logging
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...logic import recheck
from ...logic.message_state import ARRIVED
from ...logic.payload import (
    attachment_ids,
    envelope,
    wants_link,
    with_link,
    with_media,
)
from ...logic.throttle import BURST, PAIR_MEMORY, has_room, pair_wait, second_is_full
from ...tools.graph_client import GraphTrouble

_logger = logging.getLogger(__name__)

#: Messages of each number that one round of the job works.
BATCH = 50
#: Rounds of one call of the job.
ROUNDS = 8
#: For so many seconds the job itself waits for a message that is a little early.
PATIENCE = 7
#: Nobody hears from a number whose calls broke so often in a row, for now.
BROKEN = 3
BROKEN_WAIT = timedelta(minutes=5)
#: One that breaks our own program is tried so often.
BREAKS = 3
#: Longer than any call: what was claimed before that and has no answer is lost.
CLAIM_MOMENT = timedelta(minutes=10)
#: "wacv" in ASCII: class of the locks of conversations.
LOCK_CLASS = 0x77616376


class DebtWhatsappClaimMixin(models.AbstractModel):
    """The queue: which message leaves next, and the last look before it does.

    It answers the watchdog as ``debt.queue.mixin`` does, but is none: there each
    message has an action, while the assistant and people write here without one.
    """

    _name = "debt.whatsapp.claim.mixin"
    _description = "Queue of WhatsApp Messages"

    #: It is one of the queues that the watchdog and the jobs of the core look at.
    _queue_label = "whatsapp"

    @api.model
    def _debt_backlog(self, now):
        """Return [(company id, since when the oldest could have left, count)].

        :param now: naive UTC moment: what is to leave later is left out
        """
        return self.env.execute_query(
            SQL(
                """
            SELECT company_id, MIN(GREATEST(moment, next_try)), COUNT(*)
              FROM debt_whatsapp_message
             WHERE state = 'queued' AND direction = 'out'
               AND (next_try IS NULL OR next_try <= %s)
             GROUP BY company_id
                """,
                now,
            )
        )

    @api.model
    def _debt_waiting(self):
        """Return the actions of what waits in the queue."""
        waiting = self.search([("state", "=", "queued"), ("author", "=", "strategy")])
        return waiting.action_id

    # === THE JOB === #

    @api.model
    def _cron_send(self):
        """Send what is due, some messages of each number at a time."""
        self._debt_find_lost()
        self._resend_uncertain(fields.Datetime.now())
        self.env["debt.run"]._checkpoint()
        alone, sent = self.env["debt.whatsapp.account"], True
        for _round in range(ROUNDS):
            sent, alone = self._send_round(alone)
            if not sent and not self._await_next(alone):
                break
        self._ask_history(fields.Datetime.now())
        self._wake_for_next(alone, again=sent)

    @api.model
    def _send_round(self, alone):
        """Send some messages of each number.

        :param alone: numbers whose calls broke: they are left alone
        :return: (how many were offered, those left alone now)
        """
        now = fields.Datetime.now()
        due = self._due(now).filtered(lambda m: m.account_id not in alone)
        self.env["debt.run"]._checkpoint()
        broken, clients, count = {}, {}, 0
        for message in due:
            account = message.account_id
            if account in alone:
                continue
            offered, answered = message._send_one(clients)
            count += offered
            if offered:
                broken[account] = 0 if answered else broken.get(account, 0) + 1
            if broken.get(account) == BROKEN:
                self._wake(fields.Datetime.now() + BROKEN_WAIT)
                alone |= account
        return count, alone

    @api.model
    def _due(self, now, limit=BATCH):
        """Return messages that may leave now: some of each number, the urgent first.

        A number with a long queue takes no more of a round than the others.
        """
        self.flush_model(["state", "next_try", "priority", "account_id"])
        rows = self.env.execute_query(
            SQL(
                """
            SELECT id
              FROM (SELECT id, row_number() OVER (PARTITION BY account_id
                                                  ORDER BY priority, id) AS place
                      FROM debt_whatsapp_message
                     WHERE state = 'queued' AND direction = 'out'
                       AND (next_try IS NULL OR next_try <= %s)) m
             WHERE place <= %s
             ORDER BY place, id
                """,
                now,
                limit,
            )
        )
        return self.browse([message_id for (message_id,) in rows])

    @api.model
    def _next_moment(self, alone):
        """Return when the next message may leave, None where none waits."""
        self.flush_model(["state", "next_try"])
        ((moment, count),) = self.env.execute_query(
            SQL(
                """
            SELECT MIN(COALESCE(next_try, moment)), COUNT(*)
              FROM debt_whatsapp_message
             WHERE state = 'queued' AND direction = 'out'
               AND NOT account_id = ANY(%s)
                """,
                list(alone.ids),
            )
        )
        return moment if count else None

    @api.model
    def _await_next(self, alone):
        """Wait for a message that may leave within seconds; False where none does."""
        moment = self._next_moment(alone)
        if not moment or not self.env["debt.run"]._may_commit():
            return False
        seconds = (moment - fields.Datetime.now()).total_seconds()
        self.env["debt.run"]._checkpoint()
        if not 0 < seconds <= PATIENCE:
            return False
        time.sleep(seconds)
        return True

    @api.model
    def _wake_for_next(self, alone, again):
        """Let the job come back when there is something to do."""
        moment = self._next_moment(alone)
        if moment:
            self._wake(max(moment, fields.Datetime.now()) if again else moment)

    @api.model
    def _wake(self, at=None):
        """Let the job run, at a moment or at once."""
        cron = "debt_collection_whatsapp.ir_cron_debt_whatsapp_send"
        if at:
            self.env["debt.action"]._wake(cron, at)
        else:
            self.env.ref(cron).sudo()._trigger()  # sudo: a job of the system

    # === ONE MESSAGE === #

    def _send_one(self, clients):
        """Send one message; whatever happens to it, the next one can be sent.

        :param dict clients: {number: its client}, kept for the round
        :return: (whether it was offered, whether WhatsApp answered at all)
        """
        run = self.env["debt.run"]
        try:
            if not self._upload(clients):
                return True, False
            payload = run._retry(self._take)
            if not payload:
                return False, True
            answer, trouble = self._offer(payload, clients)
            run._checkpoint("whatsapp_accepted", commit=False)
            run._retry(lambda: self._record(answer, trouble))
        except Exception as error:
            if not run._may_commit():
                raise
            self.env.cr.rollback()
            _logger.exception("WhatsApp message %s", self.id)
            detail = f"{type(error).__name__}: {error}"
            run._retry(lambda: self._broke(detail))
            return True, False
        return True, answer is not None or getattr(trouble, "code", None) is not None

    def _take(self):
        # what was sent to the debtor is read after they were locked
        self.env["debt.run"]._checkpoint(read_committed=True)
        payload = self._claim(fields.Datetime.now())
        self.env["debt.run"]._checkpoint("whatsapp_claimed" if payload else None)
        return payload

    def _claim(self, now):
        """Take a message for this worker, or say what becomes of it instead.

        :param now: naive UTC moment
        :return: what is to be posted, None where it is not to leave now
        """
        message = self.try_lock_for_update()
        if not message or message.state != "queued":
            return None
        if not message._lock_conversation():
            return None  # another worker writes to the same person
        action = message._own_action()
        if action and action.state != "sent":
            message.write({"state": "cancelled", "reason": "debt"})
            return None
        if message.again_of_id.state in ARRIVED:
            message.write({"state": "cancelled", "reason": "arrived"})
            return None
        decision = recheck.decide(message._facts(now))
        if decision.kind != recheck.SEND:
            message._obey(decision, now)
            return None
        if action and not message._action_is_right(now):
            return None
        payload = message._payload(now)
        # whatever the server's settings, this commit must survive its crash
        self.env.cr.execute("SET LOCAL synchronous_commit TO on")
        message.write(
            {
                "state": "sending",
                "reason": False,
                "claimed": now,
                "tries": message.tries + 1,
                "sent_to": payload.get("to") or payload.get("recipient"),
            }
        )
        action.delivery = "sending"
        return payload

    def _broke(self, detail):
        """Put a message aside that our own program cannot send, so that it is not tried
        again and again.

        One that was claimed before it broke is found as lost: it may have left.
        """
        self.env["debt.run"]._checkpoint(read_committed=True)
        self._lock_row()
        if self.state == "queued":
            now = fields.Datetime.now()
            self.write({"tries": self.tries + 1, "error": detail[:200]})
            if self.tries < BREAKS:
                self._wait(now + BROKEN_WAIT * self.tries, False)
            else:
                self.write({"state": "failed", "failed_date": now, "reason": False})
                action = self._own_action()
                if action.state == "sent":
                    action._fail("error", detail=detail[:200])
        self.env["debt.run"]._checkpoint()

    def _lock_conversation(self):
        """Hold the conversation until the claim is committed: one writes at a time."""
        ((locked,),) = self.env.execute_query(
            SQL(
                "SELECT pg_try_advisory_xact_lock(%s, %s)",
                LOCK_CLASS,
                self.conversation_id.id,
            )
        )
        return locked

    def _facts(self, now):
        """Return what ``logic.recheck`` wants to know of this message."""
        self.ensure_one()
        account, conversation = self.account_id, self.conversation_id
        template = self.template_id.sudo()  # sudo: what a template is, to send it
        # a template needs what a reminder needs, whoever sends it
        author = "strategy" if self.kind == "template" else self.author
        return recheck.Facts(
            now=now,
            author=self.author,
            is_template=self.kind == "template",
            sendable=bool(template.sendable),
            valid_until=self.valid_until or None,
            silent=account._why_silent(author, now) or None,
            opted_out=self._is_opted_out(),
            wrong_person=conversation._is_wrong_person(self.partner_id),
            taken_over=conversation._is_taken_over(now),
            window_until=conversation.window_until or None,
            has_room=self._has_room(now),
            pair_wait=self._pair_wait(now),
            second_is_full=self._second_is_full(now),
        )

    def _is_opted_out(self):
        """Return whether the person wants no messages here, by their last word."""
        address = self.conversation_id.identity_id._address()
        consent = self.env["debt.contact.consent"]
        return bool(address) and any(
            consent._is_withdrawn(self.company_id, address, channel)
            for channel in ("whatsapp", "any")
        )

    def _has_room(self, now):
        """Return whether the day's people allow one more who did not write first."""
        account = self.account_id
        limit = account._people_a_day()
        if self.kind != "template" or not limit:
            return True
        part = account.reminder_part / 100 if self.author == "strategy" else 1.0
        if self.priority < 20:
            part = 1.0
        used = account._daily_people(now).get(account._portfolio(), 0)
        return has_room(limit, used, part)

    def _pair_wait(self, now):
        """Return the seconds until the same person may get the next one."""
        self.flush_model(["claimed", "conversation_id"])
        rows = self.env.execute_query(
            SQL(
                """
            SELECT claimed FROM debt_whatsapp_message
             WHERE conversation_id = %s AND claimed > %s AND id <> %s
             ORDER BY claimed
                """,
                self.conversation_id.id,
                now - PAIR_MEMORY,
                self.id,
            )
        )
        burst = BURST if self.author in recheck.ANSWERS else 0
        return pair_wait([moment for (moment,) in rows], now, burst)

    def _second_is_full(self, now):
        """Return whether the number has sent enough in this second."""
        self.flush_model(["claimed", "account_id"])
        ((count,),) = self.env.execute_query(
            SQL(
                """
            SELECT COUNT(*) FROM debt_whatsapp_message
             WHERE account_id = %s AND claimed >= %s
                """,
                self.account_id.id,
                now,
            )
        )
        return second_is_full(count, self.account_id.rate)

    def _obey(self, decision, now):
        """Do with a message what the last look decided."""
        kind, reason = decision.kind, decision.reason
        if kind == recheck.WAIT:
            self._wait(decision.until, reason)
        elif kind == recheck.CANCEL:
            self._give_up("cancelled", reason, now)
        elif kind == recheck.REWRITE and (action := self._own_action()):
            self.write({"state": "cancelled", "reason": reason})
            action._plan_again()
        elif kind == recheck.CONVERT and self._convert(now):
            self.write({"state": "expired", "reason": "replaced"})
        else:
            self._give_up("expired", reason, now)

    def _wait(self, until, reason):
        """Let a message wait, but not past the moment until which it is worth it."""
        if self.valid_until and until > self.valid_until:
            until = self.valid_until + timedelta(seconds=1)
        self.write({"state": "queued", "next_try": until, "reason": reason})

    def _action_is_right(self, now):
        """Look at the debt again, and at the hours; see ``sms.sms`` and ``mail.mail``.

        :return: whether its message may leave now
        """
        action = self._own_action()
        action._lock_debtors(wait=True)
        action.case_id._refresh(action.contact_day)
        if not action._suppress(now):
            self.write({"state": "cancelled", "reason": "debt"})
            return False
        channel = self.env["debt.channel.whatsapp"]
        # the number changed, or its owner wants no more messages
        moved = channel._addresses(action).get(action) != action.address
        if moved or action._text_is_stale() or action._must_be_test():
            self.write({"state": "cancelled", "reason": "changed"})
            action._plan_again()
            return False
        permitted, until = action._permit_in_queue(now)
        if until:
            # a new day, on which it is worth sending again
            self.valid_until = self._valid_until(action)
            self._wait(until, "policy")
        elif not permitted:
            self.write({"state": "cancelled", "reason": "policy"})
        return permitted

    @api.model
    def _valid_until(self, action):
        """Return until when the message of an action is worth sending: that day."""
        noon = action.company_id._debt_noon(action.contact_day)
        return noon + timedelta(hours=12)

    def _payload(self, now):
        """Return what is posted: see ``logic.payload``.

        The link to the customer's page is made now: who reads the message later has
        nothing to open it with.
        """
        self.ensure_one()
        identity, company = self.conversation_id.identity_id, self.company_id
        content = with_media(self.content, self._media())
        if self.case_id and wants_link(content):
            # sudo: a link to what the customer owes, for the customer
            links = self.env["debt.link"].sudo()._new(self.case_id, now)
            content = with_link(content, links[self.case_id])
        reply_to = self.reply_to_id.wamid or ""
        if company.debt_test_mode:
            test = self.env["debt.channel.whatsapp"]._test_address(company)
            return envelope(content, self.uuid, to=(test or "").lstrip("+"))
        links = self.conversation_id._links()
        known = links.filtered(lambda link: link.state in ("linked", "confirmed"))
        return envelope(
            content,
            self.uuid,
            **identity._recipient(),
            # WhatsApp does not bring it where the number changed hands since
            identity_hash=(known and identity.identity_hash) or "",
            reply_to=reply_to,
        )

    def _offer(self, payload, clients):
        """Post a message, once.

        :return: (the answer or None, the trouble or None)
        """
        account = self.account_id.sudo()  # sudo: its token, to use it
        try:
            client = self._client_of(clients)
            return client.send(account.phone_number_id, payload), None
        except GraphTrouble as trouble:
            return None, trouble

    def _client_of(self, clients):
        account = self.account_id.sudo()  # sudo: as above
        if account not in clients:
            clients[account] = account._client()
        return clients[account]

    # === FILES === #

    def _upload(self, clients):
        """Leave the files of a message with WhatsApp before it is claimed.

        Nothing may come between the last look at the debt and the message, and a file
        takes seconds.

        :return: whether they are there, or there are none
        """
        if self.state != "queued":
            return True
        known = self._media()
        missing = [ref for ref in attachment_ids(self.content) if ref not in known]
        if not missing:
            return True
        run = self.env["debt.run"]
        media = dict(known)
        try:
            for file in self.env["ir.attachment"].sudo().browse(missing).exists():
                media[file.id] = self._client_of(clients).upload(
                    self.account_id.phone_number_id, file.name, file.mimetype, file.raw
                )
        except GraphTrouble as trouble:
            run._checkpoint(read_committed=True)
            self._not_uploaded(trouble, fields.Datetime.now())
            run._checkpoint()
            return False
        self.media = {str(ref): name for ref, name in media.items()}
        run._checkpoint("whatsapp_uploaded")
        return True

    def _media(self):
        """Return {id of a file of ours: its name at WhatsApp}."""
        return {int(ref): name for ref, name in (self.media or {}).items()}

    # === WHAT BECAME OF IT === #

    def _record(self, answer, trouble):
        """Record what WhatsApp answered; its reports may have come before."""
        self.env["debt.run"]._checkpoint(read_committed=True)
        self._lock_row()
        now = fields.Datetime.now()
        if trouble is None:
            self._accepted(answer, now)
        elif self.state == "sending":
            self._refused(trouble, now, left=False)
        self.env["debt.run"]._checkpoint("whatsapp_reported")

    def _lock_row(self):
        """Hold a message, and read it as it is now."""
        self.flush_recordset()
        self.env.cr.execute(
            SQL("SELECT FROM debt_whatsapp_message WHERE id = %s FOR UPDATE", self.id)
        )
        self.invalidate_recordset()

    def _accepted(self, answer, now):
        """Record that WhatsApp took it: not yet that anybody got it."""
        first = answer["messages"][0]
        values = {"error_class": False, "error_code": False, "error": False}
        if not self.wamid:
            values["wamid"] = first["id"]
        if self.state in ("sending", "uncertain"):
            status = first.get("message_status")
            values["state"] = "accepted" if status in (None, "accepted") else "held"
        if not self.sent_date:
            values["sent_date"] = now
        self.write(values)
        if not self.is_test:
            self.conversation_id.identity_id._learn_answer(self.account_id, answer)
        self.template_id._on_taken()
        action = self._own_action()
        action.reason_detail = False
        action._sms_arrived(on_phone=False)

    # === LOST === #

    @api.model
    def _debt_find_lost(self, patience=CLAIM_MOMENT):
        """Find messages whose worker died while it handed them over.

        :param timedelta patience: how old a claim must be at least
        """
        lost = self.search(
            [
                ("state", "=", "sending"),
                ("claimed", "<=", fields.Datetime.now() - patience),
            ]
        ).try_lock_for_update()
        for message in lost.filtered(lambda m: m.state == "sending"):
            message._lose(self.env._("The worker was interrupted."))
        return lost

    def _lose(self, detail=None):
        """Nobody knows whether it left: a person decides, or a report tells."""
        self.write({"state": "uncertain", "error": detail and detail[:200]})
        action = self._own_action()
        if action.state == "sent":
            action._lose(detail)

    @api.model
    def _resend_uncertain(self, now):
        """Send confirmations once more of which nobody knows for an hour.

        Only where the number says so: most customers would rather get a confirmation
        twice than not at all. A reminder is never repeated.
        """
        uncertain = self.search(
            [
                ("state", "=", "uncertain"),
                ("priority", "=", 10),
                ("resent", "=", False),
                ("account_id.resend_confirmations", "=", True),
                ("claimed", "<=", now - timedelta(hours=1)),
            ]
        ).try_lock_for_update()
        for message in uncertain.filtered(lambda m: m.state == "uncertain"):
            message.write({"state": "queued", "resent": True, "next_try": False})
            action = message._own_action()
            if action.state == "uncertain":
                action.write({"state": "sent", "reason": False, "delivery": "queued"})
        return uncertain
