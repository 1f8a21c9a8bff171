from odoo import Command
from odoo.fields import Datetime
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.debt_collection.tests.common import DAY, DebtCommon

__all__ = ["DAY", "PortalCommon"]

LOGIN = "ana@andina.example.com"


@tagged("post_install", "-at_install")
class PortalCommon(DebtCommon, HttpCase):
    """A customer with a user of the portal, and another one who may see nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.debtor.is_company = True
        cls.person = cls.env["res.partner"].create(
            {"name": "Ana Gómez", "parent_id": cls.debtor.id}
        )
        cls.user = cls.new_portal_user(LOGIN, cls.person)
        cls.stranger = cls.new_debtor("Otro", is_company=True)
        cls.stranger_user = cls.new_portal_user(
            "otto@otro.example.com",
            cls.env["res.partner"].create(
                {"name": "Otto Otro", "parent_id": cls.stranger.id}
            ),
        )

    @classmethod
    def new_portal_user(cls, login, partner):
        return new_test_user(
            cls.env,
            login=login,
            password=login,
            groups="base.group_portal",
            partner_id=partner.id,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def case_with(self, *amounts, partner=None, due=DAY, **values):
        """Return the case of a customer who owes invoices of some amounts."""
        partner = partner or self.debtor
        for amount in amounts:
            self.invoice(amount, due=due, partner=partner, **values)
        self.run_on(DAY)
        return self.env["debt.case"].search(
            [("partner_id", "=", partner.id), ("company_id", "=", self.company.id)]
        )

    def secret_of(self, case):
        """Return the secret of a new link to a case."""
        return self.env["debt.link"].sudo()._signed(case)

    def open_link(self, case):
        """Open the link of a message in this browser; return the page."""
        return self.url_open(f"/debt/pay/{self.secret_of(case)}")

    def log_in(self, user=None):
        user = user or self.user
        self.authenticate(user.login, user.login)

    def csrf(self):
        """Return the token that the forms of this session carry."""
        tokens = self.__dict__.setdefault("tokens", {})
        session = self.opener.cookies.get("session_id")
        if session not in tokens:
            page = self.url_open("/web/login")
            session = self.opener.cookies.get("session_id")
            tokens[session] = page.text.split('csrf_token: "')[1].split('"')[0]
        return tokens[session]

    def post(self, path, **values):
        """Send a form as the browser does."""
        return self.url_open(path, data={"csrf_token": self.csrf(), **values})

    def now(self):
        return Datetime.now()
