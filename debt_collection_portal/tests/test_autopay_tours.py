from .test_autopay_page import AutopayPageCommon


class TestAutopayTours(AutopayPageCommon):
    """A customer turns automatic payment on and off, in a browser."""

    def test_on_and_off(self):
        url = self.path.removesuffix("/autopay")
        self.start_tour(url, "debt_portal_autopay", login=self.user.login)
        self.env.invalidate_all()
        self.assertEqual(
            self.plan_in_force.autopay_ids.mapped("state"), ["stopped", "stopped"]
        )

    def test_a_card_is_saved_on_the_way(self):
        self.card.active = False
        self.start_tour(self.path, "debt_portal_autopay_card", login=self.user.login)
        autopay = self.now_on()
        self.assertEqual(autopay.token_id.partner_id, self.user.partner_id)


class TestAutopayToursOnAPhone(TestAutopayTours):
    browser_size = "375x667"
    touch_enabled = True
