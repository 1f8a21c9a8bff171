from datetime import timedelta

from .common import PortalCommon
from .files import HTML, PDF, PNG


class TestPortalPaid(PortalCommon):
    """Customers report what they paid elsewhere, or have scheduled."""

    def setUp(self):
        super().setUp()
        self.case = self.case_with(100, 60)
        self.today = self.company._debt_today()
        self.url = f"/my/debts/{self.case.id}/paid"
        self.company.write({"debt_notice_days": 3, "debt_promise_days_self": 10})

    def send(self, receipt=None, **values):
        """Send the form; return the page that follows."""
        data = {
            "csrf_token": self.csrf(),
            "amount": "100.00",
            "day": str(self.today),
            "method": "transfer",
            **values,
        }
        return self.url_open(
            f"{self.url}/report",
            data=data,
            files=[("receipt", receipt)] if receipt else None,
        )

    def test_a_payment_with_its_receipt_pauses_its_documents(self):
        self.log_in()
        first = self.case.item_ids.sorted("amount_residual")[-1]
        page = self.send(
            ("IMG 1.HEIC.png", PNG),
            items=first.id,
            bank="Andino",
            reference="OP-77",
            note="<i>Thanks</i>",
        )
        notice = self.case.notice_ids
        self.assertIn(f"/paid/{notice.id}?done=paid", page.url)
        self.assertEqual(
            (notice.amount, notice.date, notice.method, notice.bank, notice.reference),
            (100, self.today, "transfer", "Andino", "OP-77"),
        )
        self.assertEqual(
            (notice.source, notice.item_ids, notice.contact_id, notice.receipt_kind),
            ("portal", first, self.person, "image"),
        )
        self.assertEqual(notice.contact_action_id.outcome_id.code, "paid")
        self.assertEqual(first.amount_chaseable, 0)
        self.assertIn("We send no reminders", page.text)
        answer = self.url_open(f"{self.url}/{notice.id}/receipt")
        self.assertEqual(answer.content, PNG)
        self.assertTrue(answer.headers["Content-Disposition"].startswith("attachment"))

    def test_the_match_is_suggested(self):
        self.advance(100, day=self.today)
        self.run_on(self.today)
        self.log_in()
        self.send()
        self.assertTrue(self.case.notice_ids.candidate)
        self.assertTrue(self.case.notice_ids.candidate_clear)

    def test_a_scheduled_payment_within_the_days_of_the_company(self):
        self.log_in()
        day = self.today + timedelta(days=10)
        self.send(day=str(day), amount="60")
        notice = self.case.notice_ids
        self.assertTrue(notice.scheduled)
        self.assertGreater(notice.pause_until, day)
        self.assertEqual(notice.contact_action_id.outcome_id.code, "scheduled")
        for day in (11, -400):
            page = self.send(day=str(self.today + timedelta(days=day)), amount="60")
            self.assertIn("The day of the payment can be from", page.text)
        self.assertEqual(self.case.notice_ids, notice)

    def test_the_same_payment_is_told_and_not_doubled(self):
        self.log_in()
        self.send(("a.pdf", PDF), reference="OP 77")
        notice = self.case.notice_ids
        for receipt, values in (
            (("b.pdf", PDF), {"amount": "5"}),
            (None, {"reference": "op-77", "amount": "60"}),
            (("c.png", PNG), {"reference": "OP77"}),
        ):
            page = self.send(receipt, **values)
            self.assertIn(f"/paid/{notice.id}?done=paid_known", page.url)
            self.assertIn("You told us of this payment before", page.text)
        self.assertEqual(self.case.notice_ids, notice)

    def test_a_form_sent_twice_is_one_payment(self):
        self.log_in()
        self.send()
        self.send()
        self.assertEqual(len(self.case.notice_ids), 1)
        self.send(amount="60")
        self.assertEqual(len(self.case.notice_ids), 2)

    def test_the_receipt_of_another_customer_is_for_colleagues_to_see(self):
        other = self.case_with(77, partner=self.stranger)
        self.env["debt.payment.notice"].create(
            {"case_id": other.id, "amount": 77}
        )._portal_keep_receipt("a.pdf", PDF)
        self.log_in()
        page = self.send(("mine.pdf", PDF))
        notice = self.case.notice_ids
        self.assertIn("done=paid", page.url)
        self.assertNotIn("Otro", page.text)
        self.assertIn("Otro", "".join(notice.message_ids.mapped("body")))

    def test_what_is_wrong_is_said(self):
        self.log_in()
        for receipt, values, words in (
            (None, {"amount": "0"}, "Write the amount"),
            (None, {"amount": "inf"}, "Write the amount"),
            (None, {"day": "tomorrow"}, "Say on which day"),
            (("a.pdf", HTML), {}, "Only photos and PDF"),
            (None, {"note": "x" * 4_001}, "4000 characters"),
        ):
            with self.subTest(words=words):
                page = self.send(receipt, reference="KEPT-1", **values)
                self.assertIn(words, page.text)
                self.assertIn("KEPT-1", page.text)
        self.assertFalse(self.case.notice_ids)

    def test_two_currencies(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.case_with(80, currency=euro)
        self.log_in()
        self.assertIn('value="EUR"', self.url_open(self.url).text)
        self.send(amount="80", currency="EUR")
        self.assertEqual(self.case.notice_ids.currency_id, euro)
        self.assertEqual(self.case.notice_ids.item_ids.currency_id, euro)
        mine = self.case.item_ids - self.case.notice_ids.item_ids
        page = self.send(amount="10", currency="EUR", items=mine[:1].id)
        self.assertIn("in EUR only", page.text)

    def test_reports_that_came_to_nothing_want_a_receipt(self):
        self.log_in()
        for amount in ("10", "20"):
            self.send(amount=amount)
        self.case.notice_ids.sudo()._close("Not found")
        self.assertIn("attach the receipt", self.send(amount="30").text)
        self.send(("a.pdf", PDF), amount="30")
        self.assertEqual(len(self.case.notice_ids), 3)
        page = self.url_open(self.url)
        self.assertIn("Not counted", page.text)
        self.assertNotIn("Not found", page.text)

    def test_only_own_payments_and_documents(self):
        other = self.case_with(77, partner=self.stranger)
        theirs = self.env["debt.payment.notice"].create(
            {"case_id": other.id, "amount": 77}
        )
        self.log_in()
        for number in (theirs.id, theirs.id + 1_000_000):
            for path in ("", "/receipt"):
                page = self.url_open(f"{self.url}/{number}{path}")
                self.assertEqual(page.status_code, 404)
        self.send(
            items=other.item_ids.id, amount="60", state="matched", case_id=other.id
        )
        notice = self.case.notice_ids
        self.assertEqual(notice.state, "open")
        self.assertFalse(notice.item_ids & other.item_ids)

    def test_another_company_of_the_same_customer(self):
        other = self.setup_other_company()["company"]
        self.env.user.company_ids += other
        theirs = (
            self.env["debt.case"]
            .sudo()
            .create({"partner_id": self.debtor.id, "company_id": other.id})
        )
        self.log_in()
        self.send()
        self.assertEqual(self.case.notice_ids.company_id, self.company)
        notice = self.case.notice_ids
        page = self.url_open(f"/my/debts/{theirs.id}/paid/{notice.id}")
        self.assertEqual(page.status_code, 404)
