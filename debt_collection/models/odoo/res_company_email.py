from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...logic.working_days import nth_working_day

#: Days after the day of the statement on which a run still prepares it.
LATE_DAYS = 4
#: Days around it in which no message announces what will be due.
NEAR_DAYS = 2


class ResCompany(models.Model):
    _inherit = "res.company"

    debt_attach_size = fields.Float(
        string="Attachments, at Most (MB)",
        digits=(6, 1),
        default=8,
        help="How much the files of an e-mail may weigh on their way. With more of "
        "them it has the link only.",
    )
    debt_attach_count = fields.Integer(
        string="Invoices Attached, at Most",
        default=10,
        help="The oldest ones are attached.",
    )

    debt_statement = fields.Boolean(
        string="Monthly Statement",
        help="Each month every customer with a balance gets their statement of account "
        "by e-mail. It is no dunning: it starts no quiet days and takes no step.",
    )
    debt_statement_day = fields.Integer(
        string="Working Day of the Statement",
        default=3,
        help="On which working day of the month it leaves.",
    )
    debt_statement_mode = fields.Selection(
        [("approve", "Prepare and Approve"), ("automatic", "Automatic")],
        string="Statements Leave",
        required=True,
        default="approve",
    )
    debt_health_user_id = fields.Many2one(
        "res.users",
        string="Told of Problems",
        domain=[("share", "=", False)],
        help="Gets a task when scheduled actions, queues, channels or runs are not "
        "well. Empty: the first manager.",
    )

    @api.constrains("debt_attach_size", "debt_attach_count")
    def _check_debt_attach(self):
        for company in self:
            if min(company.debt_attach_size, company.debt_attach_count) < 0:
                raise ValidationError(
                    self.env._("Limits of attachments cannot be negative.")
                )

    @api.constrains("debt_statement_day")
    def _check_debt_statement_day(self):
        for company in self:
            if not 1 <= company.debt_statement_day <= 15:
                raise ValidationError(
                    self.env._("The working day of the statement is 1 to 15.")
                )

    def _debt_statement_date(self, day):
        """Return the day of the monthly statement in the month of ``day``."""
        self.ensure_one()
        country = self.country_id
        holidays = country._debt_holidays({day.year}) if country else frozenset()
        return nth_working_day(day, self.debt_statement_day, holidays)

    def _debt_statement_is_due(self, day):
        """Return whether statements are prepared on a day: theirs, or soon after it."""
        self.ensure_one()
        if not self.debt_statement:
            return False
        return 0 <= (day - self._debt_statement_date(day)).days <= LATE_DAYS

    def _debt_statement_is_near(self, day):
        """Return whether the statement tells of what will be due soon."""
        self.ensure_one()
        if not self.debt_statement:
            return False
        return abs((day - self._debt_statement_date(day)).days) <= NEAR_DAYS
