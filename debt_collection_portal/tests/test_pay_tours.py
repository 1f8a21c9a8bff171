from datetime import timedelta

from .common import DAY, LOGIN
from .common_pay import PayCommon


class TestPayTours(PayCommon):
    """A customer pays, in a browser."""

    def setUp(self):
        super().setUp()
        self.first = self.invoice(100, due=DAY)
        self.second = self.invoice(50, due=DAY + timedelta(days=1))
        self.case = self.case_with()
        self.url = f"/my/debts/{self.case.id}/pay"

    def test_all_that_is_overdue(self):
        self.start_tour(self.url, "debt_portal_pay_all", login=LOGIN)
        self.assertEqual(self.open_of(self.first, self.second), [0, 0])

    def test_a_part(self):
        self.start_tour(self.url, "debt_portal_pay_part", login=LOGIN)
        self.assertEqual(self.open_of(self.first, self.second), [0, 30])

    def test_two_currencies(self):
        euro = self.setup_other_currency("EUR", rates=[("1900-01-01", 2.0)])
        foreign = self.invoice(60, due=DAY, currency=euro)
        self.case_with()
        self.start_tour(self.url, "debt_portal_pay_currencies", login=LOGIN)
        self.assertEqual(self.open_of(self.first, foreign), [100, 0])

    def test_failed_and_on_its_way(self):
        self.start_tour(self.url, "debt_portal_pay_fails", login=LOGIN)
        states = self.case._portal_under_way().mapped("state")
        self.assertEqual(states, ["pending"])


class TestPayToursOnPhone(TestPayTours):
    browser_size = "375x667"
    touch_enabled = True
