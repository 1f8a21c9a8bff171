from datetime import timedelta
from itertools import permutations

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..logic.message_state import merge
from .sending_common import NOON, SendingCommon, minutes

WORDS = ("sent", "delivered", "read", "failed")


@freeze_time(NOON)
@tagged("post_install", "-at_install")
class TestWhatsappReports(SendingCommon):
    """Reports come twice, late, and in any order."""

    def told(self, words):
        """Return (message, action) of a reminder after these reports."""
        message = self.reminded()
        self.work()
        for number, word in enumerate(words):
            if word == "failed":
                self.report_failed(message, 131026, number)
            else:
                self.report(message, word, number)
        return message, message.action_id

    def test_all_orders_end_alike(self):
        """The 24 orders, each report twice: it was read, whatever failed."""
        for words in permutations(WORDS):
            with self.subTest(words=words), self.env.cr.savepoint() as savepoint:
                message, action = self.told([*words, *words])
                self.assertEqual(message.state, "read")
                self.assertEqual((action.state, action.delivery), ("sent", "delivered"))
                self.assertFalse(action._followers_to_come(), "nobody is told twice")
                self.assertEqual(len(message.status_ids), 8)
                savepoint.rollback()
                self.env.invalidate_all()
                self.graph.clear()

    def test_each_order_of_fewer_reports_is_as_the_rule_says(self):
        for count in (1, 2):
            for words in permutations(WORDS, count):
                with self.subTest(words=words), self.env.cr.savepoint() as savepoint:
                    message, action = self.told(words)
                    state = "accepted"
                    for word in words:
                        state = merge(state, word)
                    self.assertEqual(message.state, state)
                    expected = "failed" if state == "failed" else "sent"
                    self.assertEqual(action.state, expected)
                    savepoint.rollback()
                    self.env.invalidate_all()
                    self.graph.clear()

    def test_a_report_is_noted_once(self):
        message, _action = self.told(["sent"])
        for _time in range(100):
            self.assertTrue(self.report(message, "sent", 0))
        self.assertEqual(message.status_ids.mapped("status"), ["sent"])

    def test_a_report_before_our_own_answer(self):
        message = self.reminded()
        message.write({"state": "sending", "claimed": NOON})
        self.assertTrue(self.report(message, "delivered", id="wamid.EARLY"))
        self.assertEqual((message.state, message.wamid), ("delivered", "wamid.EARLY"))
        answer = {"messages": [{"id": "wamid.EARLY", "message_status": "accepted"}]}
        message._record(answer, None)
        self.assertEqual((message.state, message.wamid), ("delivered", "wamid.EARLY"))

    def test_a_report_of_nobody(self):
        message = self.reminded()
        other = {"id": "wamid.X", "status": "sent", "timestamp": "1"}
        self.assertFalse(self.messages._merge_status(self.account, other, NOON))
        foreign = {**other, "biz_opaque_callback_data": "shop:12"}
        self.assertFalse(self.messages._merge_status(self.account, foreign, NOON))
        self.assertFalse(message.status_ids)

    def test_a_report_to_another_number_is_none_of_it(self):
        message = self.reminded()
        second = self.another_company()
        status = {
            "id": "wamid.X",
            "status": "read",
            "timestamp": "1",
            "biz_opaque_callback_data": f"dcw1:{message.uuid}",
        }
        self.assertFalse(self.messages._merge_status(second, status, NOON))
        self.assertEqual(message.state, "queued")

    def test_many_at_once(self):
        messages = self.messages
        conversation = self.conversation(wrote=NOON)
        for number in range(20):
            messages |= self.answered(f"n {number}", conversation=conversation)
        statuses = [
            {
                "id": f"wamid.{number}",
                "status": word,
                "timestamp": str(1780333200 + number),
                "biz_opaque_callback_data": f"dcw1:{message.uuid}",
            }
            for number, message in enumerate(messages)
            for word in ("delivered", "sent")
        ]
        unknown = {"id": "wamid.none", "status": "sent", "timestamp": "1"}
        left = messages._merge_statuses(self.account, [*statuses, unknown], NOON)
        self.assertEqual(left, [unknown])
        self.assertEqual(set(messages.mapped("state")), {"delivered"})

    def test_nonsense_harms_nobody(self):
        message, _action = self.told(["sent"])
        for values in (
            {"status": "vanished"},
            {"status": None},
            {"timestamp": "soon"},
            {"timestamp": "9" * 30},
            {"errors": "none"},
            {"errors": [None]},
            {"pricing": [1]},
        ):
            self.report(message, "sent", 3, **values)
        self.assertEqual(message.state, "sent")

    def test_failed_says_why_and_another_channel_follows(self):
        self.env["debt.strategy.step.fallback"].create(
            {"step_id": self.strategy.step_ids.id, "channel": "email"}
        )
        message, action = self.told(["sent", "failed"])
        self.assertEqual((message.state, message.error_code), ("failed", 131026))
        self.assertEqual((action.state, action.reason), ("failed", "undelivered"))
        (after,) = action._followers_to_come()
        self.assertEqual(after.channel, "email")
        self.assertEqual(self.identity.strikes, 1)
        self.report(message, "delivered", 9)
        self.assertEqual((message.state, action.state), ("delivered", "sent"))
        self.assertEqual((after.state, after.reason), ("skipped", "arrived"))

    def test_what_it_costs(self):
        rate = self.env["debt.whatsapp.rate"].sudo()
        rate.create(
            {
                "country_id": self.env.ref("base.co").id,
                "category": "utility",
                "date": NOON.date() - timedelta(days=1),
                "price": 0.0008,
                "currency_id": self.env.ref("base.USD").id,
            }
        )
        message = self.reminded()
        self.work()
        pricing = {"billable": True, "type": "regular", "category": "utility"}
        self.report(message, "delivered", pricing=pricing)
        self.assertAlmostEqual(message.cost, 0.0008, 6)
        self.assertEqual(message.cost_currency_id.name, "USD")
        self.assertEqual(message.price_category, "utility")
        free = self.answered("free")
        pricing = {"type": "free_customer_service", "category": "service"}
        self.report(free, "delivered", pricing=pricing)
        self.assertEqual((free.cost, free.price_type), (0, "free_customer_service"))

    # === ASKING === #

    def history(self, events):
        node = f"{self.account.phone_number_id}/message_history"
        self.graph.nodes[node] = [{"id": "1", "events": events}]

    def asked(self):
        return [a for a in self.graph.asked if a.node.endswith("message_history")]

    def test_silence_is_asked_about_once(self):
        message, _action = self.told([])
        self.history([{"delivery_status": "DELIVERED", "timestamp": "1780333260"}])
        with freeze_time(minutes(119)):
            self.messages._ask_history(minutes(119))
        self.assertFalse(self.asked())
        self.messages._ask_history(minutes(121))
        self.assertEqual(message.state, "delivered")
        self.assertEqual(self.asked()[0].params["message_id"], message.wamid)
        message.state = "accepted"
        self.messages._ask_history(minutes(300))
        self.assertEqual(len(self.asked()), 1)

    def test_whoever_may_not_ask_stops_asking(self):
        first, _action = self.told([])
        self.graph.script(10, node="message_history")
        self.messages._ask_history(minutes(121))
        self.assertTrue(self.account.sudo().no_history)
        self.assertEqual(first.state, "accepted")
        first.asked = False
        self.messages._ask_history(minutes(121))
        self.assertEqual(len(self.asked()), 1)

    def test_strange_answers_change_nothing(self):
        message, _action = self.told([])
        for events in (None, "x", [1], [{"delivery_status": 5}], {"data": [{}]}):
            self.history(events)
            message.asked = False
            self.messages._ask_history(minutes(121))
        self.assertEqual(message.state, "accepted")


@freeze_time(NOON)
@tagged("post_install", "-at_install")
class TestWhatsappRights(SendingCommon):
    """Evidence stays; who may stop or repeat what."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_user("manager", "debt_collection.group_debt_manager")
        cls.colleague = cls.new_user("colleague", "debt_collection.group_debt_agent")

    def test_nobody_writes_what_was_said(self):
        message = self.reminded()
        self.work()
        self.report(message, "sent")
        for user in (self.agent, self.manager):
            for record in (message, message.status_ids):
                with self.subTest(user=user.login, model=record._name):
                    # refused by the rights, or as evidence
                    with self.assertRaises(UserError):
                        record.with_user(user).write({"wamid": "x"})
                    with self.assertRaises(UserError):
                        record.with_user(user).unlink()
            with self.assertRaises(AccessError):
                self.env["debt.whatsapp.message"].with_user(user).create(
                    {"conversation_id": message.conversation_id.id}
                )
        with self.assertRaises(UserError):
            message.unlink()
        with self.assertRaises(UserError):
            message.status_ids.write({"status": "read"})

    def test_who_may_not_work_the_case_may_not_stop_its_messages(self):
        message = self.reminded()
        message.case_id.agent_id = self.agent
        self.company.debt_agent_scope = "own"
        for name in ("action_withdraw", "action_mark_sent", "action_send_uncertain"):
            with self.subTest(name=name), self.assertRaises(UserError):
                getattr(message.with_user(self.colleague), name)()
        self.assertEqual(message.state, "queued")
        message.with_user(self.agent).action_withdraw()

    def test_who_may_not_work_the_case_may_not_send_again(self):
        message = self.reminded()
        message.case_id.agent_id = self.agent
        self.company.debt_agent_scope = "own"
        message.write({"state": "failed"})
        message.action_id.state = "failed"
        wizard = self.env["debt.whatsapp.again.wizard"].with_user(self.colleague)
        with self.assertRaises(AccessError):
            wizard.create(
                {"message_ids": message.ids, "reason": "x"}
            ).action_send_again()
        self.assertEqual(message.state, "failed")

    def test_another_company_sees_nothing(self):
        message = self.reminded()
        company = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user(
            "stranger", "debt_collection.group_debt_manager", company=company
        )
        found = self.env["debt.whatsapp.message"].with_user(stranger).search([])
        self.assertFalse(found)
        with self.assertRaises(AccessError):
            message.with_user(stranger).action_withdraw()
        self.work()
        self.report(message, "sent")
        statuses = self.env["debt.whatsapp.status"].with_user(stranger)
        self.assertFalse(statuses.search([]))

    def test_reports_on_unknown_senders_are_not_for_agents_with_own_cases(self):
        message = self.reminded()
        self.work()
        self.report(message, "sent")
        self.company.debt_agent_scope = "own"
        statuses = self.env["debt.whatsapp.status"].with_user(self.agent)
        known = [("message_id", "=", message.id)]
        message.case_id.agent_id = self.agent
        self.assertTrue(statuses.search(known))
        message.case_id = False
        self.assertFalse(statuses.search(known))

    def test_messages_go_with_the_case_into_which_theirs_is_merged(self):
        message = self.reminded()
        target = self.new_debtor("Target")
        self.invoice(50, due=NOON.date() - timedelta(days=5), partner=target)
        self.run_on(NOON.date() + timedelta(days=1))
        self.env["debt.case"].sudo()._merge_debtors(self.debtor, target)
        self.assertEqual(message.case_id, self.case_of(target))
        self.assertEqual(message.partner_id, target)

    def test_a_purge_takes_what_was_said(self):
        message = self.reminded()
        self.work()
        self.report_failed(message, 131026)
        evidence = self.env["debt.evidence"].sudo()
        self.assertEqual(evidence._held()["debt.whatsapp.message"], "case_id")
        evidence._wipe(message.case_id, "contacts")
        message.invalidate_recordset()
        self.assertFalse(message.body)
        self.assertFalse(message.content)
        self.assertFalse(message.sent_to)
        self.assertTrue(message.wamid, "by this a report is taken in once")
        self.assertEqual(message.status_ids.mapped("status"), ["failed"])
        self.assertFalse(any(message.status_ids.mapped("detail")))


@freeze_time(NOON)
@tagged("post_install", "-at_install")
class TestWhatsappConfirmations(SendingCommon):
    """Confirmations go where the customer writes."""

    def promise(self):
        self.invoice(100, due=NOON.date() - timedelta(days=5))
        self.run_on()
        case = self.case_of()
        self.env["debt.promise"].create(
            {
                "case_id": case.id,
                "amount": 100,
                "date": NOON.date() + timedelta(days=3),
                "confirm": True,
            }
        )
        self.dispatch()
        return self.env["debt.action"].search([("purpose", "=", "promise_confirm")])

    def test_who_does_not_write_gets_an_email(self):
        self.assertEqual(self.promise().channel, "email")

    def test_who_writes_gets_it_there(self):
        self.conversation(wrote=NOON - timedelta(days=2))
        action = self.promise()
        self.assertEqual(
            (action.channel, action.track, action.state),
            ("whatsapp", "service", "sent"),
        )
        message = self.message_of(action.sudo())
        self.assertEqual(message.priority, 10)
        self.assertIn("100.00", message.body)

    def test_who_agreed_to_it_gets_it_there(self):
        self.env["debt.contact.consent"].sudo().create(
            {
                "partner_id": self.debtor.id,
                "channel": "whatsapp",
                "state": "given",
                "source": "form",
                "company_id": self.company.id,
            }
        )
        self.assertEqual(self.promise().channel, "whatsapp")

    def test_without_a_template_for_it_it_stays_an_email(self):
        self.conversation(wrote=NOON - timedelta(days=2))
        text = (
            self.env["debt.whatsapp.text"]
            .sudo()
            ._standard("promise_confirm", self.company)
        )
        text.template_ids.status = "PAUSED"
        self.assertEqual(self.promise().channel, "email")

    def test_what_whatsapp_does_not_bring_goes_by_email(self):
        self.conversation(wrote=NOON - timedelta(days=2))
        action = self.promise()
        self.graph.script(0, node="nothing")
        self.work()
        self.report_failed(self.message_of(action.sudo()), 131026)
        self.assertEqual((action.channel, action.state), ("email", "planned"))
        self.dispatch()
        self.assertEqual((action.channel, action.state), ("email", "sent"))

    def test_people_approve_what_leaves(self):
        self.company.debt_thanks = True
        self.approve("received")
        self.conversation(wrote=NOON - timedelta(days=2))
        self.reminded()
        self.work()
        self.strategy.mode = "approve"
        self.pay(self.overdue)
        self.run_on(NOON.date() + timedelta(days=1))
        thanks = self.env["debt.action"].search([("purpose", "=", "thanks")])
        self.assertEqual((thanks.state, thanks.channel), ("approve", "whatsapp"))
        self.assertIn("100.00", thanks.preview)
