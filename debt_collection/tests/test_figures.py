from datetime import date
from decimal import Decimal

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..models.figures.debt_figures import FRONT, Period
from .common import DAY, DebtCommon

MAY = Period(date(2026, 5, 1), date(2026, 5, 31))


def day(month, number):
    return date(2026, month, number)


@tagged("post_install", "-at_install")
class TestFigures(DebtCommon):
    """The figures of a small portfolio, computed by hand."""

    def setUp(self):
        super().setUp()
        self.late = self.invoice(300, due=day(4, 9), invoice_date=day(3, 10))
        self.newer = self.invoice(200, due=day(5, 15), invoice_date=day(4, 15))
        self.invoice(400, due=day(6, 4), invoice_date=day(5, 5))
        self.invoice(100, due=day(2, 9), invoice_date=day(2, 2))
        paid = self.invoice(150, due=day(5, 20), invoice_date=day(4, 20))
        self.pay(self.late, 100, day=day(5, 20))
        self.pay(paid, 150, day=day(5, 25))
        self.first_run = self.run_on(DAY)
        self.figures = self.env["debt.figures"]

    def values(self, period=MAY):
        return self.figures._figures(self.company, period)[0]

    def test_what_is_owed(self):
        values = self.values()
        # 200 + 200 + 100 of 900; of it 100 for 111 days
        self.assertEqual(values["overdue"], Decimal(500) / 900)
        self.assertEqual(values["over_90"], Decimal(100) / 900)
        # 750 + 400 came to be owed, 900 is left, 400 of it not due
        self.assertEqual(values["cei"], Decimal(250) / 750)

    def test_days_of_sales(self):
        values = self.values()
        # May 400 and April 350 whole, 150 of 300 of March's 31 days
        self.assertEqual(values["dso"], Decimal("76.5"))
        # sales of 90 days: 300 + 350 + 400
        self.assertAlmostEqual(float(values["dso_simple"]), 900 / 1050 * 90)
        self.assertAlmostEqual(float(values["best_dso"]), 400 / 1050 * 90)
        self.assertAlmostEqual(float(values["delinquent_days"]), 500 / 1050 * 90)

    def test_what_came_in_and_how_late(self):
        values = self.values()
        self.assertEqual(values["collected"], 250)
        # 100 after 41 days, 150 after 5
        self.assertEqual(values["days_to_pay"], Decimal("19.4"))
        # of February's 100 nothing came within 90 days
        self.assertEqual(values["at_risk"], 1)

    def test_from_age_to_age(self):
        values = self.values()
        # not due on 30 April: 200 and 150; 200 is a step older
        self.assertEqual(values["roll_0"], Decimal(200) / 350)
        self.assertEqual(values["roll_1"], Decimal(200) / 300)
        self.assertIsNone(values["roll_2"])
        self.assertEqual(values["roll_3"], 1)
        # overdue were 300 and 100; 100 was paid
        self.assertEqual(values["cure_rate"], Decimal("0.25"))

    def test_promises_and_contacts(self):
        case = self.case_of()
        promises = self.env["debt.promise"]
        made = promises.create(
            [
                {
                    "case_id": case.id,
                    "amount": amount,
                    "date": day(5, 10),
                    "made_date": day(5, 6),
                    "item_ids": [Command.set(item.ids)],
                }
                for amount, item in zip((30, 50, 7), case.item_ids, strict=False)
            ]
        )
        log = self.env["debt.action"]
        for reached in ("debtor", "debtor", "nobody"):
            action = log._log(case, channel="call", reached=reached)
            self.env.cr.execute(
                "UPDATE debt_action SET contact_day = %s WHERE id = %s",
                (day(5, 6), action.id),
            )
        # what the books make of them is not what this is about
        self.env.flush_all()
        for state, promise in zip(("kept", "broken", "open"), made, strict=True):
            self.env.cr.execute(
                "UPDATE debt_promise SET state = %s WHERE id = %s", (state, promise.id)
            )
        values = self.values()
        self.assertEqual(values["promises_kept"], Decimal(1) / 2)
        self.assertEqual(values["promises_kept_amount"], Decimal(30) / 80)
        self.assertEqual(values["promise_rate"], Decimal(3) / 2)
        self.assertEqual(values["right_party"], Decimal(2) / 3)
        self.assertEqual(values["coverage"], 1)
        self.assertEqual(values["contacts_per_case"], 3)

    def test_without_anything_nothing_is_known(self):
        values = self.values(Period(day(1, 1), day(1, 31)))
        unknown = {code for code, value in values.items() if value is None}
        self.assertGreater(len(unknown), 15)
        self.assertEqual(values["collected"], 0)

    # === COLLECTED === #

    def test_a_payment_is_put_down_to_the_last_contact_before_it(self):
        case = self.case_of()
        task = self.actions_of(self.first_run)
        self.assertEqual((task.channel, task.state), ("call", "sent"), "nobody called")
        call = self.env["debt.action"]._log(case, channel="call", reached="debtor")
        call.sudo().contact_day = DAY
        before = self.env["debt.collected"].search([("case_id", "=", case.id)])
        self.assertFalse(before.action_id, "they came before the call")
        self.pay(self.late, 40, day=day(6, 11))
        line = self.env["debt.collected"].search([]) - before
        self.assertRecordValues(
            line,
            [
                {
                    "amount": 40,
                    "day": day(6, 11),
                    "action_id": call.id,
                    "channel": "call",
                    "strategy_id": self.strategy.id,
                    "contact_agent_id": call.user_id.id,
                    "agent_id": case.agent_id.id,
                    "partner_id": self.debtor.id,
                    "days_late": 63,
                }
            ],
        )
        self.company.debt_attribution_days = 9
        line.invalidate_recordset()
        self.assertFalse(line.action_id)

    def test_a_discount_and_a_credit_note_are_not_collected(self):
        self.credit_note(20, day=DAY)
        count = self.env["debt.collected"].search_count([])
        note = self.env["account.move"].search([("move_type", "=", "out_refund")])
        receivable = (note | self.newer).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        receivable.reconcile()
        self.assertEqual(self.env["debt.collected"].search_count([]), count)

    # === TARGETS === #

    def test_the_target_of_the_company_or_the_sum_of_its_parts(self):
        targets = self.env["debt.target"]
        of = targets._of_company
        team = self.env["debt.team"].create({"name": "North"})
        self.assertEqual(of(self.company, MAY.first, MAY.last), 0)
        targets.create({"month": day(5, 17), "agent_id": self.agent.id, "amount": 5})
        self.assertEqual(of(self.company, MAY.first, MAY.last), 5)
        targets.create({"month": day(5, 2), "team_id": team.id, "amount": 70})
        self.assertEqual(of(self.company, MAY.first, MAY.last), 70)
        whole = targets.create({"month": day(5, 31), "amount": 1000})
        self.assertEqual(whole.month, day(5, 1))
        self.assertEqual(of(self.company, MAY.first, MAY.last), 1000)
        targets.create({"month": day(6, 1), "amount": 10})
        self.assertEqual(of(self.company, MAY.first, day(6, 15)), 1010)
        with self.assertRaises(ValidationError):
            targets.create(
                {
                    "month": day(7, 1),
                    "agent_id": self.agent.id,
                    "team_id": team.id,
                    "amount": 1,
                }
            )

    # === THE PAGE === #

    def test_the_page_shows_six_and_the_others_behind_them(self):
        supervisor = self.new_user("boss", "debt_collection.group_debt_supervisor")
        page = self.figures.with_user(supervisor)
        data = page.get_figures(period="last_month")
        self.assertEqual([each["code"] for each in data["front"]], list(FRONT))
        codes = {each["code"] for each in data["front"] + data["more"]}
        self.assertEqual(codes, set(self.values()))
        for each in data["front"] + data["more"]:
            self.assertTrue(each["name"] and each["formula"])
            action = page.open_figure(each["code"], period="last_month")
            self.env[action["res_model"]].with_user(supervisor).search(action["domain"])

    def test_behind_the_figure_are_its_records(self):
        page = self.figures
        kinds = {
            "collected": ("debt.collected", 250),
            "overdue": ("debt.ageing.line", 900),
        }
        for code, (model, amount) in kinds.items():
            kind = {"collected": "collected", "overdue": "ageing"}[code]
            action = getattr(page, f"_open_{kind}")(code, self.company, MAY)
            records = self.env[model].search(action["domain"])
            self.assertEqual(sum(records.mapped("amount")), amount)

    def test_who_may_see_them(self):
        with self.assertRaises(AccessError):
            self.figures.with_user(self.agent).get_figures()
        with self.assertRaises(AccessError):
            self.figures.with_user(self.agent).open_figure("dso")
        company = self.env["res.company"].create({"name": "Other"})
        there = self.new_user(
            "there", "debt_collection.group_debt_supervisor", company=company
        )
        with self.assertRaises(AccessError):
            self.figures.with_user(there).get_figures(company_id=self.company.id)
        data = self.figures.with_user(there).get_figures()
        self.assertEqual(data["front"][0]["value"], "–")
        self.assertFalse(self.env["debt.collected"].with_user(there).search([]))
