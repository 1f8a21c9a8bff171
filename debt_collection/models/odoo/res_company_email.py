from odoo import api, fields, models
from odoo.exceptions import ValidationError


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
