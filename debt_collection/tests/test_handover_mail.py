from lxml import html

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import DAY
from .test_handover import DUE, HandoverCommon
from .test_translations import ENGLISH, RUDE


@tagged("post_install", "-at_install")
class TestHandoverMail(HandoverCommon):
    """Offices are told once of what is in their portal; a checklist is evidence."""

    def setUp(self):
        super().setUp()
        self.lawyer.email = "rojas@example.com"
        self.second = self.new_debtor("Otro Cliente")
        self.third = self.new_debtor("Un Tercero")
        for partner in (self.debtor, self.second, self.third):
            self.invoice(4321, due=DUE, partner=partner)
        self.run_to(DAY)

    def mails(self):
        return self.env["mail.mail"].search(
            [("subject", "ilike", "portal")], order="id"
        )

    def drafts(self, *offices):
        cases = map(self.case_of, (self.debtor, self.second, self.third))
        return self.env["debt.handover"].union(
            *(
                self.handover(case=case, agency_id=office.id)
                for case, office in zip(cases, offices, strict=False)
            )
        )

    def test_one_mail_for_each_office(self):
        self.agency.email = "sur@example.com"
        drafts = self.drafts(self.lawyer, self.agency, self.lawyer)
        self.assertFalse(self.mails())
        drafts.with_user(self.supervisor).action_hand_over()
        mails = self.mails()
        self.assertEqual(
            mails.mapped("email_to"),
            [
                '"Bufete Rojas" <rojas@example.com>',
                '"Cobros del Sur" <sur@example.com>',
            ],
        )
        both, single = mails.mapped("body_html")
        theirs = drafts[0] | drafts[2]
        for handover in drafts:
            url = f'/my/handovers/{handover.id}"'
            self.assertEqual(url in both, handover in theirs)
            self.assertEqual(url in single, handover not in theirs)
            self.assertIn("example.com", str(handover.message_ids[0].body))
        for mail in mails:
            text = f"{mail.subject} {mail.body_html}"
            for secret in (self.debtor, self.second, self.third):
                self.assertNotIn(secret.name, text)
            self.assertNotRegex(text, r"4.?321")
            self.assertEqual(mail.reply_to, self.supervisor.email_formatted)

    def test_once_for_each_hand_over(self):
        handover = self.handed()
        self.assertEqual(len(self.mails()), 1)
        with self.assertRaises(UserError):
            handover.action_hand_over()
        handover._end("returned", "enough")
        self.assertEqual(len(self.mails()), 1)

    def test_in_test_mode_it_goes_to_the_company(self):
        self.company.write(
            {"debt_test_mode": True, "debt_test_email": "test@example.com"}
        )
        handover = self.handed()
        mail = self.mails()
        self.assertEqual(mail.email_to, "test@example.com")
        self.assertIn("rojas@example.com", mail.subject)
        self.assertIn("Test mode", str(handover.message_ids[0].body))

    def test_in_the_language_of_the_office(self):
        self.env["res.lang"]._activate_lang("es_419")
        module = self.env["ir.module.module"]._get("debt_collection")
        module._update_translations("es_419")
        self.lawyer.lang = "es_419"
        self.handed()
        mail = self.mails()
        self.assertIn("nuevos casos en su portal", mail.subject)
        self.assertIn("le trasladó", mail.body_html)
        text = f"{mail.subject}\n{html.fromstring(mail.body_html).text_content()}"
        for own in (self.company.name, self.lawyer.name, self.supervisor.name):
            text = text.replace(own, "")
        self.assertFalse(ENGLISH.findall(text))
        self.assertFalse(RUDE.findall(text))

    def test_an_office_without_address_or_portal_is_noted(self):
        self.lawyer.email = False
        handover = self.handed()
        self.assertFalse(self.mails())
        self.assertIn("no e-mail address", str(handover.message_ids[0].body))
        self.lawyer.email = "rojas@example.com"
        handover = self.handed(case=self.case_of(self.second))
        self.assertIn("invite them", str(handover.message_ids[0].body))
        user = new_test_user(self.env, login="rojas", groups="base.group_portal")
        user.partner_id.parent_id = self.lawyer
        handover = self.handed(case=self.case_of(self.third))
        self.assertNotIn("invite them", str(handover.message_ids[0].body))

    # === THE CHECKLIST === #

    def test_agents_take_no_line_off_after_the_hand_over(self):
        handover = self.handover()
        lines = handover.document_ids.with_user(self.agent)
        lines[0].unlink()
        lines = lines[1:]
        handover.action_hand_over()
        with self.assertRaisesRegex(UserError, "a supervisor takes lines off"):
            lines[0].unlink()
        lines[0].with_user(self.supervisor).unlink()
        self.assertEqual(handover.document_ids, lines[1:].with_user(self.env.user))

    def test_what_was_there_is_evidence(self):
        handover = self.handover()
        line, other = handover.document_ids[:2]
        line.there = True
        line.there = False
        line.there = True
        handover.action_hand_over()
        line.with_user(self.agent).file = b"YQ=="
        other.with_user(self.agent).there = True
        for user in (self.agent, self.supervisor):
            mine = line.with_user(user)
            draft = self.handover(user=self.supervisor)
            for values in (
                {"there": False},
                {"file": False},
                {"file": b"Yg=="},
                {"document_id": handover.document_ids[2].document_id.id},
                {"handover_id": draft.id},
            ):
                with (
                    self.subTest(user=user.login, values=values),
                    self.assertRaisesRegex(UserError, "evidence"),
                ):
                    mine.write(values)
            with self.assertRaisesRegex(UserError, "evidence"):
                mine.unlink()
            with self.assertRaisesRegex(UserError, "evidence"):
                handover.with_user(user).document_ids = [Command.delete(other.id)]
        line.with_user(self.agent).note = "Seen by the notary"
