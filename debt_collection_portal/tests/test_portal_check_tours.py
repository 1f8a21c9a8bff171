from unittest.mock import patch

from ..models.proof import debt_portal_check
from .common import PortalCommon


class TestPortalCheckTours(PortalCommon):
    """Somebody opens the link of a message and shows who they are, in a browser."""

    def setUp(self):
        super().setUp()
        self.debtor.write(
            {
                "vat": "213123432-1",
                "country_id": self.env.ref("base.co").id,
                "email": "pagos@andina.example.com",
            }
        )
        self.case = self.case_with(1234)
        self.url = f"/debt/pay/{self.secret_of(self.case)}"

    def test_by_tax_number(self):
        self.company.debt_portal_check = "tax"
        self.start_tour(self.url, "debt_portal_check_tax")

    def test_by_code(self):
        self.company.debt_portal_check = "code"
        with patch.object(debt_portal_check.secrets, "randbelow", return_value=123456):
            self.start_tour(self.url, "debt_portal_check_code")


class TestPortalCheckToursOnPhone(TestPortalCheckTours):
    browser_size = "375x667"
    touch_enabled = True
