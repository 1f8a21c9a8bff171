from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from .common import DAY, DebtCommon


def days(number):
    return DAY + timedelta(days=number)


SOON = days(5)


class TestSelfService(DebtCommon):
    """What customers promise and agree on without anybody of the company."""

    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch.object(
                self.env.registry["res.company"],
                "_debt_today",
                lambda company, now=None: now.date() if now else DAY,
            )
        )
        self.promises = self.env["debt.promise"]
        self.startPatcher(
            patch.object(
                self.env.registry["debt.promise"],
                "_self_service_sources",
                lambda model: ("outside",),
            )
        )
        self.company.write({"country_id": False, "debt_promise_min_percent": 30})
        self.old = self.invoice(200, due=days(-40))
        self.new = self.invoice(133.35, due=days(-10))
        self.later = self.invoice(50, due=days(20))
        self.run_on()
        self.case = self.case_of()

    def run_on(self, day=DAY, **values):
        return super().run_on(day, now=self.company._debt_noon(day), **values)

    def items(self, *invoices):
        return self.env["debt.item"].union(*map(self.item_of, invoices))

    def refusal(self, day=SOON, **values):
        return self.promises._self_service_refusal(self.case, day, **values)

    def promise(self, day=SOON, **values):
        return self.promises._promise_by_debtor(self.case, day, "outside", **values)

    # === PROMISES === #

    def test_whole_documents_or_the_least_part_of_all(self):
        foreign = self.setup_other_currency("EUR")
        for values, expected in (
            ({}, None),
            ({"items": self.items(self.new)}, None),
            ({"items": self.items(self.old, self.new)}, None),
            # nothing that is not due, nothing of others
            ({"items": self.items(self.later)}, "documents"),
            ({"items": self.items(self.old, self.later)}, "documents"),
            ({"items": self.env["debt.item"]}, "documents"),
            ({"currency": foreign}, "documents"),
            ({"day": days(0)}, None),
            ({"day": days(10)}, None),
            ({"day": days(-1)}, "day"),
            ({"day": days(11)}, "day"),
            # 30 % of 333.35, rounded
            ({"amount": 100.01}, None),
            ({"amount": 100}, "little"),
            ({"amount": 333.35}, None),
            ({"amount": 333.36}, "much"),
        ):
            with self.subTest(values=values):
                self.assertEqual(self.refusal(**values), expected)

    def test_a_promise_of_some_documents_covers_these(self):
        promise = self.promise(items=self.items(self.new))
        self.assertEqual(promise.item_ids, self.items(self.new))
        self.assertEqual((promise.amount, promise.amount_cover), (133.35, 133.35))
        self.assertEqual(self.items(self.old).amount_chaseable, 200)
        self.assertFalse(self.promise(items=self.items(self.later)))

    def test_each_currency_is_promised_on_its_own(self):
        foreign = self.setup_other_currency("EUR", rates=[("2026-01-01", 2)])
        mine = self.invoice(80, due=days(-3), currency=foreign)
        self.run_on()
        both = self.items(mine, self.old)
        self.assertEqual(self.refusal(items=both), "documents")
        self.assertEqual(self.promise().currency_id, self.company.currency_id)
        promise = self.promise(currency=foreign)
        self.assertEqual((promise.amount, promise.currency_id), (80, foreign))
        self.assertEqual(promise.item_ids, self.items(mine))

    def test_changes_are_counted_by_document(self):
        old, new = self.items(self.old), self.items(self.new)
        first, other = self.promise(items=old), self.promise(items=new)
        self.assertEqual((first.state, other.state), ("open", "open"))
        moved = self.promise(days(6), items=old)
        self.assertEqual((first.state, moved.state), ("cancelled", "open"))
        self.assertEqual(self.refusal(items=old), "changes")
        self.assertFalse(self.promise(days(7), items=old))
        self.assertIsNone(self.refusal(items=new))

    def test_taking_back_is_no_way_to_move_it_often(self):
        for number in (1, 2):
            promise = self.promise(days(number))
            self.assertTrue(promise)
            promise._withdraw("By the customer")
        self.assertEqual(self.refusal(days(3)), "changes")

    def test_where_others_speak_with_the_customer_nothing_is_promised(self):
        self.case.sudo().stage_id.stop_contact = True
        self.assertEqual(self.refusal(), "legal")

    # === PLANS === #

    def limit(self, **values):
        return self.env["debt.plan.limit"].create(
            {
                "role": "customer",
                "down_percent": 20,
                "instalments": 2,
                "days": 62,
                "interest_percent": 12,
                **values,
            }
        )

    def plan(self, **values):
        owed = self.items(self.old, self.new)
        return (
            self.env["debt.plan"]
            .sudo()
            .create(
                {
                    "case_id": self.case.id,
                    "source": "outside",
                    "item_ids": [Command.set(owed.ids)],
                    "on_pay_days": False,
                    "date_start": DAY,
                    "user_id": self.agent.id,
                    **values,
                }
            )
        )

    def test_customers_have_limits_of_their_own(self):
        plan = self.plan(instalments=2)
        self.assertIn("may not agree", plan.beyond)
        self.limit()
        plan = self.plan(instalments=2)
        # the down payment and the interest of the limit
        self.assertEqual((plan.amount_down, plan.interest_percent), (66.67, 12))
        self.assertFalse(plan.beyond)
        for values, expected in (
            ({"instalments": 3}, "More than 2 instalments"),
            ({"amount_down": 66.66}, "less than 20 %"),
            ({"date_first": days(45)}, "more than 62 days"),
            ({"interest_percent": 11}, "less than 12 %"),
            ({"discount_percent": 1, "interest_percent": 0}, "more than 0 %"),
        ):
            with self.subTest(values=values):
                plan = self.plan(**{"instalments": 2, **values})
                self.assertIn(expected, plan.beyond)

    def test_a_limit_of_the_segment_goes_first(self):
        self.limit()
        self.limit(segment_id=self.segment.id, instalments=5, days=200)
        self.assertFalse(self.plan(instalments=5).beyond)

    def test_the_source_gives_nobody_the_limits_of_customers(self):
        self.limit(instalments=12, days=900)
        plan = self.plan(instalments=12)
        self.assertFalse(plan.beyond)
        theirs = plan.with_user(self.agent)
        theirs.invalidate_recordset()
        self.assertIn("More than 3 instalments", theirs.beyond)
        theirs.instalments = 11
        self.assertEqual(plan.source, "agent", "they are the terms of the agent")

    def test_there_is_one_limit_for_customers(self):
        self.limit()
        with self.assertRaisesRegex(ValidationError, "already a limit"):
            self.limit()

    # === WHAT WAS AGREED === #

    def test_the_text_is_kept_word_for_word(self):
        self.company.debt_plan_terms = "Pay <at> the till."
        plan = self.plan(instalments=1)
        seen = plan._agreement_text()
        for text in ("333.35", self.old.name, "Pay &lt;at&gt; the till."):
            self.assertIn(text, seen)
        plan._offer()
        self.assertEqual(plan.offered_date, DAY)
        plan._activate(accepted_by="Rosa", accepted_how="phone")
        self.assertEqual(plan.accepted_text, seen)
        self.assertEqual(plan.accepted_hash, plan._fingerprint(seen))
        self.assertEqual(len(plan.accepted_hash), 64)
        self.company.debt_plan_terms = "Something else."
        printed = self.env["ir.actions.report"]._render_qweb_html(
            "debt_collection.debt_plan_agreement", plan.ids
        )[0]
        self.assertIn("Pay &lt;at&gt; the till.", printed.decode())
        self.assertNotIn("Something else", printed.decode())
        with self.assertRaises(UserError):
            plan._activate(accepted_by="Rosa", accepted_how="phone")
