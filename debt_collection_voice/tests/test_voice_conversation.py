from datetime import timedelta
from itertools import permutations

from lxml import etree

from odoo.tests import HttpCase, freeze_time, tagged

from .common import ACCOUNT, DAY, NOON, SECRET, VoiceCommon, days


@tagged("post_install", "-at_install")
class ConversationCommon(VoiceCommon):
    """What the provider asks and tells, with the tokens of a call that was placed."""

    def setUp(self):
        super().setUp()
        self.startPatcher(freeze_time(NOON))
        self.debtor.lang = "en_US"
        self.call = self.placed()
        self.action = self.call.action_id
        self.sid = self.call.sid

    def answer(self, answered_by="human", sid=None):
        params = {"AnsweredBy": answered_by}
        return self.call._on_answer(sid or self.sid, self.call.calls, params, NOON)

    def key(self, step, digit, **params):
        params |= {"Digits": digit}
        return self.call._on_key(self.sid, self.call.calls, step, params, NOON)

    def status(self, status, sid=None, number=None, **params):
        params["CallStatus"] = status
        self.call._on_status(sid or self.sid, number or self.call.calls, params, NOON)

    def said(self, response):
        return " ".join(say.text for say in response.iter("Say"))

    def result(self):
        action = self.action
        return action.outcome_id.code, action.reached, action.delivery

    def tasks(self, purpose):
        return self.env["debt.action"].search(
            [("case_id", "=", self.call.case_id.id), ("purpose", "=", purpose)]
        )


@tagged("post_install", "-at_install")
class TestVoiceConversation(ConversationCommon):
    def test_whoever_picks_up_hears_no_amount(self):
        response = self.answer()
        said = self.said(response)
        self.assertIn(self.company.name, said)
        self.assertIn("Ferretería Andina", said)
        self.assertNotIn("100", said)
        gathers = response.findall("Gather")
        self.assertEqual(len(gathers), 2)
        self.assertEqual(gathers[0].get("numDigits"), "1")
        self.assertTrue(gathers[0].get("action").endswith("/menu?step=hello"))
        self.assertEqual(gathers[0].find("Say").get("language"), "en-US")
        self.assertEqual(response[-1].tag, "Hangup")

    def test_one_and_one_promise_what_is_overdue(self):
        self.company.debt_promise_confirm = False
        self.answer()
        said = self.said(self.key("hello", "1"))
        self.assertIn("100", said)
        self.assertIn("Thursday, June 4", said)
        self.assertEqual(self.result()[:2], ("informed", "debtor"))
        self.assertIn("June 4", self.said(self.key("account", "1")))
        promise = self.call.promise_id
        self.assertEqual(
            (promise.amount, promise.date, promise.source, promise.state),
            (100, days(3), "voice", "open"),
        )
        self.assertEqual(promise.user_id, self.agent)
        self.status("completed", CallDuration="58")
        self.assertEqual(self.result(), ("promise", "debtor", "delivered"))
        self.assertEqual(
            (self.call.state, self.call.choice, self.call.duration),
            ("done", "promise", 58),
        )
        said = self.call.event_ids.filtered("said").mapped("said")
        self.assertEqual(len(said), 3)

    def test_a_key_pressed_twice_has_one_effect(self):
        self.answer()
        self.key("hello", "1")
        for _time in range(3):
            self.key("account", "1")
        self.assertEqual(len(self.call.case_id.promise_ids), 1)
        for _time in range(3):
            self.key("account", "2")
        self.assertEqual(len(self.tasks("call_back")), 1)
        self.assertEqual(self.call.choice, "promise")

    def test_what_was_not_read_aloud_is_not_promised(self):
        self.answer()
        self.key("account", "1")
        self.assertFalse(self.call.promise_id)

    def test_who_paid_meanwhile_is_thanked(self):
        self.answer()
        self.pay(self.action.item_ids.move_id)
        said = self.said(self.key("hello", "1"))
        self.assertIn("Nothing is overdue", said)
        self.assertNotIn("100", said)

    def test_who_paid_before_the_second_key_promises_nothing(self):
        self.answer()
        self.key("hello", "1")
        self.pay(self.action.item_ids.move_id)
        self.key("account", "1")
        self.assertFalse(self.call.promise_id)
        self.assertEqual(self.call.choice, "heard")

    def test_the_limits_of_self_service_hold(self):
        self.company.debt_voice_promise_days = 30
        self.answer()
        self.key("hello", "1")
        self.assertEqual(self.call.offer_date, days(10))
        self.company.debt_promise_days_self = 2
        response = self.key("account", "1")
        self.assertFalse(self.call.promise_id)
        self.assertIn("press 2", self.said(response))

    def test_who_broke_promises_is_asked_to_speak_to_somebody(self):
        self.company.debt_promise_broken_self = 1
        self.env["debt.promise"].create(
            {
                "case_id": self.call.case_id.id,
                "amount": 100,
                "made_date": days(-20),
                "date": days(-10),
                "confirm": False,
            }
        )
        self.call.case_id._refresh(DAY)
        self.answer()
        said = self.said(self.key("hello", "1"))
        self.assertIn("100", said)
        self.assertNotIn("June", said)
        self.key("account", "1")
        self.assertEqual(self.call.case_id.promise_ids.mapped("source"), ["agent"])

    # === A PERSON === #

    def test_two_connects_the_agent(self):
        self.agent.partner_id.phone = "+57 310 555 0001"
        self.answer()
        dial = self.key("hello", "2").find("Dial")
        self.assertEqual(dial.text, "+573105550001")
        self.assertEqual(dial.get("callerId"), "+576015550100")
        task = self.tasks("call_back")
        self.assertEqual((task.state, task.channel), ("sent", "call"))
        self.call._on_key(self.sid, 1, "dialed", {"DialCallStatus": "completed"}, NOON)
        self.assertEqual(task.state, "done")
        self.status("completed")
        self.assertEqual(self.result(), ("wants_agent", "debtor", "delivered"))

    def test_nobody_takes_it_the_agent_calls_back(self):
        self.company.debt_voice_agent_phone = "+57 601 555 0111"
        self.answer()
        self.assertEqual(self.key("hello", "2").find("Dial").text, "+576015550111")
        response = self.call._on_key(
            self.sid, 1, "dialed", {"DialCallStatus": "no-answer"}, NOON
        )
        self.assertIn("call you back", self.said(response))
        self.assertEqual(self.tasks("call_back").state, "sent")

    def test_outside_of_the_hours_nobody_is_connected(self):
        self.company.debt_voice_agent_phone = "+57 601 555 0111"
        late = NOON + timedelta(hours=7)
        self.call._on_answer(self.sid, 1, {"AnsweredBy": "human"}, late)
        response = self.call._on_key(self.sid, 1, "hello", {"Digits": "2"}, late)
        self.assertIsNone(response.find("Dial"))
        self.assertIn("call you back", self.said(response))
        self.assertEqual(self.tasks("call_back").user_id, self.agent)

    # === NOBODY, OR SOMEBODY ELSE === #

    def test_three_is_never_called_again(self):
        self.answer()
        self.assertIn("not call this number", self.said(self.key("hello", "3")))
        self.key("hello", "3")
        self.status("completed")
        self.assertEqual(self.result(), ("wrong_number", "nobody", "delivered"))
        self.assertEqual(self.debtor.debt_phone_state, "wrong")
        self.assertEqual(len(self.tasks("fix_phone")), 1)

    def test_a_machine_hears_nothing(self):
        response = self.answer("machine_start")
        self.assertEqual([node.tag for node in response], ["Hangup"])
        self.status("completed", AnsweredBy="machine_start")
        self.assertEqual(self.result(), ("voicemail", "nobody", "delivered"))

    def test_who_hangs_up_did_not_answer(self):
        self.answer()
        self.status("completed")
        self.assertEqual(self.result(), ("no_answer", "nobody", "delivered"))

    def test_a_call_that_fails_is_told(self):
        self.status("failed", ErrorCode="13225")
        self.assertEqual(
            (self.call.state, self.action.state, self.action.reason),
            ("failed", "failed", "rejected"),
        )
        self.assertEqual(self.call.error_code, 13225)

    def test_nobody_answers_and_is_called_again_the_same_day(self):
        self.company.debt_voice_tries = 2
        self.status("no-answer")
        self.assertEqual(self.call.state, "queued")
        self.assertEqual(self.call.next_call, NOON + timedelta(hours=2))
        self.assertFalse(self.action.outcome_id)
        # late news of the first call change nothing
        self.status("ringing")
        self.status("in-progress")
        self.assertEqual(self.call.state, "queued")
        first = self.sid
        with freeze_time(NOON + timedelta(hours=2)):
            self.place()
        self.assertNotEqual(self.call.sid, first)
        self.status("completed", sid=first, number=1)
        self.assertEqual(self.call.state, "calling")
        self.sid = self.call.sid
        self.status("busy")
        self.assertEqual(self.result(), ("no_answer", "nobody", "delivered"))

    def test_nobody_is_called_again_after_the_hours(self):
        self.company.write({"debt_voice_tries": 2, "debt_voice_last_hour": 13})
        self.status("busy")
        self.assertEqual(self.call.state, "done")
        self.assertEqual(self.result(), ("no_answer", "nobody", "delivered"))

    # === ORDER === #

    def test_the_order_of_events_does_not_matter(self):
        events = {
            "ringing": lambda: self.status("ringing"),
            "talking": lambda: self.status("in-progress"),
            "wrong": lambda: self.key("hello", "3"),
            "over": lambda: self.status("completed", CallDuration="9"),
        }
        seen = set()
        for order in permutations(events):
            savepoint = self.env.cr.savepoint()
            for name in order:
                events[name]()
                events[name]()
            seen.add((self.call.state, self.call.duration, *self.result()))
            savepoint.rollback()
            savepoint.close()
            self.env.invalidate_all()
        self.assertEqual(seen, {("done", 9, "wrong_number", "nobody", "delivered")})

    def test_what_is_over_stays_over(self):
        self.status("completed")
        for status in ("queued", "ringing", "in-progress", "nonsense", ""):
            self.status(status)
        self.assertEqual(self.call.state, "done")

    def test_an_event_settles_an_uncertain_call(self):
        self.call.sid = False
        self.call._debt_lose("closed")
        self.assertEqual(self.action.state, "uncertain")
        self.status("ringing", sid="CA" + "f" * 32)
        self.assertEqual((self.call.state, self.action.state), ("ringing", "sent"))
        self.assertEqual(self.call.sid, "CA" + "f" * 32)

    def test_an_event_of_another_call_changes_nothing(self):
        self.status("completed", sid="CA" + "f" * 32)
        response = self.answer(sid="CA" + "f" * 32)
        self.assertEqual([node.tag for node in response], ["Hangup"])
        self.assertEqual(self.call.state, "calling")

    def test_the_keys_of_a_test_change_nothing(self):
        self.action.is_test = True
        self.answer()
        self.key("hello", "1")
        self.assertIn("noted", self.said(self.key("account", "1")))
        self.key("account", "2")
        self.assertFalse(self.call.promise_id | self.call.case_id.promise_ids)
        self.assertFalse(self.tasks("call_back"))

    # === WORDS === #

    def test_it_speaks_the_language_of_the_customer(self):
        script = self.env["debt.voice.script"]
        self.assertEqual(script._of("es_CO").language, "es-MX")
        self.assertEqual(script._of("es_ES").language, "es-ES")
        self.assertEqual(script._of("fr_FR").language, "en-US")
        self.call.lang = "es_MX"
        self.answer()
        said = self.said(self.key("hello", "1"))
        self.assertIn("jueves, 4 de junio", said)
        self.assertIn("marque 1", said)

    def test_what_is_said_is_escaped(self):
        self.debtor.name = "<Hangup/> & \x0b{amount}"
        text = etree.tostring(self.answer(), encoding="unicode")
        self.assertIn("&lt;Hangup/&gt; &amp; {amount}", text)
        self.assertEqual(len(etree.fromstring(text).findall("Hangup")), 1)


@tagged("post_install", "-at_install")
class TestVoiceRoutes(ConversationCommon, HttpCase):
    """The door: a signed address and the signature of the provider."""

    def setUp(self):
        super().setUp()
        self.paths = {
            what: self.call._url(what).removeprefix("https://odoo.example.com")
            for what in ("twiml", "menu", "status")
        }

    def post(self, path, secret=SECRET, signature=None, **params):
        params = {"CallSid": self.sid, "AccountSid": ACCOUNT, **params}
        url = "https://odoo.example.com" + path
        headers = {
            "X-Twilio-Signature": self.sign(url, params, secret)
            if signature is None
            else signature
        }
        answer = self.url_open(path, data=params, headers=headers)
        self.call.invalidate_recordset()
        return answer

    def test_a_whole_conversation(self):
        self.company.debt_promise_confirm = False
        self.post(self.paths["status"], CallStatus="ringing")
        self.assertEqual(self.call.state, "ringing")
        answer = self.post(
            self.paths["twiml"], CallStatus="in-progress", AnsweredBy="human"
        )
        self.assertEqual(answer.status_code, 200)
        self.assertTrue(answer.headers["Content-Type"].startswith("text/xml"))
        for digit in ("1", "1"):
            response = etree.fromstring(answer.content)
            path = response.find("Gather").get("action")
            path = path.removeprefix("https://odoo.example.com")
            answer = self.post(path, Digits=digit)
        self.assertIn(b"noted your commitment", answer.content)
        self.post(self.paths["status"], CallStatus="completed", CallDuration="40")
        self.assertEqual(self.result(), ("promise", "debtor", "delivered"))
        self.assertEqual(self.call.promise_id.date, days(3))

    def test_what_is_not_signed_is_refused(self):
        good = self.sign(
            "https://odoo.example.com" + self.paths["status"],
            {"CallSid": self.sid, "AccountSid": ACCOUNT, "CallStatus": "completed"},
        )
        answers = [
            self.post(self.paths["status"], CallStatus="completed", **values)
            for values in (
                {"secret": "another"},
                {"signature": ""},
                {"signature": good[:-4]},
                {"signature": good.swapcase()},
                {"signature": good, "Extra": "1"},
                {"AccountSid": "AC" + "0" * 32},
                {"CallSid": "x"},
            )
        ]
        # a signature for one address is none for another
        answers.append(
            self.post(self.paths["twiml"], CallStatus="completed", signature=good)
        )
        for answer in answers:
            self.assertEqual((answer.status_code, answer.content), (403, b""))
        self.assertEqual(self.call.state, "calling")
        self.assertFalse(self.call.event_ids)

    def test_a_token_that_is_none_is_refused_alike(self):
        token = self.paths["status"].split("/")[3]
        for forged in (token[:-2] + "AA", "x", "AQ", "%00", token[:20], "é"):
            with self.subTest(token=forged):
                answer = self.post(f"/debt/voice/{forged}/status", CallStatus="busy")
                self.assertEqual((answer.status_code, answer.content), (403, b""))

    def test_a_token_expires(self):
        with freeze_time(NOON + timedelta(days=2)):
            answer = self.post(self.paths["status"], CallStatus="completed")
        self.assertEqual(answer.status_code, 403)

    def test_without_a_secret_nothing_is_accepted(self):
        self.company.debt_voice_secret = False
        for secret in ("", "False"):
            answer = self.post(self.paths["status"], secret, CallStatus="completed")
            self.assertEqual(answer.status_code, 403)

    def test_a_replay_changes_nothing(self):
        self.post(self.paths["twiml"], AnsweredBy="human")
        menu = self.paths["menu"]
        self.post(menu + "?step=hello", Digits="1")
        for _time in range(5):
            answer = self.post(menu + "?step=account", Digits="1")
            self.assertEqual(answer.status_code, 200)
        self.assertEqual(len(self.call.case_id.promise_ids), 1)
        self.assertEqual(len(self.call.event_ids), 3)

    def test_nonsense_does_no_harm(self):
        bodies = (
            b"",
            b"\xff\xfe\x00",
            b"CallSid=" + b"C" * 5000,
            b"&".join(b"a=%d" % number for number in range(2000)),
            b'{"CallSid": ["' + b"[" * 5000,
            b"CallSid=%00&AccountSid=%ff",
        )
        for body in bodies:
            for kind in (
                "application/x-www-form-urlencoded",
                "application/json",
                "multipart/form-data; boundary=x",
                "text/plain",
            ):
                with self.subTest(body=body[:20], kind=kind):
                    answer = self.url_open(
                        self.paths["status"],
                        data=body,
                        headers={"Content-Type": kind, "X-Twilio-Signature": "x"},
                        method="POST",
                    )
                    self.assertGreaterEqual(answer.status_code, 400)
                    self.assertLess(answer.status_code, 500)
        self.assertFalse(self.call.event_ids)

    def test_a_long_body_is_not_read(self):
        answer = self.post(self.paths["status"], CallStatus="x" * 20_000)
        self.assertIn(answer.status_code, (400, 403, 413))
        self.assertFalse(self.call.event_ids)

    def test_odd_values_of_a_signed_request_are_taken_as_text(self):
        for params in (
            {"CallStatus": "<b>" * 20, "CallDuration": "9" * 50, "ErrorCode": "-1"},
            {"CallStatus": "completed'; DROP TABLE", "AnsweredBy": "é" * 90},
            {"CallStatus": "٣", "CallDuration": "٣"},
        ):
            answer = self.post(self.paths["status"], **params)
            self.assertEqual(answer.status_code, 200)
        for step in ("", "nothing", "__class__", "promise"):
            answer = self.post(self.paths["menu"] + f"?step={step}", Digits="9#*")
            self.assertEqual(answer.status_code, 200)
            self.assertIn(b"<Hangup/>", answer.content)
        self.assertEqual((self.call.state, self.call.duration), ("calling", 0))

    def test_only_posts_are_answered(self):
        for path in self.paths.values():
            self.assertEqual(self.url_open(path).status_code, 405)
