import json
from unittest.mock import patch

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.debt_collection.tests.test_sms import NUMBER, SmsCommon


def answer(status, text, **headers):
    response = requests.Response()
    response.status_code = status
    response._content = text.encode()
    response.headers.update(headers)
    return response


TAKEN = answer(201, json.dumps({"sid": "SM1", "status": "queued", "error_code": None}))
BAD_NUMBER = answer(400, json.dumps({"code": 21211, "message": "Invalid 'To'"}))
NO_SENDER = answer(400, json.dumps({"code": 21603, "message": "No 'From'"}))
BUSY = answer(429, json.dumps({"code": 20429}), **{"Retry-After": "3600"})
REFUSED = requests.ConnectionError(
    MaxRetryError(None, "/", NewConnectionError(None, "refused"))
)


@tagged("post_install", "-at_install")
class TestTwilioErrors(SmsCommon):
    """What Twilio answers, or does not: by table."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sudo().write(
            {
                "sms_provider": "twilio",
                "sms_twilio_account_sid": "AC" + "1" * 32,
                "sms_twilio_auth_token": "f" * 32,
            }
        )
        cls.env["sms.twilio.number"].sudo().create(
            {
                "number": "+15550001111",
                "country_id": cls.env.ref("base.us").id,
                "company_id": cls.company.id,
            }
        )

    @mute_logger("odoo.addons.sms_twilio.tools.sms_api")
    def test_each_answer(self):
        """(what comes back, state, delivery, tries)"""
        table = [
            (TAKEN, "sent", "accepted", 0),
            (BAD_NUMBER, "failed", "failed", 0),
            (NO_SENDER, "sent", "queued", 1),
            (BUSY, "sent", "queued", 1),
            (answer(500, "{}"), "sent", "queued", 1),
            (answer(502, "<html>Bad Gateway</html>"), "sent", "queued", 1),
            (answer(302, ""), "sent", "queued", 1),
            (REFUSED, "sent", "queued", 1),
            (requests.ConnectTimeout(), "sent", "queued", 1),
            (requests.ReadTimeout(), "uncertain", False, 0),
            (requests.ConnectionError("aborted"), "uncertain", False, 0),
            (answer(200, "<html>hotel</html>"), "uncertain", False, 0),
            (answer(201, '{"sid": "SM'), "uncertain", False, 0),
            (answer(201, ""), "uncertain", False, 0),
        ]
        action, sms = self.queued()
        for what, state, delivery, tries in table:
            with self.subTest(what=what):
                action.write({"state": "sent", "reason": False, "delivery": "queued"})
                sms.write(
                    {
                        "state": "outgoing",
                        "debt_claimed": False,
                        "debt_tries": 0,
                        "debt_next_try": False,
                    }
                )
                self.debtor.debt_phone_state = False
                # the second time nobody is asked
                with patch.object(requests.Session, "post", side_effect=[what]) as post:
                    self.work_queue()
                    self.work_queue()
                self.assertEqual(post.call_count, 1)
                self.assertFalse(post.call_args.kwargs["allow_redirects"])
                self.assertEqual(post.call_args.kwargs["data"]["To"], NUMBER)
                self.assertEqual(
                    (action.state, action.delivery, sms.debt_tries),
                    (state, delivery, tries),
                )
                if what is BUSY:
                    wait = sms.debt_next_try - sms.write_date
                    self.assertGreater(wait.total_seconds(), 3500)

    def test_the_name_at_twilio_is_kept(self):
        _action, sms = self.queued()
        with patch.object(requests.Session, "post", return_value=TAKEN):
            self.work_queue()
        self.assertEqual(sms.sms_tracker_id.sms_twilio_sid, "SM1")
