import requests

from odoo.addons.sms_twilio.tools.sms_api import SmsApiTwilio

#: Twilio took no notice of the message: asked too often, not allowed, or out of order.
NOT_TAKEN = (401, 403, 429)


class WatchedSession:
    """A session that tells its owner how a request failed, which core does not keep."""

    def __init__(self, session, owner):
        self.session = session
        self.owner = owner

    def post(self, url, **options):
        """Send a request as ``requests`` does, without following anybody elsewhere."""
        try:
            response = self.session.post(url, allow_redirects=False, **options)
        except requests.RequestException as error:
            self.owner.debt_error = error
            raise
        status = response.status_code
        if 300 <= status < 400 or status in NOT_TAKEN or status >= 500:
            self.owner.debt_error = requests.HTTPError(str(status), response=response)
        return response


class WatchedTwilio(SmsApiTwilio):
    """Twilio, with what went wrong: refused, timed out, busy are not the same."""

    #: What ended the last call, None: it was answered.
    debt_error = None

    def _sms_twilio_send_request(self, session, to_number, body, uuid):
        self.debt_error = None
        watched = WatchedSession(session, self)
        return super()._sms_twilio_send_request(watched, to_number, body, uuid)
