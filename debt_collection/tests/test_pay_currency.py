from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .common import DAY, DebtCommon


@tagged("post_install", "-at_install")
class TestPayCurrency(DebtCommon):
    """A debt in another currency, and promises to pay it in that of the company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.strategy.write({"min_gap_days": 0, "quiet_days": 0})
        cls.company.write({"debt_promise_tolerance": 0, "country_id": False})
        # one euro is two of the company's, from the 10th of June on two and a half
        cls.euro = cls.setup_other_currency(
            "EUR", rates=[("2016-01-01", 0.5), ("2026-06-04", 0.4)]
        )
        cls.own = cls.company.currency_id
        cls.foreign = cls.invoice(
            cls, 100, due=DAY - timedelta(days=20), currency=cls.euro
        )

    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch.object(
                self.env.registry["res.company"],
                "_debt_today",
                lambda company, now=None: DAY,
            )
        )
        self.run_on(DAY - timedelta(days=1))

    def promise(self, **values):
        values = {
            "case_id": self.case_of().id,
            "currency_id": self.euro.id,
            "pay_currency_id": self.own.id,
            "pay_amount": 200,
            "made_date": DAY,
            "date": DAY + timedelta(days=5),
            "confirm": False,
            **values,
        }
        return self.env["debt.promise"].with_user(self.agent).create(values)

    def pay_in(self, currency, amount, day):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.foreign.ids
        )
        values = {
            "payment_date": day,
            "currency_id": currency.id,
            "amount": amount,
            "payment_difference_handling": "open",
        }
        return wizard.create(values)._create_payments()

    def judge_on(self, day):
        self.run_on(day)
        self.env.invalidate_all()

    # === PROMISES === #

    def test_what_was_said_gives_the_amount_of_the_documents(self):
        promise = self.promise()
        self.assertRecordValues(
            promise,
            [
                {
                    "amount": 100,
                    "pay_rate": 2,
                    "pay_rate_source": "odoo",
                    "pay_rate_date": self.euro.rate_ids.sorted("name")[0].name,
                    "amount_cover": 100,
                }
            ],
        )
        self.assertEqual(self.case_of().amount_chaseable, 0)
        self.assertIn("200.00", promise.display_name)

    def test_a_rate_can_be_agreed(self):
        promise = self.promise(pay_rate=2.2, pay_amount=220)
        self.assertEqual((promise.amount, promise.pay_rate_source), (100, "agreed"))
        self.assertIn("agreed rate 2.2", promise._amount_words())

    def test_money_counts_at_the_rate_of_the_promise(self):
        promise = self.promise()
        self.pay_in(self.own, 200, DAY + timedelta(days=4))
        self.assertAlmostEqual(
            self.foreign.amount_residual, 20, 2, "the euro rose: 200 are 80 now"
        )
        self.judge_on(DAY + timedelta(days=6))
        self.assertEqual((promise.state, promise.amount_paid), ("kept", 100))

    def test_half_of_it_is_half_of_it(self):
        promise = self.promise()
        self.pay_in(self.own, 100, DAY + timedelta(days=4))
        self.judge_on(DAY + timedelta(days=6))
        self.assertEqual((promise.state, promise.amount_paid), ("partial", 50))

    def test_money_in_the_currency_of_the_documents_counts_as_it_is(self):
        promise = self.promise()
        self.pay_in(self.euro, 100, DAY + timedelta(days=4))
        self.judge_on(DAY + timedelta(days=6))
        self.assertEqual(promise.state, "kept")

    def test_what_was_paid_before_keeps_its_own_rate(self):
        self.pay_in(self.own, 60, DAY - timedelta(days=1))  # 30 of the 100
        self.judge_on(DAY)
        promise = self.promise(pay_amount=140)
        self.assertEqual(promise.amount, 70)
        self.pay_in(self.own, 140, DAY + timedelta(days=4))
        self.judge_on(DAY + timedelta(days=6))
        self.assertEqual((promise.state, promise.amount_paid), ("kept", 70))

    def test_money_that_waits_is_to_apply(self):
        promise = self.promise()
        self.advance(200, day=DAY + timedelta(days=4))
        self.judge_on(DAY + timedelta(days=6))
        self.assertEqual((promise.state, promise.amount_to_apply), ("open", 100))

    def test_without_another_currency_nothing_changes(self):
        promise = self.promise(pay_currency_id=False, pay_amount=0, amount=60)
        self.assertEqual((promise.amount, promise.pay_rate_source), (60, False))
        self.pay_in(self.own, 120, DAY + timedelta(days=4))  # 48 at the rate of the day
        self.judge_on(DAY + timedelta(days=6))
        self.assertEqual((promise.state, promise.amount_paid), ("partial", 48))

    def test_nobody_pays_in_a_third_currency(self):
        franc = self.setup_other_currency("CHF", rates=[("2016-01-01", 0.9)])
        with self.assertRaisesRegex(ValidationError, "currency of the documents"):
            self.promise(pay_currency_id=franc.id)
        with self.assertRaisesRegex(ValidationError, "the rate"):
            self.promise(pay_rate=0, amount=10)

    def test_limits_are_those_of_the_documents(self):
        self.company.debt_promise_min_percent = 30
        with self.assertRaisesRegex(UserError, "at least"):
            self.promise(pay_amount=40)

    def test_the_confirmation_says_rate_and_date(self):
        promise = self.promise(confirm=True)
        now = self.company._debt_noon(DAY)
        self.env["debt.run"].sudo()._dispatch(self.company, now)
        body = self.mails_of(promise.action_ids).body_html
        for words in ("200.00", "100.00", "rate 2 of", "2016"):
            self.assertIn(words, body)

    def test_the_form_proposes_and_converts(self):
        case = self.case_of()
        form = Form(
            self.env["debt.promise"]
            .with_user(self.agent)
            .with_context(default_case_id=case.id, default_amount=100)
        )
        form.pay_currency_id = self.own
        self.assertEqual((form.pay_amount, form.pay_rate), (200, 2))
        form.pay_amount = 150
        self.assertEqual(form.amount, 75)
        form.date = DAY + timedelta(days=3)
        promise = form.save()
        self.assertEqual((promise.amount, promise.pay_amount), (75, 150))

    def test_a_call_promises_in_the_currency_of_the_company(self):
        wizard = Form(
            self.env["debt.contact.wizard"]
            .with_user(self.agent)
            .with_context(default_case_id=self.case_of().id)
        )
        wizard.outcome_id = self.env.ref("debt_collection.debt_outcome_promise")
        self.assertEqual(wizard.promise_amount, 100)
        wizard.promise_currency_id = self.own
        self.assertEqual(wizard.promise_amount, 200)
        wizard.promise_date = DAY + timedelta(days=3)
        wizard.save().action_confirm()
        promise = self.case_of().promise_ids
        self.assertEqual(
            (promise.amount, promise.pay_amount, promise.pay_currency_id),
            (100, 200, self.own),
        )

    # === VALUES === #

    def test_the_value_of_today_stands_beside_that_of_the_books(self):
        later = DAY + timedelta(days=4)
        with patch.object(
            self.env.registry["res.company"],
            "_debt_today",
            lambda company, now=None: later,
        ):
            case = self.case_of().with_user(self.agent)
            case.invalidate_recordset()
            self.assertEqual(
                (case.amount_total, case.amount_today, case.exchange_difference),
                (200, 250, 50),
            )
            self.assertEqual(case.item_ids.amount_today, 250)

    def test_an_exchange_difference_alone_is_never_chased(self):
        debtor = self.new_debtor("Solo Diferencia")
        accounts = self.company_data
        move = self.env["account.move"].create(
            {
                "date": DAY - timedelta(days=40),
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": debtor.id,
                            "currency_id": self.euro.id,
                            "amount_currency": 0,
                            "balance": balance,
                            "date_maturity": DAY - timedelta(days=40),
                        }
                    )
                    for account, balance in (
                        (accounts["default_account_receivable"], 30),
                        (accounts["default_account_revenue"], -30),
                    )
                ],
            }
        )
        move.action_post()
        move.line_ids.no_followup = False
        run = self.run_on(DAY)
        case = self.case_of(debtor)
        self.assertRecordValues(
            case,
            [
                {
                    "state": "closed",
                    "amount_total": 30,
                    "amount_chaseable": 0,
                    "days_past_due": 0,
                }
            ],
        )
        self.assertFalse(self.actions_of(run).filtered(lambda a: a.case_id == case))
        self.assertBooks()
