from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    debt_portal_agent = fields.Boolean(
        related="company_id.debt_portal_agent", readonly=False
    )
    debt_portal_agent_photo = fields.Boolean(
        related="company_id.debt_portal_agent_photo", readonly=False
    )
    debt_portal_hours = fields.Char(
        related="company_id.debt_portal_hours", readonly=False
    )
    debt_portal_pay_note = fields.Text(
        related="company_id.debt_portal_pay_note", readonly=False
    )
