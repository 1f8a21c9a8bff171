from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    _inherit = "res.company"

    debt_cheque_clear_days = fields.Integer(
        string="A Cheque Clears after (Days)",
        default=2,
        help="Working days after its date and its deposit without the bank returning "
        "it. When a bank statement shows it, it cleared at once.",
    )
    debt_cheque_journal_id = fields.Many2one(
        "account.journal",
        string="Journal of Bounced Cheques",
        check_company=True,
        domain="[('inbound_payment_method_line_ids.code', '=',"
        " 'in_third_party_checks')]",
        help="Where a deposited cheque comes back to. Empty: that of rejected cheques "
        "of the chart of accounts, else where it was received.",
    )
    debt_cheque_product_id = fields.Many2one(
        "product.product",
        string="Fee for Bounced Cheques",
        domain="[('type', '=', 'service')]",
        help="What the customer is invoiced for a bounced cheque, if the accountant "
        "says so: account, taxes and the usual price.",
    )

    @api.constrains("debt_cheque_clear_days")
    def _check_debt_cheque_clear_days(self):
        if any(company.debt_cheque_clear_days < 0 for company in self):
            raise ValidationError(
                self.env._("A cheque cannot clear after negative days.")
            )

    def _debt_cheque_product(self):
        """Return the product of the fee for bounced cheques, if there is one."""
        self.ensure_one()
        return self.debt_cheque_product_id or self.env.ref(
            "debt_collection_check.product_cheque_fee", raise_if_not_found=False
        )
