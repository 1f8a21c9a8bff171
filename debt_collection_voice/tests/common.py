from datetime import timedelta
from unittest.mock import patch

from odoo.fields import Datetime
from odoo.tests import tagged

from odoo.addons.debt_collection.tests.common import DAY, DebtCommon

from ..logic.twilio import signature
from ..tools.twilio_client import TwilioClient
from .provider import Provider

ACCOUNT = "AC" + "0123456789abcdef" * 2
SECRET = "the token of the tests"
PHONE = "+573001234567"
#: Monday, noon in Bogotá.
NOON = Datetime.to_datetime("2026-06-01 17:00:00")


def days(count):
    return DAY + timedelta(days=count)


@tagged("post_install", "-at_install")
class VoiceCommon(DebtCommon):
    """A company with an account, a customer with a telephone, and a provider."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = Provider()
        cls.addClassCleanup(cls.provider.close)
        cls.startClassPatcher(patch.object(TwilioClient, "base", cls.provider.url))
        cls.company.write(
            {
                "country_id": cls.env.ref("base.co").id,
                "debt_voice_account": ACCOUNT,
                "debt_voice_secret": SECRET,
                "debt_voice_from": "+576015550100",
                "debt_voice_base_url": "https://odoo.example.com",
            }
        )
        cls.debtor.write(
            {"phone": "300 123 4567", "country_id": cls.env.ref("base.co").id}
        )
        cls.strategy.action_archive()
        cls.strategy = cls.new_strategy([(3, "voice")])
        cls.segment.strategy_id = cls.strategy

    def setUp(self):
        super().setUp()
        self.provider.asked = []
        self.provider.answer = None

    def queue(self, partner=None, amount=100):
        """Return the call of a customer who owes an overdue invoice."""
        self.invoice(amount, due=days(-5), partner=partner)
        debtor = partner or self.debtor
        actions = self.actions_of(self.run_on())
        return self.call_of(
            actions.filtered(lambda a: a.channel == "voice" and a.debtor_id == debtor)
        )

    def call_of(self, action):
        # the product itself works the queue
        calls = self.env["debt.voice.call"].sudo()
        return calls.search([("action_id", "=", action.id)])

    def place(self):
        """The job places what is due."""
        self.env["debt.voice.call"].sudo()._cron_call()

    def placed(self, **values):
        """Return a call that the provider took."""
        call = self.queue(**values)
        self.place()
        self.assertEqual(call.state, "calling")
        return call

    def sign(self, url, params, secret=SECRET):
        return signature(secret, url, list(params.items()))
