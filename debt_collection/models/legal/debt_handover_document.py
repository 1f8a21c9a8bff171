from odoo import api, fields, models
from odoo.exceptions import UserError


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

    # === EVIDENCE === #

    def write(self, vals):
        if {"document_id", "file", "handover_id", "there"} & vals.keys():
            self._check_evidence(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        self._check_evidence({})
        supervisor = self.env.user.has_group("debt_collection.group_debt_supervisor")
        handed = self.filtered(lambda line: line.handover_id.state != "draft")
        if handed and not supervisor and not self.env.su:
            raise UserError(
                self.env._(
                    "The case is handed over: a supervisor takes lines off its "
                    "checklist."
                )
            )

    def _check_evidence(self, vals):
        """Refuse to change what was there, once the case is handed over.

        A file may join a line that was ticked without one.

        :raise UserError: with the documents
        """
        changed = {"document_id", "file", "handover_id", "there"} & vals.keys()
        if changed == {"there"} and vals["there"]:
            return
        # sudo: whether there are files, of lines that the user may read
        files = self.env["ir.attachment"].sudo()
        with_file = files.search(
            [
                ("res_model", "=", self._name),
                ("res_field", "=", "file"),
                ("res_id", "in", self.ids),
            ]
        ).mapped("res_id")
        joins = (
            changed <= {"file", "there"}
            and vals.get("file")
            and vals.get("there", True)
        )
        kept = self.filtered(
            lambda line: (
                line.handover_id.state != "draft"
                and line.there
                and not (joins and vals.get("there", True) and line.id not in with_file)
            )
        )
        if kept and not self.env.su:
            raise UserError(
                self.env._(
                    "%(documents)s: it was there, and is evidence by now. Add another "
                    "line or a note.",
                    documents=", ".join(kept.mapped("display_name")),
                )
            )
