from odoo import fields, models

from ...fields import LooseMany2one


class DebtItemStep(models.Model):
    """That an item reached a step: reserved when planned, consumed when sent.

    The unique key is what makes a step happen once, however often the run is repeated,
    doubled or killed. Step 0 stands for "after the last step".
    """

    _name = "debt.item.step"
    _description = "Step Reached by an Item"
    _log_access = False
    _order = "day, id"

    item_id = LooseMany2one("debt.item", required=True)
    cycle = fields.Integer(required=True)
    step_id = LooseMany2one("debt.strategy.step", required=True)
    days = fields.Integer(help="Days of the step when it was reached.")
    day = fields.Date()
    # no index: found by the items of the action's case
    action_id = LooseMany2one("debt.action")

    _once = models.Constraint(
        "UNIQUE(item_id, cycle, step_id)", "An item reaches a step once in a cycle."
    )
