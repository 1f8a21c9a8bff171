from odoo import api, fields, models


class DebtSegment(models.Model):
    _name = "debt.segment"
    _description = "Customer Segment"
    _inherit = ["debt.config.mixin", "debt.case.rule.mixin"]
    _order = "sequence, id"

    name = fields.Char(translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Empty: the segment is used by every company."
    )
    domain = fields.Char(
        string="Rule",
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

    def action_view_cases(self):
        """Open the cases that the last run put into this segment."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_case_action"
        )
        action["domain"] = [("segment_id", "=", self.id)]
        action["context"] = {}
        return action
