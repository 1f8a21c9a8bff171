import logging
from datetime import UTC, timedelta

import psycopg2

from odoo import api, fields, models, tools
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.sms.tools.sms_api import SmsApi

from ...fields import LooseMany2one
from ...logic.sms_outcome import outcome_of_error, outcome_of_word, wait
from ...logic.smtp_outcome import ACCEPTED, BAD_ADDRESS, LATER, UNKNOWN
from .mail_mail import BROKEN, CLAIM_MOMENT, FIRST_WAIT, TRIES

_logger = logging.getLogger(__name__)

#: Messages of actions of each company that one call of the queue works.
BATCH = 200
#: No provider makes us wait longer than this.
LONGEST_WAIT = timedelta(days=1)
#: Reports may come for so long; then the queue forgets a message.
KEEP = timedelta(days=30)


class SmsSms(models.Model):
    """Text messages of actions leave one by one, each claimed before, as mails do."""

    _inherit = "sms.sms"

    debt_action_id = LooseMany2one("debt.action", index="btree_not_null")
    debt_claimed = fields.Datetime(
        help="When a worker began to hand this message to the provider."
    )
    debt_tries = fields.Integer(help="How often the provider said: later.")
    debt_next_try = fields.Datetime(help="Not offered again before this moment.")

    # === THE QUEUE === #

    def send(self, unlink_failed=False, unlink_sent=True, raise_exception=False):
        """Messages of collection actions leave one by one."""
        ours = self.filtered("debt_action_id")
        others = self - ours
        if ours:
            ours._debt_send()
        return super(SmsSms, others).send(unlink_failed, unlink_sent, raise_exception)

    @api.model
    def _process_queue(self):
        """Work the queue: what is not ours as core does, but company by company.

        Core fails where a batch is of several companies, and would take the wrong
        provider.
        """
        waiting = Domain("state", "=", "outgoing") & Domain("to_delete", "!=", True)
        theirs = waiting & Domain("debt_action_id", "=", False)
        size = self._get_send_batch_size()
        others = self.search(theirs, limit=size, order="id").try_lock_for_update()
        for company, sms in others.grouped(lambda s: s._get_sms_company()).items():
            sms._debt_with_company(company)._send()
        if len(others) == size and self.search_count(theirs, limit=1):
            self._debt_wake()
        self.env["debt.run"]._checkpoint()
        ours = self._debt_due()
        alone = ours._debt_send()
        rest = self._debt_due() - ours
        if rest.filtered(lambda sms: sms._get_sms_company() not in alone):
            self._debt_wake()

    @api.model
    def _debt_due(self):
        """Return messages of actions that may leave now, some of each company."""
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
            SELECT id
              FROM (SELECT s.id, row_number() OVER (PARTITION BY a.company_id
                                                    ORDER BY s.id) AS place
                      FROM sms_sms s JOIN debt_action a ON a.id = s.debt_action_id
                     WHERE s.state = 'outgoing' AND s.to_delete IS NOT TRUE
                       AND s.debt_claimed IS NULL
                       AND (s.debt_next_try IS NULL OR s.debt_next_try <= %s)) s
             WHERE place <= %s
             ORDER BY place, id
                """,
                fields.Datetime.now(),
                BATCH,
            )
        )
        return self.browse([sms_id for (sms_id,) in rows])

    def _debt_with_company(self, company):
        """Return these messages in the environment of one company."""
        return self.with_context(allowed_company_ids=company.ids).with_company(company)

    @api.model
    def _debt_wake(self, at=None):
        cron = self.env.ref("sms.ir_cron_sms_scheduler_action")
        cron.sudo()._trigger(at=at)  # sudo: the queue belongs to the system

    def _get_sms_company(self):
        return self.debt_action_id.company_id or super()._get_sms_company()

    def action_set_canceled(self):
        """A message that a person takes out of the queue was not sent."""
        self._debt_withdraw()
        return super().action_set_canceled()

    def unlink(self):
        self._debt_withdraw()
        return super().unlink()

    def _debt_withdraw(self):
        waiting = self.filtered(
            lambda sms: (
                sms.debt_action_id.state == "sent"
                and sms.state == "outgoing"
                and not sms.debt_claimed
            )
        )
        waiting.debt_action_id._skip("withdrawn")

    # === ONE MESSAGE === #

    def _debt_send(self):
        """Send messages of actions: claim, check again, commit, call the provider.

        One that was claimed and has no result was interrupted while it was being handed
        over; it is never sent again by itself (see ``_debt_find_lost``). A provider of
        which nobody knows what became of several in a row is left alone for now.

        :return: the companies whose provider is left alone
        """
        alone = self.env["res.company"]
        groups = self.grouped(lambda sms: sms._get_sms_company())
        self.env["debt.run"]._checkpoint()
        for company, queue in groups.items():
            broken = 0
            for sms in queue._debt_with_company(company):
                if broken == BROKEN:
                    self._debt_wake(fields.Datetime.now() + FIRST_WAIT)
                    alone |= company
                    break
                outcome = sms._debt_send_one()
                if outcome:
                    broken = broken + 1 if outcome in (UNKNOWN, LATER) else 0
        return alone

    def _debt_send_one(self):
        """Send one message; whatever happens to it, the next one can be sent.

        :return: what became of it, None where it was not offered
        """
        run = self.env["debt.run"]
        try:
            if not run._retry(self._debt_take) or not run._retry(self._debt_relock):
                return None
            outcome, detail, seconds = self._debt_hand_over()
            run._checkpoint("sms_accepted", commit=False)
            run._retry(lambda: self._debt_report(outcome, detail, seconds))
            return outcome
        except Exception:
            if not run._may_commit():
                raise
            self.env.cr.rollback()
            _logger.exception("Text message %s of a collection action", self.id)
            return UNKNOWN

    def _debt_take(self):
        # what was sent to the debtor is read after they were locked
        self.env["debt.run"]._checkpoint(read_committed=True)
        claimed = self._debt_claim()
        self.env["debt.run"]._checkpoint("sms_claimed" if claimed else None)
        return claimed

    def _debt_claim(self):
        """Take a message for this worker, or cancel it when it must not leave now."""
        sms = self.try_lock_for_update()
        if not sms or sms.state != "outgoing" or sms.debt_claimed:
            return False
        action = sms.debt_action_id
        if action.state != "sent":
            sms.state = "canceled"
            return False
        action._lock_debtors(wait=True)
        action.case_id._refresh(action.contact_day)
        if not action._suppress(fields.Datetime.now()):
            sms.state = "canceled"
            return False
        channel = self.env["debt.channel"]._get(action.channel)
        # the number changed, or its owner wants no more messages
        moved = channel._addresses(action).get(action) != action.address
        if moved or action._text_is_stale() or action._must_be_test():
            sms.state = "canceled"
            action._plan_again()
            return False
        if not sms._debt_permitted(action):
            return False
        # whatever the server's settings, this commit must survive its crash
        self.env.cr.execute("SET LOCAL synchronous_commit TO on")
        sms.debt_claimed = fields.Datetime.now()
        action.delivery = "sending"
        return True

    def _debt_permitted(self, action):
        """Return whether it may leave now; else it waits, or its action ends."""
        permitted, until = action._permit_in_queue(fields.Datetime.now())
        if until:
            self.debt_next_try = until
            self._debt_wake(until)
        elif not permitted:
            self.state = "canceled"
        return permitted

    def _debt_relock(self):
        """Hold the claimed message while it is handed over.

        Waits for another worker that only looks whether it is claimed.
        """
        self.env.cr.execute(
            SQL("SELECT FROM sms_sms WHERE id = %s FOR UPDATE", self.id)
        )
        if self.state == "outgoing" and self.debt_claimed:
            return True
        self.env["debt.run"]._checkpoint()
        return False

    def _debt_hand_over(self):
        """Call the provider of the company.

        A class of a provider that swallows errors may keep the last one as
        ``debt_error``.

        :return: (what became of it, what was said, seconds to wait or None)
        """
        company = self._get_sms_company()
        try:
            provider = company._get_sms_api_class()(self.env)
            provider._set_company(company)
        except Exception as error:  # nothing was handed over
            return LATER, tools.exception_to_unicode(error), None
        batch = [
            {
                "content": self.body,
                "numbers": [{"number": self.number, "uuid": self.uuid}],
            }
        ]
        url = f"{self.get_base_url()}/sms/status"
        try:
            results = provider._send_sms_batch(batch, delivery_reports_url=url)
            (result,) = [each for each in results if each["uuid"] == self.uuid]
            word = result["state"]
        except psycopg2.Error as error:
            if not self.env["debt.run"]._may_commit():
                raise
            self.env.cr.rollback()
            return UNKNOWN, tools.exception_to_unicode(error), None
        except Exception as error:
            return self._debt_judge(getattr(provider, "debt_error", None) or error)
        if error := getattr(provider, "debt_error", None):
            return self._debt_judge(error)
        self._handle_call_result_hook(results)
        outcome = outcome_of_word(word, swallowed=not isinstance(provider, SmsApi))
        return outcome, result.get("failure_reason") or word, None

    @api.model
    def _debt_judge(self, error):
        """Return what an error of the call means: see ``_debt_hand_over``."""
        seconds = wait(error, fields.Datetime.now().replace(tzinfo=UTC))
        return outcome_of_error(error), tools.exception_to_unicode(error), seconds

    def _debt_report(self, outcome, detail, seconds=None):
        """Record what became of the message."""
        action = self.debt_action_id
        if outcome == ACCEPTED:
            self.write({"state": "pending", "failure_type": False})
            action.reason_detail = False
            action._sms_arrived(on_phone=False)
        elif outcome == UNKNOWN:
            self._debt_lose(detail)
        elif outcome == LATER and self.debt_tries + 1 < TRIES:
            self._debt_postpone(detail, seconds)
        else:
            self._debt_refuse(outcome, detail)
        self.env["debt.run"]._checkpoint("sms_reported")

    def _debt_postpone(self, detail, seconds):
        """Offer the message again, each time after a longer wait."""
        pause = FIRST_WAIT * 3**self.debt_tries
        if seconds is not None:
            pause = max(pause, timedelta(seconds=seconds))
        moment = fields.Datetime.now() + min(pause, LONGEST_WAIT)
        self.write(
            {
                "debt_claimed": False,
                "debt_tries": self.debt_tries + 1,
                "debt_next_try": moment,
            }
        )
        self.debt_action_id.write({"delivery": "queued", "reason_detail": detail})
        self._debt_wake(moment)

    def _debt_refuse(self, outcome, detail):
        """End a message that the provider does not take."""
        bad = outcome == BAD_ADDRESS
        failure = "sms_number_format" if bad else "sms_server"
        self.write({"state": "error", "failure_type": failure})
        action = self.debt_action_id
        action.delivery = "failed"
        if bad:
            action._wrong_number(detail)
        else:
            action._fail("rejected", detail=detail)

    def _debt_lose(self, detail=None):
        """Nobody knows whether the message left: a person decides."""
        self.write({"state": "error", "failure_type": "unknown"})
        self.debt_action_id.write(
            {
                "state": "uncertain",
                "reason": "lost",
                "reason_detail": detail,
                "delivery": False,
            }
        )

    @api.model
    def _debt_find_lost(self, moment=CLAIM_MOMENT):
        """Find messages whose worker died while handing them over.

        :param timedelta moment: how old a claim must be at least
        """
        lost = self.search(
            [
                ("debt_claimed", "<=", fields.Datetime.now() - moment),
                ("state", "=", "outgoing"),
            ]
        ).try_lock_for_update()
        for sms in lost:
            sms._debt_lose()
        return lost

    @api.autovacuum
    def _gc_debt_done(self):
        """Forget messages of which no report comes any more; the actions remain."""
        self.search(
            [
                ("debt_action_id", "!=", False),
                ("state", "!=", "outgoing"),
                ("write_date", "<", fields.Datetime.now() - KEEP),
            ],
            limit=10_000,
        ).to_delete = True
