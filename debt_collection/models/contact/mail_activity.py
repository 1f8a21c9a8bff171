from odoo import models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        """A task of a case is an action done, that of a hand-over a step."""
        cases = self.filtered(lambda activity: activity.res_model == "debt.case")
        if cases:
            # sudo: who finishes the activity finishes the action
            actions = (
                self.env["debt.action"]
                .sudo()
                .search([("activity_id", "in", cases.ids), ("state", "=", "sent")])
            )
            actions.write({"state": "done"})
        handovers = self.filtered(
            lambda activity: activity.res_model == "debt.handover"
        )
        if handovers:
            # sudo: who finishes the activity did what the step asks for
            steps = self.env["debt.handover.step"].sudo()
            found = steps.search([("activity_id", "in", handovers.ids)])
            found.write({"activity_id": False, "done": True})
        return super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
