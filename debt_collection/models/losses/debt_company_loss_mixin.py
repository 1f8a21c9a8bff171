from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...logic.round_amounts import small_amount

#: What it costs to work one case to its end, in US dollars.
CASE_COST_USD = 20

#: Where nothing is lost or gained.
NO_LOSS = (
    "[('account_type', 'not in', ('asset_receivable', 'liability_payable',"
    " 'asset_cash', 'liability_credit_card', 'off_balance'))]"
)


class DebtCompanyLossMixin(models.AbstractModel):
    """What a company says of settlements, write-offs and recoveries."""

    _name = "debt.company.loss.mixin"
    _description = "Losses of a Company"

    currency_id = fields.Many2one("res.currency")

    debt_settlement_days = fields.Integer(
        string="Days of a Settlement Offer",
        default=15,
        help="For how many days an offer with a discount is proposed to be valid.",
    )
    debt_settlement_booking = fields.Selection(
        [
            ("credit_note", "Credit notes of the invoices, with their taxes"),
            ("entry", "An entry to a discount account"),
        ],
        string="Discounts Are Booked by",
        required=True,
        default="credit_note",
        help="Documents that are no invoices are always cleared by an entry.",
    )
    debt_settlement_account_id = fields.Many2one(
        "account.account",
        string="Account of Settlement Discounts",
        check_company=True,
        domain=NO_LOSS,
    )
    debt_case_cost = fields.Monetary(
        string="Cost of Working a Case",
        compute="_compute_debt_case_cost",
        store=True,
        readonly=False,
        help="What calls, messages and time for one customer cost until the end. Rules "
        "propose to write off what is less.",
    )
    debt_loss_account_id = fields.Many2one(
        "account.account",
        string="Account of Bad Debts",
        check_company=True,
        domain=NO_LOSS,
        help="Where debts are written off, unless the reason has an account.",
    )
    debt_loss_tax_account_id = fields.Many2one(
        "account.account",
        string="Tax of Bad Debts",
        check_company=True,
        domain=NO_LOSS,
        help="Where the law gives the tax of unpaid invoices back: the part of the tax "
        "in what is written off goes here. Empty: it is part of the loss.",
    )
    debt_recovery_booking = fields.Selection(
        [
            ("income", "Income from recoveries"),
            ("reverse", "The write-off is taken back by as much"),
        ],
        string="Recoveries Are Booked as",
        required=True,
        default="income",
    )
    debt_recovery_account_id = fields.Many2one(
        "account.account",
        string="Account of Recoveries",
        check_company=True,
        domain=NO_LOSS,
    )

    @api.depends("currency_id")
    def _compute_debt_case_cost(self):
        for company in self:
            company.debt_case_cost = small_amount(
                CASE_COST_USD, company.currency_id.name
            )

    @api.constrains("debt_settlement_days", "debt_case_cost")
    def _check_debt_losses(self):
        for company in self:
            if company.debt_settlement_days < 0 or company.debt_case_cost < 0:
                raise ValidationError(
                    self.env._("Days of offers and costs cannot be negative.")
                )
