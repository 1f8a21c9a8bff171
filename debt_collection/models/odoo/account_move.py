from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ...fields import LooseMany2one


class AccountMove(models.Model):
    _inherit = "account.move"

    debt_pay_date = fields.Date(
        string="Announced Payment Date",
        copy=False,
        help="The payment date on the customer's counter-receipt (contra-recibo). "
        "Collection counts from it instead of the due date.",
    )
    debt_import_id = LooseMany2one(
        "debt.import", string="Imported with", readonly=True, copy=False
    )
    debt_case_id = fields.Many2one(
        "debt.case", compute="_compute_debt_case", string="Collection Case"
    )
    debt_stage_id = fields.Many2one(
        "debt.stage", compute="_compute_debt_case", string="Collection Stage"
    )
    debt_last_action = fields.Char(
        compute="_compute_debt_case", string="Last Collection Action"
    )
    debt_next_action_date = fields.Date(
        compute="_compute_debt_case", string="Next Collection Action"
    )

    debt_difference = fields.Char(
        compute="_compute_debt_case",
        string="Difference",
        help="Why something is left of it, and what is awaited.",
    )

    @api.depends("commercial_partner_id", "company_id", "state")
    def _compute_debt_case(self):
        # sudo: accountants see where collection stands without rights on cases
        items = (
            self.env["debt.item"].sudo().search([("move_id", "in", self.ids)])
        ).grouped("move_id")
        for move in self:
            own = items.get(move._origin, self.env["debt.item"])
            case = own.case_id[:1].sudo(self.env.su)
            move.debt_case_id = case
            still_open = own.filtered(lambda item: item.state == "open")
            move.debt_stage_id = case.sudo().stage_id if still_open else False
            move.debt_last_action = case.sudo().last_action
            move.debt_next_action_date = (
                case.sudo().next_action_date if still_open else False
            )
            differences = own.difference_ids.filtered(lambda d: d.amount_cover > 0)
            move.debt_difference = " · ".join(
                f"{d.reason_id.name}, {d._money(d.amount_cover)}" for d in differences
            )

    def _debt_number(self):
        """Return the number by which the customer knows the document.

        A debt of another system keeps its number, whatever the journal calls its entry.
        """
        self.ensure_one()
        return (self.debt_import_id and self.ref) or self.name

    def action_debt_case(self):
        """Open the collection case of the invoice."""
        return self.debt_case_id._debt_open()

    def action_debt_dispute(self):
        """Enter what the customer does not agree with on these invoices."""
        items = self._debt_owed("debt.dispute")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dispute"),
            "res_model": "debt.dispute",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_case_id": items.case_id[:1].id,
                "default_item_ids": [Command.set(items.ids)],
            },
        }

    def action_debt_difference(self):
        """Say why something is left of these invoices."""
        items = self._debt_owed("debt.difference")
        action = items.action_classify()
        action["context"]["default_case_id"] = items.case_id[:1].id
        return action

    def _debt_owed(self, model):
        """Return the open items of these invoices, as the books are now.

        :param model: what is to be entered for them
        """
        if not self.env[model].has_access("create"):
            raise AccessError(
                self.env._("Only collections may do this: you have no right there.")
            )
        # sudo: reads the books, so that an invoice of today has its item
        self.env["debt.item"].flush_model()
        for company, moves in self.grouped("company_id").items():
            self.env["debt.run"].sudo()._refresh_debtors(
                company.sudo(), moves.commercial_partner_id
            )
        items = self.env["debt.item"].search(
            [
                ("move_id", "in", self.ids),
                ("state", "=", "open"),
                ("amount_residual_currency", ">", 0),
            ]
        )
        if not items:
            raise UserError(self.env._("Nothing is owed of this invoice."))
        return items

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") == "cancel":
            self._debt_charges_gone()
        if {"state", "debt_pay_date", "no_followup", "payment_state"} & vals.keys():
            self._debt_mark()
        return result

    def action_toggle_block_payment(self):
        result = super().action_toggle_block_payment()
        self._debt_mark()
        return result

    @api.ondelete(at_uninstall=False)
    def _debt_unlink_charges(self):
        self._debt_charges_gone()

    def _debt_charges_gone(self):
        """Late charges whose invoice is cancelled or deleted are reversed."""
        # sudo: whoever may cancel the invoice takes the charge back
        charges = (
            self.env["debt.charge"]
            .sudo()
            .search([("move_id", "in", self.ids), ("state", "=", "posted")])
        )
        charges.write(
            {
                "state": "reversed",
                "waive_reason": self.env._("The invoice was cancelled"),
                "waived_by_id": self.env.uid,
            }
        )

    def _debt_mark(self):
        """Posting, resetting or cancelling an invoice is news of the debtor."""
        lines = self.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and line.partner_id
        )
        self.env["debt.mark"]._add(
            (line.partner_id.id, line.company_id.id) for line in lines
        )

    # === FILES === #

    def _debt_documents(self):
        """Return [(name, content)] of an invoice: its legal documents.

        Odoo keeps them, PDF and XML, once the invoice was sent. The PDF of one that
        never was is made here and not kept with the invoice: whoever sends mails writes
        no row of the books.
        """
        self.ensure_one()
        if documents := self._get_invoice_legal_documents_all():
            return [
                (document["filename"], document["content"]) for document in documents
            ]
        sender = self.env["account.move.send"]
        others = sender._get_invoice_extra_attachments(self)
        return [self._debt_pdf(), *((file.name, file.raw) for file in others)]

    def _debt_pdf(self):
        """Return (name, content) of the invoice, printed now.

        One at a time: not every wkhtmltopdf prints several. Odoo notes on the entry
        that it was touched when it computes the lines to print; that is taken back.
        """
        reports = self.env["ir.actions.report"]
        report = self.env["account.move.send"]._get_default_pdf_report_id(self)
        if self.display_link_qr_code:
            self._portal_ensure_token()  # the printed code has to work
        savepoint = self.env.cr.savepoint()
        try:
            content, kind = reports._pre_render_qweb_pdf(report.report_name, self.ids)
            contents = reports._get_splitted_report(report.report_name, content, kind)
        finally:
            savepoint.close(rollback=True)
        return self._get_invoice_report_filename(report=report), contents[self.id]
