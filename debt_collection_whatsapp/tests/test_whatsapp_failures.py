from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..logic import graph_error
from .fake_graph import (
    BAD_GATEWAY,
    CUT_AFTER,
    NO_ID,
    OK,
    TIMEOUT_AFTER,
    TIMEOUT_BEFORE,
)
from .sending_common import NOON, SendingCommon, days, minutes

#: One code of each class, and what becomes of a reminder that WhatsApp does not take.
REFUSED = [
    # code, state of the message, state of the action
    (190, "queued", "sent"),
    (131031, "queued", "sent"),
    (130429, "queued", "sent"),
    (131056, "queued", "sent"),
    (131016, "queued", "sent"),
    (131026, "failed", "failed"),
    (137000, "failed", "failed"),
    (131050, "failed", "failed"),
    (132015, "failed", "planned"),
    (132000, "failed", "failed"),
    (999999, "failed", "failed"),
]


@freeze_time(NOON)
@tagged("post_install", "-at_install")
class TestWhatsappFailures(SendingCommon):
    """What each kind of error does to a message, its action and its number."""

    def setUp(self):
        super().setUp()
        self.step = self.strategy.step_ids
        self.env["debt.strategy.step.fallback"].create(
            {"step_id": self.step.id, "channel": "email"}
        )

    def refused(self, *answers):
        message = self.reminded()
        self.graph.script(*answers)
        self.work()
        return message

    def follower(self, message):
        return self.env["debt.action"].search(
            [("fallback_of_id", "=", message.action_id.id)]
        )

    def test_each_class_of_error(self):
        classes = set()
        for code, state, action_state in REFUSED:
            with self.subTest(code=code), self.env.cr.savepoint() as savepoint:
                message = self.refused(code)
                action = message.action_id
                self.assertEqual((message.state, action.state), (state, action_state))
                self.assertEqual(message.error_code, code)
                self.assertEqual(message.error_class, graph_error.classify(code))
                classes.add(message.error_class)
                if action_state == "failed":
                    (after,) = self.follower(message)
                    self.assertEqual((after.channel, after.state), ("email", "planned"))
                else:
                    self.assertFalse(self.follower(message))
                if state == "queued":
                    self.assertGreater(message.next_try, NOON)
                    self.assertEqual(action.delivery, "queued")
                savepoint.rollback()
                self.env.invalidate_all()
                self.graph.clear()
        # a marketing limit has tests of its own; free text outside its day is looked
        # at before
        left_out = {graph_error.HOLD, graph_error.WINDOW}
        self.assertEqual(classes, graph_error.CODES.keys() - left_out)

    def test_who_got_enough_of_everybody_today_gets_it_tomorrow(self):
        message = self.refused(131049)
        self.assertEqual((message.state, message.action_id.state), ("queued", "sent"))
        self.assertFalse(self.follower(message), "once more, before another channel")
        self.assertEqual(message.action_id.contact_day, days(1))
        self.assertEqual(message.case_id.last_message_day, days(1))
        with freeze_time(message.next_try):
            self.work()
        self.assertEqual((message.state, message.tries), ("accepted", 2))

    def test_but_only_once(self):
        message = self.refused(131049, 131049)
        with freeze_time(message.next_try):
            self.work()
        self.assertEqual((message.state, message.action_id.state), ("failed", "failed"))
        self.assertEqual(self.follower(message).channel, "email")

    def held_back(self):
        """Return (a message that WhatsApp took and held back, what goes instead)."""
        message = self.refused()
        self.assertEqual(message.state, "accepted")
        self.report_failed(message, 131049)
        self.assertEqual((message.state, message.reason), ("failed", "again"))
        self.assertFalse(self.follower(message))
        return message, self.message_of(message.action_id) - message

    def test_what_was_taken_and_held_back_goes_again_tomorrow(self):
        message, again = self.held_back()
        action = message.action_id
        self.assertEqual((action.state, action.delivery), ("sent", "queued"))
        self.assertEqual(action.contact_day, days(1))
        self.work()
        self.assertEqual(len(self.graph.sent), 1, "not before")
        with freeze_time(again.next_try):
            self.work()
        self.assertEqual((again.state, action.delivery), ("accepted", "accepted"))
        with freeze_time(NOON + timedelta(days=1, hours=1)):
            self.report_failed(again, 131049, minute=25 * 60)
        self.assertEqual((again.state, action.state), ("failed", "failed"))
        self.assertEqual(self.follower(message).channel, "email")
        self.assertEqual(len(self.message_of(action)), 2)

    def test_nothing_goes_again_that_arrived_after_all(self):
        message, again = self.held_back()
        self.report(message, "delivered", minute=60)
        with freeze_time(again.next_try):
            self.work()
        self.assertEqual((again.state, again.reason), ("cancelled", "arrived"))
        self.assertEqual(len(self.graph.sent), 1)
        self.assertEqual(message.action_id.delivery, "delivered")

    def test_what_was_paid_meanwhile_does_not_go_again(self):
        message, again = self.held_back()
        self.pay(self.overdue)
        with freeze_time(again.next_try):
            self.work()
        self.assertEqual(again.state, "cancelled")
        self.assertEqual(len(self.graph.sent), 1)

    def test_what_may_be_waited_for_is_tried_again(self):
        message = self.refused(131016)
        self.assertEqual(message.tries, 1)
        moment = message.next_try
        self.assertGreaterEqual(moment, NOON + timedelta(seconds=60))
        with freeze_time(moment - timedelta(seconds=2)):
            self.work()
        self.assertFalse(self.graph.sent, "not before")
        with freeze_time(moment):
            self.work()
        self.assertEqual((message.state, message.tries), ("accepted", 2))
        self.assertFalse(message.error)

    def test_but_not_for_ever(self):
        message = self.refused(*[131016] * 9)
        for _try in range(9):
            if message.state != "queued":
                break
            with freeze_time(message.next_try):
                self.work()
        self.assertEqual((message.state, message.tries), ("failed", 5))
        self.assertEqual(message.action_id.reason, "rejected")

    def test_the_number_stops_when_the_login_fails(self):
        message = self.refused(190)
        self.assertEqual(self.account.sudo().state, "suspended")
        self.graph.asked.clear()
        with freeze_time(message.next_try):
            self.work()
        self.assertFalse(self.graph.asked, "nobody knocks at a closed door")

    def test_who_is_not_there_twice_in_a_week_and_more_is_unreachable(self):
        message = self.refused(131026)
        self.assertEqual(self.identity.strikes, 1)
        self.assertFalse(self.identity._is_unreachable())
        self.identity._strike(NOON + timedelta(days=6))
        self.assertEqual(self.identity.strikes, 1, "too soon to mean anything else")
        self.identity._strike(NOON + timedelta(days=7))
        self.assertTrue(self.identity._is_unreachable())
        message.conversation_id.last_inbound = NOON + timedelta(days=8)
        self.assertFalse(self.identity._is_unreachable(), "they wrote")
        self.identity._strike(NOON + timedelta(days=20))
        self.assertEqual(self.identity.strikes, 1)

    def test_a_number_with_another_owner_proves_nothing_any_more(self):
        self.identity.identity_hash = "abc"
        message = self.refused(137000)
        self.assertEqual(self.link.state, "suggested")
        self.assertEqual(message.action_id.state, "failed")
        self.company.debt_crumb_amount = 0
        self.graph.clear()
        answer = self.answered("hello")
        self.work()
        self.assertNotIn("recipient_identity_key_hash", self.graph.sent[0])
        self.assertEqual(answer.state, "accepted")

    def test_who_wants_no_marketing_is_written_down(self):
        self.refused(131050)
        consent = self.env["debt.contact.consent"].search(
            [("purpose", "=", "marketing"), ("channel", "=", "whatsapp")]
        )
        self.assertEqual(consent.state, "withdrawn")

    def test_a_template_that_meta_paused_is_not_sent_again(self):
        message = self.refused(132015)
        self.assertFalse(message.template_id.sendable)
        self.dispatch()
        action = message.action_id
        self.assertEqual((action.channel, action.state), ("email", "sent"))

    def test_three_mistakes_of_ours_stop_a_template(self):
        for number in range(3):
            partner = self.new_debtor(
                f"Debtor{number}", phone=f"+57 300 555 000{number}"
            )
            self.identity._of_partner(self.account, partner)._link(
                partner, self.company
            ).state = "confirmed"
            self.invoice(50, due=NOON.date() - timedelta(days=5), partner=partner)
        self.run_on()
        self.graph.script(132000, 132000, 132000)
        self.work()
        templates = self.messages.search([]).template_id
        self.assertFalse(templates.sendable)

    def test_closed_windows_are_believed(self):
        conversation = self.conversation(wrote=NOON - timedelta(hours=2))
        self.graph.script(131047)
        message = self.answered("late", conversation=conversation)
        self.work()
        self.assertEqual(message.state, "failed")
        self.assertFalse(conversation.window_until > NOON)
        conversation.last_inbound = minutes(1)
        self.assertGreater(conversation.window_until, NOON + timedelta(hours=23))

    # === NOBODY KNOWS === #

    def test_silence_after_it_was_taken_is_never_tried_again(self):
        for answer in (TIMEOUT_AFTER, CUT_AFTER, NO_ID, BAD_GATEWAY):
            with self.subTest(answer=answer), self.env.cr.savepoint() as savepoint:
                with self.graph.impatient():
                    message = self.refused(answer)
                self.assertEqual(message.state, "uncertain")
                action = message.action_id
                self.assertEqual((action.state, action.reason), ("uncertain", "lost"))
                with freeze_time(NOON + timedelta(hours=2)):
                    self.work()
                self.assertEqual(len(self.graph.sent), 1)
                # a report tells
                self.assertTrue(self.report(message, "sent"))
                self.assertEqual((message.state, action.state), ("sent", "sent"))
                self.assertTrue(message.wamid)
                savepoint.rollback()
                self.env.invalidate_all()
                self.graph.clear()

    def test_silence_is_uncertain_even_if_it_was_not_taken(self):
        with self.graph.impatient():
            message = self.refused(TIMEOUT_BEFORE)
        self.assertEqual((message.state, self.graph.sent), ("uncertain", []))

    def test_a_number_that_cannot_be_asked_waits(self):
        self.app.sudo().base_url = "http://127.0.0.1:9"
        message = self.refused()
        self.assertEqual((message.state, message.error_class), ("queued", "transient"))

    def test_a_claim_without_a_result_is_found(self):
        message = self.reminded()
        message.write({"state": "sending", "claimed": NOON})
        with freeze_time(minutes(5)):
            self.messages._debt_find_lost()
        self.assertEqual(message.state, "sending", "it may still be under way")
        with freeze_time(minutes(10)):
            self.env["debt.run"].sudo()._find_lost()
        self.assertEqual(message.state, "uncertain")
        self.assertEqual(message.action_id.state, "uncertain")

    def test_confirmations_may_be_sent_once_more(self):
        with self.graph.impatient():
            message = self.refused(TIMEOUT_AFTER)
        with freeze_time(minutes(60)):
            self.work()
        self.assertEqual(len(self.graph.sent), 1, "not by itself")
        self.account.sudo().resend_confirmations = True
        with freeze_time(minutes(60)):
            self.work()
        self.assertEqual(len(self.graph.sent), 1, "never a reminder")
        message.priority = 10
        with freeze_time(minutes(59)):
            self.work()
        self.assertEqual(len(self.graph.sent), 1, "not before an hour")
        with freeze_time(minutes(60)):
            self.work()
        self.assertEqual(len(self.graph.sent), 2)
        self.assertEqual(
            (message.state, message.action_id.delivery), ("accepted", "accepted")
        )
        message.state = "uncertain"
        with freeze_time(minutes(180)):
            self.work()
        self.assertEqual(len(self.graph.sent), 2, "once")

    # === WHAT PEOPLE DECIDE === #

    def uncertain(self):
        with self.graph.impatient():
            return self.refused(TIMEOUT_AFTER)

    def test_a_person_says_that_it_left(self):
        message = self.uncertain()
        message.with_user(self.agent).action_mark_sent()
        self.assertEqual((message.state, message.action_id.state), ("sent", "sent"))
        with self.assertRaisesRegex(UserError, "uncertain"):
            message.action_mark_sent()

    def test_a_person_lets_it_be_sent_again(self):
        message = self.uncertain()
        message.with_user(self.agent).action_send_uncertain()
        self.assertEqual((message.state, message.reason), ("cancelled", "again"))
        self.dispatch()
        with freeze_time(minutes(1)):
            self.work()
        self.assertEqual(len(self.graph.sent), 2)
        self.assertEqual(
            self.message_of(message.action_id).mapped("state"),
            ["cancelled", "accepted"],
        )

    def test_deciding_on_the_action_decides_on_its_message(self):
        message = self.uncertain()
        message.action_id.with_user(self.agent).action_mark_sent()
        self.assertEqual((message.state, message.reason), ("sent", "decided"))

    def test_an_answer_is_sent_again_as_it_was(self):
        self.reminded()
        self.work()
        self.graph.script(132000)
        message = self.answered("once more", author="agent", user=self.agent)
        self.work()
        self.assertEqual(message.state, "failed")
        wizard = self.env["debt.whatsapp.again.wizard"].create(
            {"message_ids": message.ids, "reason": "the number was mended"}
        )
        wizard.action_send_again()
        with freeze_time(minutes(1)):
            self.work()
        self.assertEqual(self.graph.sent[-1]["text"]["body"], "once more")
        self.assertEqual(message.reason, "again")

    def test_a_reminder_that_another_channel_says_is_not_sent_again(self):
        message = self.refused(131026)
        with self.assertRaisesRegex(UserError, "another channel"):
            message._send_again("because", NOON)

    def test_a_reminder_is_sent_again_with_a_reason(self):
        self.step.fallback_ids.unlink()
        message = self.refused(131026)
        message.with_user(self.agent)._send_again("they are there now", NOON)
        self.assertEqual(message.action_id.state, "planned")
        self.assertIn(
            "they are there now",
            message.case_id.message_ids[:1].body,
            "everybody knows",
        )
        self.dispatch()
        with freeze_time(minutes(1)):
            self.work()
        self.assertEqual(len(self.graph.sent), 1)

    def test_withdrawn_its_step_is_given_back(self):
        message = self.reminded()
        message.with_user(self.agent).action_withdraw()
        action = message.action_id
        self.assertEqual((message.state, message.reason), ("cancelled", "withdrawn"))
        self.assertEqual((action.state, action.reason), ("skipped", "withdrawn"))
        self.assertFalse(self.item_of(self.overdue).step_id)
        with self.assertRaisesRegex(UserError, "waits"):
            message.action_withdraw()

    @mute_logger(
        "odoo.addons.debt_collection_whatsapp.models.sending.debt_whatsapp_claim_mixin"
    )
    def test_one_that_breaks_does_not_hold_up_the_others(self):
        bad = self.answered("bad")
        good = self.answered("good")
        bad.content = {"type": "text", "text": {"body": ""}}
        self.graph.script(OK)
        self.work()
        self.assertEqual(good.state, "accepted")
        self.assertEqual(bad.state, "failed")

    def test_one_that_breaks_our_program_is_put_aside(self):
        message = self.reminded()
        for number in (1, 2):
            message._broke("TypeError: x")
            self.assertEqual((message.state, message.tries), ("queued", number))
            self.assertEqual(message.next_try, NOON + timedelta(minutes=5 * number))
        message._broke("TypeError: x")
        action = message.action_id
        self.assertEqual((message.state, message.error), ("failed", "TypeError: x"))
        self.assertEqual((action.state, action.reason), ("failed", "error"))
        self.assertEqual(self.follower(message).channel, "email")

    def test_one_that_was_claimed_before_it_broke_is_left_to_the_reports(self):
        message = self.reminded()
        message.write({"state": "sending", "claimed": NOON})
        message._broke("TypeError: x")
        self.assertEqual(message.state, "sending")
