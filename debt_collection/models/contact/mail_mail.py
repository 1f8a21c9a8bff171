import logging
import smtplib

from odoo import api, fields, models, tools

from ...fields import LooseMany2one

_logger = logging.getLogger(__name__)


class MailMail(models.Model):
    _inherit = "mail.mail"

    debt_action_id = LooseMany2one("debt.action", index="btree_not_null")
    debt_claimed = fields.Datetime(
        help="When a worker began to hand this mail to the mail server."
    )

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

    def _debt_send(self, post_send_callback=None):
        """Send mails of actions: claim, check again, commit, talk to the server.

        A mail that was claimed and has no result was interrupted while it was being
        handed over; it is never sent again by itself (see ``_debt_find_lost``).
        """
        run = self.env["debt.run"]
        groups = list(self._split_by_mail_configuration())
        run._checkpoint()
        for mail_server_id, alias_domain_id, smtp_from, mail_ids in groups:
            mail_server = self.env["ir.mail_server"].browse(mail_server_id)
            session = None
            try:
                for mail in self.browse(mail_ids):
                    if not mail._debt_claim():
                        run._checkpoint()
                        continue
                    run._checkpoint("mail_claimed")
                    if not mail._debt_relock():
                        run._checkpoint()
                        continue
                    try:
                        session = session or self.env["ir.mail_server"]._connect__(
                            mail_server_id=mail_server_id, smtp_from=smtp_from
                        )
                    except Exception as error:
                        _logger.info("No connection to the mail server: %s", error)
                        # nothing left the house: the next run of the queue tries again
                        mail._debt_unclaim(tools.exception_to_unicode(error))
                        run._checkpoint()
                        break
                    mail._send(
                        smtp_session=session,
                        alias_domain_id=alias_domain_id,
                        mail_server=mail_server,
                    )
                    run._checkpoint("mail_accepted", commit=False)
                    mail._debt_report()
                    run._checkpoint("mail_reported")
                    if post_send_callback:
                        post_send_callback(mail.ids)
                    if mail.state == "exception":
                        session = self._debt_hang_up(session)
            finally:
                self._debt_hang_up(session)

    @api.model
    def _debt_hang_up(self, session):
        if session:
            try:
                session.quit()
            except (smtplib.SMTPException, OSError):
                _logger.info("The mail server had closed the connection already.")

    def _debt_claim(self):
        """Take a mail for this worker, or cancel it when nothing is owed any more."""
        mail = self.try_lock_for_update()
        if not mail or mail.state != "outgoing" or mail.debt_claimed:
            return False
        action = mail.debt_action_id
        if action.state != "sent":
            mail.state = "cancel"
            return False
        run_day = action.contact_day
        action.case_id._refresh(run_day)
        if not action._suppress(fields.Datetime.now()):
            mail.state = "cancel"
            return False
        if action._text_is_stale():
            mail.state = "cancel"
            action._plan_again()
            return False
        mail.debt_claimed = fields.Datetime.now()
        action.delivery = "sending"
        return True

    def _debt_relock(self):
        """Hold the claimed mail while it is handed over."""
        mail = self.try_lock_for_update()
        return bool(mail) and mail.state == "outgoing" and bool(mail.debt_claimed)

    def _debt_unclaim(self, reason):
        self.write({"debt_claimed": False, "failure_reason": reason})
        self.debt_action_id.delivery = "queued"

    def _debt_report(self):
        """Tell the action what the mail server answered."""
        action = self.debt_action_id
        if self.state == "sent":
            action.delivery = "delivered"
        elif self.state == "exception":
            action.delivery = "failed"
            action._fail("refused", detail=self.failure_reason)
            action._fix_contact()

    @api.model
    def _debt_find_lost(self):
        """Find mails whose worker died while handing them over: nobody knows whether
        they left. A person decides; they are never sent again by themselves."""
        lost = self.search(
            [("debt_claimed", "!=", False), ("state", "=", "outgoing")]
        ).try_lock_for_update()
        for mail in lost.filtered(lambda m: m.debt_claimed and m.state == "outgoing"):
            mail.write({"state": "exception", "failure_type": "unknown"})
            mail.debt_action_id.write({"state": "uncertain", "reason": "lost"})
        return lost
