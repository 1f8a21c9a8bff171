from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import DAY, DebtCommon

DUE = DAY - timedelta(days=4)
QUIET = "odoo.addons.mail.models.mail_thread"

REPORT = """From: MAILER-DAEMON@mx.example
To: bounce@example.com
Subject: Undelivered Mail Returned to Sender
Message-Id: <report-{number}@mx.example>
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

It could not be delivered.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} what the server said

--B
Content-Type: text/rfc822-headers

Message-Id: {message_id}
Subject: Payment

--B--
"""

ANSWER = """From: {sender}
To: agent@example.com
Subject: Re: Payment
Message-Id: <answer-{number}@customer.example>
In-Reply-To: {message_id}
References: {message_id}
{headers}Content-Type: text/html

<p>We paid <b>yesterday</b>.</p><script>alert(1)</script>
"""


class Gateway(DebtCommon):
    """What the mail gateway gets, after a message of the run left."""

    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch.object(
                self.env.registry["res.company"],
                "_debt_today",
                lambda company, now=None: now.date() if now else DAY,
            )
        )
        self.number = 0
        calls = self.strategy.step_ids.filtered(lambda step: step.channel == "call")
        calls.active = False
        self.invoice_ = self.invoice(100, due=DUE)
        self.action = self.actions_of(self.run_day(DAY)).sudo()
        self.mails_leave()

    def run_day(self, day):
        return self.run_on(day, now=self.company._debt_noon(day))

    def receive(self, template, message_id=None, **values):
        self.number += 1
        values = {"headers": "", "sender": "ferreteria@example.com", **values}
        raw = template.format(
            number=self.number,
            message_id=message_id or self.mails_of(self.action).message_id,
            **values,
        )
        with mute_logger(QUIET):
            self.env["mail.thread"].message_process(False, raw)

    def bounce(self, status, action="failed", address="ferreteria@example.com"):
        self.receive(REPORT, status=status, action=action, address=address)

    def tasks(self, purpose):
        return self.env["debt.action"].search([("purpose", "=", purpose)])


@tagged("post_install", "-at_install")
class TestBounces(Gateway):
    """Messages that come back: the address, the message, or just not now."""

    def test_a_wrong_address_is_left_alone_until_it_changes(self):
        self.bounce("5.1.1")
        self.assertRecordValues(
            self.action,
            [{"state": "failed", "reason": "bounced", "delivery": "bounced"}],
        )
        self.assertIn("5.1.1", self.action.reason_detail)
        self.assertEqual(len(self.tasks("fix_contact")), 1)
        self.assertEqual(self.debtor.message_bounce, 1, "as Odoo counts it")
        message = self.actions_of(self.run_day(DAY + timedelta(days=14)))
        message = message.filtered(lambda a: a.channel == "email")
        self.assertEqual((message.state, message.reason), ("skipped", "bounced"))
        self.debtor.email = "new@example.com"
        message = self.actions_of(self.run_day(DAY + timedelta(days=20)))
        self.assertEqual(message.filtered(lambda a: a.channel == "email").state, "sent")

    def test_the_customers_own_address_is_tried_where_the_contact_has_a_wrong_one(self):
        contact = self.env["res.partner"].create(
            {
                "name": "Pagos",
                "type": "invoice",
                "email": "ferreteria@example.com",
                "parent_id": self.debtor.id,
            }
        )
        self.debtor.email = "other@example.com"
        self.bounce("5.1.1")
        self.action.partner_id = contact
        addresses = self.env["debt.channel.email"]._addresses(self.action)
        self.assertIn("other@example.com", addresses[self.action])

    def test_not_now_is_no_failure_three_times_is(self):
        for status, how in (("4.4.1", "delayed"), ("5.2.2", "failed")):
            self.bounce(status, how)
            self.assertRecordValues(
                self.action, [{"state": "sent", "delivery": "delayed"}]
            )
            self.assertFalse(self.tasks("fix_contact"))
        self.assertFalse(self.debtor.message_bounce)
        self.bounce("4.2.2")
        self.assertRecordValues(self.action, [{"state": "failed"}])
        self.assertEqual(len(self.tasks("fix_contact")), 1)

    def test_a_message_that_they_refuse_says_nothing_about_the_address(self):
        self.bounce("5.7.1")
        self.assertRecordValues(self.action, [{"state": "failed", "reason": "refused"}])
        self.assertFalse(self.tasks("fix_contact"))
        self.assertFalse(self.debtor.message_bounce)
        day = DAY + timedelta(days=1)
        self.assertFalse(self.env["debt.bounce"]._bad(["ferreteria@example.com"], day))

    def test_a_confirmation_is_no_bounce(self):
        self.bounce("2.0.0", "delivered")
        self.assertEqual(
            (self.action.state, self.action.delivery), ("sent", "delivered")
        )
        self.assertFalse(self.env["debt.bounce"].search([]))
        self.assertFalse(self.debtor.message_bounce)

    def test_whoever_writes_has_a_right_address(self):
        self.bounce("5.1.1")
        self.receive(ANSWER)
        self.assertFalse(self.env["debt.bounce"]._bad(["ferreteria@example.com"], DAY))

    def test_who_works_the_case_finds_the_address_right(self):
        self.bounce("5.1.1")
        bounce = self.env["debt.bounce"].search([])
        self.assertEqual(bounce.case_id, self.case_of())
        self.case_of().sudo().agent_id = self.new_user(
            "other", "debt_collection.group_debt_agent"
        )
        with self.assertRaises(AccessError):
            bounce.with_user(self.agent).action_right()
        bounce.with_user(self.env.user).action_right()
        self.assertFalse(self.env["debt.bounce"]._bad(["ferreteria@example.com"], DAY))

    def test_an_address_that_the_server_refuses_is_known_but_not_for_our_fault(self):
        self.action._refused_address("550 5.7.1 our list blocks 192.0.2.1")
        self.assertFalse(self.env["debt.bounce"].search([]))
        self.action._refused_address("550 nobody of this name")
        self.assertEqual(self.env["debt.bounce"].search([]).kind, "hard")

    def test_nobody_sees_the_other_company(self):
        other = self.setup_other_company()["company"]
        self.bounce("5.1.1")
        user = self.new_user("o", "debt_collection.group_debt_supervisor", other)
        self.assertFalse(self.env["debt.bounce"].with_user(user).search([]))


@tagged("post_install", "-at_install")
class TestAnswers(Gateway):
    """What customers write reaches the case, and somebody answers."""

    def test_an_answer_lands_on_the_case_and_opens_one_task(self):
        for _ in range(3):
            self.receive(ANSWER)
        answers = self.tasks("reply")
        self.assertEqual(len(answers), 3)
        self.assertEqual(answers.case_id, self.case_of())
        answer = answers[0]
        self.assertRecordValues(
            answer,
            [
                {
                    "channel": "email",
                    "incoming": True,
                    "state": "done",
                    "track": "service",
                }
            ],
        )
        self.assertIn("yesterday", answer.note)
        self.assertNotIn("<", answer.note)
        self.assertNotIn("<script", answer.preview)
        task = self.tasks("answer")
        self.assertEqual(len(task), 1)
        self.assertEqual(task.activity_id.user_id, self.agent)
        self.assertIn("yesterday", task.activity_id.note)
        self.assertNotIn("<script", task.activity_id.note)
        message = self.case_of().message_ids.filtered(
            lambda m: m.message_type == "email"
        )
        self.assertEqual(len(message), 3)

    def test_it_is_no_message_of_ours_and_no_work_of_an_agent(self):
        before = self.case_of().last_message_day, self.case_of().last_contact_day
        self.receive(ANSWER)
        case = self.case_of()
        self.assertEqual((case.last_message_day, case.last_contact_day), before)

    def test_machines_are_not_answered(self):
        for headers in (
            "Auto-Submitted: auto-replied\n",
            "Precedence: auto_reply\n",
            "X-Autoreply: yes\n",
        ):
            self.receive(ANSWER, headers=headers)
        self.assertFalse(self.tasks("reply") | self.tasks("answer"))
        self.assertTrue(
            self.case_of().message_ids.filtered(lambda m: m.message_type == "email"),
            "it is there to be read",
        )

    def test_a_colleague_who_writes_is_no_customer(self):
        self.receive(ANSWER, sender="agent@example.com")
        self.assertFalse(self.tasks("reply") | self.tasks("answer"))

    def test_who_answers_in_the_chatter_did_the_task(self):
        self.receive(ANSWER)
        case = self.case_of().with_user(self.agent)
        case.message_post(
            body="A note", message_type="comment", subtype_xmlid="mail.mt_note"
        )
        self.assertEqual(self.tasks("answer").state, "sent")
        case.message_post(
            body="Thank you", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertEqual(self.tasks("answer").state, "done")
        self.receive(ANSWER)
        self.assertEqual(self.tasks("answer").mapped("state"), ["sent", "done"])

    def test_an_answer_that_waits_is_a_reason_to_work_the_case(self):
        rule = self.env.ref("debt_collection.debt_priority_rule_reply")
        case = self.case_of()
        self.receive(ANSWER)
        case._prioritise(self.company, DAY, case)
        self.assertNotIn(rule.id, [r[0] for r in case.priority_reasons or ()])
        day = DAY + timedelta(days=1)
        case._prioritise(self.company, day, case)
        self.assertIn([rule.id, 30], [r[:2] for r in case.priority_reasons])
        self.env["debt.action"]._answer_given(case)
        case._prioritise(self.company, day, case)
        self.assertNotIn(rule.id, [r[0] for r in case.priority_reasons])

    def test_with_a_catch_all_address_answers_go_there(self):
        alias = self.env["mail.alias.domain"].create({"name": "odoo.example"})
        self.company.alias_domain_id = alias
        self.invoice(50, due=DUE, partner=self.new_debtor("Otro"))
        mail = self.mails_of(self.actions_of(self.run_day(DAY + timedelta(days=1))))
        self.assertIn("catchall@odoo.example", mail.reply_to)
        self.assertNotIn("agent@example.com", mail.reply_to)


@tagged("post_install", "-at_install")
class TestUnsubscribe(Gateway, HttpCase):
    """Who wants no more e-mails gets none; the debt stands."""

    def url(self):
        url = self.action.text_unsubscribe_url
        return url[url.index("/debt/unsubscribe") :]

    def test_mail_programs_and_readers_find_the_way(self):
        mail = self.mails_of(self.action)
        headers = mail._prepare_outgoing_list()[0]["headers"]
        self.assertEqual(headers["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        self.assertEqual(
            headers["List-Unsubscribe"], f"<{self.action.text_unsubscribe_url}>"
        )
        self.assertIn(self.action.text_unsubscribe_url, mail.body_html)

    def test_looking_stops_nothing_the_button_does(self):
        page = self.url_open(self.url())
        self.assertEqual(page.status_code, 200)
        self.assertIn("Stop these e-mails", page.text)
        self.assertNotIn("ferreteria@example.com", page.text)
        self.assertFalse(self.tasks("opt_out"))
        page = self.url_open(self.url(), data={"List-Unsubscribe": "One-Click"})
        self.assertEqual(page.status_code, 200)
        self.assertIn("no more e-mails", page.text)
        self.assertEqual(self.tasks("opt_out").incoming, True)
        task = self.tasks("opt_out_call")
        self.assertEqual((task.channel, task.user_id), ("call", self.agent))
        self.assertIn(
            "ferreteria@example.com", str(self.case_of().message_ids[:2].mapped("body"))
        )
        self.url_open(self.url(), data={"List-Unsubscribe": "One-Click"})
        self.assertEqual(len(self.tasks("opt_out_call")), 1, "said twice, done once")

    def test_nothing_is_sent_afterwards(self):
        self.action._opt_out("Test")
        run = self.run_day(DAY + timedelta(days=14))
        message = self.actions_of(run).filtered(lambda a: a.channel == "email")
        self.assertEqual((message.state, message.reason), ("skipped", "opted_out"))

    def test_any_other_token_gets_the_same_answer(self):
        token = self.url().rsplit("/", 1)[1]
        pay = self.action.text_pay_url.rsplit("/", 1)[1]
        forged = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
        for wrong in (forged, pay, "x", "AQ", "%00", token[:20]):
            with self.subTest(token=wrong):
                page = self.url_open(f"/debt/unsubscribe/{wrong}", data={"a": "b"})
                self.assertEqual(page.status_code, 404)
        self.assertFalse(self.tasks("opt_out"))

    def test_confirmations_and_tests_have_no_such_link(self):
        self.action.track = "service"
        self.assertFalse(self.action.text_unsubscribe_url)
        self.action.track = "message"
        self.company.write({"debt_test_mode": True, "debt_test_email": "t@example.com"})
        self.action.invalidate_recordset()
        self.assertFalse(self.action.text_unsubscribe_url)
