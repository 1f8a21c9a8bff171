from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import DAY, DebtCommon


def days(count):
    return DAY + timedelta(days=count)


@tagged("post_install", "-at_install")
class TestThanks(DebtCommon):
    """Who was contacted and then paid all they owe is thanked, once."""

    def setUp(self):
        super().setUp()
        self.company.debt_thanks = True
        self.invoice_ = self.invoice(100, due=days(-4))
        self.run_on()

    def thanks(self):
        return self.env["debt.action"].search([("purpose", "=", "thanks")])

    def test_the_message_names_what_came_and_what_it_paid(self):
        self.pay(self.invoice_, 30, day=days(1))
        self.pay(self.invoice_, day=days(2))
        run = self.run_on(days(3))
        thanks = self.thanks()
        self.assertRecordValues(
            thanks,
            [
                {
                    "track": "service",
                    "state": "sent",
                    "amount": 100,
                    "episode": 1,
                    "run_id": run.id,
                    "item_refs": self.item_of(self.invoice_).ids,
                }
            ],
        )
        mail = self.mails_of(thanks)
        self.assertEqual(
            mail.subject, "We received your payment of $\xa0100.00. Thank you"
        )
        for text in (self.invoice_.name, "06/03/2026", "$\xa00.00"):
            self.assertIn(text, mail.body_html)
        self.assertNotIn("favour", mail.body_html)
        self.assertEqual(run.line_ids.filtered("purpose").name, thanks.name)

    def test_nobody_is_thanked_twice(self):
        self.pay(self.invoice_)
        for day in (1, 1, 2, 3):
            self.run_on(days(day))
        self.assertEqual(len(self.thanks()), 1)
        # undone and done again, and nobody wrote in between
        lines = self.invoice_.line_ids.filtered("reconciled")
        payment = lines.matched_credit_ids.credit_move_id
        lines.remove_move_reconcile()
        self.run_on(days(4))
        self.assertRecordValues(self.case_of(), [{"state": "open", "episode": 2}])
        (lines + payment).reconcile()
        self.run_on(days(5))
        self.assertEqual(self.case_of().state, "closed")
        self.assertEqual(len(self.thanks()), 1)

    def test_who_owes_again_before_it_leaves_is_not_thanked(self):
        self.strategy.mode = "approve"
        self.pay(self.invoice_)
        self.run_on(days(1))
        self.assertEqual(self.thanks().state, "approve")
        self.invoice(50, due=days(-1))
        self.thanks().action_approve()
        now = self.company._debt_noon(days(1))
        self.env["debt.run"].sudo()._dispatch(self.company, now)
        self.assertRecordValues(
            self.thanks(), [{"state": "skipped", "reason": "owes_again"}]
        )

    def test_only_money_is_thanked_for(self):
        self.credit_note(100)
        lines = self.env["account.move.line"].search(
            [
                ("partner_id", "=", self.debtor.id),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ]
        )
        lines.reconcile()
        self.run_on(days(1))
        self.assertEqual(self.case_of().state, "closed")
        self.assertFalse(self.thanks())

    def test_what_a_payment_writes_off_was_not_received(self):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.invoice_.ids
        )
        wizard.create(
            {
                "payment_date": days(1),
                "amount": 97,
                "payment_difference_handling": "reconcile",
                "writeoff_account_id": self.company_data["default_account_expense"].id,
            }
        )._create_payments()
        self.run_on(days(2))
        self.assertEqual(self.thanks().text_paid_amount, "$\xa097.00")
        self.assertEqual(self.thanks().amount, 97)

    def test_who_paid_without_being_asked_is_not_thanked(self):
        other = self.new_debtor("Puntual")
        invoice = self.invoice(70, due=days(30), partner=other)
        self.run_on(days(1))
        self.pay(invoice, day=days(2))
        self.run_on(days(3))
        self.assertEqual(self.case_of(other).state, "closed")
        self.assertFalse(self.thanks())

    def test_the_contact_who_pays_gets_it_and_what_is_left_is_told(self):
        payer = self.env["res.partner"].create(
            {
                "parent_id": self.debtor.id,
                "name": "Tesorería",
                "email": "tesoreria@example.com",
                "debt_role": "payer",
            }
        )
        self.pay(self.invoice_, 100, day=days(1))
        self.advance(25, day=days(1))
        self.run_on(days(2))
        self.assertEqual(self.thanks().partner_id, payer)
        self.assertEqual(self.thanks().text_in_favour, "$\xa025.00")
        self.assertIn("tesoreria@", self.mails_of(self.thanks()).email_to)

    def test_nothing_leaves_before_a_manager_says_so(self):
        self.company.debt_thanks = False
        self.pay(self.invoice_)
        self.run_on(days(1))
        # and what closed long ago stays in peace when it is switched on
        self.company.debt_thanks = True
        self.run_on(days(9))
        self.assertFalse(self.thanks())

    def test_a_strategy_that_is_off_or_only_makes_tasks_thanks_nobody(self):
        self.strategy.mode = "task"
        self.pay(self.invoice_)
        self.run_on(days(1))
        self.assertFalse(self.thanks())

    def test_a_simulation_foresees_it_and_leaves_nothing(self):
        self.pay(self.invoice_)
        run = self.env["debt.run"]._run(self.company, day=days(1), simulate=True)
        line = run.line_ids.filtered(lambda line: line.purpose == "thanks")
        self.assertRecordValues(
            line,
            [
                {
                    "partner_id": self.debtor.id,
                    "result": "planned",
                    "channel": "email",
                    "amount": 100,
                    "action_id": False,
                }
            ],
        )
        self.assertFalse(self.thanks())
        self.assertEqual(self.case_of().state, "open")

    def test_two_currencies_are_told_apart(self):
        euro = self.setup_other_currency("EUR", rates=[("2016-01-01", 0.5)])
        foreign = self.invoice(40, due=days(-4), currency=euro)
        self.run_on(days(1))
        self.pay(self.invoice_, day=days(2))
        self.pay(foreign, day=days(2))
        self.run_on(days(3))
        amounts = self.thanks().text_paid_amount
        self.assertIn("100.00", amounts)
        self.assertIn("40.00\xa0€", amounts)
        self.assertEqual(self.thanks().amount, 180)


@tagged("post_install", "-at_install")
class TestHold(DebtCommon):
    """A pause with a reason and an end."""

    def hold(self, user, until):
        wizard = self.env["debt.hold.wizard"].with_user(user)
        wizard.create(
            {
                "case_ids": [Command.set(self.case_of().ids)],
                "until": until,
                "reason": "Waits for our credit note",
            }
        ).action_confirm()

    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch.object(
                self.env.registry["res.company"],
                "_debt_today",
                lambda company, now=None: DAY,
            )
        )
        self.strategy.mode = "task"
        self.invoice_ = self.invoice(100, due=days(-4))
        self.run_on()

    def test_an_agent_holds_for_so_long_a_supervisor_for_longer(self):
        self.company.debt_hold_days_agent = 10
        with self.assertRaisesRegex(UserError, "10 days"):
            self.hold(self.agent, days(11))
        self.hold(self.agent, days(10))
        boss = self.new_user("boss", "debt_collection.group_debt_supervisor")
        self.hold(boss, days(90))
        self.assertEqual(self.case_of().hold_until, days(90))

    def test_the_end_of_a_hold_is_told_on_the_case(self):
        self.hold(self.agent, days(3))
        self.run_on(days(3))
        self.assertEqual(self.case_of().state, "hold")
        simulated = self.env["debt.run"]._run(self.company, day=days(4), simulate=True)
        self.assertTrue(simulated)
        self.assertEqual(self.case_of().state, "hold")
        before = len(self.case_of().message_ids)
        self.run_on(days(4))
        self.assertEqual(self.case_of().state, "open")
        told = self.case_of().message_ids[: len(self.case_of().message_ids) - before]
        self.assertIn("credit note", "".join(told.mapped("body")))

    def test_what_is_paid_is_not_held_any_more(self):
        self.hold(self.agent, days(30))
        self.pay(self.invoice_)
        self.run_on(days(1))
        self.assertRecordValues(
            self.case_of(),
            [{"state": "closed", "hold_until": False, "hold_reason": False}],
        )
        self.assertEqual(self.case_of().closed_date, days(1))
