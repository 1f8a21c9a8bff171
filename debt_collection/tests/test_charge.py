import random
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import DAY, DebtCommon


def days(number):
    return DAY + timedelta(days=number)


class ChargeCommon(DebtCommon):
    """A company that charges 36.5 % a year, 1 ‰ a day, and a fee of 20."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.new_rule(kind="interest", percent=36.5)
        cls.fee_rule = cls.new_rule(name="Costs", kind="fee", fee_amount=20)
        cls.strategy.write({"quiet_days": 0, "min_gap_days": 0})
        cls.step = cls.strategy.step_ids.filtered(lambda step: step.days == 15)
        cls.step.charge_kinds = "all"

    @classmethod
    def new_rule(cls, **values):
        return cls.env["debt.charge.rule"].create({"name": "Interest", **values})

    def charges(self, **values):
        return self.env["debt.charge"].search(
            [(name, "=", value) for name, value in values.items()], order="id"
        )

    def foresee(self, invoice=None, day=DAY, **values):
        """Return {kind: amount} of what could be claimed of an invoice."""
        items = self.item_of(invoice) if invoice else self.case_of().item_ids
        claims = self.env["debt.charge"]._foresee(items, day, **values)
        return {claim["kind"]: float(claim["amount"]) for claim in claims}

    def late(self, amount=1000, late=20, **values):
        """Return an invoice that is so many days late, and known to collections."""
        invoice = self.invoice(amount, due=days(-late), **values)
        self.env["debt.run"]._refresh_debtors(
            self.company, values.get("partner") or self.debtor
        )
        return invoice

    def reach(self):
        """The run of today lets what is late enough reach the step that charges."""
        self.strategy.entry_mode = "by_age"
        return self.run_on()


@tagged("post_install", "-at_install")
class TestCharge(ChargeCommon):
    """What is charged, when the run claims it, and what takes it back."""

    # === RULES === #

    def test_interest_counts_each_day_after_the_due_date(self):
        invoice = self.late(late=20)
        self.assertEqual(self.foresee(invoice), {"interest": 20, "fee": 20})
        self.assertEqual(self.foresee(invoice, days(1))["interest"], 21)
        self.assertEqual(self.foresee(invoice, days(-20)), {})

    def test_a_payment_counts_by_its_own_day_not_by_that_of_the_match(self):
        invoice = self.late(late=20)
        self.pay(invoice, 600, day=days(-10))
        self.case_of()._refresh(DAY)
        # 9 days of 1,000 before the payment, 11 of 400 from its day on
        self.assertEqual(self.foresee(invoice)["interest"], 13.4)

    def test_money_that_nobody_applied_yet_stops_interest_too(self):
        invoice = self.late(late=20)
        self.advance(600, day=days(-10))
        self.case_of()._refresh(DAY)
        self.assertEqual(self.foresee(invoice)["interest"], 13.4)

    def test_grace_least_amount_and_limit(self):
        invoice = self.late(late=20)
        self.rule.grace_days = 5
        self.assertEqual(self.foresee(invoice)["interest"], 15)
        self.rule.min_amount = 16
        self.assertNotIn("interest", self.foresee(invoice))
        self.rule.write({"min_amount": 0, "cap_percent": 1})
        self.assertEqual(self.foresee(invoice)["interest"], 10)
        self.rule.cap_amount = 7
        self.assertEqual(self.foresee(invoice)["interest"], 7)
        self.fee_rule.grace_days = 20
        self.assertNotIn("fee", self.foresee(invoice))

    def test_a_published_rate_changes_with_its_half_years(self):
        reference = self.env["debt.interest.reference"].create(
            {
                "name": "Bank",
                "rate_ids": [
                    Command.create({"date_from": "2026-01-01", "percent": 10.25}),
                    Command.create({"date_from": days(-10), "percent": 28.5}),
                ],
            }
        )
        self.rule.write(
            {"rate_kind": "reference", "reference_id": reference.id, "margin": 8}
        )
        # 9 days at 18.25 %, 11 days at 36.5 %
        self.assertEqual(self.foresee(self.late(late=20))["interest"], 4.5 + 11)
        self.assertFalse(reference._missing(DAY))
        self.assertIn("Bank: the rate since", reference._missing(days(200)))
        self.rule.reference_id = self.env["debt.interest.reference"].create(
            {"name": "Nothing"}
        )
        self.assertNotIn("interest", self.foresee())

    def test_fees_by_part_and_by_amount_of_the_document(self):
        small, large = self.late(amount=999), self.late(amount=1000)
        self.fee_rule.write({"fee_kind": "percent", "fee_percent": 2.5})
        self.assertEqual(self.foresee(small)["fee"], 24.98)
        self.fee_rule.write(
            {
                "fee_kind": "tiers",
                "tier_ids": [
                    Command.create({"from_amount": 0, "amount": 40}),
                    Command.create({"from_amount": 1000, "amount": 70}),
                ],
            }
        )
        self.assertEqual(self.foresee(small)["fee"], 40)
        self.assertEqual(self.foresee(large)["fee"], 70)

    def test_the_first_rule_that_fits_holds(self):
        invoice = self.late(late=20)
        self.assertEqual(self.foresee(invoice)["interest"], 20)
        for rate, values in (
            (2, {"currency_id": self.company.currency_id.id}),
            (3, {"company_id": self.company.id}),
            (4, {"segment_id": self.segment.id}),
            (5, {"segment_id": self.segment.id, "company_id": self.company.id}),
        ):
            self.new_rule(kind="interest", percent=36.5 * rate, **values)
            with self.subTest(rate=rate):
                self.case_of()._refresh(DAY)
                self.assertEqual(self.foresee(invoice)["interest"], 20 * rate)

    def test_rules_of_others_do_not_hold(self):
        invoice = self.late(late=20)
        other = self.env["debt.segment"].create(
            {
                "name": "No",
                "domain": "[('id', '=', 0)]",
                "strategy_id": self.strategy.id,
            }
        )
        company = self.env["res.company"].create({"name": "Other"})
        for values in (
            {"segment_id": other.id},
            {"company_id": company.id},
            {"currency_id": self.env.ref("base.JPY").id},
            {"businesses_only": True},
        ):
            self.new_rule(kind="interest", percent=99, sequence=1, **values)
        self.assertEqual(self.foresee(invoice)["interest"], 20)
        self.debtor.is_company = True
        self.assertGreater(self.foresee(invoice)["interest"], 20)

    def test_a_rule_of_zero_lets_a_segment_off(self):
        invoice = self.late(late=20)
        self.new_rule(kind="interest", percent=0, segment_id=self.segment.id)
        self.new_rule(kind="fee", fee_amount=0, segment_id=self.segment.id)
        self.assertEqual(self.foresee(invoice), {})

    def test_wrong_rules_are_refused(self):
        account = self.company_data["default_account_revenue"]
        for values in (
            {"kind": "interest", "rate_kind": "reference"},
            {"kind": "fee", "fee_kind": "tiers"},
            {"kind": "fee", "account_id": account.id},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self.new_rule(**values)
        with self.assertRaisesRegex(ValidationError, "before the due date"):
            self.strategy.step_ids[0].charge_kinds = "fee"

    def test_the_presets_of_the_law_are_shipped_switched_off(self):
        presets = [
            self.env.ref(f"debt_collection.debt_charge_rule_{name}")
            for name in ("eu_interest", "eu_fee", "uk_interest", "uk_fee")
        ]
        self.assertFalse(any(preset.active for preset in presets))
        self.assertTrue(all(preset.businesses_only for preset in presets))
        ecb, _fee, boe, uk = presets
        self.assertEqual(float(ecb._rates().on(DAY)), 10.15)
        self.assertEqual(float(boe._rates().on(DAY)), 11.75)
        self.assertEqual(uk.tier_ids.mapped("amount"), [40, 70, 100])

    # === THE RUN === #

    def test_the_run_claims_what_the_step_charges_and_writes_no_books(self):
        invoice = self.late(late=20)
        early = self.late(late=10)
        moves = self.env["account.move"].search_count([])
        run = self.reach()
        charges = self.charges()
        action = self.actions_of(run).filtered(lambda a: a.step_id == self.step)
        self.assertRecordValues(
            charges.sorted("kind"),
            [
                {
                    "kind": "fee",
                    "amount": 20,
                    "state": "claimed",
                    "document_id": invoice.id,
                    "action_id": action.id,
                    "date": DAY,
                },
                {
                    "kind": "interest",
                    "amount": 20,
                    "state": "claimed",
                    "document_id": invoice.id,
                    "action_id": action.id,
                    "date": DAY,
                },
            ],
        )
        self.assertFalse(self.charges(document_id=early.id))
        interest = charges.filtered(lambda c: c.kind == "interest")
        self.assertEqual(
            (interest.date_from, interest.date_to, interest.amount_company),
            (days(-19), DAY, 20),
        )
        self.assertEqual(
            interest.arithmetic["periods"][0][2:5], [20, "1000.00", "36.5"]
        )
        self.assertIn("1,000.00", interest.arithmetic_table)
        self.assertEqual(self.env["account.move"].search_count([]), moves)
        self.assertBooks()
        self.assertEqual(self.case_of().amount_total, 2000)
        self.assertEqual(self.case_of().charge_text, "$\xa040.00")

    def test_a_repeated_run_claims_nothing_twice(self):
        self.late(late=20)
        self.reach()
        before = self.charges().ids
        self.run_on()
        self.run_on(days(1))
        self.assertEqual(self.charges().ids, before)

    def test_the_next_interest_begins_after_the_last_one(self):
        invoice = self.late(late=20)
        self.strategy.step_ids = [
            Command.create(
                {
                    "name": "Last",
                    "days": 30,
                    "channel": "email",
                    "charge_kinds": "all",
                }
            )
        ]
        self.reach()
        self.run_on(days(10))
        interest = self.charges(kind="interest", document_id=invoice.id)
        self.assertEqual(
            [(c.date_from, c.date_to, c.amount) for c in interest],
            [(days(-19), DAY, 20), (days(1), days(10), 10)],
        )
        # once for the document, as the law has it
        self.assertEqual(len(self.charges(kind="fee")), 1)

    def test_a_fee_at_each_step_is_claimed_again(self):
        self.fee_rule.each_step = True
        self.late(late=20)
        self.strategy.step_ids = [
            Command.create(
                {"name": "Last", "days": 30, "channel": "email", "charge_kinds": "fee"}
            )
        ]
        self.reach()
        self.run_on(days(10))
        fees = self.charges(kind="fee")
        self.assertEqual(fees.step_id, self.strategy.step_ids[-2:])
        self.assertEqual(len(fees), 2)

    def test_the_database_lets_no_day_and_no_fee_in_twice(self):
        self.late(late=20)
        self.reach()
        for values in (
            {"kind": "interest", "date_from": DAY, "date_to": days(4)},
            {"kind": "fee"},
        ):
            charge = self.charges(kind=values["kind"])
            copied = charge.copy_data({**values, "cycle": charge.cycle})[0]
            with (
                self.subTest(values=values),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.env["debt.charge"].sudo().create(copied)

    def test_what_is_not_sent_is_not_charged(self):
        self.late(late=20)
        self.strategy.mode = "approve"
        run = self.reach()
        self.assertEqual(len(self.charges()), 2)
        self.actions_of(run).action_refuse()
        self.assertFalse(self.charges())
        # and it is claimed afresh, until the day on which it is prepared again
        self.run_on(days(1))
        self.assertEqual(self.charges(kind="interest").amount, 21)

    def test_what_nobody_approves_is_taken_back_by_the_next_run(self):
        self.late(late=20)
        self.strategy.mode = "approve"
        self.reach()
        self.run_on(days(1))
        self.assertEqual(
            [(c.date_to, c.amount) for c in self.charges(kind="interest")],
            [(days(1), 21)],
        )

    def test_who_paid_meanwhile_is_not_charged(self):
        invoice = self.late(late=20)
        self.strategy.mode = "approve"
        run = self.reach()
        self.actions_of(run).action_approve()
        self.pay(invoice)
        self.env["debt.run"].sudo()._dispatch(
            self.company, self.company._debt_noon(DAY)
        )
        self.assertEqual(self.actions_of(run).state, "skipped")
        self.assertFalse(self.charges())

    def test_what_is_waived_stays_when_its_step_is_given_back(self):
        self.late(late=20)
        self.strategy.mode = "approve"
        run = self.reach()
        fee = self.charges(kind="fee")
        fee._waive("goodwill")
        self.actions_of(run).action_refuse()
        self.assertEqual(self.charges(), fee)
        self.run_on(days(1))
        self.assertEqual(self.charges(kind="fee"), fee)

    def test_a_simulation_leaves_no_charge_behind(self):
        self.late(late=20)
        self.strategy.entry_mode = "by_age"
        run = self.env["debt.run"]._run(self.company, day=DAY, simulate=True)
        self.assertEqual(run.line_ids.mapped("amount_charges"), [40])
        self.assertFalse(self.charges())

    def test_charges_follow_their_customer(self):
        self.late(late=20)
        self.reach()
        charges = self.charges()
        twin = self.new_debtor("Ferretería Andina")
        self.env["base.partner.merge.automatic.wizard"].sudo()._merge(
            (twin | self.debtor).ids, twin
        )
        self.assertEqual(charges.case_id, self.case_of(twin))
        self.assertEqual(charges.partner_id, twin)

    def test_a_document_made_anew_keeps_its_charges(self):
        invoice = self.late(late=20)
        self.reach()
        invoice.button_draft()
        self.case_of()._refresh(DAY)
        # the line is made anew, as localisations and imports do
        self.env.cr.execute(
            "UPDATE debt_item SET move_line_id = -move_line_id WHERE move_id = %s",
            [invoice.id],
        )
        self.env.invalidate_all()
        invoice.action_post()
        self.case_of()._refresh(DAY)
        item = self.item_of(invoice).filtered(lambda i: i.state == "open")
        self.assertEqual(self.charges().item_id, item)
        self.assertEqual(self.foresee(invoice, days(1)), {"interest": 1})

    def test_charges_are_evidence(self):
        self.late(late=20)
        self.reach()
        with self.assertRaisesRegex(UserError, "evidence"):
            self.charges()[0].sudo().unlink()

    # === THE OBVIOUS TWIN === #

    def test_it_equals_what_a_slow_version_says(self):
        rng = random.Random(7)
        foreign = self.setup_other_currency("EUR", rates=[("2016-01-01", 0.5)])
        invoices = self.env["account.move"]
        for number in range(8):
            partner = self.new_debtor(f"D{number}")
            for _ in range(rng.randint(1, 3)):
                invoice = self.invoice(
                    rng.choice([90, 333.33, 1000, 1234.56]),
                    due=days(-rng.randint(15, 85)),
                    partner=partner,
                    currency=rng.choice([foreign, self.company.currency_id]),
                )
                invoices |= invoice
                for _ in range(rng.randint(0, 2)):
                    self.pay(
                        invoice,
                        rng.choice([10, 25.5, 40]),
                        day=days(-rng.randint(0, 100)),
                    )
            if rng.random() < 0.4:
                self.advance(rng.choice([30, 500]), partner, days(-rng.randint(0, 90)))
        self.rule.write({"grace_days": 3, "percent": 17.25})
        self.reach()
        found = {c.document_id: c.amount for c in self.charges(kind="interest")}
        reached = self.env["debt.item.step"].search([("step_id", "=", self.step.id)])
        expected = {item.move_id: self.slow_interest(item) for item in reached.item_id}
        self.assertEqual(found, {move: x for move, x in expected.items() if x})
        self.assertGreater(len(found), 8)

    def slow_interest(self, item):
        """Return the interest of an item, day by day from the records."""
        line = item.move_line_id
        credits_ = sorted(
            (
                [other.date_due, Decimal(str(-other.amount_residual_currency))]
                for other in item.case_id.item_ids
                if other.currency_id == item.currency_id
                and other.amount_residual_currency < 0
            ),
            key=lambda credit: credit[0],
        )
        older = item.case_id.item_ids.filtered(
            lambda other: (
                other.currency_id == item.currency_id
                and other.amount_residual_currency > 0
                and (other.date_due, other.id) < (item.date_due, item.id)
            )
        )
        skip = sum(Decimal(str(o.amount_residual_currency)) for o in older)
        total = Decimal(0)
        day = item.date_due + timedelta(days=4)
        while day <= DAY:
            owed = Decimal(str(line.amount_currency))
            for partial in line.matched_credit_ids:
                if partial.max_date <= day:
                    owed -= Decimal(str(partial.debit_amount_currency))
            before = Decimal(0)
            for came, amount in credits_:
                # what older documents leave of each credit
                own = max(Decimal(0), before + amount - max(skip, before))
                before += amount
                if came <= day:
                    owed -= own
            total += max(Decimal(0), owed) * Decimal("17.25") / 100 / 365
            day += timedelta(days=1)
        return float(total.quantize(Decimal("0.01"), ROUND_HALF_UP))

    # === TEXTS AND FILE === #

    def test_messages_list_what_is_claimed_under_the_documents(self):
        self.late(late=20)
        action = self.actions_of(self.reach())
        body = self.mails_of(action).body_html
        self.assertIn("Total with Late Charges", body)
        self.assertIn("1,040.00", body)
        self.assertIn("Interest on", body)
        self.assertEqual(action.text_amount, "$ 1,000.00".replace(" ", "\xa0"))
        self.assertEqual(action.text_charges, "$ 40.00".replace(" ", "\xa0"))
        self.assertEqual(len(action.text_lines.splitlines()), 3)
        self.assertEqual(action.amount_charges, 40)
        # what is waived before it leaves is written again without it
        self.assertFalse(action.sudo()._text_is_stale())
        self.charges()._waive("goodwill")
        action.invalidate_recordset()
        self.assertTrue(action.sudo()._text_is_stale())
        self.assertNotIn("Late Charges", action.text_items)

    def test_agreements_and_preventive_messages_name_no_charges(self):
        self.late(late=20)
        action = self.actions_of(self.reach()).sudo()
        self.assertTrue(action.text_charges)
        action.step_id = self.strategy.step_ids[0]
        action.invalidate_recordset()
        self.assertFalse(action.text_charges)
        promise = self.env["debt.promise"].create(
            {
                "case_id": self.case_of().id,
                "amount": 1000,
                "made_date": DAY,
                "date": days(3),
            }
        )
        action.write({"step_id": self.step.id, "promise_id": promise.id})
        action.invalidate_recordset()
        self.assertFalse(action.text_charges)

    def test_the_file_shows_them_beside_the_books(self):
        self.late(late=20)
        self.reach()
        file = self.env["debt.file"].load_partner(self.debtor.id)
        figures = {f["label"]: f["amount"] for f in file["companies"][0]["figures"]}
        self.assertEqual(
            (figures["Balance"], figures["Late Charges Claimed"]),
            ("$\xa01,000", "$\xa040"),
        )
        page = self.env["debt.file"].timeline(file["case_ids"], kinds=["charge"])
        self.assertEqual(len(page["entries"]), 2)
        self.assertIn("Fee on", {e["title"][:6] for e in page["entries"]})

    def test_the_text_by_hand_knows_charges(self):
        template = self.env["debt.text.template"].create(
            {"name": "T", "body": "{amount} + {charges} = {total}, {company}."}
        )
        self.company.name = "Company S.A."
        self.late(late=20)
        action = self.actions_of(self.reach())
        self.assertEqual(
            template._fill(action).replace("\xa0", " "),
            "$ 1,000.00 + $ 40.00 = $ 1,040.00, Company S.A.",
        )

    def test_no_row_is_written_where_no_step_charges(self):
        self.late(late=20)
        self.step.charge_kinds = False
        self.reach()
        ((count,),) = self.env.execute_query(SQL("SELECT COUNT(*) FROM debt_charge"))
        self.assertEqual(count, 0)
