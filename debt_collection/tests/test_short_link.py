from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import DAY
from .test_sms import DUE, SmsCommon


@tagged("post_install", "-at_install")
class TestShortLink(SmsCommon, HttpCase):
    """The link of an SMS shows one debtor, for some weeks, and tells nobody else."""

    def setUp(self):
        super().setUp()
        self.other = self.new_debtor("Otro")
        self.theirs = self.invoice(77, due=DUE, partner=self.other)
        self.action, self.sms = self.queued(partner=self.debtor)
        self.secret = self.sms.body.split("/d/")[1][:12]
        self.link = self.env["debt.link"].sudo().search([])
        # the clock of the page is the real one
        self.link.expires = fields.Datetime.now() + timedelta(days=60)

    def test_it_shows_what_the_debtor_owes_with_a_way_to_pay(self):
        page = self.url_open(f"/d/{self.secret}")
        self.assertEqual(page.status_code, 200)
        self.assertIn(self.invoice_.name, page.text)
        self.assertNotIn(self.theirs.name, page.text)
        # the invoice in the portal, or the customer's page where that addon is there
        self.assertRegex(
            page.text,
            rf"/my/invoices/{self.invoice_.id}\?access_token=|/my/debts/\d+/pay",
        )

    def test_any_other_secret_and_an_expired_one_get_the_same_answer(self):
        pages = []
        for secret in ("x", "0" * 12, self.secret[:-1], self.secret.swapcase(), "%00"):
            page = self.url_open(f"/d/{secret}")
            self.assertEqual(page.status_code, 404)
            pages.append(page.text)
        self.link.expires = fields.Datetime.now() - timedelta(seconds=1)
        page = self.url_open(f"/d/{self.secret}")
        self.assertEqual(page.status_code, 404)
        self.assertNotIn(self.invoice_.name, page.text)
        pages.append(page.text)

        def plain(text):
            lines = text.splitlines()
            return [line for line in lines if "csrf_token" not in line]

        self.assertEqual(plain(pages[0]), plain(pages[-1]))

    def test_looking_changes_nothing_and_posting_is_no_way(self):
        before = self.link.read()
        for _time in range(2):
            self.assertEqual(self.url_open(f"/d/{self.secret}").status_code, 200)
        self.env.invalidate_all()
        self.assertEqual(self.link.read(), before)
        page = self.url_open(f"/d/{self.secret}", data={"x": 1})
        self.assertIn(page.status_code, (400, 405))

    def test_the_table_keeps_no_secret(self):
        self.assertEqual(len(self.link), 1)
        self.assertNotIn(self.secret, str(self.link.read()))
        with self.assertRaises(Exception):  # noqa: B017 no right at all
            self.env["debt.link"].with_user(self.agent).search([])

    def test_links_that_lead_nowhere_are_forgotten(self):
        kept = self.env["debt.link"].sudo()._new(self.action.case_id, self.sent())
        self.link.expires = fields.Datetime.now() - timedelta(days=1)
        self.env["debt.link"].sudo()._gc_expired()
        self.assertFalse(self.link.exists())
        self.assertTrue(kept)
        self.assertEqual(self.env["debt.link"].sudo().search_count([]), 1)

    def sent(self):
        return fields.Datetime.now()

    def test_every_link_is_another_one(self):
        links = self.env["debt.link"].sudo()
        case, now = self.action.case_id, self.company._debt_noon(DAY)
        found = {links._new(case, now)[case] for _number in range(20)}
        self.assertEqual(len(found), 20)
        for address in found:
            self.assertRegex(address, r"/d/[A-Za-z0-9]{12}$")
