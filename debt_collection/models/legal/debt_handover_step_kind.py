from odoo import api, fields, models
from odoo.exceptions import UserError


class DebtHandoverStepKind(models.Model):
    """A kind of step of a procedure: the demand, the hearing, the ruling."""

    _name = "debt.handover.step.kind"
    _description = "Kind of Procedural Step"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    days = fields.Integer(
        string="Days to the Deadline",
        help="Proposed as the deadline of a new step; 0: none.",
    )

    _days_not_negative = models.Constraint(
        "CHECK(days >= 0)", "Days cannot be negative."
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        # sudo: those of other companies count too
        steps = self.env["debt.handover.step"].sudo()
        if steps.search_count([("kind_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._("There are steps of this kind. Archive it instead.")
            )
