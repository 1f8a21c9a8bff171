from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    _inherit = "res.company"

    debt_sale_mode = fields.Selection(
        [("off", "Nothing"), ("warn", "Warn"), ("hold", "Warn and Hold")],
        string="New Orders of Customers Who Owe",
        required=True,
        default="warn",
        help="Warn: the salesperson reads on the quotation what the customer owes.\n"
        "Warn and hold: an order over the limits waits for a release.",
    )
    debt_sale_warn_days = fields.Integer(
        string="Warn from Day",
        default=1,
        help="Days overdue of the oldest document, counted from the day on which the "
        "money can really come. 0: never.",
    )
    debt_sale_hold_days = fields.Integer(
        string="Hold from Day", default=16, help="Days overdue. 0: never."
    )
    debt_sale_limit = fields.Selection(
        [("none", "Nothing"), ("warn", "Warn"), ("hold", "Hold")],
        string="Over the Credit Limit",
        required=True,
        default="hold",
        help="The limit is the one of Odoo's invoicing, on the customer or the "
        "company. What is owed, orders not invoiced yet and the new order count.",
    )
    debt_sale_prepaid_percent = fields.Integer(
        string="Prepayment That Releases (%)",
        default=100,
        help="An order of which so much is paid online is not held.",
    )
    debt_sale_release_days = fields.Integer(
        string="A Release Lasts (Days)",
        default=7,
        help="Proposed end of a release by exception, and how long one by a kept "
        "promise lasts.",
    )
    debt_sale_promise_releases = fields.Boolean(
        string="A Kept Promise Releases",
        default=True,
        help="An order that was held is released when a promise that was made since "
        "then is kept, although other documents are overdue.",
    )
    debt_sale_auto_confirm = fields.Boolean(
        string="Confirm What Was Released",
        help="A released order is confirmed by itself. Else the salesperson gets an "
        "activity.",
    )

    @api.constrains(
        "debt_sale_warn_days",
        "debt_sale_hold_days",
        "debt_sale_release_days",
        "debt_sale_prepaid_percent",
    )
    def _check_debt_sale(self):
        for company in self:
            days = (
                company.debt_sale_warn_days,
                company.debt_sale_hold_days,
                company.debt_sale_release_days,
            )
            if min(days) < 0 or not 1 <= company.debt_sale_prepaid_percent <= 100:
                raise ValidationError(
                    self.env._(
                        "Days of new orders cannot be negative, and the prepayment "
                        "that releases is 1 to 100 %."
                    )
                )
