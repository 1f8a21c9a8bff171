import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from ..logic.call_time import habits
from .common import DAY, DebtCommon

#: Monday, 9 in the morning in Bogotá.
MORNING = "2026-06-01 14:00:00"


def days(count):
    return DAY + timedelta(days=count)


@freeze_time(MORNING)
@tagged("post_install", "-at_install")
class TestCalls(DebtCommon):
    """Whom to call, when they answer, and the link that calls them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.co")
        cls.debtor.write(
            {"phone": "300 123 4567", "country_id": cls.env.ref("base.co").id}
        )
        cls.outcomes = {
            outcome.code: outcome for outcome in cls.env["debt.outcome"].search([])
        }

    def owe(self, partner=None, late=20):
        """Let a debtor owe an invoice; return the case, with priority."""
        self.invoice(100, due=days(-late), partner=partner)
        self.run_on()
        return self.case_of(partner)

    def call(self, case, moment, code="promise", **values):
        """Log a call made at a local moment."""
        reached = "debtor" if self.outcomes[code].reached else "nobody"
        action = self.env["debt.action"]._log(
            case,
            channel="call",
            outcome_id=self.outcomes[code].id,
            reached=reached,
            **values,
        )
        action.write(
            {"sent_date": moment + timedelta(hours=5), "contact_day": moment.date()}
        )
        return action

    def learn(self, *cases):
        for case in cases:
            rates = self.env["debt.case"]._answer_rates(self.company, DAY)
            case._learn_call_times(self.company, DAY, rates)

    def list_of(self, user):
        Case = self.env["debt.case"].with_user(user)
        return Case.search([("wants_call", "=", True), ("my_work", "=", True)])

    # === WHEN THEY ANSWER === #

    def test_the_best_time_is_learned_from_past_calls(self):
        case = self.owe()
        for week in range(1, 7):
            morning = datetime.combine(days(-7 * week), datetime.min.time())
            self.call(case, morning.replace(hour=9))
            self.call(case, morning.replace(hour=16), "no_answer")
        self.learn(case)
        self.assertEqual(case.call_hours, "morning")
        self.assertEqual(
            case.call_time,
            "answers mostly in the morning: 6 of 6 calls before noon",
        )
        self.assertIn(case, self.env["debt.case"].search([("call_now", "=", True)]))
        with freeze_time("2026-06-01 22:00:00"):
            found = self.env["debt.case"].search([("call_now", "=", True)])
            self.assertNotIn(case, found)

    def test_calls_count_in_the_time_zone_of_the_customer(self):
        self.debtor.tz = "Europe/Madrid"
        case = self.owe()
        for week in range(1, 5):
            # 10 in Bogotá: 17 in Madrid
            moment = datetime.combine(days(-7 * week), datetime.min.time())
            self.call(case, moment.replace(hour=10))
            self.call(case, moment.replace(hour=4), "no_answer")
        self.learn(case)
        self.assertEqual(case.call_hours, "afternoon")

    def test_what_says_nothing_about_the_hour_does_not_count(self):
        case = self.owe()
        morning = datetime.combine(days(-7), datetime.min.time()).replace(hour=9)
        evening = morning.replace(hour=19)
        for _time in range(4):
            self.call(case, evening, "no_answer")
            self.call(case, morning, incoming=True)
            self.call(case, morning, "wrong_number")
            self.call(case, morning - timedelta(days=400))
        self.learn(case)
        self.assertFalse(case.call_hours)
        self.assertFalse(case.call_time)

    def test_few_calls_are_held_against_what_the_team_knows(self):
        case, other = self.owe(), self.owe(self.new_debtor("Otro"))
        morning = datetime.combine(days(-7), datetime.min.time()).replace(hour=9)
        for _time in range(3):
            self.call(case, morning)
            self.call(other, morning, "no_answer")
        self.assertEqual(
            [
                float(rate)
                for rate in self.env["debt.case"]
                ._answer_rates(self.company, DAY)
                .values()
            ],
            [0.5],
        )

    def test_the_job_learns_anew_after_a_call(self):
        case = self.owe()
        self.env["debt.case"]._cron_learn_habits()
        self.assertTrue(case.habit_day)
        for week in range(1, 4):
            moment = datetime.combine(days(-7 * week), datetime.min.time())
            self.call(case, moment.replace(hour=9))
            self.call(case, moment.replace(hour=16), "no_answer")
        self.assertFalse(case.habit_day)
        self.env["debt.case"]._cron_learn_habits()
        self.assertEqual(case.call_hours, "morning")

    def test_the_statement_says_what_a_slow_look_at_each_call_says(self):
        chance = random.Random(7)
        zones = (False, "Europe/Madrid", "America/Mexico_City")
        cases = [
            self.owe(self.new_debtor(f"Cliente {number}", tz=zone))
            for number, zone in enumerate(zones * 2)
        ]
        for case in cases:
            likes = chance.randrange(8, 19)
            for _time in range(12):
                moment = datetime.combine(
                    days(-chance.randrange(1, 400)), datetime.min.time()
                ).replace(hour=chance.randrange(8, 20))
                answers = abs(moment.hour - likes) < chance.randrange(1, 5)
                code = chance.choice(("promise", "third_party", "wrong_number"))
                code = code if answers else "no_answer"
                self.call(case, moment, code, incoming=chance.random() < 0.2)
        rates = self.env["debt.case"]._answer_rates(self.company, DAY)
        self.env["debt.case"].union(*cases)._learn_call_times(self.company, DAY, rates)
        counted = {}
        for case in cases:
            zone = ZoneInfo(case.partner_id.tz or "America/Bogota")
            calls = [
                (
                    action.sent_date.replace(tzinfo=UTC).astimezone(zone),
                    action.reached == "debtor",
                )
                for action in case.action_ids.filtered("by_hand")
                if not action.incoming
                and action.outcome_id.code != "wrong_number"
                and action.contact_day >= days(-365)
            ]
            counted[case] = calls
        answers = [answered for calls in counted.values() for _at, answered in calls]
        rate = Decimal(sum(answers)) / len(answers)
        self.assertEqual(list(rates.values()), [rate])
        for case, calls in counted.items():
            day, week = habits(calls, rate)
            self.assertEqual(case.call_hours, day.part if day else False)
            self.assertEqual(
                case.call_habit or {},
                {
                    name: [habit.part, habit.answered, habit.calls]
                    for name, habit in (("day", day), ("week", week))
                    if habit
                },
            )
        self.assertTrue(any(case.call_hours for case in cases))

    def test_what_the_customer_asks_for_comes_first(self):
        case = self.owe()
        self.debtor.debt_hours = "9 to 11"
        self.assertEqual(case.call_time, "Asks for: 9 to 11")

    # === THE LIST === #

    def test_the_list_has_what_my_day_suggests_to_call(self):
        case = self.owe()
        wrong = self.owe(self.new_debtor("Equivocado", phone="300 765 4321"))
        wrong.partner_id._debt_phone("wrong", DAY)
        without = self.owe(self.new_debtor("Mudo"))
        self.assertEqual(self.list_of(self.agent), case)
        self.assertEqual(case.suggested_channel, "call")
        self.assertEqual(case.call_phone, "300 123 4567")
        self.assertFalse((wrong | without).filtered("call_phone"))

    def test_the_number_of_who_pays_goes_before_that_of_the_company(self):
        self.debtor.phone = False
        payer = self.env["res.partner"].create(
            {
                "name": "Ana",
                "parent_id": self.debtor.id,
                "debt_role": "payer",
                "phone": "+57 301 555 0000",
            }
        )
        case = self.owe()
        self.assertEqual(self.list_of(self.agent), case)
        self.assertEqual(case.call_phone, payer.phone)
        call = case.with_user(self.agent).action_call()
        self.assertEqual(call["url"], "tel:+573015550000")
        self.assertEqual(call["log"]["context"]["default_contact_id"], payer.id)

    def test_whoever_was_called_leaves_the_list(self):
        case = self.owe()
        self.env["debt.action"].with_user(self.agent)._log(
            case.with_user(self.agent),
            channel="call",
            outcome_id=self.outcomes["no_answer"].id,
            reached="nobody",
        )
        self.env["debt.action"].search(
            [("case_id", "=", case.id), ("state", "=", "sent"), ("track", "=", "task")]
        ).with_user(self.agent)._finish(case.action_ids[:1])
        self.assertFalse(self.list_of(self.agent))
        self.assertIn("No answer", case.last_outcome)

    def test_a_task_of_another_kind_goes_first(self):
        case = self.owe()
        self.env["debt.action"].search([("case_id", "=", case.id)]).activity_id.unlink()
        self.assertEqual(self.list_of(self.agent), case)
        case.activity_schedule(
            "mail.mail_activity_data_todo", date_deadline=DAY, user_id=self.agent.id
        )
        self.assertFalse(self.list_of(self.agent))

    def test_the_next_one_of_the_list_is_a_call(self):
        case = self.owe()
        self.owe(self.new_debtor("Mudo"))
        Case = self.env["debt.case"].with_user(self.agent)
        queue = Case.with_context(debt_calls=True).my_day_queue([])
        self.assertEqual(queue, case.ids)
        self.assertEqual(len(Case.my_day_queue([])), 2)
        self.assertEqual(Case.with_context(debt_calls=1).my_day_figures()["left"], 1)

    # === THE LINK === #

    def test_the_link_is_that_of_the_company_or_of_the_agent(self):
        case = self.owe().with_user(self.agent)
        self.assertEqual(case.action_call()["url"], "tel:+573001234567")
        self.company.debt_call_url = "https://phone.example/call?n={phone}"
        self.assertEqual(
            case.action_call()["url"], "https://phone.example/call?n=%2B573001234567"
        )
        # in their preferences, without a right on users
        self.agent.with_user(self.agent).debt_call_url = "sip:{phone}@pbx.example"
        self.assertEqual(case.action_call()["url"], "sip:+573001234567@pbx.example")

    def test_a_link_that_could_do_something_else_is_refused(self):
        for template in ("javascript:alert({phone})", "https://{phone}", "tel:1"):
            with self.subTest(template=template):
                with self.assertRaises(ValidationError):
                    self.company.debt_call_url = template
                with self.assertRaises(ValidationError):
                    self.agent.with_user(self.agent).debt_call_url = template

    def test_what_cannot_be_called_is_told(self):
        case = self.owe()
        self.debtor.phone = "ask for Ana"
        with self.assertRaisesRegex(UserError, "no number that can be called"):
            case.action_call()
        self.debtor.phone = False
        with self.assertRaisesRegex(UserError, "No number"):
            case.action_call()

    def test_what_the_policies_say_is_told_before_the_call(self):
        case = self.owe().with_user(self.agent)
        self.assertFalse(case.action_call()["notice"])
        policy = self.env.ref("debt_collection.debt_contact_policy_courteous")
        policy.active = True
        with freeze_time("2026-06-07 14:00:00"):  # a Sunday
            self.assertTrue(case.action_call()["notice"])

    def test_nobody_calls_people_of_another_customer(self):
        case = self.owe().with_user(self.agent)
        other = self.new_debtor("Otro", phone="+57 300 999 0000")
        with self.assertRaises(AccessError):
            case.action_call(contact_id=other.id)
        outsider = self.new_user("outsider", "base.group_user")
        with self.assertRaises(AccessError):
            case.with_user(outsider).action_call()

    def test_the_call_is_logged_on_who_was_called(self):
        case = self.owe().with_user(self.agent)
        log = case.action_call()["log"]
        wizard = (
            self.env["debt.contact.wizard"]
            .with_user(self.agent)
            .with_context(**log["context"])
            .create({"outcome_id": self.outcomes["no_answer"].id})
        )
        wizard.action_confirm()
        action = case.action_ids.filtered("by_hand")
        self.assertEqual(
            (action.channel, action.partner_id, action.outcome_id.code),
            ("call", self.debtor, "no_answer"),
        )

    # === PROMISES IN SELF-SERVICE === #

    def promise(self, case, day, **values):
        return self.env["debt.promise"]._promise_by_debtor(case, day, "agent", **values)

    def test_customers_promise_what_is_overdue_within_their_limits(self):
        case = self.owe()
        limits = self.env["debt.promise"]._self_service_limits(case)
        self.assertEqual(limits, (days(10), None))
        self.assertFalse(self.promise(case, days(11)))
        self.assertFalse(self.promise(case, days(-1)))
        promise = self.promise(case, days(10))
        self.assertEqual((promise.amount, promise.state), (100, "open"))

    def test_who_broke_promises_lately_speaks_to_somebody(self):
        case = self.owe()
        for late in (30, 20):
            self.env["debt.promise"].create(
                {
                    "case_id": case.id,
                    "amount": 100,
                    "made_date": days(-late),
                    "date": days(-late + 5),
                    "confirm": False,
                }
            )
            case._refresh(DAY)
        limits = self.env["debt.promise"]._self_service_limits(case)
        self.assertEqual(limits, (None, "broken"))
        self.company.debt_promise_broken_self = 0
        limits = self.env["debt.promise"]._self_service_limits(case)
        self.assertEqual(limits[1], None)

    def test_who_owes_nothing_overdue_has_nothing_to_promise(self):
        self.invoice(100, due=days(5))
        self.run_on()
        limits = self.env["debt.promise"]._self_service_limits(self.case_of())
        self.assertEqual(limits, (None, "nothing"))

    def test_their_limits_are_not_negative(self):
        for name in ("days", "changes", "broken"):
            with self.subTest(name=name), self.assertRaises(ValidationError):
                self.company[f"debt_promise_{name}_self"] = -1
