from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from .desk import NOON, PNG, DeskCommon


@freeze_time(NOON)
@tagged("post_install", "-at_install")
class TestWhatsappDeskAccess(DeskCommon):
    """Conversations are read with the cases; unknown people as the company says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        new_user = cls.new_user
        cls.colleague = new_user("colleague", "debt_collection.group_debt_agent")
        cls.seller = new_user("seller", "debt_collection.group_debt_salesperson")
        cls.supervisor = new_user("boss", "debt_collection.group_debt_supervisor")
        cls.portal = new_user("portal", "base.group_portal")

    def setUp(self):
        super().setUp()
        day = self.company._debt_today()
        self.invoice(100, due=day - timedelta(days=5))
        self.run_on(day)
        self.case = self.case_of()
        self.case.agent_id = self.agent
        self.conversation = self.new_conversation(case=self.case)
        self.message = self.new_message(self.conversation)
        self.identity._link(self.debtor, self.company)
        self.stranger = self.new_identity("Luz", "+573009998877")
        self.unknown = self.new_conversation(self.stranger)
        self.question = self.new_message(self.unknown)

    def seen(self, user, model="debt.whatsapp.conversation"):
        return self.env[model].with_user(user).search([]).sudo()

    def assertSeen(self, user, conversations):
        """This user sees these conversations, their messages, people and links."""
        with self.subTest(user=user.login):
            self.assertEqual(self.seen(user), conversations)
            self.assertEqual(
                self.seen(user, "debt.whatsapp.message"), conversations.message_ids
            )
            people = conversations.identity_id
            self.assertEqual(self.seen(user, "debt.whatsapp.identity"), people)
            self.assertEqual(
                self.seen(user, "debt.whatsapp.identity.link"), people.link_ids
            )

    def test_conversations_are_read_with_their_cases(self):
        both = self.conversation | self.unknown
        for user in (self.agent, self.colleague, self.supervisor):
            self.assertSeen(user, both)
        self.company.debt_agent_scope = "own"
        self.assertSeen(self.agent, both)
        self.assertSeen(self.colleague, self.unknown)
        self.assertSeen(self.supervisor, both)
        self.conversation.human_user_id = self.colleague
        self.assertEqual(self.seen(self.colleague), both)

    def test_unknown_senders_are_for_supervisors_where_the_company_says_so(self):
        self.company.debt_whatsapp_unknown = "supervisors"
        self.assertSeen(self.agent, self.conversation)
        self.assertSeen(self.supervisor, self.conversation | self.unknown)
        with self.assertRaises(AccessError):
            self.unknown.with_user(self.agent).thread()

    def test_salespeople_read_their_own_customers(self):
        nothing = self.conversation.browse()
        self.assertSeen(self.seller, nothing)
        self.debtor.user_id = self.seller
        self.assertSeen(self.seller, self.conversation)
        mine = self.conversation.with_user(self.seller)
        self.assertTrue(mine.thread()["bubbles"])
        self.assertFalse(mine.head()["composer"]["may_work"])
        for name in ("action_send", "action_take_over", "quick_answers", "templates"):
            with self.subTest(name), self.assertRaises(AccessError):
                getattr(mine, name)()

    def test_the_portal_sees_nothing(self):
        with self.assertRaises(AccessError):
            self.seen(self.portal)
        for name in ("thread", "head", "action_send", "desk_counts", "mark_seen"):
            with self.subTest(name), self.assertRaises(AccessError):
                args = (self.message.id,) if name == "mark_seen" else ()
                getattr(self.conversation.with_user(self.portal), name)(*args)

    def test_who_stands_in_works_the_conversations_of_the_absent(self):
        self.company.debt_agent_scope = "own"
        team = self.env["debt.team"].create({"name": "Team"})
        self.env["debt.team.member"].create(
            {
                "team_id": team.id,
                "user_id": self.agent.id,
                "absent_from": self.company._debt_today(),
                "substitute_id": self.colleague.id,
            }
        )
        self.assertSeen(self.colleague, self.conversation | self.unknown)
        self.assertTrue(self.conversation.with_user(self.colleague).may_work)

    def test_messages_about_another_customer_are_not_shown(self):
        other = self.new_debtor("Tienda Sur")
        self.invoice(50, partner=other, due=self.company._debt_today())
        self.run_on(self.company._debt_today() + timedelta(days=1))
        case = self.case_of(other)
        case.agent_id = self.colleague
        self.company.debt_agent_scope = "own"
        secret = self.new_message(self.conversation, "Sur", case_id=case.id)
        page = self.conversation.with_user(self.agent).thread()
        self.assertEqual([b["id"] for b in page["bubbles"]], self.message.ids)
        self.assertFalse(self.conversation.with_user(self.agent).bubbles(secret.ids))
        self.assertIn(secret, self.seen(self.colleague, "debt.whatsapp.message"))

    def test_companies_are_apart(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user(
            "stranger", "debt_collection.group_debt_manager", company=other
        )
        self.assertSeen(stranger, self.conversation.browse())
        for name in ("thread", "head", "action_send", "action_link"):
            with self.subTest(name), self.assertRaises(AccessError):
                getattr(self.conversation.with_user(stranger), name)()
        both = self.new_user("both", "debt_collection.group_debt_manager")
        both.company_ids = [Command.link(other.id)]
        conversations = self.env["debt.whatsapp.conversation"].with_user(both)
        there = conversations.with_context(allowed_company_ids=other.ids)
        self.assertFalse(there.search([]))

    def test_nobody_writes_what_was_written(self):
        for user in (self.agent, self.supervisor):
            for record in (self.conversation, self.message, self.identity):
                mine = record.with_user(user)
                with self.subTest(record=mine), self.assertRaises(AccessError):
                    mine.check_access("write")
                with self.assertRaises(AccessError):
                    mine.unlink()
            with self.assertRaises(AccessError):
                self.env["debt.whatsapp.seen"].with_user(user).search([])

    def test_files_are_read_with_their_message(self):
        file = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": "a.png",
                    "datas": PNG,
                    "res_model": self.message._name,
                    "res_id": self.message.id,
                }
            )
        )
        self.assertTrue(file.with_user(self.agent).raw)
        for user in (self.seller, self.portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                file.with_user(user).check_access("read")

    def test_wizards_ask_again(self):
        wizards = (
            (
                "debt.whatsapp.link.wizard",
                "action_link",
                {"partner_id": self.debtor.id},
            ),
            ("debt.whatsapp.link.wizard", "action_wrong_person", {}),
            ("debt.whatsapp.give.wizard", "action_confirm", {}),
        )
        for model, name, values in wizards:
            wizard = self.env[model].with_user(self.colleague)
            if model.endswith("give.wizard"):
                values = {"user_id": self.colleague.id}
            wizard = wizard.create({"conversation_id": self.conversation.id, **values})
            with self.subTest(name), self.assertRaises(AccessError):
                getattr(wizard, name)()

    def test_quick_answers_are_for_supervisors(self):
        answer = self.env["debt.whatsapp.quick.answer"].create(
            {"name": "A", "shortcut": "a-a", "body": "A"}
        )
        answer.with_user(self.supervisor).body = "B"
        with self.assertRaises(AccessError):
            answer.with_user(self.agent).body = "C"
