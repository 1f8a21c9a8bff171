import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

#: Messages of each number that one round of the job works.
BATCH = 50
#: Rounds of one call of the job.
ROUNDS = 8
#: For so many seconds the job itself waits for a message that is a little early.
PATIENCE = 7
#: Nobody hears from a number whose calls broke so often in a row, for now.
BROKEN = 3
BROKEN_WAIT = timedelta(minutes=5)
#: Longer than any call: what was claimed before that and has no answer is lost.
CLAIM_MOMENT = timedelta(minutes=10)


class DebtWhatsappQueueMixin(models.AbstractModel):
    """The job that empties the outbox: which message leaves next, which was lost.

    It answers the watchdog as ``debt.queue.mixin`` does, but is none: there each
    message has an action, while the assistant and people write here without one.
    """

    _name = "debt.whatsapp.queue.mixin"
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
