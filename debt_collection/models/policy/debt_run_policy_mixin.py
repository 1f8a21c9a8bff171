from odoo import fields, models


class DebtRunPolicyMixin(models.AbstractModel):
    """What a run left waiting for a moment that the contact policies allow."""

    _name = "debt.run.policy.mixin"
    _description = "Waiting Messages of a Run"

    actions_waiting = fields.Integer(
        help="Messages that wait for a moment that the contact policies allow."
    )
    actions_waiting_long = fields.Integer(
        compute="_compute_actions_waiting_long",
        string="Waiting Too Long",
        help="Messages of these companies that wait longer than the settings say.",
    )

    def _compute_actions_waiting_long(self):
        waiting = self.env["debt.action"].search([("waits_long", "=", True)])
        for run in self:
            run.actions_waiting_long = len(
                waiting.filtered(lambda a, run=run: a.company_id in run.company_ids)
            )

    def action_view_waiting(self):
        """Open the messages that wait too long."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_action_waiting_action"
        )
        action["context"] = {"search_default_long": 1}
        return action
