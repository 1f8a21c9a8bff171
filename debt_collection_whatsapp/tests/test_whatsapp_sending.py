from datetime import timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import MOBILE, WA_ID
from .fake_graph import HELD, TOKEN
from .sending_common import NOON, SendingCommon, days, minutes

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@freeze_time(NOON)
@tagged("post_install", "-at_install")
class TestWhatsappChannel(SendingCommon):
    """Which customer gets which message, and what becomes of the others."""

    def test_a_reminder_leaves_by_template_and_arrives(self):
        message = self.reminded()
        action = message.action_id
        self.assertEqual(action.address, MOBILE)
        self.work()
        (sent,) = self.graph.sent
        self.assertEqual((sent["to"], sent["type"]), (WA_ID, "template"))
        self.assertEqual(
            sent["biz_opaque_callback_data"], f"dcw1:{message.uuid}", "our name of it"
        )
        self.assertEqual(sent["template"]["name"], "dc_overdue_notice_v1")
        self.assertIn("100.00", str(sent["template"]["components"]))
        self.assertEqual(message.state, "accepted")
        self.assertEqual(message.wamid, self.graph.wamid())
        self.assertEqual((action.state, action.delivery), ("sent", "accepted"))
        self.assertTrue(self.report(message, "delivered"))
        self.assertEqual((message.state, action.delivery), ("delivered", "delivered"))
        self.assertEqual(self.identity.wa_id, WA_ID, "as Meta writes it")
        self.assertEqual(action.case_id.last_message_day, days(0))

    def test_nobody_reads_the_secret_of_the_link_later(self):
        message = self.reminded()
        self.assertIn("100.00", message.body)
        self.assertIn("100.00", message.action_id.mail_message_id.body)
        self.work()
        (sent,) = self.graph.sent
        button = [
            part
            for part in sent["template"]["components"]
            if part.get("sub_type") == "url"
        ]
        secret = button[0]["parameters"][0]["text"]
        case = self.env["debt.link"].sudo()._find(secret, NOON)
        self.assertEqual(case, message.case_id, "it opens the page")
        read = str(message.read()) + str(message.action_id.read())
        self.assertNotIn(secret, read)
        self.assertNotIn(secret, message.action_id.mail_message_id.body)
        self.assertNotIn(TOKEN, read)

    def test_the_buttons_bring_back_the_token_of_the_message(self):
        message = self.reminded()
        self.assertTrue(message.token)
        self.assertIn(f"dc1:paid:{message.token}", str(message.content))

    def test_who_has_not_confirmed_the_number_reads_no_amounts(self):
        self.link.state = "suggested"
        message = self.reminded()
        self.assertEqual(message.content["template"]["name"], "dc_account_notice_v1")
        self.assertNotIn("100.00", str(message.content))
        self.work()
        self.assertNotIn("recipient_identity_key_hash", self.graph.sent[0])

    def test_the_mark_of_the_number_goes_along_where_it_is_known(self):
        self.identity.identity_hash = "abc"
        self.reminded()
        self.work()
        self.assertEqual(self.graph.sent[0]["recipient_identity_key_hash"], "abc")

    def test_who_hides_the_number_is_reached_by_identifier(self):
        self.identity.write({"phone": False, "wa_id": False, "bsuid": "CO.1349"})
        self.debtor.phone = False
        self.reminded()
        self.work()
        self.assertEqual(self.graph.sent[0]["recipient"], "CO.1349")

    def assertUnreachable(self, reason):
        self.invoice(100, due=days(-5))
        action = self.actions_of(self.run_on()).filtered(
            lambda a: a.channel == "whatsapp"
        )
        self.assertEqual((action.state, action.reason), ("skipped", reason))
        return self.actions_of(self.run_on()) - action

    def tasks(self):
        return self.env["debt.action"].search([("purpose", "=", "fix_phone")])

    def test_without_a_number_somebody_mends_it(self):
        self.debtor.phone = False
        self.people().search([]).link_ids.unlink()
        self.assertUnreachable("no_address")
        self.assertEqual(len(self.tasks()), 1)

    def test_without_an_approved_message_nobody_mends_the_number(self):
        self.env["debt.whatsapp.template"].sudo().search([]).status = "PAUSED"
        self.assertUnreachable("no_template")
        self.assertFalse(self.tasks())

    def test_a_number_that_is_not_set_up_is_none(self):
        self.account.sudo().state = "draft"
        self.assertUnreachable("whatsapp_closed")
        self.assertFalse(self.tasks())

    def test_a_number_on_the_blacklist_is_none(self):
        self.env["phone.blacklist"].sudo()._add([MOBILE])
        self.assertUnreachable("blacklisted")

    def test_the_number_of_somebody_else_is_none(self):
        self.link.state = "wrong_person"
        self.assertUnreachable("wrong_number")

    def test_who_was_not_there_twice_is_not_there(self):
        self.identity.write({"strikes": 2, "last_strike": NOON - timedelta(days=1)})
        self.assertUnreachable("not_on_whatsapp")
        self.assertFalse(self.tasks())

    def test_managers_block_and_unblock(self):
        self.invoice(10, due=days(20))
        self.run_on()
        self.conversation(wrote=NOON)
        manager = self.new_user("blocker", "debt_collection.group_debt_manager")
        with self.assertRaises(AccessError):
            self.identity.with_user(self.agent).action_block()
        self.identity.with_user(manager).action_block()
        self.assertEqual(self.graph.blocked, {"573001234567"})
        self.assertIn("blocked", self.case_of().message_ids[0].body)
        self.assertUnreachable("not_on_whatsapp")
        self.identity.with_user(manager).action_unblock()
        self.assertFalse(self.graph.blocked or self.identity.blocked)

    def test_who_is_not_blocked_at_meta_is_not_blocked_here(self):
        self.conversation(wrote=NOON)
        manager = self.new_user("blocker", "debt_collection.group_debt_manager")
        self.graph.script(131000, node="block_users")
        with self.assertRaises(UserError):
            self.identity.with_user(manager).action_block()
        self.assertFalse(self.identity.blocked)

    def test_whoever_writes_is_there_again(self):
        self.identity.write({"strikes": 2, "last_strike": NOON - timedelta(days=1)})
        self.conversation(wrote=NOON - timedelta(hours=1))
        self.reminded()

    def of_all_kinds(self, count):
        """Return planned actions to customers who are reached, or not, in every way."""
        self.strategy.mode = "approve"
        company, portfolio = self.company, self.account.sudo()._portfolio()
        for number in range(count):
            phone = f"+57 301 555 {number:04}"
            partner = self.new_debtor(f"Cliente {number}", phone=phone)
            self.invoice(100, due=days(-5), partner=partner)
            identity = self.people()._of_partner(self.account, partner).sudo()
            link = identity._link(partner, company)
            kind = number % 6
            link.state = ("suggested", "confirmed", "wrong_person")[number % 3]
            if kind == 3:
                # no number of ours: known by what they wrote
                partner.phone = False
                link.state = "linked"
            elif kind == 4:
                identity.write({"strikes": 2, "last_strike": NOON})
            elif kind == 5:
                # the same number, somebody else's
                other = self.people().create(
                    {"portfolio": portfolio, "wa_id": f"x{number}"}
                )
                other.phone = identity.phone
                identity.link_ids.unlink()
        return self.actions_of(self.run_on()).filtered(
            lambda action: action.channel == "whatsapp"
        )

    def test_many_are_looked_up_together_as_each_alone(self):
        actions = self.of_all_kinds(18)
        channel = self.env["debt.channel.whatsapp"]
        together = channel._found(actions)
        alone = {action: channel._found(action)[action] for action in actions}
        self.assertEqual(together, alone)
        reasons = {reason for _address, reason in alone.values()}
        self.assertEqual(reasons, {None, "wrong_number", "not_on_whatsapp"})

    def test_many_take_the_queries_of_few(self):
        actions = self.of_all_kinds(18)
        channel, counts = self.env["debt.channel.whatsapp"], []
        for some in (actions[:6], actions[:6], actions):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            channel._found(some.with_prefetch())
            counts.append(self.env.cr.sql_log_count - before)
        # the first time fills the caches of Odoo; not every kind is among the few
        self.assertLess(counts[2] - counts[1], 4, "twelve more, and no query for each")

    def test_the_next_channel_says_it_instead(self):
        self.env["debt.whatsapp.template"].sudo().search([]).status = "PAUSED"
        self.env["debt.strategy.step.fallback"].create(
            {"step_id": self.strategy.step_ids.id, "channel": "email"}
        )
        self.invoice(100, due=days(-5))
        action = self.actions_of(self.run_on())
        self.assertEqual((action.channel, action.state), ("email", "sent"))
        self.assertEqual(
            action.tried, [{"channel": "whatsapp", "reason": "no_template"}]
        )
        self.assertFalse(self.tasks())

    def test_test_mode_sends_to_the_test_phone(self):
        self.company.write(
            {
                "debt_test_mode": True,
                "debt_test_email": "me@example.com",
                "debt_test_phone": "+57 310 000 0000",
            }
        )
        message = self.reminded()
        self.work()
        self.assertEqual(self.graph.sent[0]["to"], "573100000000")
        self.assertTrue(message.is_test)
        self.assertTrue(message.action_id.is_test)
        self.assertFalse(self.identity.wa_id, "that is not the customer's")

    def test_what_is_shown_is_what_leaves(self):
        self.strategy.mode = "approve"
        self.invoice(100, due=days(-5))
        action = self.actions_of(self.run_on())
        self.assertEqual(action.state, "approve")
        self.assertIn("100.00", action.preview)
        self.assertFalse(self.messages.search([]))

    def test_without_the_addon_it_is_a_text_message(self):
        message = self.reminded()
        step = message.action_id.step_id
        self.env["debt.strategy.step.fallback"].create(
            {"step_id": step.id, "channel": "sms"}
        )
        step._whatsapp_becomes_sms()
        self.assertEqual((step.channel, step.track), ("sms", "message"))
        self.assertFalse(step.fallback_ids.exists())


@freeze_time(NOON)
@tagged("post_install", "-at_install")
class TestWhatsappQueue(SendingCommon):
    """What happens between the queue and WhatsApp."""

    def assertNotSent(self, message, state, reason):
        self.work()
        self.assertFalse(self.graph.sent)
        self.assertEqual((message.state, message.reason), (state, reason))

    # === THE LAST LOOK === #

    def test_who_paid_meanwhile_gets_nothing(self):
        message = self.reminded()
        self.pay(self.overdue)
        self.assertNotSent(message, "cancelled", "debt")
        self.assertEqual(message.action_id.state, "skipped")

    def test_who_paid_a_part_reads_what_is_left(self):
        message = self.reminded()
        self.pay(self.overdue, 40)
        self.assertNotSent(message, "cancelled", "changed")
        action = message.action_id
        self.assertEqual(action.state, "planned")
        self.dispatch()
        self.work()
        self.assertIn("60.00", str(self.graph.sent[0]["template"]))
        self.assertEqual(self.message_of(action).mapped("state")[-1], "accepted")

    def test_who_stopped_the_messages_gets_none(self):
        message = self.reminded()
        self.env["debt.contact.consent"]._withdraw(MOBILE, "whatsapp", "said so")
        self.assertNotSent(message, "cancelled", "opted_out")
        self.assertEqual(message.action_id.state, "skipped")

    def test_whose_number_it_is_not_gets_none(self):
        message = self.reminded()
        self.link.state = "wrong_person"
        self.assertNotSent(message, "cancelled", "wrong_person")

    def test_a_template_that_was_paused_gives_way_to_another_way(self):
        message = self.reminded()
        message.template_id.status = "PAUSED"
        self.assertNotSent(message, "cancelled", "template")
        self.assertEqual(message.action_id.state, "planned")

    def test_a_number_that_is_left_alone_keeps_its_queue(self):
        message = self.reminded()
        self.account.sudo().state = "suspended"
        self.assertNotSent(message, "queued", "breaker")
        self.assertGreater(message.next_try, NOON)
        self.account.sudo().state = "ready"
        with freeze_time(message.next_try):
            self.work()
        self.assertEqual(len(self.graph.sent), 1)

    def test_a_reminder_is_of_its_day(self):
        self.env["debt.strategy.step.fallback"].create(
            {"step_id": self.strategy.step_ids.id, "channel": "email"}
        )
        message = self.reminded()
        with freeze_time(NOON + timedelta(hours=13)):
            self.assertNotSent(message, "expired", "late")
        action = message.action_id
        self.assertEqual((action.channel, action.state), ("email", "planned"))

    def test_the_contact_policies_are_asked_again(self):
        message = self.reminded()
        self.env["debt.contact.policy"].create(
            {
                "name": "Mornings",
                "applies_to": "all",
                "public_holidays": False,
                "window_ids": [
                    Command.create(
                        {
                            **dict.fromkeys(WEEK, True),
                            "hour_from": 8.0,
                            "hour_to": 11.0,
                        }
                    )
                ],
            }
        )
        self.assertNotSent(message, "queued", "policy")
        self.assertEqual(message.next_try, NOON + timedelta(hours=20))
        self.assertEqual(message.action_id.contact_day, days(1))
        self.assertGreater(message.valid_until, message.next_try)

    def test_test_mode_that_began_meanwhile(self):
        message = self.reminded()
        self.company.write(
            {
                "debt_test_mode": True,
                "debt_test_email": "me@example.com",
                "debt_test_phone": "+57 310 000 0000",
            }
        )
        self.assertNotSent(message, "cancelled", "changed")

    # === PACE === #

    def test_the_same_person_gets_them_one_after_another(self):
        conversation = self.conversation(wrote=NOON)
        for number in range(6):
            self.answered(f"n {number}", conversation=conversation)
        self.work()
        self.assertEqual(len(self.graph.sent), 5)
        waiting = self.messages.search([("state", "=", "queued")])
        self.assertEqual(waiting.reason, "pair")
        self.assertEqual(waiting.next_try, NOON + timedelta(seconds=6))
        with freeze_time(waiting.next_try):
            self.work()
        bodies = [sent["text"]["body"] for sent in self.graph.sent]
        self.assertEqual(bodies, [f"n {number}" for number in range(6)])

    def test_no_more_than_so_many_a_second(self):
        self.account.sudo().rate = 2
        for number in range(4):
            partner = self.new_debtor(
                f"Debtor{number}", phone=f"+57 300 555 000{number}"
            )
            conversation = self.conversation(partner, wrote=NOON)
            self.answered("x", conversation=conversation)
        self.work()
        self.assertEqual(len(self.graph.sent), 2)
        waiting = self.messages.search([("state", "=", "queued")])
        self.assertEqual(waiting.mapped("reason"), ["rate", "rate"])

    def test_reminders_leave_room_for_confirmations(self):
        account = self.account.sudo()
        account.write({"daily_limit": 2, "limit_known": True})
        other = self.new_debtor("Other", phone="+57 300 555 0001")
        self.invoice(50, due=days(-5), partner=other)
        message = self.reminded()
        self.work()
        self.assertEqual(len(self.graph.sent), 1, "70 % of two")
        waiting = self.messages.search([("state", "=", "queued")])
        self.assertEqual(waiting.reason, "limit")
        waiting.write({"priority": 10, "next_try": False})
        self.work()
        self.assertEqual(len(self.graph.sent), 2)
        self.assertTrue(message)

    def test_answers_go_before_reminders(self):
        self.reminded()
        other = self.new_debtor("Other", phone="+57 300 555 0001")
        self.answered("first", conversation=self.conversation(other, wrote=NOON))
        self.work()
        self.assertEqual([s["type"] for s in self.graph.sent], ["text", "template"])

    def test_a_long_queue_does_not_hold_up_another_number(self):
        second = self.another_company()
        partner = self.new_debtor("Other", phone="+57 300 555 0009")
        for number in range(3):
            self.answered(f"n {number}")
        late = self.answered(
            "other",
            conversation=self.conversation(partner, account=second, wrote=NOON),
        )
        due = self.messages._due(NOON)
        self.assertEqual(list(due).index(late), 1)
        self.assertEqual(self.messages._due(NOON, limit=1), due[:2])

    # === FREE TEXT === #

    def test_free_text_leaves_within_a_day(self):
        message = self.answered(conversation=self.conversation(wrote=NOON))
        with freeze_time(NOON + timedelta(hours=23, minutes=57)):
            self.work()
        self.assertEqual(self.graph.sent[0]["text"]["body"], "Gracias")
        self.assertEqual(message.state, "accepted")

    def test_after_a_day_the_assistant_says_nothing(self):
        message = self.answered(conversation=self.conversation(wrote=NOON))
        with freeze_time(NOON + timedelta(hours=23, minutes=58)):
            self.assertNotSent(message, "expired", "window")

    def test_after_a_day_an_agent_s_answer_is_announced(self):
        self.reminded()
        self.work()
        message = self.answered(
            author="agent", user=self.agent, conversation=self.conversation(wrote=NOON)
        )
        with freeze_time(NOON + timedelta(hours=25)):
            self.work()
            self.work()
        self.assertEqual((message.state, message.reason), ("expired", "replaced"))
        self.assertEqual(self.graph.sent[-1]["template"]["name"], "dc_case_update_v1")
        announced = self.messages.search([("again_of_id", "=", message.id)])
        self.assertEqual((announced.state, announced.author), ("accepted", "agent"))

    def test_what_the_assistant_meant_to_say_ends_when_a_person_takes_over(self):
        conversation = self.conversation(wrote=NOON)
        mine = self.answered(conversation=conversation)
        theirs = self.answered(author="agent", conversation=conversation)
        gone = self.messages._cancel_waiting(conversation, "taken_over", NOON)
        self.assertEqual(gone, mine)
        self.assertEqual((mine.state, theirs.state), ("cancelled", "queued"))

    def test_a_stop_takes_everything_out_of_the_queue(self):
        message = self.reminded()
        answer = self.answered(conversation=message.conversation_id)
        self.messages._cancel_waiting(message.conversation_id, "opted_out", NOON)
        self.assertEqual((message + answer).mapped("state"), ["cancelled", "cancelled"])
        action = message.action_id
        self.assertEqual((action.state, action.reason), ("skipped", "opted_out"))

    def test_too_much_is_refused_at_once(self):
        with self.assertRaisesRegex(ValidationError, "4096"):
            self.answered("x" * 4097)
        with self.assertRaisesRegex(ValidationError, "missing"):
            self.answered(" ")

    def test_what_is_quoted(self):
        first = self.answered("one")
        self.work()
        second = self.answered("two", reply_to=first)
        with freeze_time(NOON + timedelta(seconds=30)):
            self.work()
        self.assertEqual(
            self.graph.sent[1]["context"], {"message_id": first.wamid}, second.state
        )

    # === FILES === #

    def a_file(self):
        return (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {"name": "FV-1.pdf", "raw": b"%PDF-1.4", "mimetype": "application/pdf"}
            )
        )

    def a_document(self, **values):
        file = self.a_file()
        return self.messages._enqueue(
            self.conversation(wrote=NOON),
            {
                "type": "document",
                "document": {"attachment_id": file.id, "filename": file.name},
            },
            author="agent",
            body="FV-1.pdf",
            now=NOON,
            priority=0,
            **values,
        )

    def test_files_are_left_with_whatsapp_first(self):
        message = self.a_document()
        self.work()
        (ref,) = self.graph.media
        self.assertEqual(self.graph.media[ref][2], b"%PDF-1.4")
        sent = self.graph.sent[0]["document"]
        self.assertEqual(sent, {"id": ref, "filename": "FV-1.pdf"})
        self.assertEqual(message.state, "accepted")

    def test_a_file_that_is_not_taken_costs_the_message_nothing(self):
        message = self.a_document()
        self.graph.script(131016, node="media")
        self.work()
        self.assertFalse(self.graph.sent)
        self.assertEqual((message.state, message.error_code), ("queued", 131016))
        with freeze_time(message.next_try):
            self.work()
        self.assertEqual(message.state, "accepted")

    def test_a_file_is_left_once_however_often_it_is_offered(self):
        message = self.a_document()
        self.graph.script(131016)
        self.work()
        self.assertEqual(message.state, "queued")
        with freeze_time(message.next_try):
            self.work()
        self.assertEqual(len(self.graph.media), 1)
        self.assertEqual(message.state, "accepted")

    # === ANSWERS === #

    def test_what_is_held_may_leave_later(self):
        message = self.reminded()
        self.graph.script(HELD)
        self.work()
        self.assertEqual(message.state, "held")
        self.report(message, "sent")
        self.assertEqual(message.state, "sent")

    def test_no_second_copy_by_working_twice(self):
        self.reminded()
        self.work()
        self.work()
        self.assertEqual(len(self.graph.sent), 1)

    def test_two_companies_write_to_the_same_person(self):
        second = self.another_company()
        theirs = self.conversation(account=second, wrote=NOON)
        ours = self.conversation(wrote=NOON)
        self.assertNotEqual(theirs, ours)
        message = self.answered("ours", conversation=ours)
        self.assertEqual(message.company_id, self.company)
        self.env["debt.contact.consent"]._withdraw(
            MOBILE, "whatsapp", "to us", self.company
        )
        other = self.answered("theirs", conversation=theirs)
        self.assertFalse(other._is_opted_out())
        self.assertTrue(message._is_opted_out())

    def test_the_watchdog_sees_a_queue_that_stands_still(self):
        message = self.reminded()
        findings = self.env["debt.finding"].sudo()

        def found(moment):
            self.env.flush_all()
            keys = findings._look(moment)
            return (self.company.id, "queue", "debt.whatsapp.message") in keys

        self.assertFalse(found(minutes(60)))
        self.assertTrue(found(minutes(4 * 60)))
        self.assertEqual(self.messages._debt_waiting(), message.action_id)
        message.next_try = minutes(24 * 60)
        self.assertFalse(found(minutes(4 * 60)))
