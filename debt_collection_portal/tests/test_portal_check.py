import re
from datetime import timedelta
from unittest.mock import patch

from odoo import fields

from odoo.addons.sms.tools.sms_api import SmsApi

from ..logic.check import ALL_TRIES, CODES, TRIES
from .common import PortalCommon


class TestPortalCheck(PortalCommon):
    """Behind a link nothing is shown before somebody shows who they are."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.debtor.write(
            {
                "vat": "213123432-1",
                "country_id": cls.env.ref("base.co").id,
                "email": "pagos@andina.example.com",
                "phone": "+57 300 123 4567",
            }
        )
        cls.company.write({"debt_portal_check": "tax", "phone": "+57 601 555 0100"})
        cls.checks = cls.env["debt.portal.check"].sudo()

    def setUp(self):
        super().setUp()
        self.case = self.case_with(1234)

    def answer(self, text, case=None):
        return self.post(
            f"/my/debts/{(case or self.case).id}/check/answer", answer=text
        )

    def ask(self, masked):
        """Choose where the code goes, by what is shown of the address."""
        self.env.invalidate_all()
        places = self.checks._places(self.case.sudo())
        key = next(key for key, place in places.items() if place.masked == masked)
        return self.post(f"/my/debts/{self.case.id}/check/code", place=key)

    def code(self):
        """Return the code of the last e-mail."""
        mail = self.env["mail.mail"].sudo().search([], order="id desc", limit=1)
        return re.search(r"\d{6}", mail.body_html)[0]

    def later(self, **span):
        """Let some time pass since what was tried."""
        rows = self.checks.search([])
        for row in rows:
            row.moment -= timedelta(**span)
        rows.flush_recordset()

    def kinds(self):
        self.env.invalidate_all()
        rows = self.checks.search([("case_id", "=", self.case.id)], order="id")
        return rows.mapped("kind")

    def plain(self, page):
        """Return a page without what is of the session."""
        lines = page.text.splitlines()
        return [line for line in lines if "csrf_token" not in line]

    def assertTellsNothing(self, page):
        self.assertEqual(page.status_code, 200)
        self.assertIn(self.company.name, page.text)
        for word in ("Andina", "1,234", "1234", self.case.item_ids.move_id.name):
            self.assertNotIn(word, page.text)

    # === BEFORE === #

    def test_before_it_every_page_leads_to_the_question_and_tells_nothing(self):
        page = self.open_link(self.case)
        self.assertTrue(page.url.endswith(f"/my/debts/{self.case.id}/check"))
        self.assertTellsNothing(page)
        self.assertIn("+57 601 555 0100", page.text)
        self.assertEqual(page.headers["Cache-Control"], "no-store")
        self.assertNotIn("Andina", self.url_open("/my/debts").text)

    def test_two_links_that_nobody_answered_for_are_not_listed_by_name(self):
        other = self.case_with(77, partner=self.stranger)
        self.open_link(self.case)
        self.open_link(other)
        page = self.url_open("/my/debts")
        for word in ("Andina", "Otro", "1,234", "77.00"):
            self.assertNotIn(word, page.text)

    def test_users_and_people_of_the_company_are_not_asked(self):
        self.log_in()
        self.assertIn("1,234.00", self.url_open(f"/my/debts/{self.case.id}").text)
        page = self.url_open(f"/my/debts/{self.case.id}/check")
        self.assertTrue(page.url.endswith(f"/my/debts/{self.case.id}"))

    # === THE TAX NUMBER === #

    def test_the_digits_open_this_link_and_no_other(self):
        other = self.case_with(77, partner=self.stranger)
        self.open_link(self.case)
        page = self.answer("4321")
        self.assertTrue(page.url.endswith(f"/my/debts/{self.case.id}?done=check"))
        self.assertIn("1,234.00", page.text)
        self.assertEqual(self.kinds(), ["right"])
        self.assertNotIn("77.00", self.open_link(other).text)
        self.assertIn("1,234.00", self.url_open(f"/my/debts/{self.case.id}").text)

    def test_the_same_link_again_is_not_asked_again_but_a_new_one_is(self):
        secret = self.secret_of(self.case)
        self.url_open(f"/debt/pay/{secret}")
        self.answer("3432")  # without the check digit
        self.assertIn("1,234.00", self.url_open(f"/debt/pay/{secret}").text)
        short = self.env["debt.link"].sudo()._new(self.case, self.now())[self.case]
        page = self.url_open(f"/d/{short[-12:]}")
        self.assertTrue(page.url.endswith("/check"))

    def test_it_is_over_after_some_hours(self):
        self.open_link(self.case)
        self.answer("4321")
        late = fields.Datetime.now() + timedelta(hours=13)
        with patch.object(fields.Datetime, "now", return_value=late):
            page = self.url_open(f"/my/debts/{self.case.id}")
        self.assertTrue(page.url.endswith("/check"))

    def test_wrong_answers_look_alike_and_end_after_five_in_an_hour(self):
        self.open_link(self.case)
        pages = [self.answer(f"{number:04}") for number in range(TRIES)]
        pages.append(self.answer("0009"))
        pages.append(self.answer("4321"))  # right, and too late
        for page in pages:
            self.assertTellsNothing(page)
            self.assertEqual(self.plain(page), self.plain(pages[0]))
        self.assertEqual(self.kinds(), ["wrong"] * TRIES)
        self.later(minutes=61)
        self.assertIn("1,234.00", self.answer("4321").text)

    def test_another_browser_has_no_tries_of_its_own(self):
        for _browser in range(TRIES):
            self.opener.cookies.clear()
            self.open_link(self.case)
            self.answer("0000")
        self.opener.cookies.clear()
        self.open_link(self.case)
        self.assertTellsNothing(self.answer("4321"))

    def test_after_fifteen_wrong_ones_the_links_are_revoked_and_the_agent_knows(self):
        self.open_link(self.case)
        for number in range(ALL_TRIES):
            self.assertEqual(
                self.url_open(f"/my/debts/{self.case.id}").status_code, 200
            )
            page = self.answer(f"{number:04}")
            if (number + 1) % TRIES == 0:
                self.later(minutes=61)
        self.assertTellsNothing(page)
        self.env.invalidate_all()
        self.assertEqual(self.url_open(f"/my/debts/{self.case.id}").status_code, 404)
        self.assertIn("15 wrong answers", self.case.message_ids[0].body)
        # a later link is a new beginning
        self.open_link(self.case)
        self.assertIn("1,234.00", self.answer("4321").text)

    def test_long_odd_and_empty_answers_are_wrong_ones(self):
        self.open_link(self.case)
        for text in (
            "4" * 65_000,
            "",
            "<script>alert(1)</script>",
            "\u202e4321",
        ):
            with self.subTest(text=text[:20]):
                page = self.answer(text)
                if page.url.endswith("/check/answer"):
                    self.assertTellsNothing(page)
                self.assertNotIn("<script>alert", page.text)
                self.checks.search([]).unlink()
                self.url_open("/web/session/logout")
                self.open_link(self.case)
        files = {"answer": ("4321.txt", b"4321")}
        page = self.url_open(
            f"/my/debts/{self.case.id}/check/answer",
            data={"csrf_token": self.csrf()},
            files=files,
        )
        self.assertEqual(page.status_code, 400)
        self.assertEqual(self.answer("4321\x00").status_code, 400)

    # === THE CODE === #

    def test_a_code_by_mail(self):
        self.company.debt_portal_check = "code"
        page = self.open_link(self.case)
        self.assertTellsNothing(page)
        self.assertIn("p…@andina.example.com", page.text)
        self.assertIn("…4567", page.text)
        self.assertNotIn("pagos@", page.text)
        page = self.ask("p…@andina.example.com")
        self.assertIn("on its way", page.text)
        mail = self.env["mail.mail"].sudo().search([], order="id desc", limit=1)
        self.assertEqual(mail.email_to, "pagos@andina.example.com")
        self.assertEqual(mail.state, "outgoing")
        code = self.code()
        # who reads the case does not read the code
        self.assertIn("p…@andina", self.case.message_ids[0].body)
        self.assertNotIn(code, str(self.case.message_ids.mapped("body")))
        self.assertNotIn(code, str(self.checks.search([]).read()))
        page = self.answer(f" {code[:3]} {code[3:]} ")
        self.assertIn("1,234.00", page.text)
        self.assertEqual(self.kinds(), ["used", "right"])

    def test_a_code_is_good_once_and_for_ten_minutes_and_only_the_last(self):
        self.company.debt_portal_check = "code"
        self.open_link(self.case)
        self.ask("p…@andina.example.com")
        first = self.code()
        self.later(minutes=11)
        self.assertTellsNothing(self.answer(first))
        self.ask("p…@andina.example.com")
        second = self.code()
        self.later(minutes=2)
        self.ask("p…@andina.example.com")
        third = self.code()
        if second != third:
            self.assertTellsNothing(self.answer(second))
        self.answer(third)
        self.opener.cookies.clear()
        self.open_link(self.case)
        self.assertTellsNothing(self.answer(third))

    def test_before_a_code_was_sent_nothing_is_right(self):
        self.company.debt_portal_check = "code"
        self.open_link(self.case)
        for text in ("", "none", "4321", "False"):
            self.assertTellsNothing(self.answer(text))

    def test_codes_of_one_account_open_no_other(self):
        self.company.debt_portal_check = "code"
        self.stranger.email = "otto@otro.example.com"
        other = self.case_with(77, partner=self.stranger)
        self.open_link(self.case)
        self.ask("p…@andina.example.com")
        code = self.code()
        self.open_link(other)
        self.assertNotIn("77.00", self.answer(code, other).text)

    def test_three_codes_in_an_hour_a_minute_apart(self):
        self.company.debt_portal_check = "code"
        self.open_link(self.case)
        refused = []
        for _code in range(CODES):
            self.ask("p…@andina.example.com")
            refused.append(self.ask("p…@andina.example.com"))
            self.later(minutes=1, seconds=1)
        refused.append(self.ask("p…@andina.example.com"))
        for page in refused:
            self.assertIn("No code leaves at the moment", page.text)
        self.assertEqual(self.kinds(), ["code"] * CODES)
        self.later(minutes=61)
        self.ask("p…@andina.example.com")
        self.assertEqual(self.kinds(), ["code"] * (CODES + 1))

    def test_a_code_goes_to_no_address_but_ours(self):
        self.company.debt_portal_check = "code"
        self.env["res.partner"].create(
            [
                {
                    "name": "R",
                    "parent_id": self.debtor.id,
                    "email": "r@example.com",
                    "debt_role": "reference",
                    "type": "invoice",
                },
                {"name": "E", "parent_id": self.debtor.id, "email": "e@example.com"},
                {
                    "name": "P",
                    "parent_id": self.debtor.id,
                    "email": "z@pay.example.com",
                    "debt_role": "payer",
                },
            ]
        )
        page = self.open_link(self.case)
        self.assertIn("z…@pay.example.com", page.text)
        self.assertNotIn("…@example.com", page.text)
        mails = self.env["mail.mail"].sudo().search_count([])
        for place in ("thief@example.com", "pagos@andina.example.com", "", "0"):
            page = self.post(f"/my/debts/{self.case.id}/check/code", place=place)
            self.assertIn("No code leaves", page.text)
        self.assertEqual(self.env["mail.mail"].sudo().search_count([]), mails)
        self.assertFalse(self.kinds())

    def test_a_code_by_sms_through_the_queue_of_its_company(self):
        self.company.debt_portal_check = "code"
        self.open_link(self.case)
        with patch.object(SmsApi, "_send_sms_batch") as provider:
            self.ask("…4567")
            self.assertFalse(provider.called)
        sms = self.env["sms.sms"].sudo().search([], order="id desc", limit=1)
        self.assertEqual(sms.number, "+573001234567")
        self.assertEqual(sms._get_sms_company(), self.company)
        self.assertIn("1,234.00", self.answer(re.search(r"\d{6}", sms.body)[0]).text)

    def test_in_test_mode_the_company_gets_the_codes_itself(self):
        self.company.write(
            {
                "debt_portal_check": "code",
                "debt_test_mode": True,
                "debt_test_email": "prueba@example.com",
            }
        )
        page = self.open_link(self.case)
        self.assertNotIn("…4567", page.text)  # nobody said where SMS go
        self.ask("p…@andina.example.com")
        mail = self.env["mail.mail"].sudo().search([], order="id desc", limit=1)
        self.assertEqual(mail.email_to, "prueba@example.com")
        self.assertIn("[TEST for pagos@andina.example.com]", mail.subject)

    # === THE OTHER WAY === #

    def test_without_a_tax_number_a_code_and_without_addresses_the_tax_number(self):
        self.debtor.vat = False
        self.assertIn("Send me a code", self.open_link(self.case).text)
        self.debtor.write({"vat": "213123432-1", "email": False, "phone": False})
        self.company.debt_portal_check = "code"
        self.assertIn("tax number", self.open_link(self.case).text)
        self.debtor.vat = False
        page = self.open_link(self.case)
        self.assertIn("write to us or call us", page.text)
        self.assertIn(self.company.email, page.text)
        self.assertTellsNothing(self.answer(""))

    # === LINKS === #

    def test_links_of_merged_customers_open_the_account_that_stays(self):
        self.company.debt_portal_check = "none"
        twin = self.new_debtor("Andina Dos", is_company=True)
        lost = self.case_with(50, partner=twin)
        secret = self.secret_of(lost)
        self.open_link(lost)
        self.env.user.group_ids += self.env.ref("base.group_partner_manager")
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo()
        wizard._merge((self.debtor | twin).ids, self.debtor)
        page = self.url_open(f"/debt/pay/{secret}")
        self.assertTrue(page.url.endswith(f"/my/debts/{self.case.id}"))
        self.case.action_revoke_links()
        self.assertEqual(self.url_open(page.url).status_code, 404)
        self.assertEqual(self.url_open(f"/debt/pay/{secret}").status_code, 404)

    def test_what_was_tried_goes_with_a_case_that_is_merged(self):
        twin = self.new_debtor(
            "Andina Dos",
            is_company=True,
            vat="213123432-1",
            country_id=self.debtor.country_id.id,
        )
        lost = self.case_with(50, partner=twin)
        self.open_link(lost)
        self.answer("0000", lost)
        self.env.user.group_ids += self.env.ref("base.group_partner_manager")
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo()
        wizard._merge((self.debtor | twin).ids, self.debtor)
        self.assertEqual(self.kinds(), ["wrong"])

    def test_old_tries_are_forgotten(self):
        self.open_link(self.case)
        self.answer("0000")
        self.later(days=61)
        self.checks._gc_old()
        self.assertFalse(self.kinds())
