from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import DAY, DebtCommon

DUE = DAY - timedelta(days=40)


def days(number):
    return DAY + timedelta(days=number)


class PlanCommon(DebtCommon):
    """Two old invoices, and people who agree on how they are paid."""

    def setUp(self):
        super().setUp()
        self.today = DAY
        self.startPatcher(
            patch.object(
                self.env.registry["res.company"],
                "_debt_today",
                lambda company, now=None: now.date() if now else self.today,
            )
        )
        self.company.write({"debt_plan_tolerance": 5, "country_id": False})
        self.strategy.write({"entry_mode": "in_order", "quiet_days": 0})
        self.strategy.min_gap_days = 0
        self.invoices = [self.invoice(amount, due=DUE) for amount in (100, 200)]
        self.supervisor = self.new_user(
            "supervisor", "debt_collection.group_debt_supervisor"
        )
        self.run_to(DAY)

    def run_to(self, day):
        self.today = day
        self.run_on(day, now=self.company._debt_noon(day))
        self.env.invalidate_all()

    def plan(self, user=None, **values):
        user = user or self.agent
        case = self.case_of().with_user(user)
        action = case.action_plan()
        model = self.env["debt.plan"].with_user(user)
        return model.with_context(**action["context"]).create(
            {
                "instalments": 2,
                "date_first": days(29),
                "date_start": DAY,
                "on_pay_days": False,
                **values,
            }
        )

    def accept(self, plan):
        action = plan.action_accept()
        wizard = (
            self.env[action["res_model"]]
            .with_user(plan.env.user)
            .with_context(**action["context"])
            .create({"accepted_by": "Rosa Pérez", "accepted_how": "phone"})
        )
        wizard.action_confirm()
        return plan

    def amounts(self, plan):
        return [
            (promise.date, promise.amount, promise.state)
            for promise in plan.promise_ids.sorted("date")
        ]


@tagged("post_install", "-at_install")
class TestPlan(PlanCommon):
    """Instalments inside the limits of a role, kept, paid early, or broken."""

    # === SIMULATOR === #

    def test_it_proposes_what_is_overdue_and_the_least_down_payment(self):
        with Form(
            self.env["debt.plan"]
            .with_user(self.agent)
            .with_context(**self.case_of().action_plan()["context"])
        ) as form:
            self.assertEqual((form.amount, form.amount_down), (300, 90))
            self.assertIn("Down payment", form.schedule)
            self.assertEqual(form.date_first, DAY.replace(month=7))
            form.instalments = 2
            form.frequency = "biweekly"
            self.assertEqual(form.date_first, days(14))
            self.assertFalse(form.beyond)
            form.amount_down = 30
            self.assertIn("less than 30 %", form.beyond)
            form.amount_down = 90
        self.assertEqual(form.record.state, "draft")
        self.assertFalse(self.case_of().item_ids.filtered("covered_by"))

    def test_on_the_customers_own_pay_days(self):
        self.debtor.debt_pay_calendar_id = self.env["debt.pay.calendar"].create(
            {"name": "Fridays", "pay_fri": True}
        )
        plan = self.plan(on_pay_days=True)
        weekdays = [day.weekday() for day, _amount, _extra in plan._instalments()]
        self.assertEqual(weekdays, [4, 4, 4])

    def test_in_a_currency_without_cents(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": yen.id,
                "company_id": self.company.id,
                "name": DUE,
                "rate": 1,
            }
        )
        debtor = self.new_debtor("Tokio")
        self.invoice(1000, due=DUE, partner=debtor, currency=yen)
        self.run_to(DAY)
        plan = self.plan(
            case_id=self.case_of(debtor).id,
            item_ids=[Command.set(self.case_of(debtor).item_ids.ids)],
            amount_down=300,
            instalments=3,
            date_first=days(10),
            frequency="biweekly",
        )
        amounts = [float(amount) for _day, amount, _extra in plan._instalments()]
        self.assertEqual(amounts, [300, 233, 233, 234])

    def test_impossible_terms(self):
        for values in (
            {"instalments": 0},
            {"amount_down": 300},
            {"date_first": days(-1)},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self.plan(**values)

    # === LIMITS === #

    def test_beyond_the_limits_somebody_else_approves(self):
        plan = self.plan(instalments=5, frequency="weekly", date_first=days(7))
        self.assertIn("More than 3", plan.beyond)
        for call in (plan.action_accept, plan.action_offer):
            with self.assertRaisesRegex(UserError, "beyond your limits"):
                call()
        with self.assertRaisesRegex(UserError, "what speaks"):
            plan.action_ask_approval()
        self.company.debt_dispute_supervisor_id = self.supervisor
        plan.approval_note = "Always paid before the fire"
        plan.action_ask_approval()
        self.assertEqual(plan.activity_ids.user_id, self.supervisor)
        with self.assertRaises(AccessError):
            plan.action_approve()
        plan.with_user(self.supervisor).action_approve()
        self.assertFalse(plan.activity_ids)
        self.accept(plan)
        self.assertEqual(plan.state, "active")

    def test_other_terms_need_another_approval(self):
        plan = self.plan(instalments=5, frequency="weekly", date_first=days(7))
        plan.approval_note = "They asked"
        plan.action_ask_approval()
        plan.with_user(self.supervisor).action_approve()
        plan.instalments = 6
        self.assertFalse(plan.approval)
        with self.assertRaises(UserError):
            plan.action_accept()

    def test_nobody_approves_their_own_nor_beyond_their_own_limits(self):
        own = self.plan(self.supervisor, instalments=7, date_first=days(7))
        own.approval_note = "I know them"
        own.action_ask_approval()
        with self.assertRaisesRegex(AccessError, "Somebody else"):
            own.action_approve()
        plan = self.plan(instalments=8, date_first=days(7))
        plan.approval_note = "They asked"
        plan.action_ask_approval()
        with self.assertRaisesRegex(AccessError, "beyond your limits too"):
            plan.with_user(self.supervisor).action_approve()
        plan.with_user(self.supervisor).action_refuse()
        self.assertEqual(plan.approval, "refused")

    def test_a_segment_may_have_its_own_limit(self):
        self.env["debt.plan.limit"].create(
            {
                "role": "agent",
                "segment_id": self.segment.id,
                "down_percent": 50,
                "instalments": 1,
                "days": 30,
            }
        )
        plan = self.plan()
        self.assertEqual(plan.amount_down, 150)
        self.assertIn("More than 1 ", plan.beyond)

    def test_only_for_debts_of_some_age(self):
        young = self.new_debtor("Joven")
        self.invoice(100, due=days(-3), partner=young)
        self.run_to(DAY)
        items = self.case_of(young).item_ids
        plan = self.plan(
            case_id=self.case_of(young).id, item_ids=[Command.set(items.ids)]
        )
        self.assertIn("30 days on", plan.beyond)

    def test_nobody_writes_the_state(self):
        plan = self.plan()
        for vals in ({"state": "active"}, {"approval": "given"}, {"amount_cover": 1}):
            with self.assertRaises(AccessError):
                plan.write(vals)

    # === LIFE === #

    def test_each_instalment_is_a_promise_and_the_documents_rest(self):
        plan = self.accept(self.plan(amount_down=90))
        self.assertEqual(
            self.amounts(plan),
            [(DAY, 90, "open"), (days(29), 105, "open"), (days(59), 105, "open")],
        )
        case = self.case_of()
        self.assertEqual((case.amount_chaseable, case.amount_overdue), (0, 300))
        self.assertEqual(set(case.item_ids.mapped("covered_by")), {"planned"})
        self.assertIn("300.00", case.plan_text)
        self.run_to(days(1))
        sent = case.action_ids.filtered(lambda a: a.contact_day == days(1))
        self.assertFalse(sent)

    def test_kept_to_the_end(self):
        plan = self.accept(self.plan(amount_down=100))
        self.pay(self.invoices[0], 100, day=DAY)
        self.run_to(days(1))
        self.assertEqual(plan.amount_cover, 200)
        self.assertEqual([s for *_r, s in self.amounts(plan)][0], "kept")
        self.pay(self.invoices[1], 130, day=days(20))  # early, and more
        self.run_to(days(21))
        self.assertEqual(
            [state for *_r, state in self.amounts(plan)], ["kept", "kept", "open"]
        )
        self.assertEqual(plan.amount_cover, 70)
        self.assertEqual(plan.amount_paid, 230)
        payment = self.pay(self.invoices[1], day=days(50))
        self.run_to(days(51))
        self.assertEqual(plan.state, "done")
        payment.move_id.line_ids.remove_move_reconcile()
        self.run_to(days(52))
        self.assertEqual(plan.state, "active", "judged again")

    def test_broken_after_its_tolerance_the_chase_goes_on(self):
        plan = self.accept(self.plan(amount_down=100))
        self.pay(self.invoices[0], 100, day=DAY)
        for number in (30, 34, 36):  # the 29th day is a Tuesday
            self.run_to(days(number))
            self.assertEqual(plan.state, "active", number)
        self.run_to(days(37))
        self.assertEqual(plan.state, "broken")
        self.assertEqual(
            [state for *_r, state in self.amounts(plan)],
            ["kept", "broken", "cancelled"],
        )
        case = self.case_of()
        self.assertEqual(case.amount_chaseable, 200)
        task = case.action_ids.filtered(lambda a: a.purpose == "plan_broken")
        self.assertEqual((task.user_id, len(task)), (self.agent, 1))
        self.assertFalse(
            case.action_ids.filtered(lambda a: a.purpose == "promise_broken")
        )
        self.run_to(days(38))
        self.assertEqual(len(case.action_ids.filtered("plan_id")), 1)

    def test_it_takes_the_place_of_a_promise(self):
        promise = self.env["debt.promise"].create(
            {"case_id": self.case_of().id, "amount": 300, "date": days(5)}
        )
        self.accept(self.plan())
        self.assertEqual(promise.state, "cancelled")

    def test_books_that_changed_ask_for_a_new_simulation(self):
        plan = self.plan()
        self.pay(self.invoices[0], 50, day=DAY)
        self.case_of().action_refresh()
        with self.assertRaisesRegex(UserError, "debt changed"):
            self.accept(plan)

    def test_cancelled_for_a_reason(self):
        plan = self.accept(self.plan())
        plan._withdraw("They pay all of it")
        self.assertEqual(plan.state, "cancelled")
        self.assertEqual(set(plan.promise_ids.mapped("state")), {"cancelled"})
        self.assertEqual(self.case_of().amount_chaseable, 300)

    def test_an_instalment_is_withdrawn_with_its_plan_only(self):
        plan = self.accept(self.plan())
        instalment = plan.promise_ids[-1:].with_user(self.supervisor)
        with self.assertRaisesRegex(UserError, "instalment"):
            instalment._withdraw("They called again")
        self.assertEqual(instalment.state, "open")

    def test_what_comes_after_a_plan_broke_changes_no_instalment(self):
        plan = self.accept(self.plan())
        self.run_to(days(20))
        states = plan.promise_ids.mapped("state")
        self.assertEqual((plan.state, "broken" in states), ("broken", True))
        self.advance(300, day=days(1))  # the bank told of it late
        self.run_to(days(21))
        self.assertEqual(plan.promise_ids.mapped("state"), states)
        self.assertEqual(plan.state, "broken")

    def test_what_a_plan_pays_is_promised_already(self):
        plan = self.accept(self.plan())
        values = {
            "case_id": plan.case_id.id,
            "amount": 50,
            "made_date": DAY,
            "date": days(3),
            "confirm": False,
        }
        Promise = self.env["debt.promise"].with_user(self.supervisor)
        with self.assertRaisesRegex(ValidationError, "payment plan"):
            Promise.create({**values, "item_ids": plan.item_ids.ids})
        newer = self.invoice(50, due=days(-2))
        self.run_to(DAY)
        promise = Promise.create(values)
        self.assertEqual(promise.item_ids, self.item_of(newer))
        self.assertEqual(set(plan.promise_ids.mapped("state")), {"open"})

    def test_an_instalment_is_changed_by_its_plan_only(self):
        plan = self.accept(self.plan())
        with self.assertRaisesRegex(UserError, "instalment"):
            plan.promise_ids[0].with_user(self.supervisor).date = days(90)
        with self.assertRaisesRegex(UserError, "agreed"):
            plan.instalments = 3

    def test_a_simulation_judges_and_leaves_no_trace(self):
        plan = self.accept(self.plan(amount_down=100))
        self.run_on(days(60), simulate=True)
        self.env.invalidate_all()
        self.assertEqual(plan.state, "active")
        self.assertEqual(set(plan.promise_ids.mapped("state")), {"open"})

    def test_the_agreement_is_printed(self):
        plan = self.plan()
        report = plan.action_offer()
        self.assertEqual(plan.state, "offered")
        html = (
            self.env["ir.actions.report"]
            .sudo()
            ._render_qweb_html(report["report_name"], plan.ids)[0]
            .decode()
        )
        for text in ("Payment Agreement", "Ferretería", "300.00", "INV/", "USD"):
            self.assertIn(text, html)
