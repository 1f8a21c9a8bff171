import logging

import psycopg2
from markupsafe import Markup

from odoo import api, fields, models, tools
from odoo.fields import Command, Domain
from odoo.tools.mail import append_content_to_html, email_normalize

from ...fields import LooseMany2one
from ...logic.smtp_outcome import ACCEPTED, BAD_ADDRESS, UNKNOWN
from .debt_queue_mixin import BROKEN
from .smtp_session import SmtpSession

_logger = logging.getLogger(__name__)

#: What Odoo calls a mail without anybody to send it to.
NOBODY = ("mail_email_invalid", "mail_email_missing")


class MailMail(models.Model):
    """Mails of actions leave one by one, each claimed before."""

    _name = "mail.mail"
    _inherit = ["mail.mail", "debt.queue.mixin"]
    _queue_label = "mail"
    _queue_cron = "mail.ir_cron_mail_scheduler_action"
    _queue_moment = "scheduled_date"
    _queue_cancelled = "cancel"

    debt_action_id = LooseMany2one("debt.action", index="btree_not_null")
    debt_claimed = fields.Datetime(
        help="When a worker began to hand this mail to the mail server."
    )
    debt_tries = fields.Integer(help="How often the mail server said: later.")

    def send(self, auto_commit=False, raise_exception=False, post_send_callback=None):
        """Mails of collection actions leave one by one, each claimed before."""
        # one may be gone: Odoo sends some after their transaction, rolled back or not
        ours = self.exists().filtered("debt_action_id")
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

    def _debt_send(self, post_send_callback=None):
        """Send mails of actions, server by server."""
        groups = list(self._split_by_mail_configuration())
        waiting = self.filtered(lambda mail: mail.state == "outgoing")
        attaching = waiting.filtered(lambda mail: any(mail.debt_action_id._attaches()))
        copying = waiting.filtered(
            lambda mail: mail.debt_action_id._encloses().copy_salesperson
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
        if mail and mail._debt_is_free():
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

    def _debt_is_right(self):
        action = self.debt_action_id
        email = email_normalize(action.address or "", strict=False)
        closed = self.env["debt.channel.email"]._closed([email], action.company_id)
        if email in closed:
            action._unreachable(closed[email])
            return False
        if self._debt_is_stale() or action._must_be_test():
            action._plan_again()
            return False
        return True

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

    def _debt_accept(self):
        self.write({"state": "sent", "failure_type": False, "failure_reason": False})
        self.debt_action_id.delivery = "delivered"

    def _debt_copy(self):
        """Tell the salespeople, once the mail has left."""
        # sudo: whoever sends the queue, the customer's salespeople are told
        action = self.debt_action_id.sudo()
        if self.state == "sent" and action.delivery == "delivered":
            action._copy_to_salespeople()
        self.env["debt.run"]._checkpoint("mail_copied")

    def _debt_give_back(self, detail, **values):
        return super()._debt_give_back(detail, failure_reason=detail, **values)

    def _debt_refuse(self, outcome, detail):
        """End a mail that the server does not take, or that could not be written."""
        if not outcome and self.state != "exception":  # sending is disabled
            self._debt_give_back(detail)
            return
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
        values = {"state": "exception", "failure_type": "unknown"}
        if detail:
            values["failure_reason"] = detail
        self.write(values)
        return super()._debt_lose(detail)
