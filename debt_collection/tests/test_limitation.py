import random
from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.debt_collection.logic.limitation import Term, is_near, limitation_day

from .common import DAY
from .test_handover import HandoverCommon, days


@tagged("post_install", "-at_install")
class TestLimitation(HandoverCommon):
    """Until when debts can be claimed, and who hears of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["debt.limitation.rule"].search([]).action_archive()
        cls.rule = cls.env["debt.limitation.rule"].create(
            {"country_id": cls.company.country_id.id, "years": 5}
        )
        cls.company.debt_limitation_days = 180
        cls.strategy.enabled = False

    def old(self, lapses_in, amount=100, partner=None):
        """Return an invoice that lapses in so many days, by the rule."""
        lapses = days(lapses_in)
        due = date(lapses.year - 5, lapses.month, lapses.day)
        return self.invoice(amount, due=due, partner=partner)

    def tasks(self):
        return self.env["debt.action"].search([("purpose", "=", "limitation")])

    def test_the_case_knows_the_earliest_day(self):
        self.old(100)
        near = self.old(30)
        self.old(400)
        self.run_to(DAY)
        case = self.case_of()
        self.assertEqual(case.date_limitation, days(30))
        self.assertEqual(self.item_of(near).date_limitation, days(30))
        self.pay(near)
        self.run_to(days(1))
        self.assertEqual(case.date_limitation, days(100))

    def test_what_is_far_away_is_not_told_of(self):
        invoice = self.old(181)
        self.run_to(DAY)
        self.assertFalse(self.case_of().date_limitation)
        self.assertEqual(self.item_of(invoice).date_limitation, days(181))
        self.run_to(days(1))
        self.assertEqual(self.case_of().date_limitation, days(181))

    def test_the_responsible_hears_of_it_once(self):
        self.old(30)
        for number in (0, 0, 1, 2):
            self.run_to(days(number))
        task = self.tasks()
        self.assertEqual(len(task), 1)
        self.assertEqual((task.state, task.user_id), ("sent", self.agent))
        self.assertIn("can be claimed in court", task.activity_id.note)
        task.activity_id.action_feedback()
        self.run_to(days(3))
        self.assertEqual(self.tasks(), task)
        # a second document is another day
        self.old(20)
        self.run_to(days(4))
        self.assertEqual(len(self.tasks()), 2)

    def test_who_answers_for_the_hand_over_hears_of_it(self):
        invoice = self.old(300)
        self.run_to(DAY)
        self.handed(user_id=self.supervisor.id)
        self.assertFalse(self.tasks())
        self.run_to(days(130))
        self.assertEqual(self.tasks().user_id, self.supervisor)
        self.assertEqual(self.tasks().item_ids, self.item_of(invoice))

    def test_payments_plans_and_persons_interrupt_it(self):
        invoice = self.old(30)
        self.run_to(DAY)
        case = self.case_of()
        self.pay(invoice, 10, day=days(-100))
        self.run_to(days(1))
        self.assertFalse(case.date_limitation)
        self.env.invalidate_all()
        self.assertEqual(
            self.item_of(invoice).date_limitation,
            limitation_day(days(-100), [], Term(5)),
        )
        event = self.env["debt.limitation.event"].with_user(self.agent)
        event = event.create(
            {"case_id": case.id, "date": DAY, "reason": "Letter of the customer"}
        )
        self.assertEqual(event.item_ids, self.item_of(invoice))
        self.env.invalidate_all()
        self.assertEqual(
            self.item_of(invoice).date_limitation, limitation_day(DAY, [], Term(5))
        )
        self.assertIn("Letter of the customer", case.message_ids[0].body)

    def test_an_interruption_is_evidence(self):
        self.old(30)
        self.run_to(DAY)
        case = self.case_of()
        self.assertTrue(case.date_limitation)
        model = self.env["debt.limitation.event"].with_user(self.agent)
        values = {"case_id": case.id, "date": DAY, "reason": "Letter"}
        event = model.create(values)
        self.assertFalse(case.date_limitation)
        with self.assertRaises(AccessError):
            event.active = False
        event = event.with_user(self.supervisor)
        with self.assertRaises(UserError):
            event.date = days(-5)
        with self.assertRaises(UserError):
            event.sudo().unlink()
        event.active = False
        self.assertEqual(case.date_limitation, days(30))
        with self.assertRaises(ValidationError):
            model.create({**values, "date": days(1)})
        case.agent_id = self.supervisor
        with self.assertRaises(AccessError):
            model.create(values)

    def test_a_case_can_have_another_rule(self):
        self.invoice(100, due=DAY - timedelta(days=3 * 365 - 30))
        self.run_to(DAY)
        case = self.case_of()
        self.assertFalse(case.date_limitation)
        note = self.rule.copy({"name": "Promissory note", "years": 3, "sequence": 20})
        case.limitation_rule_id = note
        self.assertTrue(case.date_limitation)
        case.limitation_rule_id = False
        self.assertFalse(case.date_limitation)

    def test_shipped_rules_name_their_norm(self):
        rules = self.env["debt.limitation.rule"].with_context(active_test=False)
        shipped = rules.search([("id", "!=", self.rule.id)])
        self.assertGreater(len(shipped), 10)
        for rule in shipped:
            self.assertTrue(rule.source, rule.display_name)
            self.assertFalse(rule.checked_on, "a lawyer confirms it, nobody else")

    def test_random_debts_against_the_logic(self):
        """The statements say what ``logic.limitation`` says."""
        near = 0
        for seed in range(6):
            rng = random.Random(seed)
            self.rule.write({"years": rng.randint(1, 4), "months": rng.randint(0, 11)})
            term = Term(self.rule.years, self.rule.months)
            debtor = self.new_debtor(f"Random {seed}")
            for _number in range(4):
                day = DAY - timedelta(days=rng.randint(300, 1900))
                invoice = self.invoice(100, due=day, partner=debtor)
                if rng.random() < 0.4:
                    self.pay(
                        invoice, 30, day=day + timedelta(days=rng.randint(-9, 200))
                    )
            self.run_to(DAY)
            case = self.case_of(debtor)
            for item in case.item_ids:
                if rng.random() < 0.3:
                    self.env["debt.limitation.event"].create(
                        {
                            "case_id": case.id,
                            "item_ids": [Command.set(item.ids)],
                            "date": DAY - timedelta(days=rng.randint(0, 900)),
                            "reason": "Letter",
                        }
                    )
            self.env["debt.limitation.rule"]._watch(self.company, DAY)
            self.env.invalidate_all()
            expected = []
            for item in case.item_ids:
                events = case.limitation_event_ids.filtered(
                    lambda e, i=item: i in e.item_ids
                )
                partials = item.move_line_id.matched_credit_ids
                interruptions = events.mapped("date") + partials.mapped("max_date")
                lapses = limitation_day(item.date_due, interruptions, term)
                self.assertEqual(item.date_limitation, lapses, seed)
                if is_near(lapses, DAY, 180):
                    expected.append(lapses)
            self.assertEqual(
                case.date_limitation, min(expected, default=False), f"seed {seed}"
            )
            near += len(expected)
        self.assertGreater(near, 4)
