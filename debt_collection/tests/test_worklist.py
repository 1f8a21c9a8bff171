import json
import math
import random
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import DAY, DebtCommon


def days(count):
    return DAY + timedelta(days=count)


class WorklistCommon(DebtCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supervisor = cls.new_user(
            "supervisor", "debt_collection.group_debt_supervisor"
        )
        cls.colleague = cls.new_user("colleague", "debt_collection.group_debt_agent")
        cls.env["debt.priority.rule"].search([]).action_archive()

    def setUp(self):
        super().setUp()
        self.set_today(DAY)

    def set_today(self, day):
        """Let the product take ``day`` for today."""
        self.today = day
        if not hasattr(self, "clock"):
            self.clock = patch.object(
                self.env.registry["res.company"],
                "_debt_today",
                lambda company, now=None: self.today,
            )
            self.startPatcher(self.clock)

    def rule(self, points, name="reason", **values):
        return self.env["debt.priority.rule"].create(
            {"name": name, "points": points, **values}
        )

    def queue(self, user=None):
        return self.env["debt.case"].with_user(user or self.agent).my_day_queue([])

    def text(self, case=None):
        case = case or self.case_of()
        case.invalidate_recordset()
        return self.plain(case.with_user(self.agent).priority_text)

    def plain(self, text):
        return text.replace("\xa0", " ")


@tagged("post_install", "-at_install")
class TestPriority(WorklistCommon):
    """Points for cases, with reasons in words."""

    def test_the_sum_is_a_share_of_the_possible_maximum(self):
        self.rule(30, "{amount} to chase", figure="amount", figure_to=100)
        self.rule(10, "{days} days overdue", figure="days", figure_from=1, figure_to=9)
        self.rule(20, "{days} days overdue", figure="days", figure_from=10)
        self.rule(50, "bad payer", domain="[('partner_id.trust', '=', 'bad')]")
        self.invoice(100, due=days(-4))
        self.run_on(DAY)
        case = self.case_of()
        self.assertEqual((case.priority_points, case.priority), (40, 40))
        self.assertEqual(self.text(), "$ 100 to chase +30 · 4 days overdue +10")
        self.assertEqual(
            [chip["kind"] for chip in case.priority_chips], ["urgent", "more"]
        )

    def test_of_the_rules_on_a_figure_the_best_counts(self):
        self.rule(5, "a", figure="days", figure_from=1)
        self.rule(25, "b", figure="days", figure_from=3, figure_to=30)
        self.invoice(100, due=days(-4))
        self.run_on(DAY)
        self.assertEqual(self.case_of().priority, 100)
        self.assertEqual(self.text(), "b +25")

    def test_points_against_a_case(self):
        self.rule(20, "late", figure="days", figure_from=1)
        self.rule(-15, "pays well")
        self.invoice(100, due=days(-4))
        self.run_on(DAY)
        self.assertEqual(self.case_of().priority, 25)
        self.assertEqual(self.text(), "late +20 · pays well −15")

    def test_words_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("es_419")
        rule = self.rule(10, "{days} days overdue", figure="days", figure_from=1)
        rule.with_context(lang="es_419").name = "{days} días de atraso"
        self.invoice(100, due=days(-4))
        self.run_on(DAY)
        case = self.case_of().with_context(lang="es_419")
        self.assertEqual(case.priority_text, "4 días de atraso +10")

    def test_the_calendar_alone_brings_points_and_takes_them(self):
        self.rule(10, "{days} to go", figure="bucket", figure_from=1, figure_to=3)
        self.rule(20, "none for {days}", figure="contact", figure_from=10)
        self.invoice(100, due=days(-1))
        self.strategy.enabled = False
        for day, expected in {
            0: "",
            8: "",
            9: "none for 10 +20",
            27: "none for 28 +20 · 3 to go +10",
            29: "none for 30 +20 · 1 to go +10",
            30: "none for 31 +20",
        }.items():
            self.set_today(days(day))
            self.run_on(days(day))
            with self.subTest(day=day):
                self.assertEqual(self.text(), expected)

    def test_a_message_is_a_contact(self):
        self.rule(20, "none for {days}", figure="contact", figure_from=2)
        self.invoice(100, due=days(-4))
        self.run_on(DAY)
        self.assertEqual(self.case_of().last_message_day, DAY)
        self.set_today(days(1))
        self.run_on(days(1))
        self.assertEqual(self.text(), "")
        self.set_today(days(2))
        self.run_on(days(2))
        self.assertEqual(self.text(), "none for 2 +20")

    def test_nothing_to_chase_has_no_priority(self):
        self.rule(20, "late", figure="days", figure_from=1)
        self.rule(30, "was due", figure="promise_due", figure_from=1)
        self.company.write({"debt_promise_tolerance": 2, "country_id": False})
        invoice = self.invoice(100, due=days(-4))
        self.run_on(DAY)
        case = self.case_of()
        self.assertGreater(case.priority, 0)
        self.env["debt.promise"].create(
            {
                "case_id": case.id,
                "amount": 100,
                "made_date": DAY,
                "date": days(1),
                "confirm": False,
            }
        )
        self.assertEqual(case.priority, 0, "at once")
        self.set_today(days(1))
        self.run_on(days(1))
        self.assertEqual(case.priority, 0, "on its day too")
        self.set_today(days(2))
        self.run_on(days(2))
        self.assertIn("was due +30", self.text(), "nothing came: worth a call")
        self.pay(invoice, day=days(2))
        self.run_on(days(3))
        self.assertEqual((case.state, case.priority), ("closed", 0))
        self.assertFalse(case.priority_reasons)

    def test_a_case_on_hold_has_none(self):
        self.rule(20, "late", figure="days", figure_from=1)
        self.invoice(100, due=days(-4))
        self.run_on(DAY)
        case = self.case_of()
        case.write({"state": "hold", "hold_until": days(9), "hold_reason": "x"})
        self.assertEqual(case.priority, 0)
        self.run_on(days(1))
        self.assertEqual(case.priority, 0)

    def test_a_broken_promise(self):
        self.rule(
            40,
            "promise of {amount} broken {days} days ago",
            figure="promise_broken",
            figure_to=7,
        )
        self.company.write({"debt_promise_tolerance": 0, "country_id": False})
        self.invoice(1200, due=days(-4))
        self.run_on(DAY)
        self.env["debt.promise"].create(
            {
                "case_id": self.case_of().id,
                "amount": 1200,
                "made_date": DAY,
                "date": days(1),
                "confirm": False,
            }
        )
        self.set_today(days(2))
        self.run_on(days(2))
        self.assertEqual(self.text(), "promise of $ 1,200 broken 0 days ago +40")
        self.assertEqual(
            self.plain(self.case_of().suggested_action),
            "Call: promise of $ 1,200 was broken",
        )
        self.set_today(days(5))
        self.assertEqual(self.text(), "promise of $ 1,200 broken 3 days ago +40")
        self.set_today(days(10))
        self.run_on(days(10))
        self.assertEqual(self.text(), "")

    def test_what_does_not_change_is_not_written(self):
        self.rule(20, "{days} late", figure="days", figure_from=1, figure_to=30)
        self.invoice(100, due=days(-4))
        self.run_on(DAY)
        case = self.case_of()
        self.env.flush_all()
        company = self.company.sudo()
        case._prioritise(company, days(1), case)
        self.assertEqual(self.env.cr.rowcount, 0)
        case._prioritise(company, days(1), case.sudo())
        self.assertEqual(self.env.cr.rowcount, 0)

    def test_a_changed_rule_counts_in_the_next_run_of_the_day(self):
        rule = self.rule(20, "late", figure="days", figure_from=1)
        self.invoice(100, due=days(-4))
        self.run_on(DAY)
        rule.points = 7
        self.run_on(DAY)
        self.assertEqual(self.case_of().priority_points, 7)
        rule.action_archive()
        self.run_on(DAY)
        self.assertEqual(self.case_of().priority_points, 0)

    def test_rules_that_cannot_be_used(self):
        for values in (
            {"domain": "[('nothing', '=', 1)]"},
            {"domain": "not a domain"},
            {"name": "{phone}"},
            {"figure": "amount", "figure_to": 0},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self.rule(10, **values)

    def test_the_rule_tells_its_cases(self):
        rule = self.rule(20, "late", figure="days", figure_from=1)
        other = self.rule(20, "very late", figure="contact", figure_from=90)
        self.invoice(100, due=days(-4))
        self.run_on(DAY)
        self.assertEqual((rule.case_count, other.case_count), (1, 0))
        action = rule.action_view_cases()
        self.assertEqual(self.env["debt.case"].search(action["domain"]), self.case_of())

    def test_rules_of_another_company_do_not_count(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.rule(20, "late", figure="days", figure_from=1, company_id=other.id)
        self.invoice(100, due=days(-4))
        self.run_on(DAY)
        self.assertEqual(self.case_of().priority, 0)

    # === TWIN === #

    def test_the_shipped_rules_on_random_portfolios(self):
        shipped = self.env["debt.priority.rule"].with_context(active_test=False)
        shipped = shipped.search([("active", "=", False)])
        shipped.action_unarchive()
        self.assertGreater(len(shipped), 10)
        points = 0
        for seed in range(4):
            rng = random.Random(seed)
            cases = self.random_cases(rng, seed)
            for day in (DAY, days(3), days(17)):
                self.set_today(day)
                cases._prioritise(self.company.sudo(), day, cases)
                cases.invalidate_recordset()
                for case in cases:
                    with self.subTest(seed=seed, day=day, case=case.id):
                        expected = self.twin(case, cases, shipped, day)
                        found = {r[0]: r[1] for r in case.priority_reasons or ()}
                        self.assertEqual(found, expected)
                        total = sum(expected.values())
                        self.assertEqual(case.priority_points, total)
                        self.assertEqual(case.priority, self.share(total, shipped))
                        points += total
            cases.sudo().write({"state": "closed"})
        self.assertGreater(points, 1000)

    def random_cases(self, rng, seed):
        cases = self.env["debt.case"].sudo()
        for number in range(30):
            partner = self.env["res.partner"].create(
                {
                    "name": f"W{seed}x{number}",
                    "trust": rng.choice(["good", "normal", "bad"]),
                }
            )
            case = cases.create(
                {
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "state": rng.choice(["open"] * 5 + ["hold", "closed"]),
                    "amount_chaseable": rng.choice([0, 10, 50, 50, 300, 1000, 9999]),
                    "amount_overdue": 1,
                    "days_past_due": rng.choice([0, 1, 2, 14, 28, 30, 31, 58, 95, 200]),
                    "last_message_day": rng.choice([False, days(-rng.randint(1, 30))]),
                    "last_contact_day": rng.choice([False, days(-rng.randint(1, 30))]),
                    "paid_count": rng.randint(0, 12),
                    "paid_delay": rng.randint(-3, 20),
                }
            )
            cases |= case
            for _ in range(rng.randint(0, 2)):
                self.random_promise(rng, case)
            if rng.random() < 0.3:
                case.activity_schedule(
                    "mail.mail_activity_data_call",
                    date_deadline=days(rng.randint(-2, 5)),
                    automated=rng.random() < 0.5,
                    user_id=self.agent.id,
                )
            for _ in range(rng.choice([0, 0, 1, 2])):
                self.env["debt.action"].sudo().create(
                    {
                        "case_id": case.id,
                        "company_id": self.company.id,
                        "debtor_id": case.partner_id.id,
                        "channel": "task",
                        "track": "task",
                        "purpose": "answer",
                        "state": rng.choice(["sent", "cancelled"]),
                        "contact_day": days(rng.randint(-5, 0)),
                    }
                )
        self.env.flush_all()
        return cases

    def random_promise(self, rng, case):
        """Insert a promise in any state: how it came to it is tested elsewhere."""
        state = rng.choice(["open", "kept", "broken", "partial", "cancelled"])
        self.env.cr.execute(
            """INSERT INTO debt_promise (case_id, company_id, partner_id, currency_id,
                   amount, amount_company, made_date, date, state, paid_late,
                   amount_paid, judged_date, amount_to_apply, source, amount_cover)
               VALUES (%s, %s, %s, %s, 40, 40, %s, %s, %s, %s, %s, %s, 0, 'agent',
                       0)""",
            (
                case.id,
                self.company.id,
                case.partner_id.id,
                self.company.currency_id.id,
                days(-20),
                days(rng.randint(-12, 12)),
                state,
                state == "broken" and rng.random() < 0.3,
                rng.choice([0, 0, 15]),
                None if state == "open" else days(-rng.randint(0, 15)),
            ),
        )

    def twin(self, case, cases, rules, day):
        """Return {rule id: points} of a case, slowly and obviously."""
        promises = self.env["debt.promise"].search([("case_id", "=", case.id)])
        due = promises.filtered(
            lambda p: p.state == "open" and p.date < day and p.amount_paid <= 0
        ).sorted("date")
        if case.state != "open" or (case.amount_chaseable <= 0 and not due):
            return {}
        missed = promises.filtered(
            lambda p: (
                p.state in ("broken", "partial")
                and not p.paid_late
                and p.judged_date <= day
            )
        ).sorted("judged_date")
        calls = case.activity_ids.filtered(
            lambda a: not a.automated and a.date_deadline <= day
        ).sorted("date_deadline")
        last = [d for d in (case.last_message_day, case.last_contact_day) if d]
        answers = case.action_ids.filtered(
            lambda a: a.purpose == "answer" and a.state == "sent"
        )
        waits = answers.mapped("contact_day")
        late = case.days_past_due
        figures = {
            "days": late,
            "bucket": 30 - (late - 1) % 30 if 0 < late <= 120 else None,
            "contact": min([late, *((day - d).days for d in last and [max(last)])]),
            "promise_due": (day - due[0].date).days if due else None,
            "promise_broken": (day - missed[-1].judged_date).days if missed else None,
            "callback": (day - calls[0].date_deadline).days if calls else None,
            "reply": (day - min(waits)).days if waits else None,
        }
        amounts = sorted(
            c.amount_chaseable
            for c in cases
            if c.state == "open" and c.amount_chaseable > 0
        )
        best = {}
        for rule in rules:
            if rule.figure == "amount":
                place = math.ceil(round((1 - rule.figure_to / 100) * len(amounts), 6))
                limit = amounts[max(0, place - 1)]
                if case.amount_chaseable <= 0 or case.amount_chaseable < limit:
                    continue
            elif rule.figure:
                value = figures[rule.figure]
                if value is None or value < rule.figure_from:
                    continue
                if rule.figure_to and value > rule.figure_to:
                    continue
            if not case.filtered_domain(rule._case_domain()):
                continue
            group = rule.figure or rule.id
            if group not in best or rule.points > best[group].points:
                best[group] = rule
        return {rule.id: rule.points for rule in best.values()}

    def share(self, total, rules):
        most = {}
        for rule in rules:
            group = rule.figure or rule.id
            most[group] = max(most.get(group, 0), rule.points)
        percent = 100 * total / sum(most.values())
        return max(1, math.floor(percent + 0.5)) if total > 0 else 0


@tagged("post_install", "-at_install")
class TestMyDay(WorklistCommon):
    """What an agent works today, and in which order."""

    def setUp(self):
        super().setUp()
        self.strategy.min_gap_days = 0
        self.rule(10, "late", figure="days", figure_from=1)
        self.rule(30, "{amount}", figure="amount", figure_to=40)
        self.partners = [self.new_debtor(f"Debtor{n}") for n in range(4)]
        for number, partner in enumerate(self.partners):
            partner.phone = "+57 1 555 0000"
            self.invoice(100 + number, due=days(-4), partner=partner)
        self.run_on(DAY)
        self.cases = self.env["debt.case"].browse(
            [self.case_of(partner).id for partner in self.partners]
        )

    def test_mine_and_unassigned_in_order(self):
        first, second, third, fourth = self.cases
        second.agent_id = self.agent
        fourth.agent_id = self.colleague
        self.assertEqual(self.queue(), [third.id, second.id, first.id])
        self.assertEqual(self.queue(self.colleague), [fourth.id, third.id, first.id])
        self.assertEqual(
            self.env["debt.case"].with_user(self.agent).my_day_queue([third.id]),
            [second.id, first.id],
        )

    def test_pinned_comes_first(self):
        first = self.cases[0]
        wizard = self.env["debt.pin.wizard"].with_user(self.supervisor)
        wizard.create(
            {"case_ids": first.ids, "reason": "Call the owner", "until": days(2)}
        ).action_confirm()
        self.assertEqual(self.queue()[0], first.id)
        self.run_on(days(2))
        self.assertTrue(first.pinned)
        self.run_on(days(3))
        self.assertFalse(first.pinned)

    def test_agents_do_not_pin(self):
        first = self.cases[0].with_user(self.agent)
        with self.assertRaises(AccessError):
            first.pinned = True
        with self.assertRaises(AccessError):
            self.env["debt.pin.wizard"].with_user(self.agent).create(
                {"case_ids": first.ids, "reason": "x"}
            )
        with self.assertRaises(AccessError):
            self.env["debt.priority.rule"].with_user(self.supervisor).create(
                {"name": "x"}
            )
        self.assertTrue(self.env["debt.priority.rule"].with_user(self.agent).search([]))

    def test_put_off_for_today(self):
        case = self.cases[3].with_user(self.agent)
        case.action_put_off()
        self.assertNotIn(case.id, self.queue())
        self.set_today(days(1))
        self.assertIn(case.id, self.queue())

    def test_what_was_worked_leaves_the_list(self):
        case = self.cases[3]
        activity = case.activity_schedule(
            "mail.mail_activity_data_call", date_deadline=DAY, user_id=self.agent.id
        )
        action = self.action_of(case, activity)
        self.assertIn(case.id, self.queue())
        activity.with_user(self.agent).action_feedback(feedback="promised")
        self.assertEqual(action.done_day, DAY)
        self.assertEqual(case.last_contact_day, DAY)
        self.assertNotIn(case.id, self.queue())
        figures = self.env["debt.case"].with_user(self.agent).my_day_figures()
        self.assertEqual((figures["worked"], figures["left"]), (1, 3))
        action.write({"state": "cancelled"})
        self.assertFalse(case.last_contact_day, "it was a mistake")
        self.assertIn(case.id, self.queue())

    def test_a_contact_that_was_logged_is_work(self):
        case = self.cases[3].with_user(self.agent)
        outcome = self.env["debt.outcome"]._by_code("no_answer")
        action = (
            self.env["debt.action"]
            .with_user(self.agent)
            ._log(case, channel="call", outcome_id=outcome.id, reached="nobody")
        )
        self.assertEqual(case.last_contact_day, DAY)
        self.assertNotIn(case.id, self.queue())
        action.action_undo()
        self.assertFalse(case.last_contact_day)
        earlier = (
            self.env["debt.action"]
            .with_user(self.agent)
            ._log(
                case,
                channel="call",
                outcome_id=outcome.id,
                reached="nobody",
                contact_day=days(-1),
            )
        )
        self.assertEqual(earlier.done_day, days(-1))
        self.assertEqual(case.last_contact_day, days(-1))
        self.assertIn(case.id, self.queue())

    def action_of(self, case, activity):
        Action = self.env["debt.action"].sudo()
        return Action.create(
            {
                "case_id": case.id,
                "company_id": case.company_id.id,
                "debtor_id": case.partner_id.id,
                "partner_id": case.partner_id.id,
                "channel": "call",
                "track": "task",
                "state": "sent",
                "user_id": self.agent.id,
                "contact_day": DAY,
                "activity_id": activity.id,
            }
        )

    def test_what_is_planned_for_later_rests_until_then(self):
        self.rule(35, "call back", figure="callback")
        case = self.cases[3]
        case.with_user(self.agent).activity_schedule(
            "mail.mail_activity_data_call",
            date_deadline=days(2),
            summary="Call the accountant",
            automated=False,
        )
        self.assertNotIn(case.id, self.queue())
        self.set_today(days(2))
        self.run_on(days(2))
        self.assertEqual(self.queue()[0], case.id)
        self.assertIn("call back +35", self.text(case))
        self.assertEqual(
            case.with_user(self.agent).suggested_action, "Call the accountant"
        )

    def test_a_task_of_somebody_elses_case(self):
        case = self.cases[3]
        case.agent_id = self.colleague
        self.assertNotIn(case.id, self.queue())
        case.activity_schedule(
            "mail.mail_activity_data_todo", date_deadline=DAY, user_id=self.agent.id
        )
        self.assertIn(case.id, self.queue())

    def test_a_promise_takes_the_case_off_the_list(self):
        case = self.cases[3]
        self.run_on(days(4))
        self.set_today(days(4))
        self.assertTrue(case.activity_ids, "a call of the strategy is open")
        self.assertIn(case.id, self.queue())
        self.env["debt.promise"].with_user(self.agent).create(
            {
                "case_id": case.id,
                "amount": 103,
                "made_date": days(4),
                "date": days(8),
                "confirm": False,
            }
        )
        self.assertNotIn(case.id, self.queue())
        figures = self.env["debt.case"].with_user(self.agent).my_day_figures()
        self.assertEqual(figures["promises"], 1)
        self.assertEqual(self.plain(figures["promised"]), "$ 103")

    def test_suggested_actions(self):
        case = self.cases[3].with_user(self.agent)
        self.assertEqual(case.suggested_action, "Call: contacted already today")
        case.sudo().last_message_day = days(-1)
        case.invalidate_recordset()
        self.assertEqual(case.suggested_action, "Call: last contact yesterday")
        case.sudo().last_message_day = False
        case.invalidate_recordset()
        self.assertEqual(case.suggested_action, "Call: 4 days overdue")
        self.run_on(days(4))
        self.set_today(days(4))
        case.invalidate_recordset()
        self.assertEqual(case.suggested_action, "Call: Step 8")
        case.partner_id.sudo().write({"phone": False, "email": False})
        case.sudo().activity_ids.unlink()
        case.invalidate_recordset()
        self.assertEqual(case.suggested_action, "Find a phone number or an address")

    def test_batches_wait_on_the_same_desk(self):
        self.strategy.mode = "approve"
        partner = self.new_debtor("Newcomer")
        self.invoice(500, due=days(-3), partner=partner)
        self.run_on(days(1))
        self.set_today(days(1))
        desk = self.env["debt.case"].with_user(self.agent)
        self.assertEqual(desk.my_day_figures()["approve"], 1)
        action = desk.action_my_day_approvals()
        found = self.env["debt.action"].with_user(self.agent).search(action["domain"])
        self.assertEqual(found.debtor_id, partner)
        case = self.case_of(partner).with_user(self.agent)
        self.assertEqual(case.suggested_action, "Send the prepared message")
        self.case_of(partner).agent_id = self.colleague
        self.assertEqual(desk.my_day_figures()["approve"], 0)

    def test_the_day_is_done(self):
        self.cases.with_user(self.agent).action_put_off()
        self.assertFalse(self.queue())
        self.assertFalse(
            self.env["debt.case"]
            .with_user(self.agent)
            .search([("wants_work", "=", True), ("my_work", "=", True)])
        )
        self.assertTrue(json.dumps(self.cases[0].priority_chips))
