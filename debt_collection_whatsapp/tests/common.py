from odoo.fields import Datetime
from odoo.tests import tagged

from odoo.addons.debt_collection.tests.common import DAY, DebtCommon

from .fake_graph import APP_ID, APP_SECRET, PHONE_NUMBER, TOKEN, WABA, FakeGraph

__all__ = ["DAY", "MOBILE", "NOON", "WA_ID", "WhatsappCommon"]

#: The number of the customer, and as WhatsApp writes it.
MOBILE = "+573001234567"
WA_ID = "573001234567"
#: Monday, noon in Bogotá.
NOON = Datetime.to_datetime("2026-06-01 17:00:00")


@tagged("post_install", "-at_install")
class WhatsappCommon(DebtCommon):
    """A company with a number on WhatsApp, a customer with a mobile, and a Meta."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.graph = FakeGraph()
        cls.addClassCleanup(cls.graph.close)
        colombia = cls.env.ref("base.co")
        cls.company.country_id = colombia
        cls.debtor.write({"phone": "300 123 4567", "country_id": colombia.id})
        cls.app = (
            cls.env["debt.whatsapp.app"]
            .sudo()
            .create(
                {
                    "name": "Andina",
                    "app_id": APP_ID,
                    "app_secret": APP_SECRET,
                    "base_url": cls.graph.url,
                }
            )
        )
        cls.account = cls.new_account(
            waba_id=WABA, phone_number_id=PHONE_NUMBER, name="Andina"
        )

    def setUp(self):
        super().setUp()
        self.graph.clear()

    @classmethod
    def new_account(cls, company=None, role="own_receivables", **values):
        """Return a number that may send, of the company of the tests by default.

        :param role: whose receivables are collected, None: nobody read the policy
        """
        account = (
            cls.env["debt.whatsapp.account"]
            .sudo()
            .create(
                {
                    "name": "Second",
                    "app_id": cls.app.id,
                    "company_id": (company or cls.company).id,
                    "phone": "+57 601 5551234",
                    "portfolio": "500600700800",
                    "token": TOKEN,
                    "state": "ready",
                    **values,
                }
            )
        )
        if role:
            account._acknowledge(role, "The policy", NOON)
        return account.with_env(cls.env)
