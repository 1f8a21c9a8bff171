import base64
import csv
import io
import random
from datetime import timedelta

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import DAY
from .test_handover import HandoverCommon, days


@tagged("post_install", "-at_install")
class TestBureau(HandoverCommon):
    """Who is reported to a credit bureau: warned, undisputed, and still owing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "debt_bureau_name": "Bureau",
                "debt_bureau_days": 20,
                "debt_bureau_min_days": 30,
            }
        )
        cls.strategy.write({"quiet_days": 0, "min_gap_days": 0})
        cls.notice = cls.strategy.step_ids.filtered(lambda s: s.days == 3)
        cls.notice.legal_notice = True
        cls.debtor.is_company = True

    def warn(self, partner=None, amount=100, sent=True, **values):
        """Return an invoice of which the legal notice was sent on ``DAY``."""
        invoice = self.invoice(
            amount, due=DAY - timedelta(days=20), partner=partner, **values
        )
        self.run_to(DAY)
        if sent:
            self.mails_leave()
        return invoice

    def report(self, day, user=None):
        self.today = day
        lists = self.env["debt.bureau.list"].with_user(user or self.supervisor)
        return lists.create({"company_id": self.company.id})

    def reported(self, day):
        lines = self.report(day).line_ids
        return lines.filtered(lambda line: line.movement == "report").partner_id

    def export(self, report):
        report.with_user(self.env.user).action_approve()
        return report.action_export_xlsx()

    def test_only_after_the_notice_was_sent_and_its_days_passed(self):
        invoice = self.warn()
        self.assertFalse(self.reported(days(19)))
        report = self.report(days(20))
        line = report.line_ids
        self.assertEqual(line.partner_id, self.debtor)
        self.assertEqual((line.amount, line.days_past_due), (100, 40))
        self.assertEqual(line.notice_date, DAY)
        self.assertEqual(line.action_id.step_id, self.notice)
        self.assertEqual(line.document_names, invoice.name)

    def test_a_notice_that_did_not_leave_warns_nobody(self):
        self.warn(sent=False)
        action = self.case_of().action_ids
        for values in (
            {"delivery": "queued"},
            {"delivery": "bounced", "state": "failed"},
            {"delivery": "delivered", "state": "uncertain"},
            {"delivery": "delivered", "state": "sent", "is_test": True},
        ):
            action.sudo().write(values)
            self.assertFalse(self.reported(days(40)), values)
        action.sudo().write({"is_test": False})
        self.assertTrue(self.reported(days(40)))
        self.notice.legal_notice = False
        self.assertFalse(self.reported(days(40)))

    def test_who_paid_objected_or_agreed_is_not_on_it(self):
        invoice = self.warn()
        case = self.case_of()
        dispute = self.env["debt.dispute"].create(
            {
                "case_id": case.id,
                "item_ids": [Command.set(self.item_of(invoice).ids)],
                "reason_id": self.env["debt.dispute.reason"].search([], limit=1).id,
                "amount": 5,
            }
        )
        self.assertFalse(self.reported(days(30)))
        dispute._withdraw("no matter")
        self.assertTrue(self.reported(days(30)))
        promise = self.env["debt.promise"].create(
            {"case_id": case.id, "amount": 100, "date": days(33), "confirm": False}
        )
        self.assertFalse(self.reported(days(30)))
        promise._withdraw("no matter")
        self.pay(invoice, day=days(30))
        case._refresh(days(30))
        self.assertFalse(self.reported(days(31)))

    def test_documents_that_the_notice_did_not_name_are_not_reported(self):
        self.warn()
        self.invoice(500, due=DAY)
        self.run_to(days(1))
        self.assertEqual(self.report(days(60)).line_ids.amount, 100)

    def test_small_and_recent_debts_are_left_out(self):
        self.warn()
        self.company.debt_bureau_min_amount = 101
        self.assertFalse(self.reported(days(30)))
        self.company.debt_bureau_min_amount = 100
        self.assertTrue(self.reported(days(30)))
        self.company.debt_bureau_min_days = 90
        self.assertFalse(self.reported(days(30)))

    def test_persons_only_with_their_authorisation(self):
        person = self.new_debtor("Rosa Pérez")
        self.warn(partner=person)
        self.assertFalse(self.reported(days(30)))
        person.debt_bureau_consent = days(40)
        self.assertFalse(self.reported(days(30)))
        person.debt_bureau_consent = days(-400)
        line = self.report(days(30)).line_ids
        self.assertEqual(line.consent_date, days(-400))

    def test_a_manager_approves_and_nothing_leaves_before(self):
        self.warn()
        report = self.report(days(30))
        with self.assertRaises(AccessError):
            report.action_approve()
        with self.assertRaises(UserError):
            report.action_export_xlsx()
        with self.assertRaises(AccessError):
            report.write({"state": "approved"})
        with self.assertRaises(UserError):
            report.line_ids.amount = 1
        with self.assertRaises(AccessError):
            report.line_ids.create(
                {
                    "list_id": report.id,
                    "movement": "report",
                    "case_id": self.case_of().id,
                    "partner_id": self.debtor.id,
                }
            )
        report.with_user(self.env.user).action_approve()
        self.assertEqual(report.approved_by_id, self.env.user)
        with self.assertRaises(UserError):
            report.line_ids.included = False
        self.assertFalse(report.with_user(self.agent).has_access("read"))

    def test_who_pays_between_the_steps_is_taken_off(self):
        first = self.warn()
        other = self.new_debtor("Bodega Norte", is_company=True)
        second = self.warn(partner=other)
        third = self.warn(partner=self.new_debtor("Casa Sur", is_company=True))
        report = self.report(days(30))
        self.assertEqual(report.report_count, 3)
        self.pay(first, day=days(30))
        report.with_user(self.env.user).action_approve()
        self.assertEqual(report.report_count, 2)
        self.pay(second, day=days(30))
        report.action_export_csv()
        self.assertEqual((report.report_count, report.state), (1, "exported"))
        text = base64.b64decode(report.file).decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text), delimiter=";"))
        self.assertEqual([row[2] for row in rows[1:]], ["Casa Sur"])
        with self.assertRaises(UserError):
            report.with_user(self.env.user).unlink()
        self.assertTrue(third)

    def test_who_paid_since_is_removed_with_the_next_list(self):
        invoice = self.warn()
        self.export(self.report(days(30)))
        self.assertFalse(
            self.report(days(31)).line_ids.filtered(lambda n: n.movement == "remove")
        )
        self.pay(invoice, day=days(40))
        self.case_of()._refresh(days(41))
        report = self.report(days(41))
        self.assertEqual(report.line_ids.movement, "remove")
        self.assertEqual((report.report_count, report.remove_count), (0, 1))
        self.export(report)
        sheet = openpyxl.load_workbook(io.BytesIO(base64.b64decode(report.file))).active
        self.assertEqual(sheet.cell(2, 3).value, self.debtor.name)
        self.assertFalse(self.report(days(42)).line_ids, "it is told once")

    def test_no_formula_gets_into_the_files(self):
        self.debtor.name = '=HYPERLINK("http://x")'
        self.warn()
        report = self.report(days(30))
        self.export(report)
        sheet = openpyxl.load_workbook(io.BytesIO(base64.b64decode(report.file))).active
        self.assertEqual(sheet.cell(2, 3).data_type, "s")
        report.action_export_csv()
        self.assertIn(b"'=HYPERLINK", base64.b64decode(report.file))

    def test_random_portfolios_against_an_obvious_twin(self):
        rng = random.Random(7)
        reason = self.env["debt.dispute.reason"].search([], limit=1)
        for number in range(12):
            debtor = self.new_debtor(f"Random {number}", is_company=rng.random() < 0.7)
            if rng.random() < 0.5:
                debtor.debt_bureau_consent = days(rng.randint(-50, 50))
            for _invoice in range(rng.randint(1, 3)):
                self.invoice(
                    rng.randint(10, 300),
                    due=DAY - timedelta(days=rng.randint(1, 60)),
                    partner=debtor,
                )
        self.run_to(DAY)
        self.mails_leave()
        cases = self.env["debt.case"].search([("company_id", "=", self.company.id)])
        for item in cases.item_ids:
            luck = rng.random()
            if luck < 0.2:
                self.pay(item.move_id, day=days(3))
            elif luck < 0.4:
                self.env["debt.dispute"].create(
                    {"item_ids": [Command.set(item.ids)], "reason_id": reason.id}
                )
        cases._refresh(days(4))
        self.company.debt_bureau_min_amount = 60
        found = 0
        for number in (10, 19, 20, 35, 60):
            day = days(number)
            expected = self.twin(cases, day)
            lists = self.env["debt.bureau.list"].sudo()
            rows = lists._to_report(self.company, day)
            self.assertEqual(
                {
                    case_id: round(float(row["amount"]), 2)
                    for case_id, row in rows.items()
                },
                expected,
                day,
            )
            found += len(expected)
        self.assertGreater(found, 8)

    def twin(self, cases, day):
        """Return {case id: amount}, the slow and obvious way."""
        result = {}
        for case in cases:
            partner = case.partner_id
            consent = partner.debt_bureau_consent
            if not partner.is_company and not (consent and consent <= day):
                continue
            amount = 0
            for item in case.item_ids:
                warned = any(
                    action.step_id.legal_notice
                    and action.state == "sent"
                    and action.delivery == "delivered"
                    and item in action.item_ids
                    and (day - action.contact_day).days >= 20
                    for action in case.action_ids
                )
                disputed = any(
                    dispute.state == "open" and item in dispute.item_ids
                    for dispute in case.dispute_ids
                )
                if warned and not disputed and (day - item.date_due).days >= 30:
                    amount += item.amount_residual
            if amount >= 60:
                result[case.id] = round(amount, 2)
        return result
