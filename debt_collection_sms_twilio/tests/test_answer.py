from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.debt_collection.tests.test_sms import NUMBER, SmsCommon

from ..logic.signature import is_signed, sign

SECRET = "0123456789abcdef0123456789abcdef"
LOGGER = "odoo.addons.debt_collection_sms_twilio.controllers.answer"


@tagged("post_install", "-at_install")
class TestAnswer(SmsCommon, HttpCase):
    """What customers answer reaches their case; nobody else gets anything in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sudo().write(
            {
                "sms_provider": "twilio",
                "sms_twilio_account_sid": "AC" + "1" * 32,
                "sms_twilio_auth_token": SECRET,
            }
        )

    def setUp(self):
        super().setUp()
        self.action, _sms = self.queued()
        self.url = self.company.sudo().debt_sms_url
        self.path = "/debt/sms/twilio/" + self.url.rsplit("/", 1)[1]

    def post(self, form, signature=None, path=None, secret=SECRET):
        if signature is None:
            signature = sign(secret, self.url, list(form.items()))
        headers = {"X-Twilio-Signature": signature} if signature else {}
        return self.url_open(path or self.path, data=form, headers=headers)

    def form(self, **values):
        return {"From": NUMBER, "Body": "Hola", "MessageSid": "SM1", **values}

    def contacts(self):
        return self.env["debt.action"].search(
            [("incoming", "=", True), ("company_id", "=", self.company.id)]
        )

    def test_a_signed_answer_is_a_contact_once(self):
        for _time in range(3):
            page = self.post(self.form(Body="¿Cuánto debo? <b>x</b>"))
            self.assertEqual(page.status_code, 200)
            self.assertIn("<Response></Response>", page.text)
        self.assertRecordValues(
            self.contacts(),
            [{"case_id": self.case_of().id, "note": "¿Cuánto debo? <b>x</b>"}],
        )

    def test_a_stop_word_ends_the_messages(self):
        self.post(self.form(Body=" Baja "))
        channel = self.env["debt.channel.sms"]
        self.assertFalse(channel._addresses(self.action))

    def test_what_twilio_took_as_a_stop_word_is_one(self):
        self.post(self.form(Body="arrêt", OptOutType="STOP"))
        channel = self.env["debt.channel.sms"]
        self.assertFalse(channel._addresses(self.action))

    @mute_logger(LOGGER)
    def test_without_the_right_signature_nothing_comes_in(self):
        form = self.form()
        right = sign(SECRET, self.url, list(form.items()))
        answers = {
            "none": self.post(form, signature=""),
            "wrong": self.post(form, signature="x" + right[1:]),
            "truncated": self.post(form, signature=right[:-1]),
            "no ASCII": self.post(form, signature="ñ".encode("latin-1")),
            "other secret": self.post(form, secret="other"),
            "other text": self.post({**form, "Body": "Adiós"}, signature=right),
            "one more": self.post({**form, "X": "y"}, signature=right),
            "other token": self.post(form, path="/debt/sms/twilio/xyz"),
        }
        for name, page in answers.items():
            with self.subTest(name):
                self.assertEqual(page.status_code, 404)
        self.assertFalse(self.contacts())

    @mute_logger(LOGGER)
    def test_without_a_secret_nothing_comes_in(self):
        self.company.sudo().sms_twilio_auth_token = False
        for secret in ("", "False", SECRET):
            page = self.post(self.form(), secret=secret)
            self.assertEqual(page.status_code, 404)
        self.assertFalse(self.contacts())

    @mute_logger(LOGGER)
    def test_the_signature_of_one_company_opens_no_other(self):
        other = self.setup_other_company()["company"]
        other.sudo().sms_twilio_auth_token = "f" * 32
        tokens = (self.company | other).sudo().mapped("debt_sms_token")
        self.assertEqual(len(set(tokens)), 2)
        path = "/debt/sms/twilio/" + other.sudo().debt_sms_token
        self.assertEqual(self.post(self.form(), path=path).status_code, 404)
        self.assertFalse(self.env["debt.action"].search([("incoming", "=", True)]))

    @mute_logger(LOGGER)
    def test_strange_answers_do_no_harm(self):
        for form in (
            {"x": "y"},
            {"Body": "x"},
            self.form(From="whatsapp:+573001234567"),
            self.form(From="'; DROP TABLE debt_action; --"),
            self.form(From=""),
        ):
            with self.subTest(form=form):
                self.assertIn(self.post(form).status_code, (200, 404))
        self.assertEqual(self.post(self.form(Body="x" * 200_000)).status_code, 404)
        self.assertFalse(self.contacts())
        self.assertIn(self.url_open(self.path).status_code, (404, 405))


@tagged("post_install", "-at_install")
class TestSignature(SmsCommon):
    def test_the_examples_of_the_documentation(self):
        url = "https://mycompany.com/myapp.php?foo=1&bar=2"
        for caller, signature in (
            ("+14158675309", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
            ("+12349013030", "0/KCTR6DLpKmkAf8muzZqo1nDgQ="),
        ):
            form = {
                "To": "+18005551212",
                "CallSid": "CA1234567890ABCDE",
                "Caller": caller,
                "Digits": "1234",
                "From": caller,
            }
            self.assertTrue(is_signed("12345", url, list(form.items()), signature))
            self.assertFalse(is_signed("12346", url, list(form.items()), signature))

    def test_nothing_is_signed_without_a_secret(self):
        for secret in (False, None, ""):
            signature = sign("", "https://x", [])
            self.assertFalse(is_signed(secret, "https://x", [], signature))
