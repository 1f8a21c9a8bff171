import random
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.debt_collection.logic.dispute import judge, rest

from .common import DAY, DebtCommon

DUE = DAY - timedelta(days=4)


def days(count):
    return DAY + timedelta(days=count)


class DisputeCommon(DebtCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supervisor = cls.new_user(
            "supervisor", "debt_collection.group_debt_supervisor"
        )
        cls.colleague = cls.new_user("colleague", "debt_collection.group_debt_agent")
        cls.accountant = cls.new_user("accountant", "account.group_account_invoice")
        # sales or logistics: no right on collections nor accounting
        cls.seller = cls.new_user("seller", "base.group_user")
        cls.strategy.write({"mode": "automatic", "min_gap_days": 0, "quiet_days": 0})
        cls.company.write(
            {
                "country_id": False,
                "debt_dispute_supervisor_id": cls.supervisor.id,
                "debt_credit_note_user_id": cls.accountant.id,
            }
        )
        cls.reason = cls.env.ref("debt_collection.debt_dispute_reason_shortage")
        cls.reason.owner_id = cls.seller

    def setUp(self):
        super().setUp()
        # the product asks for today where a person enters something
        self.today = DAY
        self.startPatcher(
            patch.object(
                self.env.registry["res.company"],
                "_debt_today",
                lambda company, now=None: self.today,
            )
        )
        self.invoice_ = self.invoice(100, due=DUE)
        self.refresh()

    def refresh(self, day=DAY):
        company = self.company.sudo()
        self.env["debt.item"].sudo()._sync(company, day)
        cases = self.env["debt.case"].sudo().search([("company_id", "=", company.id)])
        self.env["debt.cover.mixin"].sudo()._judge_all(company, day, cases)
        cases._roll_up(company, day, full=True)
        self.env.invalidate_all()

    def go_to(self, day):
        """Do the whole run of a day."""
        self.today = day
        run = self.run_on(day)
        self.env.invalidate_all()
        return run

    def dispute(self, amount=None, user=None, invoice=None, **values):
        """Enter a dispute; invoice and reason are enough."""
        values = {
            "item_ids": [Command.set(self.item_of(invoice or self.invoice_).ids)],
            "reason_id": self.reason.id,
            **({"amount": amount} if amount else {}),
            **values,
        }
        model = self.env["debt.dispute"].with_user(user or self.agent)
        # as the web client does
        return model.with_context(lang="en_US").create(values)

    @contextmanager
    def refused(self, error, text):
        """Within this context something is refused, and undone."""
        with self.assertRaisesRegex(error, text), self.env.cr.savepoint():
            yield

    def answer(self, dispute, decision, user=None, **values):
        """Accept or reject through the wizard, and return what comes next."""
        user = user or self.seller
        action = getattr(dispute.with_user(user), f"action_{decision}")()
        wizard = self.env[action["res_model"]].with_user(user)
        wizard = wizard.with_context(**action["context"]).create(values)
        result = wizard.action_confirm()
        self.env.invalidate_all()
        return result

    def credit(self, amount, user=None, invoice=None):
        """Post a credit note of the invoice with Odoo's own wizard."""
        invoice = invoice or self.invoice_
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"date": DAY, "journal_id": invoice.journal_id.id})
        )
        note = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        note.invoice_line_ids.price_unit = amount
        note.action_post()
        return note


@tagged("post_install", "-at_install")
class TestDispute(DisputeCommon):
    """Only what is disputed stops, and somebody has to answer."""

    # === ENTERING === #

    def test_invoice_and_reason_are_enough(self):
        dispute = self.dispute()
        self.assertEqual(dispute.case_id, self.case_of())
        self.assertEqual(dispute.partner_id, self.debtor)
        self.assertEqual(dispute.amount, 100)
        self.assertEqual(dispute.owner_id, self.seller)
        self.assertEqual(dispute.deadline, date(2026, 6, 8), "five working days")
        self.assertEqual((dispute.state, dispute.opened_date), ("open", DAY))
        self.assertEqual(dispute.user_id, self.agent)
        self.assertEqual(dispute.amount_company, 100)

    def test_form_of_the_case(self):
        action = self.case_of().with_user(self.agent).action_dispute()
        model = self.env["debt.dispute"].with_user(self.agent)
        with Form(model.with_context(**action["context"])) as form:
            form.reason_id = self.reason
            # the only one that is open
            self.assertEqual(form.item_ids[:], self.item_of(self.invoice_))
            self.assertEqual(form.amount, 100)
            form.amount = 30
        self.assertEqual(form.record.amount_cover, 30)
        self.assertEqual(form.record.owner_id, self.seller)

    def test_form_of_the_menu_finds_the_invoice_by_its_number(self):
        items = self.env["debt.item"].with_user(self.agent)
        found = items.name_search(self.invoice_.name)
        self.assertEqual([name for _id, name in found], [self.invoice_.name])
        with Form(self.env["debt.dispute"].with_user(self.agent)) as form:
            form.item_ids.add(items.browse(found[0][0]))
            self.assertEqual(form.case_id, self.case_of())
            form.reason_id = self.reason
        self.assertEqual(form.record.amount, 100)

    def test_from_the_invoice(self):
        fresh = self.invoice(70, due=DUE)
        both = self.new_user(
            "both", "debt_collection.group_debt_agent,account.group_account_invoice"
        )
        action = fresh.with_user(both).action_debt_dispute()
        model = self.env["debt.dispute"].with_user(both)
        with Form(model.with_context(**action["context"])) as form:
            form.reason_id = self.reason
        self.assertEqual(form.record.item_ids.move_id, fresh)
        self.assertEqual(form.record.amount, 70)
        with self.assertRaises(AccessError):
            fresh.with_user(self.accountant).action_debt_dispute()

    def test_without_documents_the_oldest_are_disputed(self):
        older = self.invoice(50, due=DAY - timedelta(days=30))
        self.refresh()
        dispute = self.dispute(60, item_ids=False, case_id=self.case_of().id)
        self.assertEqual(dispute.amount, 60)
        items = self.item_of(older) | self.item_of(self.invoice_)
        self.assertEqual(dispute.item_ids, items)

    def test_owner_is_of_the_reason_else_the_salesperson_else_the_agent(self):
        self.assertEqual(self.dispute(1).owner_id, self.seller)
        self.reason.owner_id = False
        self.invoice_.invoice_user_id = self.colleague
        dispute = self.dispute(1)
        self.assertEqual(dispute.owner_id, self.colleague)
        self.assertEqual(dispute.salesperson_id, self.colleague)
        self.invoice_.invoice_user_id = False
        self.assertEqual(self.dispute(1).owner_id, self.agent)
        self.case_of().sudo().agent_id = self.colleague
        self.assertEqual(self.dispute(1).owner_id, self.colleague)

    def test_the_owner_gets_an_activity_until_the_deadline(self):
        dispute = self.dispute(description="Two <b>boxes</b> were missing")
        activity = dispute.sudo().activity_ids
        self.assertEqual(activity.user_id, self.seller)
        self.assertEqual(activity.date_deadline, dispute.deadline)
        self.assertIn("Shortage", activity.summary)
        self.assertIn("&lt;b&gt;", activity.note)
        dispute.write({"owner_id": self.supervisor.id, "deadline": days(20)})
        activity = dispute.sudo().activity_ids
        self.assertEqual(activity.user_id, self.supervisor)
        self.assertEqual(activity.date_deadline, days(20))

    def test_not_more_than_is_owed_and_not_twice(self):
        for amount in (-5, 0.001):
            with self.assertRaises(ValidationError):
                self.dispute(amount)
        with self.refused(UserError, "100.00 is owed"):
            self.dispute(101)
        self.dispute(60)
        with self.refused(UserError, "40.00 is left"):
            self.dispute()
        self.dispute(40)
        self.assertEqual(self.case_of().amount_chaseable, 0)

    def test_another_customer_or_currency_is_another_dispute(self):
        other = self.invoice(10, due=DUE, partner=self.new_debtor("Otra"))
        self.refresh()
        items = self.item_of(self.invoice_) | self.item_of(other)
        with self.refused(ValidationError, "this customer"):
            self.dispute(item_ids=[Command.set(items.ids)])
        self.env.ref("base.EUR").active = True
        euros = self.invoice(10, due=DUE, currency=self.env.ref("base.EUR"))
        self.refresh()
        items = self.item_of(self.invoice_) | self.item_of(euros)
        with self.refused(ValidationError, "another currency"):
            self.dispute(item_ids=[Command.set(items.ids)])
        self.assertEqual(self.dispute(invoice=euros).currency_id.name, "EUR")

    def test_undo_for_ten_minutes(self):
        dispute = self.dispute()
        with self.assertRaises(UserError):
            dispute.with_user(self.supervisor).unlink()
        dispute.action_undo()
        self.assertFalse(dispute.exists())
        self.assertEqual(self.case_of().amount_chaseable, 100)

    # === THE CHASE === #

    def test_only_the_disputed_part_stops(self):
        self.dispute(40)
        self.assertEqual(self.case_of().amount_chaseable, 60)
        self.assertEqual(self.case_of().amount_overdue, 100, "it is owed all the same")
        run = self.run_on(DAY)
        self.assertPlanned(run, [(3, "email", "sent")])
        self.assertIn("60.00", self.mails_of(self.actions_of(run)).body_html)

    def test_other_documents_go_on(self):
        other = self.invoice(30, due=DUE)
        self.refresh()
        self.dispute()
        run = self.run_on(DAY)
        self.assertPlanned(run, [(3, "email", "sent")])
        self.assertHeld(run, self.invoice_, "disputed")
        self.assertEqual(self.item_of(other).step_days, 3)

    def test_whole_documents_are_held_and_come_back_at_their_next_step(self):
        dispute = self.dispute()
        run = self.go_to(DAY)
        self.assertFalse(self.actions_of(run))
        self.go_to(days(5))
        self.answer(dispute, "reject", answer="Signed without remarks", tell=False)
        self.assertEqual(dispute.state, "rejected")
        self.assertEqual(self.case_of().amount_chaseable, 100)
        run = self.go_to(days(6))
        # by age it would be the call of day 8
        self.assertPlanned(run, [(3, "email", "sent")])

    def test_the_rest_of_the_invoice_is_paid(self):
        dispute = self.dispute(40)
        self.pay(self.invoice_, 60)
        self.go_to(days(1))
        self.assertEqual((dispute.state, dispute.amount_cover), ("open", 40))
        self.assertEqual(self.case_of().amount_chaseable, 0)

    def test_paid_in_full_after_all(self):
        dispute = self.dispute(40)
        self.pay(self.invoice_)
        self.go_to(days(3))
        self.assertEqual((dispute.state, dispute.amount_cover), ("withdrawn", 0))
        self.assertEqual((dispute.resolved_date, dispute.days_to_solve), (days(3), 3))
        self.assertFalse(dispute.sudo().activity_ids)
        line = self.item_of(self.invoice_).move_line_id
        line.remove_move_reconcile()
        self.go_to(days(4))
        self.assertEqual((dispute.state, dispute.amount_cover), ("open", 40))
        self.assertFalse(dispute.resolved_date)

    # === ESCALATION === #

    def test_a_late_dispute_goes_to_the_supervisor_once(self):
        dispute = self.dispute()
        self.go_to(dispute.deadline)
        self.assertFalse(dispute.escalated)
        self.go_to(dispute.deadline + timedelta(days=1))
        self.assertTrue(dispute.escalated)
        task = dispute.action_ids
        self.assertEqual((task.purpose, task.state), ("dispute_late", "sent"))
        self.assertEqual(task.user_id, self.supervisor)
        self.assertIn("Shortage", task.activity_id.note)
        self.assertIn("seller", task.activity_id.note)
        self.go_to(dispute.deadline + timedelta(days=2))
        self.assertEqual(dispute.action_ids, task)
        activity = task.activity_id
        self.answer(dispute, "accept")
        self.assertFalse(activity.exists())
        self.assertEqual(task.state, "cancelled")

    def test_an_answer_in_time_is_not_escalated(self):
        dispute = self.dispute()
        self.answer(dispute, "accept")
        self.go_to(dispute.deadline + timedelta(days=1))
        self.assertFalse(dispute.escalated)
        self.assertFalse(dispute.action_ids)

    def test_a_simulation_touches_nothing(self):
        dispute = self.dispute(40)
        self.pay(self.invoice_)
        activity = dispute.sudo().activity_ids
        day = dispute.deadline + timedelta(days=3)
        self.env["debt.run"]._run(self.company, day=day, simulate=True)
        self.env.invalidate_all()
        self.assertEqual((dispute.state, dispute.escalated), ("open", False))
        self.assertTrue(activity.exists())
        self.assertFalse(dispute.action_ids)

    # === ACCEPTED === #

    def test_accepted_waits_for_the_credit_note(self):
        dispute = self.dispute(40)
        result = self.answer(dispute, "accept", answer="We forgot two boxes")
        self.assertEqual(result["type"], "ir.actions.act_window_close")
        self.assertEqual((dispute.state, dispute.amount_cover), ("accepted", 40))
        self.assertEqual(dispute.resolved_by_id, self.seller)
        activity = dispute.sudo().activity_ids
        self.assertEqual(activity.user_id, self.accountant)
        self.assertIn("40.00", activity.summary)
        self.go_to(days(1))
        self.assertEqual(self.case_of().amount_chaseable, 60)
        self.credit(40)
        self.go_to(days(2))
        self.assertEqual((dispute.state, dispute.amount_cover), ("accepted", 0))
        self.assertEqual(dispute.amount_credited, 40)
        self.assertEqual(self.case_of().amount_chaseable, 60)
        self.assertFalse(activity.exists())

    def test_a_payment_is_no_credit_note(self):
        dispute = self.dispute(40)
        self.answer(dispute, "accept")
        self.pay(self.invoice_, 60)
        self.go_to(days(1))
        self.assertEqual(dispute.amount_cover, 40)
        self.assertEqual(self.case_of().amount_chaseable, 0)

    def test_money_entered_by_a_journal_entry_is_no_credit_note(self):
        dispute = self.dispute(40)
        line = dispute.sudo().item_ids.move_line_id
        bank = self.company_data["default_journal_bank"]
        entry = self.env["account.move"].create(
            {
                "journal_id": bank.id,
                "date": DAY,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": self.debtor.id,
                            "balance": balance,
                        }
                    )
                    for account, balance in (
                        (line.account_id, -70),
                        (bank.default_account_id, 70),
                    )
                ],
            }
        )
        entry.action_post()
        (line + entry.line_ids.filtered(lambda each: each.balance < 0)).reconcile()
        self.go_to(days(1))
        self.assertEqual((dispute.state, dispute.amount_credited), ("open", 0))
        self.assertEqual(dispute.amount_cover, 30)

    def test_accepted_in_part(self):
        dispute = self.dispute(40)
        self.answer(dispute, "accept", amount=25)
        self.assertEqual((dispute.amount_accepted, dispute.amount_cover), (25, 25))
        self.assertEqual(self.case_of().amount_chaseable, 75)
        another = self.dispute(40)
        for amount in (0, 41):
            with self.assertRaisesRegex(UserError, "at most"):
                self.answer(another, "accept", amount=amount)

    def test_a_person_stops_waiting_for_the_credit_note(self):
        dispute = self.dispute(40)
        self.answer(dispute, "accept")
        dispute.with_user(self.agent).action_end_wait()
        self.assertEqual(dispute.amount_cover, 0)
        self.assertEqual(self.case_of().amount_chaseable, 100)
        self.go_to(days(1))
        self.assertEqual((dispute.state, dispute.amount_cover), ("accepted", 0))
        self.assertFalse(dispute.sudo().activity_ids)

    def test_whoever_may_goes_on_to_the_credit_note_of_odoo(self):
        both = self.new_user(
            "both",
            "debt_collection.group_debt_supervisor,account.group_account_invoice",
        )
        dispute = self.dispute(40)
        action = self.answer(dispute, "accept", user=both)
        self.assertEqual(action["res_model"], "account.move.reversal")
        wizard = self.env["account.move.reversal"].with_user(both)
        with Form(wizard.with_context(**action["context"])) as form:
            self.assertEqual(form.reason, self.reason.name)
        self.assertEqual(form.record.move_ids, self.invoice_)
        # the accountant finds the same button
        action = dispute.with_user(self.accountant).action_credit_note()
        self.assertEqual(action["context"]["active_ids"], self.invoice_.ids)

    def test_a_credit_note_without_an_answer_is_the_answer(self):
        dispute = self.dispute(40)
        self.credit(40)
        self.go_to(days(2))
        self.assertEqual((dispute.state, dispute.amount_cover), ("accepted", 0))
        self.assertEqual(dispute.amount_accepted, 40)
        self.assertFalse(dispute.resolved_by_id)

    def test_what_was_credited_before_does_not_count(self):
        self.credit(30)
        self.refresh()
        dispute = self.dispute(40)
        self.go_to(days(1))
        self.assertEqual((dispute.state, dispute.amount_cover), ("open", 40))

    # === REJECTED AND WITHDRAWN === #

    def test_rejected_with_a_message(self):
        dispute = self.dispute(40)
        self.answer(dispute, "reject", answer="The delivery note\nis signed")
        action = dispute.sudo().action_ids
        self.assertEqual((action.purpose, action.track), ("dispute_reject", "service"))
        self.env["debt.run"].sudo()._dispatch(
            self.company, self.company._debt_noon(DAY)
        )
        self.assertEqual(action.state, "sent")
        mail = self.mails_of(action)
        self.assertIn(self.reason.name, mail.subject)
        for text in ("40.00", "is signed", self.invoice_.name):
            self.assertIn(text, mail.body_html)
        self.assertFalse(self.case_of().last_message_day, "it is an answer")

    def test_a_rejection_says_why(self):
        dispute = self.dispute()
        action = dispute.action_reject()
        model = self.env[action["res_model"]].with_user(self.agent)
        form = Form(model.with_context(**action["context"]))
        with self.assertRaises(AssertionError):
            form.save()

    def test_withdrawn(self):
        dispute = self.dispute()
        action = dispute.action_withdraw()
        wizard = self.env[action["res_model"]].with_user(self.agent)
        wizard = wizard.with_context(**action["context"])
        wizard.create({"reason": "They found the boxes"}).action_confirm()
        self.assertEqual(dispute.state, "withdrawn")
        self.assertEqual(dispute.answer, "They found the boxes")
        self.assertEqual(self.case_of().amount_chaseable, 100)
        with self.assertRaisesRegex(UserError, "closed already"):
            self.answer(dispute, "accept")

    # === RIGHTS === #

    def test_nobody_approves_their_own_exception(self):
        dispute = self.dispute(owner_id=self.agent.id)
        self.assertFalse(dispute.may_accept)
        with self.assertRaises(AccessError):
            self.answer(dispute, "accept", user=self.agent)
        # nor by writing somebody else's name on it
        dispute.user_id = self.colleague
        with self.assertRaises(AccessError):
            self.answer(dispute, "accept", user=self.agent)
        self.answer(dispute, "accept", user=self.supervisor)
        own = self.dispute(invoice=self.another_invoice(), user=self.supervisor)
        self.answer(own, "accept", user=self.supervisor)
        self.assertEqual(own.state, "accepted")

    def another_invoice(self):
        invoice = self.invoice(20, due=DUE)
        self.refresh()
        return invoice

    def test_the_owner_answers_without_a_right_on_the_case(self):
        dispute = self.dispute(40)
        theirs = dispute.with_user(self.seller)
        spec = {
            "display_name": {},
            "document_names": {},
            "partner_id": {"fields": {"display_name": {}}},
            "reason_id": {"fields": {"display_name": {}}},
            "may_accept": {},
        }
        read = theirs.web_read(spec)[0]
        self.assertEqual(read["partner_id"]["display_name"], self.debtor.display_name)
        self.assertEqual(read["document_names"], self.invoice_.name)
        self.assertTrue(read["may_accept"])
        self.assertIn(self.debtor.name, read["display_name"])
        with self.assertRaises(AccessError):
            theirs.case_id.read(["amount_total"])
        with self.assertRaises(AccessError):
            theirs.item_ids.read(["amount_residual"])
        with self.assertRaises(AccessError):
            self.dispute(user=self.seller)
        theirs.message_post(body="I ask the warehouse")
        theirs.write({"deadline": days(9), "amount": 30})
        self.assertEqual(dispute.amount_cover, 30)
        theirs.owner_id = self.colleague
        self.env.flush_all()
        self.assertEqual(dispute.sudo().activity_ids.user_id, self.colleague)
        self.assertEqual(theirs.read(["amount"])[0]["amount"], 30, "still follows it")
        with self.assertRaises(AccessError):
            theirs.deadline = days(10)

    def test_the_form_of_the_owner_shows_no_case(self):
        dispute = self.dispute(40)
        model = self.env["debt.dispute"]
        form = Form(dispute.with_user(self.seller))
        form.deadline = days(9)
        form.save()
        arch = model.with_user(self.seller).get_view(view_type="form")["arch"]
        self.assertNotIn("action_open_case", arch)
        self.assertNotIn("action_withdraw", arch)
        self.assertIn("document_names", arch)
        arch = model.with_user(self.agent).get_view(view_type="form")["arch"]
        self.assertIn("action_open_case", arch)

    def test_who_reads_and_changes(self):
        dispute = self.dispute()
        self.assertEqual(dispute.with_user(self.colleague).amount, 100)
        self.assertEqual(dispute.with_user(self.accountant).amount, 100)
        stranger = self.new_user("stranger", "base.group_user")
        with self.assertRaises(AccessError):
            dispute.with_user(stranger).read(["amount"])
        self.case_of().sudo().agent_id = self.agent
        for user in (self.colleague, self.accountant):
            with self.assertRaises(AccessError):
                dispute.with_user(user).deadline = days(30)
            with self.assertRaises(AccessError):
                self.answer(dispute, "reject", user=user, answer="No")
        self.case_of().sudo().agent_id = self.colleague
        dispute.with_user(self.colleague).deadline = days(30)
        self.company.debt_agent_scope = "own"
        third = self.new_user("third", "debt_collection.group_debt_agent")
        with self.assertRaises(AccessError):
            dispute.with_user(third).read(["amount"])

    def test_answers_cannot_be_forged(self):
        dispute = self.dispute()
        for values in (
            {"state": "accepted"},
            {"amount_cover": 1000},
            {"escalated": False},
            {"resolved_by_id": self.supervisor.id},
        ):
            for user in (self.agent, self.seller, self.supervisor):
                with self.assertRaises(AccessError):
                    dispute.with_user(user).write(values)
            with self.assertRaises(AccessError):
                self.dispute(invoice=self.invoice_, **values)

    def test_another_company_sees_nothing(self):
        dispute = self.dispute()
        other = self.env["res.company"].create({"name": "Another"})
        foreign = self.new_user(
            "foreign", "debt_collection.group_debt_supervisor", other
        )
        with self.assertRaises(AccessError):
            dispute.with_user(foreign).read(["amount"])
        # an owner of another company cannot answer, so somebody else does
        self.reason.owner_id = foreign
        self.invoice_.invoice_user_id = False
        self.assertEqual(self.dispute_again(dispute).owner_id, self.agent)

    def dispute_again(self, dispute):
        dispute._withdraw("Again")
        return self.dispute()

    # === FIGURES === #

    def test_root_causes(self):
        first = self.dispute(40)
        self.dispute(10)
        self.today = days(4)
        self.answer(first, "accept")
        ((reason, count, amount, solved),) = (
            self.env["debt.dispute"]
            .with_user(self.supervisor)
            ._read_group(
                [("case_id", "=", self.case_of().id)],
                ["reason_id"],
                ["__count", "amount_company:sum", "days_to_solve:avg"],
            )
        )
        self.assertEqual((reason, count, amount), (self.reason, 2, 50))
        self.assertEqual(solved, 4, "what is open does not count")

    def test_a_reason_in_use_is_archived(self):
        self.dispute()
        with self.assertRaisesRegex(UserError, "Archive"):
            self.reason.unlink()
        self.reason.active = False

    def test_merged_customers_keep_their_disputes(self):
        twin = self.new_debtor("Ferreteria Andina SA")
        theirs = self.invoice(50, due=DUE, partner=twin)
        self.refresh()
        dispute = self.dispute(invoice=theirs)
        self.env.user.group_ids += self.env.ref("base.group_partner_manager")
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo()
        wizard._merge((self.debtor | twin).ids, self.debtor)
        self.go_to(days(1))
        self.assertEqual(dispute.case_id, self.case_of())
        self.assertEqual(dispute.partner_id, self.debtor)
        self.assertEqual(self.case_of().amount_chaseable, 100)

    # === TWIN === #

    def test_random_disputes_against_the_rule(self):
        closed = sum(self.hold_against_rule(seed) for seed in range(3))
        self.assertGreater(closed, 5)

    def hold_against_rule(self, seed):
        """Random disputes, payments and credits: the statement says what the rule does.

        :return: number of disputes that are not open in the end
        """
        rng = random.Random(seed)
        disputes = self.env["debt.dispute"]
        for number in range(8):
            partner = self.new_debtor(f"D{seed}x{number}")
            invoice = self.invoice(100, due=DUE, partner=partner)
            if rng.random() < 0.3:
                self.credit(10, invoice=invoice)
            self.refresh()
            dispute = self.dispute(rng.choice([3, 40, 90]), invoice=invoice)
            if rng.random() < 0.6:
                self.credit(rng.choice([10, 39.5, 40, 50]), invoice=invoice)
            if rng.random() < 0.4:
                part = rng.choice([0.3, 0.6, 1])
                amount = round(invoice.amount_residual * part, 2)
                self.pay(invoice, amount)
            if rng.random() < 0.3:
                with self.subTest(seed=seed, dispute=dispute.id):
                    dispute.with_user(self.seller)._accept(dispute.amount / 2)
            disputes |= dispute
        self.go_to(days(1 + seed))
        crumb = Decimal(str(self.company.debt_crumb_amount))
        for dispute in disputes.sudo():
            with self.subTest(seed=seed, dispute=dispute.id):
                answered = dispute.resolved_by_id
                amount = dispute.amount_accepted if answered else dispute.amount
                numbers = (
                    Decimal(str(round(number, 2)))
                    for number in (
                        amount,
                        self.credited(dispute),
                        sum(dispute.item_ids.mapped("amount_residual_currency")),
                    )
                )
                numbers = (*numbers, crumb)
                self.assertEqual(
                    Decimal(str(round(dispute.amount_cover, 2))), rest(*numbers)
                )
                if not answered:
                    self.assertEqual(dispute.state, judge(*numbers))
        return len(disputes.filtered(lambda dispute: dispute.state != "open"))

    def credited(self, dispute):
        partials = dispute.item_ids.move_line_id.matched_credit_ids
        notes = partials.filtered(
            lambda p: p.credit_move_id.move_id.move_type == "out_refund"
        )
        return sum(notes.mapped("amount")) - dispute.credited_before


@tagged("post_install", "-at_install")
class TestDisputeCompanies(DisputeCommon):
    """Two companies with the same customer and the same reason."""

    def test_each_company_answers_its_own(self):
        other = self.setup_other_company()["company"]
        other.write({"debt_tz": "Europe/Madrid", "country_id": False})
        agent = self.new_user("agent2", "debt_collection.group_debt_agent", other)
        seller = self.new_user("seller2", "base.group_user", other)
        self.reason.with_company(other).owner_id = seller
        move = self.env["account.move"].with_company(other)
        move = move.create(
            {
                "move_type": "out_invoice",
                "partner_id": self.debtor.id,
                "company_id": other.id,
                "invoice_date": DUE,
                "invoice_date_due": DUE,
                "invoice_line_ids": [
                    Command.create({"name": "x", "price_unit": 70, "tax_ids": []})
                ],
            }
        )
        move.action_post()
        self.env["debt.item"].sudo()._sync(other, DAY)
        case = self.case_of(company=other)
        case.sudo()._roll_up(other, DAY, full=True)
        theirs = self.dispute(invoice=move, user=agent)
        mine = self.dispute()
        self.assertEqual((mine.owner_id, theirs.owner_id), (self.seller, seller))
        self.assertEqual((mine.company_id, theirs.company_id), (self.company, other))
        self.answer(mine, "accept")
        self.assertEqual(theirs.state, "open")
        for user, foreign in ((seller, mine), (self.seller, theirs)):
            self.assertFalse(
                self.env["debt.dispute"]
                .with_user(user)
                .search([("id", "=", foreign.id)])
            )
