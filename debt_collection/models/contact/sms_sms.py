import logging
from datetime import UTC, timedelta

import psycopg2

from odoo import api, fields, models, tools
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.sms.tools.sms_api import SmsApi

from ...fields import LooseMany2one
from ...logic.sms_outcome import outcome_of_error, outcome_of_word, wait
from ...logic.smtp_outcome import BAD_ADDRESS, LATER, UNKNOWN
from .debt_queue_mixin import BROKEN, FIRST_WAIT

_logger = logging.getLogger(__name__)

#: Messages of actions of each company that one call of the queue works.
BATCH = 200
#: Reports may come for so long; then the queue forgets a message.
KEEP = timedelta(days=30)


class SmsSms(models.Model):
    """Text messages of actions leave one by one, each claimed before, as mails do."""

    _name = "sms.sms"
    _inherit = ["sms.sms", "debt.queue.mixin"]
    _queue_label = "sms"
    _queue_cron = "sms.ir_cron_sms_scheduler_action"

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

    # === ONE MESSAGE === #

    def _debt_send(self):
        """Send messages of actions, company by company.

        A provider of which nobody knows what became of several in a row is left alone
        for now.

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

    def _debt_accept(self):
        self.write({"state": "pending", "failure_type": False})
        self.debt_action_id._sms_arrived(on_phone=False)

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
        self.write({"state": "error", "failure_type": "unknown"})
        return super()._debt_lose(detail)

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
