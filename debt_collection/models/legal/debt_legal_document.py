from odoo import api, fields, models
from odoo.exceptions import UserError

KINDS = [("lawyer", "Lawyer"), ("agency", "Agency")]


class DebtLegalDocument(models.Model):
    """A kind of document that a lawyer or an agency may need to claim a debt."""

    _name = "debt.legal.document"
    _description = "Document of a Hand-Over"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        KINDS, string="For", help="Empty: for lawyers and for agencies."
    )
    needed = fields.Boolean(
        default=True,
        help="Without it, whoever hands the case over has to say why.",
    )
    note = fields.Char(string="What to Look For", translate=True)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        # sudo: those of other companies count too
        lines = self.env["debt.handover.document"].sudo()
        if lines.search_count([("document_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._("This document is on a checklist. Archive it instead.")
            )

    @api.model
    def _for_kind(self, kind):
        """Return the documents of the checklist of a lawyer or an agency."""
        return self.search([("kind", "in", [kind, False])])
