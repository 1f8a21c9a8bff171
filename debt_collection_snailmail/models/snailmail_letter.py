from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import html2plaintext

from odoo.addons.debt_collection.fields import LooseMany2one
from odoo.addons.debt_collection.logic.smtp_outcome import ACCEPTED, UNKNOWN

#: States of letters that the service has not posted.
OPEN = ("pending", "error")


class SnailmailLetter(models.Model):
    """Collection letters leave one by one, each checked and claimed before.

    Whether a customer may be written to was decided when the letter was planned.
    """

    _name = "snailmail.letter"
    _inherit = ["snailmail.letter", "debt.queue.mixin"]
    _queue_label = "letter"
    _queue_cron = "snailmail.snailmail_print"
    _queue_waiting = "pending"

    debt_action_id = LooseMany2one("debt.action", index="btree_not_null")
    debt_run_id = fields.Many2one("debt.letter.run", index="btree_not_null")
    debt_claimed = fields.Datetime(
        help="When a worker began to hand this letter to the post service."
    )

    def _snailmail_print(self, immediate=True):
        ours = self.filtered("debt_action_id")
        if immediate:
            for letter in ours:
                letter._debt_send_one()
        others = self - ours
        return super(SnailmailLetter, others)._snailmail_print(immediate=immediate)

    def _debt_is_queued(self):
        return self.state in OPEN

    def _debt_claim(self, now):
        """Take a letter for this worker; who paid meanwhile gets none."""
        letter = self.try_lock_for_update()
        if not letter or not letter._debt_is_free():
            return False
        action = letter.debt_action_id
        if action.state != "sent" or action.delivery not in ("sending", "printed"):
            letter.cancel()
            letter.debt_run_id._follow_service()
            return False
        action.case_id._refresh(action.company_id._debt_today(now))
        if action._letter_changed():
            letter.cancel()
            action._skip("amount_changed")
            letter.debt_run_id._follow_service()
            return False
        # whatever the server's settings, this commit must survive its crash
        self.env.cr.execute("SET LOCAL synchronous_commit TO on")
        action.delivery = "sending"
        letter.debt_claimed = now
        return True

    def _debt_hand_over(self):
        """Let Odoo's service print it; what it says is written at once."""
        try:
            if self._is_valid_address(self):
                self._snailmail_print_valid_address()
            else:
                self._snailmail_print_invalid_address()
        except AccessError as error:  # no answer: it may have arrived
            return UNKNOWN, str(error)
        return ACCEPTED, None

    def _debt_report(self, outcome, detail, seconds=None):
        self.debt_claimed = False
        return super()._debt_report(outcome, detail, seconds)

    def _debt_accept(self):
        pass  # it is written already, see ``_debt_hand_over``

    def _debt_lose(self, detail=None):
        self.state = "canceled"
        result = super()._debt_lose(detail)
        self.debt_run_id._follow_service()
        return result

    @api.model
    def _debt_lost_domain(self):
        return [("state", "in", OPEN)]

    def write(self, vals):
        result = super().write(vals)
        # what the service said is written by its job; any employee may write letters
        told = "state" in vals and self.env.su
        ours = self.filtered("debt_action_id") if told else self.browse()
        for letter in ours:
            letter._debt_follow()
        return result

    def _debt_follow(self):
        """Bring the action to what the service said."""
        action = self.debt_action_id
        if self.state == "sent":
            day = action.company_id._debt_today()
            action.write({"delivery": "posted", "posted_day": day, "contact_day": day})
            action._contacted()
        elif self.state == "error" and action.delivery == "sending":
            action.write(
                {
                    "delivery": "printed",
                    "reason_detail": html2plaintext(self.info_msg or "").strip(),
                }
            )
        self.debt_run_id._follow_service()
