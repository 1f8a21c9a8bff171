from odoo import models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        """A task of a case that is done is an action done."""
        cases = self.filtered(lambda activity: activity.res_model == "debt.case")
        if cases:
            # sudo: who finishes the activity finishes the action
            actions = (
                self.env["debt.action"]
                .sudo()
                .search([("activity_id", "in", cases.ids), ("state", "=", "sent")])
            )
            actions.write({"state": "done"})
        return super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
