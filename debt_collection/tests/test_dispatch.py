from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import DAY, DebtCommon

DUE = DAY - timedelta(days=4)


@tagged("post_install", "-at_install")
class TestDispatch(DebtCommon):
    """Law 3: never the one who paid. Checked again at the moment of sending."""

    def prepared(self, **values):
        """Return an invoice and its message, prepared and not sent yet."""
        self.strategy.mode = "approve"
        invoice = self.invoice(100, due=DUE, **values)
        action = self.actions_of(self.run_on())
        self.assertEqual(action.state, "approve")
        action.action_approve()
        return invoice, action

    def dispatch(self, day=DAY):
        now = self.company._debt_noon(day)
        self.env["debt.run"].sudo()._dispatch(self.company, now)

    def assertSkipped(self, action, reason, invoice=None):
        self.assertRecordValues(action, [{"state": "skipped", "reason": reason}])
        self.assertFalse(self.mails_of(action))
        if invoice:
            self.assertFalse(self.item_of(invoice).step_id, "the item falls back")

    def test_an_approved_message_leaves_with_todays_amount(self):
        invoice, action = self.prepared()
        self.pay(invoice, 30)
        self.dispatch()
        self.assertRecordValues(action, [{"state": "sent", "amount": 70}])
        self.assertIn("70.00", self.mails_of(action).body_html)

    def test_what_was_sent_is_in_the_chatter_of_its_case(self):
        _invoice, action = self.prepared()
        case = action.case_id
        before = case.message_ids
        self.dispatch()
        self.assertEqual(case.message_ids - before, action.mail_message_id)
        mail = self.mails_of(action)
        self.assertEqual((mail.model, mail.res_id), ("debt.case", case.id))
        self.assertEqual(action.mail_message_id.body, mail.body_html)

    def test_whoever_was_written_to_is_no_more_said_to_be_without_contact(self):
        self.strategy.mode = "approve"
        self.invoice(100, due=DAY - timedelta(days=14))
        action = self.actions_of(self.run_on())
        rule = self.env.ref("debt_collection.debt_priority_rule_contact_10")
        reasons = [rule_id for rule_id, *_ in action.case_id.priority_reasons]
        self.assertIn(rule.id, reasons)
        action.action_approve()
        self.dispatch()
        self.assertEqual(action.state, "sent")
        reasons = [rule_id for rule_id, *_ in action.case_id.priority_reasons]
        self.assertNotIn(rule.id, reasons)

    def test_who_paid_meanwhile_gets_nothing(self):
        invoice, action = self.prepared()
        self.pay(invoice)
        self.dispatch()
        self.assertSkipped(action, "settled", invoice)

    def test_who_sent_money_that_is_not_allocated_yet_gets_nothing(self):
        invoice, action = self.prepared()
        self.advance(100)
        self.dispatch()
        self.assertSkipped(action, "covered", invoice)

    def test_a_credit_note_stops_the_message(self):
        invoice, action = self.prepared()
        self.credit_note(100)
        self.dispatch()
        self.assertSkipped(action, "covered", invoice)

    def test_a_blocked_invoice_stops_the_message(self):
        invoice, action = self.prepared()
        invoice.action_toggle_block_payment()
        self.dispatch()
        self.assertSkipped(action, "blocked", invoice)

    def test_a_hold_stops_the_message(self):
        invoice, action = self.prepared()
        self.case_of().write({"state": "hold", "hold_until": DAY + timedelta(days=3)})
        self.dispatch()
        self.assertSkipped(action, "hold", invoice)

    def test_a_strategy_switched_off_stops_the_message(self):
        invoice, action = self.prepared()
        self.strategy.action_disable()
        self.dispatch()
        self.assertSkipped(action, "strategy_off", invoice)

    def test_an_online_payment_under_way_stops_the_message_for_some_days(self):
        invoice, action = self.prepared()
        provider = self.env["payment.provider"].create(
            {"name": "Bank", "code": "none", "company_id": self.company.id}
        )
        methods = self.env["payment.method"].with_context(active_test=False)
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": methods.search([], limit=1).id,
                "reference": "TX1",
                "amount": 100,
                "currency_id": self.company.currency_id.id,
                "partner_id": self.debtor.id,
                "company_id": self.company.id,
            }
        )
        transaction.write(
            {"state": "pending", "last_state_change": self.company._debt_noon(DAY)}
        )
        self.dispatch()
        self.assertSkipped(action, "paying", invoice)
        run = self.run_on(DAY + timedelta(days=4))
        self.assertEqual(self.actions_of(run).state, "approve")
        self.actions_of(run).action_approve()
        self.dispatch(DAY + timedelta(days=4))
        self.assertEqual(self.actions_of(run).state, "sent")

    def test_a_paid_invoice_drops_out_of_a_message_about_several(self):
        other = self.invoice(40, due=DUE)
        invoice, action = self.prepared()
        self.assertEqual(action.amount, 140)
        self.pay(other)
        self.dispatch()
        self.assertEqual(action.amount, 100)
        self.assertEqual(action.item_ids.move_id, invoice)
        self.assertNotIn(other.name, self.mails_of(action).body_html)

    def test_what_nobody_approves_is_prepared_afresh_the_next_day(self):
        self.strategy.mode = "approve"
        invoice = self.invoice(100, due=DUE)
        first = self.actions_of(self.run_on())
        second = self.actions_of(self.run_on(DAY + timedelta(days=1)))
        self.assertRecordValues(first, [{"state": "skipped", "reason": "not_approved"}])
        self.assertEqual(second.state, "approve")
        self.assertEqual(self.item_of(invoice).step_days, 3)

    def test_a_refused_message_may_be_planned_again(self):
        self.strategy.mode = "approve"
        invoice = self.invoice(100, due=DUE)
        action = self.actions_of(self.run_on())
        action.action_refuse()
        self.assertSkipped(action, "not_approved", invoice)
        with self.assertRaises(UserError):
            action.action_approve()
        self.assertEqual(self.actions_of(self.run_on()).state, "approve")

    def test_without_address_the_agent_is_asked_to_complete_it(self):
        self.debtor.email = False
        invoice = self.invoice(100, due=DUE)
        run = self.run_on()
        message, task = self.actions_of(run)
        self.assertSkipped(message, "no_address", invoice)
        self.assertRecordValues(
            task,
            [{"purpose": "fix_contact", "state": "sent", "user_id": self.agent.id}],
        )
        self.assertEqual(task.activity_id.user_id, self.agent)
        # while it is open nothing is tried
        self.assertHeld(self.run_on(DAY + timedelta(days=1)), invoice, "no_address")
        self.debtor.email = "nuevo@example.com"
        self.assertEqual(task.state, "done")
        self.assertPlanned(self.run_on(DAY + timedelta(days=2)), [(3, "email", "sent")])

    def test_one_failing_record_does_not_stop_the_others(self):
        poor = self.new_debtor("Falla")
        self.invoice(100, due=DUE)
        self.invoice(100, due=DUE, partner=poor)
        Email = self.env.registry["debt.channel.email"]
        render = Email._render

        def fail_for_one(channel, actions):
            if poor in actions.debtor_id:
                raise ValueError("no such placeholder")
            return render(channel, actions)

        with (
            patch.object(Email, "_render", fail_for_one),
            mute_logger("odoo.addons.debt_collection.models.daily.debt_run"),
        ):
            actions = self.actions_of(self.run_on())
        self.assertRecordValues(
            actions.sorted(lambda action: action.debtor_id == poor),
            [
                {"state": "sent", "reason": False, "reason_detail": False},
                {
                    "state": "failed",
                    "reason": "error",
                    "reason_detail": "no such placeholder",
                },
            ],
        )

    def test_tasks_are_activities_and_done_with_them(self):
        self.segment.strategy_id = self.new_strategy(
            [(3, "call", {"note": "Ask for the date."})]
        )
        self.invoice(100, due=DUE)
        action = self.actions_of(self.run_on())
        activity = action.activity_id
        self.assertRecordValues(
            activity,
            [
                {
                    "user_id": self.agent.id,
                    "res_model": "debt.case",
                    "res_id": self.case_of().id,
                    "summary": "Step 3",
                    "date_deadline": DAY,
                }
            ],
        )
        self.assertIn("Ask for the date.", activity.note)
        activity.with_user(self.agent).action_feedback(feedback="He pays on Friday")
        self.assertEqual(action.state, "done")

    def test_tasks_of_a_settled_case_are_cancelled(self):
        self.segment.strategy_id = self.new_strategy([(3, "call")])
        invoice = self.invoice(100, due=DUE)
        action = self.actions_of(self.run_on())
        activity = action.activity_id
        self.pay(invoice)
        self.run_on(DAY + timedelta(days=1))
        self.assertRecordValues(action, [{"state": "cancelled", "reason": "settled"}])
        self.assertFalse(activity.exists())

    def test_a_message_in_task_mode_is_a_task(self):
        self.strategy.mode = "task"
        self.invoice(100, due=DUE)
        self.assertPlanned(self.run_on(), [(3, "task", "sent")])

    def test_test_mode_sends_everything_to_itself_and_gives_the_steps_back(self):
        self.company.write(
            {"debt_test_mode": True, "debt_test_email": "me@example.com"}
        )
        invoice = self.invoice(100, due=DUE)
        action = self.actions_of(self.run_on())
        mail = self.mails_of(action)
        self.assertEqual(mail.email_to, "me@example.com")
        self.assertIn("ferreteria@example.com", mail.subject)
        self.assertTrue(action.is_test)
        self.assertEqual(self.item_of(invoice).step_days, 3)
        self.company.debt_test_mode = False
        self.assertFalse(self.item_of(invoice).step_id)
        self.assertFalse(self.case_of().last_message_day)
        self.assertPlanned(self.run_on(), [(3, "email", "sent")])

    def test_the_queries_of_a_batch_do_not_grow_with_the_debtors(self):
        counts = []
        for size in (5, 25):
            for n in range(size):
                debtor = self.new_debtor(f"Many{size}x{n}")
                self.invoice(100, due=DUE, partner=debtor)
            self.strategy.mode = "approve"
            day = DAY + timedelta(days=size)
            actions = self.actions_of(self.run_on(day))
            self.assertEqual(len(actions), size)
            actions.sudo().write({"state": "planned"})
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            self.dispatch(day)
            counts.append(self.cr.sql_log_count - start)
            self.env["debt.case"].search([]).write(
                {"state": "hold", "hold_until": DAY + timedelta(days=900)}
            )
        # four queries a mail are core's, for its message and its own row
        self.assertLess(counts[1] - counts[0], 20 * 5, counts)
