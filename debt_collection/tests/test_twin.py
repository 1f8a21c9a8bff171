import random
from datetime import timedelta

from odoo.tests import tagged

from .common import DAY, DebtCommon
from .twin import Twin


@tagged("post_install", "-at_install")
class TestTwin(DebtCommon):
    """The set-based statements say what an obvious, slow version says.

    Items are written directly, so that hundreds of odd portfolios take seconds; that
    items equal the books is tested elsewhere.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls.setup_other_currency("EUR", rates=[("2016-01-01", 0.5)])

    def random_portfolio(self, rng, size=25):
        cases = self.env["debt.case"]
        for number in range(size):
            partner = self.env["res.partner"].create(
                {"name": f"D{number}", "trust": rng.choice(["good", "normal", "bad"])}
            )
            case = (
                self.env["debt.case"]
                .sudo()
                .create(
                    {
                        "partner_id": partner.id,
                        "company_id": self.company.id,
                        "state": rng.choice(["open", "open", "open", "hold", "closed"]),
                        "hold_until": DAY + timedelta(days=90),
                        "episode": 1,
                        "last_message_day": rng.choice(
                            [False, DAY - timedelta(days=rng.randint(0, 8))]
                        ),
                    }
                )
            )
            cases |= case
            self.env["debt.item"].sudo().create(
                [self.random_item(rng, case) for _ in range(rng.randint(1, 6))]
            )
        return cases

    def random_item(self, rng, case):
        self.line_id = getattr(self, "line_id", 1_000_000_000) + 1
        foreign = rng.random() < 0.3
        amount = rng.choice([3, 17, 40.5, 99.99, 250, 1000])
        if rng.random() < 0.25:
            amount = -amount
        due = DAY - timedelta(days=rng.randint(-12, 140))
        steps = self.strategies.step_ids.filtered(lambda step: step.days >= 0)
        step = rng.choice([self.env["debt.strategy.step"], *steps])
        if amount < 0 or (DAY - due).days < 0:
            step = self.env["debt.strategy.step"]
        return {
            "move_line_id": self.line_id,
            "move_id": self.line_id,
            "case_id": case.id,
            "partner_id": case.partner_id.id,
            "company_id": self.company.id,
            "currency_id": (self.foreign if foreign else self.company.currency_id).id,
            "date_due": due,
            "date_chase": due + timedelta(days=rng.choice([0, 0, 0, 4])),
            "amount_residual": amount * 2 if foreign else amount,
            "amount_residual_currency": amount,
            "excluded": rng.choice([False] * 8 + ["no_followup", "blocked"]),
            "no_netting": rng.random() < 0.1,
            "step_id": step.id,
            "step_days": step.days if step else False,
            "step_date": step and DAY - timedelta(days=rng.randint(0, 12)),
            "next_step_only": rng.random() < 0.2,
        }

    def random_strategies(self, rng):
        self.env["debt.segment"].search([]).action_archive()
        channels = ("email", "call", "task")
        for trust in ("good", "bad", None):
            days = sorted(rng.sample(range(-6, 60), rng.randint(1, 7)))
            strategy = self.new_strategy(
                [(day, rng.choice(channels)) for day in days],
                entry_mode=rng.choice(["in_order", "by_age"]),
                quiet_days=rng.randint(0, 6),
                min_gap_days=rng.randint(0, 9),
                min_amount=rng.choice([0, 0, 60]),
                enabled=rng.random() < 0.9,
            )
            self.env["debt.segment"].create(
                {
                    "name": trust or "rest",
                    "sequence": 10 if trust else 20,
                    "domain": f"[('partner_id.trust', '=', '{trust}')]"
                    if trust
                    else "[]",
                    "strategy_id": strategy.id,
                }
            )
            self.strategies |= strategy

    def hold_against_twin(self, seed):
        rng = random.Random(seed)
        self.strategies = self.env["debt.strategy"]
        self.random_strategies(rng)
        cases = self.random_portfolio(rng)
        twin = Twin(self.company, DAY)
        self.env.flush_all()
        cases._roll_up(self.company, DAY)
        cases._sort(self.company)
        self.env.invalidate_all()
        for case in cases:
            with self.subTest(seed=seed, case=case.id):
                self.check_figures(case, twin)
        messages, reached = twin.plan(cases.filtered(lambda c: c.state != "closed"))
        run = (
            self.env["debt.run"]
            .sudo()
            .create({"day": DAY, "company_ids": self.company.ids})
        )
        run._plan(self.company, DAY, cases)
        self.env.invalidate_all()
        actions = self.actions_of(run)
        self.assertEqual(
            {(a.case_id, a.track): a.step_id for a in actions}, messages, f"seed {seed}"
        )
        steps = self.env["debt.item.step"].search([("action_id", "in", actions.ids)])
        self.assertEqual(
            {step.item_id: step.step_id.id or 0 for step in steps},
            {item: step.id or 0 for item, step in reached.items()},
            f"seed {seed}",
        )
        self.assertEqual(len(actions), len(messages), f"seed {seed}")
        return len(messages)

    def check_figures(self, case, twin):
        owes = any(item.amount_residual > 0 for item in case.item_ids)
        self.assertEqual(case.state == "closed", not owes)
        expected = twin.chaseable(case)
        for item, amount in expected.items():
            self.assertAlmostEqual(item.amount_chaseable, amount, delta=0.011)
        for name, value in twin.figures(case).items():
            self.assertAlmostEqual(case[name], value, delta=0.03, msg=name)
        self.assertEqual(case.strategy_id, self.twin_strategy(case))

    def twin_strategy(self, case):
        if case.state == "closed":
            return self.env["debt.strategy"]
        segments = self.env["debt.segment"].search([])
        matching = segments.filtered(
            lambda segment: case.filtered_domain(segment._case_domain())
        )
        return matching[:1].strategy_id

    def test_random_portfolios(self):
        planned = sum(self.hold_against_twin(seed) for seed in range(12))
        self.assertGreater(planned, 50, "the portfolios should have something to plan")

    def test_waiting_cases_are_left_alone(self):
        """Day after day, what a run does not look at would have come to nothing."""
        planned = sum(self.live_through(seed, days=25) for seed in range(3))
        self.assertGreater(planned, 30, "the portfolios should have something to plan")

    def live_through(self, seed, days):
        rng = random.Random(seed)
        self.strategies = self.env["debt.strategy"]
        self.random_strategies(rng)
        cases = self.random_portfolio(rng)
        self.env.flush_all()
        planned = 0
        for number in range(days):
            day = DAY + timedelta(days=number)
            run = (
                self.env["debt.run"]
                .sudo()
                .create({"day": day, "company_ids": self.company.ids})
            )
            cases._roll_up(self.company, day)
            cases._sort(self.company)
            self.env.invalidate_all()
            with self.subTest(seed=seed, day=number):
                for case in cases:
                    self.check_figures(case, Twin(self.company, day))
                every = self.plan_and_forget(run, day, cases)
                some = run._plan(self.company, day, cases, full=False)
                self.assertEqual(some, every)
                planned += some[0]
            self.env.invalidate_all()
            actions = self.actions_of(run)
            actions.sudo().state = "sent"
            actions.sudo()._contacted()
            self.env.flush_all()
        return planned

    def plan_and_forget(self, run, day, cases):
        """Return what planning every case comes to, and take it back."""
        with self.env.cr.savepoint() as savepoint:
            result = run._plan(self.company, day, cases, full=True)
            savepoint.rollback()
        return result
