from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.tools import html2plaintext

from odoo.addons.debt_collection.fields import LooseMany2one


class SnailmailLetter(models.Model):
    _inherit = "snailmail.letter"

    debt_action_id = LooseMany2one("debt.action", index="btree_not_null")
    debt_run_id = fields.Many2one("debt.letter.run", index="btree_not_null")
    debt_claimed = fields.Datetime(
        help="When a worker began to hand this letter to the post service."
    )

    def _snailmail_print(self, immediate=True):
        """Collection letters leave one by one, each checked and claimed before."""
        ours = self.filtered("debt_action_id")
        if immediate:
            for letter in ours:
                letter._debt_print()
        others = self - ours
        return super(SnailmailLetter, others)._snailmail_print(immediate=immediate)

    def _debt_print(self):
        """Hand one letter over; nobody is written to who has paid meanwhile.

        A letter that was claimed and has no result was interrupted while it was handed
        over: a person decides, it is never sent again by itself.
        """
        run = self.env["debt.run"]
        if not self._debt_claim():
            return
        run._checkpoint("letter_claimed")
        try:
            if self._is_valid_address(self):
                self._snailmail_print_valid_address()
            else:
                self._snailmail_print_invalid_address()
        except AccessError as error:  # no answer: it may have arrived
            self._debt_lose(str(error))
        self.debt_claimed = False
        run._checkpoint("letter_reported")

    def _debt_claim(self):
        letter = self.try_lock_for_update()
        if not letter or letter.state not in ("pending", "error"):
            return False
        action = letter.debt_action_id
        if letter.debt_claimed:
            letter._debt_lose(None)
            letter.debt_claimed = False
            return False
        if action.state != "sent" or action.delivery not in ("sending", "printed"):
            letter.cancel()
            letter.debt_run_id._follow_service()
            return False
        action.case_id._refresh(action.company_id._debt_today())
        if action._letter_changed():
            letter.cancel()
            action._skip("amount_changed")
            letter.debt_run_id._follow_service()
            return False
        action.delivery = "sending"
        letter.debt_claimed = fields.Datetime.now()
        return True

    def _debt_lose(self, detail):
        """Nobody knows whether the service got the letter: a person decides."""
        self.state = "canceled"
        self.debt_action_id._lose(detail)
        self.debt_run_id._follow_service()

    def write(self, vals):
        result = super().write(vals)
        # what the service said is written by its job; any employee may write letters
        told = "state" in vals and self.env.su
        ours = self.filtered("debt_action_id") if told else self.browse()
        for letter in ours:
            letter._debt_report()
        return result

    def _debt_report(self):
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
