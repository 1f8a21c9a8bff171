from datetime import timedelta
from unittest.mock import patch
from urllib.parse import unquote

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import DAY, DebtCommon

DUE = DAY - timedelta(days=8)


@tagged("post_install", "-at_install")
class TestContact(DebtCommon):
    """Contacts are logged in seconds, by whoever picks up the phone."""

    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch.object(
                self.env.registry["res.company"], "_debt_today", self.local_day
            )
        )
        self.strategy.entry_mode = "by_age"
        self.debtor.write(
            {"phone": "+57 300 1234567", "country_id": self.env.ref("base.co").id}
        )
        self.invoice_ = self.invoice(100, due=DUE)
        self.run_day(DAY)
        self.case = self.case_of().with_user(self.agent)
        self.task = self.env["debt.action"].search([("track", "=", "task")])
        self.other = self.new_user("agent2", "debt_collection.group_debt_agent")

    @staticmethod
    def local_day(company, now=None):
        return now.date() if now else DAY

    def run_day(self, day):
        return self.run_on(day, now=self.company._debt_noon(day))

    def outcome(self, code):
        return self.env["debt.outcome"]._by_code(code)

    def log(self, code, user=None, **values):
        action = self.case.with_user(user or self.agent).action_log()
        wizard = (
            self.env[action["res_model"]]
            .with_user(user or self.agent)
            .with_context(**action["context"])
            .create({"outcome_id": self.outcome(code).id, **values})
        )
        wizard.action_confirm()
        return self.env["debt.action"].search(
            [("purpose", "=", "contact")], order="id desc", limit=1
        )

    def test_the_form_asks_for_what_follows(self):
        action = self.case.action_log()
        model = self.env[action["res_model"]].with_user(self.agent)
        form = Form(model.with_context(**action["context"]))
        self.assertEqual(form.contact_id, self.debtor)
        self.assertEqual(form.task_ids.ids, self.task.ids, "the call that is due")
        form.outcome_id = self.outcome("no_answer")
        self.assertEqual(form.reached, "nobody")
        form.outcome_id = self.outcome("promise")
        self.assertEqual((form.reached, form.follow_up), ("debtor", "promise"))
        self.assertEqual(form.promise_amount, 100)
        form.promise_date = DAY + timedelta(days=3)
        form.save().action_confirm()
        self.assertEqual(self.case.promise_ids.amount, 100)

    def test_a_contact_does_the_task_that_was_due(self):
        self.assertEqual((self.task.channel, self.task.state), ("call", "sent"))
        activity = self.task.activity_id
        contact = self.log("no_answer", note="Rang ten times")
        self.assertEqual(contact.state, "done")
        self.assertEqual(contact.reached, "nobody")
        self.assertIn("No answer", contact.name)
        self.assertEqual(self.task.state, "done")
        self.assertEqual(self.task.outcome_id, self.outcome("no_answer"))
        self.assertEqual(self.task.closed_by_id, contact)
        self.assertFalse(activity.active)
        self.assertIn("Call", self.case.last_action)

    def test_the_phone_is_known_to_be_right_or_wrong(self):
        self.log("refuses", follow_up=False)
        self.assertEqual(self.debtor.debt_phone_state, "valid")
        self.log("wrong_number")
        self.assertEqual(self.debtor.debt_phone_state, "wrong")
        task = self.env["debt.action"].search([("purpose", "=", "fix_phone")])
        self.assertEqual(task.state, "sent")
        self.debtor.phone = "+57 300 7654321"
        self.assertFalse(self.debtor.debt_phone_state)
        self.assertEqual(task.state, "done")

    def test_a_wrong_number_does_not_stop_emails(self):
        self.log("wrong_number")
        run = self.run_day(DAY + timedelta(days=10))
        self.assertPlanned(run, [(15, "email", "sent")])

    def test_call_back(self):
        moment = fields.Datetime.now() + timedelta(days=1)
        contact = self.log("no_money", call_back_at=moment)
        task = self.env["debt.action"].search([("parent_id", "=", contact.id)])
        self.assertEqual((task.purpose, task.channel), ("call_back", "call"))
        self.assertEqual(task.activity_id.date_deadline, moment.date())
        self.assertEqual(task.activity_id.user_id, self.agent)
        with self.assertRaises(UserError):
            self.log("no_money", call_back_at="2020-01-01 10:00:00")

    def test_document_and_escalation(self):
        contact = self.log(
            "needs_document", task_text="XML of the invoice", task_user_id=self.other.id
        )
        task = self.env["debt.action"].search([("parent_id", "=", contact.id)])
        self.assertEqual((task.purpose, task.user_id), ("document", self.other))
        self.assertIn("XML", str(task.activity_id.note))
        with self.assertRaises(ValidationError):
            self.log("wants_plan")
        self.log("wants_plan", task_user_id=self.other.id)

    def test_dispute(self):
        reason = self.env["debt.dispute.reason"].search([("active", "=", True)])[:1]
        contact = self.log("dispute", dispute_reason_id=reason.id, dispute_amount=30)
        dispute = self.case.dispute_ids
        self.assertEqual((dispute.amount, dispute.reason_id), (30, reason))
        self.assertEqual(self.case.amount_chaseable, 70)
        contact.with_user(self.agent).action_undo()
        self.assertFalse(dispute.exists())
        self.assertEqual(self.case.amount_chaseable, 100)

    def test_payment_reported_on_the_phone(self):
        self.log("paid", notice_amount=60, notice_reference="4711")
        notice = self.case.notice_ids
        self.assertEqual((notice.amount, notice.reference), (60, "4711"))
        self.assertEqual(self.case.amount_chaseable, 40)
        self.log("scheduled", notice_date=DAY + timedelta(days=4), notice_amount=40)
        self.assertTrue((self.case.notice_ids - notice).scheduled)

    def test_everybody_helps(self):
        self.case_of().sudo().agent_id = self.agent
        contact = self.log("third_party", user=self.other)
        self.assertEqual(contact.user_id, self.other)
        self.assertEqual(contact.reached, "third")

    def test_where_agents_see_own_cases_only_they_log_there_only(self):
        self.company.debt_agent_scope = "own"
        self.case_of().sudo().agent_id = self.agent
        with self.assertRaises(AccessError):
            self.log("no_answer", user=self.other)

    def test_evidence_cannot_be_edited_but_noted(self):
        contact = self.log("refuses", follow_up=False)
        contact = contact.with_user(self.agent)
        with self.assertRaises(AccessError):
            contact.note = "Changed"
        with self.assertRaises(AccessError):
            contact.unlink()
        note = self.env["debt.action.note"].with_user(self.agent)
        note = note.create({"action_id": contact.id, "body": "It was the father"})
        self.assertEqual(contact.note_ids, note)
        with self.assertRaises(AccessError):
            note.body = "Changed"
        with self.assertRaises(UserError):
            note.sudo().unlink()

    def test_a_mistake_is_undone_with_what_followed(self):
        contact = self.log("promise", promise_date=DAY + timedelta(days=3))
        contact = contact.with_user(self.agent)
        self.assertTrue(self.case.promise_ids)
        with self.assertRaises(UserError):
            contact.with_user(self.other).action_undo()
        contact.action_undo()
        self.assertEqual((contact.state, contact.reason), ("cancelled", "undone"))
        self.assertFalse(self.case.promise_ids)
        self.assertEqual(self.task.state, "sent")
        self.assertTrue(self.task.activity_id.active)
        self.assertEqual(self.case.amount_chaseable, 100)

    def test_after_ten_minutes_it_stays(self):
        contact = self.log("refuses", follow_up=False)
        contact.sudo().sent_date -= timedelta(minutes=11)
        with self.assertRaises(UserError):
            contact.with_user(self.agent).action_undo()

    # === BY HAND === #

    def message(self, **values):
        action = self.case.action_write()
        return (
            self.env[action["res_model"]]
            .with_user(self.agent)
            .with_context(**action["context"])
            .create(values)
        )

    def test_whatsapp_link_with_the_text(self):
        wizard = self.message()
        self.assertEqual(wizard.whatsapp, "573001234567")
        self.assertIn("100.00", wizard.body)
        self.assertIn(self.invoice_.name, wizard.body)
        self.assertIn("/debt/pay/", wizard.body)
        action = wizard.action_whatsapp()
        link, text = action["url"].split("?text=")
        self.assertEqual(link, "https://wa.me/573001234567")
        self.assertEqual(unquote(text), wizard.body)
        contact = self.env["debt.action"].search([("by_hand", "=", True)])
        self.assertEqual((contact.channel, contact.note), ("whatsapp", wizard.body))

    def test_without_a_number_the_text_is_copied(self):
        self.debtor.phone = "12"
        wizard = self.message()
        self.assertFalse(wizard.whatsapp)
        with self.assertRaises(UserError):
            wizard.action_whatsapp()
        wizard.action_copied()
        self.assertTrue(self.env["debt.action"].search([("by_hand", "=", True)]))

    def test_who_pays_is_written_to(self):
        payer = self.env["res.partner"].create(
            {
                "name": "Treasury",
                "parent_id": self.debtor.id,
                "debt_role": "payer",
                "email": "treasury@example.com",
            }
        )
        self.assertEqual(self.message().contact_id, payer)
        run = self.run_day(DAY + timedelta(days=10))
        self.assertEqual(self.actions_of(run).partner_id, payer)

    def test_a_text_with_unknown_words_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "{salary}"):
            self.env["debt.text.template"].create(
                {"name": "T", "body": "{contact} {salary}"}
            )

    # === VISITS === #

    def test_route_sheet(self):
        self.strategy.step_ids.filtered(lambda s: s.days == 15).channel = "visit"
        run = self.run_day(DAY + timedelta(days=10))
        visit = self.actions_of(run)
        self.assertEqual((visit.channel, visit.state), ("visit", "sent"))
        self.assertEqual(
            visit.activity_id.activity_type_id,
            self.env.ref("debt_collection.mail_activity_type_visit"),
        )
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "debt_collection.debt_route_sheet", visit.ids
        )
        self.assertIn(b"Ferreter", html)
        self.assertIn(b"100.00", html)
