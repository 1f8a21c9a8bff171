from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    debt_portal_agent = fields.Boolean(
        string="Customers See Their Agent",
        default=True,
        help="The name of the agent of their account. Else the name of the company "
        "stands there. Phone and e-mail are always those of the company.",
    )
    debt_portal_agent_photo = fields.Boolean(string="With Photo")
    debt_portal_hours = fields.Char(
        string="Hours of Attention",
        translate=True,
        help="When customers reach you, such as Monday to Friday, 9:00 to 17:00.",
    )
    debt_portal_pay_note = fields.Text(
        string="How Customers Pay",
        translate=True,
        help="Shown above the bank accounts of the company: what to write in a "
        "transfer, to whom cheques are made out, which office takes cash.",
    )
