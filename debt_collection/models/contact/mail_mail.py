import logging
from datetime import timedelta

import psycopg2
from markupsafe import Markup

from odoo import api, fields, models, tools
from odoo.fields import Command, Domain
from odoo.tools import SQL
from odoo.tools.mail import append_content_to_html, email_normalize

from ...fields import LooseMany2one
from ...logic.smtp_outcome import ACCEPTED, BAD_ADDRESS, LATER, UNKNOWN
from .smtp_session import SmtpSession

_logger = logging.getLogger(__name__)

#: How often a mail is offered to a server that says "later", and the first wait.
TRIES = 6
FIRST_WAIT = timedelta(minutes=5)
#: Connections in a row that break before the queue leaves a server alone for now.
BROKEN = 3
#: A worker needs a moment between its claim and the lock under which it sends.
CLAIM_MOMENT = timedelta(minutes=1)
#: What Odoo calls a mail without anybody to send it to.
NOBODY = ("mail_email_invalid", "mail_email_missing")


class MailMail(models.Model):
    _inherit = "mail.mail"

    debt_action_id = LooseMany2one("debt.action", index="btree_not_null")
    debt_claimed = fields.Datetime(
        help="When a worker began to hand this mail to the mail server."
    )
    debt_tries = fields.Integer(help="How often the mail server said: later.")

    def send(self, auto_commit=False, raise_exception=False, post_send_callback=None):
        """Mails of collection actions leave one by one, each claimed before."""
        ours = self.filtered("debt_action_id")
        others = self - ours
        if ours:
            ours._debt_send(post_send_callback)
        if others:
            super(MailMail, others).send(
                auto_commit, raise_exception, post_send_callback
            )
        return True

    @api.model
    def process_email_queue(self, email_ids=(), batch_size=1000):
        """Go on at once while mails of collection actions leave.

        Core's job sends one batch an hour, however long the queue.
        """
        due = Domain("debt_action_id", "!=", False) & Domain("state", "=", "outgoing")
        due &= Domain("scheduled_date", "=", False) | Domain(
            "scheduled_date", "<=", fields.Datetime.now()
        )
        before = 0 if email_ids else self.search_count(due)
        result = super().process_email_queue(email_ids, batch_size)
        if before and 0 < self.search_count(due) < before:
            # sudo: see ``debt.channel.email``
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        return result

    def cancel(self):
        """A mail that a person takes out of the queue was not sent."""
        self._debt_withdraw()
        return super().cancel()

    def unlink(self):
        self._debt_withdraw()
        return super().unlink()

    def _debt_withdraw(self):
        waiting = self.filtered(
            lambda mail: (
                mail.debt_action_id.state == "sent"
                and mail.state == "outgoing"
                and not mail.debt_claimed
            )
        )
        waiting.debt_action_id._skip("withdrawn")

    def _debt_send(self, post_send_callback=None):
        """Send mails of actions: claim, check again, commit, talk to the server.

        A mail that was claimed and has no result was interrupted while it was being
        handed over; it is never sent again by itself (see ``_debt_find_lost``).
        """
        groups = list(self._split_by_mail_configuration())
        waiting = self.filtered(lambda mail: mail.state == "outgoing")
        # sudo: what a message brings along, and who hears of it, is configuration
        attaching = waiting.filtered(
            lambda mail: any(mail.debt_action_id.sudo()._attaches())
        )
        copying = waiting.filtered(
            lambda mail: mail.debt_action_id.sudo().step_id.copy_salesperson
        )
        self.env["debt.run"]._checkpoint()
        for server_id, alias_domain_id, smtp_from, mail_ids in groups:
            session, broken = None, 0
            try:
                for mail in self.browse(mail_ids):
                    if not session or not session.is_alive():
                        session = mail._debt_connect(server_id, smtp_from)
                    if not session or broken == BROKEN:
                        break
                    if mail in attaching:
                        mail._debt_try(mail._debt_attach)
                    mail._debt_send_one(session, server_id, alias_domain_id)
                    if mail in copying:
                        mail._debt_try(mail._debt_copy)
                    broken = 0 if session.is_alive() else broken + 1
                    if post_send_callback:
                        post_send_callback(mail.ids)
            finally:
                if session:
                    session.close()

    @api.model
    def _debt_connect(self, server_id, smtp_from):
        """Return a session, None where the server cannot be reached: what it should get
        stays in the queue."""
        try:
            return SmtpSession(
                self.env["ir.mail_server"]._connect__(
                    mail_server_id=server_id, smtp_from=smtp_from
                )
            )
        except Exception as error:
            _logger.warning("No connection to the mail server: %s", error)
            return None

    def _debt_send_one(self, session, server_id, alias_domain_id):
        """Send one mail; whatever happens to it, the next one can be sent."""
        run = self.env["debt.run"]
        try:
            if not run._retry(self._debt_take) or not run._retry(self._debt_relock):
                return
            outcome, detail = self._debt_hand_over(session, server_id, alias_domain_id)
            run._checkpoint("mail_accepted", commit=False)
            run._retry(lambda: self._debt_report(outcome, detail))
        except Exception:
            if not run._may_commit():
                raise
            self.env.cr.rollback()
            _logger.exception("Mail %s of a collection action", self.id)

    def _debt_try(self, work):
        """Do what belongs to a mail and must not stop it, in a transaction of its own.

        :param work: a method that commits at its end
        """
        run = self.env["debt.run"]
        try:
            run._retry(work)
        except Exception:
            if not run._may_commit():
                raise
            self.env.cr.rollback()
            _logger.exception("Mail %s of a collection action", self.id)

    def _debt_attach(self):
        """Make the files of a mail that is about to leave, and commit them.

        In a transaction of their own: they take seconds, and nothing may come between
        the check against the books and the mail server.
        """
        mail = self.try_lock_for_update()
        if mail.state == "outgoing" and not mail.debt_claimed:
            # sudo: files are made of the books
            files, told = mail.debt_action_id.sudo()._attach()
            mail.attachment_ids = [Command.set(files.ids)]
            told = Markup("<p>%s</p>") % told if told else ""
            if told and told not in mail.body_html:
                mail.body_html = append_content_to_html(
                    mail.body_html, told, plaintext=False
                )
                mail.mail_message_id.body = mail.body_html
        self.env["debt.run"]._checkpoint("mail_attached")

    def _debt_take(self):
        # what was sent to the debtor is read after they were locked
        self.env["debt.run"]._checkpoint(read_committed=True)
        claimed = self._debt_claim()
        self.env["debt.run"]._checkpoint("mail_claimed" if claimed else None)
        return claimed

    def _debt_claim(self):
        """Take a mail for this worker, or cancel it when nothing is owed any more."""
        mail = self.try_lock_for_update()
        if not mail or mail.state != "outgoing" or mail.debt_claimed:
            return False
        action = mail.debt_action_id
        if action.state != "sent":
            mail.state = "cancel"
            return False
        action._lock_debtors(wait=True)
        run_day = action.contact_day
        action.case_id._refresh(run_day)
        if not action._suppress(fields.Datetime.now()):
            mail.state = "cancel"
            return False
        email = email_normalize(action.address or "", strict=False)
        closed = self.env["debt.channel.email"]._closed([email], action.company_id)
        if email in closed:
            mail.state = "cancel"
            action._unreachable(closed[email])
            return False
        if action._text_is_stale() or action._must_be_test():
            mail.state = "cancel"
            action._plan_again()
            return False
        if not mail._debt_permitted(action):
            return False
        # whatever the server's settings, this commit must survive its crash
        self.env.cr.execute("SET LOCAL synchronous_commit TO on")
        mail.debt_claimed = fields.Datetime.now()
        action.delivery = "sending"
        return True

    def _debt_permitted(self, action):
        """Return whether the mail may leave now; else it waits, or its action ends."""
        permitted, until = action._permit_in_queue(fields.Datetime.now())
        if until:
            self.scheduled_date = until
            action._wake("mail.ir_cron_mail_scheduler_action", until)
        elif not permitted:
            self.state = "cancel"
        return permitted

    def _debt_relock(self):
        """Hold the claimed mail while it is handed over.

        Waits for another worker that only looks whether the mail is claimed.
        """
        self.env.cr.execute(
            SQL("SELECT FROM mail_mail WHERE id = %s FOR UPDATE", self.id)
        )
        if self.state == "outgoing" and self.debt_claimed:
            return True
        self.env["debt.run"]._checkpoint()
        return False

    def _debt_hand_over(self, session, server_id, alias_domain_id):
        """Let Odoo send the mail.

        :return: (what became of it or None if it never came to that, what was said)
        """
        session.forget()
        try:
            self._send(
                smtp_session=session if session.smtp else None,
                alias_domain_id=alias_domain_id,
                mail_server=self.env["ir.mail_server"].browse(server_id),
            )
        except psycopg2.Error as error:
            if not self.env["debt.run"]._may_commit():
                raise
            self.env.cr.rollback()
            return session.outcome or UNKNOWN, tools.exception_to_unicode(error)
        except Exception as error:
            return session.outcome or UNKNOWN, tools.exception_to_unicode(error)
        # another addon may send by other means than the session
        outcome = ACCEPTED if self.state == "sent" else session.outcome
        return outcome, self.failure_reason

    def _debt_report(self, outcome, detail):
        """Record what became of the mail."""
        if outcome == ACCEPTED:
            self.write(
                {"state": "sent", "failure_type": False, "failure_reason": False}
            )
            self.debt_action_id.delivery = "delivered"
        elif outcome == UNKNOWN:
            self._debt_lose(detail)
        elif outcome == LATER and self.debt_tries + 1 < TRIES:
            self._debt_postpone(detail)
        elif outcome or self.state == "exception":
            self._debt_refuse(outcome, detail)
        else:  # sending is disabled
            self._debt_unclaim(detail)
        self.env["debt.run"]._checkpoint("mail_reported")

    def _debt_copy(self):
        """Tell the salespeople, once the mail has left."""
        # sudo: whoever sends the queue, the customer's salespeople are told
        action = self.debt_action_id.sudo()
        if self.state == "sent" and action.delivery == "delivered":
            action._copy_to_salespeople()
        self.env["debt.run"]._checkpoint("mail_copied")

    def _debt_unclaim(self, detail, **values):
        """Put a mail that did not leave back into the queue."""
        self.write(
            {
                "state": "outgoing",
                "debt_claimed": False,
                "failure_reason": detail,
                **values,
            }
        )
        self.debt_action_id.delivery = "queued"

    def _debt_postpone(self, detail):
        """Offer the mail again, each time after a longer wait."""
        moment = fields.Datetime.now() + FIRST_WAIT * 3**self.debt_tries
        self._debt_unclaim(
            detail, debt_tries=self.debt_tries + 1, scheduled_date=moment
        )
        cron = self.env.ref("mail.ir_cron_mail_scheduler_action")
        cron.sudo()._trigger(at=moment)  # sudo: see ``debt.channel.email``

    def _debt_refuse(self, outcome, detail):
        """End a mail that the server does not take, or that could not be written."""
        nobody = not outcome and self.failure_type in NOBODY
        reason = "refused" if outcome else "no_address" if nobody else "error"
        self.write({"state": "exception", "failure_reason": detail})
        action = self.debt_action_id
        action.delivery = "failed"
        action._fail(reason, detail=detail)
        if outcome == BAD_ADDRESS:
            action._refused_address(detail)
        if nobody or outcome == BAD_ADDRESS:
            action._fix_contact()

    def _debt_lose(self, detail=None):
        """Nobody knows whether the mail left: a person decides."""
        values = {"state": "exception", "failure_type": "unknown"}
        if detail:
            values["failure_reason"] = detail
        self.write(values)
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
        """Find mails whose worker died while handing them over: nobody knows whether
        they left. A person decides; they are never sent again by themselves.

        :param timedelta moment: how old a claim must be at least
        """
        lost = self.search(
            [
                ("debt_claimed", "<=", fields.Datetime.now() - moment),
                ("state", "=", "outgoing"),
            ]
        ).try_lock_for_update()
        for mail in lost:
            mail._debt_lose()
        return lost
