from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import DAY
from .test_handover import DUE, HandoverCommon, days


@tagged("post_install", "-at_install")
class TestAssignment(HandoverCommon):
    """What a factor or insurer collects leaves the chase, until it comes back."""

    def setUp(self):
        super().setUp()
        self.strategy.write(
            {"quiet_days": 0, "min_gap_days": 0, "entry_mode": "by_age"}
        )
        self.strategy.step_ids.filtered(lambda s: s.days == 15).days = 100
        self.old = self.invoice(100, due=DUE)
        self.own = self.invoice(50, due=days(-2))
        self.run_to(DAY)
        self.case = self.case_of()
        self.item = self.item_of(self.old)

    def assign(self, user=None, **values):
        return (
            self.env["debt.assignment"]
            .with_user(user or self.supervisor)
            .create(
                {
                    "case_id": self.case.id,
                    "holder_id": self.agency.id,
                    "contract": "F-77",
                    "item_ids": [Command.set(self.item.ids)],
                    "loss_days": 60,
                    **values,
                }
            )
        )

    def test_its_documents_leave_the_chase_with_that_reason(self):
        assignment = self.assign()
        self.assertEqual((assignment.amount, assignment.amount_cover), (100, 100))
        self.assertEqual(self.item.amount_chaseable, 0)
        self.assertEqual(self.item.covered_by, "assigned")
        self.assertEqual(self.case.amount_chaseable, 50)
        self.assertEqual(self.case.amount_total, 150)
        self.strategy.step_ids.filtered(lambda s: s.days == 100).days = 45
        run = self.run_to(days(7))
        self.assertHeld(run, self.old, "assigned")
        self.assertBooks()

    def test_the_loss_notice_is_asked_for_once(self):
        assignment = self.assign(user_id=self.supervisor.id)
        self.assertEqual(assignment.loss_deadline, DUE + timedelta(days=60))
        self.run_to(days(9))
        self.assertFalse(assignment.action_ids)
        for number in (10, 10, 11, 30):
            self.run_to(days(number))
        task = assignment.action_ids
        self.assertEqual(task.purpose, "loss_notice")
        self.assertEqual((task.state, task.user_id), ("sent", self.supervisor))
        self.assertIn("F-77", task.activity_id.note)
        assignment.action_notify()
        self.assertEqual(assignment.state, "notified")
        self.assertEqual(assignment.notified_date, days(30))
        self.assertEqual(task.state, "cancelled")
        self.assertEqual(self.item.amount_chaseable, 0)

    def test_returned_documents_go_on_at_their_next_step(self):
        assignment = self.assign()
        self.run_to(days(2))
        wizard = self.env["debt.withdraw.wizard"].with_user(self.supervisor)
        action = assignment.action_return()
        wizard.with_context(**action["context"]).create(
            {"reason": "Recourse"}
        ).action_confirm()
        self.assertEqual(
            (assignment.state, assignment.close_reason), ("returned", "Recourse")
        )
        self.assertTrue(self.item.next_step_only)
        self.assertEqual(self.case.amount_chaseable, 150)
        self.assign()

    def test_it_is_paid_with_its_documents_and_back_without(self):
        assignment = self.assign()
        assignment.action_notify()
        payment = self.pay(self.old, day=days(1))
        self.run_to(days(2))
        self.assertEqual((assignment.state, assignment.amount_cover), ("paid", 0))
        payment.move_id.line_ids.remove_move_reconcile()
        self.run_to(days(3))
        self.assertEqual((assignment.state, assignment.amount_cover), ("notified", 100))
        self.pay(self.old, 40, day=days(4))
        self.run_to(days(5))
        self.assertEqual(assignment.amount_cover, 60)

    def test_the_same_document_is_assigned_once(self):
        self.assign()
        with self.assertRaises(ValidationError):
            self.assign()

    def test_who_may(self):
        bookkeeper = self.new_user("bookkeeper", "account.group_account_invoice")
        with self.assertRaises(AccessError):
            self.assign(self.agent)
        assignment = self.assign(bookkeeper)
        self.assertTrue(assignment.with_user(self.agent).has_access("read"))
        for user in (self.agent, self.new_user("nobody", "base.group_user")):
            with self.assertRaises(AccessError):
                assignment.with_user(user).action_notify()
            with self.assertRaises(AccessError):
                assignment.with_user(user)._withdraw("x")
        with self.assertRaises(AccessError):
            assignment.write({"state": "returned"})
        with self.assertRaises(UserError):
            assignment.write({"item_ids": [Command.clear()]})
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user(
            "stranger", "debt_collection.group_debt_supervisor", other
        )
        self.assertFalse(assignment.with_user(stranger).has_access("read"))
        self.assertEqual(DAY, assignment.made_date)
