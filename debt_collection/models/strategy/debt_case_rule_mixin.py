from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class DebtCaseRuleMixin(models.AbstractModel):
    """Something that concerns the cases that a domain chooses."""

    _name = "debt.case.rule.mixin"
    _description = "Choice of Collection Cases"

    name = fields.Char(required=True)
    domain = fields.Char(string="Cases", required=True, default="[]")

    @api.constrains("domain")
    def _check_domain(self):
        for rule in self:
            try:
                rule._case_domain().validate(self.env["debt.case"])
                # sudo: the daily run evaluates the rule without a user either
                self.env["debt.case"].sudo().search(rule._case_domain(), limit=1)
            except Exception as error:
                raise ValidationError(
                    self.env._(
                        "The rule %(rule)s cannot be used: %(error)s",
                        rule=rule.name,
                        error=error,
                    )
                ) from error

    def _case_domain(self):
        """Return the rule as a Domain on ``debt.case``."""
        self.ensure_one()
        return Domain(literal_eval(self.domain or "[]"))
