from datetime import timedelta

from .common import DAY, PortalCommon

#: What a customer may write, and no page, message or mail may take for more than text.
WORDS = "<script>alert(1)</script><b>x</b>{{7*7}}${7*7}\u202e %(name)s {link}"


class TestPortalWords(PortalCommon):
    """What comes from outside is shown as text, wherever it is read."""

    def setUp(self):
        super().setUp()
        self.debtor.name = f"Andina {WORDS}"
        self.person.name = f"Ana {WORDS}"
        self.case = self.case_with(1234, due=DAY - timedelta(days=40))
        self.cr.precommit.run()
        self.item = self.case.item_ids
        self.log_in()

    def forms(self):
        """Return {path: a form that is taken, with such words for every text}."""
        reason = self.case.sudo()._portal_dispute_reasons()[:1]
        today = self.company._debt_today()
        return {
            "plan/ask": {"text": WORDS},
            "disputes/open": {
                "items": self.item.id,
                "reason": reason.id,
                "text": WORDS,
            },
            "paid/report": {
                "items": self.item.id,
                "amount": "12",
                "day": today.isoformat(),
                "bank": WORDS,
                "reference": WORDS,
                "note": WORDS,
            },
        }

    def assertText(self, html):
        """Of such words nothing is markup, and nothing was worked out."""
        for wrong in ("<script>alert", "<b>x</b>", ">49<"):
            self.assertNotIn(wrong, html)

    def test_on_every_page_and_in_every_message(self):
        before = self.env["mail.message"].sudo().search([], order="id desc", limit=1).id
        taken = 0
        for path, form in self.forms().items():
            with self.subTest(path=path):
                page = self.post(f"/my/debts/{self.case.id}/{path}", **form)
                self.assertEqual(page.status_code, 200)
                self.assertIn("done=", page.url)
                self.assertText(page.text)
                taken += 1
        self.assertTrue(taken)
        self.env.invalidate_all()
        case = self.case.sudo()
        pages = ["", "/agreements", "/disputes", "/paid", "/pay", "/plan", "/promise"]
        pages += [f"/disputes/{dispute.id}" for dispute in case.dispute_ids]
        pages += [f"/paid/{notice.id}" for notice in case.notice_ids]
        for path in pages:
            with self.subTest(path=path):
                page = self.url_open(f"/my/debts/{case.id}{path}")
                self.assertEqual(page.status_code, 200)
                self.assertText(page.text)
        messages = self.env["mail.message"].sudo().search([("id", ">", before)])
        mails = self.env["mail.mail"].sudo().search([("id", ">", 0)])
        tasks = self.env["mail.activity"].sudo().search([("res_id", "=", case.id)])
        self.assertTrue(messages)
        for html in (
            *messages.mapped("body"),
            *mails.mapped("body_html"),
            *filter(None, tasks.mapped("note")),
        ):
            self.assertText(html or "")

    def test_what_was_typed_comes_back_as_text(self):
        for path, form in self.forms().items():
            wrong = {**form, "amount": WORDS, "day": WORDS, "reason": WORDS, "text": ""}
            with self.subTest(path=path):
                page = self.post(f"/my/debts/{self.case.id}/{path}", **wrong)
                self.assertEqual(page.status_code, 200)
                self.assertText(page.text)

    def test_the_file_of_a_debtor_shows_it_to_agents_as_text(self):
        for path, form in self.forms().items():
            self.post(f"/my/debts/{self.case.id}/{path}", **form)
        self.env.invalidate_all()
        for action in self.case.sudo().action_ids:
            self.assertText(str(action.mail_message_id.body or ""))
        self.authenticate(None, None)
        self.agent.password = "agent"
        self.authenticate("agent", "agent")
        page = self.url_open(f"/my/debts/{self.case.id}")
        self.assertText(page.text)
