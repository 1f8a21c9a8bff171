import random
from datetime import date, timedelta
from decimal import Decimal
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.debt_collection.logic.promise import Earlier, Paid, judge, share

from .common import DAY, DebtCommon

DUE = DAY - timedelta(days=4)


def days(count):
    return DAY + timedelta(days=count)


@tagged("post_install", "-at_install")
class TestPromise(DebtCommon):
    """A promise stops the chase, and is judged by the day of the payment."""

    def setUp(self):
        super().setUp()
        # the product asks for today where a person enters something
        self.startPatcher(
            patch.object(
                self.env.registry["res.company"],
                "_debt_today",
                lambda company, now=None: DAY,
            )
        )
        self.supervisor = self.new_user(
            "supervisor", "debt_collection.group_debt_supervisor"
        )
        self.strategy.mode = "automatic"
        self.strategy.min_gap_days = 0
        self.strategy.quiet_days = 0
        self.company.write({"debt_promise_tolerance": 0, "country_id": False})
        self.invoice_ = self.invoice(100, due=DUE)
        self.refresh()

    def refresh(self, day=DAY):
        company = self.company.sudo()
        self.env["debt.item"].sudo()._sync(company, day)
        self.env["debt.case"].sudo().search([("company_id", "=", company.id)])._roll_up(
            company, day, full=True
        )
        self.env.invalidate_all()

    def promise(self, amount=100, on=5, user=None, **values):
        values = {
            "case_id": self.case_of().id,
            "amount": amount,
            "made_date": DAY,
            "date": days(on),
            "confirm": False,
            **values,
        }
        model = self.env["debt.promise"].with_user(user or self.agent)
        return model.create(values)

    def judge_on(self, day):
        """Do the whole run of a day and look at the promises again."""
        self.run_on(day)
        self.env.invalidate_all()

    # === COVER === #

    def test_nothing_is_sent_about_what_is_promised(self):
        promise = self.promise()
        self.assertEqual(promise.item_ids, self.item_of(self.invoice_))
        self.assertEqual(self.case_of().amount_chaseable, 0)
        run = self.run_on(DAY)
        self.assertFalse(self.actions_of(run))
        self.assertHeld(run, self.invoice_, "promised")
        self.assertEqual(self.case_of().amount_overdue, 100, "it is owed all the same")

    def test_a_part_that_is_promised_leaves_the_rest(self):
        self.promise(40)
        self.assertEqual(self.case_of().amount_chaseable, 60)
        self.run_on(DAY)
        mail = self.mails_of(self.env["debt.action"].search([]))
        self.assertIn("60.00", mail[:1].body_html)

    def test_the_oldest_documents_are_covered_first(self):
        older = self.invoice(50, due=DAY - timedelta(days=30))
        self.refresh()
        promise = self.promise(70)
        items = self.item_of(older) | self.item_of(self.invoice_)
        self.assertEqual(promise.item_ids, items)
        self.assertEqual(self.item_of(older).amount_chaseable, 0)
        self.assertEqual(self.item_of(self.invoice_).amount_chaseable, 80)

    def test_withdrawing_starts_the_chase_again_with_the_next_step(self):
        promise = self.promise()
        self.run_on(DAY)
        promise.action_withdraw()
        wizard = (
            self.env["debt.withdraw.wizard"]
            .with_user(self.agent)
            .create(
                {
                    "res_model": "debt.promise",
                    "res_ids": promise.ids,
                    "reason": "Cannot pay",
                }
            )
        )
        wizard.action_confirm()
        self.assertEqual(promise.state, "cancelled")
        self.assertEqual(self.case_of().amount_chaseable, 100)
        run = self.run_on(days(1))
        self.assertPlanned(run, [(3, "email", "sent")])

    def test_a_mistake_is_undone_for_ten_minutes(self):
        promise = self.promise()
        with self.assertRaises(UserError):
            promise.with_user(self.supervisor).unlink()
        self.assertTrue(promise.with_user(self.agent).can_undo)
        promise.with_user(self.agent).action_undo()
        self.assertFalse(promise.exists())
        self.assertEqual(self.case_of().amount_chaseable, 100)

    # === VERDICT === #

    def test_kept(self):
        promise = self.promise()
        self.pay(self.invoice_, day=days(5))
        self.judge_on(days(6))
        self.assertEqual((promise.state, promise.paid_late), ("kept", False))
        self.assertEqual(promise.amount_paid, 100)
        self.assertEqual(promise.paid_date, days(5))

    def test_the_day_of_the_payment_decides_not_that_of_the_reconciliation(self):
        promise = self.promise()
        self.judge_on(days(7))
        self.assertEqual(promise.state, "broken")
        self.pay(self.invoice_, day=days(4))
        self.judge_on(days(8))
        self.assertEqual(promise.state, "kept")

    def test_broken_makes_a_task_once_and_the_chase_goes_on(self):
        promise = self.promise()
        self.run_on(DAY)
        self.judge_on(days(5))
        self.assertEqual(promise.state, "open", "its day is not over")
        run = self.run_on(days(6))
        self.assertEqual(promise.state, "broken")
        tasks = promise.action_ids
        self.assertEqual(tasks.mapped("purpose"), ["promise_broken"])
        self.assertEqual(tasks.state, "sent")
        self.assertIn("100", str(tasks.activity_id.note))
        self.assertPlanned(run, [(3, "email", "sent")])
        self.judge_on(days(7))
        self.assertEqual(len(promise.action_ids), 1)

    def test_a_task_about_a_promise_that_was_kept_after_all_is_withdrawn(self):
        promise = self.promise()
        self.judge_on(days(6))
        task = promise.action_ids
        activity = task.activity_id
        self.pay(self.invoice_, day=days(4))
        self.judge_on(days(7))
        self.assertEqual(promise.state, "kept")
        self.assertFalse(activity.exists())
        self.assertEqual(task.state, "cancelled")

    def test_partially_kept(self):
        promise = self.promise()
        self.pay(self.invoice_, 30, day=days(4))
        self.judge_on(days(6))
        self.assertEqual(promise.state, "partial")
        self.assertEqual(promise.amount_paid, 30)

    def test_paid_in_full_but_late(self):
        promise = self.promise()
        self.pay(self.invoice_, day=days(9))
        self.judge_on(days(10))
        self.assertEqual((promise.state, promise.paid_late), ("broken", True))
        self.assertFalse(promise.action_ids, "nobody has to call any more")

    def test_unapplied_money_is_to_apply_not_broken(self):
        promise = self.promise()
        self.advance(100, day=days(4))
        self.judge_on(days(6))
        self.assertEqual(promise.state, "open")
        self.assertEqual(promise.amount_to_apply, 100)

    def test_undone_and_reconciled_again(self):
        promise = self.promise()
        self.pay(self.invoice_, day=days(4))
        self.judge_on(days(6))
        self.assertEqual(promise.state, "kept")
        line = self.invoice_.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        payment = line.matched_credit_ids.credit_move_id
        line.remove_move_reconcile()
        self.judge_on(days(7))
        self.assertEqual(promise.state, "open", "the money waits to be applied")
        (line | payment).reconcile()
        self.judge_on(days(8))
        self.assertEqual(promise.state, "kept")

    def test_a_cancelled_invoice_ends_the_promise(self):
        promise = self.promise()
        self.invoice_.button_draft()
        self.invoice_.button_cancel()
        self.judge_on(days(6))
        self.assertEqual(promise.state, "cancelled")
        self.assertFalse(promise.action_ids)

    def test_what_was_paid_before_does_not_count(self):
        self.pay(self.invoice_, 60)
        self.refresh()
        promise = self.promise(40)
        self.judge_on(days(6))
        self.assertEqual(promise.state, "broken")

    def test_tolerance_in_working_days(self):
        self.company.debt_promise_tolerance = 2
        friday = date(2026, 6, 19)
        promise = self.promise(
            user=self.supervisor, date=friday, made_date=friday - timedelta(days=2)
        )
        self.assertEqual(promise.deadline, date(2026, 6, 23))
        promise.method = "cheque"
        self.assertEqual(promise.deadline, date(2026, 6, 24))

    # === LEVEL AND LIMITS === #

    def test_a_later_promise_takes_the_place_of_an_open_one(self):
        first = self.promise()
        second = self.promise(on=8)
        self.assertEqual(first.state, "cancelled")
        self.assertEqual(second.level, 2)

    def test_parts_stay_beside_each_other(self):
        first = self.promise(50, on=3)
        second = self.promise(50, on=8)
        self.assertEqual((first.state, second.state), ("open", "open"))
        self.assertEqual(second.level, 1)
        self.assertEqual(self.case_of().amount_chaseable, 0)

    def test_the_same_money_keeps_one_promise_only(self):
        first, second = self.promise(40, on=2), self.promise(60, on=9)
        self.pay(self.invoice_, 40, day=days(1))
        self.judge_on(days(1))
        self.assertEqual((first.state, second.state), ("kept", "open"))
        self.assertEqual((first.amount_paid, second.amount_paid), (40, 0))
        self.pay(self.invoice_, 30, day=days(8))
        self.judge_on(days(30))
        self.assertEqual((second.state, second.amount_paid), ("partial", 30))

    def test_who_broke_a_promise_may_promise_again(self):
        first = self.promise(on=2)
        self.judge_on(days(4))
        self.assertEqual(first.state, "broken")
        again = self.promise(on=10)
        self.assertEqual(again.level, 2)
        self.judge_on(days(5))
        self.assertEqual((again.state, again.amount_cover), ("open", 100))
        self.assertEqual(self.case_of().amount_chaseable, 0)
        self.advance(100, day=days(6))
        self.judge_on(days(7))
        self.assertEqual((again.state, again.amount_to_apply), ("open", 100))
        self.pay(self.invoice_, day=days(8))
        self.judge_on(days(8))
        self.assertEqual((again.state, first.state), ("kept", "broken"))
        self.assertFalse(first.paid_late, "it was promised again")

    def test_undoing_the_later_promise_lets_the_earlier_one_count_again(self):
        first = self.promise(on=2)
        self.judge_on(days(4))
        second = self.promise(on=10)
        self.assertEqual(first.again_id, second)
        self.advance(100, day=days(4))
        second.with_user(self.agent).action_undo()
        self.assertFalse(first.again_id)
        self.pay(self.invoice_, day=days(5))
        self.judge_on(days(6))
        self.assertEqual((first.state, first.paid_late), ("broken", True))

    def test_undoing_what_took_the_place_of_an_open_promise(self):
        first = self.promise(on=2)
        second = self.promise(on=4, user=self.supervisor)
        self.assertEqual((first.state, first.amount_cover), ("cancelled", 0))
        second.with_user(self.supervisor).action_undo()
        self.assertEqual((first.state, first.amount_cover), ("open", 100))
        self.assertFalse(first.close_reason)
        self.assertEqual(self.case_of().amount_chaseable, 0)
        self.pay(self.invoice_, day=days(2))
        self.judge_on(days(3))
        self.assertEqual(
            (first.state, first.again_id.exists()), ("kept", first.browse())
        )

    def test_undoing_one_in_the_middle_lets_the_last_one_stand(self):
        first, second, third = (self.promise(on=number) for number in (2, 3, 4))
        second.with_user(self.agent).action_undo()
        self.assertEqual((first.state, first.again_id), ("cancelled", third))
        self.assertEqual((third.state, third.amount_cover), ("open", 100))
        third.with_user(self.agent).action_undo()
        self.assertEqual((first.state, first.amount_cover), ("open", 100))

    def test_two_promises_cover_all_their_documents(self):
        other = self.invoice(100, due=DUE)
        self.refresh()
        items = self.item_of(self.invoice_) | self.item_of(other)
        for amount, day in ((100, 2), (100, 9)):
            self.promise(amount, on=day, user=self.supervisor, item_ids=items.ids)
        self.assertEqual(self.case_of().amount_chaseable, 0)

    def test_a_promise_paid_late_does_not_raise_the_level(self):
        first = self.promise(40)
        self.pay(self.invoice_, 40, day=days(9))
        self.judge_on(days(10))
        self.assertTrue(first.paid_late)
        second = self.promise(60, made_date=days(10), date=days(12))
        self.assertEqual(second.level, 1)

    def test_limits_of_an_agent(self):
        with self.assertRaisesRegex(UserError, "15 days"):
            self.promise(on=16)
        with self.assertRaisesRegex(UserError, "30 %"):
            self.promise(20)
        self.promise(20, on=30, user=self.supervisor)
        with self.assertRaisesRegex(UserError, "30 days"):
            self.promise(20, on=31, user=self.supervisor)

    def test_impossible_promises(self):
        for values in ({"amount": 0}, {"amount": -5}, {"date": days(-1)}):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self.promise(**values)

    def test_form_proposes_what_is_overdue(self):
        action = self.case_of().with_user(self.agent).action_promise()
        form = Form(
            self.env["debt.promise"]
            .with_user(self.agent)
            .with_context(**action["context"])
        )
        self.assertEqual(form.amount, 100)
        form.date = form.made_date + timedelta(days=2)
        self.assertEqual(form.save().amount_cover, 100)

    # === MESSAGES === #

    def test_confirmation(self):
        promise = self.promise(confirm=True)
        action = promise.action_ids
        self.assertEqual((action.purpose, action.state), ("promise_confirm", "planned"))
        now = self.company._debt_noon(DAY)
        self.env["debt.run"].sudo()._dispatch(self.company, now)
        self.assertEqual(action.state, "sent")
        mail = self.mails_of(action)
        self.assertIn("100.00", mail.body_html)
        self.assertIn("100.00", mail.subject)
        self.assertFalse(self.case_of().last_message_day, "it is an answer")

    def test_reminder_the_day_before(self):
        self.promise()
        self.run_on(DAY)
        run = self.run_on(days(4))
        action = self.actions_of(run)
        self.assertEqual((action.purpose, action.state), ("promise_remind", "sent"))
        self.assertIn("tomorrow", self.mails_of(action).body_html)
        self.assertFalse(self.actions_of(self.run_on(days(4))))

    def test_it_is_reminded_of_again_where_it_counts_again(self):
        promise = self.promise()
        self.run_on(DAY)
        self.strategy.mode = "approve"
        first = self.actions_of(self.run_on(days(4)))
        self.assertEqual((first.purpose, first.state), ("promise_remind", "approve"))
        payment = self.pay(self.invoice_, day=days(4))
        self.refresh()
        self.env["debt.action"].sudo().browse(first.id)._dispatch(
            self.company._debt_noon(days(4))
        )
        self.assertEqual((first.state, first.reason), ("skipped", "promise_over"))
        self.assertEqual(promise.state, "kept")
        payment.action_draft()
        payment.action_cancel()
        self.run_on(days(4))
        self.assertEqual(promise.state, "open")
        again = promise.action_ids.filtered(lambda a: a.purpose == "promise_remind")
        self.assertEqual(set(again.mapped("state")), {"skipped", "approve"})
        # what a person did not want is not prepared again
        (again - first).action_refuse()
        self.run_on(days(4))
        self.assertEqual(len(promise.action_ids), 2)

    def test_no_confirmation_of_what_was_withdrawn(self):
        promise = self.promise(confirm=True)
        promise._withdraw("Error")
        self.assertEqual(promise.action_ids.state, "skipped")

    # === RIGHTS === #

    def test_rights(self):
        other = self.new_user("agent2", "debt_collection.group_debt_agent")
        promise = self.promise()
        self.assertEqual(promise.with_user(other).amount, 100, "everybody helps")
        self.case_of().sudo().agent_id = self.agent
        with self.assertRaises(AccessError):
            promise.with_user(other).amount = 90
        with self.assertRaises(AccessError):
            promise.with_user(other)._withdraw("No")
        self.promise(50, user=other)
        with self.assertRaises(AccessError):
            promise.with_user(self.new_user("nobody", "base.group_user")).read()
        foreign = self.new_user(
            "foreign",
            "debt_collection.group_debt_agent",
            self.env["res.company"].create({"name": "Another"}),
        )
        with self.assertRaises(AccessError):
            promise.with_user(foreign).read()

    def test_nobody_writes_the_verdict(self):
        promise = self.promise().with_user(self.agent)
        for vals in ({"state": "kept"}, {"amount_cover": 0}, {"level": 1}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                promise.write(vals)
        with self.assertRaises(AccessError):
            self.promise(state="kept")

    def test_nobody_reaches_another_company(self):
        """Neither by naming its case and documents, nor by moving a promise there."""
        case, item = self.case_of(), self.item_of(self.invoice_)
        other = self.env["res.company"].create({"name": "Another"})
        foreign = self.new_user("thief", "debt_collection.group_debt_agent", other)
        theft = {"case_id": case.id, "item_ids": item.ids}
        with self.assertRaises(AccessError):
            self.promise(user=foreign, **theft)
        with self.assertRaises(AccessError):
            self.promise(user=foreign, company_id=other.id, **theft)
        mine = self.promise().with_user(self.agent)
        for vals in ({"case_id": case.id}, {"company_id": other.id}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                mine.write(vals)

    def test_a_confirmation_goes_to_nobody_else(self):
        stranger = self.new_debtor("Stranger")
        with self.assertRaises(ValidationError):
            self.promise(contact_id=stranger.id)

    def test_a_later_date_of_making_gives_no_more_days(self):
        with self.assertRaisesRegex(UserError, "15 days"):
            self.promise(made_date=days(60), date=days(70))

    def test_what_was_paid_counts_when_the_day_changes(self):
        promise = self.promise()
        self.pay(self.invoice_, 60, day=DAY)
        promise.date = days(8)
        self.assertEqual((promise.amount_paid, promise.amount_cover), (60, 40))

    def test_a_promise_that_is_over_does_not_change(self):
        promise = self.promise()
        self.judge_on(days(6))
        with self.assertRaises(UserError):
            promise.with_user(self.agent).amount = 50
        self.assertEqual(self.case_of().amount_chaseable, 100)

    # === TWIN === #

    def test_random_promises_against_the_rule(self):
        decided = sum(self.hold_against_rule(seed) for seed in range(3))
        self.assertGreater(decided, 15)

    def hold_against_rule(self, seed):
        """Random promises and payments: the statement says what the rule says."""
        rng = random.Random(seed)
        promises = self.env["debt.promise"]
        moves = {}
        for number in range(8):
            partner = self.new_debtor(f"P{seed}x{number}")
            moves[partner] = [
                self.invoice(rng.choice([80, 100, 250]), due=DUE, partner=partner)
                for _ in range(rng.randint(1, 2))
            ]
            if rng.random() < 0.3:
                self.pay(moves[partner][0], 20, day=days(-3))
        self.refresh()
        for partner, invoices in moves.items():
            owed = sum(invoice.amount_residual for invoice in invoices)
            promise = self.promise(
                round(owed * rng.choice([0.4, 0.8, 1]), 2),
                on=rng.randint(0, 9),
                user=self.supervisor,
                case_id=self.case_of(partner).id,
            )
            promises |= promise
            rest = round(owed - promise.amount, 2)
            if rest > 0 and rng.random() < 0.7:  # the rest on another day
                promises |= self.promise(
                    rest,
                    on=rng.randint(0, 12),
                    user=self.supervisor,
                    case_id=self.case_of(partner).id,
                    item_ids=promise.item_ids.ids,
                )
            for invoice in invoices:
                if rng.random() < 0.7:
                    part = rng.choice([0.2, 0.5, 0.985, 1])
                    amount = round(invoice.amount_residual * part, 2)
                    self.pay(invoice, amount, day=days(rng.randint(0, 12)))
            if rng.random() < 0.3:
                self.advance(rng.choice([30, 200]), partner=partner, day=days(2))
        decided = 0
        for day in map(days, range(0, 15, 2)):
            company = self.company.sudo()
            self.refresh(day)
            cases = promises.case_id.sudo()
            cases.judged_day = False
            self.env.flush_all()
            self.env["debt.promise"].sudo()._judge(company, day, cases)
            self.env.invalidate_all()
            for promise in promises.sudo().filtered(lambda p: not p.close_reason):
                with self.subTest(seed=seed, day=day, promise=promise.id):
                    expected = judge(
                        Decimal(str(promise.amount)),
                        promise.deadline,
                        day,
                        self.paid(promise),
                        Decimal(str(company.debt_crumb_amount)),
                    )
                    self.assertEqual((promise.state, promise.paid_late), expected)
                    decided += promise.state != "open"
        return decided

    def paid(self, promise):
        partials = promise.item_ids.move_line_id.matched_credit_ids
        in_time = partials.filtered(lambda p: p.max_date <= promise.deadline)
        items = promise.case_id.item_ids
        pool = -sum(
            items.filtered(lambda i: i.amount_residual_currency < 0).mapped(
                "amount_residual_currency"
            )
        )
        owed = sum(
            promise.item_ids.filtered(lambda i: i.state == "open").mapped(
                "amount_residual_currency"
            )
        )
        numbers = (
            sum(in_time.mapped("debit_amount_currency")),
            sum(partials.mapped("debit_amount_currency")),
            pool,
            owed,
            promise.matched_before,
        )
        in_time, total, pool, owed, before = map(self.exact, numbers)
        earlier = self.earlier(promise)
        in_time, _room = share(in_time, owed, before, earlier)
        total, owed = share(total, owed, before, earlier)
        missing = self.exact(promise.amount) - max(0, total)
        # what waits to be applied goes to the first promise that misses something
        for other in self.others(promise).sorted(lambda p: (p.date, p.id)):
            if (other.date, other.id) < (promise.date, promise.id):
                pool -= max(0, self.missing(other))
        return Paid(in_time, total, max(0, min(missing, pool)), False, owed)

    @staticmethod
    def exact(number):
        return Decimal(str(round(number, 2)))

    def others(self, promise):
        same = promise.case_id.promise_ids - promise
        return same.filtered(
            lambda other: other.item_ids == promise.item_ids and not other.close_reason
        )

    def earlier(self, promise):
        return [
            Earlier(self.exact(other.amount), self.exact(other.matched_before))
            for other in self.others(promise)
            if (other.date, other.id) < (promise.date, promise.id)
        ]

    def missing(self, promise):
        partials = promise.item_ids.move_line_id.matched_credit_ids
        total = self.exact(sum(partials.mapped("debit_amount_currency")))
        before = self.exact(promise.matched_before)
        own, _room = share(total, Decimal(0), before, self.earlier(promise))
        return self.exact(promise.amount) - max(0, own)
