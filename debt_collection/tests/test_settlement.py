import random
from datetime import timedelta
from decimal import Decimal

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.debt_collection.logic.plan import judge, to_credit

from .common import DAY
from .test_plan import DUE, PlanCommon, days


@tagged("post_install", "-at_install")
class TestSettlement(PlanCommon):
    """A part of the debt is waived, if the rest is paid in time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls.new_user("accountant", "account.group_account_invoice")
        cls.manager = cls.new_user("manager", "debt_collection.group_debt_manager")
        cls.company.debt_credit_note_user_id = cls.accountant
        cls.discounts = cls.company_data["default_account_expense"].copy(
            {"name": "Settlements", "code": "619990"}
        )

    def offer(self, user=None, case=None, **values):
        """Offer to settle 300 for 240, to be paid at once on the fifth day."""
        user = user or self.manager
        case = (case or self.case_of()).with_user(user)
        action = case.action_settlement()
        values = {"date_first": days(5), "on_pay_days": False, **values}
        if "discount_percent" not in values:
            values.setdefault("amount_discount", 60)
        model = self.env["debt.plan"].with_user(user)
        return model.with_context(**action["context"]).create(values)

    def settle(self, invoices=None, day=DAY, **values):
        """Return an offer that was accepted and of which everything was paid."""
        offer = self.accept(self.offer(**values))
        left = offer.amount_total
        for invoice in invoices or self.invoices:
            paid = min(left, invoice.amount_residual)
            if paid:
                self.pay(invoice, paid, day=day)
            left -= paid
        self.run_to(days(1))
        return offer

    # === THE OFFER === #

    def test_percentage_and_amount_say_the_same(self):
        context = self.case_of().with_user(self.supervisor).action_settlement()
        with Form(
            self.env["debt.plan"]
            .with_user(self.supervisor)
            .with_context(**context["context"])
        ) as form:
            # the own limit, paid at once, within two weeks
            self.assertEqual((form.discount_percent, form.amount_discount), (5, 15))
            self.assertEqual((form.instalments, form.amount_down), (1, 0))
            self.assertEqual((form.date_expiry, form.date_first), (days(15),) * 2)
            self.assertFalse(form.beyond)
            form.amount_discount = 100
            self.assertAlmostEqual(form.discount_percent, 100 / 3)
            form.discount_percent = 10
            self.assertEqual((form.amount_discount, form.amount_total), (30, 270))
            self.assertIn("more than 5 %", form.beyond)
            self.assertIn("270.00", form.schedule)
        self.assertEqual(form.record.amount_discount, 30)

    def test_the_instalments_add_up_to_what_is_not_waived(self):
        offer = self.accept(self.offer(amount_discount=50, instalments=3))
        self.assertEqual(
            [amount for _d, amount, _s in self.amounts(offer)][:2], [83.33] * 2
        )
        self.assertAlmostEqual(sum(offer.promise_ids.mapped("amount")), 250)
        self.assertEqual((offer.amount_total, offer.amount_cover), (250, 300))
        case = self.case_of()
        self.assertEqual((case.amount_chaseable, case.amount_overdue), (0, 300))
        self.assertIn("250.00 left", case.plan_text)

    def test_impossible_terms(self):
        for values in (
            {"amount_discount": 300},
            {"amount_discount": -1},
            {"amount_discount": 60, "amount_down": 240},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self.offer(**values)
        offer = self.offer()
        with self.assertRaisesRegex(ValidationError, "until when"):
            offer.date_expiry = False

    def test_limits_by_role(self):
        for user, percent, count, found in (
            (self.agent, 1, 1, "more than 0 %"),
            (self.supervisor, 5, 1, ""),
            (self.supervisor, 5.1, 1, "more than 5 %"),
            (self.supervisor, 5, 2, "more than 1 payments"),
            (self.manager, 30, 3, ""),
            (self.manager, 30, 4, "more than 3 payments"),
            (self.manager, 31, 1, "more than 30 %"),
        ):
            with self.subTest(user=user.login, percent=percent, count=count):
                offer = self.offer(user, discount_percent=percent, instalments=count)
                self.assertIn(found, offer.beyond)
                self.assertEqual(bool(offer.beyond), bool(found))
                if found:
                    with self.assertRaisesRegex(UserError, "beyond your limits"):
                        offer.action_accept()

    def test_beyond_the_limits_somebody_else_approves(self):
        offer = self.offer(self.agent, discount_percent=20)
        offer.approval_note = "They close the shop"
        offer.action_ask_approval()
        with self.assertRaisesRegex(AccessError, "Somebody else"):
            offer.action_approve()
        with self.assertRaisesRegex(AccessError, "beyond your limits too"):
            offer.with_user(self.supervisor).action_approve()
        offer.with_user(self.manager).action_approve()
        self.accept(offer)
        self.assertEqual(offer.state, "active")

    def test_an_agent_accepts_what_a_manager_offered(self):
        self.case_of().sudo().agent_id = self.agent
        made = self.offer(discount_percent=20)
        with self.assertRaisesRegex(UserError, "beyond your limits"):
            made.with_user(self.agent).action_offer()
        made.action_offer()
        offer = made.with_user(self.agent)
        offer.invalidate_recordset()
        self.assertFalse(offer.beyond, "who offered it agreed on it")
        offer.discount_percent = 25
        self.assertEqual(offer.state, "draft", "other terms are nobody's yet")
        with self.assertRaisesRegex(UserError, "beyond your limits"):
            offer.action_accept()
        made.discount_percent = 20
        made.action_offer()
        self.accept(offer)
        self.assertEqual(made.state, "active")

    def test_another_discount_needs_another_approval(self):
        offer = self.offer(self.agent, discount_percent=20)
        offer.approval_note = "They close the shop"
        offer.action_ask_approval()
        offer.with_user(self.manager).action_approve()
        offer.date_expiry = days(40)
        self.assertFalse(offer.approval)

    def test_nobody_accepted_it_in_time(self):
        offer = self.offer(date_expiry=days(2))
        offer.action_offer()
        kept = self.offer(date_expiry=days(9))
        self.run_to(days(2))
        self.assertEqual(offer.state, "offered")
        self.run_to(days(3))
        self.assertEqual((offer.state, kept.state), ("cancelled", "draft"))
        self.assertIn("Expired", offer.close_reason)
        self.assertTrue(any("Expired" in m.body for m in offer.message_ids))
        self.today = days(10)
        with self.assertRaisesRegex(UserError, "valid until"):
            kept.action_accept()
        with self.assertRaisesRegex(UserError, "valid until"):
            kept._activate(accepted_how="phone")

    def test_what_is_printed(self):
        offer = self.offer()
        report = offer.action_offer()
        html = (
            self.env["ir.actions.report"]
            .sudo()
            ._render_qweb_html(report["report_name"], offer.ids)[0]
            .decode()
        )
        for text in ("240.00", "waives", "60.00", "06/16/2026", "nothing is waived"):
            self.assertIn(text, html)

    # === KEPT === #

    def test_kept_the_discount_waits_and_is_not_chased(self):
        moves = self.env["account.move"].search_count([])
        offer = self.accept(self.offer())
        with self.assertRaisesRegex(UserError, "No discount waits"):
            offer.with_user(self.accountant).action_credit()
        self.pay(self.invoices[0], 100)
        payment = self.pay(self.invoices[1], 140)
        moves += 2
        self.run_to(days(1))
        self.assertEqual((offer.state, offer.amount_cover), ("done", 60))
        self.assertTrue(offer.to_credit)
        self.assertEqual(self.env["account.move"].search_count([]), moves)
        activity = offer.activity_ids
        self.assertEqual(activity.user_id, self.accountant)
        self.assertIn("60.00", activity.summary)
        case = self.case_of()
        self.assertEqual((case.amount_chaseable, case.amount_total), (0, 60))
        self.assertIn("60.00 is to be credited", case.plan_text)
        for number in (2, 90):
            self.run_to(days(number))
            sent = case.action_ids.filtered(lambda a: a.contact_day >= days(1))
            self.assertFalse(sent, "what was waived is not chased")
        self.assertEqual(offer.activity_ids, activity)
        return payment

    def test_one_click_credits_it_exactly(self):
        offer = self.settle()
        found = self.env["debt.plan"].with_user(self.accountant)
        queue = found.search([("to_credit", "=", True)])
        self.assertEqual(queue, offer)
        self.assertNotIn(offer, found.search([("to_credit", "=", False)]))
        queue.action_credit()
        self.env.invalidate_all()
        note = offer.sudo().credit_move_ids
        self.assertEqual(
            (note.move_type, note.state, note.amount_total, note.amount_residual),
            ("out_refund", "posted", 60, 0),
        )
        self.assertEqual(note.create_uid, self.accountant)
        self.assertEqual(note.reversed_entry_id, self.invoices[1])
        self.assertEqual(self.invoices[1].amount_residual, 0)
        self.assertEqual((offer.state, offer.amount_cover), ("done", 0))
        self.assertFalse(offer.to_credit)
        self.assertFalse(offer.activity_ids)
        self.assertEqual(self.case_of().state, "closed")
        with self.assertRaisesRegex(UserError, "No discount waits"):
            queue.action_credit()
        self.run_to(days(2))
        self.assertEqual(offer.state, "done")
        self.assertBooks()

    def test_the_tax_of_the_invoice_takes_its_part(self):
        tax = self.company_data["default_tax_sale"].copy(
            {"amount": 19, "name": "Tax of 19"}
        )
        other = tax.copy({"amount": 7.5, "name": "Tax of 7.5"})
        rng = random.Random(11)
        included = tax.copy(
            {"name": "Included", "price_include_override": "tax_included"}
        )
        debtors = {}
        for number, all_taxes in enumerate(
            ((tax, other, tax | other, tax.browse()), (included,) * 3)
        ):
            debtor = self.new_debtor(f"Cliente{number}")
            debtors[debtor] = [
                self._create_invoice(
                    partner_id=debtor.id,
                    invoice_date=DUE - timedelta(days=30),
                    invoice_date_due=DUE + timedelta(days=number),
                    invoice_payment_term_id=False,
                    invoice_line_ids=[
                        Command.create(
                            {
                                "name": "Goods",
                                "quantity": rng.randint(1, 5),
                                "price_unit": round(rng.uniform(1, 90), 2),
                                "tax_ids": [Command.set(taxes.ids)],
                            }
                        )
                        for taxes in all_taxes
                    ],
                    post=True,
                )
                for number in range(2)
            ]
        self.run_to(DAY)
        for debtor, invoices in debtors.items():
            owed = sum(invoice.amount_residual for invoice in invoices)
            with self.subTest(debtor=debtor.name):
                case = self.case_of(debtor)
                offer = self.settle(invoices, case=case, discount_percent=29)
                self.assertAlmostEqual(offer.amount, owed)
                offer.with_user(self.accountant).action_credit()
                notes = offer.sudo().credit_move_ids
                for note in notes:
                    invoice = note.reversed_entry_id
                    part = note.amount_total / invoice.amount_total
                    self.assertAlmostEqual(
                        note.amount_tax, invoice.amount_tax * part, delta=0.02
                    )
                    self.assertEqual(invoice.amount_residual, 0)
                self.assertAlmostEqual(
                    sum(notes.mapped("amount_total")), offer.amount_discount
                )
                self.assertFalse(offer.to_credit)
        self.run_to(days(2))
        self.assertBooks()

    def test_only_the_instalments_that_were_agreed_on(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Halves",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": n}
                    )
                    for n in (0, 60)
                ],
            }
        )
        debtor = self.new_debtor("Mitades")
        invoice = self._create_invoice(
            partner_id=debtor.id,
            invoice_date=DUE,
            invoice_payment_term_id=term.id,
            invoice_line_ids=[
                Command.create({"name": "Goods", "price_unit": 200, "tax_ids": []})
            ],
            post=True,
        )
        self.run_to(DAY)
        first, second = self.case_of(debtor).item_ids.sorted("date_due")
        offer = self.settle(
            [invoice],
            case=self.case_of(debtor),
            amount_discount=20,
            item_ids=[Command.set(first.ids)],
        )
        self.assertEqual((offer.amount, offer.state), (100, "done"))
        offer.with_user(self.accountant).action_credit()
        self.assertEqual(first.move_line_id.amount_residual, 0)
        self.assertEqual(second.move_line_id.amount_residual, 100)

    def test_by_an_entry_where_the_company_chose_it(self):
        self.company.debt_settlement_booking = "entry"
        offer = self.settle()
        theirs = offer.with_user(self.accountant)
        with self.assertRaisesRegex(UserError, "Choose the account"):
            theirs.action_credit()
        self.company.sudo().debt_settlement_account_id = self.discounts
        theirs.action_credit()
        entry = offer.sudo().credit_move_ids
        self.assertEqual(entry.move_type, "entry")
        lost = entry.line_ids.filtered(lambda line: line.account_id == self.discounts)
        self.assertEqual(lost.balance, 60)
        self.assertEqual(self.case_of().state, "closed")

    def test_a_document_that_is_no_invoice(self):
        self.company.debt_settlement_account_id = self.discounts
        debtor = self.new_debtor("Apertura")
        receivable = self.company_data["default_account_receivable"]
        opening = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": DUE,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.id,
                            "partner_id": debtor.id,
                            "debit": 100,
                            "date_maturity": DUE,
                            "no_followup": False,
                        }
                    ),
                    Command.create({"account_id": self.discounts.id, "credit": 100}),
                ],
            }
        )
        opening.action_post()
        self.run_to(DAY)
        case = self.case_of(debtor)
        offer = self.accept(self.offer(case=case, amount_discount=30))
        line = opening.line_ids.filtered("partner_id")
        payment = self.advance(70, partner=debtor)
        (line | payment.move_id.line_ids).filtered(
            lambda each: each.account_id == receivable
        ).reconcile()
        self.run_to(days(1))
        offer.with_user(self.accountant).action_credit()
        self.assertEqual(offer.sudo().credit_move_ids.move_type, "entry")
        self.assertTrue(line.reconciled)

    def test_in_another_currency_without_an_exchange_difference(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids.unlink()
        for day, rate in ((DUE - timedelta(days=90), 3), (DAY, 3.3)):
            self.env["res.currency.rate"].create(
                {
                    "name": day,
                    "rate": rate,
                    "currency_id": euro.id,
                    "company_id": self.company.id,
                }
            )
        debtor = self.new_debtor("Lisboa")
        invoice = self.invoice(100, due=DUE, partner=debtor, currency=euro)
        self.run_to(DAY)
        offer = self.accept(self.offer(case=self.case_of(debtor), amount_discount=10))
        self.assertEqual(offer.currency_id, euro)
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        values = {"payment_date": DAY, "amount": 90, "currency_id": euro.id}
        wizard.create(values)._create_payments()
        self.run_to(days(1))
        journal = self.company.currency_exchange_journal_id
        exchange = [("journal_id", "=", journal.id)]
        before = self.env["account.move"].search_count(exchange)
        offer.with_user(self.accountant).action_credit()
        self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual(self.env["account.move"].search_count(exchange), before)

    def test_closed_books(self):
        offer = self.settle()
        self.company.sudo().fiscalyear_lock_date = days(1)
        with self.assertRaisesRegex(UserError, "books are closed"):
            offer.with_user(self.accountant).action_credit()

    def test_only_accounting_credits(self):
        offer = self.settle()
        for user in (self.agent, self.manager):
            with self.assertRaises(AccessError):
                offer.with_user(user).action_credit()
        with self.assertRaises(AccessError):
            offer.with_user(self.agent).write({"credit_move_ids": [Command.clear()]})

    # === NOT KEPT === #

    def test_late_and_the_whole_debt_stands(self):
        offer = self.accept(self.offer())
        self.pay(self.invoices[0], 100, day=days(3))
        for number in (5, 12, 13):  # five working days after the fifth
            self.run_to(days(number))
        self.assertEqual((offer.state, offer.amount_cover), ("broken", 0))
        self.assertIn("discount is void", offer.close_reason)
        case = self.case_of()
        self.assertEqual(case.amount_chaseable, 200)
        self.assertEqual(
            case.action_ids.filtered("plan_id").mapped("purpose"), ["plan_broken"]
        )
        self.pay(self.invoices[1], 140, day=days(14))
        self.run_to(days(15))
        self.assertEqual((offer.state, offer.to_credit), ("broken", False))
        self.assertEqual(case.amount_chaseable, 60)
        with self.assertRaisesRegex(UserError, "No discount waits"):
            offer.with_user(self.accountant).action_credit()

    def test_undone_is_judged_again(self):
        payment = self.test_kept_the_discount_waits_and_is_not_chased()
        offer = self.case_of().plan_ids
        payment.move_id.line_ids.remove_move_reconcile()
        payment.action_cancel()
        self.run_to(days(91))
        self.assertEqual((offer.state, offer.amount_cover), ("broken", 0))
        self.assertFalse(offer.activity_ids)
        self.assertEqual(self.case_of().amount_chaseable, 200)

    def test_undone_after_it_was_credited_accounting_has_to_reverse(self):
        payment = self.test_kept_the_discount_waits_and_is_not_chased()
        offer = self.case_of().plan_ids
        offer.with_user(self.accountant).action_credit()
        note = offer.sudo().credit_move_ids
        payment.move_id.line_ids.remove_move_reconcile()
        payment.action_cancel()
        self.run_to(days(91))
        self.assertEqual((offer.state, offer.amount_cover), ("broken", 0))
        tasks = offer.action_ids.filtered(lambda a: a.purpose == "plan_credit")
        self.assertEqual(tasks.mapped("state"), ["sent"])
        self.assertEqual(tasks.user_id, self.company._debt_write_off_users()[:1])
        self.assertIn(note.name, tasks.activity_id.note)

    def test_a_payment_short_of_two_percent_keeps_it(self):
        offer = self.accept(self.offer())
        self.pay(self.invoices[0], 100)
        self.pay(self.invoices[1], 137)
        self.run_to(days(1))
        self.assertEqual((offer.state, offer.amount_cover), ("done", 60))
        offer.with_user(self.accountant).action_credit()
        self.assertEqual(offer.sudo().credit_move_ids.amount_total, 60)
        self.assertEqual(self.invoices[1].amount_residual, 3)

    def test_who_paid_all_of_it_has_nothing_credited(self):
        offer = self.accept(self.offer())
        for invoice in self.invoices:
            self.pay(invoice)
        self.run_to(days(1))
        self.assertEqual((offer.state, offer.to_credit), ("done", False))

    # === AGAINST THE RULE === #

    def test_random_settlements_against_the_rule(self):
        rng = random.Random(5)
        offers = []
        for number in range(8):
            debtor = self.new_debtor(f"Deudor{number}")
            invoices = [
                self.invoice(rng.randint(20, 90), due=DUE, partner=debtor)
                for _n in range(2)
            ]
            offers.append((debtor, invoices))
        self.run_to(DAY)
        plans = self.env["debt.plan"]
        for number, (debtor, invoices) in enumerate(offers):
            case = self.case_of(debtor)
            plan = self.accept(
                self.offer(
                    case=case,
                    discount_percent=(10, 29, 0)[number % 3],
                    instalments=rng.choice((1, 2)),
                    frequency="weekly",
                )
            )
            plans |= plan
            left = plan.amount_total * (1, 1, 1, 0.5, 1.1, 1, 0, 1)[number]
            day = days(40 if number == 7 else 1)
            for invoice in invoices:
                paid = round(min(left, invoice.amount_residual), 2)
                if paid > 0:
                    self.pay(invoice, paid, day=day)
                left -= paid
        for day in (2, 30, 45):
            self.run_to(days(day))
            for plan in plans:
                with self.subTest(plan=plan.display_name, day=day):
                    if plan.state != "broken":
                        states = plan.promise_ids.mapped("state")
                        self.assertEqual(plan.state, judge(states))
                    lines = plan.item_ids.move_line_id
                    owed = sum(lines.mapped("amount_residual"))
                    self.assertAlmostEqual(
                        plan.amount_cover if plan.state != "active" else 0,
                        float(
                            to_credit(
                                plan.state,
                                Decimal(str(plan.amount_discount)),
                                Decimal(0),
                                Decimal(str(round(owed, 2))),
                            )
                        ),
                    )
        self.assertGreater(len(set(plans.mapped("state"))), 1)
        waiting = plans.filtered("to_credit")
        self.assertTrue(waiting)
        left = {plan: plan.amount_cover for plan in waiting}
        waiting.with_user(self.accountant).action_credit()
        self.assertFalse(any(waiting.mapped("to_credit")))
        for plan in waiting:
            credited = sum(plan.sudo().credit_move_ids.mapped("amount_total"))
            self.assertAlmostEqual(credited, left[plan])
        self.run_to(days(46))
        self.assertBooks()
