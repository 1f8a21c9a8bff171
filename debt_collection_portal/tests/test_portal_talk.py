import base64
from unittest.mock import patch

from odoo.exceptions import AccessError

from odoo.addons.debt_collection_portal.models.talk import debt_case_said

from .common import PortalCommon
from .files import PDF, PNG


class TestPortalTalk(PortalCommon):
    """Customers write to their agent, and read what was answered to them."""

    def setUp(self):
        super().setUp()
        self.case = self.case_with(100)
        self.case.agent_id = self.agent
        self.url = f"/my/debts/{self.case.id}/messages"

    def say(self, text="When do you deliver?"):
        return self.post(f"{self.url}/write", text=text)

    def test_a_message_is_evidence_and_a_task_for_the_agent(self):
        self.log_in()
        page = self.say("<script>alert(1)</script> & more")
        self.assertIn("done=message", page.url)
        self.assertIn("&lt;script&gt;alert(1)&lt;/script&gt; &amp; more", page.text)
        self.assertNotIn("<script>alert(1)", page.text)
        actions = self.case.action_ids
        written = actions.filtered("incoming")
        self.assertEqual(
            (written.channel, written.purpose, written.note, written.partner_id),
            ("portal", "reply", "<script>alert(1)</script> & more", self.person),
        )
        task = actions.filtered(lambda action: action.purpose == "answer")
        self.assertEqual((task.state, task.user_id), ("sent", self.agent))
        self.assertNotIn("<script>", written.mail_message_id.body)

    def test_the_agent_answers_and_the_customer_reads_it(self):
        self.log_in()
        self.say()
        wizard = (
            self.env["debt.portal.answer"]
            .with_user(self.agent)
            .create({"case_id": self.case.id, "body": "On <Monday>\nat nine"})
        )
        self.assertEqual(wizard.asked, "When do you deliver?")
        self.assertEqual(wizard.contact_id, self.person)
        self.person.email = "ana@andina.example.com"
        wizard.attachment_ids = (
            self.env["ir.attachment"]
            .with_user(self.agent)
            .create(
                {"name": "route.pdf", "raw": PDF, "res_model": "debt.portal.answer"}
            )
        )
        wizard.action_send()
        page = self.url_open(self.url)
        self.assertIn("On &lt;Monday&gt;\nat nine", page.text)
        self.assertIn(self.agent.name, page.text)
        task = self.case.action_ids.filtered(lambda a: a.purpose == "answer")
        self.assertEqual(task.state, "done")
        message = self.case.message_ids.filtered(lambda m: "at nine" in m.body)
        file = message.attachment_ids
        answer = self.url_open(f"{self.url}/file/{file.id}")
        self.assertEqual(answer.content, PDF)
        mail = (
            self.env["mail.mail"].sudo().search([("mail_message_id", "=", message.id)])
        )
        self.assertIn("/debt/pay/", mail.body_html)
        self.assertIn("to=messages", mail.body_html)
        self.assertNotIn("/debt/pay/", message.body)

    def test_the_link_of_the_answer_opens_the_conversation(self):
        link = self.case._portal_link("messages")
        path = link.removeprefix(self.company.get_base_url())
        self.assertTrue(self.url_open(path).url.endswith("/messages"))
        page = self.url_open(f"/debt/pay/{self.secret_of(self.case)}?to=//evil.example")
        self.assertTrue(page.url.endswith(f"/my/debts/{self.case.id}"))

    def test_what_is_for_colleagues_is_never_shown(self):
        self.log_in()
        post = self.case.with_user(self.agent).message_post
        post(body="A secret note", subtype_xmlid="mail.mt_note", message_type="comment")
        post(
            body="A secret note to the customer's person",
            subtype_xmlid="mail.mt_note",
            message_type="comment",
            partner_ids=self.person.ids,
        )
        hidden = post(
            body="A secret word to a colleague",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.env.user.partner_id.ids,
            attachments=[("secret.pdf", PDF)],
        )
        post(
            body="To another customer, secret",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.stranger.ids,
        )
        page = self.url_open(self.url)
        self.assertNotIn("secret", page.text)
        file = hidden.attachment_ids
        self.assertEqual(self.url_open(f"{self.url}/file/{file.id}").status_code, 404)

    def test_a_form_sent_twice_is_one_message(self):
        self.log_in()
        self.say()
        self.say()
        self.assertEqual(len(self.case.action_ids.filtered("incoming")), 1)
        self.assertIn("Write your message", self.say("   ").text)

    def test_too_many_and_too_long(self):
        self.log_in()
        with patch.object(debt_case_said, "PER_HOUR", 1):
            self.say("One")
            page = self.say("Two of a kind")
        self.assertIn("a lot within an hour", page.text)
        self.assertIn("Two of a kind", page.text)
        self.assertIn("4000 characters", self.say("x" * 4_001).text)
        self.assertEqual(len(self.case.action_ids.filtered("incoming")), 1)

    def test_who_is_my_agent_as_the_company_wants_it(self):
        self.company.write({"phone": "+57 601 555 0100", "debt_portal_hours": "9 to 5"})
        self.agent.write(
            {"phone": "+57 300 111 2233", "image_1920": base64.b64encode(PNG)}
        )
        self.log_in()
        page = self.url_open(self.url)
        for shown in (self.agent.name, "+57 601 555 0100", "9 to 5"):
            self.assertIn(shown, page.text)
        self.assertNotIn("300 111 2233", page.text)
        self.assertNotIn(self.agent.email, page.text)
        photo = f"/my/debts/{self.case.id}/agent"
        self.assertEqual(self.url_open(photo).status_code, 404)
        self.company.debt_portal_agent_photo = True
        self.assertEqual(self.url_open(photo).headers["Content-Type"], "image/png")
        self.case.with_user(self.agent).message_post(
            body="Good morning",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.person.ids,
        )
        self.assertIn(self.agent.name, self.url_open(self.url).text)
        self.company.debt_portal_agent = False
        page = self.url_open(self.url)
        self.assertIn("Good morning", page.text)
        self.assertNotIn(self.agent.name, page.text)
        self.assertEqual(self.url_open(photo).status_code, 404)

    def test_how_to_pay(self):
        self.company.debt_portal_pay_note = "No cash, please"
        self.env["res.partner.bank"].create(
            {"acc_number": "12-3456-7", "partner_id": self.company.partner_id.id}
        )
        self.debtor.ref = "C-REF-9"
        self.log_in()
        page = self.url_open(self.url)
        for shown in ("No cash, please", "12-3456-7", "C-REF-9"):
            self.assertIn(shown, page.text)

    def test_only_files_of_the_answer_become_those_of_the_case(self):
        theirs = self.env["ir.attachment"].create(
            {
                "name": "other.pdf",
                "raw": PDF,
                "res_model": "res.company",
                "res_id": self.company.id,
            }
        )
        wizard = (
            self.env["debt.portal.answer"]
            .with_user(self.agent)
            .create({"case_id": self.case.id, "body": "See the file"})
        )
        wizard.sudo().attachment_ids = theirs
        wizard.action_send()
        message = self.case.message_ids.filtered(lambda m: "See the file" in m.body)
        self.assertFalse(message.attachment_ids)
        self.assertEqual(theirs.res_id, self.company.id)

    def test_only_agents_answer(self):
        seller = self.new_user("seller", "debt_collection.group_debt_salesperson")
        with self.assertRaises(AccessError):
            self.env["debt.portal.answer"].with_user(seller).create(
                {"case_id": self.case.id, "body": "Hello"}
            )
