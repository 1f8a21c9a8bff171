from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...logic.autopay import MOST_DAYS, MOST_RETRIES, retry_days


class ResCompany(models.Model):
    _inherit = "res.company"

    debt_autopay = fields.Boolean(
        string="Automatic Payment of Plans",
        help="Customers who log in may let the instalments of their payment plan be "
        "charged to a card that they saved.",
    )
    debt_autopay_notice_days = fields.Integer(
        string="Notice before a Charge",
        default=3,
        help="So many days before each charge the customer gets a message with day and "
        "amount. Without it nothing is charged. 0: no message.",
    )
    debt_autopay_retries = fields.Char(
        string="Tried Again after",
        default="2, 4",
        help="Days after the instalment on which a charge that was refused is tried "
        "again, parted by commas. A plan that is broken by then is not charged.",
    )

    @api.constrains("debt_autopay_notice_days", "debt_autopay_retries")
    def _check_debt_autopay(self):
        for company in self:
            if not 0 <= company.debt_autopay_notice_days <= MOST_DAYS:
                raise ValidationError(
                    self.env._("The notice comes 0 to %s days before.", MOST_DAYS)
                )
            try:
                retry_days(company.debt_autopay_retries)
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "Write the days of the next tries as “2, 4”: at most %(count)s "
                        "of them, each later than the one before, up to %(days)s.",
                        count=MOST_RETRIES,
                        days=MOST_DAYS,
                    )
                ) from error

    def _debt_autopay_tries(self):
        """Return the days after an instalment on which it is tried again."""
        return retry_days(self.debt_autopay_retries)

    def _debt_autopay_runs(self):
        """Return whether instalments are charged in this company."""
        self.ensure_one()
        # sudo: a copied database is asked for, whoever asks
        parameters = self.env["ir.config_parameter"].sudo()
        return (
            self.debt_autopay
            and not self.debt_test_mode
            and not parameters.get_param("database.is_neutralized")
        )
