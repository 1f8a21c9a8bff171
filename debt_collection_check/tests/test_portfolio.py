import random
from datetime import date
from decimal import Decimal
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.debt_collection.logic.working_days import add_working_days

from ..logic.clearing import (
    BACK,
    BANK,
    BOUNCED,
    CLEARED,
    DOCUMENTED,
    HAND,
    PASSED,
    RETURNED,
    Document,
    clears_on,
    state,
)
from ..models.debt_cheque import DOCUMENTED as OWED
from ..models.debt_cheque import STATES
from .common import DAY, DebtChequeCommon, days


@tagged("post_install", "-at_install")
class TestPortfolio(DebtChequeCommon):
    """Whatever happens to cheques, the laws hold.

    What the statements say is held against something slow and obvious: the operations
    of each cheque, one by one, and the rule in words.
    """

    def setUp(self):
        super().setUp()
        self.today = DAY
        self.startPatcher(
            patch.object(
                self.env.registry["res.company"],
                "_debt_today",
                lambda company, now=None: self.today,
            )
        )

    # === THE TWIN === #

    def place_of(self, check):
        """Return (place, day on which it came there, day of the statement)."""
        bounces = self.env["debt.cheque.bounce"].search([("check_id", "=", check.id)])
        operations = check.operation_ids.filtered(
            lambda p: p.state not in ("draft", "canceled")
        )
        last = operations.sorted(lambda p: (p.date, p.write_date, p.id))[-1:]
        moved = last.date or check.payment_id.date
        banked = any(
            p.payment_type == "inbound" and p.journal_id == self.bank
            for p in operations
        )
        seen = None
        if "done" in bounces.mapped("state"):
            place = BOUNCED
        elif not last:
            place = HAND
        elif last.payment_type == "outbound":
            place = BACK if last.partner_id == check.partner_id else PASSED
        elif last.journal_id == self.bank:
            place = BANK
            line = last.move_id.line_ids.filtered(
                lambda each: each.account_id == last.outstanding_account_id
            )
            shown = line.matched_credit_ids.credit_move_id.filtered("statement_line_id")
            seen = max(shown.mapped("date"), default=None)
        else:
            place = RETURNED if banked else HAND
        return Document(place, check.payment_date, moved, seen)

    def later(self, day):
        holidays = self.company.country_id._debt_holidays({day.year, day.year + 1})
        return add_working_days(day, self.company.debt_cheque_clear_days, holidays)

    def assertLaws(self):
        self.assertBooks()
        checks = self.env["l10n_latam.check"].search(
            [("payment_id.state", "in", ("in_process", "paid"))]
        )
        mirror = self.env["debt.cheque"].search([])
        self.assertEqual(mirror.check_id, checks)
        states, owed = {}, {}
        for check in checks:
            document = self.place_of(check)
            states[check] = state(document, self.today, self.later)
            row = self.cheque_of(check)
            self.assertRecordValues(
                row,
                [
                    {
                        "state": states[check],
                        "clear_date": clears_on(document, self.later) or False,
                        "partner_id": check.partner_id.id,
                        "amount": check.amount,
                        "amount_company": check.amount,
                        "kind": check.debt_kind,
                    }
                ],
            )
            if states[check] in DOCUMENTED:
                owed[check.partner_id] = owed.get(check.partner_id, 0) + check.amount
        for debtor in self.debtors:
            case = self.case_of(debtor)
            self.assertAlmostEqual(case.amount_documented, owed.get(debtor, 0))
            debts = case._documented().get(case, [])
            self.assertAlmostEqual(
                float(sum(amount for _day, amount in debts)), case.amount_documented
            )
            # what is owed, documented or not: all but what is money
            invoiced = sum(self.bills[debtor].mapped("amount_total"))
            money = self.cash[debtor] + sum(
                check.amount
                for check in checks
                if check.partner_id == debtor and states[check] == CLEARED
            )
            self.assertAlmostEqual(
                case.amount_total + case.amount_documented, invoiced - money
            )
            # on account is what the credits of the case say, as far as it is paper
            account = float(sum(amount for day, amount in debts if day is None))
            credit = -sum(
                item.amount_residual
                for item in case.item_ids
                if item.amount_residual < 0
            )
            self.assertLessEqual(round(account, 2), round(credit, 2) or 0)

    # === WHAT HAPPENS === #

    def pick(self, *states):
        checks = self.env["debt.cheque"].search([("state", "in", states)]).check_id
        return self.rng.choice(list(checks)) if checks else checks

    def do_invoice(self):
        debtor = self.rng.choice(list(self.debtors))
        amount = self.rng.choice([30, 99.99, 250, 1000])
        due = date.fromordinal(self.today.toordinal() + self.rng.randint(-40, 20))
        self.bills[debtor] |= self.invoice(amount, due=due, partner=debtor)

    def do_cheque(self):
        debtor = self.rng.choice(list(self.debtors))
        owed = self.bills[debtor].filtered(lambda move: move.amount_residual > 0)
        if not owed:
            return
        owed = owed[: self.rng.randint(1, 3)]
        total = sum(owed.mapped("amount_residual")) * self.rng.choice([0.5, 1, 1.2])
        parts = self.rng.choice([1, 1, 2, 3])
        each = round(total / parts, 2)
        dates = [
            date.fromordinal(self.today.toordinal() + self.rng.randint(-3, 25))
            for _ in range(parts)
        ]
        kind = self.rng.choice(["cheque", "note", "bill"])
        self.cheque(owed, *((each, day) for day in dates), day=self.today, kind=kind)

    def do_cash(self):
        debtor = self.rng.choice(list(self.debtors))
        owed = self.bills[debtor].filtered(lambda move: move.amount_residual > 0)[:1]
        if owed:
            amount = round(owed.amount_residual * self.rng.choice([0.4, 1]), 2)
            self.pay(owed, amount, day=self.today)
            self.cash[debtor] += amount

    def do_deposit(self):
        check = self.pick("hand", "returned")
        if check:
            self.move_to(check, self.bank, self.today)

    def do_statement(self):
        check = self.pick("deposited")
        if check:
            self.show_in_statement(check, self.today)

    def do_return(self):
        check = self.pick("deposited", "cleared")
        if check and check.current_journal_id == self.bank:
            self.move_to(check, self.rejected, self.today)

    def do_pass_on(self):
        check = self.pick("hand")
        if check:
            self.pass_on(check, self.supplier, self.today)

    def do_bounce(self):
        check = self.pick(*OWED, "cleared")
        if check:
            self.bounce(check, self.today, notify=False)

    def do_undo(self):
        done = self.env["debt.cheque.bounce"].search([("state", "=", "done")])[:1]
        if done:
            done.with_user(self.accountant)._withdraw("a mistake")

    def do_unreconcile(self):
        check = self.pick(*OWED, "cleared")
        if check:
            lines = check.payment_id.move_id.line_ids
            lines.filtered(
                lambda line: line.account_type == "asset_receivable"
            ).matched_debit_ids.unlink()

    def live(self, seed, steps=14):
        self.rng = random.Random(seed)
        self.supplier = self.new_debtor("Proveedor")
        self.debtors = self.debtor | self.new_debtor("Segunda")
        self.bills = {debtor: self.env["account.move"] for debtor in self.debtors}
        self.cash = dict.fromkeys(self.debtors, 0)
        things = [name for name in dir(self) if name.startswith("do_")]
        often = ["do_invoice", "do_cheque", "do_deposit"]
        for debtor in self.debtors:
            self.bills[debtor] |= self.invoice(500, due=DAY, partner=debtor)
        for step in range(steps):
            for name in self.rng.choices([*things, *often], k=3):
                with self.subTest(seed=seed, step=step, what=name):
                    getattr(self, name)()
            if self.rng.random() < 0.5:
                self.today = date.fromordinal(
                    self.today.toordinal() + self.rng.randint(1, 5)
                )
            self.run_on(self.today)
            with self.subTest(seed=seed, step=step):
                self.assertLaws()

    def test_the_laws_hold_whatever_happens(self):
        self.live(1)

    def test_the_laws_hold_whatever_else_happens(self):
        self.live(2)

    def test_the_states_are_those_of_the_rule(self):
        rule = {HAND, BANK, PASSED, RETURNED, BACK, BOUNCED, CLEARED}
        self.assertEqual({code for code, _name in STATES}, rule)
        self.assertEqual(set(OWED), set(DOCUMENTED))

    def test_what_is_documented_by_invoice(self):
        first = self.invoice(100, due=days(-30))
        second = self.invoice(200, due=days(-20))
        checks = self.cheque(first | second, (180, days(5)), (220, days(30)))
        self.move_to(checks[0], self.bank, days(5))
        self.run_on(days(1))
        case = self.case_of()
        self.assertEqual(
            case._documented(),
            {
                case: [
                    (days(-30), Decimal("100.0")),
                    (days(-20), Decimal("200.0")),
                    (None, Decimal("100.0")),
                ]
            },
        )
        self.today = days(20)
        self.run_on(days(20))  # the first one cleared: 220 of 400 are left
        self.assertEqual(
            case._documented(),
            {
                case: [
                    (days(-30), Decimal("55.0")),
                    (days(-20), Decimal("110.0")),
                    (None, Decimal("55.0")),
                ]
            },
        )
