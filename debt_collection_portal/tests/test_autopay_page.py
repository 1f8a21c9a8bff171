from unittest.mock import patch

from odoo.exceptions import LockError
from odoo.tools import mute_logger

from .common import PortalCommon
from .common_autopay import AutopayCommon


class AutopayPageCommon(AutopayCommon, PortalCommon):
    """The customer with a login, and the plan on their page."""

    def setUp(self):
        super().setUp()
        self.plan_in_force = self.accept(self.plan()).with_user(self.env.user)
        self.case = self.case_of()
        self.path = f"/my/debts/{self.case.id}/plans/{self.plan_in_force.id}/autopay"

    def consent_text(self):
        return self.env["debt.autopay"].sudo()._consent(self.plan_in_force)

    def start(self, **values):
        return self.post(
            f"{self.path}/start",
            **{
                "card": self.card.id,
                "agree": "1",
                "consent": self.consent_text(),
                **values,
            },
        )

    def now_on(self):
        self.env.invalidate_all()
        return self.plan_in_force.autopay_id


class TestAutopayPage(AutopayPageCommon):
    """Who may let what be charged, and who may not."""

    def test_a_customer_turns_it_on_and_off(self):
        self.log_in()
        page = self.url_open(self.path)
        self.assertIn("1111", page.text)
        self.assertIn("I authorise", page.text)
        page = self.start()
        self.assertIn("Automatic payment is on", page.text)
        autopay = self.now_on()
        self.assertEqual(autopay.person_id, self.user.partner_id)
        self.assertEqual(autopay.user_id, self.user)
        self.assertEqual(autopay.consent_text, self.consent_text())
        self.assertTrue(autopay.consent_ip)
        plan_page = self.url_open(self.path.removesuffix("/autopay"))
        self.assertIn("Change or stop", plan_page.text)
        page = self.post(f"{self.path}/stop")
        self.assertIn("Automatic payment is off", page.text)
        self.assertFalse(self.now_on())
        notes = self.case.action_ids.filtered(lambda a: a.channel == "portal")
        self.assertEqual(len(notes), 2)

    def test_what_is_not_agreed_is_not_begun(self):
        self.log_in()
        theirs = self.new_card(self.stranger, self.provider)
        removed = self.new_card(self.debtor, self.provider)
        removed.active = False
        words = "Choose one of your saved cards"
        for card in (theirs.id, removed.id, theirs.id + 1_000_000, "x", ""):
            self.assertIn(words, self.start(card=card).text)
        self.assertIn("agree to it", self.start(agree="").text)
        self.assertIn("The text changed", self.start(consent="I pay nothing").text)
        self.company.debt_autopay = False
        self.assertIn("offers no automatic payment", self.start().text)
        self.assertFalse(self.now_on())

    def test_behind_a_link_nobody_saves_a_card_but_it_can_be_stopped(self):
        self.turn_on(self.plan_in_force)
        self.open_link(self.case)
        page = self.url_open(self.path)
        self.assertIn("whoever logs in", page.text)
        self.assertNotIn('name="card"', page.text)
        self.plan_in_force.autopay_ids._end("Again")
        self.assertIn("Choose one of your saved cards", self.start().text)
        self.assertFalse(self.now_on())
        card = self.url_open(f"{self.path}/card", allow_redirects=False)
        self.assertTrue(card.headers["Location"].endswith(self.path))
        self.turn_on(self.plan_in_force)
        self.post(f"{self.path}/stop")
        self.assertFalse(self.now_on())

    def test_who_stops_it_while_it_is_charged_is_told_to_try_again(self):
        self.turn_on(self.plan_in_force)
        self.log_in()
        model = self.env.registry["debt.autopay"]
        busy = LockError("Somebody else is working on this")
        with patch.object(model, "_end_by", side_effect=busy):
            page = self.post(f"{self.path}/stop")
        self.assertEqual(page.status_code, 200)
        self.assertIn("Somebody else is working on this", page.text)
        self.assertTrue(self.now_on())

    def test_others_find_nothing_and_people_of_the_company_only_look(self):
        other = self.case_with(40, partner=self.stranger)
        self.log_in(self.stranger_user)
        foreign = self.path.replace(
            f"/my/debts/{self.case.id}", f"/my/debts/{other.id}"
        )
        with mute_logger("odoo.http"):
            for path in (self.path, foreign, f"{foreign}/card"):
                self.assertEqual(self.url_open(path).status_code, 404)
            for path in (self.path, foreign):
                for what in ("start", "stop"):
                    page = self.post(f"{path}/{what}", card=self.card.id, agree="1")
                    self.assertEqual(page.status_code, 404)
        self.agent.password = "agent"
        self.authenticate("agent", "agent")
        self.assertEqual(self.url_open(self.path).status_code, 200)
        with mute_logger("odoo.http"):
            self.assertEqual(self.start().status_code, 403)
        self.assertFalse(self.now_on())

    def test_the_form_of_odoo_saves_a_card_of_the_company(self):
        self.log_in()
        page = self.url_open(f"{self.path}/card")
        self.assertEqual(page.status_code, 200)
        self.assertIn('id="o_payment_form"', page.text)
        self.assertIn(f'data-landing-route="{self.path}"', page.text)
