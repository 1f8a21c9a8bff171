import requests

from odoo import models
from odoo.exceptions import ValidationError


class ChargeLost(Exception):
    """The provider was asked for a charge, and nobody knows what it did."""


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _send_payment_request(self):
        """Tell a connection that broke from a refusal, for charges of ours.

        Odoo writes both as an error, so that the next try might charge a second time.
        """
        try:
            return super()._send_payment_request()
        except ValidationError as error:
            if self.env.context.get("debt_autopay") and _is_lost(error):
                raise ChargeLost(str(error)) from error
            raise


def _is_lost(error):
    """Return whether the provider may have got the request behind an error."""
    cause = error.__cause__ or error.__context__
    return isinstance(
        cause, requests.exceptions.ConnectionError | requests.exceptions.Timeout
    ) and not isinstance(cause, requests.exceptions.ConnectTimeout)
