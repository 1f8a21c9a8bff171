from odoo import api, fields, models
from odoo.exceptions import UserError


class DebtOutcome(models.Model):
    _name = "debt.outcome"
    _description = "Contact Outcome"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(help="Name by which the product itself finds this outcome.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    reached = fields.Boolean(
        string="Debtor Reached", help="The customer was reached in person."
    )

    follow_up = fields.Selection(
        [
            ("promise", "Promise to Pay"),
            ("notice", "Payment Notice"),
            ("dispute", "Dispute"),
            ("difference", "Difference"),
            ("call_back", "Call Back"),
            ("document", "Document Wanted"),
            ("wrong_number", "Fix Phone Number"),
            ("escalate", "Escalation"),
        ],
        help="What the agent is asked for when a contact ends so.",
    )

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "There is already an outcome with this code."
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        actions = self.env["debt.action"].sudo()  # sudo: of any company
        if actions.search_count([("outcome_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._("There are actions with this outcome. Archive it instead.")
            )

    @api.model
    def _by_code(self, code):
        """Return the outcome of a code; empty where somebody deleted it."""
        return self.with_context(active_test=False).search(
            [("code", "=", code)], limit=1
        )
