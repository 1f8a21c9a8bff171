from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .test_plan import DAY, DUE, PlanCommon, days


@tagged("post_install", "-at_install")
class TestPlanInterest(PlanCommon):
    """A plan that bears interest, and one that is paid in another currency."""

    def setUp(self):
        super().setUp()
        self.company.debt_plan_interest_product_id = self.env["product.product"].create(
            {"name": "Interest", "type": "service"}
        )
        self.accountant = self.new_user(
            "accountant",
            "account.group_account_invoice,debt_collection.group_debt_agent",
        )
        self.company.debt_credit_note_user_id = self.accountant

    def agreed(self, **values):
        """300: 100 now, in 29 and in 59 days, at 36.5 % a year."""
        values = {
            "amount_down": 100,
            "interest_percent": 36.5,
            "date_first": days(29),
            "frequency": "monthly",
            **values,
        }
        return self.accept(self.plan(**values))

    def pay_oldest(self, amount, day):
        payment = self.advance(amount, day=day)
        credit = payment.move_id.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        for item in self.case_of().item_ids.sorted("date_due"):
            if item.amount_residual > 0 and not credit.reconciled:
                (credit | item.move_line_id).reconcile()

    def test_each_instalment_bears_what_its_days_cost(self):
        plan = self.agreed()
        # one per thousand a day: 200 for 29 days, then 100 for 30
        self.assertEqual(
            [(day, amount) for day, amount, _state in self.amounts(plan)],
            [(DAY, 100), (days(29), 105.8), (days(59), 103)],
        )
        self.assertEqual((plan.amount_interest, plan.amount_total), (8.8, 308.8))

    def test_less_interest_than_the_limit_is_beyond_it(self):
        limit = self.env.ref("debt_collection.debt_plan_limit_agent")
        limit.interest_percent = 12
        plan = self.plan(amount_down=100)
        self.assertEqual(plan.interest_percent, 12, "plans begin with it")
        self.assertFalse(plan.beyond)
        plan.interest_percent = 6
        self.assertIn("less than 12 %", plan.beyond)
        with self.assertRaises(ValidationError):
            plan.interest_percent = -1

    def test_accounting_invoices_it_and_the_plan_pays_it_too(self):
        plan = self.agreed()
        self.assertTrue(plan.to_invoice)
        self.assertEqual(plan.activity_ids.user_id, self.accountant)
        with self.assertRaises(AccessError):
            plan.with_user(self.agent).action_invoice_interest()
        plan.with_user(self.accountant).action_invoice_interest()
        move = plan.with_user(self.accountant).interest_move_id
        self.assertEqual(move.state, "posted")
        self.assertEqual(move.amount_total, plan.amount_interest)
        self.assertEqual(move.invoice_date_due, plan.date_end)
        self.assertIn(move, plan.item_ids.move_id)
        self.assertIn(move, plan.promise_ids.item_ids.move_id)
        self.assertFalse(plan.to_invoice)
        self.assertFalse(plan.activity_ids)
        self.assertEqual(self.case_of().amount_chaseable, 0)
        with self.assertRaises(UserError):
            plan.with_user(self.accountant).action_invoice_interest()

    def test_paid_in_time_with_its_interest_it_is_done(self):
        plan = self.agreed()
        plan.with_user(self.accountant).action_invoice_interest()
        for day, amount, _state in self.amounts(plan):
            self.pay_oldest(amount, day)
            self.run_to(day)
        self.assertEqual(plan.state, "done")
        self.assertEqual(self.case_of().amount_total, 0)

    def test_without_the_interest_an_instalment_is_not_kept(self):
        plan = self.agreed(interest_percent=365)
        plan.with_user(self.accountant).action_invoice_interest()
        self.pay_oldest(100, DAY)
        self.run_to(DAY)
        self.pay_oldest(100, days(29))
        self.run_to(days(50))
        self.assertEqual(plan.state, "broken")

    def test_taxes_are_inside_of_what_was_agreed(self):
        product = self.company.debt_plan_interest_product_id
        # a tax on top, one inside the price, and two of them
        top, inside, both = taxes = self.env["account.tax"].create(
            [
                {"name": "19", "amount": 19},
                {"name": "7", "amount": 7, "price_include_override": "tax_included"},
                {"name": "3", "amount": 3},
            ]
        )
        plan = self.agreed()
        for cents in (1, 3, 4, 99, 880, 1234, 99_999):
            for chosen in (top, inside, top | both):
                product.taxes_id = chosen
                plan.sudo().amount_interest = cents / 100
                move = plan.with_user(self.accountant)._draft_interest(product)
                self.assertAlmostEqual(move.amount_total, cents / 100, 2)
                self.assertEqual(move.invoice_line_ids.tax_ids, chosen)
                self.assertEqual(move.invoice_line_ids.product_id, product)
        product.taxes_id = top
        plan.sudo().amount_interest = 8.8
        plan.with_user(self.accountant).action_invoice_interest()
        move = plan.sudo().interest_move_id
        self.assertEqual((move.state, move.amount_total), ("posted", 8.8))
        self.assertAlmostEqual(move.amount_tax, 8.8 * 19 / 119, 1)
        self.assertEqual(move.line_ids.tax_line_id, top, taxes)

    def test_what_is_not_exactly_the_interest_is_not_invoiced(self):
        product = self.company.debt_plan_interest_product_id
        product.taxes_id = self.company.account_sale_tax_id
        plan = self.agreed().with_user(self.accountant)
        wrong = [{"name": "Interest", "price_unit": 8.8, "quantity": 1}]
        wrong[0]["tax_ids"] = [Command.set(product.taxes_id.ids)]
        with (
            patch.object(type(plan), "_lines_over", lambda *args, **values: wrong),
            self.assertRaisesRegex(UserError, "another product"),
        ):
            plan.action_invoice_interest()

    # === IT ENDS BEFORE IT IS DONE === #

    def task_of(self, plan):
        return plan.sudo().action_ids.filtered(lambda a: a.purpose == "plan_credit")

    def test_broken_accounting_credits_what_is_not_due(self):
        plan = self.agreed()
        plan.with_user(self.accountant).action_invoice_interest()
        move = plan.sudo().interest_move_id
        self.pay_oldest(100, DAY)
        self.run_to(DAY)
        self.assertFalse(self.task_of(plan))
        self.run_to(days(37))
        self.assertEqual(plan.state, "broken")
        task = self.task_of(plan)
        self.assertEqual((task.user_id, task.state), (self.accountant, "sent"))
        activity = task.activity_id.with_user(self.accountant)
        self.assertIn(move.name, activity.note)
        self.assertIn("3.00", activity.note, "5.80 of it were due on the 29th day")
        self.run_to(days(38))
        self.assertEqual(len(self.task_of(plan)), 1)
        activity.action_feedback(feedback="Credited")
        self.assertEqual(task.state, "done")

    def test_broken_before_it_was_invoiced_nothing_is_to_be_done(self):
        plan = self.agreed()
        self.assertTrue(plan.activity_ids)
        self.run_to(days(10))
        self.assertEqual((plan.state, plan.to_invoice), ("broken", False))
        self.assertFalse(plan.activity_ids, "nobody has to invoice it any more")
        self.assertFalse(self.task_of(plan))

    def test_cancelled_it_is_the_same(self):
        plan = self.agreed()
        plan.with_user(self.accountant).action_invoice_interest()
        plan._withdraw("They pay at once")
        task = self.task_of(plan)
        self.assertEqual((task.user_id, task.state), (self.accountant, "planned"))
        self.run_to(days(1))
        self.assertIn("8.80", task.activity_id.note)

    def test_what_was_credited_already_asks_for_nothing(self):
        plan = self.agreed()
        plan.with_user(self.accountant).action_invoice_interest()
        plan._withdraw("They pay at once")
        plan.sudo().interest_move_id._reverse_moves(cancel=True)
        self.run_to(days(1))
        task = self.task_of(plan)
        self.assertEqual((task.state, task.reason), ("skipped", "plan_over"))

    def test_cancelled_before_it_was_invoiced_nobody_has_to(self):
        plan = self.agreed()
        plan._withdraw("They pay at once")
        self.assertFalse(plan.activity_ids)
        self.assertFalse(self.task_of(plan))

    def test_without_a_product_it_says_what_to_do(self):
        self.company.debt_plan_interest_product_id = False
        plan = self.agreed()
        with self.assertRaisesRegex(UserError, "in the settings"):
            plan.with_user(self.accountant).action_invoice_interest()

    def test_it_is_invoiced_for_the_own_company_only(self):
        plan = self.agreed()
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user(
            "stranger",
            "account.group_account_invoice,debt_collection.group_debt_agent",
            company=other,
        )
        with self.assertRaises(AccessError):
            plan.with_user(stranger).action_invoice_interest()

    def test_the_queue_finds_them(self):
        plan = self.agreed()
        Plan = self.env["debt.plan"]
        self.assertIn(plan, Plan.search([("to_invoice", "=", True)]))
        self.assertNotIn(plan, Plan.search([("to_invoice", "=", False)]))

    # === ANOTHER CURRENCY === #

    def test_instalments_in_the_currency_of_the_company(self):
        euro = self.setup_other_currency("EUR", rates=[("2016-01-01", 0.3)])
        debtor = self.new_debtor("Extranjero")
        self.invoice(100, due=DUE, partner=debtor, currency=euro)
        self.run_to(DAY)
        case = self.case_of(debtor)
        plan = self.accept(
            self.plan(
                case_id=case.id,
                currency_id=euro.id,
                item_ids=[Command.set(case.item_ids.ids)],
                amount_down=40,
                instalments=3,
                date_first=days(10),
                frequency="biweekly",
                pay_currency_id=self.company.currency_id.id,
            )
        )
        self.assertEqual(plan.pay_amount, 333.33)
        promises = plan.promise_ids.sorted("date")
        self.assertEqual(sum(promises.mapped("amount")), 100)
        self.assertAlmostEqual(sum(promises.mapped("pay_amount")), 333.33, 2)
        self.assertEqual(promises.pay_currency_id, self.company.currency_id)
        self.assertIn("133.33", plan.schedule, "the down payment")
        html = self.env["ir.actions.report"]._render_qweb_html(
            "debt_collection.debt_plan_agreement", plan.ids
        )[0]
        self.assertIn(b"333.33", html)
        self.assertIn(b"rate 3.333333", html)
