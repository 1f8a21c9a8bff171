from datetime import timedelta

from .common import DAY, LOGIN, PortalCommon


class TestAccountTours(PortalCommon):
    """Customers with a browser, on a desktop."""

    def setUp(self):
        super().setUp()
        euro = self.setup_other_currency("EUR", rates=[("2016-01-01", 0.5)])
        late = DAY - timedelta(days=8)
        self.invoice(70, due=late, currency=euro)
        self.invoice(100, due=late)
        branch = self.new_debtor("Sucursal", parent_id=self.debtor.id, is_company=True)
        self.invoice(33, due=late, partner=branch)
        self.run_on(DAY)
        self.case = self.case_of()

    def test_a_user_sees_accounts_and_currencies(self):
        self.start_tour("/my/home", "debt_portal_account", login=LOGIN)

    def test_a_link_opens_without_login(self):
        path = f"/debt/pay/{self.secret_of(self.case)}"
        self.start_tour(path, "debt_portal_link")

    def test_a_revoked_link_says_what_to_do(self):
        path = f"/debt/pay/{self.secret_of(self.case)}"
        self.case.action_revoke_links()
        self.start_tour(path, "debt_portal_link_expired")


class TestAccountToursOnPhone(TestAccountTours):
    """The same on a phone."""

    browser_size = "375x667"
    touch_enabled = True
