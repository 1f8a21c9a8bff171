from .common import PortalCommon


class TestTalkTours(PortalCommon):
    """Problems, reported payments, messages and preferences in a browser."""

    def setUp(self):
        super().setUp()
        self.person.name = "Ana Gómez"
        self.case = self.case_with(100, 60)
        self.case.agent_id = self.agent
        self.url = f"/my/debts/{self.case.id}"

    def tour(self, name, url=None):
        self.start_tour(url or self.url, name, login=None if url else self.user.login)

    def test_a_dispute_with_a_file(self):
        self.tour("debt_portal_dispute")
        dispute = self.case.dispute_ids
        self.assertEqual((dispute.state, dispute.amount), ("withdrawn", 30.5))

    def test_a_receipt(self):
        self.tour("debt_portal_paid")
        notice = self.case.notice_ids
        self.assertEqual((notice.receipt_kind, notice.reference), ("pdf", "OP-7788"))

    def test_a_message_behind_a_link(self):
        self.tour("debt_portal_message", f"/debt/pay/{self.secret_of(self.case)}")
        written = self.case.action_ids.filtered("incoming")
        self.assertEqual(written.note, "When do you send the statement?")

    def test_preferences(self):
        self.tour("debt_portal_preferences")
        self.assertEqual(
            (self.debtor.debt_hours_to, self.debtor.debt_days), (12, "weekdays")
        )
        self.assertEqual(self.case.change_request_ids.contact_name, "Luz Marín")


class TestTalkToursOnAPhone(TestTalkTours):
    browser_size = "375x667"
