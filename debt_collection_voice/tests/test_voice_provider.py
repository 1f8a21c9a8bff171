from datetime import timedelta
from unittest.mock import patch

import requests

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import file_open, mute_logger

from odoo.addons.debt_collection.models.contact.debt_queue_mixin import TRIES

from ..models import debt_voice_call
from ..tools.twilio_client import TwilioClient
from .common import ACCOUNT, DAY, NOON, PHONE, SECRET, VoiceCommon, days
from .provider import CLOSE


@freeze_time(NOON)
@tagged("post_install", "-at_install")
class TestVoiceProvider(VoiceCommon):
    """Placing calls: once, in the hours, never to who paid, whatever is answered."""

    def states(self, call):
        return call.state, call.action_id.state, call.action_id.reason

    # === THE QUEUE === #

    def test_a_step_queues_a_call_which_is_placed_once(self):
        call = self.queue()
        action = call.action_id
        self.assertEqual((call.state, call.phone), ("queued", PHONE))
        self.assertEqual((action.state, action.delivery), ("sent", "queued"))
        self.assertEqual(self.case_of().last_message_day, DAY)
        self.place()
        self.place()
        (asked,) = self.provider.asked
        self.assertEqual(asked.path, f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json")
        self.assertEqual((asked.account, asked.secret), (ACCOUNT, SECRET))
        self.assertEqual(asked.params["To"], [PHONE])
        self.assertEqual(asked.params["From"], ["+576015550100"])
        self.assertEqual(len(asked.params["StatusCallbackEvent"]), 4)
        url = asked.params["Url"][0]
        self.assertRegex(url, r"^https://odoo\.example\.com/debt/voice/[\w-]+/twiml$")
        self.assertEqual(
            (call.state, call.calls, call.sid), ("calling", 1, f"CA{1:032x}")
        )
        self.assertEqual(action.delivery, "sending")

    def test_it_waits_for_the_hours_of_the_customer(self):
        self.debtor.tz = "Europe/Madrid"  # 19 h there
        call = self.queue()
        self.assertEqual(
            fields.Datetime.to_string(call.next_call), "2026-06-02 07:00:00"
        )
        self.place()
        self.assertFalse(self.provider.asked)
        with freeze_time("2026-06-02 14:30:00"):
            self.place()
        self.assertEqual(len(self.provider.asked), 1)
        # quiet days count from the call
        self.assertEqual(call.action_id.contact_day, days(1))
        self.assertEqual(self.case_of().last_message_day, days(1))

    def test_the_hours_hold_when_the_job_is_late(self):
        call = self.queue()
        with freeze_time("2026-06-02 01:00:00"):  # 20 h
            self.place()
            self.assertFalse(self.provider.asked)
            self.assertEqual(
                fields.Datetime.to_string(call.next_call), "2026-06-02 14:00:00"
            )

    def test_who_paid_is_not_called(self):
        call = self.queue()
        self.pay(call.action_id.item_ids.move_id)
        self.place()
        self.assertFalse(self.provider.asked)
        self.assertEqual(self.states(call), ("cancelled", "skipped", "settled"))

    def test_who_has_no_right_number_is_not_called(self):
        self.debtor._debt_phone("wrong", DAY)
        self.invoice(100, due=days(-5))
        action = self.actions_of(self.run_on()).filtered(lambda a: a.channel == "voice")
        self.assertEqual((action.state, action.reason), ("skipped", "no_address"))
        fix = self.env["debt.action"].search([("purpose", "=", "fix_phone")])
        fix.sudo()._dispatch(NOON)
        self.assertEqual(fix.state, "sent")
        self.debtor.phone = "301 555 0000"
        self.assertEqual(fix.state, "done")
        call = self.call_of(self.actions_of(self.run_on(days(1))))
        self.assertEqual(call.phone, "+573015550000")

    def test_who_wants_no_calls_is_not_called(self):
        call = self.queue()
        self.env["phone.blacklist"].sudo()._add([PHONE])
        self.place()
        self.assertFalse(self.provider.asked)
        self.assertEqual((call.state, call.action_id.state), ("cancelled", "planned"))
        call.action_id._dispatch(NOON)
        self.assertEqual(call.action_id.reason, "blacklisted")

    def test_a_contact_policy_decides_once_more_when_it_rings(self):
        call = self.queue()
        tomorrow = NOON + timedelta(days=1)
        judge = "_permit_in_queue"
        with patch.object(type(call.action_id), judge, return_value=(False, tomorrow)):
            self.place()
        self.assertEqual((call.state, call.next_call), ("queued", tomorrow))
        with (
            freeze_time(tomorrow),
            patch.object(type(call.action_id), judge, return_value=(False, None)),
        ):
            self.place()
        self.assertEqual(call.state, "cancelled")
        self.assertFalse(self.provider.asked)

    def test_in_test_mode_only_the_test_number_rings(self):
        self.company.write({"debt_test_mode": True, "debt_test_email": "t@example.com"})
        self.invoice(100, due=days(-5))
        actions = self.actions_of(self.run_on())
        self.assertEqual(
            [(a.channel, a.state, a.reason) for a in actions],
            [("voice", "skipped", "no_test_address")],
        )
        self.company.debt_test_phone = "+57 601 555 0199"
        other = self.queue(partner=self.new_debtor("Otro", phone="+57 301 555 0001"))
        self.assertTrue(other.is_test)
        self.place()
        numbers = [asked.params["To"] for asked in self.provider.asked]
        # that of the first customer, too
        self.assertEqual(numbers, [["+576015550199"]] * 2)
        self.assertEqual(other.state, "calling")

    def test_test_mode_that_begins_later_holds_too(self):
        call = self.queue()
        self.company.write(
            {
                "debt_test_mode": True,
                "debt_test_email": "t@example.com",
                "debt_test_phone": "+57 601 555 0199",
            }
        )
        self.place()
        self.assertFalse(self.provider.asked)
        self.assertEqual(self.states(call), ("cancelled", "planned", "amount_changed"))
        call.action_id._dispatch(NOON)
        self.assertEqual(self.call_of(call.action_id), call)
        self.place()
        self.assertEqual(self.provider.asked[0].params["To"], ["+576015550199"])

    def test_without_an_account_calls_wait(self):
        call = self.queue()
        self.company.debt_voice_secret = False
        self.place()
        self.assertFalse(self.provider.asked)
        self.assertEqual(call.state, "queued")

    def test_a_call_can_be_taken_out_of_the_queue(self):
        call = self.queue()
        call.with_user(self.agent).action_withdraw()
        self.assertEqual(self.states(call), ("cancelled", "skipped", "withdrawn"))
        self.assertFalse(self.env["debt.item.step"].search([]))
        self.place()
        self.assertFalse(self.provider.asked)
        with self.assertRaises(UserError):
            call.with_user(self.agent).action_withdraw()

    # === WHAT IS ANSWERED === #

    def test_who_says_later_is_asked_again_with_growing_waits(self):
        call = self.queue()
        waits = []
        self.provider.fail(503)
        for number in range(TRIES):
            moment = call.next_call
            with freeze_time(moment):
                self.place()
            waits.append(call.next_call - moment)
            self.assertEqual(len(self.provider.asked), number + 1)
            if number < TRIES - 1:
                self.assertEqual(self.states(call), ("queued", "sent", False))
        self.assertEqual(waits[:3], [timedelta(minutes=m) for m in (5, 15, 45)])
        self.assertEqual(self.states(call), ("failed", "failed", "rejected"))

    def test_it_waits_as_long_as_it_is_told_to(self):
        call = self.queue()
        self.provider.fail(429, 20429, Retry_After="1200")
        self.place()
        self.assertEqual(call.next_call, NOON + timedelta(minutes=20))
        # nonsense is no reason to wait
        self.provider.fail(429, 20429, Retry_After="soon")
        with freeze_time(call.next_call):
            self.place()
            self.assertEqual(call.next_call, NOON + timedelta(minutes=35))

    def test_a_wait_never_ends_outside_the_hours(self):
        call = self.queue()
        self.provider.fail(429, 20429, Retry_After="36000")
        self.place()
        self.assertEqual(
            fields.Datetime.to_string(call.next_call), "2026-06-02 14:00:00"
        )

    def test_a_wrong_number_asks_for_the_right_one(self):
        call = self.queue()
        self.provider.fail(400, 21211)
        self.place()
        self.assertEqual(self.states(call), ("failed", "failed", "wrong_number"))
        self.assertEqual(call.error_code, 21211)
        self.assertEqual(self.debtor.debt_phone_state, "wrong")
        task = self.env["debt.action"].search([("purpose", "=", "fix_phone")])
        self.assertEqual((task.user_id, task.state), (self.agent, "planned"))

    def test_other_refusals_are_final(self):
        for status, code in ((400, 21215), (404, 20404), (302, None)):
            with self.subTest(status=status):
                debtor = self.new_debtor(f"N{status}", phone=PHONE)
                call = self.queue(partner=debtor)
                self.provider.fail(status, code, Location="https://evil.example.com")
                self.place()
                self.assertEqual(self.states(call), ("failed", "failed", "rejected"))
                self.assertFalse(debtor.debt_phone_state)

    @mute_logger(debt_voice_call.__name__)
    def test_a_refused_account_costs_nobody_their_step(self):
        first = self.queue()
        second = self.queue(partner=self.new_debtor("Otro", phone=PHONE))
        self.provider.fail(401, 20003)
        self.place()
        self.assertEqual(len(self.provider.asked), 1)
        self.assertEqual(self.states(first), ("queued", "sent", False))
        self.assertEqual(self.states(second), ("queued", "sent", False))

    def test_nobody_knows_whether_it_was_placed(self):
        silent = {
            "closed": lambda: setattr(self.provider, "answer", CLOSE),
            "no json": lambda: self.provider.say(201, "<html>"),
            "no sid": lambda: self.provider.say(201, {"sid": None}),
            "a list": lambda: self.provider.say(200, ["CA"]),
            "deep": lambda: self.provider.say(201, "[" * 100_000),
            "gateway": lambda: self.provider.fail(504),
            "too long": lambda: self.provider.say(201, '{"sid": "' + "C" * 10**6),
        }
        for name, answer in silent.items():
            with self.subTest(name=name):
                call = self.queue(partner=self.new_debtor(name, phone=PHONE))
                self.provider.asked.clear()
                answer()
                self.place()
                self.assertEqual(self.states(call), ("uncertain", "uncertain", "lost"))
                self.place()
                self.assertEqual(len(self.provider.asked), 1)

    def test_timeouts_are_told_apart(self):
        client = TwilioClient(ACCOUNT, SECRET)
        for error, kind in (
            (requests.ConnectTimeout(), "later"),
            (requests.ReadTimeout(), "unknown"),
            (requests.exceptions.SSLError(), "later"),
            (requests.exceptions.ChunkedEncodingError(), "unknown"),
        ):
            with (
                self.subTest(error=error),
                patch("requests.sessions.Session.send", side_effect=error),
            ):
                self.assertEqual(client.place_call({}).kind, kind)

    def test_who_cannot_be_reached_got_nothing(self):
        with patch.object(TwilioClient, "base", "http://127.0.0.1:9"):
            answer = TwilioClient(ACCOUNT, SECRET).place_call({})
        self.assertEqual(answer.kind, "later")

    def test_secrets_are_in_no_text(self):
        client = TwilioClient(ACCOUNT, SECRET)
        self.assertNotIn(SECRET, repr(client))
        self.assertNotIn(ACCOUNT, repr(client))
        call = self.queue()
        self.provider.fail(401, 20003)
        with self.assertLogs(debt_voice_call.__name__) as log:
            self.place()
        text = "\n".join(log.output)
        for secret in (SECRET, ACCOUNT, PHONE, PHONE[1:]):
            self.assertNotIn(secret, text)
        self.assertNotIn(SECRET, call.error or "")

    # === DEAD WORKERS === #

    def test_a_worker_that_died_leaves_an_uncertain_call(self):
        call = self.queue()
        self.assertTrue(call._debt_claim(NOON))
        self.env["debt.run"]._find_lost()
        self.assertEqual(call.state, "calling")
        with freeze_time(NOON + timedelta(minutes=6)):
            self.env["debt.run"]._find_lost()
        self.assertEqual(self.states(call), ("uncertain", "uncertain", "lost"))
        self.place()
        self.assertFalse(self.provider.asked)

    def test_a_person_decides_on_an_uncertain_call(self):
        call = self.queue()
        self.provider.answer = CLOSE
        self.place()
        self.provider.answer = None
        call.action_id.with_user(self.agent).action_send_again()
        call.action_id._dispatch(NOON)
        self.place()
        self.assertEqual(self.states(call), ("calling", "sent", False))
        self.assertEqual((call.calls, len(self.provider.asked)), (2, 2))

    # === SETTINGS === #

    def test_bad_settings_are_refused(self):
        for name, value in (
            ("debt_voice_account", "AC123/../../x"),
            ("debt_voice_from", "nobody"),
            ("debt_voice_first_hour", 18),
            ("debt_voice_last_hour", 25),
            ("debt_voice_tries", 0),
            ("debt_voice_promise_days", -1),
            ("debt_voice_base_url", "http://odoo.example.com"),
            ("debt_voice_base_url", "https://a@odoo.example.com"),
        ):
            with self.subTest(name=name), self.assertRaises(ValidationError):
                self.company[name] = value

    def test_a_copied_database_calls_nobody(self):
        call = self.queue()
        self.env.flush_all()
        with file_open("debt_collection_voice/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.assertFalse(self.company._debt_voice_is_ready())
        self.assertEqual(call.state, "cancelled")
        self.place()
        self.assertFalse(self.provider.asked)

    def test_a_script_says_no_amount_to_whoever_picks_up(self):
        script = self.env.ref("debt_collection_voice.debt_voice_script_es")
        with self.assertRaisesRegex(ValidationError, "{amount}"):
            script.hello = "Usted debe {amount}"
        with self.assertRaises(ValidationError):
            script.offer = "{date.__class__}"
        for name, value in (("lang", "español"), ("voice", "a b"), ("language", "<")):
            with self.subTest(name=name), self.assertRaises(ValidationError):
                script[name] = value

    def test_the_preview_says_what_would_be_said(self):
        self.debtor.lang = "en_US"
        self.strategy.mode = "approve"
        self.invoice(100, due=days(-5))
        action = self.actions_of(self.run_on())
        self.assertEqual(action.state, "approve")
        self.assertIn("automatic call", action.preview)
        self.assertIn("100", action.preview)
        self.assertIn("Thursday", action.preview)
