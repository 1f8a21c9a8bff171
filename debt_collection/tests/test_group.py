from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .common import DAY, DebtCommon


def days(number):
    return DAY + timedelta(days=number)


@tagged("post_install", "-at_install")
class TestGroup(DebtCommon):
    """Several debtors, one view, one agent, one limit; their cases stay apart."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supervisor = cls.new_user(
            "supervisor", "debt_collection.group_debt_supervisor"
        )
        cls.colleague = cls.new_user("colleague", "debt_collection.group_debt_agent")
        cls.members = cls.env["res.partner"].union(
            *(cls.new_debtor(f"{name} SA") for name in ("Norte", "Sur", "Centro"))
        )
        cls.group = cls.env["debt.group"].create(
            {"name": "Grupo Andino", "member_ids": [Command.set(cls.members.ids)]}
        )

    def owe(self, *amounts, late=4):
        for partner, amount in zip(self.members, amounts, strict=False):
            self.invoice(amount, due=days(-late), partner=partner)

    def cases(self):
        self.env.invalidate_all()
        return self.env["debt.case"].search(
            [("partner_id", "in", self.members.ids)], order="partner_id"
        )

    # === ONE VIEW === #

    def test_the_cases_stay_apart_and_the_group_sums_them(self):
        self.owe(100, 200, 50)
        self.invoice(1000, due=days(20), partner=self.members[0])
        self.run_on(DAY)
        cases = self.cases()
        self.assertEqual(len(cases), 3)
        self.assertEqual(cases.group_id, self.group, "also those that are new")
        group = self.group
        self.assertEqual(group.case_count, 3)
        self.assertEqual((group.amount_total, group.amount_overdue), (1350, 350))
        self.assertEqual(group.amount_chaseable, 350)
        self.assertEqual(group.days_past_due, 4)
        self.assertEqual(group.stage_id, cases[0].stage_id)
        self.assertEqual(group.item_ids, cases.item_ids)
        self.assertEqual(len(self.actions_of(self.env["debt.run"].search([]))), 3)
        self.assertIn("1,350.00", str(group.summary))

    def test_the_worst_stage_and_the_oldest_days(self):
        self.owe(100)
        self.owe(100, 100, late=95)
        self.run_on(DAY)
        worst = self.cases().stage_id.sorted("sequence")[-1]
        self.assertEqual(self.group.stage_id, worst)
        self.assertEqual(self.group.days_past_due, 95)

    def test_cases_and_items_are_found_by_group(self):
        self.owe(100, 200)
        self.invoice(70, due=days(-4))
        self.run_on(DAY)
        Case, Item = self.env["debt.case"], self.env["debt.item"]
        amounts = dict(
            Case._read_group(
                [("company_id", "=", self.company.id), ("state", "!=", "closed")],
                ["group_id"],
                ["amount_total:sum"],
            )
        )
        self.assertEqual(amounts, {self.group: 300, self.env["debt.group"]: 70})
        found = Item.search([("group_id", "=", self.group.id)])
        self.assertEqual(found, self.cases().item_ids)
        totals = dict(
            Item._read_group(
                [("company_id", "=", self.company.id)],
                ["group_id"],
                ["amount_residual:sum"],
            )
        )
        self.assertEqual(totals[self.group], 300)

    def test_who_joins_and_leaves(self):
        self.owe(100, 100, 100)
        self.run_on(DAY)
        leaving = self.members[2]
        with Form(self.group.with_user(self.supervisor)) as form:
            form.member_ids.remove(id=leaving.id)
            form.member_ids.add(self.debtor)
        self.assertEqual(self.group.partner_ids, self.members[:2] | self.debtor)
        self.assertFalse(leaving.debt_group_id)
        self.assertEqual(self.group.amount_total, 200)
        self.group.active = False
        self.assertFalse(self.cases().group_id)

    def test_the_items_of_a_foreign_company_are_not_counted(self):
        company = self.setup_other_company(name="Second")["company"]
        self.owe(100)
        group = self.group.copy({"name": "Of the second", "company_id": company.id})
        self.members[0].debt_group_id = group
        self.run_on(DAY)
        self.assertFalse(self.cases().group_id, "a group of another company")
        group.company_id = self.company
        self.assertEqual(self.cases().group_id, group)

    # === ONE LIMIT === #

    def test_the_limit_is_that_of_all_together(self):
        self.owe(100, 200)
        self.run_on(DAY)
        group = self.group
        self.assertFalse(group.over_limit, "no limit")
        for limit, left, over in ((300, 0, False), (299.99, -0.01, True)):
            with self.subTest(limit=limit):
                group.credit_limit = limit
                self.assertAlmostEqual(group.amount_left, left)
                self.assertEqual(group.over_limit, over)
                found = self.env["debt.group"].search([("over_limit", "=", True)])
                self.assertEqual(group in found, over)
        over = self.env["debt.case"].search([("group_id.over_limit", "=", True)])
        self.assertEqual(over, self.cases())
        group.credit_limit = 600
        self.assertEqual(group.limit_used, 50)
        with self.assertRaises(ValidationError):
            group.credit_limit = -1

    def test_the_limit_in_another_currency(self):
        euro = self.setup_other_currency("EUR", rates=[("2016-01-01", 0.5)])
        self.owe(100, 200)
        self.run_on(DAY)
        self.group.write({"currency_id": euro.id, "credit_limit": 140})
        self.assertEqual(self.group.amount_total, 150)
        self.assertTrue(self.group.over_limit)

    # === ONE AGENT === #

    def test_the_cases_go_to_the_agent_of_the_group(self):
        self.group.agent_id = self.colleague
        self.owe(100, 200, 300)
        self.run_on(DAY)
        self.assertEqual(self.cases().agent_id, self.colleague)

    def test_the_agent_goes_before_every_rule_and_is_kept(self):
        team = self.env["debt.team"].create({"name": "Team"})
        self.env["debt.team.member"].create(
            {"team_id": team.id, "user_id": self.agent.id}
        )
        self.env["debt.assignment.rule"].create({"name": "R", "team_id": team.id})
        self.group.agent_id = self.colleague
        self.owe(100, 200)
        self.invoice(50, due=days(-4))
        self.run_on(DAY)
        self.assertEqual(self.cases().agent_id, self.colleague)
        self.assertEqual(self.case_of().agent_id, self.agent)
        case = self.case_of(self.members[0])
        case.agent_id = self.supervisor
        self.run_on(days(1))
        self.assertEqual(case.agent_id, self.supervisor, "a person decided")
        self.group.agent_id = self.agent
        self.assertEqual(self.cases().agent_id, self.agent, "at once")

    def test_without_an_agent_one_follows_the_others(self):
        team = self.env["debt.team"].create({"name": "Team"})
        for user in (self.agent, self.colleague, self.supervisor):
            self.env["debt.team.member"].create(
                {"team_id": team.id, "user_id": user.id}
            )
        self.env["debt.assignment.rule"].create(
            {"name": "R", "team_id": team.id, "method": "round_robin"}
        )
        self.owe(100, 200)
        self.run_on(DAY)
        first = self.cases().agent_id
        self.assertEqual(len(first), 1, "one agent for all of them")
        self.invoice(300, due=days(-3), partner=self.members[2])
        self.run_on(days(1))
        self.assertEqual(self.cases().agent_id, first)
        self.assertEqual(self.cases().team_id, team)

    def test_the_team_of_the_group_goes_before_the_rules(self):
        rule_team, own_team = self.env["debt.team"].create(
            [{"name": "Of the rule"}, {"name": "Of the group"}]
        )
        for team, user in ((rule_team, self.agent), (own_team, self.colleague)):
            self.env["debt.team.member"].create(
                {"team_id": team.id, "user_id": user.id}
            )
        self.env["debt.assignment.rule"].create({"name": "R", "team_id": rule_team.id})
        self.group.team_id = own_team
        self.owe(100, 200)
        self.run_on(DAY)
        self.assertEqual(self.cases().agent_id, self.colleague)
        self.assertEqual(self.cases().team_id, own_team)

    def test_redistributing_keeps_a_group_together(self):
        self.owe(100, 200, 300)
        others = [self.new_debtor(f"Other{n}") for n in range(3)]
        for other in others:
            self.invoice(50, due=days(-4), partner=other)
        self.run_on(DAY)
        cases = self.cases() | self.case_of(others[0])
        cases |= self.case_of(others[1]) | self.case_of(others[2])
        wizard = self.env["debt.redistribute.wizard"].create(
            {
                "case_ids": cases.ids,
                "company_id": self.company.id,
                "user_ids": (self.agent | self.colleague).ids,
                "method": "round_robin",
            }
        )
        wizard.action_confirm()
        self.assertEqual(len(self.cases().agent_id), 1)
        self.assertEqual(cases.agent_id, self.agent | self.colleague)

    def test_who_joins_later_gets_the_agent_of_the_group(self):
        self.group.agent_id = self.colleague
        self.invoice(100, due=days(-4))
        self.run_on(DAY)
        self.case_of().agent_id = self.agent
        self.debtor.debt_group_id = self.group
        self.assertEqual(self.case_of().agent_id, self.colleague)

    def test_an_agent_of_another_company_gets_nothing(self):
        company = self.setup_other_company(name="Second")["company"]
        stranger = self.new_user(
            "stranger", "debt_collection.group_debt_agent", company=company
        )
        self.group.agent_id = stranger
        self.owe(100)
        self.run_on(DAY)
        self.assertFalse(self.cases().agent_id)

    # === RIGHTS AND MERGING === #

    def test_agents_read_supervisors_maintain(self):
        self.owe(100)
        self.run_on(DAY)
        group = self.group.with_user(self.agent)
        self.assertEqual(group.amount_total, 100)
        with self.assertRaises(AccessError):
            group.name = "Mine"
        with self.assertRaises(AccessError):
            group.member_ids = False
        self.agent.group_ids += self.env.ref("base.group_partner_manager")
        with self.assertRaises(AccessError):
            self.members[0].with_user(self.agent).debt_group_id = False
        with self.assertRaises(AccessError):
            self.env["res.partner"].with_user(self.agent).create(
                {"name": "New", "debt_group_id": group.id}
            )
        self.members[0].with_user(self.agent).write(
            {"name": "Norte SAS", "debt_group_id": group.id}
        )
        nobody = self.new_user("nobody", "base.group_user")
        with self.assertRaises(AccessError):
            self.group.with_user(nobody).read(["name"])
        self.group.with_user(self.supervisor).name = "Theirs"
        self.assertEqual(self.group.name, "Theirs")

    def test_a_group_of_another_company_is_not_seen(self):
        company = self.setup_other_company(name="Second")["company"]
        self.group.company_id = company
        with self.assertRaises(AccessError):
            self.group.with_user(self.supervisor).read(["name"])

    def test_figures_are_those_of_the_companies_of_the_user(self):
        company = self.setup_other_company(name="Second")["company"]
        self.owe(100)
        self.run_on(DAY)
        self.env["debt.case"].sudo().create(
            {
                "partner_id": self.members[0].id,
                "company_id": company.id,
                "amount_total": 500,
            }
        )
        group = self.group.with_user(self.agent)
        self.assertEqual((group.case_count, group.amount_total), (1, 100))

    def test_merging_customers_keeps_the_group(self):
        self.owe(100)
        self.run_on(DAY)
        clerk = self.new_user(
            "clerk",
            "base.group_partner_manager,base.group_erp_manager,account.group_account_manager",
        )
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(clerk)
        wizard.create({})._merge(
            (self.members[0] | self.debtor).ids, self.debtor, extra_checks=False
        )
        self.assertEqual(self.debtor.debt_group_id, self.group)
        self.assertEqual(self.case_of().group_id, self.group)
