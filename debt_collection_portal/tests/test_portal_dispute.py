from unittest.mock import patch

from odoo import Command

from odoo.addons.debt_collection_portal.models.talk import debt_case_said

from .common import PortalCommon
from .files import HTML, PDF, PNG, SVG


class TestPortalDispute(PortalCommon):
    """Customers say what is wrong with an invoice, and follow what becomes of it."""

    def setUp(self):
        super().setUp()
        self.case = self.case_with(100, 60)
        self.first, self.second = self.case.item_ids.sorted("amount_residual")[::-1]
        self.reason = self.env.ref("debt_collection.debt_dispute_reason_price")
        self.url = f"/my/debts/{self.case.id}/disputes"

    def send(self, files=(), **values):
        """Send the form of a dispute; return the page that follows."""
        data = {
            "csrf_token": self.csrf(),
            "items": self.first.id,
            "reason": self.reason.id,
            "text": "Wrong price",
            **values,
        }
        sent = [("files", (name, content)) for name, content in files]
        return self.url_open(f"{self.url}/open", data=data, files=sent or None)

    def test_a_whole_invoice_with_files_leaves_the_chase(self):
        self.log_in()
        page = self.send(
            [("a.pdf", PDF), ("photo.exe", PNG)], text="<b>Wrong</b> price"
        )
        dispute = self.case.dispute_ids
        self.assertIn(f"/disputes/{dispute.id}?done=dispute", page.url)
        self.assertEqual(
            (dispute.amount, dispute.source, dispute.state, dispute.item_ids),
            (100, "portal", "open", self.first),
        )
        self.assertIn("&lt;b&gt;Wrong&lt;/b&gt; price", page.text)
        self.assertEqual(self.first.amount_chaseable, 0)
        self.assertEqual(self.second.amount_chaseable, 60)
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "debt.dispute"), ("res_id", "=", dispute.id)]
        )
        self.assertEqual(set(files.mapped("name")), {"a.pdf", "photo.png"})
        action = dispute.contact_action_id
        self.assertEqual(
            (
                action.channel,
                action.incoming,
                action.outcome_id.code,
                action.partner_id,
            ),
            ("portal", True, "dispute", self.person),
        )
        for file in files:
            answer = self.url_open(f"{self.url}/{dispute.id}/file/{file.id}")
            self.assertEqual(answer.content, file.raw)
            self.assertTrue(
                answer.headers["Content-Disposition"].startswith("attachment")
            )
            self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
            self.assertIn("octet-stream", answer.headers["Content-Type"])

    def test_a_part_of_an_invoice(self):
        self.log_in()
        self.send(part="part", amount="30.50")
        self.assertEqual(self.case.dispute_ids.amount, 30.5)
        self.assertEqual(self.first.amount_chaseable, 69.5)
        # what is left of it, and not more
        page = self.send(part="part", amount="70")
        self.assertIn("At most", page.text)
        self.assertIn("69.50", page.text)
        self.send()
        self.assertEqual(sorted(self.case.dispute_ids.mapped("amount")), [30.5, 69.5])
        self.assertIn("already", self.send().text)
        self.assertEqual(len(self.case.dispute_ids), 2)

    def test_two_currencies_are_two_disputes(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "rate": 0.5, "company_id": self.company.id}
        )
        self.case_with(80, currency=euro)
        euros = self.case.item_ids.filtered(lambda item: item.currency_id == euro)
        self.log_in()
        both = [self.first.id, euros.id]
        self.assertIn(
            "one currency", self.send(items=both, part="part", amount="5").text
        )
        self.send(items=both)
        self.assertEqual(
            {(d.currency_id, d.amount) for d in self.case.dispute_ids},
            {(self.company.currency_id, 100), (euro, 80)},
        )

    def test_what_is_missing_is_said_and_what_was_typed_stays(self):
        self.log_in()
        for values, words in (
            ({"items": []}, "Choose the documents"),
            ({"reason": "0"}, "Choose what the problem is"),
            ({"text": "  "}, "Tell us what is wrong"),
            ({"text": "x" * 4_001}, "4000 characters"),
            ({"part": "part", "amount": "-5"}, "more than zero"),
            ({"part": "part", "amount": "nan"}, "more than zero"),
        ):
            with self.subTest(values=str(values)[:40]):
                page = self.send(**{"text": "Kept &amp; safe", **values})
                self.assertIn(words, page.text)
        self.assertIn(
            "Kept &amp;amp; safe", self.send(items=[], text="Kept &amp; safe").text
        )
        self.assertFalse(self.case.dispute_ids)
        self.assertFalse(
            self.env["debt.action"].search([("channel", "=", "portal")]),
            "what is refused leaves nothing behind",
        )

    def test_files_that_lie_or_are_too_large_or_too_many(self):
        self.log_in()
        for files, words in (
            ([("a.pdf", HTML)], "Only photos and PDF"),
            ([("a.png", SVG)], "Only photos and PDF"),
            ([("a.pdf", b"%PDF-" + b"0" * (10 << 20))], "at most 10 MB"),
            ([(f"{number}.pdf", PDF) for number in range(6)], "at most 5 files"),
        ):
            with self.subTest(words=words):
                self.assertIn(words, self.send(files).text)
        self.assertFalse(self.case.dispute_ids)

    def test_only_own_documents_and_own_disputes(self):
        other = self.case_with(77, partner=self.stranger)
        theirs = self.env["debt.dispute"].create(
            {
                "case_id": other.id,
                "item_ids": [Command.set(other.item_ids.ids)],
                "reason_id": self.reason.id,
                "description": "Secret words",
            }
        )
        self.log_in()
        self.assertIn("Choose the documents", self.send(items=other.item_ids.ids).text)
        nobodys = theirs.id + 1_000_000
        for number in (theirs.id, nobodys):
            self.assertEqual(self.url_open(f"{self.url}/{number}").status_code, 404)
            for deed in ("add", "withdraw"):
                page = self.post(f"{self.url}/{number}/{deed}", text="Not mine")
                self.assertEqual(page.status_code, 404)
        self.assertEqual(theirs.state, "open")
        # fields that are nobody's to send
        self.send(state="accepted", amount_cover="0", case_id=other.id, user_id=1)
        self.assertEqual(self.case.dispute_ids.state, "open")
        self.assertEqual(self.case.dispute_ids.amount_cover, 100)

    def test_reasons_that_are_not_for_customers(self):
        self.assertFalse(
            self.env.ref("debt_collection.debt_dispute_reason_paid").portal
        )
        self.reason.portal = False
        self.log_in()
        self.assertNotIn("Price", self.url_open(f"{self.url}/new").text)
        self.assertIn("Choose what the problem is", self.send().text)

    def test_it_is_followed_added_to_and_withdrawn(self):
        self.log_in()
        self.send()
        dispute = self.case.dispute_ids
        url = f"{self.url}/{dispute.id}"
        self.url_open(
            f"{url}/add",
            data={"csrf_token": self.csrf(), "text": "One more <i>word</i>"},
            files=[("files", ("b.pdf", PDF))],
        )
        dispute.message_post(body="For colleagues only", subtype_xmlid="mail.mt_note")
        dispute.message_post(
            body="To a colleague only",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.agent.partner_id.ids,
        )
        dispute.message_post(
            body="We have asked the store",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.person.ids,
        )
        page = self.url_open(url)
        self.assertIn("One more &lt;i&gt;word&lt;/i&gt;", page.text)
        self.assertIn("b.pdf", page.text)
        self.assertIn("We have asked the store", page.text)
        self.assertNotIn("colleague", page.text)
        self.post(f"{url}/withdraw")
        self.assertEqual(dispute.state, "withdrawn")
        self.assertEqual(self.first.amount_chaseable, 100)
        self.post(f"{url}/add", text="Too late")
        self.assertNotIn("Too late", self.url_open(url).text)

    def test_files_of_colleagues_stay_with_them(self):
        self.log_in()
        self.send()
        dispute = self.case.dispute_ids
        file = self.env["ir.attachment"].create(
            {
                "name": "colleagues.pdf",
                "raw": PDF,
                "res_model": "debt.dispute",
                "res_id": dispute.id,
            }
        )
        self.assertNotIn("colleagues", self.url_open(f"{self.url}/{dispute.id}").text)
        answer = self.url_open(f"{self.url}/{dispute.id}/file/{file.id}")
        self.assertEqual(answer.status_code, 404)

    def test_what_an_agent_wrote_down_is_not_shown(self):
        dispute = self.env["debt.dispute"].create(
            {
                "case_id": self.case.id,
                "item_ids": [Command.set(self.first.ids)],
                "reason_id": self.reason.id,
                "description": "They always complain",
            }
        )
        self.log_in()
        page = self.url_open(f"{self.url}/{dispute.id}")
        self.assertEqual(page.status_code, 200)
        self.assertNotIn("always complain", page.text)

    def test_the_answer_is_read_on_the_page(self):
        self.log_in()
        self.send()
        dispute = self.case.dispute_ids
        dispute._reject("The price was agreed in May", tell=False)
        page = self.url_open(f"{self.url}/{dispute.id}")
        self.assertIn("The price was agreed in May", page.text)
        self.assertNotIn("/withdraw", page.text)

    def test_a_credit_note_is_named(self):
        self.log_in()
        self.send(part="part", amount="40")
        dispute = self.case.dispute_ids
        dispute.sudo()._accept(40, "Right")
        note = self.credit_note(40, day=self.company._debt_today())
        lines = (note | self.first.move_id).line_ids
        lines.filtered(lambda line: line.account_type == "asset_receivable").reconcile()
        self.assertIn(note.name, self.url_open(f"{self.url}/{dispute.id}").text)

    def test_a_link_does_it_and_a_preview_does_not(self):
        self.open_link(self.case)
        self.send()
        dispute = self.case.dispute_ids
        self.assertEqual(dispute.contact_action_id.partner_id, self.debtor)
        self.agent.password = "agent"
        self.authenticate("agent", "agent")
        self.assertEqual(self.url_open(self.url).status_code, 200)
        self.assertEqual(self.send(items=self.second.id).status_code, 403)
        self.assertEqual(len(self.case.dispute_ids), 1)

    def test_without_the_token_of_the_form_nothing_is_changed(self):
        self.log_in()
        self.assertEqual(self.send(csrf_token="wrong").status_code, 400)
        self.assertFalse(self.case.dispute_ids)

    def test_a_lot_within_an_hour_is_too_much(self):
        self.log_in()
        with patch.object(debt_case_said, "PER_HOUR", 2):
            self.send(part="part", amount="1")
            self.send(part="part", amount="1")
            self.assertIn("a lot within an hour", self.send().text)
        self.assertEqual(len(self.case.dispute_ids), 2)
