import base64
import io
import random
import zipfile
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

import openpyxl
import psycopg2.errors

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.debt_collection.logic.commission import Payment, Terms, commission

from .common import DAY, DebtCommon

DUE = DAY - timedelta(days=40)


def days(number):
    return DAY + timedelta(days=number)


class HandoverCommon(DebtCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supervisor = cls.new_user(
            "supervisor", "debt_collection.group_debt_supervisor"
        )
        cls.lawyer = cls.env["res.partner"].create(
            {"name": "Bufete Rojas", "is_company": True}
        )
        cls.agency = cls.env["res.partner"].create(
            {"name": "Cobros del Sur", "is_company": True}
        )
        cls.legal = cls.env.ref("debt_collection.debt_stage_legal")

    def setUp(self):
        super().setUp()
        self.today = DAY
        self.startPatcher(
            patch.object(
                self.env.registry["res.company"],
                "_debt_today",
                lambda company, now=None: now.date() if now else self.today,
            )
        )

    def run_to(self, day):
        self.today = day
        run = self.run_on(day, now=self.company._debt_noon(day))
        self.env.invalidate_all()
        return run

    def handover(self, user=None, case=None, **values):
        user = user or self.supervisor
        model = self.env["debt.handover"].with_user(user)
        return model.create(
            {
                "case_id": (case or self.case_of()).id,
                "agency_id": self.lawyer.id,
                "commission_percent": 10,
                "missing_reason": "The customer signed nothing",
                **values,
            }
        )

    def handed(self, **values):
        handover = self.handover(**values)
        handover.action_hand_over()
        return handover


@tagged("post_install", "-at_install")
class TestHandover(HandoverCommon):
    """From the proposal to the commission, and back."""

    def setUp(self):
        super().setUp()
        self.strategy.write({"quiet_days": 0, "min_gap_days": 0})
        self.old = self.invoice(100, due=DUE)
        self.recent = self.invoice(50, due=days(-4))
        self.future = self.invoice(30, due=days(20))
        self.run_to(DAY)
        self.case = self.case_of()

    # === WHO MAY DO WHAT === #

    def test_agents_propose_and_supervisors_hand_over(self):
        self.company.debt_dispute_supervisor_id = self.supervisor
        handover = self.handover(self.agent)
        self.assertEqual(handover.item_ids.move_id, self.old | self.recent)
        handover.action_propose()
        self.assertEqual(handover.activity_ids.user_id, self.supervisor)
        with self.assertRaises(AccessError):
            handover.action_hand_over()
        with self.assertRaises(AccessError):
            handover.write({"state": "handed"})
        handover.with_user(self.supervisor).action_hand_over()
        self.assertEqual((handover.state, handover.amount), ("handed", 150))
        self.assertFalse(handover.activity_ids)
        for action in ("action_return", "action_close"):
            with self.assertRaises(AccessError):
                getattr(handover, action)()
        with self.assertRaises(AccessError):
            handover._end("returned", "x")

    def test_terms_stay_once_they_are_agreed(self):
        handover = self.handed()
        for values in (
            {"commission_percent": 50},
            {"agency_id": self.agency.id},
            {"item_ids": [Command.clear()]},
        ):
            with self.assertRaises(UserError):
                handover.write(values)
        handover.reference = "2026-0417"
        with self.assertRaises(UserError):
            handover.unlink()

    def test_an_agent_leaves_the_cases_of_others_alone(self):
        colleague = self.new_user("colleague", "debt_collection.group_debt_agent")
        self.case.agent_id = colleague
        with self.assertRaises(AccessError):
            self.handover(self.agent)
        handover = self.handover(colleague)
        self.assertTrue(handover.with_user(self.agent).has_access("read"))
        with self.assertRaises(AccessError):
            handover.with_user(self.agent).reference = "mine"
        with self.assertRaises(AccessError):
            handover.document_ids[0].with_user(self.agent).there = True
        self.company.debt_agent_scope = "own"
        for records in (handover, handover.document_ids):
            self.assertFalse(records.with_user(self.agent).has_access("read"))
        handover.document_ids[0].there = True

    def test_nobody_acts_on_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user(
            "stranger", "debt_collection.group_debt_supervisor", other
        )
        handover = self.handed()
        step = self.step(handover)
        for record in (handover, step, handover.document_ids[:1]):
            self.assertFalse(record.with_user(stranger).has_access("read"))
        with self.assertRaises(AccessError):
            self.handover(stranger)
        self.pay(self.old)
        self.env.flush_all()
        commissions = self.env["debt.commission"].with_user(stranger)
        self.assertFalse(commissions.search([]))
        self.assertTrue(commissions.with_user(self.supervisor).search([]))

    def test_only_documents_of_the_customer(self):
        other = self.new_debtor("Otro")
        theirs = self.invoice(70, due=DUE, partner=other)
        self.run_to(DAY)
        with self.assertRaises(ValidationError):
            self.handover(item_ids=[Command.set(self.item_of(theirs).ids)])
        with self.assertRaises(ValidationError):
            self.handover(agency_id=self.debtor.id)

    # === CHECKLIST === #

    def test_missing_documents_need_a_reason(self):
        handover = self.handover(missing_reason=False)
        names = handover.document_ids.mapped("display_name")
        self.assertIn("Power of attorney", names)
        self.assertIn("Power of attorney", handover.missing)
        self.assertNotIn("Promissory note", handover.missing)
        with self.assertRaisesRegex(UserError, "Power of attorney"):
            handover.action_hand_over()
        line = handover.document_ids.filtered(lambda d: d.needed)[0]
        line.file = base64.b64encode(b"%PDF-1.4")
        self.assertTrue(line.there)
        handover.document_ids.there = True
        self.assertFalse(handover.missing)
        handover.action_hand_over()

    def test_an_agency_has_a_shorter_checklist(self):
        handover = self.handover(kind="agency")
        self.assertNotIn(
            "Power of attorney", handover.document_ids.mapped("display_name")
        )

    # === FRIENDLY CONTACT === #

    def test_friendly_contact_stops_by_itself(self):
        self.strategy.mode = "approve"
        self.run_to(days(5))
        waiting = self.actions_of(self.run_to(days(16)))
        self.assertEqual(waiting.mapped("state"), ["approve"])
        handover = self.handed()
        self.assertEqual(self.case.stage_id, self.legal)
        self.assertIn("Bufete Rojas", self.case.stage_reason)
        self.assertEqual((waiting.state, waiting.reason), ("skipped", "stage_stops"))
        self.assertFalse(
            self.env["debt.item.step"].search([("action_id", "=", waiting.id)])
        )
        run = self.run_to(days(30))
        self.assertFalse(self.actions_of(run).filtered(lambda a: a.track == "message"))
        self.assertHeld(run, self.recent, "stage_stops")
        self.assertEqual(handover.state, "handed")

    def test_a_mail_in_the_queue_does_not_leave(self):
        mails = self.mails_of(self.case.action_ids)
        self.assertEqual(mails.mapped("state"), ["outgoing"])
        self.assertFalse(self.case.handover_text)
        self.handed()
        self.assertIn("Bufete Rojas", self.case.handover_text)
        self.assertEqual(mails.state, "cancel")
        self.assertEqual(mails.debt_action_id.state, "skipped")

    def test_nobody_lets_contact_begin_while_it_is_handed_over(self):
        self.handed()
        early = self.env.ref("debt_collection.debt_stage_early")
        self.case.write({"stage_id": early.id, "stage_reason": "by mistake"})
        self.run_to(days(1))
        self.assertEqual(self.case.stage_id, self.legal)
        self.case.action_stage_by_age()
        self.run_to(days(2))
        self.assertEqual(self.case.stage_id, self.legal)

    def test_a_stage_that_stops_contact_already_stays(self):
        written_off = self.env.ref("debt_collection.debt_stage_written_off")
        self.case.write({"stage_id": written_off.id, "stage_reason": "Bankrupt"})
        handover = self.handed()
        self.run_to(days(1))
        self.assertEqual(self.case.stage_id, written_off)
        handover._end("returned", "no use")
        self.assertEqual(self.case.stage_id, written_off)
        self.assertEqual(self.case.stage_reason, "Bankrupt")

    def test_a_simulation_leaves_hand_overs_alone(self):
        handover = self.handed()
        self.pay(self.old)
        self.pay(self.recent)
        self.run_on(days(1), simulate=True, now=self.company._debt_noon(days(1)))
        self.env.invalidate_all()
        self.assertEqual(handover.state, "handed")

    # === BACK === #

    def test_a_returned_case_goes_on_with_its_next_step(self):
        self.mails_leave()
        self.strategy.entry_mode = "by_age"
        handover = self.handed()
        self.run_to(days(2))
        handover._end("returned", "Nobody reached them")
        self.assertEqual(self.case.stage_id.name, "Late")
        self.assertEqual(self.case.stage_episode, -1)
        self.assertEqual(handover.end_reason, "Nobody reached them")
        item = self.item_of(self.recent)
        self.assertEqual(item.step_days, 3)
        self.run_to(days(40))
        # by age it would be at +15 at once
        self.assertEqual(item.step_days, 8)
        self.handed()

    def test_a_case_is_with_one_of_them_at_a_time(self):
        self.handed()
        second = self.handover(agency_id=self.agency.id)
        with self.assertRaisesRegex(UserError, "Bufete Rojas"):
            second.action_hand_over()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
            self.cr.savepoint(),
        ):
            second.sudo().write({"state": "handed", "date": DAY})

    def test_it_closes_when_all_is_paid_and_opens_when_a_payment_is_taken_back(self):
        handover = self.handed()
        payment = self.pay(self.old, day=days(1)) + self.pay(self.recent, day=days(1))
        self.run_to(days(2))
        self.assertEqual((handover.state, handover.end_date), ("closed", days(2)))
        self.assertNotEqual(self.case.stage_id, self.legal)
        self.assertIn("All of it is paid", handover.message_ids[0].body)
        payment[0].move_id.line_ids.remove_move_reconcile()
        self.run_to(days(3))
        self.assertEqual((handover.state, handover.end_date), ("handed", False))
        self.assertEqual(self.case.stage_id, self.legal)

    def test_a_case_that_closed_and_opens_again_stays_with_the_lawyer(self):
        handover = self.handed(item_ids=[Command.set(self.case.item_ids.ids)])
        payments = self.env["account.payment"]
        for invoice in (self.old, self.recent, self.future):
            payments |= self.pay(invoice, day=days(1))
        self.run_to(days(2))
        self.assertEqual((self.case.state, handover.state), ("closed", "closed"))
        payments[0].move_id.line_ids.remove_move_reconcile()
        self.run_to(days(3))
        self.assertEqual((self.case.state, handover.state), ("open", "handed"))
        self.assertEqual(self.case.stage_id, self.legal)

    def test_merging_customers_keeps_the_latest_hand_over(self):
        other = self.new_debtor("Andina Ferretería")
        self.invoice(40, due=DUE, partner=other)
        self.run_to(DAY)
        first = self.handed()
        second = self.handed(case=self.case_of(other), agency_id=self.agency.id)
        self.env["debt.case"]._merge_debtors(other, self.debtor)
        self.env.invalidate_all()
        self.assertEqual(first.state, "returned")
        self.assertEqual((second.state, second.case_id), ("handed", self.case))
        self.assertEqual(second.partner_id, self.debtor)

    # === COMMISSIONS === #

    def test_payments_count_by_their_day(self):
        handover = self.handed()
        self.pay(self.old, 20, day=days(-3))
        self.pay(self.old, 30, day=days(5))
        self.credit_note(25, day=days(5))
        self.env.flush_all()
        self.assertEqual(handover.amount_recovered, 30)
        self.assertEqual(handover.commission_due, 3)
        lines = self.env["debt.commission"].search([("handover_id", "=", handover.id)])
        self.assertEqual(lines.item_id, self.item_of(self.old))
        self.today = days(6)
        handover._end("returned", "enough")
        self.pay(self.old, 10, day=days(7))
        handover.invalidate_recordset()
        self.assertEqual(handover.amount_recovered, 30)

    def test_a_fixed_commission(self):
        handover = self.handed(commission_kind="fixed", commission_amount=80)
        self.pay(self.old, 30, day=days(5))
        self.env.flush_all()
        self.assertEqual(handover.amount_recovered, 30)
        self.assertEqual(handover.commission_due, 80)

    def test_random_payments_against_the_logic(self):
        """The statement in SQL says what ``logic.commission`` says."""
        found = 0
        for seed in range(4):
            rng = random.Random(seed)
            debtor = self.new_debtor(f"Random {seed}")
            invoices = [
                self.invoice(rng.randint(100, 900), due=DUE, partner=debtor)
                for _n in range(3)
            ]
            self.run_to(DAY)
            percent = rng.choice((3.33, 7.5, 12))
            handover = self.handed(
                case=self.case_of(debtor), commission_percent=percent
            )
            for _number in range(6):
                open_ones = [i for i in invoices if i.amount_residual > 1]
                invoice = rng.choice(open_ones)
                amount = rng.randint(1, int(invoice.amount_residual * 100) // 2) / 100
                self.pay(invoice, amount, day=days(rng.randint(-9, 30)))
            ended = None
            if seed % 2:
                self.today = ended = days(15)
                handover._end("returned", "x")
                self.today = DAY
            self.env.flush_all()
            handover.invalidate_recordset()
            payments = [
                Payment(partial.max_date, Decimal(str(partial.amount)))
                for partial in handover.item_ids.move_line_id.sudo().matched_credit_ids
            ]
            terms = Terms(percent=Decimal(str(percent)))
            recovered, due = commission(payments, terms, DAY, ended)
            self.assertAlmostEqual(handover.amount_recovered, float(recovered))
            self.assertAlmostEqual(handover.commission_due, float(due), msg=seed)
            found += len(payments)
        self.assertGreater(found, 12)

    def test_commissions_by_agency_and_month(self):
        self.handed()
        self.pay(self.old, 10, day=days(1))
        self.pay(self.old, 20, day=days(40))
        groups = self.env["debt.commission"]._read_group(
            [], ["agency_id", "day:month"], ["amount:sum", "commission:sum"]
        )
        by_month = defaultdict(tuple)
        for agency, month, *sums in groups:
            by_month[agency, month.month] = tuple(sums)
        self.assertEqual(by_month[self.lawyer, 6], (10, 1))
        self.assertEqual(by_month[self.lawyer, 7], (20, 2))

    # === PROCEDURE === #

    def step(self, handover, **values):
        return handover.step_ids.create(
            {
                "handover_id": handover.id,
                "kind_id": self.env.ref(
                    "debt_collection.debt_handover_step_kind_demand"
                ).id,
                "date": DAY,
                **values,
            }
        )

    def test_a_deadline_is_an_activity_until_it_is_met(self):
        with self.assertRaises(UserError):
            self.step(self.handover())
        handover = self.handed(user_id=self.agent.id)
        self.env["res.lang"]._activate_lang("es_419")
        self.agent.lang = "es_419"
        # as a form calls it
        step = self.step(handover.with_context(lang="en_US", default_date=DAY))
        self.assertEqual(step.deadline, days(10))
        self.assertEqual(handover.next_deadline, days(10))
        activity = handover.activity_ids
        self.assertEqual(activity.user_id, self.agent)
        self.assertEqual(activity.date_deadline, days(10))
        step.deadline = days(20)
        self.assertEqual(handover.activity_ids.date_deadline, days(20))
        handover.user_id = self.supervisor
        self.assertEqual(handover.activity_ids.user_id, self.supervisor)
        step.done = True
        self.assertFalse(handover.activity_ids)
        self.assertFalse(handover.next_deadline)
        with self.assertRaises(ValidationError):
            step.deadline = days(-1)

    def test_an_activity_that_is_done_does_the_step(self):
        handover = self.handed()
        step = self.step(handover)
        handover.activity_ids.action_feedback()
        self.assertTrue(step.done)

    def test_costs_add_up_in_the_currency_of_the_company(self):
        handover = self.handed()
        foreign = self.setup_other_currency("EUR", rates=[("2020-01-01", 0.5)])
        self.step(handover, cost=30)
        self.step(handover, cost=10, currency_id=foreign.id, paid_by="agency")
        self.assertEqual(handover.cost_total, 50)
        self.assertEqual(handover.cost_own, 30)

    # === DOSSIER === #

    def test_the_dossier_tells_everything(self):
        self.mails_leave()
        handover = self.handover(description="Ask for Rosa <b>Pérez</b>")
        step = self.strategy.step_ids.filtered(lambda s: s.days == 3)
        step.legal_notice = True
        self.env["debt.promise"].create(
            {"case_id": self.case.id, "amount": 20, "date": days(5), "confirm": False}
        )
        handover.action_hand_over()
        self.step(handover, note="Letter", cost=12)
        html, _kind = (
            self.env["ir.actions.report"]
            .with_user(self.agent)
            ._render_qweb_html("debt_collection.debt_dossier", handover.ids)
        )
        text = html.decode()
        for words in (
            "Ferretería Andina",
            "Bufete Rojas",
            self.old.name,
            self.recent.name,
            "Legal Notices",
            "Promises to Pay",
            "Formal demand",
            "Ask for Rosa &lt;b&gt;P",
        ):
            self.assertIn(words, text)
        self.assertNotIn(self.future.name, text)

    def test_the_archive_has_all_files(self):
        handover = self.handover(self.agent)
        line = handover.document_ids[0]
        line.write({"file": base64.b64encode(b"signed"), "file_name": "../../note.pdf"})
        name, content = handover._dossier()
        self.assertEqual(name, "Dossier Ferretería Andina.zip")
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            self.assertIn("Dossier Ferretería Andina.pdf", names)
            paper = next(n for n in names if n.startswith("documents/"))
            self.assertEqual(archive.read(paper), b"signed")
            self.assertFalse(any(".." in n.split("/") for n in names))
            sheet = openpyxl.load_workbook(
                io.BytesIO(archive.read("Dossier Ferretería Andina.xlsx"))
            ).active
        self.assertEqual(sheet.max_row, 3)
        self.assertEqual(sheet.cell(2, 1).value, self.old.name)
        self.assertEqual(sheet.cell(2, 9).value, 100)

    def test_the_time_line_has_it(self):
        self.handed()
        entries = self.env["debt.file"].timeline(self.case.ids, ["agreement"])
        self.assertIn("Hand-Over", [entry["title"] for entry in entries["entries"]])

    def test_salespeople_read_those_of_their_customers(self):
        seller = self.new_user("seller", "debt_collection.group_debt_salesperson")
        handover = self.handed()
        self.assertFalse(handover.with_user(seller).has_access("read"))
        self.debtor.user_id = seller
        mine = handover.with_user(seller)
        self.assertEqual(mine.read(["amount_recovered"])[0]["amount_recovered"], 0)
        self.assertEqual(mine.case_id.handover_count, 1)
        with self.assertRaises(AccessError):
            mine.reference = "x"
