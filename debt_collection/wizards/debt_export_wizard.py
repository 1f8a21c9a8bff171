from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.evidence.debt_export import REASONS


class DebtExportWizard(models.TransientModel):
    _name = "debt.export.wizard"
    _description = "Export Everything about a Customer"

    partner_id = fields.Many2one("res.partner", string="Customer", required=True)
    reason = fields.Selection(REASONS, string="Why", required=True, default="access")
    requested_by = fields.Char(
        string="Asked for by", required=True, help="Who asks, and for whom."
    )
    note = fields.Text(help="Number of the complaint or the request, deadline, …")
    date_from = fields.Date(string="From", help="Empty: from the beginning.")
    date_to = fields.Date(string="Until", help="Empty: until today.")
    company_ids = fields.Many2many(
        "res.company",
        string="Companies",
        required=True,
        default=lambda self: self.env.companies,
    )
    lang = fields.Selection(
        lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        required=True,
        default=lambda self: self.env.lang or "en_US",
    )

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        active = self.env.context.get("active_model"), self.env.context.get("active_id")
        if "partner_id" in fields and not values.get("partner_id") and active[1]:
            if active[0] == "debt.case":
                case = self.env["debt.case"].browse(active[1])
                values["partner_id"] = case.partner_id.id
            elif active[0] == "res.partner":
                partner = self.env["res.partner"].browse(active[1])
                values["partner_id"] = partner._debt_debtors().id
        return values

    def action_export(self):
        """Make the file, write the export down, and open it.

        :raise UserError: where the user chose a company that is not among those above
        """
        self.ensure_one()
        if self.company_ids - self.env.companies:
            raise UserError(
                self.env._("Choose companies among those that are selected above.")
            )
        if self.date_from and self.date_to and self.date_from > self.date_to:
            raise UserError(self.env._("The period ends before it begins."))
        export = self.env["debt.export"]._make(
            self.partner_id,
            self.company_ids,
            reason=self.reason,
            requested_by=self.requested_by,
            note=self.note,
            date_from=self.date_from,
            date_to=self.date_to,
            lang=self.lang,
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "debt.export",
            "res_id": export.id,
            "view_mode": "form",
        }
