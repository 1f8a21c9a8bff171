from datetime import datetime, timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import DAY, DebtCommon

NOW = datetime.fromisoformat("2026-06-01T17:00:00")
HOUR = timedelta(hours=1)
STEP = timedelta(minutes=5)


@tagged("post_install", "-at_install")
class TestWatchdog(DebtCommon):
    """Managers hear of a machinery that does not work, once, and when it does again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_user("boss", "debt_collection.group_debt_manager")
        # jobs and queues are told of in the name of the first company
        cls.env["res.company"].search([]).debt_health_user_id = cls.manager
        cls.finding = cls.env["debt.finding"]
        cls.jobs = cls.env["ir.cron"].with_context(active_test=False)
        cls.jobs.search([]).write(
            {"active": True, "nextcall": NOW, "failure_count": 0, "lastcall": NOW}
        )
        cls.job = cls.env.ref("debt_collection.ir_cron_debt_dispatch")

    def look(self, now=NOW):
        self.finding._check(now)
        return self.finding.search(
            [
                ("state", "=", "open"),
                ("company_id", "in", (self.company.id, False)),
            ]
        )

    def tasks(self):
        return self.env["mail.activity"].search(
            [("res_model", "=", "debt.finding"), ("user_id", "=", self.manager.id)]
        )

    def codes(self, now=NOW):
        return sorted(self.look(now).mapped("code"))

    def test_all_is_well(self):
        self.assertFalse(self.codes())
        self.assertFalse(self.tasks())

    def test_a_job_that_is_off_late_or_failing(self):
        self.job.nextcall = NOW - 2 * HOUR
        (found,) = self.look()
        self.assertEqual(found.code, "job_late")
        self.assertIn("Late by 2 h", found.name)
        self.job.active = False
        (found,) = self.look()
        self.assertEqual((found.code, found.urgent), ("job_off", True))
        self.job.write({"active": True, "nextcall": NOW, "failure_count": 3})
        self.assertEqual(self.codes(), ["job_fails"])

    def test_one_task_while_it_lasts_and_done_by_itself(self):
        self.job.active = False
        self.look()
        task = self.tasks()
        self.assertEqual(len(task), 1)
        self.assertIn("Switched off", task.summary)
        self.env.ref("mail.ir_cron_mail_scheduler_action").active = False
        self.look(NOW + STEP)
        self.assertEqual(self.tasks(), task, "one for all")
        self.job.active = True
        self.look(NOW + 2 * STEP)
        self.assertEqual(self.tasks(), task, "not yet all is well")
        self.env.ref("mail.ir_cron_mail_scheduler_action").active = True
        self.assertFalse(self.look(NOW + 3 * STEP))
        self.assertFalse(self.tasks())
        closed = self.finding.search(
            [("state", "=", "closed"), ("key", "like", "mail")]
        )
        self.assertEqual(closed.closed, NOW + 3 * STEP)

    def test_who_closed_the_task_is_not_asked_again_for_the_same(self):
        self.job.active = False
        self.look()
        self.tasks().action_feedback()
        self.look(NOW + STEP)
        self.assertFalse(self.tasks())
        self.env.ref("debt_collection.ir_cron_debt_run").active = False
        self.look(NOW + 2 * STEP)
        self.assertEqual(len(self.tasks()), 1, "something new")

    def test_a_queue_that_does_not_move(self):
        self.invoice(100, due=DAY - timedelta(days=4))
        action = self.actions_of(self.run_on())
        mail = self.mails_of(action)
        action.sudo().sent_date = NOW - 4 * HOUR
        found = self.look().filtered(lambda finding: finding.code == "queue")
        self.assertIn("In the queue for up to 4 h: 1", found.name)
        self.assertEqual(found.company_id, self.company)
        mail.scheduled_date = NOW + HOUR
        self.env.flush_all()
        self.assertNotIn("queue", self.codes())

    def test_the_queue_of_text_messages_is_watched_too(self):
        self.debtor.phone = "+573001234567"
        self.strategy.step_ids.filtered(lambda s: s.days == 3).channel = "sms"
        self.invoice(100, due=DAY - timedelta(days=4))
        action = self.actions_of(self.run_on())
        self.assertEqual((action.channel, action.delivery), ("sms", "queued"))
        action.sudo().sent_date = NOW - 4 * HOUR
        found = self.look().filtered(lambda finding: finding.code == "queue")
        self.assertEqual(found.key, "sms.sms")
        shown = found.with_user(self.manager).action_show()
        self.assertEqual(self.env["debt.action"].search(shown["domain"]), action)

    def test_a_manager_says_what_passes(self):
        self.invoice(100, due=DAY - timedelta(days=4))
        action = self.actions_of(self.run_on())
        action.sudo().sent_date = NOW - 4 * HOUR
        self.company.debt_watch_queue_hours = 4
        self.assertNotIn("queue", self.codes())
        self.company.debt_watch_queue_hours = 2
        self.assertIn("queue", self.codes())
        for name, value in (
            ("debt_watch_queue_hours", 0),
            ("debt_watch_failed_percent", 101),
            ("debt_watch_run_days", 0),
        ):
            with self.subTest(name=name), self.assertRaises(ValidationError):
                self.company[name] = value

    def test_a_channel_that_fails(self):
        self.invoice(100, due=DAY - timedelta(days=4))
        action = self.actions_of(self.run_on())
        vals = {
            "case_id": action.case_id.id,
            "company_id": self.company.id,
            "debtor_id": self.debtor.id,
            "channel": "email",
            "contact_day": DAY,
        }
        actions = self.env["debt.action"].sudo()
        actions.create([{**vals, "state": "sent"}] * 24)
        self.assertNotIn("channel", self.codes())
        failed = actions.create([{**vals, "state": "failed", "reason": "refused"}] * 5)
        found = self.look().filtered(lambda finding: finding.code == "channel")
        self.assertIn("17 %", found.name)
        self.assertEqual(found.company_id, self.company)
        shown = actions.search(found.action_show()["domain"])
        self.assertEqual(shown, failed)
        self.assertNotIn("channel", self.codes(NOW + timedelta(days=8)))

    def test_actions_that_wait_too_long(self):
        self.invoice(100, due=DAY - timedelta(days=4))
        action = self.actions_of(self.run_on()).sudo()
        action.state = "planned"
        self.assertNotIn("planned", self.codes(NOW + timedelta(days=2)))
        self.assertIn("planned", self.codes(NOW + timedelta(days=3)))
        action.state = "uncertain"
        self.assertIn("uncertain", self.codes(NOW + timedelta(days=3)))

    def test_runs_that_break_off_or_do_not_come(self):
        run = self.run_on()
        self.assertFalse(self.codes())
        self.jobs.search([]).nextcall = NOW + timedelta(days=9)
        self.assertEqual(self.codes(NOW + timedelta(days=4)), ["run_missing"])
        run.sudo().state = "interrupted"
        self.assertEqual(self.codes(), ["run_interrupted"])

    def test_a_copied_database_has_nothing_to_be_watched(self):
        self.job.active = False
        self.env["ir.config_parameter"].sudo().set_param(
            "database.is_neutralized", "True"
        )
        self.assertFalse(self.codes())

    def test_the_screens_tell_managers_only_and_look_when_the_job_does_not(self):
        mine = self.finding.with_user(self.manager)
        self.jobs.search([]).write({"nextcall": NOW + timedelta(days=9999)})
        self.env.ref("debt_collection.ir_cron_debt_health").active = False
        banner = mine.banner()
        self.assertTrue(banner["count"] and banner["urgent"])
        self.assertIn("watchdog", banner["text"])
        self.assertEqual(self.finding.with_user(self.agent).banner(), {"count": 0})
        with self.assertRaises(AccessError):
            self.finding.with_user(self.agent).action_open()
        self.assertEqual(mine.action_open()["res_model"], "debt.finding")

    def test_nobody_hears_of_the_other_company(self):
        other = self.setup_other_company()["company"]
        boss = self.new_user("o", "debt_collection.group_debt_manager", other)
        self.finding.sudo().create(
            {
                "code": "channel",
                "key": "email",
                "company_id": self.company.id,
                "since": NOW,
                "state": "open",
            }
        )
        self.assertFalse(
            self.finding.with_user(boss).search([("company_id", "=", self.company.id)])
        )
