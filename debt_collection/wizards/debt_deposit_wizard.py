from odoo import api, fields, models
from odoo.exceptions import UserError


class DebtDepositWizard(models.TransientModel):
    """Lets the accountant say whose deposit it is."""

    _name = "debt.deposit.wizard"
    _description = "Identify a Deposit"

    statement_line_id = fields.Many2one(
        "account.bank.statement.line", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="statement_line_id.company_id")
    currency_id = fields.Many2one(related="statement_line_id.currency_id")
    date = fields.Date(related="statement_line_id.date")
    amount = fields.Monetary(related="statement_line_id.amount")
    journal_id = fields.Many2one(related="statement_line_id.journal_id")
    payment_ref = fields.Char(related="statement_line_id.payment_ref", string="Label")
    partner_name = fields.Char(related="statement_line_id.partner_name", string="Payer")
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        domain="['|', ('parent_id', '=', False), ('is_company', '=', True),"
        " ('company_id', 'in', [company_id, False])]",
    )
    line_ids = fields.One2many("debt.deposit.wizard.line", "wizard_id", readonly=True)

    @api.model
    def _for_deposit(self, deposit):
        """Return the choice for a bank statement line."""
        Notice = self.env["debt.payment.notice"]
        wizard = self.create({"statement_line_id": deposit.id})
        wizard.line_ids = self.env["debt.deposit.wizard.line"].create(
            [
                {
                    "wizard_id": wizard.id,
                    "partner_id": partner.id,
                    "why": Notice._why(match),
                    "points": match.points,
                }
                for match, partner in deposit._debt_find_customers().get(deposit.id, ())
            ]
        )
        return wizard

    def action_confirm(self):
        """Write the customer on the deposit."""
        self.ensure_one()
        if not self.partner_id:
            raise UserError(self.env._("Choose a customer."))
        self.statement_line_id._debt_identify(self.partner_id)
        return {"type": "ir.actions.act_window_close"}


class DebtDepositWizardLine(models.TransientModel):
    """A customer who may have made the deposit."""

    _name = "debt.deposit.wizard.line"
    _description = "Customer of a Deposit"
    _order = "points desc, id"

    wizard_id = fields.Many2one(
        "debt.deposit.wizard", required=True, ondelete="cascade"
    )
    partner_id = fields.Many2one("res.partner", string="Customer", ondelete="cascade")
    why = fields.Char()
    points = fields.Integer()

    def action_choose(self):
        """Choose this customer."""
        self.ensure_one()
        self.wizard_id.partner_id = self.partner_id
        return self.wizard_id.action_confirm()
