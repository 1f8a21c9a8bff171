import logging
import re

from odoo import http
from odoo.http import Response, request

_logger = logging.getLogger(__name__)

#: Who answers by SMS; other channels of Twilio have a prefix.
NUMBER = re.compile(r"\+[0-9]{6,15}")
#: Nothing that a customer writes is longer.
LONGEST = 100_000
#: What Twilio wants to hear: thank you, and no answer to the customer.
NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


class DebtSmsTwilio(http.Controller):
    @http.route(
        "/debt/sms/twilio/<string:token>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,  # the signature proves who asks
        save_session=False,
    )
    def answer(self, token, **_kwargs):
        """Take what a customer answered to a text message, as Twilio tells it.

        Signed with the auth token of the company, or refused; a repeated one is taken
        once.
        """
        company_sudo = self._company(token)
        if not company_sudo:
            raise request.not_found()
        form = request.httprequest.form
        text = form.get("Body", "")
        if form.get("OptOutType") == "STOP":  # Twilio understood it already
            text = "STOP"
        number = form.get("From", "")
        if NUMBER.fullmatch(number):
            company_sudo.env["debt.action"]._sms_reply(
                company_sudo, number, text, form.get("MessageSid")
            )
        return Response(NOTHING, content_type="text/xml")

    def _company(self, token):
        """Return the company to which a signed request is, or None."""
        size = request.httprequest.content_length
        if size is None or size > LONGEST:
            return None
        # sudo: the token names the company, and the signature proves who asks
        company_sudo = request.env["res.company"].sudo()._debt_of_sms_token(token)
        headers = request.httprequest.headers
        if company_sudo and company_sudo._debt_is_of_twilio(
            list(request.httprequest.form.items(multi=True)),
            headers.get("X-Twilio-Signature"),
        ):
            return company_sudo
        _logger.warning("An answer to a text message without a valid signature")
        return None
