import json
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import WA_ID
from .fake_graph import PHONE_NUMBER, WABA
from .inbox_common import BSUID, NOON, InboxCommon

MIXIN = "odoo.addons.debt_collection_whatsapp.models.inbox.debt_whatsapp_inbox_mixin"
TURNS = "odoo.addons.debt_collection_whatsapp.models.inbox.debt_whatsapp_conversation"


def after(**values):
    return NOON + timedelta(**values)


@tagged("post_install", "-at_install")
class TestInbox(InboxCommon):
    """What Meta told becomes messages, reports and turns, once each."""

    # === MESSAGES === #

    def test_a_text_becomes_a_message_of_a_person(self):
        event = self.hear(self.written())
        self.assertEqual((event.state, event.kind, event.count), ("done", "message", 1))
        message = self.messages.search([])
        self.assertEqual(message.body, "ya pague ayer")
        self.assertEqual(message.content["text"], {"body": "ya pague ayer"})
        self.assertEqual(message.moment, NOON)
        self.assertEqual(message.company_id, self.company)
        conversation = message.conversation_id
        self.assertEqual(conversation.last_inbound, NOON)
        self.assertEqual(conversation.window_until, after(hours=24))
        identity = conversation.identity_id
        self.assertEqual((identity.bsuid, identity.wa_id), (BSUID, WA_ID))
        self.assertEqual(identity.profile_name, "Marta R.")

    def test_the_same_message_in_two_events_is_one(self):
        self.hear(self.written())
        event = self.hear(self.written(), self.written(wamid="wamid.IN2"))
        self.assertEqual(event.state, "done")
        self.assertEqual(len(self.messages.search([])), 2)

    def test_who_hides_their_number_is_known_by_their_identifier(self):
        hidden = {"wa_id": None, "profile": {"name": "Marta", "username": "marta.r"}}
        self.hear(self.written(contact=hidden))
        identity = self.people.search([])
        self.assertEqual((identity.bsuid, identity.wa_id), (BSUID, False))
        self.assertEqual(identity.username, "marta.r")

    def test_late_news_does_not_take_the_window_back(self):
        self.write_in("hoy", timestamp="1780333200")
        self.write_in("de ayer", timestamp="1780246800")
        conversation = self.messages.search([], limit=1).conversation_id
        self.assertEqual(conversation.last_inbound, NOON)
        self.assertEqual(len(conversation.message_ids), 2)

    def test_our_number_and_our_account_or_it_is_ignored(self):
        for options in ({"waba": "1"}, {"number": "1"}, {"waba": ""}, {"number": None}):
            event = self.hear(self.written(), **options)
            self.assertEqual(event.state, "ignored", options)
        self.assertFalse(self.messages.search([]))

    def test_the_number_of_another_app_is_not_ours(self):
        app = self.app.sudo().copy({"app_id": "10000001", "name": "Other"})
        self.new_account(
            app_id=app.id,
            waba_id="70000007",
            phone_number_id="80000008",
            name="Other app",
        )
        event = self.hear(self.written(), waba="70000007", number="80000008")
        self.assertEqual(event.state, "ignored")

    def test_two_companies_have_conversations_of_their_own_with_one_person(self):
        other = self.env["res.company"].create({"name": "Other", "debt_tz": "UTC"})
        self.new_account(other, waba_id=WABA, phone_number_id="22222222", name="Other")
        self.hear(self.written())
        self.hear(self.written(wamid="wamid.B"), number="22222222")
        conversations = self.messages.search([]).conversation_id
        self.assertEqual(conversations.company_id, self.company | other)
        self.assertEqual(len(conversations.identity_id), 1)

    def test_what_people_write_is_data(self):
        for number, text in enumerate(
            (
                "<script>alert(1)</script> ${object.x} <t t-out='1'/>",
                "%(name)s {0} %s",
                "x" * 65_536,
                "\u202eodatse etse\u202c",
                "caf\u00e9 \U0001f600 \u200f\u05d0",
                "\ud800\x00",
            )
        ):
            value = self.written(text, f"wamid.T{number}")
            raw = json.dumps(
                json.loads(self.graph.event(self.written("T", f"wamid.T{number}")))
            ).replace('"T"', json.dumps(value["messages"][0]["text"]["body"]))
            event = self.hear(raw.encode())
            self.assertEqual(event.state, "done", text[:20])
        bodies = self.messages.search([], order="id").mapped("body")
        self.assertIn("<script>", bodies[0])
        self.assertEqual(len(bodies[2]), 65_536)
        self.assertEqual(bodies[3], "odatse etse")
        self.assertNotIn("\x00", bodies[5])

    def test_markup_is_escaped_on_the_case(self):
        self.invoice()
        self.run_on()
        self.write_in("<b>x</b> <script>alert(1)</script>")
        said = self.case_of().message_ids.filtered(lambda m: "WhatsApp" in m.body)
        self.assertIn("&lt;script&gt;", said.body)

    def test_every_kind_is_stored(self):
        for kind in ("image", "audio", "sticker", "location", "contacts", "dance"):
            message = self.write_in(type=kind, **{kind: {"id": "1"}, "text": None})
            self.assertEqual(message.kind, kind if kind != "dance" else "unsupported")
        # these open the window, and nobody waits for an answer
        for kind in ("reaction", "system"):
            self.assertTrue(self.write_in(type=kind).turn_date)

    # === ONE LOSES NO OTHER === #

    @mute_logger(MIXIN)
    def test_one_broken_update_loses_no_other(self):
        registry = self.env.registry["debt.whatsapp.message"]
        take_in = registry._take_in

        def fragile(self, account, element, received, now):
            if element.value["id"] == "wamid.2":
                self.env.cr.execute("SELECT 1 / 0")
            return take_in(self, account, element, received, now)

        values = [self.written(wamid=f"wamid.{n}") for n in range(4)]
        with patch.object(registry, "_take_in", fragile):
            event = self.hear(*values)
        self.assertEqual(event.state, "partial")
        self.assertIn("DivisionByZero", event.error)
        self.assertEqual(event.left, [[[0, 2, "messages", 0], "failed"]])
        self.assertEqual(len(self.messages.search([])), 3)
        # somebody mended it
        event.with_user(self.env.ref("base.user_admin")).action_work_again()
        self.work(after(days=400))
        self.assertEqual((event.state, event.error), ("done", False))
        self.assertEqual(len(self.messages.search([])), 4)

    def test_only_administrators_work_an_event_again(self):
        event = self.hear(self.written())
        with self.assertRaises(AccessError):
            event.with_user(self.agent).action_work_again()
        with self.assertRaises(AccessError):
            event.with_user(self.agent).read(["body"])

    def test_nothing_is_lost_when_everything_breaks(self):
        """The job goes on with the next event."""
        broken = self.graph.event({"messages": "no list", "contacts": 7})
        self.hear(broken)
        event = self.hear(self.written())
        self.assertEqual(event.state, "done")

    # === REPORTS === #

    def reports(self, count, first=0):
        statuses = [
            {"id": f"wamid.OUT{n}", "status": "sent", "timestamp": "1780333200"}
            for n in range(first, first + count)
        ]
        return {"statuses": statuses}

    def test_a_thousand_reports_are_merged_in_one_go(self):
        merged = []

        def merge(messages, account, status, now):
            merged.append(status["id"])
            return True

        with self.merging(merge):
            event = self.hear(self.reports(1000))
        self.assertEqual((event.state, event.count), ("done", 1000))
        self.assertEqual(merged, [f"wamid.OUT{n}" for n in range(1000)])

    @mute_logger(MIXIN)
    def test_a_broken_report_loses_no_other_of_its_batch(self):
        merged = set()

        def merge(messages, account, status, now):
            if status["id"] == "wamid.OUT57":
                raise ValueError("broken")
            merged.add(status["id"])
            return True

        with self.merging(merge):
            event = self.hear(self.reports(250))
        self.assertEqual(event.state, "partial")
        self.assertEqual(event.left, [[[0, 0, "statuses", 57], "failed"]])
        self.assertEqual(len(merged), 249)

    def test_reports_of_unknown_messages_are_tried_for_a_day(self):
        known = set()

        def merge(messages, account, status, now):
            return status["id"] in known

        with self.merging(merge):
            event = self.hear(self.reports(2))
            self.assertEqual(event.state, "unmatched")
            self.assertEqual(event.next_try, after(minutes=1))
            known.add("wamid.OUT0")
            self.work(after(seconds=30))
            self.assertEqual(len(event.left), 2)
            self.work(after(minutes=2))
            self.assertEqual(event.left, [[[0, 0, "statuses", 1], "unmatched"]])
            self.assertEqual(event.next_try, after(minutes=7))
            for hours in (1, 2, 10, 23):
                self.work(after(hours=hours))
                self.assertEqual(event.state, "unmatched")
            self.work(after(hours=30))
        self.assertEqual(event.state, "done")
        self.assertFalse(event.next_try or event.left)

    def test_a_report_before_the_message_finds_it_later(self):
        with self.merging(lambda *_args: False):
            event = self.hear(self.reports(1))
            self.work(after(hours=25))
        # nothing in it was ours
        self.assertEqual(event.state, "ignored")

    # === EVERYTHING ELSE === #

    def test_each_field_goes_to_whom_it_concerns(self):
        told = []

        def note(name):
            return lambda records, *args: told.append((name, records, args))

        registry = self.env.registry
        account, template = "debt.whatsapp.account", "debt.whatsapp.template"
        with (
            patch.object(registry[account], "_on_update", note("account"), create=True),
            patch.object(registry[account], "_on_error", note("error"), create=True),
            patch.object(registry[template], "_on_update", note("text"), create=True),
        ):
            for field in (
                "message_template_status_update",
                "message_template_quality_update",
                "template_category_update",
                "message_template_components_update",
            ):
                self.assertEqual(self.hear({"event": field}, field=field).state, "done")
            for field in (
                *("account_update", "account_alerts", "account_review_update"),
                *("business_capability_update", "phone_number_quality_update"),
                *("phone_number_name_update", "security"),
            ):
                self.assertEqual(self.hear({"event": field}, field=field).state, "done")
            self.hear({"errors": [{"code": 131042}]})
        kinds = [name for name, _records, _args in told]
        self.assertEqual(kinds, ["text"] * 4 + ["account"] * 7 + ["error"])
        self.assertEqual(
            told[0][2][:2], (self.account, "message_template_status_update")
        )
        self.assertEqual(told[4][1], self.account)
        kind, error, _now = told[-1][2]
        self.assertEqual((kind, error.code), ("account", 131042))

    def test_what_nobody_knows_is_kept_and_counted(self):
        for field in ("business_username_update", "user_id_update", "tomorrow"):
            event = self.hear({"a": 1}, field=field)
            self.assertEqual((event.state, event.kind), ("ignored", field))
        groups = self.events._read_group(
            [("state", "=", "ignored")], ["kind"], ["__count"]
        )
        self.assertEqual(dict(groups)["tomorrow"], 1)

    def test_who_wants_no_marketing_gets_reminders_all_the_same(self):
        value = {
            "metadata": {"phone_number_id": PHONE_NUMBER},
            "contacts": [{"wa_id": WA_ID, "user_id": BSUID}],
            "user_preferences": [
                {
                    "wa_id": WA_ID,
                    "category": "marketing_messages",
                    "detail": "User requested to stop marketing messages",
                    "value": "stop",
                }
            ],
        }
        self.assertEqual(self.hear(value, field="user_preferences").state, "done")
        consent = self.env["debt.contact.consent"].search(
            [("purpose", "=", "marketing")]
        )
        self.assertEqual((consent.state, consent.address), ("withdrawn", WA_ID))
        self.assertFalse(consent._is_withdrawn(self.company, WA_ID, "whatsapp"))

    # === TURNS === #

    def test_what_follows_quickly_is_answered_together(self):
        self.write_in("hola")
        self.assertEqual(self.work(after(seconds=3)), 2)
        self.write_in("ya pagué", now=after(seconds=3))
        self.assertFalse(self.turns)
        self.assertIsNone(self.work(after(seconds=8)))
        ((conversation, messages, now),) = self.turns
        self.assertEqual(messages.mapped("body"), ["hola", "ya pagué"])
        self.assertEqual(now, after(seconds=8))
        self.assertEqual(conversation, messages.conversation_id)
        self.work(after(seconds=60))
        self.assertEqual(len(self.turns), 1)

    def test_in_the_order_in_which_it_was_written(self):
        self.write_in("segundo", timestamp="1780333202", now=after(seconds=5))
        self.write_in("primero", timestamp="1780333201", now=after(seconds=6))
        self.work(after(minutes=1))
        bodies = self.turns[0][1].mapped("body")
        self.assertEqual(bodies, ["primero", "segundo"])

    def test_a_turn_that_fails_asks_for_a_person(self):
        self.write_in("hola")

        def broken(*_args):
            raise ValueError("a mistake of ours")

        registry = self.env.registry["debt.whatsapp.conversation"]
        with patch.object(registry, "_take_turn", broken), mute_logger(TURNS):
            self.work(after(minutes=1))
        message = self.messages.search([])
        self.assertIn("a mistake of ours", message.turn_error)
        self.assertEqual(message.conversation_id.waits_since, after(minutes=1))
        self.work(after(minutes=2))
        self.assertFalse(self.turns)

    # === KEEPING === #

    def test_events_are_deleted_after_the_days_of_the_app(self):
        old = self.hear(self.written())
        new = self.hear(self.written(wamid="wamid.2"))
        unread = self.hear(self.written(wamid="wamid.3"))
        old.received = NOON - timedelta(days=40)
        unread.write({"received": old.received, "state": "new"})
        with freeze_time(NOON):
            self.events._gc_events()
        self.assertFalse(old.exists())
        self.assertTrue(new.exists() and unread.exists())
        self.assertEqual(len(self.messages.search([])), 3)
