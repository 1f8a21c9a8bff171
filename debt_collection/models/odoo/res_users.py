from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    debt_member_ids = fields.One2many(
        "debt.team.member", "user_id", string="Collection Teams"
    )
