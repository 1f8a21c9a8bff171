import base64
import random
from ast import literal_eval
from datetime import date, timedelta
from decimal import Decimal
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.debt_collection.logic import notice as rule

from .common import DAY, DebtCommon

DUE = DAY - timedelta(days=4)
PIXEL = base64.b64encode(
    base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
        "AABJRU5ErkJggg=="
    )
)


def days(count):
    return DAY + timedelta(days=count)


class NoticeCommon(DebtCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supervisor = cls.new_user(
            "supervisor", "debt_collection.group_debt_supervisor"
        )
        cls.accountant = cls.new_user("accountant", "account.group_account_invoice")
        cls.strategy.write({"min_gap_days": 0, "quiet_days": 0})
        cls.company.country_id = False
        cls.invoice_ = cls.invoice(cls, 100, due=DUE)
        cls.refresh()

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

    @classmethod
    def refresh(cls, day=DAY):
        company = cls.company.sudo()
        cls.env["debt.item"].sudo()._sync(company, day)
        cls.env["debt.case"].sudo().search([("company_id", "=", company.id)])._roll_up(
            company, day, full=True
        )
        cls.env.invalidate_all()

    def notice(self, amount=100, on=0, user=None, **values):
        values = {
            "case_id": self.case_of().id,
            "amount": amount,
            "made_date": DAY,
            "date": days(on),
            **values,
        }
        model = self.env["debt.payment.notice"].with_user(user or self.agent)
        return model.create(values)

    def judge_on(self, day):
        """Do the whole run of a day and look at the notices again."""
        self.run_on(day)
        self.env.invalidate_all()

    def deposit(self, amount=100, label="DEPOSITO", day=DAY, **values):
        """Return a bank statement line that nobody reconciled."""
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": day,
                "payment_ref": label,
                "amount": amount,
                **values,
            }
        )

    def receivable(self, move):
        return move.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )

    def seen_by_accountant(self, notice):
        self.env.invalidate_all()
        return notice.with_user(self.accountant)


@tagged("post_install", "-at_install")
class TestPaymentNotice(NoticeCommon):
    """A payment that is reported pauses the chase for some days."""

    # === COVER === #

    def test_nothing_is_sent_about_what_was_reported_as_paid(self):
        notice = self.notice()
        self.assertEqual(notice.item_ids, self.item_of(self.invoice_))
        self.assertEqual(notice.pause_until, date(2026, 6, 8))
        self.assertEqual(self.case_of().amount_chaseable, 0)
        run = self.run_on(DAY)
        self.assertFalse(self.actions_of(run))
        self.assertHeld(run, self.invoice_, "noticed")
        self.assertEqual(self.case_of().amount_overdue, 100, "it is owed all the same")

    def test_deductions_are_kept_out_of_the_chase_too(self):
        notice = self.notice(70, amount_deducted=10, deduction_note="Withholding")
        self.assertEqual(notice.amount_cover, 80)
        self.assertEqual(self.case_of().amount_chaseable, 20)
        with self.assertRaises(ValidationError):
            notice.amount_deducted = -1

    def test_what_was_deducted_stays_out_until_the_pause_ends(self):
        notice = self.notice(90, amount_deducted=10)
        self.pay(self.invoice_, 90)
        self.judge_on(days(2))
        self.assertEqual(notice.state, "matched")
        self.assertEqual(self.case_of().amount_chaseable, 0)
        self.judge_on(days(8))
        self.assertEqual((notice.state, notice.amount_cover), ("matched", 0))
        self.assertEqual(self.case_of().amount_chaseable, 10)

    def test_the_pause_counts_working_days(self):
        self.company.debt_notice_days = 3
        friday = date(2026, 6, 5)
        notice = self.notice(made_date=friday, date=friday)
        self.assertEqual(notice.pause_until, date(2026, 6, 10))
        self.assertFalse(notice.scheduled)

    def test_a_scheduled_payment_pauses_from_its_date_on(self):
        notice = self.notice(on=4)
        self.assertTrue(notice.scheduled)
        self.assertEqual(notice.pause_until, date(2026, 6, 12))
        with self.assertRaisesRegex(UserError, "15 days"):
            self.notice(on=16)
        self.notice(on=16, user=self.supervisor)

    def test_an_old_payment_pauses_from_the_day_it_is_reported(self):
        self.assertEqual(self.notice(on=-20).pause_until, date(2026, 6, 8))

    def test_the_same_payment_reported_twice_counts_once(self):
        first = self.notice(reference="123")
        second = self.notice(reference="123456")
        self.assertEqual(first.state, "rejected")
        self.assertEqual(second.state, "open")
        self.assertFalse(first.action_ids, "nobody has to do anything about it")

    def test_parts_stay_beside_each_other(self):
        first, second = self.notice(50), self.notice(50)
        self.assertEqual((first.state, second.state), ("open", "open"))
        self.assertEqual(self.case_of().amount_chaseable, 0)

    def test_a_mistake_is_undone_for_ten_minutes(self):
        notice = self.notice()
        with self.assertRaises(UserError):
            notice.with_user(self.supervisor).unlink()
        notice.with_user(self.agent).action_undo()
        self.assertFalse(notice.exists())
        self.assertEqual(self.case_of().amount_chaseable, 100)

    def test_form_from_the_case(self):
        case = self.case_of().with_user(self.agent)
        action = case.action_report_payment()
        form = Form(
            self.env["debt.payment.notice"]
            .with_user(self.agent)
            .with_context(**action["context"])
        )
        self.assertEqual(form.amount, 100)
        self.assertEqual(form.date, DAY)
        form.reference = "TRF 123456"
        notice = form.save()
        self.assertEqual(notice.amount_cover, 100)
        self.assertEqual(case.notice_count, 1)
        self.assertEqual(case.notice_ids, notice)
        found = self.env["debt.payment.notice"].search(
            case.action_open_notices()["domain"]
        )
        self.assertEqual(found, notice)

    def test_reported_in_a_call(self):
        case = self.case_of().with_user(self.agent)
        wizard = (
            self.env["debt.contact.wizard"]
            .with_user(self.agent)
            .with_context(**case.action_log()["context"])
            .create(
                {
                    "outcome_id": self.env["debt.outcome"]._by_code("paid").id,
                    "follow_up": "notice",
                    "notice_reference": "TRF 123456",
                }
            )
        )
        wizard.action_confirm()
        notice = case.notice_ids
        self.assertEqual((notice.amount, notice.date), (100, DAY))
        self.assertEqual(notice.reference, "TRF 123456")
        self.assertEqual(case.amount_chaseable, 0)
        notice.contact_action_id.with_user(self.agent).action_undo()
        self.assertFalse(notice.exists())
        self.assertEqual(self.case_of().amount_chaseable, 100)

    def test_the_receipt_is_shown_as_what_it_is(self):
        notice = self.notice(receipt=PIXEL, receipt_name="photo.png")
        self.assertEqual(notice.receipt_kind, "image")
        notice.receipt = base64.b64encode(b"%PDF-1.4 \n%\xe2\xe3\xcf\xd3\n")
        self.assertEqual(notice.receipt_kind, "pdf")
        notice.receipt = base64.b64encode(b"hello")
        self.assertEqual(notice.receipt_kind, "other")
        notice.receipt = False
        self.assertFalse(notice.receipt_kind)

    # === VERDICT === #

    def test_matched_when_the_books_show_it(self):
        notice = self.notice()
        self.pay(self.invoice_)
        self.judge_on(days(1))
        self.assertEqual(notice.state, "matched")
        self.assertEqual((notice.amount_matched, notice.amount_cover), (100, 0))
        self.assertEqual(notice.paid_date, DAY)
        self.assertFalse(notice.action_ids)

    def test_what_was_paid_before_does_not_count(self):
        self.pay(self.invoice_, 60)
        self.refresh()
        notice = self.notice(40)
        self.judge_on(days(1))
        self.assertEqual(notice.state, "open")

    def test_expired_makes_a_task_once_and_the_chase_goes_on(self):
        notice = self.notice()
        self.run_on(DAY)
        self.judge_on(days(7))
        self.assertEqual(notice.state, "open", "the pause is not over")
        run = self.run_on(days(8))
        self.env.invalidate_all()
        self.assertEqual(notice.state, "expired")
        self.assertEqual(self.case_of().amount_chaseable, 100)
        tasks = notice.action_ids
        self.assertEqual(tasks.mapped("purpose"), ["notice_expired"])
        self.assertEqual(tasks.state, "sent")
        self.assertIn("100", str(tasks.activity_id.note))
        self.assertEqual(tasks.user_id, self.agent)
        self.assertPlanned(run, [(3, "email", "sent")])
        self.judge_on(days(9))
        self.assertEqual(len(notice.action_ids), 1)

    def test_money_that_comes_after_all_withdraws_the_task(self):
        notice = self.notice()
        self.judge_on(days(8))
        task = notice.action_ids
        activity = task.activity_id
        self.pay(self.invoice_, day=days(8))
        self.judge_on(days(9))
        self.assertEqual(notice.state, "matched")
        self.assertFalse(activity.exists())
        self.assertEqual(task.state, "cancelled")

    def test_nobody_is_asked_while_the_money_waits_to_be_applied(self):
        notice = self.notice()
        self.advance(100)
        self.judge_on(days(8))
        self.assertEqual((notice.state, notice.amount_to_apply), ("expired", 100))
        self.assertFalse(notice.action_ids)
        self.assertEqual(self.case_of().amount_chaseable, 0, "the credit covers it")

    def test_undone_and_reconciled_again(self):
        notice = self.notice()
        self.pay(self.invoice_)
        self.judge_on(days(1))
        self.assertEqual(notice.state, "matched")
        line = self.receivable(self.invoice_)
        payment = line.matched_credit_ids.credit_move_id
        line.remove_move_reconcile()
        self.judge_on(days(2))
        self.assertEqual((notice.state, notice.amount_cover), ("open", 100))
        (line | payment).reconcile()
        self.judge_on(days(3))
        self.assertEqual(notice.state, "matched")

    def test_a_cancelled_invoice_ends_the_notice(self):
        notice = self.notice()
        self.invoice_.button_draft()
        self.invoice_.button_cancel()
        self.judge_on(days(1))
        self.assertEqual(notice.state, "expired")
        self.assertFalse(notice.action_ids)

    def test_a_simulation_changes_no_notice(self):
        notice = self.notice()
        self.run_on(days(8), simulate=True)
        self.env.invalidate_all()
        self.assertEqual(notice.state, "open")
        self.assertFalse(notice.action_ids)

    # === REJECT === #

    def test_rejecting_tells_the_agent_and_the_chase_goes_on(self):
        notice = self.notice()
        self.run_on(DAY)
        theirs = notice.with_user(self.accountant)
        action = theirs.action_reject()
        self.env["debt.withdraw.wizard"].with_user(self.accountant).with_context(
            **action["context"]
        ).create({"reason": "Receipt of another company"}).action_confirm()
        self.assertEqual(notice.state, "rejected")
        self.assertEqual(self.case_of().amount_chaseable, 100)
        task = notice.action_ids
        self.assertEqual((task.purpose, task.user_id), ("notice_rejected", self.agent))
        run = self.run_on(days(1))
        self.assertEqual(task.state, "sent")
        self.assertIn("another company", str(task.activity_id.note))
        self.assertPlanned(run, [(3, "email", "sent")])
        self.pay(self.invoice_)
        self.judge_on(days(2))
        self.assertEqual(notice.state, "rejected", "a person decided")

    def test_whoever_rejects_an_own_notice_needs_no_task(self):
        notice = self.notice()
        notice.with_user(self.agent)._withdraw("Error")
        self.assertFalse(notice.action_ids)

    # === RIGHTS === #

    def test_rights_of_agents(self):
        other = self.new_user("agent2", "debt_collection.group_debt_agent")
        notice = self.notice()
        self.assertEqual(notice.with_user(other).amount, 100, "everybody helps")
        self.case_of().sudo().agent_id = self.agent
        with self.assertRaises(AccessError):
            notice.with_user(other).amount = 90
        with self.assertRaises(AccessError):
            notice.with_user(other)._withdraw("No")
        self.notice(50, user=other)
        with self.assertRaises(AccessError):
            notice.with_user(self.new_user("nobody", "base.group_user")).read()
        with self.assertRaises(AccessError):
            notice.with_user(self.agent).read(["candidate"])

    def test_two_companies(self):
        notice = self.notice()
        company = self.env["res.company"].create({"name": "Another"})
        for login, group in (
            ("foreign", "debt_collection.group_debt_agent"),
            ("foreign2", "account.group_account_invoice"),
        ):
            user = self.new_user(login, group, company)
            with self.assertRaises(AccessError):
                notice.with_user(user).read()
            with self.assertRaises(AccessError):
                notice.with_user(user)._withdraw("No")
            self.assertFalse(
                self.env["debt.payment.notice"].with_user(user).search_count([])
            )

    def test_rights_of_accountants(self):
        notice = self.notice().with_user(self.accountant)
        self.assertEqual(notice.item_ids.move_id, self.invoice_)
        self.assertEqual(notice.read(["display_name", "candidate"])[0]["id"], notice.id)
        with self.assertRaises(AccessError):
            notice.state = "matched"
        with self.assertRaises(AccessError):
            notice.copy()
        with self.assertRaises(AccessError):
            notice.unlink()

    # === TWIN === #

    def test_random_notices_against_the_rule(self):
        decided = sum(self.hold_against_rule(seed) for seed in range(3))
        self.assertGreater(decided, 15)

    def hold_against_rule(self, seed):
        """Random notices and payments: the statement says what the rule says."""
        rng = random.Random(seed)
        notices = self.env["debt.payment.notice"]
        moves = {}
        for number in range(8):
            partner = self.new_debtor(f"N{seed}x{number}")
            moves[partner] = [
                self.invoice(rng.choice([80, 100, 250]), due=DUE, partner=partner)
                for _ in range(rng.randint(1, 2))
            ]
            if rng.random() < 0.3:
                self.pay(moves[partner][0], 20, day=days(-3))
        self.refresh()
        for partner, invoices in moves.items():
            owed = sum(invoice.amount_residual for invoice in invoices)
            notices |= self.notice(
                round(owed * rng.choice([0.4, 0.8, 1]), 2),
                on=rng.randint(-3, 4),
                case_id=self.case_of(partner).id,
                amount_deducted=rng.choice([0, 0, 10]),
            )
        decided = 0
        company = self.company.sudo()
        crumb = Decimal(str(company.debt_crumb_amount))
        asked = set()
        for day in map(days, range(0, 15, 2)):
            for partner, invoices in moves.items():
                invoice = rng.choice(invoices)
                if rng.random() < 0.2 and invoice.amount_residual:
                    part = rng.choice([0.2, 0.5, 0.985, 1])
                    self.pay(invoice, round(invoice.amount_residual * part, 2))
                elif rng.random() < 0.08:
                    self.advance(rng.choice([30, 200]), partner=partner)
                elif rng.random() < 0.08:
                    self.receivable(invoice).remove_move_reconcile()
            self.refresh(day)
            cases = notices.case_id.sudo()
            cases.judged_day = False
            self.env.flush_all()
            self.env["debt.payment.notice"].sudo()._judge(company, day, cases)
            self.env.invalidate_all()
            for notice in notices.sudo():
                with self.subTest(seed=seed, day=day, notice=notice.id):
                    came, to_apply, owed = self.came(notice)
                    amount = Decimal(str(notice.amount))
                    state = rule.judge(
                        amount, notice.pause_until, day, came, owed, crumb
                    )
                    self.assertEqual(notice.state, state)
                    kept = rule.cover(
                        state,
                        amount,
                        Decimal(str(notice.amount_deducted)),
                        came,
                        notice.pause_until,
                        day,
                    )
                    self.assertAlmostEqual(notice.amount_cover, float(kept))
                    if rule.needs_task(state, amount, came, to_apply, owed, crumb):
                        asked.add(notice)
                    tasks = notice.action_ids
                    self.assertEqual(len(tasks), notice in asked)
                    if state == "matched":
                        self.assertNotIn("planned", tasks.mapped("state"))
                    decided += state != "open"
        return decided

    def came(self, notice):
        """Return what was reconciled, what waits to be, and what is owed."""
        partials = notice.item_ids.move_line_id.matched_credit_ids
        came = sum(partials.mapped("debit_amount_currency")) - notice.matched_before
        items = notice.case_id.item_ids
        pool = -sum(
            items.filtered(lambda i: i.amount_residual_currency < 0).mapped(
                "amount_residual_currency"
            )
        )
        owed = sum(
            notice.item_ids.filtered(lambda i: i.state == "open").mapped(
                "amount_residual_currency"
            )
        )
        missing = notice.amount - max(0, came)
        numbers = (came, max(0, min(missing, pool)), owed)
        return tuple(Decimal(str(round(number, 2))) for number in numbers)


@tagged("post_install", "-at_install")
class TestToApply(NoticeCommon):
    """The accountant applies what was reported with one click."""

    def test_a_payment_that_nobody_allocated_is_proposed(self):
        payment = self.advance(100)
        notice = self.seen_by_accountant(self.notice(reference="TRF 1"))
        self.assertTrue(notice.candidate_clear)
        self.assertIn(payment.move_id.name, notice.candidate)
        self.assertIn("same amount · of this customer", notice.candidate)
        notice.action_apply()
        self.assertEqual(self.invoice_.amount_residual, 0)
        self.assertEqual(notice.state, "matched")
        self.assertEqual(self.case_of().state, "closed")
        self.assertFalse(notice.candidate)
        self.assertIn("Applied", str(notice.message_ids[0].body))

    def test_a_bank_statement_line_is_proposed_by_amount_and_reference(self):
        deposit = self.deposit(100, "TRANSF 000887766 ANDINA")
        notice = self.seen_by_accountant(self.notice(reference="TRF-887766"))
        self.assertTrue(notice.candidate_clear)
        self.assertIn("same amount · reference found", notice.candidate)
        notice.action_apply()
        self.assertTrue(deposit.is_reconciled)
        self.assertEqual(deposit.partner_id, self.debtor)
        self.assertEqual(self.invoice_.amount_residual, 0)
        self.assertEqual(notice.state, "matched")
        lines = deposit.move_id.line_ids
        self.assertEqual(len(lines), 2)
        self.assertEqual(lines.mapped("partner_id"), self.debtor)
        self.assertEqual(
            self.receivable(deposit.move_id).matched_debit_ids.debit_move_id,
            self.receivable(self.invoice_),
        )
        self.assertBooks()

    def test_a_deposit_can_be_taken_back(self):
        deposit = self.deposit(100, "887766")
        notice = self.seen_by_accountant(self.notice(reference="887766"))
        notice.action_apply()
        deposit.action_undo_reconciliation()
        self.judge_on(days(1))
        self.assertEqual(notice.state, "open")
        self.assertEqual(self.invoice_.amount_residual, 100)

    def test_a_part_of_the_money_leaves_the_notice_open(self):
        self.deposit(60, "887766")
        notice = self.seen_by_accountant(self.notice(reference="887766"))
        self.assertFalse(notice.candidate_clear and notice.candidate_count > 1)
        notice.action_apply()
        self.assertEqual((notice.state, notice.amount_matched), ("open", 60))
        self.deposit(40, "SALDO")
        self.assertIn("same amount", self.seen_by_accountant(notice).candidate)

    def test_more_money_than_was_owed_stays_the_customers(self):
        payment = self.advance(130)
        notice = self.seen_by_accountant(self.notice(130))
        notice.action_apply()
        self.assertEqual(self.invoice_.amount_residual, 0)
        self.assertEqual(self.receivable(payment.move_id).amount_residual, -30)
        self.assertEqual(notice.state, "matched")

    def test_in_doubt_a_person_chooses(self):
        first, second = self.deposit(100, "A"), self.deposit(100, "B")
        notice = self.seen_by_accountant(self.notice())
        self.assertFalse(notice.candidate_clear)
        self.assertEqual(notice.candidate_count, 2)
        action = notice.action_apply()
        self.assertEqual(action["res_model"], "debt.apply.wizard")
        self.assertFalse(first.is_reconciled or second.is_reconciled)
        wizard = (
            self.env["debt.apply.wizard"]
            .with_user(self.accountant)
            .browse(action["res_id"])
        )
        line = wizard.line_ids.filtered(lambda line: line.name == "B")
        self.assertEqual(line.action_open()["res_id"], second.move_id.id)
        line.action_apply()
        self.assertTrue(second.is_reconciled)
        self.assertFalse(first.is_reconciled)
        self.assertEqual(notice.state, "matched")

    def test_several_at_once(self):
        other = self.new_debtor("Zapatería Sol")
        self.invoice(250, due=DUE, partner=other)
        self.refresh()
        self.advance(100)
        self.advance(100, partner=other)
        notices = self.notice() | self.notice(250, case_id=self.case_of(other).id)
        answer = self.seen_by_accountant(notices).action_apply()
        self.assertEqual(answer["params"]["type"], "warning")
        self.assertEqual(notices.mapped("state"), ["matched", "open"])

    def test_what_is_not_proposed(self):
        other = self.new_debtor("Zapatería Sol")
        self.advance(100, partner=other)
        self.deposit(100, partner_id=other.id)
        self.deposit(100, day=days(-15))
        self.deposit(-100)
        self.deposit(55)
        self.credit_note(30)
        notice = self.seen_by_accountant(self.notice())
        self.assertEqual(notice.candidate_count, 0)
        self.assertFalse(notice.candidate)
        action = notice.action_apply()
        self.assertEqual(action["res_model"], "debt.apply.wizard")

    def test_habit_and_bank_add_to_the_amount(self):
        before = self.deposit(
            33, "X", day=days(-9), partner_id=self.debtor.id, partner_name="JUAN PEREZ"
        )
        self.deposit(70, "DEPOSITO", partner_name="Juan Pérez")
        self.deposit(70, "DEPOSITO", partner_name="Juan Perez")
        notice = self.seen_by_accountant(self.notice(70, bank=before.journal_id.name))
        self.assertIn("usual payer", notice.candidate)
        self.assertIn("usual bank", notice.candidate)

    def test_another_currency_is_not_the_same_amount(self):
        currency = self.setup_other_currency("EUR")
        self.deposit(50, foreign_currency_id=currency.id, amount_currency=100)
        notice = self.seen_by_accountant(self.notice())
        self.assertEqual(notice.candidate_count, 0)

    def test_applied_meanwhile(self):
        deposit = self.deposit(100, "887766")
        notice = self.seen_by_accountant(self.notice(reference="887766"))
        deposit._debt_identify(self.debtor)
        line = deposit._debt_to_receivable(self.receivable(self.invoice_).account_id)
        (line | self.receivable(self.invoice_)).reconcile()
        with self.assertRaisesRegex(UserError, "meanwhile"):
            notice._apply(deposit.with_user(self.accountant))

    def test_agents_do_not_apply(self):
        payment = self.advance(100)
        notice = self.notice()
        with self.assertRaises(AccessError):
            notice.with_user(self.agent)._apply(
                self.receivable(payment.move_id).with_user(self.agent)
            )
        with self.assertRaises(AccessError):
            self.deposit().with_user(self.agent)._debt_identify(self.debtor)

    def test_locked_days_stay_locked(self):
        self.deposit(100, "887766", day=days(-3))
        notice = self.seen_by_accountant(self.notice(reference="887766"))
        company = self.company.sudo()
        with patch.object(
            type(company), "_validate_locks", lambda company, values: None
        ):
            company.fiscalyear_lock_date = days(-1)
        with self.assertRaises(UserError):
            notice.action_apply()


@tagged("post_install", "-at_install")
class TestUnidentifiedDeposits(NoticeCommon):
    """Deposits that nobody knows, with the customers who may have made them."""

    def candidates(self, deposit):
        self.env.invalidate_all()
        return deposit.with_user(self.accountant).debt_candidates

    def test_candidates_by_amount(self):
        self.assertIn(
            "Ferretería Andina (same amount · all that is overdue)",
            self.candidates(self.deposit(100)),
        )
        self.assertFalse(self.candidates(self.deposit(55)))
        self.invoice(30, due=DUE)
        self.refresh()
        self.assertIn("(all that is overdue)", self.candidates(self.deposit(130)))

    def test_candidates_by_notice_and_promise(self):
        self.notice(45, reference="TRF 445566")
        self.env["debt.promise"].with_user(self.agent).create(
            {
                "case_id": self.case_of().id,
                "amount": 65,
                "made_date": DAY,
                "date": days(3),
                "confirm": False,
            }
        )
        self.assertIn("(payment reported)", self.candidates(self.deposit(45)))
        self.assertIn("(amount promised)", self.candidates(self.deposit(65)))
        self.assertIn("(reference found)", self.candidates(self.deposit(8, "445566")))

    def test_candidates_by_reference(self):
        self.debtor.write({"ref": "CLI-0815", "vat": "900123456-7"})
        for label in (
            f"PAGO {self.invoice_.name}",
            "DEP cli-0815",
            "NIT 9001234567 ABONO",
        ):
            with self.subTest(label=label):
                self.assertIn(
                    "(reference found)", self.candidates(self.deposit(8, label))
                )
        self.assertFalse(self.candidates(self.deposit(8, "PAGO 2026")))

    def test_candidates_by_habit(self):
        self.deposit(33, partner_id=self.debtor.id, partner_name="JUAN PEREZ")
        self.deposit(33, partner_id=self.debtor.id, account_number="00-55-77")
        self.env["res.partner.bank"].create(
            {"partner_id": self.debtor.id, "acc_number": "12 3456 7890"}
        )
        for values in (
            {"partner_name": "JUAN PEREZ"},
            {"account_number": "00-55-77"},
            {"account_number": "1234567890"},
        ):
            with self.subTest(values=values):
                self.assertIn("usual payer", self.candidates(self.deposit(8, **values)))

    def test_the_best_comes_first_and_three_are_named(self):
        for number in range(4):
            partner = self.new_debtor(f"Cliente {number}", ref=f"REF-{number}990")
            self.invoice(100, due=DUE, partner=partner)
        self.refresh()
        text = self.candidates(self.deposit(100, "REF-2990"))
        self.assertTrue(text.startswith("Cliente 2 (same amount"))
        self.assertEqual(text.count(";"), 2)

    def test_choosing_a_customer(self):
        deposit = self.deposit(100)
        action = deposit.with_user(self.accountant).action_debt_identify()
        wizard = (
            self.env["debt.deposit.wizard"]
            .with_user(self.accountant)
            .browse(action["res_id"])
        )
        self.assertEqual(wizard.line_ids.partner_id, self.debtor)
        self.assertIn("same amount", wizard.line_ids.why)
        wizard.line_ids.action_choose()
        self.assertEqual(deposit.partner_id, self.debtor)
        self.assertFalse(deposit.is_reconciled)
        notice = self.seen_by_accountant(self.notice())
        self.assertTrue(notice.candidate_clear, "the customer's own deposit")
        with self.assertRaisesRegex(UserError, "is of Ferretería"):
            deposit._debt_identify(self.new_debtor("Zapatería Sol"))

    def test_another_customer_than_proposed(self):
        other = self.new_debtor("Zapatería Sol")
        deposit = self.deposit(100)
        wizards = self.env["debt.deposit.wizard"].with_user(self.accountant)
        wizard = wizards.browse(
            deposit.with_user(self.accountant).action_debt_identify()["res_id"]
        )
        with self.assertRaises(UserError):
            wizard.action_confirm()
        wizard.partner_id = other
        wizard.action_confirm()
        self.assertEqual(deposit.partner_id, other)

    def test_only_of_own_companies_and_only_accounting(self):
        deposit = self.deposit(100)
        foreign = self.new_user(
            "foreign",
            "account.group_account_invoice",
            self.env["res.company"].create({"name": "Another"}),
        )
        with self.assertRaises(AccessError):
            deposit.with_user(foreign).action_debt_identify()
        with self.assertRaises(AccessError):
            deposit.with_user(self.agent).action_debt_identify()

    def test_the_board_shows_them_by_bank_and_day(self):
        deposit = self.deposit(100)
        self.deposit(100, partner_id=self.debtor.id)
        action = self.env.ref("debt_collection.debt_deposit_action")
        lines = (
            self.env["account.bank.statement.line"]
            .with_user(self.accountant)
            .search(literal_eval(action.domain))
        )
        self.assertEqual(lines, deposit)
        groups = lines.web_read_group(
            [("id", "in", lines.ids)], ["journal_id", "date:day"], ["__count"]
        )["groups"]
        self.assertEqual(groups[0]["__count"], 1)
