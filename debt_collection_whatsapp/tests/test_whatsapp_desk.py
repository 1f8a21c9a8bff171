from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Datetime
from odoo.tests import freeze_time, tagged

from .desk import NOON, PNG, DeskCommon, minutes


@freeze_time(NOON)
@tagged("post_install", "-at_install")
class TestWhatsappDesk(DeskCommon):
    """Agents read, answer, give away; nothing is lost, nothing leaves twice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls.new_user("colleague", "debt_collection.group_debt_agent")
        cls.supervisor = cls.new_user(
            "supervisor", "debt_collection.group_debt_supervisor"
        )

    def setUp(self):
        super().setUp()
        self.invoice(100, due=self.company._debt_today() - timedelta(days=5))
        self.run_on(self.company._debt_today())
        self.case = self.case_of()
        self.case.agent_id = self.agent
        self.conversation = self.new_conversation(case=self.case)

    def as_(self, user, conversation=None):
        return (conversation or self.conversation).with_user(user)

    def answer(self, text="Buenos días", user=None, **values):
        sent = self.as_(user or self.agent).action_send(text, **values)
        return self.env["debt.whatsapp.message"].sudo().browse(sent["ids"])

    # reading

    def test_pages_go_back_to_the_first_message(self):
        for number in range(7):
            self.new_message(self.conversation, str(number), ago=60 - number // 2)
        seen, before = [], None
        for more in (True, True, False):
            page = self.as_(self.agent).thread(before, limit=3)
            seen = [b["html"] for b in page["bubbles"]] + seen
            before = page["bubbles"][0]["id"]
            self.assertEqual(page["more"], more)
        self.assertEqual(seen, [str(number) for number in range(7)])

    def test_what_comes_from_outside_is_escaped(self):
        self.new_message(
            self.conversation,
            "<script>alert(1)</script> *ya* _sí_",
            content={"type": "text", "text": [{"body": None}]},
        )
        (bubble,) = self.as_(self.agent).thread()["bubbles"]
        self.assertEqual(
            bubble["html"],
            "&lt;script&gt;alert(1)&lt;/script&gt; <b>ya</b> <i>sí</i>",
        )

    def test_a_bubble_says_who_what_and_what_became_of_it(self):
        asked = self.new_message(self.conversation, "¿Cuánto debo?", ago=20)
        sent = self.new_message(
            self.conversation,
            "Un momento",
            direction="out",
            author="agent",
            user_id=self.agent.id,
            state="failed",
            error="No such number",
            reply_to_id=asked.id,
        )
        self.env["ir.attachment"].sudo().create(
            {"name": "a.png", "datas": PNG, "res_model": sent._name, "res_id": sent.id}
        )
        bubble = self.as_(self.agent).bubbles(sent.ids)[0]
        self.assertEqual(bubble["author_name"], self.agent.name)
        self.assertEqual(bubble["problem"], "No such number")
        self.assertEqual(bubble["quote"]["text"], "¿Cuánto debo?")
        self.assertEqual(bubble["files"][0]["name"], "a.png")
        other = self.new_conversation(self.new_identity("Eva", "+573001112233"))
        strange = self.new_message(other)
        self.assertFalse(self.as_(self.agent).bubbles(strange.ids))

    def test_unread_is_what_came_since_the_user_looked_or_an_agent_wrote(self):
        first = self.new_message(self.conversation, ago=9)
        mine = self.as_(self.agent)
        self.assertFalse(mine.unread, "the assistant has it")
        self.conversation.waits_since = NOON
        self.assertEqual(mine.unread_count, 1)
        self.new_message(self.conversation, ago=8)
        mine.mark_seen(first.id)
        self.assertEqual(mine.unread_count, 1)
        mine.mark_seen(0)
        self.assertEqual(mine.unread_count, 1)
        self.assertEqual(self.as_(self.supervisor).unread_count, 2)
        unread = mine.search([("unread", "=", True)])
        self.assertEqual(unread, mine)
        self.answer()
        self.conversation.invalidate_recordset()
        self.assertFalse(self.as_(self.supervisor).unread)
        self.assertFalse(mine.search([("unread", "=", True)]))

    def test_whose_desk_it_is_on(self):
        mine = [("my_desk", "=", True)]
        conversations = self.conversations
        seen = {
            user: conversations.with_user(user).search(mine).sudo()
            for user in (self.agent, self.colleague)
        }
        self.assertEqual(seen[self.agent], self.conversation)
        self.assertFalse(seen[self.colleague])
        self.assertEqual(self.conversation.user_id, self.agent)
        self.conversation.human_user_id = self.colleague
        self.assertEqual(self.conversation.user_id, self.colleague)
        self.assertTrue(conversations.with_user(self.colleague).search(mine))
        self.conversation.human_user_id = False
        self.case.agent_id = False
        self.assertTrue(conversations.with_user(self.colleague).search(mine))
        self.assertTrue(conversations.search([("user_id", "=", False)]))

    def test_who_stands_in_has_the_desk_of_the_absent(self):
        team = self.env["debt.team"].create({"name": "Team"})
        self.env["debt.team.member"].create(
            {
                "team_id": team.id,
                "user_id": self.agent.id,
                "absent_from": self.company._debt_today(),
                "substitute_id": self.colleague.id,
            }
        )
        self.assertEqual(self.conversation.user_id, self.colleague)
        conversations = self.conversations.with_user(self.colleague)
        self.assertTrue(conversations.search([("my_desk", "=", True)]))
        self.assertTrue(self.as_(self.colleague).may_work)

    # somebody waits

    def test_who_waits_is_a_task_and_a_reason_of_priority(self):
        self.new_message(self.conversation, "Quiero hablar con alguien")
        self.conversation.waits_since = NOON - timedelta(days=1)
        task = self.case.action_ids.filtered(lambda a: a.purpose == "answer")
        self.assertEqual((task.user_id, task.state), (self.agent, "sent"))
        self.assertIn("Quiero hablar", task.note)
        self.assertIn("WhatsApp", self.case.with_user(self.agent).suggested_action)
        self.conversation.waits_since = NOON
        self.assertEqual(
            len(self.case.action_ids.filtered(lambda a: a.purpose == "answer")), 1
        )
        rule = self.env["debt.priority.rule"].create(
            {"name": "waits", "points": 30, "figure": "reply", "figure_from": 1}
        )
        task.sudo().contact_day -= timedelta(days=1)
        self.case._prioritise_now()
        self.assertIn([rule.id, 30], [r[:2] for r in self.case.priority_reasons])
        self.answer()
        self.assertEqual(task.state, "done")
        self.assertFalse(self.conversation.waits_since)
        self.assertEqual(self.conversation.human_user_id, self.agent)
        self.assertEqual(self.conversation.situation, "agent")

    def test_nothing_to_answer_and_handing_back(self):
        self.conversation.write({"waits_since": NOON, "human_user_id": self.agent.id})
        self.as_(self.agent).action_no_answer_needed()
        self.assertEqual(self.conversation.situation, "agent")
        self.as_(self.agent).action_hand_back()
        self.assertEqual(self.conversation.situation, "assistant")
        self.assertFalse(self.conversation.human_user_id)
        tasks = self.case.action_ids.filtered(lambda a: a.purpose == "answer")
        self.assertEqual(set(tasks.mapped("state")), {"done"})

    def test_a_colleague_goes_on_with_a_note(self):
        heard = self.told()
        wizard = self.env["debt.whatsapp.give.wizard"].with_user(self.agent)
        wizard = wizard.create(
            {
                "conversation_id": self.conversation.id,
                "user_id": self.colleague.id,
                "note": "Wants <b>two</b> instalments",
            }
        )
        wizard.action_confirm()
        self.assertEqual(self.conversation.human_user_id, self.colleague)
        wanted = [target for target, kind, _p in heard if kind.endswith(".wanted")]
        self.assertIn(self.colleague.partner_id, wanted)
        message = (
            self.env["mail.message"]
            .sudo()
            .search([("partner_ids", "in", self.colleague.partner_id.ids)], limit=1)
        )
        self.assertNotIn("<b>", message.body)
        self.assertIn("two", message.body)
        seller = self.new_user("seller", "debt_collection.group_debt_salesperson")
        wizard.user_id = seller
        with self.assertRaisesRegex(UserError, "works no collection cases"):
            wizard.action_confirm()

    def test_screens_are_told_numbers_only(self):
        heard = self.told()
        first = self.new_message(self.conversation)
        self.assertFalse(heard, "nobody has opened it")
        self.as_(self.agent).mark_seen(first.id)
        self.conversation.waits_since = NOON
        message = self.new_message(self.conversation, "un secreto")
        message.state = "read"
        news = [
            (target, payload) for target, kind, payload in heard if "message" in kind
        ]
        for target, payload in news:
            self.assertEqual(target, self.conversation)
            self.assertEqual(payload["ids"], message.ids)
        self.assertEqual(len(news), 2)
        self.assertNotIn("secreto", str(heard))
        desks = {target for target, kind, _payload in heard if kind.endswith(".desk")}
        self.assertEqual(desks, {self.agent.partner_id})

    def test_browsers_hear_what_their_user_may_read(self):
        listen = self.env["ir.websocket"].with_user(self.agent)
        name = f"debt_whatsapp_conversation_{self.conversation.id}"
        self.assertEqual(
            listen._debt_whatsapp_channels(["x", name]),
            ["x", self.conversation.with_user(self.agent)],
        )
        self.company.debt_agent_scope = "own"
        self.case.agent_id = self.supervisor
        self.assertEqual(listen._debt_whatsapp_channels([name]), [])
        portal = self.new_user("portal", "base.group_portal")
        listen = listen.with_user(portal)
        self.assertEqual(listen._debt_whatsapp_channels([name, "y"]), ["y"])

    # answering

    def test_an_answer_leaves_first_and_is_logged_once(self):
        asked = self.new_message(self.conversation)
        first = self.answer("Buenos días", reply_to=asked.id)
        second = self.answer("¿En qué le ayudo?")
        for message in first | second:
            self.assertEqual(message.author, "agent")
            self.assertEqual(message.user_id, self.agent)
            self.assertEqual((message.state, message.priority), ("queued", 0))
            self.assertEqual(message.valid_until, self.conversation.window_until)
        self.assertEqual(first.reply_to_id, asked)
        self.assertEqual(first.content["text"]["body"], "Buenos días")
        self.assertEqual(first.action_id, second.action_id)
        contact = first.action_id
        self.assertEqual((contact.channel, contact.state), ("whatsapp", "done"))
        self.assertTrue(contact.by_hand)
        self.assertFalse(contact.with_user(self.agent).can_undo)

    def test_the_same_answer_leaves_once(self):
        self.new_message(self.conversation)
        first = self.answer(key="abc")
        self.assertEqual(self.answer(key="abc"), first)
        self.assertNotEqual(self.answer(key="abd"), first)

    def test_an_answer_knows_no_limits_of_contact(self):
        self.new_message(self.conversation)
        with patch.object(
            type(self.env["debt.case"]), "_judge_contact", side_effect=AssertionError
        ):
            self.answer()

    def test_text_is_free_for_a_day_only(self):
        self.new_message(self.conversation, ago=24 * 60 - 1)
        with self.assertRaisesRegex(UserError, "24 hours"):
            self.answer()
        self.assertFalse(self.as_(self.agent).head()["composer"]["free"])
        self.new_message(self.conversation, ago=24 * 60 - 10)
        self.assertTrue(self.answer())
        fresh = self.new_conversation(self.new_identity("Eva", "+573001112233"))
        with self.assertRaisesRegex(UserError, "24 hours"):
            self.as_(self.agent, fresh).action_send("Hola")

    def test_files_are_what_they_are_not_what_they_are_called(self):
        self.new_message(self.conversation)
        message = self.answer(
            "El comprobante", attachments=[{"name": "a.png", "content": PNG}]
        )
        self.assertEqual(message.kind, "image")
        self.assertEqual(message.content["image"]["caption"], "El comprobante")
        file = self.env["ir.attachment"].browse(
            message.content["image"]["attachment_id"]
        )
        self.assertEqual((file.res_model, file.res_id), (message._name, message.id))
        self.assertEqual(file.with_user(self.agent).mimetype, "image/png")
        bad = {"name": "a.pdf", "content": "PGh0bWw+"}
        with self.assertRaisesRegex(UserError, "neither"):
            self.answer(attachments=[bad])
        with self.assertRaisesRegex(UserError, "neither"):
            self.answer(attachments=[{"name": "a.png", "content": "%%%"}])
        with (
            patch(
                "odoo.addons.debt_collection_whatsapp.logic.window.most_bytes",
                return_value=10,
            ),
            self.assertRaisesRegex(UserError, "too large"),
        ):
            self.answer(attachments=[{"name": "a.png", "content": PNG}])
        long = self.answer("x" * 2000, attachments=[{"name": "a.png", "content": PNG}])
        self.assertEqual(long.mapped("kind"), ["text", "image"])

    def test_what_cannot_be_sent_says_why(self):
        self.new_message(self.conversation)
        for text, words in (("  ", "nothing to send"), ("x" * 4097, "4097")):
            with self.subTest(words), self.assertRaisesRegex(UserError, words):
                self.answer(text)
        with (
            patch.object(
                type(self.account), "_why_silent", return_value="breaker", create=True
            ),
            self.assertRaisesRegex(UserError, "takes nothing"),
        ):
            self.answer()
        self.assertFalse(
            self.conversation.message_ids.filtered(lambda m: m.direction == "out")
        )

    # templates

    def test_a_template_says_amounts_to_whom_confirmed_the_number(self):
        self.approve("account", "overdue")
        link = self.identity._link(self.debtor, self.company)

        def offered():
            return [each["id"] for each in self.as_(self.agent).templates()]

        account, overdue = self.env["debt.whatsapp.template"].search([], order="id")
        self.assertEqual(offered(), account.ids)
        link.state = "confirmed"
        self.assertEqual(set(offered()), {account.id, overdue.id})
        sent = self.answer(template=overdue.id)
        self.assertEqual((sent.kind, sent.template_id), ("template", overdue))
        self.assertIn("100", sent.body)
        self.assertTrue(sent.token)
        self.assertFalse(sent.valid_until)
        self.assertEqual(sent.action_id.note, overdue.text_id.name)
        shown = self.as_(self.agent).bubbles(sent.ids)[0]
        self.assertTrue(shown["buttons"])
        with self.assertRaisesRegex(UserError, "cannot be sent any more"):
            self.answer(template=overdue.id + 1000)
        unknown = self.new_conversation(self.new_identity("Eva", "+573001112233"))
        with self.assertRaisesRegex(UserError, "which customer"):
            self.as_(self.agent, unknown).action_send(template=account.id)

    def test_who_is_written_to_unasked_is_protected_by_the_policies(self):
        for name in ("courteous", "ec"):
            xmlid = f"debt_collection.debt_contact_policy_{name}"
            self.env.ref(xmlid).active = True
        ecuador = self.env.ref("base.ec")
        self.debtor.write(
            {"is_company": False, "phone": "+593991234567", "country_id": ecuador.id}
        )
        (template,) = self.approve("account")
        with freeze_time(NOON + timedelta(hours=9)):
            head = self.as_(self.agent).head()["composer"]
            self.assertEqual((head["policy"], head["may_override"]), ("stop", False))
            for user, words in ((self.agent, "supervisor"), (self.supervisor, "why")):
                with self.assertRaisesRegex(UserError, f"(?i){words}"):
                    self.answer(template=template.id, user=user)
            sent = self.answer(
                template=template.id, user=self.supervisor, reason="She asked for it"
            )
        self.assertEqual(sent.action_id.override_reason, "She asked for it")
        self.assertEqual(sent.action_id.policy_verdict, "wait")

    # quick answers

    def test_quick_answers_say_amounts_to_whom_proved_who_they_are(self):
        self.new_message(self.conversation)
        self.env["debt.whatsapp.quick.answer"].search([]).unlink()
        self.env["debt.whatsapp.quick.answer"].create(
            [
                {"name": "Hello", "shortcut": "hello", "body": "Hello {contact}"},
                {"name": "Owed", "shortcut": "owed", "body": "You owe {amount}"},
            ]
        )

        def quick():
            answers = self.as_(self.agent).quick_answers()
            return {a["shortcut"]: (a["text"], bool(a["why"])) for a in answers}

        self.assertEqual(quick()["hello"], (f"Hello {self.debtor.name}", False))
        self.assertEqual(quick()["owed"], ("", True))
        link = self.identity._link(self.debtor, self.company)
        link._verify("agent", Datetime.now(), self.agent)
        self.assertIn("100", quick()["owed"][0])

    def test_quick_answers_are_of_the_team_and_know_what_they_name(self):
        Answer = self.env["debt.whatsapp.quick.answer"]
        Answer.search([]).unlink()
        team = self.env["debt.team"].create({"name": "Team"})
        own = Answer.create(
            {"name": "A", "shortcut": "a", "body": "A", "team_id": team.id}
        )
        self.assertFalse(Answer.with_user(self.agent)._of_user(self.company))
        self.env["debt.team.member"].create(
            {"team_id": team.id, "user_id": self.agent.id}
        )
        self.assertEqual(Answer.with_user(self.agent)._of_user(self.company), own)
        with self.assertRaisesRegex(ValidationError, "Nobody knows"):
            own.body = "{secret}"
        with self.assertRaisesRegex(ValidationError, "one word"):
            own.shortcut = "two words"

    # who it is

    def test_a_sender_gets_a_customer(self):
        stranger = self.new_identity("Luz", "+573009998877")
        unknown = self.new_conversation(stranger)
        message = self.new_message(unknown)
        unknown.waits_since = NOON
        self.assertFalse(self.case.action_ids.filtered(lambda a: a.purpose == "answer"))
        wizard = self.env["debt.whatsapp.link.wizard"].with_user(self.agent)
        wizard = wizard.create({"conversation_id": unknown.id})
        self.assertFalse(wizard.partner_id)
        nobody = self.new_debtor("Nunca Compró")
        wizard.partner_id = nobody
        with self.assertRaisesRegex(UserError, "never owed"):
            wizard.action_link()
        wizard.partner_id = self.debtor
        wizard.action_link()
        self.assertEqual((unknown.case_id, message.case_id), (self.case, self.case))
        link = stranger.link_ids
        self.assertEqual((link.partner_id, link.state), (self.debtor, "linked"))
        self.assertTrue(self.case.action_ids.filtered(lambda a: a.purpose == "answer"))
        wizard.action_wrong_person()
        self.assertEqual(link.state, "wrong_person")
        self.assertFalse(unknown.case_id)

    def test_the_only_candidate_is_proposed(self):
        unknown = self.new_conversation(self.new_identity("Luz", "+573009998877"))
        self.debtor.phone = "+57 300 999 8877"
        wizard = self.env["debt.whatsapp.link.wizard"].with_user(self.agent)
        wizard = wizard.create({"conversation_id": unknown.id})
        self.assertEqual(wizard.candidate_ids, self.debtor)
        self.assertEqual(wizard.partner_id, self.debtor)

    def test_somebody_finds_out(self):
        unknown = self.new_conversation(self.new_identity("Luz", "+573009998877"))
        wizard = self.env["debt.whatsapp.link.wizard"].with_user(self.agent)
        wizard.create(
            {
                "conversation_id": unknown.id,
                "user_id": self.supervisor.id,
                "note": "A school",
            }
        ).action_find_out()
        task = self.account.sudo().activity_ids
        self.assertEqual(task.user_id, self.supervisor)
        self.assertIn("A school", task.note)
        self.assertIn("Luz", task.summary)

    def test_the_case_opens_the_conversation_instead_of_wa_me(self):
        action = self.case.with_user(self.agent).action_write()
        self.assertEqual(action["params"]["conversation_id"], self.conversation.id)
        other = self.new_debtor("Tienda Sur", phone="+57 301 222 3344")
        self.invoice(50, partner=other, due=self.company._debt_today())
        self.run_on(self.company._debt_today() + timedelta(days=1))
        case = self.case_of(other)
        action = case.with_user(self.agent).action_write()
        made = self.conversations.browse(action["params"]["conversation_id"])
        self.assertEqual(made.case_id, case)
        self.account.sudo().state = "draft"
        action = case.with_user(self.agent).action_write()
        self.assertEqual(action["res_model"], "debt.message.wizard")

    def test_conversations_go_with_the_case_into_which_theirs_is_merged(self):
        target = self.new_debtor("Andina")
        self.invoice(50, partner=target, due=self.company._debt_today())
        self.run_on(self.company._debt_today() + timedelta(days=1))
        self.env["debt.case"].sudo()._merge_debtors(self.debtor, target)
        self.assertEqual(self.conversation.case_id, self.case_of(target))

    def test_nobody_else_answers(self):
        self.new_message(self.conversation)
        for name in ("action_take_over", "action_hand_back", "action_send"):
            with self.subTest(name), self.assertRaises(AccessError):
                getattr(self.as_(self.colleague), name)()
        self.as_(self.supervisor).action_take_over()
        self.assertEqual(self.conversation.human_user_id, self.supervisor)
        self.assertEqual(self.conversation.muted_until, NOON + minutes(12 * 60))
