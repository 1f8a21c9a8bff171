from odoo import fields, models


class DebtDifferenceDocumentWizard(models.TransientModel):
    """Records the document that a difference waited for."""

    _name = "debt.difference.document.wizard"
    _description = "Document of a Difference"

    difference_ids = fields.Many2many("debt.difference", required=True)
    date = fields.Date(
        string="Received on",
        required=True,
        default=lambda self: self.env.company._debt_today(),
    )
    number = fields.Char(help="Of the certificate or credit note.")
    content = fields.Binary(string="File")
    name = fields.Char(string="Name of the File")

    def action_confirm(self):
        """Record it; where it is usual, go on to the write-off or credit note."""
        self.ensure_one()
        for difference in self.difference_ids:
            difference._receive(self.date, self.number, self.content, self.name)
        difference = self.difference_ids[:1]
        # an owner of another department has done their part
        helps = self.env["debt.write.off.wizard"].has_access("create")
        if helps and difference.state == "open" and difference.amount_cover > 0:
            if difference.next_step == "write_off":
                return self.difference_ids.action_write_off()
            accountant = self.env.user.has_group("account.group_account_invoice")
            if difference.next_step == "credit_note":
                if not accountant:
                    self.difference_ids.action_ask_credit_note()
                elif difference._invoices():
                    return difference.action_credit_note()
        return {"type": "ir.actions.act_window_close"}
