from odoo import api, fields, models


class DebtHandoverDocument(models.Model):
    """A line of a checklist: what is needed, and whether it is there."""

    _name = "debt.handover.document"
    _description = "Checklist of a Hand-Over"
    _order = "handover_id, sequence, id"

    handover_id = fields.Many2one(
        "debt.handover", required=True, ondelete="cascade", index=True
    )
    document_id = fields.Many2one(
        "debt.legal.document", required=True, ondelete="restrict"
    )
    sequence = fields.Integer(related="document_id.sequence", store=True)
    needed = fields.Boolean(
        compute="_compute_needed", store=True, readonly=False, precompute=True
    )
    there = fields.Boolean(
        compute="_compute_there",
        store=True,
        readonly=False,
        precompute=True,
        help="It is in the folder, or attached here.",
    )
    file = fields.Binary(attachment=True)
    file_name = fields.Char()
    note = fields.Char()

    _once = models.Constraint(
        "UNIQUE(handover_id, document_id)", "This document is on the checklist already."
    )

    @api.depends("document_id")
    def _compute_needed(self):
        for line in self:
            line.needed = line.document_id.needed

    @api.depends("file")
    def _compute_there(self):
        for line in self.with_context(bin_size=True):
            line.there = bool(line.file) or line.there

    @api.depends("document_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.document_id.name
