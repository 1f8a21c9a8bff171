import random
from datetime import timedelta
from decimal import Decimal

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..logic.behaviour import Paid, behaviour, chart_days
from .common import DAY, DebtCommon


def days(number):
    return DAY + timedelta(days=number)


class Shelf:
    """What debtors owed on days, said slowly: line by line, cut by cut."""

    def __init__(self, company, partners):
        self.lines = company.env["account.move.line"].search(
            [
                ("company_id", "=", company.id),
                ("account_type", "=", "asset_receivable"),
                ("account_id.non_trade", "=", False),
                ("parent_state", "=", "posted"),
                ("partner_id.commercial_partner_id", "in", partners.ids),
            ]
        )

    def at(self, day):
        """Return {currency: [total, overdue, the same in the currency]}."""
        result = {}
        for line in self.lines.filtered(lambda line: line.date <= day):
            amount, currency = line.balance, line.amount_currency
            for cut in line.matched_credit_ids:
                if max(cut.debit_move_id.date, cut.credit_move_id.date) <= day:
                    amount -= cut.amount
                    currency -= cut.debit_amount_currency
            for cut in line.matched_debit_ids:
                if max(cut.debit_move_id.date, cut.credit_move_id.date) <= day:
                    amount += cut.amount
                    currency += cut.credit_amount_currency
            sums = result.setdefault(line.currency_id.id, [0, 0, 0, 0])
            late = (line.date_maturity or line.date) < day
            sums[0] += amount
            sums[1] += amount if late and amount > 0 else 0
            sums[2] += currency
            sums[3] += currency if late and currency > 0 else 0
        return result


@tagged("post_install", "-at_install")
class TestDebtorFile(DebtCommon):
    """One page: what they owe, why, what we did, what they said, what next."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.setup_other_currency(
            "EUR", rates=[("2016-01-01", 0.5), ("2026-04-01", 0.4)]
        )
        cls.supervisor = cls.new_user(
            "supervisor", "debt_collection.group_debt_supervisor"
        )
        cls.File = cls.env["debt.file"].with_user(cls.agent)

    def load(self, partner=None, user=None):
        File = self.env["debt.file"].with_user(user or self.agent)
        return File.load_partner((partner or self.debtor).id)

    def entries(self, case=None, **values):
        case = case or self.case_of()
        return self.File.timeline(case.ids, **values)["entries"]

    # === WHAT THEY OWE === #

    def test_what_they_owe_per_currency_and_age(self):
        today = self.company._debt_today()
        self.invoice(100, due=today - timedelta(days=40))
        self.invoice(30, due=today + timedelta(days=3))
        self.invoice(50, due=today - timedelta(days=2), currency=self.euro)
        self.advance(20, day=today)
        self.run_on(today)
        file = self.load()
        (company,) = file["companies"]
        figures = {f["label"]: f["amount"] for f in company["figures"]}
        money = self.File._money
        usd = self.company.currency_id
        self.assertEqual(figures["Balance"], money(235, usd))
        self.assertEqual(figures["Overdue"], money(225, usd))
        self.assertEqual(figures["Credits"], money(20, usd))
        self.assertEqual(figures["Due in 7 days"], money(30, usd))
        self.assertIn("EUR", str(company["table"]))
        ages = [age["amount"] for age in company["ages"]]
        self.assertEqual(ages[2], money(100, usd))
        (case,) = file["cases"]
        self.assertEqual(case["id"], self.case_of().id)
        self.assertEqual(case["days"], 40)

    def test_what_is_promised_and_disputed_is_named(self):
        today = self.company._debt_today()
        self.invoice(100, due=today - timedelta(days=5))
        self.run_on(today)
        self.env["debt.promise"].create(
            {"case_id": self.case_of().id, "amount": 60, "date": today}
        )
        file = self.load()
        figures = {f["label"]: f["amount"] for f in file["companies"][0]["figures"]}
        self.assertEqual(
            figures["Promised"], self.File._money(60, self.company.currency_id)
        )
        self.assertIn("60", file["cases"][0]["promise"])

    def test_somebody_of_the_customer_opens_the_same_file(self):
        self.invoice(100, due=days(-5))
        self.run_on(DAY)
        person = self.env["res.partner"].create(
            {
                "name": "Ana",
                "parent_id": self.debtor.id,
                "type": "contact",
                "debt_role": "payer",
                "phone": "+57 300 1234567",
            }
        )
        file = self.load(person)
        self.assertEqual(file["case_ids"], self.case_of().ids)
        ana = next(p for p in file["head"]["people"] if p["id"] == person.id)
        self.assertEqual(ana["case_id"], self.case_of().id)
        self.assertEqual(ana["whatsapp"], "573001234567")
        self.assertEqual(ana["role"], "Pays")

    def test_who_never_owed_has_an_empty_file(self):
        file = self.load(self.new_debtor("Nuevo"))
        self.assertEqual((file["cases"], file["companies"]), ([], []))
        self.assertEqual(
            self.File.timeline([]), {"entries": [], "more": False, "read": 0}
        )
        self.assertEqual(self.File.balance([]), [])

    # === WHY, AND WHAT NEXT === #

    def test_why_and_what_is_next(self):
        today = self.company._debt_today()
        self.invoice(100, due=today - timedelta(days=10))
        blocked = self.invoice(70, due=today - timedelta(days=10))
        blocked.action_toggle_block_payment()
        self.run_on(today)
        (case,) = self.load()["cases"]
        why = {reason["what"]: reason["why"] for reason in case["reasons"]}
        self.assertEqual(why["Segment"], self.segment.name)
        self.assertEqual(why["Strategy"], self.strategy.name)
        self.assertIn("70", why["Payment blocked on the invoice"])
        self.assertTrue(case["suggested"])
        names = [button["name"] for button in case["buttons"]]
        self.assertIn("action_promise", names)
        for name in names:
            with self.subTest(button=name):
                self.assertTrue(callable(getattr(self.env["debt.case"], name)))
        held = self.case_of()
        held.write(
            {
                "state": "hold",
                "hold_until": today + timedelta(days=3),
                "hold_reason": "Sick",
            }
        )
        (case,) = self.load()["cases"]
        self.assertIn("Sick", case["flags"][0]["text"])
        names = [button["name"] for button in case["buttons"]]
        self.assertIn("action_resume", names)
        self.assertNotIn("action_hold", names)

    # === WHAT WE DID, WHAT THEY SAID === #

    def test_everything_that_happened_the_latest_first(self):
        invoice = self.invoice(100, due=days(-4))
        self.run_on(DAY)
        case = self.case_of()
        self.env["debt.action"].with_user(self.agent)._log(
            case,
            channel="call",
            reached="debtor",
            note="They pay on Friday",
            contact_day=days(1),
            done_day=days(1),
        )
        self.env["debt.promise"].create(
            {
                "case_id": case.id,
                "amount": 40,
                "made_date": days(2),
                "date": days(3),
                "note": "by transfer",
            }
        )
        self.pay(invoice, 40, day=days(3))
        self.credit_note(10, day=days(4))
        self.run_on(days(4))
        entries = self.entries(kinds=["contact", "agreement", "payment"])
        said = [(e["day"], e["kind"], e["title"]) for e in entries]
        self.assertEqual(
            said,
            [
                (str(days(4)), "payment", "Credit Note"),
                (str(days(3)), "payment", "Payment Received"),
                (str(days(2)), "agreement", "Promise to Pay"),
                (str(days(1)), "contact", "Call"),
                (str(DAY), "contact", "Step 3"),
            ],
        )
        promise, call = entries[2], entries[3]
        self.assertEqual((promise["state"], promise["color"]), ("Kept", "success"))
        self.assertEqual(call["text"], "They pay on Friday")
        self.assertEqual(call["user"], self.agent.name)
        only = self.entries(kinds=["payment"])
        self.assertEqual({entry["kind"] for entry in only}, {"payment"})

    def test_notes_and_changes_are_there(self):
        self.invoice(100, due=days(-4))
        self.run_on(DAY)
        case = self.case_of()
        case.with_user(self.agent).message_post(body="Ask for Ana")
        self.env["debt.stage.wizard"].with_user(self.agent).create(
            {
                "case_ids": case.ids,
                "stage_id": self.env["debt.stage"].search([], limit=1).id,
                "reason": "A friend of the house",
            }
        ).action_confirm()
        self.env.flush_all()
        self.env.cr.precommit.run()  # what changed is written at its end
        texts = "\n".join(entry["text"] for entry in self.entries(kinds=["note"]))
        self.assertIn("Ask for Ana", texts)
        self.assertIn("A friend of the house", texts)

    def test_pages(self):
        self.invoice(100, due=days(-4))
        self.run_on(DAY)
        case = self.case_of()
        for number in range(35):
            self.env["debt.action"]._log(
                case, channel="call", note=f"Call {number}", contact_day=days(number)
            )
        first = self.File.timeline(case.ids, kinds=["contact"])
        self.assertTrue(first["more"])
        second = self.File.timeline(case.ids, kinds=["contact"], offset=first["read"])
        self.assertFalse(second["more"])
        keys = [e["key"] for e in first["entries"] + second["entries"]]
        self.assertEqual(len(keys), len(set(keys)))
        self.assertEqual(len(keys), 36, "35 calls and the message")

    # === THE BALANCE OVER TIME === #

    def random_books(self, rng, partner):
        """Invoices, instalments, credits, payments in parts, in two currencies."""
        for _number in range(rng.randint(3, 6)):
            currency = rng.choice([None, None, self.euro])
            due = days(-rng.randint(-20, 300))
            amount = rng.choice([100, 250.5, 99.99])
            invoice = self.invoice(amount, due=due, partner=partner, currency=currency)
            paid_on = due + timedelta(days=rng.randint(-20, 60))
            kind = rng.random()
            if kind < 0.3:
                self.pay(invoice, day=paid_on)
            elif kind < 0.6:
                self.pay(invoice, amount / 3, day=paid_on)
                if rng.random() < 0.5:
                    self.pay(invoice, day=paid_on + timedelta(days=15))
            elif kind < 0.7:
                self.credit_note(30, partner=partner, day=paid_on)
        if rng.random() < 0.5:
            self.advance(55, partner=partner, day=days(-rng.randint(0, 200)))

    def test_the_chart_says_what_the_books_said(self):
        rng = random.Random(7)
        partners = self.debtor | self.new_debtor("Otro") | self.new_debtor("Tercero")
        for partner in partners:
            self.random_books(rng, partner)
        self.run_on(DAY)
        self.assertBooks()
        cases = self.env["debt.case"].search([("partner_id", "in", partners.ids)])
        points = 0
        for chosen in (cases[:1], cases):
            shelf = Shelf(self.company, chosen.partner_id)
            for weekly, months in ((False, 12), (True, 12), (False, 24)):
                at = chart_days(DAY, months, weekly)
                rows = self.env.execute_query(
                    self.File._balance_query(self.company, chosen, at)
                )
                found = {(row[0], row[1]): list(map(float, row[2:])) for row in rows}
                expected = {
                    (currency, day): sums
                    for day in at
                    for currency, sums in shelf.at(day).items()
                }
                for key in found.keys() | expected.keys():
                    # what was settled before the first day is left out
                    pairs = zip(
                        found.get(key, [0] * 4), expected.get(key, [0] * 4), strict=True
                    )
                    for value, truth in pairs:
                        self.assertAlmostEqual(value, truth, 2, (key, weekly, months))
                    points += any(expected.get(key, ()))
        self.assertGreater(points, 100, "there should be something to compare")

    def test_the_last_point_is_the_case(self):
        today = self.company._debt_today()
        invoice = self.invoice(100, due=today - timedelta(days=40))
        self.invoice(50, due=today - timedelta(days=10), currency=self.euro)
        self.pay(invoice, 30, day=today - timedelta(days=20))
        self.run_on(today)
        case = self.case_of()
        (chart,) = self.File.balance(case.ids)
        self.assertEqual(chart["days"][-1], str(today))
        curves = chart["currencies"]
        self.assertEqual({c["name"] for c in curves}, {"EUR", case.currency_id.name})
        self.assertAlmostEqual(sum(c["total"][-1] for c in curves), case.amount_total)
        self.assertAlmostEqual(
            sum(c["overdue"][-1] for c in curves), case.amount_overdue
        )
        with self.assertRaises(UserError):
            self.File.balance(case.ids, months=1000)

    # === HOW THEY PAY === #

    def test_behaviour_is_that_of_the_payments(self):
        paid = []
        for late, amount, ago in ((5, 100, 200), (-3, 300, 150), (20, 50, 10)):
            due = days(-ago - late)
            invoice = self.invoice(amount, due=due)
            self.pay(invoice, amount / 2, day=min(due, days(-ago)))
            self.pay(invoice, day=days(-ago))
            paid.append(Paid(due, days(-ago), Decimal(amount)))
        self.invoice(1000, due=days(-90))
        credited = self.invoice(70, due=days(-30))
        credited._reverse_moves(
            [{"invoice_date": days(-29), "date": days(-29)}], cancel=True
        )
        old = self.invoice(80, due=days(-500))
        self.pay(old, day=days(-400))
        self.run_on(DAY)
        found = self.case_of()._behaviour(self.company, DAY)
        self.assertEqual(found, behaviour(paid, DAY))
        self.assertEqual((found.count, found.on_time, found.largest), (3, 33, 20))

    def test_their_days_and_the_last_payment(self):
        self.debtor.debt_pay_calendar_id = self.env["debt.pay.calendar"].create(
            {
                "name": "Mondays",
                "review_mon": True,
                "pay_fri": True,
                "pay_weeks": "2,4",
            }
        )
        today = self.company._debt_today()
        invoice = self.invoice(100, due=today - timedelta(days=9))
        self.pay(invoice, 40, day=today - timedelta(days=2))
        self.run_on(today)
        habit = self.load()["companies"][0]["behaviour"]
        self.assertEqual(habit["calendar"], "Revision: Mon · Payment: Fri (weeks 2,4)")
        self.assertIn("40", habit["last"])
        self.assertEqual(habit["count"], 0, "it is not paid in full")

    # === A GROUP === #

    def test_the_file_of_a_group(self):
        other = self.new_debtor("Otro")
        group = self.env["debt.group"].create(
            {
                "name": "Grupo",
                "credit_limit": 100,
                "member_ids": [Command.set((self.debtor | other).ids)],
            }
        )
        self.invoice(100, due=days(-4))
        self.invoice(50, due=days(-4), partner=other)
        self.run_on(DAY)
        file = self.File.load_group(group.id)
        self.assertEqual(len(file["cases"]), 2)
        self.assertTrue(file["head"]["group"]["over"])
        (company,) = file["companies"]
        self.assertEqual(
            company["figures"][0]["amount"],
            self.File._money(150, self.company.currency_id),
        )
        (chart,) = self.File.balance(file["case_ids"])
        self.assertEqual(chart["currencies"][0]["total"][-1], 150)
        who = {e["who"] for e in self.File.timeline(file["case_ids"])["entries"]}
        self.assertEqual(who, {self.debtor.name, other.name})
        self.assertEqual(self.load()["head"]["group"]["name"], "Grupo")

    # === RIGHTS === #

    def test_who_has_no_right_sees_nothing(self):
        self.invoice(100, due=days(-4))
        self.run_on(DAY)
        case = self.case_of()
        nobody = self.new_user("nobody", "base.group_user")
        File = self.env["debt.file"].with_user(nobody)
        calls = (
            lambda: File.load_partner(self.debtor.id),
            lambda: File.balance(case.ids),
            lambda: File.timeline(case.ids),
        )
        for call in calls:
            with self.assertRaises(AccessError):
                call()

    def test_a_salesperson_sees_the_files_of_their_customers(self):
        seller = self.new_user("seller", "debt_collection.group_debt_salesperson")
        other = self.new_debtor("Otro")
        self.debtor.user_id = seller
        for partner in (self.debtor, other):
            self.invoice(100, due=days(-4), partner=partner)
        self.run_on(DAY)
        File = self.env["debt.file"].with_user(seller)
        file = File.load_partner(self.debtor.id)
        self.assertEqual(file["case_ids"], self.case_of().ids)
        names = {button["name"] for button in file["cases"][0]["buttons"]}
        self.assertEqual(names, {"action_log", "action_report_payment", "action_write"})
        self.assertEqual(File.load_partner(other.id)["cases"], [])
        theirs = self.case_of(other).ids
        self.assertEqual(File.balance(theirs), [])
        self.assertEqual(File.timeline(theirs)["entries"], [])

    def test_an_accountant_reads_it(self):
        self.invoice(100, due=days(-4))
        self.run_on(DAY)
        accountant = self.new_user("accountant", "account.group_account_invoice")
        file = self.load(user=accountant)
        self.assertEqual(file["case_ids"], self.case_of().ids)
        self.assertEqual(file["cases"][0]["buttons"], [])

    def test_own_cases_only_where_the_company_says_so(self):
        self.company.debt_agent_scope = "own"
        self.invoice(100, due=days(-4))
        self.run_on(DAY)
        self.case_of().agent_id = self.supervisor
        self.assertEqual(self.load()["cases"], [])
        self.assertEqual(self.entries(self.case_of()), [])

    def test_only_the_companies_that_are_chosen(self):
        data = self.setup_other_company(name="Second")
        second = data["company"]
        self.invoice(100, due=days(-4))
        self.env["account.move"].with_company(second).create(
            {
                "move_type": "out_invoice",
                "partner_id": self.debtor.id,
                "invoice_date": days(-34),
                "invoice_date_due": days(-4),
                "invoice_payment_term_id": False,
                "journal_id": data["default_journal_sale"].id,
                "invoice_line_ids": [
                    Command.create({"name": "G", "price_unit": 70, "tax_ids": []})
                ],
            }
        ).action_post()
        self.run_on(DAY)
        self.run_on(DAY, company=second)
        both = self.case_of() | self.case_of(company=second)
        self.assertEqual(len(both), 2)
        self.assertEqual(self.load()["case_ids"], self.case_of().ids)
        self.assertEqual(len(self.File.balance(both.ids)), 1, "whatever is asked for")
        self.agent.company_ids += second
        everywhere = self.File.with_context(
            allowed_company_ids=(self.company | second).ids
        )
        file = everywhere.load_partner(self.debtor.id)
        self.assertEqual(set(file["case_ids"]), set(both.ids))
        self.assertEqual(
            {c["id"] for c in file["companies"]}, set((self.company | second).ids)
        )
        self.assertEqual(len(everywhere.balance(both.ids)), 2)

    def test_buttons_lead_there(self):
        self.invoice(100, due=days(-4))
        self.run_on(DAY)
        for record in (self.debtor, self.case_of()):
            action = record.with_user(self.agent).action_debt_file()
            self.assertEqual(action["tag"], "debt_collection.debtor_file")
            self.assertEqual(action["context"]["active_id"], self.debtor.id)
