from odoo import api, fields, models
from odoo.exceptions import ValidationError

NEXT_STEPS = [
    ("write_off", "Write off"),
    ("credit_note", "Credit note"),
    ("chase", "Back to the chase"),
]
#: Where Odoo keeps the account of a kind of difference, by the code of the reason.
CORE_ACCOUNTS = {
    "discount": "account_journal_early_pay_discount_loss_account_id",
    "exchange": "expense_currency_exchange_account_id",
}


class DebtDifferenceReason(models.Model):
    """Why something is left after a payment, and what is done about it."""

    _name = "debt.difference.reason"
    _description = "Difference Reason"
    _inherit = ["debt.reason.mixin"]
    _used_in = "debt.difference"

    owner_id = fields.Many2one(
        help="Gets the document in this company. Empty: the agent of the customer.",
    )
    days = fields.Integer(
        string="Days to Wait",
        default=10,
        help="Working days in which the document comes, or somebody decides.",
    )
    document = fields.Char(
        string="Document Awaited",
        translate=True,
        help="What the customer has to send. Empty: somebody only has to decide.",
    )
    ask_customer = fields.Boolean(
        string="Ask the Customer",
        help="Proposes to write to the customer which document is missing.",
    )
    next_step = fields.Selection(
        [*NEXT_STEPS, ("dispute", "Open a dispute")],
        string="Usual Way Out",
        required=True,
        default="write_off",
        help="What is proposed once the document is there. A dispute opens at once.",
    )
    dispute_reason_id = fields.Many2one(
        "debt.dispute.reason", help="The reason of the dispute that is opened."
    )
    account_id = fields.Many2one(
        "account.account",
        string="Write-Off Account",
        company_dependent=True,
        domain="[('account_type', 'not in', ('asset_receivable', 'liability_payable',"
        " 'asset_cash', 'liability_credit_card', 'off_balance'))]",
        help="Where it is written off in this company: the tax withheld, the discount, "
        "the bank charges. Empty: whoever writes off chooses.",
    )
    returns = fields.Boolean(
        string="Back to the Chase without Document",
        help="Chased again when the document did not come in time.",
    )
    return_days = fields.Integer(
        string="Days after the Deadline",
        default=5,
        help="Working days after the deadline until it is chased again by itself.",
    )

    _return_days_not_negative = models.Constraint(
        "CHECK(return_days >= 0)", "Days cannot be negative."
    )

    @api.constrains("next_step", "dispute_reason_id")
    def _check_dispute_reason(self):
        for reason in self:
            if reason.next_step == "dispute" and not reason.dispute_reason_id:
                raise ValidationError(
                    self.env._("Say with which reason the dispute is opened.")
                )

    def _account(self, company):
        """Return the account to which differences of the reason are written off."""
        self.ensure_one()
        # sudo: whoever asks for a write-off need not read accounts
        account = self.sudo().with_company(company).account_id
        if not account and self.code in CORE_ACCOUNTS:
            account = company.sudo()[CORE_ACCOUNTS[self.code]]
        return account.sudo(self.env.su)
