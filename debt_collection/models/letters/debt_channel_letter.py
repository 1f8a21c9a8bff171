from odoo import models


class DebtChannelLetter(models.AbstractModel):
    """Letters wait in a queue until somebody prints them, see ``debt.letter.run``.

    What they say is written when they are printed, from what is owed then.
    """

    _name = "debt.channel.letter"
    _description = "Letter"
    _inherit = ["debt.channel.email"]

    _contact_group = "letter"

    def _addresses(self, actions):
        # sudo: agents need no right to read contacts to write to them
        return {
            action: ", ".join(action._letter_address())
            for action in actions.sudo()
            if action._letter_addressee()
        }

    def _why_unreachable(self, actions):
        return {"no_address": actions}

    def _send(self, actions, now):
        actions.write(
            {
                "state": "sent",
                "reason": False,
                "sent_date": now,
                "delivery": "queued",
                "is_test": actions.company_id.debt_test_mode,
            }
        )

    def _template(self, action):
        """Return the text: the campaign's or step's own, or the standard letter."""
        return (
            action.campaign_id.mail_template_id
            or action.step_id.mail_template_id
            or self.env.ref("debt_collection.mail_template_letter")
        )
