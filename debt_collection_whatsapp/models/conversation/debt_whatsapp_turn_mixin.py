import logging
from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ...logic.dialogue import Inbound, Session, refused, step
from ...logic.dialogue.messages import REF
from ...logic.dialogue.model import ECHOES, LATE, SESSION_TIME
from .debt_whatsapp_effects_mixin import Refused

_logger = logging.getLogger(__name__)

#: Kinds that are read, and those of which only the file counts.
TEXTS = ("text", "button", "interactive")
FILES = ("image", "document")
#: Facts are read anew so often in a turn: who it is, then whose account.
STEPS = 3
#: An answer is not worth sending after so long.
VALID = timedelta(hours=1)
#: How far back the same text counts as an echo.
ECHO_TIME = timedelta(hours=1)


class DebtWhatsappTurnMixin(models.AbstractModel):
    """A turn of the assistant: what came, what is true, what follows, the answer.

    ``logic.dialogue`` decides; effects and answer are of one transaction.
    """

    _name = "debt.whatsapp.turn.mixin"
    _description = "Turn of a Conversation"

    session = fields.Json(
        string="Where It Stands", readonly=True, help="What the assistant asked."
    )
    session_id = fields.Many2one(
        "debt.whatsapp.session", readonly=True, ondelete="set null"
    )

    def _take_turn(self, messages, now):
        """Answer what a person wrote, if the assistant is to.

        :param messages: what they wrote within some seconds
        :param now: naive UTC moment
        """
        self.ensure_one()
        self._wait_for_turn()
        messages = messages.sorted(lambda m: (m.moment, m.id))
        company = self.company_id
        # what stays here is in the language of the company
        self = self.with_company(company).with_context(lang=company.partner_id.lang)
        messages = messages.with_env(self.env)
        session = Session.from_json(self.session)
        inbound = self._inbound(messages, now)
        sitting = self._sitting(now)
        for _step in range(STEPS):
            facts = self._dialogue_facts(session, inbound, messages, now)
            if facts.customer:
                self.case_id = self._case_of(
                    self.env["res.partner"].browse(facts.customer)
                )
            turn = step(session, inbound, facts)
            try:
                reference = self._apply(turn, messages, now)
            except Refused as error:
                _logger.info("Conversation %s: %s", self.id, error)
                turn, reference = refused(session, inbound, facts), ""
                self._apply(turn, messages, now)
            session = turn.session
            for message in turn.messages:
                self._say(message, reference, now)
            sitting._add(turn, facts, now)
            if not turn.resume:
                break
            inbound = Inbound("resume", payload=turn.resume)
        self._want_who_answers(turn, facts, messages, now)
        # a person who takes over begins anew
        self.session = False if self._is_silent(now) else session.to_json()

    def _wait_for_turn(self):
        """Hold the conversation until the turn is committed."""
        self.env.cr.execute(
            SQL(
                "SELECT FROM debt_whatsapp_conversation WHERE id = %s FOR UPDATE",
                self.id,
            )
        )
        self.invalidate_recordset()

    # === WHAT CAME === #

    def _inbound(self, messages, now):
        """Return what came, as ``logic.dialogue`` wants to know it."""
        last = messages[-1:]
        kinds = set(messages.mapped("kind"))
        files = messages.filtered(lambda m: m.kind in FILES)
        tapped = messages.filtered("button")[-1:]
        if files:
            kind = "media"
        elif tapped:
            kind = "button"
        elif kinds & set(TEXTS):
            kind = "text"
        else:
            kind = "reaction" if kinds == {"reaction"} else "other"
        return Inbound(
            kind,
            tuple(filter(None, messages.mapped("body"))),
            tapped.button or "",
            tuple(str(message.id) for message in files),
            now - last.moment > LATE,
            self._repeats(last),
        )

    def _repeats(self, message):
        """Return how often in a row exactly this was written, this time included.

        Machines write: whoever presses a button, or sends a photo, is none.
        """
        if message.button or message.kind in FILES:
            return 1
        before = self.env["debt.whatsapp.message"].search(
            [
                ("conversation_id", "=", self.id),
                ("direction", "=", "in"),
                ("id", "<=", message.id),
                ("moment", ">", message.moment - ECHO_TIME),
            ],
            order="id desc",
            limit=ECHOES,
        )
        count = 0
        for each in before:
            if each.button or (each.body, each.kind) != (message.body, message.kind):
                break
            count += 1
        return max(count, 1)

    # === WHAT IS ANSWERED === #

    def _say(self, message, reference, now):
        """Put an answer into the queue.

        :param message: a message of ``logic.dialogue.messages``
        :param str reference: of what was entered in this turn
        :param now: naive UTC moment
        """
        content, body = message.content(), message.plain()
        if content["type"] == "text":
            text = content["text"]
            text["body"] = text["body"].replace(REF, reference)
        self.env["debt.whatsapp.message"]._enqueue(
            self,
            content,
            author="bot",
            body=body.replace(REF, reference),
            now=now,
            case=self.case_id,
            priority=0,
            valid_until=now + VALID,
        )

    def _want_who_answers(self, turn, facts, messages, now):
        """Where the assistant is silent a person is wanted, from the first word on."""
        if turn.event == "limit" and not self.waits_since:
            self._ask_person("missed", self._said(messages), messages, now)
        if turn.event != "silent" or turn.effects:
            return
        if facts.human:
            self.muted_until = now + self._takeover_time()
            self._want_person("wrote", now)
        elif not facts.enabled:
            self._ask_person("off", self._said(messages), messages, now)

    # === FIGURES === #

    def _sitting(self, now):
        """Return the session to which a turn belongs, a new one after a pause."""
        sitting = self.session_id.sudo()  # sudo: figures are the product's
        if not self.session or not sitting or now - sitting.last > SESSION_TIME:
            sitting = sitting._begin(self, now)
            self.session_id = sitting
        return sitting
