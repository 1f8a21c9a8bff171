from datetime import timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import file_open, mute_logger

from .common import DAY, DebtCommon


@tagged("post_install", "-at_install")
class TestSettings(DebtCommon):
    """Bad input is refused with words, and what is in use stays true."""

    def test_test_mode_needs_an_address(self):
        with self.assertRaisesRegex(ValidationError, "needs an address"):
            self.company.debt_test_mode = True

    def test_a_segment_rule_that_cannot_be_read_is_refused(self):
        for domain in ("[('nothing', '=', 1)]", "[(", "partner_id"):
            with self.subTest(domain=domain), self.assertRaises(ValidationError):
                self.segment.domain = domain

    def test_a_step_in_use_keeps_its_days_and_channel(self):
        self.invoice(100, due=DAY - timedelta(days=4))
        self.run_on()
        step = self.strategy.step_ids[1]
        for values in ({"days": 5}, {"channel": "call"}):
            with self.subTest(values=values), self.assertRaises(UserError):
                step.write(values)
        with self.assertRaises(UserError):
            step.unlink()
        step.name = "Another name"
        self.strategy.step_ids[3].days = 20

    def test_a_strategy_or_stage_in_use_is_not_deleted(self):
        self.invoice(100, due=DAY - timedelta(days=4))
        self.run_on()
        with self.assertRaisesRegex(UserError, "Archive it"):
            self.case_of().stage_id.unlink()
        self.segment.strategy_id = self.new_strategy([(1, "email")])
        with self.assertRaisesRegex(UserError, "Archive it"):
            self.strategy.unlink()

    def test_stages_by_age_must_be_in_order(self):
        with self.assertRaisesRegex(ValidationError, "in the order"):
            self.env.ref("debt_collection.debt_stage_late").days_from = 70

    def test_a_strategy_without_steps_is_not_switched_on(self):
        with self.assertRaisesRegex(UserError, "no steps"):
            self.new_strategy([], enabled=False).action_enable()

    def test_the_editor_warns_of_steps_that_can_never_fire(self):
        self.assertFalse(self.strategy.warning)
        twice = self.new_strategy(
            [(-3, "email", {"sequence": 1}), (-3, "call", {"sequence": 2})]
        )
        self.assertIn("Step -3", twice.warning)

    @mute_logger("odoo.sql_db")
    def test_a_customer_has_one_case_in_a_company(self):
        self.invoice(100)
        self.run_on()
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env["debt.case"].sudo().create(
                {"partner_id": self.debtor.id, "company_id": self.company.id}
            )

    def test_a_hold_ends_in_the_future(self):
        self.invoice(100)
        self.run_on()
        wizard = self.env["debt.hold.wizard"].create(
            {"case_ids": self.case_of().ids, "until": "2020-01-01", "reason": "x"}
        )
        with self.assertRaises(UserError):
            wizard.action_confirm()

    def test_payment_days_are_numbers_of_a_month(self):
        calendar = self.env["debt.pay.calendar"].create({"name": "C"})
        calendar.pay_monthdays = "15, -1"
        for value in ("32", "0", "x", "15;20"):
            with self.subTest(value=value), self.assertRaises(ValidationError):
                calendar.pay_monthdays = value

    def test_a_copied_database_sends_nothing(self):
        self.strategy.mode = "approve"
        self.invoice(100, due=DAY - timedelta(days=4))
        action = self.actions_of(self.run_on())
        self.env.flush_all()
        with file_open("debt_collection/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.assertFalse(self.env["debt.strategy"].search([("enabled", "=", True)]))
        self.assertEqual(action.state, "skipped")

    def test_the_scheduled_run_does_each_company_once_a_day(self):
        run = self.env["debt.run"].sudo()
        before = run.search_count([])
        run._cron_run()
        first = run.search_count([]) - before
        run._cron_run()
        self.assertEqual(run.search_count([]) - before, first)
