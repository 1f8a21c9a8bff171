from odoo import models
from odoo.tools import clean_context, plaintext2html


class DebtTurnMixin(models.AbstractModel):
    """An agreement gives whose turn it is one activity, and takes it back."""

    _name = "debt.turn.mixin"
    _description = "Whose Turn It Is"
    _inherit = ["mail.activity.mixin"]

    def _turn(self):
        """Return whose turn it is: (user, day, words); the words in their language.

        :return: None where it waits for nobody
        """
        raise NotImplementedError

    def _turn_note(self):
        """Return what an activity says beyond its summary, as plain text."""
        return ""

    def _renew_activity(self):
        """Give whose turn it is the only activity that the product makes."""
        # sudo: whoever settles it decides on the activities of others, too
        self = self.sudo()
        self.activity_ids.filtered("automated").unlink()
        for cover in self:
            user, day, words = cover._turn() or (None, None, None)
            if user:
                cover._give_activity(user, day, words)

    def _give_activity(self, user, day, words):
        # sudo: who settles it may be outside of the team, and hears of it
        clean = self.sudo().with_context(clean_context(self.env.context))
        cover = clean.with_context(lang=user.sudo().lang)
        cover.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=day,
            summary=words(cover),
            note=plaintext2html(cover._turn_note() or ""),
            user_id=user.id,
            automated=True,
        )
        # still reads it after handing it over
        cover.message_subscribe(partner_ids=user.sudo().partner_id.ids)
