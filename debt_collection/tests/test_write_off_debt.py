import io
import random
import zipfile
from datetime import timedelta
from decimal import Decimal

import openpyxl
import psycopg2.errors

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.debt_collection.logic.write_off import Debt, Rule, fits

from .common import DAY
from .test_difference import DifferenceCommon
from .test_dispute import days


class WriteOffDebtCommon(DifferenceCommon):
    """A debt that is old, and people who may give it up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bad = cls.company_data["default_account_expense"].copy(
            {"name": "Bad debts", "code": "629990"}
        )
        cls.relief = cls.bad.copy({"name": "Tax of bad debts", "code": "629991"})
        cls.income = cls.company_data["default_account_revenue"].copy(
            {"name": "Recoveries", "code": "429990"}
        )
        cls.company.write(
            {
                "debt_loss_account_id": cls.bad.id,
                "debt_recovery_account_id": cls.income.id,
                "debt_small_amount": 50,
                "debt_case_cost": 20,
            }
        )
        cls.env["debt.write.off.rule"].search([]).action_archive()
        cls.rule = cls.env["debt.write.off.rule"].create(
            {"name": "Small", "automatic": True, "small": True, "age": 120}
        )
        cls.reason = cls.env["debt.write.off.rule"].create({"name": "Insolvency"})
        cls.old = DAY - timedelta(days=200)

    def setUp(self):
        super().setUp()
        self.gone = self.new_debtor("Perdida")
        self.lost = self.invoice(40, due=self.old, partner=self.gone)
        self.go_to(DAY)

    def proposals(self, partner=None, state="proposed"):
        case = self.case_of(partner or self.gone)
        return case.write_off_ids.filtered(lambda w: w.state == state)

    def propose(self, partner=None, user=None, **values):
        """Propose by hand to write off all that a customer owes."""
        user = user or self.agent
        case = self.case_of(partner or self.debtor).with_user(user)
        action = case.action_propose_write_off()
        model = self.env["debt.write.off"].with_user(user)
        values = {"rule_id": self.reason.id, **values}
        return model.with_context(**action["context"], lang="en_US").create(values)

    def lines(self, write_off):
        """Return the entry as (account, amount, balance)."""
        return [
            (line.account_id, line.amount_currency, line.balance)
            for line in write_off.sudo().write_off_id.line_ids.sorted("id")
        ]

    def recover(self, write_off, amount, user=None, day=None):
        user = user or self.bookkeeper
        action = write_off.with_user(user).action_recover()
        values = {"amount": amount, "date": day or self.today}
        self.wizard(action, user, **values)
        return write_off.sudo().payment_ids.sorted("id")[-1]


@tagged("post_install", "-at_install")
class TestWriteOffDebt(WriteOffDebtCommon):
    """Proposed by rule or by hand, decided on by another one, posted, recovered."""

    # === PROPOSED === #

    def test_the_run_proposes_once_and_writes_nothing_in_the_books(self):
        proposal = self.proposals()
        self.assertEqual(
            (proposal.amount, proposal.rule_id, proposal.source),
            (40, self.rule, "run"),
        )
        self.assertEqual(proposal.item_ids, self.item_of(self.lost))
        self.assertEqual(proposal.user_id, self.agent)
        moves = self.env["account.move"].search_count([])
        self.go_to(days(1))
        self.assertEqual(self.proposals(), proposal)
        self.assertEqual(self.env["account.move"].search_count([]), moves)
        self.assertEqual(self.case_of(self.gone).amount_chaseable, 40, "still chased")

    def test_a_simulation_proposes_nothing(self):
        other = self.new_debtor("Otra")
        self.invoice(30, due=self.old, partner=other)
        self.run_on(days(1), simulate=True)
        self.env.invalidate_all()
        self.assertFalse(self.case_of(other).write_off_ids)
        self.assertEqual(self.proposals().state, "proposed")

    def test_what_is_promised_or_decided_is_not_proposed(self):
        self.proposals().with_user(self.agent)._withdraw("They pay next month")
        self.go_to(days(60))
        self.assertFalse(self.proposals())
        self.go_to(days(91))
        self.assertTrue(self.proposals())
        other = self.new_debtor("Promesa")
        self.invoice(30, due=self.old, partner=other)
        self.refresh()
        self.env["debt.promise"].create(
            {"case_id": self.case_of(other).id, "amount": 30, "date": days(95)}
        )
        self.go_to(days(92))
        self.assertFalse(self.proposals(other))

    def test_one_proposal_for_each_debt(self):
        with (
            self.assertRaises(psycopg2.errors.UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.propose(self.gone).flush_recordset()
        self.propose(self.debtor)

    def test_a_proposal_follows_the_debt(self):
        proposal = self.proposals()
        self.pay(self.lost, 15)
        self.go_to(days(1))
        self.assertEqual((proposal.amount, proposal.amount_company), (25, 25))
        self.pay(self.lost)
        self.go_to(days(2))
        self.assertEqual(proposal.state, "dropped")
        self.assertIn("Nothing is owed", proposal.close_reason)

    def test_random_portfolios_against_the_rule(self):
        rng = random.Random(3)
        stages = self.env["debt.stage"].search([])
        other = self.env["debt.write.off.rule"].create(
            {
                "name": "Other",
                "automatic": True,
                "sequence": 20,
                "age": 60,
                "most": 90,
                "stage_id": stages[3].id,
            }
        )
        debtors = [self.new_debtor(f"Cliente{number}") for number in range(14)]
        for debtor in debtors:
            for _n in range(rng.randint(1, 2)):
                self.invoice(
                    rng.choice((3, 12, 30, 49, 50, 80)),
                    due=DAY - timedelta(days=rng.choice((-5, 60, 61, 120, 121, 300))),
                    partner=debtor,
                )
        self.go_to(DAY)
        ranks = {stage: number for number, stage in enumerate(stages)}
        rules = {
            self.rule: Rule(age=120, small=True),
            other: Rule(age=60, most=Decimal(90), rank=3),
        }
        proposed = 0
        for debtor in debtors:
            case = self.case_of(debtor)
            debt = Debt(
                Decimal(str(case.amount_total)),
                tuple((DAY - item.date_due).days for item in case.item_ids),
                ranks[case.stage_id],
            )
            expected = next(
                (
                    rule
                    for rule, words in rules.items()
                    if fits(words, debt, Decimal(50), Decimal(20))
                ),
                self.env["debt.write.off.rule"],
            )
            with self.subTest(debt=debt):
                self.assertEqual(case.write_off_ids.rule_id, expected)
                self.assertAlmostEqual(
                    sum(case.write_off_ids.mapped("amount")),
                    case.amount_total if expected else 0,
                )
            proposed += bool(expected)
        self.assertIn(proposed, range(2, 13))

    # === DECIDED === #

    def test_written_off_at_once_within_the_limit(self):
        proposal = self.proposals()
        self.write_off(proposal)
        self.assertEqual(
            self.lines(proposal),
            [
                (self.company_data["default_account_receivable"], -40, -40),
                (self.bad, 40, 40),
            ],
        )
        self.assertEqual(
            (proposal.state, proposal.amount_written_off, proposal.amount_net),
            ("posted", 40, 40),
        )
        self.assertEqual(proposal.resolved_by_id, self.bookkeeper)
        self.assertEqual(self.lost.amount_residual, 0)
        case = self.case_of(self.gone)
        self.assertEqual((case.state, case.amount_written_off), ("closed", 40))
        self.assertEqual(case.stage_id.name, "Written Off")
        self.go_to(days(1))
        self.assertFalse(case.action_ids.filtered(lambda a: a.contact_day > DAY))
        self.assertBooks()

    def test_many_at_once(self):
        other = self.new_debtor("Otra")
        self.invoice(30, due=self.old, partner=other)
        self.go_to(days(1))
        both = self.proposals() | self.proposals(other)
        self.write_off(both)
        self.assertEqual(both.mapped("state"), ["posted", "posted"])
        self.assertEqual(len(both.write_off_id), 2)

    def test_beyond_the_limit_somebody_else_approves(self):
        big = self.new_debtor("Grande")
        self.invoice(150, due=self.old, partner=big)
        self.refresh()
        proposal = self.propose(big)
        self.assertFalse(proposal.may_post)
        with self.refused(AccessError, "Somebody else"):
            proposal.with_user(self.bookkeeper)._write_off(self.bad)
        self.write_off(proposal, user=self.bookkeeper, note="Closed the shop")
        self.assertEqual(proposal.state, "approve")
        self.assertEqual(self.case_of(big).amount_chaseable, 0, "not chased meanwhile")
        self.assertEqual(
            set(self.case_of(big).item_ids.mapped("covered_by")), {"write_off"}
        )
        with self.refused(AccessError, "Somebody else"):
            self.write_off(proposal, user=self.bookkeeper)
        activity = proposal.sudo().activity_ids
        self.assertEqual(len(activity), 1)
        self.assertNotEqual(activity.user_id, self.bookkeeper)
        self.write_off(proposal, user=self.controller)
        self.assertEqual(proposal.state, "posted")
        self.assertFalse(activity.exists())

    def test_not_approved_it_is_chased_again(self):
        proposal = self.proposals()
        self.write_off(proposal, user=self.agent)
        self.assertEqual(
            (proposal.state, proposal.asked_by_id), ("approve", self.agent)
        )
        with self.refused(AccessError, "access|may refuse"):
            proposal.with_user(self.colleague).action_refuse()
        proposal.with_user(self.bookkeeper).action_refuse()
        self.assertEqual(proposal.state, "dropped")
        self.assertEqual(proposal.resolved_by_id, self.bookkeeper)
        self.assertEqual(self.case_of(self.gone).amount_chaseable, 40)

    def test_agents_work_their_own_and_nobody_writes_states(self):
        proposal = self.proposals()
        self.case_of(self.gone).agent_id = self.agent
        with self.refused(AccessError, ""):
            proposal.with_user(self.colleague)._withdraw("No")
        for vals in ({"state": "posted"}, {"amount_cover": 1}, {"asked_by_id": False}):
            with self.refused(AccessError, "product itself"):
                proposal.with_user(self.controller).write(vals)
        boss = self.new_user("boss", "debt_collection.group_debt_manager")
        self.assertFalse(proposal.with_user(boss).may_post, "has no accounting")

    def test_not_what_somebody_disputes(self):
        self.dispute(invoice=self.lost, amount=40)
        with self.refused(UserError, "Settle first.*In dispute"):
            self.write_off(self.proposals())

    def test_reversed_the_debt_is_back(self):
        proposal = self.proposals()
        self.write_off(proposal)
        proposal.write_off_id._reverse_moves([{"date": DAY}], cancel=True)
        self.go_to(days(1))
        self.assertEqual((proposal.state, proposal.amount_written_off), ("reversed", 0))
        case = self.case_of(self.gone)
        self.assertEqual((case.state, case.amount_written_off), ("open", 0))
        self.assertEqual(case.amount_chaseable, 40)
        self.assertNotEqual(case.stage_id.name, "Written Off")

    def test_closed_books_and_no_account(self):
        self.company.sudo().fiscalyear_lock_date = DAY
        with self.refused(UserError, "books are closed"):
            self.write_off(self.proposals())
        self.company.sudo().write(
            {"fiscalyear_lock_date": False, "debt_loss_account_id": False}
        )
        with self.refused(UserError, "Choose the account"):
            self.write_off(self.proposals())
        self.rule.with_company(self.company).account_id = self.relief
        self.write_off(self.proposals())
        self.assertEqual(self.proposals(state="posted").state, "posted")

    def test_the_tax_of_invoices_to_its_account(self):
        self.company.debt_loss_tax_account_id = self.relief
        self.company.debt_write_off_supervisor = 10_000
        tax = self.company_data["default_tax_sale"].copy(
            {"amount": 19, "name": "Tax of 19"}
        )
        debtor = self.new_debtor("Impuesto")
        invoices = [
            self._create_invoice(
                partner_id=debtor.id,
                invoice_date=self.old,
                invoice_date_due=self.old,
                invoice_payment_term_id=False,
                invoice_line_ids=[
                    Command.create(
                        {
                            "name": "Goods",
                            "price_unit": price,
                            "tax_ids": [Command.set(tax.ids)],
                        }
                    )
                ],
                post=True,
            )
            for price in (100, 33.33)
        ]
        self.pay(invoices[0], 59.5)
        self.refresh()
        write_off = self.propose(debtor)
        self.write_off(write_off)
        found = [(account, balance) for account, _a, balance in self.lines(write_off)]
        # half of the first one is left: half of its tax
        self.assertEqual(
            sorted(found[2:], key=lambda line: line[1]),
            [(self.relief, 6.33), (self.relief, 9.5), (self.bad, 83.33)],
        )
        self.assertEqual(self.case_of(debtor).amount_total, 0)

    def test_merged_customers_have_one_proposal(self):
        other = self.new_debtor("Perdidita")
        self.invoice(30, due=self.old, partner=other)
        self.go_to(days(1))
        both = self.proposals() | self.proposals(other)
        self.env["debt.case"]._merge_debtors(other, self.gone)
        self.env.flush_all()
        self.assertEqual(sorted(both.mapped("state")), ["dropped", "proposed"])
        self.assertEqual(both.case_id, self.case_of(self.gone))

    # === RECOVERED === #

    def written_off(self):
        proposal = self.proposals()
        self.write_off(proposal)
        return proposal

    def test_a_recovery_is_income(self):
        write_off = self.written_off()
        payment = self.recover(write_off, 15)
        self.assertIn(payment.state, ("in_process", "paid"))
        self.assertEqual(payment.create_uid, self.bookkeeper)
        income = payment.move_id.line_ids.filtered(
            lambda line: line.account_id == self.income
        )
        self.assertEqual(income.balance, -15)
        self.assertEqual(
            (write_off.amount_recovered, write_off.amount_net, write_off.amount_open),
            (15, 25, 25),
        )
        case = self.case_of(self.gone)
        self.assertEqual((case.amount_recovered, case.amount_total), (15, 0))
        with self.refused(UserError, "at most what is still out: .*25"):
            self.recover(write_off, 26)
        self.recover(write_off, 25)
        with self.refused(UserError, "recovered already"):
            write_off.with_user(self.bookkeeper).action_recover()
        payment.action_draft()
        payment.action_cancel()
        self.assertEqual(write_off.amount_recovered, 25)
        self.assertEqual(case.amount_recovered, 25)
        self.go_to(days(1))
        self.assertBooks()

    def test_or_takes_the_write_off_back(self):
        self.company.debt_recovery_booking = "reverse"
        write_off = self.written_off()
        payment = self.recover(write_off, 15)
        entry = write_off.sudo().recovery_entry_ids
        self.assertEqual(
            [(line.account_id, line.balance) for line in entry.line_ids.sorted("id")],
            [(self.company_data["default_account_receivable"], 15), (self.bad, -15)],
        )
        received = payment.move_id.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        self.assertTrue(received.reconciled)
        self.go_to(days(1))
        self.assertEqual((write_off.state, write_off.amount_recovered), ("posted", 15))
        self.assertEqual(self.case_of(self.gone).state, "closed")
        self.assertBooks()

    def test_only_accounting_books_recoveries(self):
        write_off = self.written_off()
        with self.refused(AccessError, "Accounting"):
            write_off.with_user(self.agent)._recover(
                5, DAY, self.company_data["default_journal_bank"]
            )

    def test_what_is_written_off_is_settled_for_a_part(self):
        write_off = self.written_off()
        action = write_off.with_user(self.controller).action_settle()
        plans = self.env["debt.plan"].with_user(self.controller)
        plan = plans.with_context(**action["context"]).create(
            {"amount_discount": 12, "instalments": 2, "frequency": "weekly"}
        )
        self.assertEqual((plan.amount, plan.amount_total), (40, 28))
        self.assertFalse(plan.beyond)
        plan._activate(accepted_how="phone", accepted_by="Rosa")
        self.assertEqual((plan.state, plan.amount_cover), ("active", 0))
        self.assertEqual(
            write_off.with_user(self.bookkeeper).action_recover()["res_model"],
            "debt.recovery.wizard",
        )
        first, second = plan.promise_ids.sorted("date")
        self.today = first.date
        self.recover(write_off, 14)
        self.assertEqual(
            (first.state, second.state, plan.state), ("kept", "open", "active")
        )
        self.go_to(second.date)
        self.assertEqual(plan.state, "active")
        self.recover(write_off, 14)
        self.assertEqual((second.state, plan.state), ("kept", "done"))
        self.assertFalse(plan.to_credit, "it is lost already")
        self.assertEqual(write_off.amount_open, 0)
        self.assertEqual(write_off.amount_net, 12)

    def test_a_settlement_of_a_loss_is_broken(self):
        write_off = self.written_off()
        action = write_off.with_user(self.controller).action_settle()
        plans = self.env["debt.plan"].with_user(self.controller)
        plan = plans.with_context(**action["context"]).create({"amount_discount": 12})
        plan._activate(accepted_how="phone", accepted_by="Rosa")
        self.go_to(days(40))
        self.assertEqual(plan.state, "broken")
        self.assertEqual(write_off.amount_open, 40)
        self.assertEqual(self.case_of(self.gone).state, "closed")

    def test_what_is_taken_back_is_settled_no_more(self):
        write_off = self.written_off()
        action = write_off.with_user(self.controller).action_settle()
        plans = self.env["debt.plan"].with_user(self.controller)
        plan = plans.with_context(**action["context"]).create({"amount_discount": 12})
        plan._activate(accepted_how="phone", accepted_by="Rosa")
        write_off.write_off_id._reverse_moves([{"date": DAY}], cancel=True)
        self.go_to(days(1))
        self.assertEqual((write_off.state, plan.state), ("reversed", "cancelled"))
        self.assertEqual(plan.promise_ids.state, "cancelled")
        self.assertEqual(self.case_of(self.gone).amount_chaseable, 40)

    # === EVIDENCE === #

    def test_the_evidence_has_what_was_owed_tried_decided_and_posted(self):
        case = self.case_of(self.gone)
        self.env["debt.action"].with_user(self.agent)._log(
            case.with_user(self.agent),
            channel="call",
            outcome_id=self.env.ref("debt_collection.debt_outcome_no_answer").id,
            reached="nobody",
            note="=1+1 nobody answers",
        )
        write_off = self.proposals()
        write_off.description = "Three calls, two visits"
        self.write_off(write_off)
        self.recover(write_off, 5)
        action = write_off.with_user(self.bookkeeper).action_evidence()
        attachment = self.env["ir.attachment"].browse(
            int(action["url"].split("/")[-1].split("?")[0])
        )
        archive = zipfile.ZipFile(io.BytesIO(attachment.raw))
        self.assertEqual(archive.namelist()[0], "Evidence.xlsx")
        book = openpyxl.load_workbook(io.BytesIO(archive.read("Evidence.xlsx")))
        sheets = {
            sheet.title: [
                cell.value for row in sheet.iter_rows() for cell in row if cell.value
            ]
            for sheet in book
        }
        for name, value in (
            ("Summary", "Three calls, two visits"),
            ("Summary", "Perdida"),
            ("Documents", self.lost.name),
            ("Documents", 40),
            ("Statement", self.lost.name),
            ("Contacts", "=1+1 nobody answers"),
            ("Entries", write_off.write_off_id.name),
            ("Entries", 5),
        ):
            self.assertIn(value, sheets[name], name)
        for sheet in book:
            for row in sheet.iter_rows():
                self.assertFalse(any(cell.data_type == "f" for cell in row))
        self.assertTrue(any("written off" in str(v) for v in sheets["Decision"]))


@tagged("post_install", "-at_install")
class TestWriteOffDebtCompanies(WriteOffDebtCommon):
    def test_nobody_acts_on_another_company(self):
        data = self.setup_other_company()
        stranger = self.new_user(
            "stranger",
            "debt_collection.group_debt_manager,account.group_account_manager",
            data["company"],
        )
        proposal = self.proposals()
        for call, arguments in (
            ("action_write_off", ()),
            ("action_evidence", ()),
            ("_withdraw", ("Not mine",)),
        ):
            self.env.invalidate_all()
            with self.subTest(call), self.refused(AccessError, ""):
                getattr(proposal.with_user(stranger), call)(*arguments)
        self.write_off(proposal)
        with self.refused(AccessError, ""):
            proposal.with_user(stranger)._recover(5, DAY, data["default_journal_bank"])
        found = self.env["debt.write.off"].with_user(stranger).search([])
        self.assertNotIn(proposal, found)
