from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class DebtStage(models.Model):
    _name = "debt.stage"
    _description = "Collection Stage"
    _inherit = ["debt.config.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    by_age = fields.Boolean(
        string="Entered by Age",
        default=True,
        help="The daily run moves a case here when its oldest overdue item reaches the "
        "age below. Without it, only a step of a strategy or a person does.",
    )
    days_from = fields.Integer(
        string="From Day",
        help="Days past due of the oldest overdue item from which a case is in this "
        "stage.",
    )
    stop_contact = fields.Boolean(
        string="Stops Friendly Contact",
        help="No reminder is sent to customers in this stage. Tasks go on.",
    )
    fold = fields.Boolean(string="Folded in Kanban")
    color = fields.Integer()
    description = fields.Text(translate=True)

    _days_from_not_negative = models.Constraint(
        "CHECK(days_from >= 0)", "A stage starts at day 0 or later."
    )

    @api.constrains("sequence", "days_from", "by_age", "active")
    def _check_order(self):
        by_age = self.search([("by_age", "=", True)])
        if list(by_age) != list(by_age.sorted("days_from, sequence, id")):
            raise ValidationError(
                self.env._(
                    "Stages entered by age must be in the order of their days: "
                    "%(stages)s",
                    stages=", ".join(f"{s.name} ({s.days_from})" for s in by_age),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        cases = self.env["debt.case"].sudo()  # sudo: cases of other companies count too
        if cases.search_count([("stage_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._("There are cases in this stage. Archive it instead.")
            )
