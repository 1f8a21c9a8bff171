import logging
from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError

from ...logic import graph_error as graph
from ...tools.graph_client import NotSent, Uncertain

_logger = logging.getLogger(__name__)

#: The number itself is told of these: it may have to be left alone.
OF_ACCOUNT = (graph.AUTH, graph.ACCOUNT, graph.THROTTLE, graph.TRANSIENT)
#: And the template of these, that it may have to be left alone.
OF_TEMPLATE = (graph.TEMPLATE, graph.CONTENT)
#: The number is the trouble, not the message: it stays in the queue.
KEPT = (graph.AUTH, graph.ACCOUNT)
#: How soon a message is offered again whose number is left alone.
KEPT_WAIT = timedelta(minutes=15)
NOT_THERE = 131026
CHANGED_HANDS = 137000
#: Only marketing is held back for these: what Meta calls the template is read again.
AS_MARKETING = (131049, 131050)
#: The template of an answer that came too late to be free text.
UPDATE = "case_update"


class DebtWhatsappFailureMixin(models.AbstractModel):
    """What an error means for a message, its action, its template and its number."""

    _name = "debt.whatsapp.failure.mixin"
    _description = "Errors of WhatsApp Messages"

    def _refused(self, trouble, now, left):
        """Record that a message was not taken, or that it was not brought.

        :param trouble: what the client raised, or what a report says
        :param now: naive UTC moment
        :param bool left: whether WhatsApp had taken it before
        """
        kind, code = trouble.kind, getattr(trouble, "code", None)
        detail = str(trouble)[:200]
        self.write(
            {
                "error_class": kind,
                "error_code": code or 0,
                "error": detail,
                "trace": getattr(trouble, "trace", "") or False,
            }
        )
        if kind == graph.UNCERTAIN and not left:
            self._lose(detail)
            return
        if kind in OF_ACCOUNT:
            self.account_id._on_error(kind, trouble, now)
        elif kind in OF_TEMPLATE:
            self.template_id._on_error(kind, trouble, now)
        if not left and self._try_later(kind, code, now):
            return
        self.write({"state": "failed", "failed_date": now, "reason": False})
        _logger.info("WhatsApp message %s failed: %s %s", self.uuid, kind, code)
        self._consequences(kind, code, now)
        if not (left and kind == graph.HOLD and self._send_tomorrow(code, now)):
            self._tell_action(kind, code, detail, left)

    def _not_uploaded(self, trouble, now):
        """Record that a file could not be left with WhatsApp: nothing has left."""
        if isinstance(trouble, Uncertain):
            trouble = NotSent(str(trouble))
        self.tries += 1
        self._refused(trouble, now, left=False)

    def _try_later(self, kind, code, now):
        """Put a message back into the queue where it may go later; else False."""
        if kind in KEPT:
            moment = now + KEPT_WAIT
        elif graph.may_retry(kind, code, self.tries):
            seconds = graph.wait(kind, code, self.tries)
            # not all at the same moment
            moment = now + timedelta(seconds=seconds + seconds * (self.id % 20) // 100)
            if kind == graph.HOLD:
                self._put_off(moment)
            elif self.valid_until and moment > self.valid_until:
                return False
        else:
            return False
        self.write({"state": "queued", "claimed": False})
        self._wait(moment, "breaker" if kind in KEPT else False)
        self._own_action().write({"delivery": "queued", "reason_detail": self.error})
        return True

    def _put_off(self, moment):
        """Let a message be worth sending on the day of a moment: the person got enough
        of everybody for today. Its action counts as a contact of that day."""
        action = self._own_action()
        if action:
            action.contact_day = self.company_id._debt_today(moment)
            action._contacted()
            self.valid_until = self._valid_until(action)
        elif self.valid_until:
            self.valid_until = max(self.valid_until, moment + timedelta(hours=1))

    def _send_tomorrow(self, code, now):
        """Send a message once more that WhatsApp had taken and then held back.

        :return: False where it was tried before
        """
        if not graph.may_retry(graph.HOLD, code, self.tries):
            return False
        copy = self._send_copy(self.user_id, now, self._own_action())
        copy.tries = self.tries
        self.reason = "again"
        return copy._try_later(graph.HOLD, code, now)

    def _consequences(self, kind, code, now):
        """Let whoever else it concerns know: the person, the template, the window."""
        conversation = self.conversation_id
        identity = conversation.identity_id
        if self.is_test:
            return  # that was our own telephone
        if code in AS_MARKETING and self.template_id:
            self.template_id._wake()
        if code == NOT_THERE:
            identity._strike(now)
        elif code == CHANGED_HANDS:
            identity._changed_hands()
        elif kind == graph.CONSENT:
            identity._say(
                "withdrawn",
                self.account_id,
                source=self.env._("WhatsApp"),
                wording=self.error,
                purpose="marketing",
            )
        elif kind == graph.WINDOW:
            conversation.window_closed = now
            if self._convert(now):
                self.reason = "replaced"

    def _tell_action(self, kind, code, detail, left):
        """Let the action of a message that failed go on elsewhere."""
        action = self._own_action()
        if action.state not in ("sent", "uncertain") or action.delivery == "delivered":
            return
        if kind == graph.TEMPLATE and not left:
            action._plan_again()
            return
        action.delivery = "failed"
        if kind == graph.RECIPIENT:
            action._fail("undelivered", detail=detail)
            if self.conversation_id.identity_id._is_unreachable():
                action._fix_contact()
        else:
            action._fail("rejected", detail=detail)

    # === FREE TEXT THAT CAME TOO LATE === #

    def _convert(self, now):
        """Write by an approved template that there is an answer, instead of it.

        :return: the new message, empty where there is none: the assistant's answers
            are worth nothing a day later
        """
        nothing = self.browse()
        if self.author != "agent" or not self.case_id:
            return nothing
        channel = self.env["debt.channel.whatsapp"]
        case = self.case_id
        action = self.env["debt.action"].new(
            {
                "case_id": case.id,
                "company_id": case.company_id.id,
                "debtor_id": case.partner_id.id,
                "partner_id": case.partner_id.id,
                "channel": "whatsapp",
                "contact_day": case.company_id._debt_today(now),
            }
        )
        text = self.env["debt.whatsapp.text"].sudo()._standard(UPDATE, case.company_id)
        lang = channel._lang(action, self.conversation_id.identity_id)
        template = text and text._template_for(self.account_id, lang)
        if not template:
            return nothing
        token = self._new_token()
        link = channel._link(action, token)
        try:
            content = template._content(action, link)
        except UserError:
            return nothing  # it lacks a value
        values = self._outgoing_values(
            self.conversation_id,
            content,
            author="agent",
            body=template._text(action),
            now=now,
            case=case,
            user=self.user_id,
            template=template,
            priority=0,
            token=token,
        )
        values["again_of_id"] = self.id
        return self._enqueue_values([values])
