from odoo import fields, models
from odoo.tools import split_every

#: Messages of a simulation that are looked at together.
BATCH = 1_000


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

    def _foresee(self, company, now):
        """In a simulation, tell which messages would reach nobody, or would wait.

        :param now: naive UTC moment at which they would be handed over
        """
        actions = self.env["debt.action"].search(
            [("run_id", "=", self.id), ("company_id", "=", company.id)]
        )
        lines = {
            (line.partner_id, line.step_id, line.purpose or "step"): line
            for line in self.line_ids
            if line.result != "held" and line.company_id == company
        }
        for batch_ids in split_every(BATCH, actions.ids):
            batch = self.env["debt.action"].browse(batch_ids)
            addresses, why, waits = batch._foresee(now)
            for action in batch:
                key = (action.debtor_id, action.step_id, action.purpose)
                if line := lines.get(key):
                    line.write(_foreseen(action, addresses, why, waits))
        self.line_ids.flush_recordset()

    def action_view_waiting(self):
        """Open the messages that wait too long."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_action_waiting_action"
        )
        action["context"] = {"search_default_long": 1}
        return action


def _foreseen(action, addresses, why, waits):
    """Return the values of the line of an action: see ``debt.action._foresee``."""
    if action not in addresses:
        return {"result": "held", "reason": why[action]}
    values = {"address": addresses[action], "channel": action.channel}
    if verdict := waits.get(action):
        decision, rule = verdict.decision, verdict.decision.rule
        values |= {
            # what is to be approved waits after that
            "result": "waiting" if action.state == "planned" else action.state,
            "wait_until": decision.until.replace(tzinfo=None),
            "policy_reason": decision.reason,
            "policy_id": rule if isinstance(rule, int) else False,
        }
    return values
