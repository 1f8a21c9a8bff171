from odoo import api, fields, models
from odoo.exceptions import UserError


class DebtReasonMixin(models.AbstractModel):
    """Why somebody has to settle something with a customer, who and by when."""

    _name = "debt.reason.mixin"
    _description = "Reason of an Agreement"
    _order = "sequence, id"
    #: The model whose ``reason_id`` it is.
    _used_in = None

    name = fields.Char(required=True, translate=True)
    code = fields.Char(help="By which data and other addons know the reason.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    owner_id = fields.Many2one(
        "res.users", company_dependent=True, domain=[("share", "=", False)]
    )
    days = fields.Integer(default=5)

    _code_uniq = models.Constraint("UNIQUE(code)", "This code is used already.")
    _days_not_negative = models.Constraint(
        "CHECK(days >= 0)", "Days cannot be negative."
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        # sudo: those of other companies count too
        used = self.env[self._used_in].sudo()
        if used.search_count([("reason_id", "in", self.ids)], limit=1):
            raise UserError(self.env._("This reason is in use. Archive it instead."))
