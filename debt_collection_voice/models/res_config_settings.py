from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    debt_voice_account = fields.Char(
        related="company_id.debt_voice_account",
        readonly=False,
        groups="base.group_system",
    )
    debt_voice_secret = fields.Char(
        related="company_id.debt_voice_secret",
        readonly=False,
        groups="base.group_system",
    )
    debt_voice_from = fields.Char(related="company_id.debt_voice_from", readonly=False)
    debt_voice_base_url = fields.Char(
        related="company_id.debt_voice_base_url", readonly=False
    )
    debt_voice_first_hour = fields.Integer(
        related="company_id.debt_voice_first_hour", readonly=False
    )
    debt_voice_last_hour = fields.Integer(
        related="company_id.debt_voice_last_hour", readonly=False
    )
    debt_voice_tries = fields.Integer(
        related="company_id.debt_voice_tries", readonly=False
    )
    debt_voice_promise_days = fields.Integer(
        related="company_id.debt_voice_promise_days", readonly=False
    )
    debt_voice_agent_phone = fields.Char(
        related="company_id.debt_voice_agent_phone", readonly=False
    )
