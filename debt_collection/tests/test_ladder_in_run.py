from datetime import timedelta

from odoo.tests import tagged

from .common import DAY, DebtCommon


def days(number):
    return timedelta(days=number)


@tagged("post_install", "-at_install")
class TestLadderInRun(DebtCommon):
    """Which items reach which step, and when nothing is reached."""

    def test_items_climb_in_order_however_old_they_are(self):
        invoice = self.invoice(100, due=DAY - days(40))
        self.assertPlanned(self.run_on(), [(3, "email", "sent")])
        self.assertPlanned(self.run_on(DAY + days(6)), [])
        self.assertPlanned(self.run_on(DAY + days(7)), [(8, "call", "sent")])
        self.assertPlanned(self.run_on(DAY + days(14)), [(15, "email", "sent")])
        self.assertEqual(self.item_of(invoice).step_days, 15)

    def test_entry_by_age_starts_at_the_step_of_the_age(self):
        self.strategy.entry_mode = "by_age"
        self.invoice(100, due=DAY - days(40))
        self.assertPlanned(self.run_on(), [(15, "email", "sent")])

    def test_after_a_hold_the_item_takes_the_next_step_not_the_highest(self):
        self.strategy.entry_mode = "by_age"
        self.invoice(100, due=DAY - days(4))
        self.assertPlanned(self.run_on(), [(3, "email", "sent")])
        self.case_of().write({"state": "hold", "hold_until": DAY + days(20)})
        self.run_on(DAY + days(20))
        run = self.run_on(DAY + days(21))
        self.assertEqual(self.case_of().state, "open")
        self.assertPlanned(run, [(8, "call", "sent")])

    def test_after_the_last_step_the_agent_gets_one_task(self):
        self.invoice(100, due=DAY - days(40))
        for week in range(3):
            self.run_on(DAY + days(7 * week))
        run = self.run_on(DAY + days(21))
        action = self.actions_of(run)
        self.assertRecordValues(
            action, [{"purpose": "last_step", "channel": "task", "state": "sent"}]
        )
        self.assertPlanned(self.run_on(DAY + days(60)), [])

    def test_preventive_steps_come_once_and_expire_on_the_chase_date(self):
        self.invoice(100, due=DAY + days(3))
        self.invoice(60, due=DAY + days(20))
        run = self.run_on()
        self.assertPlanned(run, [(-3, "email", "sent")])
        self.assertEqual(self.actions_of(run).amount, 100)
        self.assertPlanned(self.run_on(DAY + days(1)), [])
        self.assertFalse(self.case_of().item_ids.mapped("step_id"))

    def test_an_expired_preventive_step_is_not_made_up_for(self):
        self.invoice(100, due=DAY)
        self.assertPlanned(self.run_on(), [])

    def test_a_case_gets_one_message_at_the_highest_step_newly_reached(self):
        old = self.invoice(100, due=DAY - days(4))
        self.run_on()
        self.run_on(DAY + days(7))  # call for the old one
        new = self.invoice(70, due=DAY + days(11))
        run = self.run_on(DAY + days(14))
        self.assertPlanned(run, [(15, "email", "sent")])
        self.assertEqual(self.actions_of(run).item_ids.move_id, old | new)
        self.assertEqual(self.item_of(new).step_days, 3)
        self.assertEqual(self.item_of(old).step_days, 15)

    def test_quiet_days_hold_messages_and_not_tasks(self):
        self.invoice(100, due=DAY - days(4))
        self.run_on()
        late = self.invoice(70, due=DAY - days(1))
        self.strategy.min_gap_days = 0
        run = self.run_on(DAY + days(4))
        # the first item's call goes, the second item's reminder waits
        self.assertPlanned(run, [(8, "call", "sent")])
        self.assertHeld(run, late, "quiet")
        self.assertPlanned(self.run_on(DAY + days(5)), [(3, "email", "sent")])

    def test_a_held_item_is_told_again_only_when_its_reason_changes(self):
        invoice = self.invoice(100, due=DAY - days(4))
        case = self.case_of()
        self.strategy.enabled = False
        self.run_on()
        case = self.case_of()
        self.strategy.enabled = True
        case.write({"state": "hold", "hold_until": DAY + days(3)})
        self.assertHeld(self.run_on(DAY + days(1)), invoice, "hold")
        self.assertFalse(self.run_on(DAY + days(2)).line_ids)

    def test_below_the_minimum_amount_nobody_is_contacted(self):
        self.strategy.min_amount = 50
        small = self.invoice(40, due=DAY - days(4))
        run = self.run_on()
        self.assertPlanned(run, [])
        self.assertHeld(run, small, "below_minimum")
        self.invoice(40, due=DAY - days(4))
        self.assertPlanned(self.run_on(DAY + days(1)), [(3, "email", "sent")])

    def test_a_second_run_of_the_day_plans_nothing(self):
        self.invoice(100, due=DAY - days(4))
        self.run_on()
        run = self.run_on()
        self.assertRecordValues(
            run, [{"items_synced": 0, "actions_planned": 0, "actions_sent": 0}]
        )

    def test_an_earlier_day_is_refused_unless_simulated(self):
        self.run_on()
        with self.assertRaisesRegex(Exception, "only be simulated"):
            self.run_on(DAY - days(1))
        self.env["debt.run"]._run(self.company, day=DAY - days(1), simulate=True)

    def test_nothing_happens_while_the_strategy_is_off(self):
        self.strategy.enabled = False
        self.invoice(100, due=DAY - days(4))
        run = self.run_on()
        self.assertPlanned(run, [])
        self.assertEqual(run.reasons, {"strategy_off": 1})
        self.strategy.action_enable()
        self.assertPlanned(self.run_on(), [(3, "email", "sent")])

    def test_in_another_strategy_only_later_steps_are_still_to_come(self):
        self.invoice(100, due=DAY - days(40))
        for week in range(3):
            self.run_on(DAY + days(7 * week))
        other = self.new_strategy([(1, "email"), (12, "email"), (16, "email")])
        self.segment.strategy_id = other
        run = self.run_on(DAY + days(28))
        self.assertPlanned(run, [(16, "email", "sent")])

    def test_steps_of_the_same_day_come_one_after_the_other(self):
        self.segment.strategy_id = self.new_strategy(
            [(3, "email", {"sequence": 1}), (3, "call", {"sequence": 2})],
            min_gap_days=0,
        )
        self.invoice(100, due=DAY - days(4))
        self.assertPlanned(self.run_on(), [(3, "email", "sent")])
        self.assertPlanned(self.run_on(DAY + days(1)), [(3, "call", "sent")])

    def test_a_chase_date_that_moves_beyond_the_last_step_starts_a_new_cycle(self):
        invoice = self.invoice(100, due=DAY - days(4))
        self.run_on()
        invoice.debt_pay_date = DAY + days(2)
        self.run_on(DAY + days(1))
        item = self.item_of(invoice)
        self.assertEqual((item.cycle, item.step_id.id), (2, False))
        self.assertPlanned(self.run_on(DAY + days(5)), [(3, "email", "sent")])

    def test_a_person_can_let_an_item_start_again(self):
        invoice = self.invoice(100, due=DAY - days(4))
        self.run_on()
        self.item_of(invoice).action_restart()
        self.assertPlanned(self.run_on(DAY + days(5)), [(3, "email", "sent")])

    def test_few_new_debtors_a_day_where_the_strategy_says_so(self):
        self.strategy.max_new_debtors = 2
        debtors = [self.new_debtor(f"Debtor{n}") for n in range(5)]
        for n, debtor in enumerate(debtors):
            self.invoice(100 + n, due=DAY - days(4), partner=debtor)
        run = self.run_on()
        self.assertEqual(self.actions_of(run).debtor_id, debtors[3] | debtors[4])
        self.assertEqual(run.reasons, {"daily_limit": 3})
        self.assertEqual(self.run_on().actions_planned, 0)
        self.assertEqual(self.run_on(DAY + days(1)).actions_planned, 2)

    def test_a_step_raises_the_stage_and_the_stage_falls_back(self):
        legal = self.env.ref("debt_collection.debt_stage_prelegal")
        self.strategy.step_ids[1].stage_id = legal
        invoice = self.invoice(100, due=DAY - days(4))
        other = self.invoice(50, due=DAY - days(1))
        self.run_on()
        self.assertEqual(self.case_of().stage_id, legal)
        self.pay(invoice)
        self.run_on(DAY + days(1))
        early = self.env.ref("debt_collection.debt_stage_early")
        self.assertEqual(self.case_of().stage_id, early)
        self.assertEqual(self.item_of(other).state, "open")

    def test_the_stage_goes_by_age_at_once_and_a_person_can_set_it(self):
        self.invoice(100, due=DAY - days(40))
        self.run_on()
        case = self.case_of()
        self.assertEqual(case.stage_id, self.env.ref("debt_collection.debt_stage_late"))
        chosen = self.env.ref("debt_collection.debt_stage_written_off")
        wizard = self.env["debt.stage.wizard"].create(
            {"case_ids": case.ids, "stage_id": chosen.id, "reason": "Bankrupt"}
        )
        wizard.action_confirm()
        self.run_on(DAY + days(1))
        self.assertEqual((case.stage_id, case.stage_reason), (chosen, "Bankrupt"))
        case.action_stage_by_age()
        self.run_on(DAY + days(2))
        self.assertEqual(case.stage_id, self.env.ref("debt_collection.debt_stage_late"))

    def test_a_stage_that_stops_contact_lets_tasks_go_on(self):
        stage = self.env.ref("debt_collection.debt_stage_early")
        stage.stop_contact = True
        invoice = self.invoice(100, due=DAY - days(4))
        run = self.run_on()
        self.assertPlanned(run, [])
        self.assertHeld(run, invoice, "stage_stops")
        self.assertFalse(self.case_of().next_action_date)

    def test_behind_a_stopped_message_a_task_that_is_due_goes_on(self):
        stage = self.env.ref("debt_collection.debt_stage_late")
        stage.stop_contact = True
        self.invoice(100, due=DAY - days(40))
        self.assertPlanned(self.run_on(), [(8, "call", "sent")])
        self.assertPlanned(self.run_on(DAY + days(7)), [])

    def test_the_first_segment_that_matches_wins(self):
        key = self.new_strategy([(1, "call")])
        tag = self.env["res.partner.category"].create({"name": "Key"})
        self.env["debt.segment"].create(
            {
                "name": "Key",
                "sequence": 1,
                "domain": f"[('partner_id.category_id', 'in', [{tag.id}])]",
                "strategy_id": key.id,
            }
        )
        self.debtor.category_id = tag
        self.invoice(100, due=DAY - days(4))
        self.assertPlanned(self.run_on(), [(1, "call", "sent")])
        self.case_of().strategy_override_id = self.strategy
        self.assertPlanned(self.run_on(DAY + days(7)), [(3, "email", "sent")])

    def test_next_action_says_when_the_next_step_is_due(self):
        self.invoice(100, due=DAY - days(4))
        self.run_on()
        case = self.case_of()
        self.assertEqual(case.next_action_date, DAY + days(7))
        self.assertEqual(case.next_step_id, self.strategy.step_ids[2])
