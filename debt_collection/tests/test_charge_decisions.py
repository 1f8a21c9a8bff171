from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import DAY
from .test_charge import ChargeCommon, days


@tagged("post_install", "-at_install")
class TestChargeDecisions(ChargeCommon):
    """Claimed by hand, invoiced, waived, reversed: by whom, and up to how much."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supervisor = cls.new_user(
            "supervisor", "debt_collection.group_debt_supervisor"
        )
        cls.manager = cls.new_user("manager", "debt_collection.group_debt_manager")
        cls.bookkeeper = cls.new_user("bookkeeper", "account.group_account_invoice")
        cls.company.write(
            {
                "debt_charge_waive_agent": 10,
                "debt_charge_waive_supervisor": 50,
                "debt_charge_waive_manager": 100,
                "debt_dispute_supervisor_id": cls.supervisor.id,
            }
        )
        cls.revenue = cls.company_data["default_account_revenue"].copy()
        cls.rule.write(
            {
                "company_id": cls.company.id,
                "posting": "post",
                "account_id": cls.revenue.id,
                "tax_ids": [Command.set(cls.company_data["default_tax_sale"].ids)],
            }
        )

    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch.object(
                self.env.registry["res.company"],
                "_debt_today",
                lambda company, now=None: now.date() if now else DAY,
            )
        )

    def refused(self, error, words):
        """An attempt of which nothing stays but the refusal."""
        return self.assertRaisesRegex(error, words)

    def wizard(self, user=None, **values):
        user = user or self.agent
        action = self.case_of().with_user(user).action_charges()
        return (
            self.env[action["res_model"]]
            .with_user(user)
            .with_context(**action["context"])
            .create(values)
        )

    def claimed(self, amount=1000, late=20, kinds=("interest",), **values):
        """Return what an agent claimed of a new invoice."""
        invoice = self.late(amount, late, **values)
        item = self.item_of(invoice)
        return (
            self.env["debt.charge"]
            .with_user(self.agent)
            ._claim(
                item.case_id.with_user(self.agent),
                DAY,
                {(item.id, kind) for kind in kinds},
            )
        )

    def waive(self, charges, user, reason="goodwill"):
        action = charges.with_user(user).action_waive()
        wizard = (
            self.env[action["res_model"]]
            .with_user(user)
            .with_context(**action["context"])
            .create({"reason": reason})
        )
        wizard.action_confirm()
        return wizard

    # === PREVIEW AND CLAIM === #

    def test_the_preview_shows_the_arithmetic_until_any_day(self):
        invoice = self.late(late=20)
        action = self.case_of().with_user(self.agent).action_charges()
        with Form(
            self.env[action["res_model"]]
            .with_user(self.agent)
            .with_context(**action["context"])
        ) as form:
            self.assertEqual(form.date, DAY)
            self.assertIn("40.00", form.total)
            self.assertIn(invoice.name, form.arithmetic)
            self.assertIn("36.5 %", form.arithmetic)
            self.assertTrue(form.may_claim)
            form.date = days(10)
            self.assertIn("50.00", form.total)
            self.assertFalse(form.may_claim)
        with self.assertRaisesRegex(UserError, "only be looked at"):
            form.record.action_claim()
        self.assertFalse(self.charges())

    def test_it_claims_what_is_ticked_and_never_twice(self):
        self.late(late=20)
        wizard = self.wizard()
        self.assertEqual(len(wizard.line_ids), 2)
        wizard.line_ids.filtered(lambda line: line.kind == "fee").take = False
        # what a screen says is not trusted
        wizard.line_ids.amount = 999
        wizard.action_claim()
        self.assertRecordValues(
            self.charges(), [{"kind": "interest", "amount": 20, "state": "claimed"}]
        )
        self.assertEqual(self.charges().user_id, self.agent)
        self.assertEqual(self.wizard().line_ids.mapped("kind"), ["fee"])
        with self.assertRaisesRegex(UserError, "any more"):
            wizard.action_claim()

    def test_what_was_applied_a_moment_ago_counts_once(self):
        older, later = self.late(late=20), self.late(late=19)
        payment = self.advance(1000, day=days(-10))
        self.case_of()._refresh(DAY)
        # it would pay the older one; the accountant knows better
        credit = payment.move_id.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        due = later.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        (credit | due).reconcile()
        item = self.item_of(older)
        case = self.case_of().with_user(self.agent)
        charges = self.env["debt.charge"].with_user(self.agent)
        claimed = charges._claim(case, DAY, {(item.id, "interest")})
        self.assertEqual(claimed.amount, 20, "nothing was paid of it")

    def test_a_missing_half_year_is_told(self):
        reference = self.env["debt.interest.reference"].create(
            {
                "name": "Bank",
                "rate_ids": [Command.create({"date_from": "2025-07-01", "percent": 1})],
            }
        )
        self.rule.write({"rate_kind": "reference", "reference_id": reference.id})
        self.late(late=20)
        self.assertIn("Bank: the rate since", self.wizard().missing)
        settings = self.env["res.config.settings"].create({})
        self.assertIn("Bank: the rate since", settings.debt_rates_missing)

    def test_only_who_works_the_case_claims(self):
        self.late(late=20)
        self.case_of().agent_id = self.supervisor
        self.assertFalse(self.wizard().may_claim)
        with self.assertRaises(AccessError):
            self.wizard().action_claim()
        seller = self.new_user("seller", "debt_collection.group_debt_salesperson")
        item = self.case_of().item_ids
        with self.assertRaises(AccessError):
            self.env["debt.charge"].with_user(seller)._claim(
                self.case_of().with_user(seller), DAY, {(item.id, "fee")}
            )

    def test_nobody_writes_charges_but_the_buttons(self):
        charge = self.claimed()
        for user in (self.agent, self.supervisor, self.manager, self.bookkeeper):
            with self.subTest(user=user.login):
                own = charge.with_user(user)
                self.assertEqual(own.read(["amount"])[0]["amount"], 20)
                with self.assertRaises(AccessError):
                    own.write({"state": "waived"})
                with self.assertRaises(AccessError):
                    self.env["debt.charge"].with_user(user).create(
                        charge.copy_data()[0]
                    )
                with self.assertRaises(AccessError):
                    own.unlink()

    def test_another_company_sees_and_touches_nothing(self):
        charge = self.claimed()
        company = self.env["res.company"].create({"name": "Other"})
        for login, group in (
            ("stranger", "debt_collection.group_debt_manager"),
            ("auditor", "account.group_account_manager"),
        ):
            stranger = self.new_user(login, group, company)
            self.assertFalse(self.env["debt.charge"].with_user(stranger).search([]))
            for method in ("action_waive", "action_post", "action_approve_waiver"):
                with self.subTest(method=method), self.assertRaises(AccessError):
                    getattr(charge.with_user(stranger), method)()
            with self.assertRaises(AccessError):
                charge.with_user(stranger)._waive("mine")

    def test_agents_read_what_they_may_read_of_cases(self):
        charge = self.claimed()
        self.case_of().agent_id = self.supervisor
        self.company.debt_agent_scope = "own"
        model = self.env["debt.charge"]
        self.assertFalse(model.with_user(self.agent).search([]))
        self.assertEqual(model.with_user(self.supervisor).search([]), charge)
        seller = self.new_user("seller", "debt_collection.group_debt_salesperson")
        self.assertFalse(model.with_user(seller).search([]))
        self.debtor.user_id = seller
        self.assertEqual(model.with_user(seller).search([]), charge)

    # === WAIVE === #

    def test_inside_the_limit_one_waives_alone_with_a_reason(self):
        charge = self.claimed(late=9)
        wizard = self.waive(charge, self.agent, "the invoice arrived late")
        self.assertTrue(wizard.alone)
        self.assertRecordValues(
            charge,
            [
                {
                    "state": "waived",
                    "waive_reason": "the invoice arrived late",
                    "waived_by_id": self.agent.id,
                    "waived_date": DAY,
                    "approval": False,
                }
            ],
        )
        # its days are not charged again
        self.assertNotIn("interest", self.foresee(charge.document_id))

    def test_beyond_the_limit_somebody_else_decides(self):
        charge = self.claimed(late=20)
        wizard = self.waive(charge, self.agent)
        self.assertFalse(wizard.alone)
        self.assertRecordValues(charge, [{"state": "claimed", "approval": "asked"}])
        self.assertEqual(charge.activity_id.user_id, self.supervisor)
        task = charge.activity_id
        with self.assertRaises(AccessError):
            charge.with_user(self.agent).action_approve_waiver()
        charge.with_user(self.supervisor).action_approve_waiver()
        self.assertRecordValues(
            charge,
            [
                {
                    "state": "waived",
                    "approval": "given",
                    "waived_by_id": self.supervisor.id,
                }
            ],
        )
        self.assertFalse(task.exists().active)

    def test_each_role_has_its_limit_and_nobody_approves_their_own(self):
        charge = self.claimed(late=60)  # 60
        self.waive(charge, self.supervisor)
        self.assertEqual(charge.approval, "asked")
        with self.assertRaisesRegex(AccessError, "Somebody else"):
            charge.with_user(self.supervisor).action_approve_waiver()
        charge.with_user(self.manager).action_approve_waiver()
        self.assertEqual(charge.state, "waived")
        large = self.claimed(late=150)  # 150
        self.waive(large, self.manager)
        self.assertEqual(large.approval, "asked")
        with self.assertRaises(AccessError):
            large.with_user(self.manager).action_approve_waiver()
        with self.assertRaises(AccessError):
            large.with_user(self.supervisor).action_approve_waiver()
        second = self.new_user("second", "debt_collection.group_debt_manager")
        large.with_user(second).action_approve_waiver()
        self.assertEqual(large.state, "waived")

    def test_the_limit_is_not_got_around_in_small_pieces(self):
        first, second = self.claimed(late=9), self.claimed(late=8)
        self.waive(first, self.agent)
        self.waive(second, self.agent)
        self.assertEqual((first.state, second.state), ("waived", "claimed"))
        self.assertEqual(second.approval, "asked")
        together = self.claimed(late=6) | self.claimed(late=7)
        self.waive(together, self.supervisor)
        self.assertEqual(set(together.mapped("state")), {"waived"})

    def test_a_refused_waiver_stays_claimed(self):
        charge = self.claimed(late=20)
        self.waive(charge, self.agent)
        colleague = self.new_user("colleague", "debt_collection.group_debt_agent")
        with self.assertRaises(AccessError):
            charge.with_user(colleague).action_refuse_waiver()
        charge.with_user(self.supervisor).action_refuse_waiver()
        self.assertRecordValues(charge, [{"state": "claimed", "approval": "refused"}])
        with self.assertRaisesRegex(UserError, "waits"):
            charge.with_user(self.supervisor).action_approve_waiver()

    def test_who_does_not_work_the_case_does_not_waive(self):
        charge = self.claimed(late=9)
        self.case_of().agent_id = self.supervisor
        with self.assertRaises(AccessError):
            charge.with_user(self.agent)._waive("mine")
        with self.assertRaises(AccessError):
            charge.with_user(self.bookkeeper)._waive("mine")

    # === INVOICE === #

    def test_accounting_invoices_with_account_and_tax_of_the_rule(self):
        charge = self.claimed(late=20)
        with self.assertRaises(AccessError):
            charge.with_user(self.agent).action_post()
        action = charge.with_user(self.bookkeeper).action_post()
        move = self.env["account.move"].browse(action["res_id"])
        self.assertRecordValues(
            move,
            [
                {
                    "state": "posted",
                    "move_type": "out_invoice",
                    "partner_id": self.debtor.id,
                    "invoice_date_due": DAY,
                    "amount_untaxed": 20,
                    "amount_tax": 3,
                }
            ],
        )
        self.assertEqual(move.create_uid, self.bookkeeper)
        self.assertEqual(move.invoice_line_ids.account_id, self.revenue)
        self.assertIn(charge.document, move.invoice_line_ids.name)
        self.assertRecordValues(charge, [{"state": "posted", "move_id": move.id}])
        self.assertEqual(self.case_of().amount_total, 1023)
        self.assertBooks()
        with self.assertRaisesRegex(UserError, "not claimed any more"):
            charge.with_user(self.bookkeeper).action_post()

    def test_one_invoice_for_each_customer_and_currency(self):
        euro = self.setup_other_currency("EUR", rates=[("2016-01-01", 0.5)])
        charges = self.claimed() | self.claimed(late=30) | self.claimed(currency=euro)
        charges |= self.claimed(partner=self.new_debtor("Otra"))
        moves = charges.with_user(self.bookkeeper)._post_charges()
        self.assertEqual(
            sorted(
                (m.partner_id.name, m.currency_id.name, len(m.invoice_line_ids))
                for m in moves
            ),
            [
                ("Ferretería Andina", "EUR", 1),
                ("Ferretería Andina", "USD", 2),
                ("Otra", "USD", 1),
            ],
        )
        self.assertEqual(charges.mapped("state"), ["posted"] * 4)

    def test_a_debit_note_names_the_one_invoice_that_was_late(self):
        if "debit_origin_id" not in self.env["account.move"]._fields:
            self.skipTest("Debit notes are not installed.")
        journal = self.env["account.journal"].create(
            {
                "name": "Other sales",
                "code": "OTRO",
                "type": "sale",
                "default_account_id": self.revenue.id,
                "debit_sequence": True,
            }
        )
        invoice = self.late(late=20, journal_id=journal.id)
        item = self.item_of(invoice)
        own = self.env["debt.charge"].with_user(self.agent)
        case = item.case_id.with_user(self.agent)
        charge = own._claim(case, DAY, {(item.id, "interest")})
        move = charge.with_user(self.bookkeeper)._post_charges()
        self.assertEqual(move.debit_origin_id, invoice)
        self.assertEqual((move.journal_id, move.ref), (journal, invoice.name))
        self.assertTrue(move.name.startswith("DOTRO/"), move.name)
        # taken back as every other one
        self.waive(charge, self.bookkeeper)
        self.assertEqual(charge.reversal_id.reversed_entry_id, move)
        self.assertEqual(move.amount_residual, 0)

    def test_where_a_debit_note_cannot_be_it_is_an_invoice(self):
        if "debit_origin_id" not in self.env["account.move"]._fields:
            self.skipTest("Debit notes are not installed.")
        several = self.claimed(late=20) | self.claimed(late=30)
        self.assertFalse(
            several.with_user(self.bookkeeper)._post_charges().debit_origin_id
        )
        # an opening balance, and what is a debit note itself
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": days(-50),
                "journal_id": self.company_data["default_journal_sale"].id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": self.debtor.property_account_receivable_id.id,
                            "partner_id": self.debtor.id,
                            "balance": 500,
                            "date_maturity": days(-40),
                        }
                    ),
                    Command.create({"account_id": self.revenue.id, "balance": -500}),
                ],
            }
        )
        entry.action_post()
        debit = self.invoice(
            100, due=days(-20), debit_origin_id=several[0].document_id.id
        )
        self.env["debt.run"]._refresh_debtors(self.company, self.debtor)
        own = self.env["debt.charge"].with_user(self.agent)
        case = self.case_of().with_user(self.agent)
        for document in (entry, debit):
            item = self.item_of(document)
            charge = own._claim(case, DAY, {(item.id, "interest")})
            move = charge.with_user(self.bookkeeper)._post_charges()
            self.assertEqual((move.state, move.debit_origin_id.id), ("posted", False))

    def test_what_is_claimed_only_is_not_invoiced(self):
        fee = self.claimed(kinds=("fee",))
        self.assertFalse(fee.to_post)
        with self.assertRaisesRegex(UserError, "only claims"):
            fee.with_user(self.bookkeeper).action_post()
        interest = self.claimed()
        self.assertEqual(
            self.env["debt.charge"].search([("to_post", "=", True)]), interest
        )
        self.waive(interest, self.agent)
        with self.assertRaisesRegex(UserError, "decide that first"):
            interest.with_user(self.bookkeeper).action_post()

    def test_a_posted_charge_bears_no_charges_and_is_chased_like_others(self):
        charge = self.claimed(late=20)
        move = charge.with_user(self.bookkeeper)._post_charges()
        items = self.item_of(move)
        self.assertEqual(items.amount_chaseable, 23)
        self.assertFalse(self.env["debt.charge"]._foresee(items, days(60)))
        self.assertTrue(self.foresee(charge.document_id, days(60)))

    def test_claimed_and_invoiced_in_one_click(self):
        self.late(late=20)
        self.bookkeeper.group_ids += self.env.ref("debt_collection.group_debt_agent")
        wizard = self.wizard(self.bookkeeper)
        self.assertFalse(wizard.may_post)
        wizard.line_ids.filtered(lambda line: line.kind == "fee").take = False
        self.assertTrue(wizard.may_post)
        action = wizard.action_claim_and_post()
        self.assertEqual(
            self.env["account.move"].browse(action["res_id"]).amount_total, 23
        )

    # === REVERSE === #

    def test_a_reversed_charge_takes_a_credit_note_with_the_reason(self):
        charges = self.claimed(late=20) | self.claimed(late=30)
        move = charges.with_user(self.bookkeeper)._post_charges()
        first, second = charges
        with self.assertRaises(AccessError):
            first.with_user(self.agent)._reverse("no")
        self.waive(first, self.bookkeeper, "agreed with the customer")
        note = first.reversal_id
        self.assertRecordValues(
            note,
            [
                {
                    "state": "posted",
                    "move_type": "out_refund",
                    "reversed_entry_id": move.id,
                    "amount_total": 23,
                    "create_uid": self.bookkeeper.id,
                }
            ],
        )
        self.assertIn("agreed with the customer", note.ref)
        self.assertEqual((first.state, second.state), ("reversed", "posted"))
        self.assertEqual(move.amount_residual, 34.5)
        self.waive(second, self.bookkeeper)
        self.assertEqual(move.amount_residual, 0)
        self.assertEqual(self.case_of().amount_total, 2000)
        self.assertBooks()

    def test_claimed_and_invoiced_are_not_mixed(self):
        posted, claimed = self.claimed(late=20), self.claimed(late=9)
        posted.with_user(self.bookkeeper)._post_charges()
        with self.assertRaisesRegex(UserError, "either"):
            self.waive(posted | claimed, self.manager)

    def test_a_cancelled_invoice_reverses_its_charges(self):
        charge = self.claimed(late=20)
        move = charge.with_user(self.bookkeeper)._post_charges()
        move.button_draft()
        self.assertEqual(charge.state, "posted")
        move.button_cancel()
        self.assertEqual(charge.state, "reversed")

    # === ORDER OF PAYMENTS === #

    def test_money_clears_costs_and_interest_before_the_principal(self):
        charge = self.claimed(late=20)
        principal = charge.document_id
        move = charge.with_user(self.bookkeeper)._post_charges()
        case = self.case_of()
        for order, first in (("oldest", principal), ("charges", move)):
            self.company.debt_allocation = order
            with self.subTest(order=order):
                self.assertEqual(case.item_ids._in_payment_order()[0].move_id, first)
                notice = (
                    self.env["debt.payment.notice"]
                    .with_user(self.agent)
                    .create({"case_id": case.id, "amount": 20, "date": DAY})
                )
                self.assertEqual(notice.item_ids.move_id, first)
                notice.sudo()._withdraw("again")

    def test_a_notice_applies_its_money_in_that_order(self):
        charge = self.claimed(late=20)
        principal = charge.document_id
        move = charge.with_user(self.bookkeeper)._post_charges()
        self.company.debt_allocation = "charges"
        case = self.case_of()
        notice = self.env["debt.payment.notice"].create(
            {
                "case_id": case.id,
                "amount": 100,
                "date": DAY,
                "item_ids": [Command.set(case.item_ids.ids)],
            }
        )
        payment = self.advance(100, day=DAY - timedelta(days=1))
        line = payment.move_id.line_ids.filtered(
            lambda each: each.account_type == "asset_receivable"
        )
        notice._apply(line)
        self.assertEqual(move.amount_residual, 0)
        principal = self.env["account.move"].browse(principal.id)
        self.assertEqual(principal.amount_residual, 1000 - 77)
