import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...logic.smtp_outcome import ACCEPTED, LATER, UNKNOWN

_logger = logging.getLogger(__name__)

#: How often a message is offered to who says "later", the first wait and the longest.
TRIES = 6
FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(days=1)
#: Of so many in a row nobody knows: a server or provider is left alone for now.
BROKEN = 3


class DebtQueueMixin(models.AbstractModel):
    """Messages of actions that leave one by one: claimed, checked again, handed over.

    The claim is committed before the message is handed over. One that was claimed and
    has no result was interrupted then; it is never sent again by itself: a person
    decides.
    """

    _name = "debt.queue.mixin"
    _description = "Queue of Messages That Are Claimed"

    #: What its checkpoints are called: "mail" is claimed at ``mail_claimed``.
    _queue_label = None
    #: The scheduled action that works the queue.
    _queue_cron = None
    #: A worker needs so long between its claim and what it does with it.
    _queue_patience = timedelta(minutes=1)
    #: The states of what waits in the queue, and of what was taken out.
    _queue_waiting = "outgoing"
    _queue_cancelled = "canceled"
    #: Its fields: the action, since when it is claimed, from when on it may leave, how
    #: often it was to be offered later.
    _queue_action = "debt_action_id"
    _queue_claimed = "debt_claimed"
    _queue_moment = "debt_next_try"
    _queue_tries = "debt_tries"

    @api.model
    def _debt_queues(self):
        """Return the models of all queues."""
        return [
            self.env[name]
            for name in sorted(self.env.registry)
            if not self.env[name]._abstract
            and getattr(self.env[name], "_queue_label", None)
        ]

    @api.model
    def _debt_backlog(self, now):
        """Return [(company id, since when the oldest could have left, count)].

        :param now: naive UTC moment: what is to leave later is left out
        """
        moment = SQL("NULL::timestamp")
        if self._queue_moment in self._fields:
            moment = SQL.identifier("q", self._queue_moment)
        return self.env.execute_query(
            SQL(
                """
            SELECT a.company_id, MIN(GREATEST(a.sent_date, %(moment)s)), COUNT(*)
              FROM %(table)s q JOIN debt_action a ON a.id = q.%(action)s
             WHERE q.state = %(waiting)s
               AND (%(moment)s IS NULL OR %(moment)s <= %(now)s)
             GROUP BY a.company_id
                """,
                moment=moment,
                table=SQL.identifier(self._table),
                action=SQL.identifier(self._queue_action),
                waiting=self._queue_waiting,
                now=now,
            )
        )

    @api.model
    def _debt_waiting(self):
        """Return the actions of what waits in the queue."""
        waiting = self.search(
            [(self._queue_action, "!=", False), ("state", "=", self._queue_waiting)]
        )
        return waiting[self._queue_action]

    def _debt_is_queued(self):
        """Return whether it has not left, claimed or not."""
        self.ensure_one()
        return self.state == self._queue_waiting

    def _debt_is_free(self):
        """Return whether it waits in the queue, and no worker took it."""
        return self._debt_is_queued() and not self[self._queue_claimed]

    def _debt_cancel(self):
        self.write({"state": self._queue_cancelled})

    def _debt_withdraw(self):
        """A message that a person takes out of the queue was not sent."""
        waiting = self.filtered(
            lambda message: (
                message[self._queue_action].state == "sent" and message._debt_is_free()
            )
        )
        waiting[self._queue_action]._skip("withdrawn")

    # === ONE MESSAGE === #

    def _debt_send_one(self, *means):
        """Send one message; whatever happens to it, the next one can be sent.

        :param means: what ``_debt_hand_over`` needs
        :return: what became of it, None where it was not offered
        """
        run = self.env["debt.run"]
        try:
            if not run._retry(self._debt_take) or not run._retry(self._debt_relock):
                return None
            outcome, *said = self._debt_hand_over(*means)
            run._checkpoint(f"{self._queue_label}_accepted", commit=False)
            run._retry(lambda: self._debt_report(outcome, *said))
            return outcome
        except Exception:
            if not run._may_commit():
                raise
            self.env.cr.rollback()
            _logger.exception(
                "%s %s of a collection action", self._queue_label, self.id
            )
            return UNKNOWN

    def _debt_take(self):
        # what was sent to the debtor is read after they were locked
        self.env["debt.run"]._checkpoint(read_committed=True)
        claimed = self._debt_claim(fields.Datetime.now())
        label = f"{self._queue_label}_claimed" if claimed else None
        self.env["debt.run"]._checkpoint(label)
        return claimed

    def _debt_claim(self, now):
        """Take a message for this worker, or cancel it when it must not leave any more.

        :param now: naive UTC moment
        :return: whether it may be handed over now
        """
        message = self.try_lock_for_update()
        if not message or not message._debt_is_free():
            return False
        action = message[self._queue_action]
        if action.state != "sent":
            message._debt_cancel()
            return False
        if message._debt_is_early(now):
            return False
        action._lock_debtors(wait=True)
        action.case_id._refresh(message._debt_day(now))
        if not action._suppress(now) or not message._debt_is_right():
            message._debt_cancel()
            return False
        if not message._debt_permitted(now):
            return False
        # whatever the server's settings, this commit must survive its crash
        self.env.cr.execute("SET LOCAL synchronous_commit TO on")
        message._debt_mark(now)
        action.write({"delivery": "sending", "reason_detail": False})
        return True

    def _debt_is_early(self, now):
        """Let it wait where its channel has hours of its own; return whether it does.

        :param now: naive UTC moment
        """
        return False

    def _debt_day(self, now):
        """Return the day as of which what is owed is read again."""
        return self[self._queue_action].contact_day

    def _debt_is_right(self):
        """Return whether text and address still hold; else its action goes on without
        this message."""
        action = self[self._queue_action]
        channel = self.env["debt.channel"]._get(action.channel)
        # the number changed, or its owner wants no more messages
        moved = channel._addresses(action).get(action) != action.address
        if moved or self._debt_is_stale() or action._must_be_test():
            action._plan_again()
            return False
        return True

    def _debt_is_stale(self):
        return self[self._queue_action]._text_is_stale()

    def _debt_permitted(self, now):
        """Return whether it may leave now; else it waits, or its action ends.

        :param now: naive UTC moment
        """
        permitted, until = self[self._queue_action]._permit_in_queue(now)
        if until:
            self._debt_wait(until)
        elif not permitted:
            self._debt_cancel()
        return permitted

    def _debt_wait(self, moment):
        """Let it be offered at a moment, naive UTC."""
        self[self._queue_moment] = moment
        self[self._queue_action]._wake(self._queue_cron, moment)

    def _debt_mark(self, now):
        """Write that a worker has it."""
        self[self._queue_claimed] = now

    def _debt_relock(self):
        """Hold the claimed message while it is handed over.

        Waits for another worker that only looks whether it is claimed.
        """
        self.env.cr.execute(
            SQL(
                "SELECT FROM %s WHERE id = %s FOR UPDATE",
                SQL.identifier(self._table),
                self.id,
            )
        )
        if self._debt_is_queued() and self[self._queue_claimed]:
            return True
        self.env["debt.run"]._checkpoint()
        return False

    def _debt_hand_over(self, *means):
        """Give it to who brings it.

        :return: (what became of it, what was said, seconds to wait or None)
        """
        raise NotImplementedError

    # === WHAT BECAME OF IT === #

    def _debt_report(self, outcome, detail, seconds=None):
        """Record what became of the message: see ``_debt_hand_over``."""
        if outcome == ACCEPTED:
            self._debt_accept()
        elif outcome == UNKNOWN:
            self._debt_lose(detail)
        elif outcome == LATER and self[self._queue_tries] + 1 < TRIES:
            self._debt_postpone(detail, seconds)
        else:
            self._debt_refuse(outcome, detail)
        self.env["debt.run"]._checkpoint(f"{self._queue_label}_reported")

    def _debt_accept(self):
        """Record that it left."""
        raise NotImplementedError

    def _debt_refuse(self, outcome, detail):
        """End a message that is not taken."""
        raise NotImplementedError

    def _debt_postpone(self, detail, seconds=None):
        """Offer it again, each time after a longer wait.

        :param seconds: how long who brings it asks us to wait
        """
        tries = self[self._queue_tries]
        wait = max(FIRST_WAIT * 3**tries, timedelta(seconds=seconds or 0))
        self._debt_give_back(detail, **{self._queue_tries: tries + 1})
        self._debt_wait(fields.Datetime.now() + min(wait, LONGEST_WAIT))

    def _debt_give_back(self, detail, **values):
        """Put a message that did not leave back into the queue."""
        self.write({"state": self._queue_waiting, self._queue_claimed: False, **values})
        self[self._queue_action].write({"delivery": "queued", "reason_detail": detail})

    def _debt_lose(self, detail=None):
        """Nobody knows whether it left: a person decides."""
        self[self._queue_action]._lose(detail)

    @api.model
    def _debt_find_lost(self, patience=None):
        """Find messages whose worker died while handing them over.

        :param timedelta patience: how old a claim must be at least
        """
        if patience is None:
            patience = self._queue_patience
        claimed_before = fields.Datetime.now() - patience
        lost = self.search(
            [(self._queue_claimed, "<=", claimed_before), *self._debt_lost_domain()]
        ).try_lock_for_update()
        for message in lost:
            message._debt_lose()
        return lost

    @api.model
    def _debt_lost_domain(self):
        """Return what is true of those that were claimed and have no result."""
        return [("state", "=", self._queue_waiting)]
