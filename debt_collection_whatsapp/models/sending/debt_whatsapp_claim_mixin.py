import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...logic import recheck
from ...logic.message_state import ARRIVED
from ...logic.payload import envelope, wants_link, with_link, with_media
from ...logic.throttle import BURST, PAIR_MEMORY, has_room, pair_wait, second_is_full
from .debt_whatsapp_queue_mixin import BROKEN_WAIT

_logger = logging.getLogger(__name__)

#: One that breaks our own program is tried so often.
BREAKS = 3
#: "wacv" in ASCII: class of the locks of conversations.
LOCK_CLASS = 0x77616376


class DebtWhatsappClaimMixin(models.AbstractModel):
    """One message of the queue: the last look before it leaves, and the claim."""

    _name = "debt.whatsapp.claim.mixin"
    _description = "Claim of WhatsApp Messages"

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

    def _lose(self, detail=None):
        """Nobody knows whether it left: a person decides, or a report tells."""
        self.write({"state": "uncertain", "error": detail and detail[:200]})
        action = self._own_action()
        if action.state == "sent":
            action._lose(detail)
