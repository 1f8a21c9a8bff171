from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    debt_sale_policy = fields.Selection(
        [
            ("never", "Warn, Never Hold"),
            ("prepaid", "Hold unless Prepaid"),
        ],
        string="New Orders",
        company_dependent=True,
        copy=False,
        groups="debt_collection.group_debt_agent,account.group_account_invoice",
        help="Empty: by the days overdue, the stage and the credit limit.",
    )
