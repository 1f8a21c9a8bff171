from collections import Counter
from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.debt_collection.logic.assignment import Worker, share_out

from .common import DAY
from .test_worklist import WorklistCommon, days


@tagged("post_install", "-at_install")
class TestTeams(WorklistCommon):
    """Who gets which case, who stands in for whom, what a supervisor sees."""

    def setUp(self):
        super().setUp()
        self.third = self.new_user("third", "debt_collection.group_debt_agent")
        self.team = self.env["debt.team"].create({"name": "Team"})
        self.members = {
            user: self.env["debt.team.member"].create(
                {"team_id": self.team.id, "user_id": user.id}
            )
            for user in (self.agent, self.colleague, self.third)
        }
        self.partners = [self.new_debtor(f"Debtor{n}") for n in range(6)]
        for number, partner in enumerate(self.partners):
            self.invoice(100 * (number + 1), due=days(-4), partner=partner)

    def assignment(self, method="round_robin", **values):
        return self.env["debt.assignment.rule"].create(
            {"name": "Rule", "team_id": self.team.id, "method": method, **values}
        )

    def agents(self):
        """Return the agent of each customer, in order."""
        self.env.invalidate_all()
        return [self.case_of(partner).agent_id for partner in self.partners]

    # === RULES === #

    def test_in_turn_the_largest_first(self):
        self.assignment()
        self.run_on(DAY)
        a, b, c = self.members
        self.assertEqual(self.agents()[::-1], [a, b, c, a, b, c])
        self.assertEqual(self.case_of(self.partners[0]).team_id, self.team)
        newcomer = self.new_debtor("Newcomer")
        self.invoice(50, due=days(-3), partner=newcomer)
        self.run_on(days(1))
        self.assertEqual(self.case_of(newcomer).agent_id, a, "the turn goes on")

    def test_by_room(self):
        capacities = dict(zip(self.members, (4, 1, 0), strict=True))
        for user, capacity in capacities.items():
            self.members[user].capacity = capacity
        self.members[self.third].unlink()
        self.assignment("load")
        self.run_on(DAY)
        self.assertEqual(
            Counter(self.agents()),
            {self.agent: 4, self.colleague: 1, self.env["res.users"]: 1},
        )
        waiting = self.case_of(self.partners[0])
        self.assertEqual(waiting.team_id, self.team, "it waits in the team")
        self.assertFalse(waiting.agent_id)
        self.members[self.colleague].capacity = 2
        self.run_on(days(1))
        self.assertEqual(waiting.agent_id, self.colleague)

    def test_whoever_has_a_case_keeps_it(self):
        self.run_on(DAY)
        case = self.case_of(self.partners[5])
        case.agent_id = self.colleague
        self.assignment(sequence=1)
        for day in (1, 2, 3):
            self.run_on(days(day))
        self.assertEqual(case.agent_id, self.colleague)

    def test_the_first_rule_that_matches(self):
        keys = self.env["debt.team"].create({"name": "Keys"})
        self.env["debt.team.member"].create(
            {"team_id": keys.id, "user_id": self.supervisor.id}
        )
        self.assignment(
            team_id=keys.id, sequence=1, domain="[('amount_chaseable', '>=', 500)]"
        )
        self.assignment(sequence=2, domain="[('amount_chaseable', '>=', 300)]")
        self.run_on(DAY)
        agents = self.agents()
        self.assertEqual(agents[4:], [self.supervisor] * 2)
        self.assertFalse(agents[0] | agents[1])
        self.assertEqual(len(set(agents[2:4])), 2)

    def test_tasks_of_the_run_go_to_the_new_agent(self):
        self.strategy.step_ids.action_archive()
        self.env["debt.strategy.step"].create(
            {
                "name": "Call",
                "strategy_id": self.strategy.id,
                "days": 2,
                "channel": "call",
            }
        )
        self.assignment()
        run = self.run_on(DAY)
        self.assertEqual(len(self.actions_of(run)), 6)
        for action in self.actions_of(run):
            self.assertEqual(action.user_id, action.case_id.agent_id)

    def test_a_simulation_gives_nothing_to_anybody(self):
        self.assignment()
        self.run_on(DAY, simulate=True)
        self.assertFalse(self.env["debt.case"].search([("team_id", "!=", False)]))
        self.assertFalse(any(member.turn for member in self.members.values()))

    def test_a_rule_that_cannot_be_used(self):
        with self.assertRaises(ValidationError):
            self.assignment(domain="[('nothing', '=', 1)]")

    # === ABSENCE === #

    def be_away(self, user, substitute, start=0, end=2):
        member = self.members[user]
        member.with_user(self.supervisor).write(
            {
                "absent_from": days(start),
                "absent_to": days(end),
                "substitute_id": substitute and substitute.id,
            }
        )

    def test_who_is_away_gets_nothing_new(self):
        self.be_away(self.agent, self.colleague)
        self.assignment()
        self.run_on(DAY)
        self.assertEqual(Counter(self.agents()), {self.colleague: 3, self.third: 3})

    def test_the_substitute_gets_tasks_and_worklist(self):
        self.rule(10, "late", figure="days", figure_from=1)
        self.strategy.min_gap_days = 0
        self.run_on(DAY)
        case = self.case_of(self.partners[5])
        case.agent_id = self.agent
        self.assertNotIn(case.id, self.queue(self.colleague))
        self.be_away(self.agent, self.colleague, 0, 9)
        self.assertIn(case.id, self.queue(self.colleague))
        self.assertNotIn(case.id, self.queue(self.third))
        self.set_today(days(4))
        run = self.run_on(days(4))
        task = self.actions_of(run).filtered(lambda a: a.case_id == case)
        self.assertEqual((task.channel, task.user_id), ("call", self.colleague))
        self.assertEqual(task.activity_id.user_id, self.colleague)
        self.set_today(days(10))
        self.assertNotIn(case.id, self.queue(self.third))
        self.assertEqual(case.agent_id, self.agent, "the case stays whose it is")

    def test_open_tasks_are_handed_over_but_what_is_due_after_the_absence(self):
        self.assignment()
        self.strategy.min_gap_days = 0
        self.run_on(DAY)
        self.set_today(days(4))
        self.run_on(days(4))
        tasks = self.env["debt.action"].search(
            [("track", "=", "task"), ("state", "=", "sent")]
        )
        own = tasks.filtered(lambda task: task.user_id == self.agent)
        self.assertEqual(len(own), 2)
        own[0].activity_id.date_deadline = days(30)
        self.be_away(self.agent, self.colleague, 4, 9)
        self.assertEqual(own.mapped("user_id"), self.agent | self.colleague)
        self.assertEqual(own[1].activity_id.user_id, self.colleague)
        self.assertEqual(own[0].activity_id.user_id, self.agent)
        # an absence that was entered before it began
        self.be_away(self.third, self.colleague, 6, 9)
        theirs = tasks.filtered(lambda task: task.user_id == self.third)
        self.assertEqual(len(theirs), 2)
        self.run_on(days(5))
        self.assertEqual(theirs.user_id, self.third)
        self.set_today(days(6))
        self.run_on(days(6))
        self.assertEqual(theirs.user_id, self.colleague)

    def test_a_substitute_may_work_the_case(self):
        self.run_on(DAY)
        case = self.case_of(self.partners[5])
        case.agent_id = self.agent
        with self.assertRaises(AccessError):
            case.with_user(self.colleague).action_put_off()
        # the right depends on the clock, as every access rule
        self.members[self.agent].write(
            {
                "absent_from": DAY - timedelta(days=9999),
                "substitute_id": self.colleague.id,
            }
        )
        case.with_user(self.colleague).action_put_off()
        self.company.debt_agent_scope = "own"
        for model in ("debt.case", "debt.item", "debt.action"):
            with self.subTest(model=model):
                field = "id" if model == "debt.case" else "case_id"
                Model = self.env[model].with_user(self.colleague)
                self.assertTrue(Model.search([(field, "=", case.id)]))
                Model = self.env[model].with_user(self.third)
                self.assertFalse(Model.search([(field, "=", case.id)]))

    def test_substitutes_of_substitutes(self):
        stand_ins = self.env["debt.team.member"]._stand_ins
        self.be_away(self.agent, self.colleague)
        self.be_away(self.colleague, self.third)
        self.assertEqual(
            stand_ins(self.company, DAY),
            {self.agent.id: self.third.id, self.colleague.id: self.third.id},
        )
        self.be_away(self.third, self.agent)
        self.assertFalse(stand_ins(self.company, DAY), "everybody is away")
        self.assertFalse(stand_ins(self.company, days(3)))

    def test_impossible_absences(self):
        with self.assertRaises(ValidationError):
            self.be_away(self.agent, self.agent)
        with self.assertRaises(ValidationError):
            self.be_away(self.agent, self.colleague, 3, 1)

    # === REDISTRIBUTION === #

    def wizard(self, cases, users, user=None, **values):
        action = cases.with_user(user or self.supervisor).action_redistribute()
        form = Form(
            self.env["debt.redistribute.wizard"]
            .with_user(user or self.supervisor)
            .with_context(**action["context"])
        )
        form.user_ids.clear()
        for each in users:
            form.user_ids.add(each)
        for name, value in values.items():
            form[name] = value
        return form.save()

    def test_preview_and_redistribution(self):
        self.run_on(DAY)
        cases = self.env["debt.case"].search([("company_id", "=", self.company.id)])
        cases.agent_id = self.agent
        task = cases[0].activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.agent.id
        )
        action = (
            self.env["debt.action"]
            .sudo()
            .create(
                {
                    "case_id": cases[0].id,
                    "company_id": self.company.id,
                    "debtor_id": cases[0].partner_id.id,
                    "channel": "task",
                    "track": "task",
                    "state": "sent",
                    "user_id": self.agent.id,
                    "activity_id": task.id,
                }
            )
        )
        self.members[self.third].capacity = 2
        wizard = self.wizard(cases, self.colleague | self.third)
        lines = {line.user_id: line for line in wizard.line_ids}
        self.assertEqual(
            {user: (li.count_before, li.count_after) for user, li in lines.items()},
            {self.agent: (6, 0), self.colleague: (0, 4), self.third: (0, 2)},
        )
        self.assertEqual(lines[self.agent].amount_before, 2100)
        self.assertEqual(sum(line.amount_after for line in lines.values()), 2100)
        self.assertEqual(Counter(self.agents()), {self.agent: 6}, "a preview only")
        wizard.action_confirm()
        self.assertEqual(Counter(self.agents()), {self.colleague: 4, self.third: 2})
        self.assertEqual(action.user_id, cases[0].agent_id)
        self.assertEqual(task.user_id, cases[0].agent_id)

    def test_nobody_has_room(self):
        self.run_on(DAY)
        cases = self.env["debt.case"].search([("company_id", "=", self.company.id)])
        cases[0].agent_id = self.third
        self.members[self.third].capacity = 1
        wizard = self.wizard(cases[1:], self.third)
        with self.assertRaises(UserError):
            wizard.action_confirm()

    def test_agents_do_not_redistribute(self):
        self.run_on(DAY)
        wizards = self.env["debt.redistribute.wizard"].with_user(self.agent)
        with self.assertRaises(AccessError):
            wizards.create({"case_ids": self.case_of(self.partners[0]).ids})
        with self.assertRaises(AccessError):
            self.team.with_user(self.supervisor).name = "Mine"

    # === BOARD === #

    def test_the_board(self):
        self.rule(10, "late", figure="days", figure_from=1)
        self.run_on(DAY)
        cases = self.env["debt.case"].search([("company_id", "=", self.company.id)])
        cases[:4].agent_id = self.agent
        outcome = self.env["debt.outcome"]._by_code("no_answer")
        self.env["debt.action"].with_user(self.agent)._log(
            cases[0], channel="call", outcome_id=outcome.id, reached="nobody"
        )
        cases[1].activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=self.agent.id,
            date_deadline=days(-1),
        )
        self.members[self.agent].write({"capacity": 5, "target_amount": 1000})
        member = self.members[self.agent].with_user(self.supervisor)
        self.assertEqual(member.case_count, 4)
        self.assertEqual(member.load, 80)
        self.assertEqual(member.coverage, 25)
        self.assertEqual(member.overdue_tasks, 1)
        self.assertEqual(member.contacts_today, 1)
        self.assertEqual(
            member.amount_chaseable, sum(cases[:4].mapped("amount_chaseable"))
        )
        self.assertEqual(self.members[self.third].coverage, 100)
        action = member.action_redistribute()
        self.assertEqual(
            set(action["context"]["default_user_ids"]),
            set((self.colleague | self.third).ids),
        )

    # === LOGIC === #

    def test_share_out(self):
        free = Worker(1)
        full = Worker(2, cases=3, capacity=3)
        self.assertEqual(share_out([7, 8], [free, full], by_load=False), {7: 1, 8: 1})
        self.assertEqual(share_out([7], [full], by_load=True), {})
        self.assertEqual(share_out([7], [], by_load=True), {})
        small, large = Worker(1, capacity=2), Worker(2, capacity=8)
        given = share_out(range(10), [small, large], by_load=True)
        self.assertEqual(Counter(given.values()), {1: 2, 2: 8})
        self.assertEqual((small.cases, large.cases), (2, 8))
