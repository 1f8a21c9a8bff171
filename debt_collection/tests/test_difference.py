import random
from datetime import date, timedelta
from decimal import Decimal

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.debt_collection.logic.difference import is_small, judge
from odoo.addons.debt_collection.logic.dispute import rest

from .common import DAY
from .test_dispute import DUE, DisputeCommon, days


class DifferenceCommon(DisputeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bookkeeper = cls.new_user(
            "bookkeeper",
            "debt_collection.group_debt_supervisor,account.group_account_invoice",
        )
        cls.controller = cls.new_user(
            "controller",
            "debt_collection.group_debt_manager,account.group_account_invoice",
        )
        cls.tax = cls.company_data["default_account_expense"].copy(
            {"name": "Tax withheld", "code": "179990"}
        )
        cls.company.write(
            {
                "debt_difference_percent": 15,
                "debt_difference_amount": 500,
                "debt_write_off_supervisor": 50,
                "debt_write_off_manager": 200,
                "debt_write_off_user_id": cls.bookkeeper.id,
            }
        )
        cls.withholding = cls.env.ref(
            "debt_collection.debt_difference_reason_withholding"
        )
        cls.withholding.account_id = cls.tax
        cls.bank = cls.env.ref("debt_collection.debt_difference_reason_bank")

    def setUp(self):
        super().setUp()
        self.payment = self.pay(self.invoice_, 96)
        self.refresh()

    def difference(self, user=None, invoice=None, reason=None, **values):
        """Classify what is left of an invoice."""
        values = {
            "item_ids": [Command.set(self.item_of(invoice or self.invoice_).ids)],
            "reason_id": (reason or self.withholding).id,
            **values,
        }
        model = self.env["debt.difference"].with_user(user or self.agent)
        return model.with_context(lang="en_US").create(values)

    def wizard(self, action, user, **values):
        """Fill the wizard that an action opens, and confirm it."""
        model = self.env[action["res_model"]].with_user(user)
        wizard = model.with_context(**action["context"]).create(values)
        result = wizard.action_confirm()
        self.env.invalidate_all()
        return result

    def write_off(self, difference, user=None, **values):
        user = user or self.bookkeeper
        theirs = difference.with_user(user)
        action = (
            theirs.action_approve()
            if "approve" in theirs.mapped("state")
            else theirs.action_write_off()
        )
        return self.wizard(action, user, **values)

    def partly_paid(self, amount, left, **values):
        """Return an overdue invoice of which so much is left."""
        invoice = self.invoice(amount, due=DUE, **values)
        self.pay(invoice, amount - left)
        self.refresh()
        return invoice


@tagged("post_install", "-at_install")
class TestDifference(DifferenceCommon):
    """What is left waits for a paper, not for a call."""

    # === TO CLASSIFY === #

    def proposed(self, user=None):
        items = self.env["debt.item"].with_user(user or self.agent)
        found = items.search([("to_classify", "=", True)])
        return found & items.search([("company_id", "=", self.company.id)])

    def test_what_is_proposed(self):
        self.assertEqual(self.proposed(), self.item_of(self.invoice_))
        item = self.item_of(self.invoice_)
        self.assertEqual((item.amount_original, item.left_percent), (100, 4))
        self.assertTrue(item.to_classify)
        not_due = self.invoice(100, due=days(10))
        self.pay(not_due, 96)
        for invoice in (self.invoice(3, due=DUE), self.partly_paid(100, 20), not_due):
            self.refresh()
            self.assertNotIn(self.item_of(invoice), self.proposed())
            self.assertFalse(self.item_of(invoice).to_classify)
        self.difference()
        self.assertFalse(self.proposed())

    def test_proposals_follow_the_limits_of_the_company(self):
        great = self.partly_paid(10_000, 600)
        self.assertNotIn(self.item_of(great), self.proposed())
        self.company.debt_difference_amount = 600
        self.assertIn(self.item_of(great), self.proposed())
        self.company.debt_difference_percent = 5
        self.assertNotIn(self.item_of(great), self.proposed())
        self.assertIn(self.item_of(self.invoice_), self.proposed())

    def test_what_others_cover_is_not_proposed(self):
        self.dispute()
        self.assertFalse(self.proposed())

    def test_proposals_against_the_rule(self):
        rng = random.Random(7)
        for _number in range(8):
            amount = rng.choice([50, 100, 4000])
            left = round(amount * rng.choice([0.02, 0.15, 0.151, 0.4]), 2)
            self.partly_paid(amount, left)
        found = self.proposed()
        for item in self.env["debt.item"].search([("state", "=", "open")]):
            numbers = (
                Decimal(str(round(number, 2)))
                for number in (
                    item.amount_residual_currency,
                    item.amount_original,
                    item.amount_residual,
                )
            )
            with self.subTest(left=item.amount_residual_currency):
                small = is_small(*numbers, Decimal(15), Decimal(500))
                self.assertEqual(item in found, small)

    def test_classify_one(self):
        action = self.item_of(self.invoice_).with_user(self.agent).action_classify()
        model = self.env[action["res_model"]].with_user(self.agent)
        with Form(model.with_context(**action["context"])) as form:
            self.assertEqual(form.amount, 4)
            form.reason_id = self.withholding
            self.assertEqual(form.document, "Withholding certificate")
            self.assertEqual(form.deadline, date(2026, 6, 22), "fifteen working days")
            self.assertTrue(form.ask)
            form.ask = False
            form.note = "They sent 3.5 %"
        result = form.record.action_confirm()
        difference = self.env["debt.difference"].browse(result["res_id"])
        self.assertEqual(difference.case_id, self.case_of())
        self.assertEqual((difference.amount, difference.amount_cover), (4, 4))
        self.assertEqual(difference.owner_id, self.agent)
        self.assertEqual(difference.user_id, self.agent)
        self.assertEqual(difference.return_date, date(2026, 6, 29))
        self.assertEqual(difference.description, "They sent 3.5 %")
        self.assertFalse(difference.action_ids)

    def test_classify_many_at_once(self):
        other = self.new_debtor("Otra")
        second = self.partly_paid(200, 5)
        theirs = self.partly_paid(300, 6, partner=other)
        items = self.env["debt.item"].search(
            [("move_id", "in", (self.invoice_ | second | theirs).ids)]
        )
        action = items.with_user(self.agent).action_classify()
        result = self.wizard(action, self.agent, reason_id=self.withholding.id)
        found = self.env["debt.difference"].search(result["domain"])
        self.assertEqual(
            {(d.partner_id, d.amount) for d in found}, {(self.debtor, 9), (other, 6)}
        )
        self.assertFalse(self.proposed())

    def test_classify_each_document_on_its_own(self):
        second = self.partly_paid(200, 5)
        items = self.item_of(self.invoice_) | self.item_of(second)
        action = items.with_user(self.agent).action_classify()
        self.wizard(action, self.agent, reason_id=self.withholding.id, each=True)
        found = self.case_of().difference_ids
        self.assertEqual(sorted(found.mapped("amount")), [4, 5])
        self.assertEqual(found.mapped("deadline"), [date(2026, 6, 22)] * 2)

    def test_a_matter_of_price_becomes_a_dispute(self):
        reason = self.env.ref("debt_collection.debt_difference_reason_price")
        action = self.item_of(self.invoice_).with_user(self.agent).action_classify()
        result = self.wizard(action, self.agent, reason_id=reason.id)
        dispute = self.env["debt.dispute"].browse(result["res_id"])
        self.assertEqual((dispute.amount, dispute.state), (4, "open"))
        self.assertEqual(dispute.reason_id, reason.dispute_reason_id)
        self.assertFalse(self.case_of().difference_ids)
        with self.refused(ValidationError, "dispute"):
            self.difference(reason=reason, invoice=self.partly_paid(50, 1))

    def test_from_the_case_and_from_the_invoice(self):
        case = self.case_of().with_user(self.agent)
        action = case.action_difference()
        found = Form(
            self.env[action["res_model"]]
            .with_user(self.agent)
            .with_context(**action["context"])
        )
        self.assertEqual(found.item_ids[:], self.item_of(self.invoice_))
        both = self.new_user(
            "both", "debt_collection.group_debt_agent,account.group_account_invoice"
        )
        action = self.invoice_.with_user(both).action_debt_difference()
        self.wizard(action, both, reason_id=self.bank.id)
        self.assertEqual(case.difference_count, 1)
        self.assertEqual(self.invoice_.debt_difference, "Bank charges, $\xa04.00")
        domain = case.action_open_differences()["domain"]
        self.assertEqual(self.env["debt.difference"].search_count(domain), 1)

    def test_not_more_than_is_left_and_not_twice(self):
        with self.refused(UserError, "4.00 is owed"):
            self.difference(amount=5)
        with self.refused(ValidationError, "more than zero"):
            self.difference(amount=-1)
        self.difference(amount=3)
        with self.refused(UserError, "Difference .*1.00 is left"):
            self.difference(amount=2)
        self.difference(amount=1)
        self.assertEqual(self.case_of().amount_chaseable, 0)
        second = self.partly_paid(50, 2)
        self.dispute(invoice=second)
        with self.refused(UserError, "Dispute .*0.00 is left"):
            self.difference(amount=1, invoice=second)

    def test_agents_take_no_debt_for_a_difference(self):
        invoice = self.invoice(100, due=DUE)
        self.refresh()
        self.assertEqual(self.difference(invoice=invoice, amount=15).amount, 15)
        with self.refused(UserError, "up to 15 %.*15.00"):
            self.difference(invoice=invoice, amount=15.01)
        theirs = self.difference(invoice=invoice, amount=16, user=self.accountant)
        theirs.action_undo()
        self.difference(invoice=invoice, amount=85, user=self.supervisor)
        self.assertEqual(self.item_of(invoice).amount_chaseable, 0)

    def test_undo_for_ten_minutes(self):
        difference = self.difference()
        with self.assertRaises(UserError):
            difference.with_user(self.supervisor).unlink()
        difference.action_undo()
        self.assertFalse(difference.exists())
        self.assertEqual(self.case_of().amount_chaseable, 4)

    # === THE CHASE === #

    def test_it_leaves_the_chase_and_the_rest_goes_on(self):
        other = self.invoice(30, due=DUE)
        self.refresh()
        self.difference()
        self.assertEqual(self.case_of().amount_chaseable, 30)
        self.assertEqual(self.case_of().amount_overdue, 34, "it is owed all the same")
        self.assertEqual(self.item_of(self.invoice_).covered_by, "difference")
        run = self.go_to(DAY)
        self.assertPlanned(run, [(3, "email", "sent")])
        self.assertEqual(self.item_of(other).step_days, 3)

    def test_it_is_held_with_its_reason(self):
        self.company.debt_crumb_amount = 1
        self.difference()
        run = self.go_to(DAY)
        self.assertHeld(run, self.invoice_, "difference")
        self.assertFalse(self.actions_of(run))
        self.assertEqual(self.case_of().priority, 0, "nobody has to work it")

    def test_a_payment_that_is_taken_back_is_chased_again(self):
        difference = self.difference()
        self.payment.action_draft()
        self.payment.action_cancel()
        self.go_to(days(1))
        self.assertEqual((difference.state, difference.amount_cover), ("open", 4))
        self.assertEqual(self.case_of().amount_chaseable, 96)

    def test_paid_after_all(self):
        difference = self.difference()
        self.pay(self.invoice_)
        self.go_to(days(3))
        self.assertEqual((difference.state, difference.outcome), ("cleared", "paid"))
        self.assertEqual((difference.amount_cover, difference.days_to_solve), (0, 3))
        self.item_of(self.invoice_).move_line_id.remove_move_reconcile()
        self.go_to(days(4))
        self.assertEqual((difference.state, difference.outcome), ("open", False))
        self.assertEqual(difference.amount_cover, 4)
        self.assertFalse(difference.resolved_date)

    def test_a_part_is_paid(self):
        difference = self.difference()
        self.pay(self.invoice_, 1)
        self.go_to(days(1))
        self.assertEqual((difference.state, difference.amount_cover), ("open", 3))

    def test_it_changes_only_while_it_is_open(self):
        difference = self.difference(amount=3)
        difference.amount = 4
        self.assertEqual(difference.amount_cover, 4)
        self.pay(self.invoice_)
        self.go_to(days(1))
        with self.refused(UserError, "Only what is open"):
            difference.amount = 1

    def test_a_simulation_touches_nothing(self):
        difference = self.difference()
        day = difference.return_date + timedelta(days=3)
        self.env["debt.run"]._run(self.company, day=day, simulate=True)
        self.env.invalidate_all()
        self.assertEqual((difference.state, difference.reminded), ("open", False))
        self.assertFalse(difference.action_ids)

    # === THE DOCUMENT === #

    def test_the_owner_hears_once_when_it_is_late_then_it_is_chased_again(self):
        self.company.debt_crumb_amount = 1
        difference = self.difference()
        self.assertFalse(difference.sudo().activity_ids, "agents have their list")
        self.go_to(difference.deadline)
        self.assertFalse(difference.reminded)
        self.go_to(difference.deadline + timedelta(days=1))
        task = difference.action_ids
        self.assertEqual((task.purpose, task.state), ("difference_late", "sent"))
        self.assertEqual(task.user_id, self.agent)
        for words in ("Withholding certificate", "4.00", "06/29/2026"):
            self.assertIn(words, task.activity_id.note)
        case = self.case_of().with_user(self.agent)
        self.assertTrue(case.wants_work, "it is on the desk of the owner")
        self.go_to(difference.return_date)
        self.assertEqual(difference.action_ids, task)
        activity = task.activity_id
        run = self.go_to(difference.return_date + timedelta(days=1))
        self.assertEqual(difference.state, "returned")
        self.assertEqual(difference.outcome, "returned")
        self.assertIn("did not come by 06/22/2026", difference.answer)
        self.assertIn(
            "chased again", case.message_ids[0].body + case.message_ids[1].body
        )
        self.assertEqual(task.state, "cancelled")
        self.assertFalse(activity.exists())
        # by age it would be at the message of day 15
        self.assertPlanned(run, [(3, "email", "sent")])

    def test_without_that_setting_it_waits(self):
        difference = self.difference(reason=self.bank)
        self.assertFalse(difference.return_date)
        self.go_to(days(60))
        self.assertEqual((difference.state, difference.reminded), ("open", True))

    def test_who_waits_longer_is_told_again(self):
        difference = self.difference()
        self.go_to(difference.deadline + timedelta(days=1))
        task = difference.action_ids
        difference.deadline = days(40)
        self.assertEqual((task.state, difference.reminded), ("cancelled", False))
        self.assertGreater(difference.return_date, days(40))
        self.go_to(days(41))
        self.assertEqual(len(difference.action_ids), 2)
        self.assertEqual(difference.state, "open")

    def test_an_owner_outside_of_collections_gets_an_activity(self):
        self.withholding.owner_id = self.seller
        difference = self.difference()
        self.assertEqual(difference.owner_id, self.seller)
        activity = difference.sudo().activity_ids
        self.assertEqual(activity.user_id, self.seller)
        self.assertEqual(activity.date_deadline, difference.deadline)
        self.assertIn("Withholding certificate", activity.summary)
        theirs = difference.with_user(self.seller)
        self.wizard(theirs.action_received(), self.seller, number="R-1")
        self.assertEqual(difference.received_date, DAY)
        activity = difference.sudo().activity_ids
        self.assertEqual(activity.user_id, self.bookkeeper, "who writes off is next")

    def test_ask_the_customer_once_a_day(self):
        difference = self.difference()
        difference.action_ask()
        action = difference.sudo().action_ids
        self.env["debt.run"].sudo()._dispatch(
            self.company, self.company._debt_noon(DAY)
        )
        self.assertEqual(action.state, "sent")
        mail = self.mails_of(action)
        self.assertIn("Withholding certificate", mail.subject)
        for text in ("4.00", self.invoice_.name, self.withholding.name):
            self.assertIn(text, mail.body_html)
        self.assertFalse(self.case_of().last_message_day, "it is no reminder")
        with self.refused(UserError, "asked today"):
            difference.action_ask()
        self.today = days(3)
        difference.action_ask()
        self.assertEqual(len(difference.sudo().action_ids), 2)
        with self.refused(UserError, "no document"):
            self.difference(
                reason=self.bank, invoice=self.partly_paid(50, 1)
            ).action_ask()

    def test_a_request_that_is_not_needed_any_more_does_not_leave(self):
        difference = self.difference()
        difference.action_ask()
        self.wizard(difference.action_received(), self.agent)
        action = difference.sudo().action_ids
        self.env["debt.run"].sudo()._dispatch(
            self.company, self.company._debt_noon(DAY)
        )
        self.assertEqual((action.state, action.reason), ("skipped", "difference_over"))

    def test_the_document_leads_to_the_write_off(self):
        difference = self.difference()
        result = self.wizard(
            difference.with_user(self.bookkeeper).action_received(),
            self.bookkeeper,
            number="2026-12",
            content="cGRm",
            name="certificate.pdf",
        )
        self.assertEqual(result["res_model"], "debt.write.off.wizard")
        self.assertEqual(difference.document_number, "2026-12")
        self.assertEqual(difference.document_file, b"cGRm")
        # who has it waits for nothing any more
        self.go_to(difference.return_date + timedelta(days=5))
        self.assertEqual((difference.state, difference.amount_cover), ("open", 4))
        self.assertFalse(difference.action_ids)

    # === BACK TO THE CHASE === #

    def test_back_to_the_chase_with_a_message(self):
        difference = self.difference()
        action = difference.action_return()
        form = Form(
            self.env[action["res_model"]]
            .with_user(self.agent)
            .with_context(**action["context"])
        )
        self.assertTrue(form.may_tell)
        form.reason = "The certificate is of 2025"
        form.tell = True
        form.save().action_confirm()
        self.assertEqual((difference.state, difference.outcome), ("returned",) * 2)
        self.assertEqual(self.case_of().amount_chaseable, 4)
        action = difference.sudo().action_ids
        self.env["debt.run"].sudo()._dispatch(
            self.company, self.company._debt_noon(DAY)
        )
        mail = self.mails_of(action)
        self.assertIn("4.00", mail.subject)
        self.assertIn("The certificate is of 2025", mail.body_html)
        self.go_to(days(2))
        self.assertEqual(difference.state, "returned")
        self.assertFalse(self.proposed(), "it was decided")
        again = self.difference()
        self.assertEqual(again.amount, 4)

    def test_a_promise_is_withdrawn_without_a_message(self):
        self.company.debt_crumb_amount = 1
        promise = (
            self.env["debt.promise"]
            .with_user(self.agent)
            .create(
                {
                    "case_id": self.case_of().id,
                    "amount": 4,
                    "date": days(3),
                    "confirm": False,
                }
            )
        )
        self.wizard(promise.action_withdraw(), self.agent, reason="No", tell=True)
        self.assertEqual(promise.state, "cancelled")

    # === CREDIT NOTE === #

    def test_credit_note(self):
        difference = self.difference()
        action = difference.with_user(self.accountant).action_credit_note()
        self.assertEqual(action["res_model"], "account.move.reversal")
        difference.action_ask_credit_note()
        activity = difference.sudo().activity_ids
        self.assertEqual(activity.user_id, self.accountant)
        self.assertIn("4.00", activity.summary)
        self.go_to(difference.return_date + timedelta(days=1))
        self.assertEqual(difference.state, "open", "it waits for the credit note")
        self.credit(4)
        self.go_to(difference.return_date + timedelta(days=2))
        self.assertEqual(
            (difference.state, difference.outcome), ("cleared", "credited")
        )
        self.assertFalse(activity.exists())

    # === NOTICES === #

    def test_what_was_deducted_of_a_reported_payment(self):
        invoice = self.invoice(200, due=DUE)
        self.refresh()
        notice = (
            self.env["debt.payment.notice"]
            .with_user(self.agent)
            .create(
                {
                    "case_id": self.case_of().id,
                    "item_ids": self.item_of(invoice).ids,
                    "amount": 120,
                    "amount_deducted": 80,
                    "deduction_reason_id": self.withholding.id,
                    "deduction_note": "40 % held back",
                    "date": DAY,
                }
            )
        )
        self.advance(120)
        self.refresh()
        notice.with_user(self.accountant).action_apply()
        difference = notice.difference_ids
        self.assertEqual((difference.amount, difference.amount_cover), (80, 80))
        self.assertEqual(difference.reason_id, self.withholding)
        self.assertEqual(difference.user_id, self.agent)
        self.assertEqual(difference.description, "40 % held back")
        self.go_to(days(1))
        self.assertEqual(notice.amount_cover, 0, "not covered twice")
        self.assertEqual(self.item_of(invoice).amount_chaseable, 0)
        self.go_to(notice.pause_until + timedelta(days=1))
        self.assertEqual(self.item_of(invoice).amount_chaseable, 0)

    def test_a_deduction_that_was_applied_elsewhere_is_proposed(self):
        invoice = self.invoice(200, due=DUE)
        self.refresh()
        notice = (
            self.env["debt.payment.notice"]
            .with_user(self.agent)
            .create(
                {
                    "case_id": self.case_of().id,
                    "item_ids": self.item_of(invoice).ids,
                    "amount": 120,
                    "amount_deducted": 80,
                    "deduction_reason_id": self.withholding.id,
                    "date": DAY,
                }
            )
        )
        self.pay(invoice, 120)
        self.go_to(days(1))
        self.assertEqual(notice.state, "matched")
        item = self.item_of(invoice)
        self.assertIn(item, self.proposed(), "however much it is")
        self.assertEqual(item.suggested_reason_id, self.withholding)
        action = item.with_user(self.agent).action_classify()
        self.wizard(action, self.agent)
        self.assertEqual(notice.difference_ids.amount, 80)
        self.assertNotIn(item, self.proposed())
        self.refresh(days(1))
        self.assertEqual(notice.amount_cover, 0)

    def test_from_a_logged_contact(self):
        wizard = (
            self.env["debt.contact.wizard"]
            .with_user(self.agent)
            .create(
                {
                    "case_id": self.case_of().id,
                    "outcome_id": self.env.ref(
                        "debt_collection.debt_outcome_deducted"
                    ).id,
                    "difference_reason_id": self.bank.id,
                    "note": "The bank kept it",
                }
            )
        )
        self.assertEqual(wizard.follow_up, "difference")
        wizard.action_confirm()
        difference = self.case_of().difference_ids
        self.assertEqual(difference.description, "The bank kept it")
        self.assertTrue(difference.contact_action_id)

    # === RIGHTS === #

    def test_who_reads_and_changes(self):
        difference = self.difference()
        for user in (self.colleague, self.accountant, self.supervisor):
            self.assertEqual(difference.with_user(user).amount, 4)
        stranger = self.new_user("stranger", "base.group_user")
        with self.assertRaises(AccessError):
            difference.with_user(stranger).read(["amount"])
        with self.assertRaises(AccessError):
            self.difference(user=self.seller)
        self.case_of().sudo().agent_id = self.agent
        with self.assertRaises(AccessError):
            difference.with_user(self.colleague).deadline = days(30)
        difference.with_user(self.accountant).deadline = days(30)
        mine = self.difference(
            user=self.accountant, invoice=self.partly_paid(50, 1), reason=self.bank
        )
        self.assertEqual(mine.state, "open")
        mine.action_undo()
        self.company.debt_agent_scope = "own"
        third = self.new_user("third", "debt_collection.group_debt_agent")
        with self.assertRaises(AccessError):
            difference.with_user(third).read(["amount"])

    def test_nothing_can_be_forged(self):
        difference = self.difference()
        for values in (
            {"state": "cleared"},
            {"amount_cover": 1000},
            {"write_off_id": self.invoice_.id},
            {"asked_by_id": self.agent.id},
            {"received_date": DAY},
            {"outcome": "written_off"},
        ):
            for user in (self.agent, self.accountant, self.controller):
                with self.assertRaises(AccessError):
                    difference.with_user(user).write(values)
            with self.assertRaises(AccessError):
                self.difference(invoice=self.invoice_, **values)

    def test_another_company_sees_nothing(self):
        difference = self.difference()
        other = self.env["res.company"].create({"name": "Another"})
        foreign = self.new_user(
            "foreign", "debt_collection.group_debt_supervisor", other
        )
        with self.assertRaises(AccessError):
            difference.with_user(foreign).read(["amount"])
        self.assertFalse(self.proposed(foreign))

    # === FIGURES === #

    def test_a_reason_in_use_is_archived(self):
        self.difference()
        with self.assertRaisesRegex(UserError, "Archive"):
            self.withholding.unlink()
        self.withholding.active = False

    def test_root_causes(self):
        difference = self.difference()
        self.difference(invoice=self.partly_paid(50, 1))
        self.today = days(4)
        difference._withdraw("No")
        ((reason, count, amount, solved),) = (
            self.env["debt.difference"]
            .with_user(self.supervisor)
            ._read_group(
                [("case_id", "=", self.case_of().id)],
                ["reason_id"],
                ["__count", "amount_company:sum", "days_to_solve:avg"],
            )
        )
        self.assertEqual((reason, count, amount), (self.withholding, 2, 5))
        self.assertEqual(solved, 4, "what is open does not count")

    def test_merged_customers_keep_their_differences(self):
        twin = self.new_debtor("Ferreteria Andina SA")
        theirs = self.partly_paid(50, 2, partner=twin)
        difference = self.difference(invoice=theirs)
        self.env.user.group_ids += self.env.ref("base.group_partner_manager")
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo()
        wizard._merge((self.debtor | twin).ids, self.debtor)
        self.go_to(days(1))
        self.assertEqual(difference.case_id, self.case_of())
        self.assertEqual(difference.partner_id, self.debtor)
        self.assertEqual(self.case_of().amount_chaseable, 4)

    # === TWIN === #

    def test_random_differences_against_the_rule(self):
        over = sum(self.hold_against_rule(seed) for seed in range(2))
        self.assertGreater(over, 4)

    def hold_against_rule(self, seed):
        """Random payments, credits and documents: the statement follows the rule.

        :return: number of differences that are not open in the end
        """
        rng = random.Random(seed)
        self.today = DAY
        found = self.env["debt.difference"]
        for number in range(8):
            partner = self.new_debtor(f"F{seed}x{number}")
            invoice = self.partly_paid(100, rng.choice([4, 12, 60]), partner=partner)
            left = invoice.amount_residual
            difference = self.difference(
                user=self.supervisor,
                invoice=invoice,
                amount=rng.choice([left, left / 2]),
                deadline=days(rng.choice([1, 4])),
                reason=rng.choice([self.withholding, self.bank]),
            )
            if rng.random() < 0.5:
                self.credit(round(left * rng.choice([0.2, 0.5, 1]), 2), invoice=invoice)
            if rng.random() < 0.3 and invoice.amount_residual:
                self.pay(invoice, round(invoice.amount_residual / 3, 2))
            if rng.random() < 0.3:
                difference.sudo().received_date = DAY
            if rng.random() < 0.2:
                line = self.item_of(invoice).move_line_id
                line.matched_credit_ids[:1].unlink()
            found |= difference
        self.go_to(days(5 + 8 * seed))
        crumb = Decimal(str(self.company.debt_crumb_amount))
        for difference in found.sudo():
            with self.subTest(seed=seed, difference=difference.id):
                partials = difference.item_ids.move_line_id.matched_credit_ids
                notes = partials.filtered(
                    lambda p: p.credit_move_id.move_id.move_type == "out_refund"
                )
                numbers = [
                    Decimal(str(round(number, 2)))
                    for number in (
                        difference.amount,
                        sum(notes.mapped("amount")),
                        sum(difference.item_ids.mapped("amount_residual_currency")),
                    )
                ]
                state = judge(
                    *numbers,
                    self.today,
                    difference.return_date or None,
                    bool(difference.received_date),
                    crumb,
                )
                self.assertEqual(difference.state, state)
                covered = rest(*numbers, crumb) if state == "open" else 0
                self.assertEqual(
                    Decimal(str(round(difference.amount_cover, 2))), covered
                )
        return len(found.filtered(lambda difference: difference.state != "open"))
