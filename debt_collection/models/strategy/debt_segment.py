from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class DebtSegment(models.Model):
    _name = "debt.segment"
    _description = "Customer Segment"
    _inherit = ["debt.config.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Empty: the segment is used by every company."
    )
    domain = fields.Char(
        string="Rule",
        required=True,
        default="[]",
        help="Which cases belong here. Segments are tried in order, the first that "
        "matches wins.",
    )
    strategy_id = fields.Many2one(
        "debt.strategy", required=True, ondelete="restrict", index=True
    )
    case_count = fields.Integer(string="Cases", compute="_compute_case_count")

    @api.depends_context("allowed_company_ids")
    def _compute_case_count(self):
        groups = self.env["debt.case"]._read_group(
            [("segment_id", "in", self.ids), ("state", "!=", "closed")],
            ["segment_id"],
            ["__count"],
        )
        counts = {segment.id: count for segment, count in groups}
        for segment in self:
            segment.case_count = counts.get(segment.id, 0)

    @api.constrains("domain")
    def _check_domain(self):
        for segment in self:
            try:
                segment._case_domain().validate(self.env["debt.case"])
                # sudo: the daily run evaluates the rule without a user either
                self.env["debt.case"].sudo().search(segment._case_domain(), limit=1)
            except Exception as error:
                raise ValidationError(
                    self.env._(
                        "The rule of segment %(segment)s cannot be used: %(error)s",
                        segment=segment.name,
                        error=error,
                    )
                ) from error

    def _case_domain(self):
        """Return the rule as a Domain on ``debt.case``."""
        self.ensure_one()
        return Domain(literal_eval(self.domain or "[]"))

    def action_view_cases(self):
        """Open the cases that the last run put into this segment."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_case_action"
        )
        action["domain"] = [("segment_id", "=", self.id)]
        action["context"] = {}
        return action
