from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .common import DAY, NOON, SECRET, VoiceCommon, days


@freeze_time(NOON)
@tagged("post_install", "-at_install")
class TestVoiceAccess(VoiceCommon):
    """Each sees the calls of the cases they see; the secret is for administrators."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_user("manager", "debt_collection.group_debt_manager")
        cls.colleague = cls.new_user("colleague", "debt_collection.group_debt_agent")
        cls.seller = cls.new_user("seller", "debt_collection.group_debt_salesperson")

    def seen(self, user):
        return self.env["debt.voice.call"].with_user(user).search([])

    def test_agents_see_the_calls_of_the_cases_they_read(self):
        call = self.queue()
        self.assertEqual(self.seen(self.colleague), call)
        self.company.debt_agent_scope = "own"
        call.case_id.agent_id = self.agent
        self.assertEqual(self.seen(self.agent), call)
        self.assertFalse(self.seen(self.colleague))
        self.assertEqual(self.seen(self.manager), call)
        self.assertFalse(self.seen(self.seller))
        self.debtor.user_id = self.seller
        self.assertEqual(self.seen(self.seller), call)

    def test_events_are_seen_with_their_calls(self):
        call = self.placed()
        call._on_answer(call.sid, 1, {}, NOON)
        self.company.debt_agent_scope = "own"
        call.case_id.agent_id = self.agent
        Event = self.env["debt.voice.event"]
        self.assertTrue(Event.with_user(self.agent).search([]))
        self.assertFalse(Event.with_user(self.colleague).search([]))
        self.assertFalse(Event.with_user(self.seller).search([]))

    def test_nobody_writes_calls_or_events(self):
        call = self.placed()
        call._on_answer(call.sid, 1, {}, NOON)
        for user in (self.agent, self.manager, self.seller):
            with self.subTest(user=user.login):
                for record in (call, call.event_ids):
                    record = record.with_user(user)
                    with self.assertRaises(AccessError):
                        record.write({"sid": "x"})
                    with self.assertRaises(AccessError):
                        record.unlink()
                with self.assertRaises(AccessError):
                    self.env["debt.voice.call"].with_user(user).create(
                        {"action_id": call.action_id.id, "case_id": call.case_id.id}
                    )

    def test_nobody_acts_on_a_case_that_they_may_not_work(self):
        call = self.queue()
        call.case_id.agent_id = self.agent
        for user in (self.colleague, self.seller):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                call.with_user(user).action_withdraw()
        self.assertEqual(call.state, "queued")

    def test_the_secret_is_for_administrators(self):
        company = self.company.with_user(self.manager)
        self.assertNotIn("debt_voice_secret", company.fields_get())
        for name in ("debt_voice_secret", "debt_voice_account"):
            with self.subTest(name=name):
                with self.assertRaises(AccessError):
                    company.read([name])
                with self.assertRaises(AccessError):
                    company.search([(name, "=like", SECRET[:3] + "%")])

    def test_companies_are_apart(self):
        call = self.queue()
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user(
            "stranger", "debt_collection.group_debt_manager", company=other
        )
        self.assertFalse(self.seen(stranger))
        with self.assertRaises(AccessError):
            call.with_user(stranger).action_withdraw()
        both = self.new_user("both", "debt_collection.group_debt_manager")
        both.company_ids = [Command.link(other.id)]
        calls = self.env["debt.voice.call"].with_user(both)
        self.assertFalse(calls.with_context(allowed_company_ids=other.ids).search([]))
        self.assertEqual(calls.search([]), call)

    def test_calls_go_with_the_contact_into_which_theirs_is_merged(self):
        call = self.placed()
        target = self.new_debtor("Andina")
        self.invoice(50, due=days(-5), partner=target)
        self.run_on(days(1))
        self.env["debt.case"].sudo()._merge_debtors(self.debtor, target)
        self.assertEqual(call.case_id, self.case_of(target))
        self.assertEqual((call.debtor_id, call.partner_id), (target, target))

    def test_without_the_addon_agents_make_the_calls(self):
        call = self.placed()
        step = call.action_id.step_id
        step._voice_becomes_call()
        self.assertEqual((step.channel, step.track), ("call", "task"))

    def test_who_says_it_was_a_call_has_the_limits_of_agents_all_the_same(self):
        call = self.queue()
        with self.assertRaisesRegex(UserError, "for the next"):
            self.env["debt.promise"].with_user(self.agent).create(
                {
                    "case_id": call.case_id.id,
                    "amount": 100,
                    "date": days(60),
                    "source": "voice",
                }
            )

    def test_scripts_are_for_managers(self):
        script = self.env.ref("debt_collection_voice.debt_voice_script_en")
        script.with_user(self.manager).goodbye = "Bye."
        with self.assertRaises(AccessError):
            script.with_user(self.agent).goodbye = "Bye."

    def test_the_run_of_another_day_finds_the_call_done(self):
        call = self.placed()
        call._on_status(call.sid, 1, {"CallStatus": "no-answer"}, NOON)
        run = self.run_on(days(1))
        self.assertFalse(self.actions_of(run))
        self.assertEqual(call.action_id.contact_day, DAY)
