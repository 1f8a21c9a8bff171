from datetime import timedelta
from unittest.mock import patch

from lxml import html

from .common import DAY
from .common_pay import PayCommon


class TestPay(PayCommon):
    """Pages on which customers pay, and what they refuse."""

    def setUp(self):
        super().setUp()
        self.first = self.invoice(100, due=DAY)
        self.second = self.invoice(50, due=DAY + timedelta(days=1))
        self.case = self.case_with()
        self.other = self.case_with(77, partner=self.stranger)

    def item(self, invoice):
        return self.item_of(invoice)

    def pay_page(self, case=None, **query):
        case = case or self.case
        return self.url_open(f"/my/debts/{case.id}/pay", params=query)

    def total(self, page):
        found = html.fromstring(page.content).xpath("//*[@id='debt_portal_pay_total']")
        return found[0].text_content().strip() if found else None

    # === THE WAY IT GOES === #

    def test_a_user_pays_all_that_is_overdue(self):
        self.log_in()
        page = self.pay_page()
        self.assertIn("150.00", self.total(page))
        self.assertIn(self.first.name, page.text)
        transaction = self.start(page)
        self.assertEqual(transaction.amount, 150)
        self.assertEqual(transaction.partner_id, self.person)
        self.assertEqual(transaction.debt_case_id, self.case)
        self.assertEqual(transaction.landing_route, transaction._portal_url())
        self.notify(transaction)
        result = self.url_open(transaction.landing_route)
        self.assertIn("We received your payment", result.text)
        self.assertIn("Nothing more is open", result.text)
        self.assertEqual(self.open_of(self.first, self.second), [0, 0])
        contact = self.case.action_ids.filtered(lambda a: a.channel == "portal")
        self.assertIn(transaction.reference, contact.note)

    def test_a_link_pays_for_the_debtor_and_saves_no_card(self):
        self.open_link(self.case)
        page = self.pay_page(items=self.item(self.second).id)
        self.assertIn("50.00", self.total(page))
        self.assertNotIn("o_payment_tokenize_checkbox", page.text)
        transaction = self.start(page, tokenization_requested=True)
        self.assertEqual(transaction.partner_id, self.debtor)
        self.assertFalse(transaction.tokenize)
        self.notify(transaction)
        self.assertEqual(self.open_of(self.first, self.second), [100, 0])

    def test_a_user_may_save_their_card_and_a_link_does_not_see_it(self):
        self.log_in()
        page = self.pay_page()
        self.assertIn("o_payment_tokenize_checkbox", page.text)
        transaction = self.start(page, tokenization_requested=True)
        self.assertTrue(transaction.tokenize)
        self.notify(transaction)
        self.assertEqual(transaction.token_id.partner_id, self.person)
        self.third = self.invoice(30, due=DAY)
        self.case_with()
        self.assertIn("Your payment methods", self.pay_page().text)
        self.authenticate(None, None)
        self.open_link(self.case)
        page = self.pay_page()
        self.assertNotIn("Your payment methods", page.text)
        self.refused(
            page,
            "cannot be paid in that way",
            flow="token",
            token_id=transaction.token_id.id,
        )

    def test_an_amount_in_the_words_of_the_visitor(self):
        self.log_in()
        page = self.pay_page(amount="120,00", currency=self.company.currency_id.name)
        self.assertIn("120.00", self.total(page))
        self.assertEqual(self.start(page).amount, 120)
        for typed in ("much", "-5", "0", "1.005"):
            page = self.pay_page(amount=typed)
            self.assertIsNone(self.form_of(page))
            self.assertIn("Write an amount", page.text)
            self.assertIn(f'value="{typed}"', page.text)
        page = self.pay_page(amount="150.01")
        self.assertIn("more cannot be paid", page.text)
        self.assertIsNone(self.form_of(page))

    def test_the_two_currencies_of_an_account(self):
        euro = self.setup_other_currency("EUR", rates=[("1900-01-01", 2.0)])
        foreign = self.invoice(60, due=DAY, currency=euro)
        self.case_with()
        self.log_in()
        page = self.pay_page()
        self.assertIn("Pay what is in EUR", page.text.replace("\n", " "))
        items = [self.item(self.first).id, self.item(foreign).id]
        both = self.pay_page(items=items)
        self.assertIn("several currencies", both.text)
        self.assertIsNone(self.form_of(both))
        page = self.pay_page(currency=euro.name)
        transaction = self.start(page)
        self.assertEqual((transaction.amount, transaction.currency_id), (60, euro))

    def test_states_are_explained(self):
        self.log_in()
        page = self.pay_page(items=self.item(self.first).id)
        transaction = self.start(page)
        self.assert_told(transaction, "draft", "was not finished")
        self.notify(transaction, "pending")
        self.assert_told(transaction, "pending", "on its way")
        account = self.url_open(f"/my/debts/{self.case.id}")
        self.assertIn(transaction._portal_url(), account.text)
        self.notify(transaction, "cancel")
        self.assert_told(transaction, "cancel", "was cancelled")
        account = self.url_open(f"/my/debts/{self.case.id}")
        self.assertNotIn(transaction._portal_url(), account.text)
        failed = self.notify(self.start(page), "error")
        result = self.assert_told(failed, "error", "This payment failed")
        again = result.xpath("//a[contains(., 'Try again')]")
        self.assertIn(f"items={self.item(self.first).id}", again[0].get("href"))

    def assert_told(self, transaction, state, words):
        result = self.url_open(transaction._portal_url())
        self.assertIn(words, result.text)
        self.assertIn(f'data-state="{state}"', result.text)
        return html.fromstring(result.content)

    def test_the_result_says_what_is_left_and_what_stays_in_favour(self):
        self.log_in()
        transaction = self.start(self.pay_page(items=self.item(self.first).id))
        self.pay(self.first, 40)
        self.notify(transaction)
        result = self.url_open(transaction._portal_url()).text
        rest = html.fromstring(result).xpath("//*[@id='debt_portal_rest']")
        self.assertIn("40.00", rest[0].text_content())
        self.assertIn("Left on your account", result)

    def test_the_receipt_is_a_file(self):
        self.log_in()
        transaction = self.start(self.pay_page())
        receipt = f"{transaction._portal_url()}/receipt"
        self.assertEqual(self.url_open(receipt).status_code, 404)
        self.notify(transaction)
        file = self.url_open(receipt)
        self.assertEqual(file.headers["Content-Type"], "application/pdf")
        # tests draw no PDF
        self.assertIn(self.first.name, file.text)

    def test_people_of_the_company_see_no_form(self):
        self.agent.password = "agent"
        self.authenticate("agent", "agent")
        page = self.pay_page()
        self.assertIn("150.00", self.total(page))
        self.assertIsNone(self.form_of(page))

    def test_without_a_provider_the_page_says_so(self):
        self.provider.state = "disabled"
        self.log_in()
        page = self.pay_page()
        self.assertIsNone(self.form_of(page))
        self.assertIn("No payment method available", page.text)

    # === WHAT IS REFUSED === #

    def test_another_amount_than_the_page_showed(self):
        self.log_in()
        page = self.pay_page()
        for amount in (0.01, 149.99, 150.01, 0, -150, None, "150", "NaN"):
            self.refused(page, "has changed meanwhile", amount=amount)

    def test_what_no_page_showed(self):
        self.log_in()
        page = self.pay_page()
        token = self.form_of(page)["access_token"]
        for other in ("", "x", token[:-2], token[:40] + "AAAA" + token[44:], None):
            self.refused(page, "page is old", access_token=other)
        # core's tokens are no tokens of ours
        self.refused(
            page, "page is old", access_token=self.first._portal_ensure_token()
        )

    def test_what_the_page_of_another_account_showed(self):
        self.log_in(self.stranger_user)
        token = self.form_of(self.pay_page(self.other))["access_token"]
        self.log_in()
        self.refused(self.pay_page(), "page is old", access_token=token, amount=77)
        page = self.pay_page()
        self.refused(
            page,
            "404|not found|Not Found",
            url=f"/my/debts/{self.other.id}/pay/transaction",
        )

    def test_what_a_page_showed_long_ago(self):
        self.log_in()
        with patch("odoo.addons.debt_collection_portal.controllers.pay.PAGE_HOURS", -1):
            page = self.pay_page()
        self.refused(page, "page is old")

    def test_what_was_paid_meanwhile(self):
        self.log_in()
        page = self.pay_page()
        self.pay(self.first, 1)
        self.refused(page, "has changed meanwhile")

    def test_the_same_page_twice(self):
        self.log_in()
        page = self.pay_page()
        self.notify(self.start(page))
        self.refused(page, "has changed meanwhile")

    def test_documents_currencies_and_promises_of_others(self):
        promise = self.env["debt.promise"].create(
            {
                "case_id": self.other.id,
                "amount": 10,
                "date": self.company._debt_today(),
            }
        )
        unknown = self.env.ref("base.CHF")
        self.log_in()
        for query in (
            {"items": self.other.item_ids.id},
            {"items": [self.item(self.first).id, self.other.item_ids.id]},
            {"items": 0},
            {"items": "x"},
            {"promise": promise.id},
            {"promise": "x"},
            {"currency": unknown.name},
            {"currency": "x"},
        ):
            page = self.pay_page(**query)
            self.assertEqual(page.status_code, 404, query)
        theirs = self.pay_page(self.other)
        self.assertEqual(theirs.status_code, 404)

    def test_payments_of_others(self):
        theirs = self.notify(self.transaction(self.other))
        self.log_in()
        for path in ("", "/receipt"):
            for case in (self.case, self.other):
                url = f"/my/debts/{case.id}/pay/{theirs.id}{path}"
                self.assertEqual(self.url_open(url).status_code, 404)

    def test_providers_and_methods_of_others(self):
        company = self.env["res.company"].create({"name": "Other"})
        foreign = self.provider.copy({"company_id": company.id})
        foreign.with_context(allowed_company_ids=company.ids).write(
            {"is_published": True}
        )
        hidden = self.provider.copy({"company_id": self.company.id})
        hidden.write({"state": "test", "is_published": False})
        self.log_in()
        page = self.pay_page()
        for values in (
            {"provider_id": foreign.id},
            {"provider_id": hidden.id},
            {"provider_id": None},
            {"payment_method_id": self.env.ref("payment.payment_method_unknown").id},
            {"flow": "other"},
            {"is_validation": True},
        ):
            self.refused(page, "cannot be paid in that way", **values)

    def test_values_that_are_not_for_a_browser(self):
        self.log_in()
        page = self.pay_page()
        self.refused(page, "whitelisted|400|Bad", partner_id=self.stranger.id)
        self.refused(page, "session has expired", csrf_token="x")

    def test_not_more_than_so_many_are_started_in_an_hour(self):
        self.log_in()
        page = self.pay_page()
        drafts = [self.transaction(self.case) for _number in range(20)]
        self.refused(page, "Too many")
        drafts[0]._set_canceled()
        self.assertTrue(self.start(page))

    # === ODOO'S OWN PAGES === #

    def test_the_overdue_page_of_odoo_leads_to_the_account(self):
        self.log_in()
        page = self.url_open("/my/invoices/overdue")
        self.assertTrue(page.url.endswith(f"/my/debts/{self.case.id}"))

    def test_invoices_of_odoo_are_paid_as_far_as_they_are_open(self):
        self.pay(self.first, 60)
        token = self.first._portal_ensure_token()
        url = f"/invoice/transaction/{self.first.id}"
        page = self.url_open(self.first.get_portal_url())
        values = {**self.form_of(page), "url": url, "access_token": token}
        values.pop("landing_route")
        for amount in (40.01, 100, 0, -1, None):
            self.refused(
                page, "no more than what is open", **{**values, "amount": amount}
            )
        self.assertEqual(self.start(page, **{**values, "amount": 40}).amount, 40)
