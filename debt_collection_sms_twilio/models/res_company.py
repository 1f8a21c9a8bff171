import hmac
import secrets

from odoo import api, fields, models

from odoo.addons.sms_twilio.tools.sms_api import SmsApiTwilio

from ..logic.signature import is_signed
from .twilio_api import WatchedTwilio


class ResCompany(models.Model):
    _inherit = "res.company"

    debt_sms_token = fields.Char(
        string="Token of Answers",
        compute="_compute_debt_sms_token",
        store=True,
        copy=False,
        groups="base.group_system",
    )
    debt_sms_url = fields.Char(
        string="Address for Answers",
        compute="_compute_debt_sms_url",
        groups="base.group_system",
        help="Enter it at Twilio as the webhook of the number: a message comes in.",
    )

    @api.depends("create_date")
    def _compute_debt_sms_token(self):
        for company in self:
            # each its own, and never another one by itself
            company.debt_sms_token = company.debt_sms_token or secrets.token_urlsafe(16)

    @api.depends("debt_sms_token")
    def _compute_debt_sms_url(self):
        for company in self:
            base, token = company.get_base_url(), company.debt_sms_token
            company.debt_sms_url = f"{base}/debt/sms/twilio/{token}"

    def _get_sms_api_class(self):
        provider = super()._get_sms_api_class()
        return WatchedTwilio if provider is SmsApiTwilio else provider

    @api.model
    def _debt_of_sms_token(self, token):
        """Return the company of a token, empty where it is nobody's."""
        company = self.search([("debt_sms_token", "=", token)], limit=1)
        same = company and hmac.compare_digest(
            company.debt_sms_token.encode(), token.encode()
        )
        return company if same else self.browse()

    def _debt_is_of_twilio(self, parameters, signature):
        """Return whether Twilio signed a request for this company.

        :param parameters: pairs (name, value) of the form
        :param str signature: the header ``X-Twilio-Signature``
        """
        self.ensure_one()
        return is_signed(
            self.sms_twilio_auth_token, self.debt_sms_url, parameters, signature
        )
