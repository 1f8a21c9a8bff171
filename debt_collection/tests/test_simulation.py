from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import SQL

from .common import DAY, DebtCommon

#: Everything a run writes, but the report of the simulation itself.
TABLES = (
    "debt_case",
    "debt_item",
    "debt_item_step",
    "debt_action",
    "debt_charge",
    "debt_mark",
    "mail_mail",
    "mail_activity",
    "mail_message",
)


@tagged("post_install", "-at_install")
class TestSimulation(DebtCommon):
    """Law 8: any day can be looked at, and nothing is left behind."""

    def snapshot(self):
        self.env.flush_all()
        return {
            table: self.env.execute_query(
                SQL("SELECT t.* FROM %s t ORDER BY id", SQL.identifier(table))
            )
            for table in TABLES
        }

    def simulate(self, day=DAY):
        return self.env["debt.run"]._run(self.company, day=day, simulate=True)

    def test_before_the_first_run_it_sees_the_books_and_leaves_no_trace(self):
        invoice = self.invoice(100, due=DAY - timedelta(days=4))
        before = self.snapshot()
        run = self.simulate()
        self.assertEqual(self.snapshot(), before)
        self.assertRecordValues(
            run.line_ids,
            [
                {
                    "result": "planned",
                    "partner_id": self.debtor.id,
                    "step_id": self.strategy.step_ids[1].id,
                    "channel": "email",
                    "amount": 100,
                    "date": DAY,
                    "case_id": False,
                    "action_id": False,
                    "address": '"Ferretería Andina" <ferreteria@example.com>',
                }
            ],
        )
        self.assertEqual(run.actions_planned, 1)
        self.assertTrue(invoice)

    def test_it_says_what_the_run_of_that_day_then_does(self):
        debtors = [self.new_debtor(f"Debtor{n}") for n in range(4)]
        for n, debtor in enumerate(debtors):
            self.invoice(100, due=DAY - timedelta(days=n * 4), partner=debtor)
        self.run_on()
        day = DAY + timedelta(days=8)
        foreseen = {
            (line.partner_id, line.step_id)
            for line in self.simulate(day).line_ids
            if line.result == "planned"
        }
        done = {(a.debtor_id, a.step_id) for a in self.actions_of(self.run_on(day))}
        self.assertEqual(foreseen, done)
        self.assertTrue(done)

    def test_it_tells_who_would_not_and_why(self):
        self.invoice(100, due=DAY - timedelta(days=4))
        silent = self.new_debtor("Mudo", email=False)
        self.invoice(100, due=DAY - timedelta(days=4), partner=silent)
        off = self.new_debtor("Apagado")
        self.invoice(100, due=DAY - timedelta(days=4), partner=off)
        self.env["debt.segment"].create(
            {
                "name": "Off",
                "sequence": 1,
                "domain": f"[('partner_id', '=', {off.id})]",
                "strategy_id": self.new_strategy([(1, "email")], enabled=False).id,
            }
        )
        reasons = {
            line.partner_id: (line.result, line.reason)
            for line in self.simulate().line_ids
        }
        self.assertEqual(
            reasons,
            {
                self.debtor: ("planned", False),
                silent: ("held", "no_address"),
                off: ("held", "strategy_off"),
            },
        )

    def test_it_also_tells_what_only_waits_for_its_gap(self):
        self.invoice(100, due=DAY - timedelta(days=40))
        self.run_on()
        line = self.simulate(DAY + timedelta(days=2)).line_ids
        self.assertRecordValues(
            line, [{"result": "held", "reason": "gap", "date": DAY + timedelta(days=7)}]
        )

    def test_it_does_not_hinder_the_run_of_an_earlier_day(self):
        self.invoice(100, due=DAY - timedelta(days=4))
        self.simulate(DAY + timedelta(days=30))
        self.assertPlanned(self.run_on(), [(3, "email", "sent")])

    def test_a_simulation_that_fails_leaves_the_real_tables_in_use(self):
        run = (
            self.env["debt.run"]
            .sudo()
            .create({"day": DAY, "company_ids": self.company.ids, "simulate": True})
        )
        self.run_on()
        cases = self.env["debt.case"].search_count([])
        with self.assertRaises(ZeroDivisionError), run._shadow(self.company):
            self.env.cr.execute("DELETE FROM debt_case")
            raise ZeroDivisionError
        self.assertEqual(self.env["debt.case"].search_count([]), cases)

    def test_no_task_ends_because_a_simulation_foresees_the_payment(self):
        invoice = self.invoice(100, due=DAY - timedelta(days=8))
        self.strategy.entry_mode = "by_age"
        self.run_on()
        task = self.env["debt.action"].search([("track", "=", "task")])
        self.assertTrue(task.activity_id)
        self.pay(invoice)
        self.simulate(DAY + timedelta(days=1))
        self.assertTrue(task.activity_id.exists())
        self.assertEqual(task.state, "sent")
