from odoo import api, fields, models
from odoo.exceptions import UserError

from ...fields import IntegerArray, LooseMany2one


class DebtBureauLine(models.Model):
    """One customer on a list for a credit bureau: to be reported, or removed."""

    _name = "debt.bureau.line"
    _description = "Line of a Credit Bureau List"
    _order = "movement desc, amount desc, id"

    list_id = fields.Many2one(
        "debt.bureau.list", required=True, ondelete="cascade", index=True
    )
    state = fields.Selection(related="list_id.state", string="State of the List")
    company_id = fields.Many2one(related="list_id.company_id", store=True)
    movement = fields.Selection(
        [("report", "Report"), ("remove", "Remove")], required=True
    )
    included = fields.Boolean(default=True, help="Untick who shall not be on the list.")
    note = fields.Char(string="Why Not", help="Why somebody is not on the list.")
    case_id = LooseMany2one("debt.case", required=True, index=True)
    partner_id = LooseMany2one("res.partner", string="Customer", required=True)
    vat = fields.Char(string="Tax ID", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(string="Owed", readonly=True)
    date_due = fields.Date(string="Oldest Due Date", readonly=True)
    days_past_due = fields.Integer(readonly=True, aggregator="max")
    item_refs = IntegerArray(help="The documents, as ids.")
    document_names = fields.Char(string="Documents", compute="_compute_document_names")
    action_id = LooseMany2one(
        "debt.action",
        string="Legal Notice",
        readonly=True,
        help="The message with which the customer was warned.",
    )
    notice_date = fields.Date(readonly=True)
    consent_date = fields.Date(string="Authorised on", readonly=True)

    @api.depends("item_refs")
    def _compute_document_names(self):
        for line in self:
            # sudo: which documents it is about, for who reads the list
            items = self.env["debt.item"].sudo().browse(line.item_refs).exists()
            line.document_names = ", ".join(items.mapped("display_name"))

    @api.depends("partner_id", "movement")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.partner_id.name

    def write(self, vals):
        if not self.env.su:
            if vals.keys() - {"included", "note"}:
                raise UserError(
                    self.env._(
                        "The product fills the list; untick who shall not be on it."
                    )
                )
            if any(line.list_id.state != "draft" for line in self):
                raise UserError(self.env._("This list is approved. Make a new one."))
        return super().write(vals)
