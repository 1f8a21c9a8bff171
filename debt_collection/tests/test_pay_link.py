from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.fields import Datetime
from odoo.tests import HttpCase, tagged

from .common import DAY, DebtCommon


@tagged("post_install", "-at_install")
class TestPayLink(DebtCommon, HttpCase):
    """The link of a message shows one debtor, and nobody else."""

    def setUp(self):
        super().setUp()
        self.mine = self.invoice(100, due=DAY - timedelta(days=4))
        self.other = self.new_debtor("Otro")
        self.theirs = self.invoice(77, due=DAY - timedelta(days=4), partner=self.other)
        actions = self.actions_of(self.run_on())
        self.action = actions.filtered(lambda a: a.debtor_id == self.debtor)
        self.token = self.action.text_pay_url.rsplit("/", 1)[1]

    def test_it_shows_what_the_debtor_owes_with_a_way_to_pay(self):
        page = self.url_open(f"/debt/pay/{self.token}")
        self.assertEqual(page.status_code, 200)
        self.assertIn(self.mine.name, page.text)
        self.assertNotIn(self.theirs.name, page.text)
        # the invoice in the portal, or the customer's page where that addon is there
        self.assertRegex(
            page.text, rf"/my/invoices/{self.mine.id}\?access_token=|/my/debts/\d+/pay"
        )

    def test_any_other_token_gets_the_same_answer(self):
        forged = self.token[:-2] + ("AA" if self.token[-2:] != "AA" else "BB")
        for token in (forged, "x", "AQ", "1", "%00", self.token[:20]):
            with self.subTest(token=token):
                page = self.url_open(f"/debt/pay/{token}")
                self.assertEqual(page.status_code, 404)
                self.assertNotIn(self.mine.name, page.text)
                self.assertNotIn("100.00", page.text)

    def test_an_agent_revokes_what_was_given_until_now(self):
        case = self.action.case_id
        short = self.env["debt.link"].sudo()._new(case, Datetime.now())[case]
        links = [f"/debt/pay/{self.token}", f"/d/{short.rsplit('/', 1)[1]}"]
        for link in links:
            self.assertEqual(self.url_open(link).status_code, 200)
        case.with_user(self.agent).action_revoke_links()
        for link in links:
            self.assertEqual(self.url_open(link).status_code, 404)
        self.action.invalidate_recordset()
        again = self.action.text_pay_url.rsplit("/", 1)[1]
        self.assertEqual(self.url_open(f"/debt/pay/{again}").status_code, 200)
        self.assertIn("revoked", case.message_ids[0].body)
        accountant = self.new_user("accountant", "account.group_account_invoice")
        with self.assertRaises(AccessError):
            case.with_user(accountant).action_revoke_links()
