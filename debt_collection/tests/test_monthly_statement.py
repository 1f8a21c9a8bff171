from datetime import date, timedelta
from unittest.mock import patch

import psycopg2

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.qr_code import qr_svg
from .common import DAY, DebtCommon

#: The third working day of June 2026, which begins on a Monday without holidays here.
THIRD = date(2026, 6, 3)


def days(count):
    return THIRD + timedelta(days=count)


@tagged("post_install", "-at_install")
class TestMonthlyStatement(DebtCommon):
    """Everybody with a balance hears of it once a month; nobody is dunned by it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "country_id": False,
                "debt_statement": True,
                "debt_statement_mode": "automatic",
            }
        )

    def statements(self):
        return self.env["debt.action"].search([("purpose", "=", "statement")])

    def test_everybody_with_a_balance_gets_it_on_the_day(self):
        due = self.invoice(100, due=days(30))
        credit = self.credit_note(20, day=days(-9))
        self.assertFalse(self.run_on(days(-1)) and self.statements())
        self.run_on(THIRD)
        statement = self.statements()
        self.assertRecordValues(
            statement,
            [
                {
                    "state": "sent",
                    "track": "service",
                    "amount": 80,
                    "statement_month": date(2026, 6, 1),
                }
            ],
        )
        mail = self.mails_of(statement)
        self.assertIn("80.00", mail.subject)
        for text in (due.name, credit.name, "100.00", "20.00", "/debt/pay/"):
            self.assertIn(text, mail.body_html)
        self.assertIn("List-Unsubscribe", mail.headers)
        mail._debt_attach()
        self.assertIn("Statement of Account", statement.attachment_ids.name)

    def test_it_chooses_as_one_would_by_hand(self):
        for number in range(12):
            debtor = self.new_debtor(f"D{number}")
            self.invoice(
                3 + 40 * (number % 4), due=days(-35 * (number % 4)), partner=debtor
            )
            if number % 5 == 0:
                self.advance(43, partner=debtor, day=days(-1))
        self.run_on(days(-1))
        cases = self.env["debt.case"].search([("company_id", "=", self.company.id)])
        for case in cases[::3].sudo():
            case.write({"state": "hold", "hold_until": days(9)})
        self.run_on(THIRD)
        expected = cases.filtered(
            lambda case: (
                case.state == "open"
                and case.amount_total >= self.company.debt_crumb_amount
                and not case.stage_id.stop_contact
            )
        )
        self.assertTrue(0 < len(expected) < len(cases))
        self.assertEqual(self.statements().case_id, expected)
        for statement in self.statements():
            self.assertEqual(statement.amount, statement.case_id.amount_total)
            self.assertEqual(
                statement.item_ids,
                statement.case_id.item_ids.sorted(lambda i: (i.date_due, i.id)),
            )

    def test_it_is_no_dunning(self):
        invoice = self.invoice(100, due=days(-3))
        self.company.debt_statement = False
        run = self.run_on(days(1))
        first = self.actions_of(run)
        self.assertEqual(first.step_id.days, 3)
        self.company.debt_statement = True
        case = self.case_of()
        before = case.last_message_day, self.item_of(invoice).step_id
        self.run_on(days(2))
        self.assertEqual(self.statements().state, "sent")
        case.invalidate_recordset()
        self.assertEqual((case.last_message_day, self.item_of(invoice).step_id), before)

    def test_once_a_month(self):
        self.invoice(100, due=days(60))
        for day in (0, 0, 1, 2, 9):
            self.run_on(days(day))
        self.assertEqual(len(self.statements()), 1)
        self.run_on(date(2026, 7, 3))
        self.assertEqual(len(self.statements()), 2)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                """INSERT INTO debt_action (case_id, company_id, debtor_id, channel,
                       track, purpose, state, statement_month)
                   SELECT case_id, company_id, debtor_id, channel, track, purpose,
                          state, statement_month
                     FROM debt_action WHERE id = %s""",
                [self.statements()[0].id],
            )

    def test_a_run_that_comes_late_makes_up_for_it_and_not_much_later(self):
        self.invoice(100, due=days(60))
        self.run_on(days(5))
        self.assertFalse(self.statements())
        other = self.new_debtor("Otro")
        self.invoice(50, due=days(60), partner=other)
        self.run_on(date(2026, 7, 6))
        self.assertEqual(len(self.statements()), 2)

    def test_who_must_not_be_written_to_gets_none(self):
        self.invoice(100, due=days(60))
        self.run_on(DAY)
        case = self.case_of().sudo()
        case.write({"state": "hold", "hold_until": days(20)})
        legal = self.new_debtor("Legal")
        self.invoice(100, due=days(-200), partner=legal)
        paid = self.new_debtor("Pagado")
        self.pay(self.invoice(100, due=days(30), partner=paid))
        small = self.new_debtor("Miga")
        self.invoice(1, due=days(30), partner=small)
        self.run_on(THIRD)
        self.assertTrue(self.case_of(legal).stage_id.stop_contact)
        self.assertFalse(self.statements())

    def test_it_waits_for_approval_where_the_company_says_so(self):
        self.company.debt_statement_mode = "approve"
        self.invoice(100, due=days(60))
        self.run_on(THIRD)
        self.assertEqual(self.statements().state, "approve")
        self.run_on(days(1))
        self.assertEqual(
            self.statements().sorted("id").mapped("state"), ["skipped", "approve"]
        )

    def test_who_pays_before_it_leaves_gets_none(self):
        self.company.debt_statement_mode = "approve"
        invoice = self.invoice(100, due=days(60))
        self.run_on(THIRD)
        self.pay(invoice)
        self.statements().action_approve()
        self.env["debt.run"].sudo()._dispatch(
            self.company, self.company._debt_noon(THIRD)
        )
        self.assertRecordValues(
            self.statements(), [{"state": "skipped", "reason": "settled"}]
        )

    def test_what_will_be_due_is_not_announced_beside_it(self):
        invoice = self.invoice(100, due=days(4))
        run = self.run_on(days(2))
        self.assertHeld(run, invoice, "statement")
        self.assertEqual(self.statements().state, "sent")
        run = self.run_on(days(3))
        pre = self.actions_of(run).filtered("step_id")
        self.assertEqual((pre.step_id.days, pre.state), (-3, "sent"))

    def test_a_simulation_tells_and_writes_nothing(self):
        self.invoice(100, due=days(60))
        run = self.env["debt.run"]._run(self.company, day=THIRD, simulate=True)
        line = run.line_ids.filtered(lambda line: line.purpose == "statement")
        self.assertEqual((line.amount, line.partner_id), (100, self.debtor))
        self.assertFalse(self.statements())

    def test_off_nobody_gets_anything(self):
        self.company.debt_statement = False
        self.invoice(100, due=days(60))
        self.run_on(THIRD)
        self.assertFalse(self.statements())

    def test_the_statement_on_paper(self):
        euro = self.setup_other_currency("EUR", rates=[("2016-01-01", 0.5)])
        invoice = self.invoice(100, due=days(-40), ref="OC-9")
        self.invoice(30, due=days(10), currency=euro)
        self.pay(invoice, 25)
        self.run_on(THIRD)
        case = self.case_of()
        # a link is valid from the second in which it is made: the same one, twice
        self.startPatcher(
            patch.object(
                type(self.env["debt.link"]), "_signed", return_value="the-secret"
            )
        )
        page, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "debt_collection.debt_statement_report", case.ids, data={"day": THIRD}
        )
        page = page.decode()
        for text in (invoice.name, "OC-9", "75.00", "25.00", "Total USD", "Total EUR"):
            self.assertIn(text, page)
        code = qr_svg(case._statement_action().text_pay_url)
        self.assertIn(code.split('d="')[1].split('"')[0], page)
        self.assertIn(
            self.env["debt.action"].new({"debtor_id": self.debtor.id}).text_reference,
            page,
        )
        ages = dict(case._statement_ages(case._statement_items(), THIRD))
        self.assertEqual(ages["31–60"], 75)
        self.assertEqual(ages["Not Due"], 60)
        self.assertAlmostEqual(sum(ages.values()), case.amount_total)
