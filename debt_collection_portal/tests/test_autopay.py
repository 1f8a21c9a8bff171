from datetime import timedelta
from unittest.mock import patch

import requests

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time
from odoo.tools import mute_logger

from ..models.autopay.payment_transaction import ChargeLost
from .common_autopay import DAY, AutopayCommon, days


class TestAutopay(AutopayCommon):
    """Instalments that are charged to a saved card."""

    def left(self):
        return sum(invoice.amount_residual for invoice in self.invoices)

    # === CONSENT === #

    def test_the_consent_is_kept_word_by_word(self):
        plan = self.agreed()
        autopay = plan.autopay_id
        self.assertRecordValues(
            autopay,
            [
                {
                    "state": "on",
                    "person_id": self.person.id,
                    "consent_ip": "203.0.113.9",
                    "consent_browser": "Firefox",
                    "token_id": self.card.id,
                }
            ],
        )
        self.assertIn(self.company.name, autopay.consent_text)
        self.assertIn("105.00", autopay.consent_text)
        self.assertIn("2, 4", autopay.consent_text)
        self.assertEqual(plan.next_date, DAY)
        self.assertEqual(autopay.next_date, DAY)
        self.assertIn("1111", self.case_of().plan_text)
        found = self.env["debt.plan"].search([("autopay_id", "!=", False)])
        self.assertEqual(found, plan)

    def test_another_card_is_another_consent(self):
        plan = self.agreed()
        first = plan.autopay_id
        other = self.new_card(self.person, self.provider)
        second = self.turn_on(plan, other)
        self.assertEqual(first.state, "stopped")
        self.assertEqual(plan.autopay_id, second)
        self.assertEqual(len(plan.autopay_ids), 2)

    def test_only_own_cards_of_providers_of_the_company(self):
        plan = self.accept(self.plan()).with_user(self.env.user)
        stranger = self.new_card(self.new_debtor("Otro"), self.provider)
        mine = self.new_card(self.person, self.provider)
        data = self.setup_other_company()
        abroad = self.new_card(self.person, self.new_provider(data["company"]))
        cards = self.env["debt.autopay"]._cards(plan, self.person)
        self.assertEqual(cards, self.card | mine)
        self.assertNotIn(stranger, cards)
        self.assertNotIn(abroad, cards)
        mine.active = False
        self.assertEqual(self.env["debt.autopay"]._cards(plan, self.person), self.card)

    def test_what_cannot_be_paid_automatically(self):
        plan = self.accept(self.plan()).with_user(self.env.user)
        autopays = self.env["debt.autopay"]
        self.assertFalse(autopays._why_not(plan))
        self.company.debt_autopay = False
        with self.assertRaisesRegex(UserError, "offers no automatic payment"):
            self.turn_on(plan)
        self.company.debt_autopay = True
        plan._withdraw("Wrong")
        with self.assertRaisesRegex(UserError, "in force"):
            self.turn_on(plan)

    # === CHARGES === #

    def test_each_instalment_is_announced_charged_and_applied(self):
        plan = self.agreed()
        self.job(DAY)
        self.assertEqual(self.charges(plan), [(DAY, 90, "done")])
        self.assertEqual(self.told("autopay_notice").state, "sent")
        self.assertEqual(self.told("autopay_notice").partner_id, self.person)
        self.assertEqual(self.told("autopay_done").state, "sent")
        self.assertEqual(self.left(), 210)
        transaction = plan.autopay_charge_ids.transaction_id.sudo()
        self.assertEqual(transaction.operation, "offline")
        self.assertTrue(transaction.is_post_processed)
        self.run_to(DAY)
        self.assertEqual(plan.promise_ids.sorted("date")[0].state, "kept")
        self.job(DAY)
        self.assertEqual(len(plan.autopay_charge_ids), 1, "once")
        # three days before the next one it is announced, and charged on its day
        self.job(days(25))
        self.assertEqual(len(self.told("autopay_notice")), 1)
        self.job(days(26))
        self.assertEqual(len(self.told("autopay_notice")), 2)
        self.assertIn("105.00", self.told("autopay_notice")[-1].subject)
        self.job(days(28))
        self.assertEqual(len(plan.autopay_charge_ids), 1)
        self.job(days(29))
        self.assertEqual(self.charges(plan)[-1], (days(29), 105, "done"))
        self.assertBooks()

    def test_the_last_instalment_ends_it(self):
        plan = self.agreed()
        for promise in plan.promise_ids.sorted("date"):
            self.job(promise.date)
            self.run_to(promise.date)
        self.assertEqual(plan.state, "done")
        self.assertEqual(sum(amount for _d, amount, _s in self.charges(plan)), 300)
        self.assertEqual(self.case_of().state, "closed")
        self.job(plan.date_end + timedelta(days=1))
        self.assertEqual(plan.autopay_ids.state, "done")

    def test_not_before_the_notice_left_nor_before_the_morning(self):
        plan = self.agreed()
        charges = self.env["debt.autopay.charge"].sudo()
        noon = self.company._debt_noon(DAY)
        charges._charge_company(self.company, DAY, noon)
        self.assertFalse(plan.autopay_charge_ids, "the notice waits in the queue")
        self.env["debt.run"].sudo()._dispatch(self.company, noon)
        charges._charge_company(self.company, DAY, noon - timedelta(hours=5))
        self.assertFalse(plan.autopay_charge_ids)
        charges._charge_company(self.company, DAY, noon)
        self.assertEqual(self.charges(plan), [(DAY, 90, "done")])

    def test_what_was_paid_meanwhile_is_not_charged(self):
        plan = self.agreed()
        self.pay(self.invoices[0], 60)
        self.job(DAY)
        self.assertEqual(self.charges(plan), [(DAY, 30, "done")])
        self.pay(self.invoices[1], 200, day=days(20))
        self.job(days(29))
        self.assertEqual(len(plan.autopay_charge_ids), 1)

    def test_money_that_waits_to_be_applied_counts(self):
        plan = self.agreed()
        self.advance(50)
        self.job(DAY)
        self.assertEqual(self.charges(plan), [(DAY, 40, "done")])

    # === REFUSED === #

    def test_a_refused_card_is_tried_on_its_days_then_the_agent_is_asked(self):
        plan = self.agreed("error")
        for number in range(6):
            self.job(days(number))
        self.assertEqual(
            self.charges(plan),
            [(DAY, 90, "failed"), (days(2), 90, "failed"), (days(4), 90, "failed")],
        )
        refused = self.told("autopay_refused")
        self.assertEqual(refused.mapped("state"), ["sent"] * 3)
        first, last = self.mails_of(refused[0]), self.mails_of(refused[2])
        self.assertIn("06/03/2026", first.body_html)
        self.assertIn("demo payment status", first.body_html)
        self.assertIn("do not try again", last.body_html)
        task = self.told("autopay_task")
        self.assertEqual((len(task), task.user_id), (1, self.agent))
        self.assertTrue(task.activity_id)
        # and the rules of plans hold
        self.run_to(days(12))
        self.assertEqual(plan.state, "broken")
        self.job(days(29))
        self.assertEqual(len(plan.autopay_charge_ids), 3)
        self.assertEqual(plan.autopay_ids.state, "done")

    def test_the_second_try_may_work(self):
        plan = self.agreed("error")
        self.job(DAY)
        self.card.demo_simulated_state = "done"
        self.job(days(1))
        self.job(days(2))
        self.assertEqual(
            self.charges(plan), [(DAY, 90, "failed"), (days(2), 90, "done")]
        )

    def test_what_was_refused_and_came_after_all_is_not_charged_again(self):
        plan = self.agreed("error")
        self.job(DAY)
        with mute_logger("odoo.addons.payment.models.payment_transaction"):
            plan.autopay_charge_ids.transaction_id.sudo()._set_done()
        self.card.demo_simulated_state = "done"
        self.job(days(2))
        self.assertEqual(self.charges(plan), [(DAY, 90, "done")])
        self.assertEqual(self.left(), 210)

    def test_a_pending_charge_is_waited_for(self):
        plan = self.agreed("pending")
        self.job(DAY)
        self.job(days(4))
        self.assertEqual(self.charges(plan), [(DAY, 90, "pending")])
        plan.autopay_charge_ids.transaction_id.sudo()._set_done()
        self.job(days(5))
        self.assertEqual(self.charges(plan), [(DAY, 90, "done")])
        self.assertEqual(self.left(), 210)

    def test_a_card_that_was_removed_pauses_it(self):
        plan = self.agreed()
        self.card.active = False
        self.job(DAY)
        self.assertEqual(self.charges(plan), [(DAY, 90, "failed")])
        self.assertEqual(plan.autopay_id.state, "paused")
        self.assertIn("paused", self.case_of().plan_text)
        self.assertEqual(len(self.told("autopay_refused")), 1)
        self.assertFalse(plan.autopay_charge_ids.transaction_id.sudo())
        # another card goes on with the tries that are left
        self.turn_on(plan, self.new_card(self.person, self.provider))
        self.job(days(2))
        self.assertEqual(self.charges(plan)[-1], (days(2), 90, "done"))

    # === UNCERTAIN === #

    def lost(self, plan):
        """The connection breaks while the provider charges."""

        def broken(transaction):
            try:
                raise requests.exceptions.ReadTimeout("no answer")
            except requests.exceptions.Timeout as error:
                words = "Could not connect"
                raise ValidationError(words) from error

        model = self.env.registry["payment.transaction"]
        demo = next(
            one
            for one in model.mro()
            if one.__module__ == "odoo.addons.payment_demo.models.payment_transaction"
        )
        with patch.object(demo, "_send_payment_request", broken):
            self.job(DAY)

    def test_a_connection_that_broke_is_decided_by_a_person(self):
        plan = self.agreed()
        self.lost(plan)
        charge = plan.autopay_charge_ids
        self.assertEqual(self.charges(plan), [(DAY, 90, "uncertain")])
        self.assertEqual(len(self.told("autopay_task")), 1)
        self.assertFalse(self.told("autopay_refused"))
        self.job(days(2))
        self.assertEqual(len(plan.autopay_charge_ids), 1, "never a second time")
        outsider = self.new_user("outside", "base.group_user")
        with self.assertRaises(AccessError):
            charge.with_user(outsider).action_was_not_charged()
        charge.with_user(self.agent).action_was_not_charged()
        self.assertEqual(charge.state, "failed")
        self.assertEqual(charge.transaction_id.sudo().state, "cancel")
        self.assertEqual(self.told("autopay_task").state, "cancelled")
        with self.assertRaises(UserError):
            charge.with_user(self.agent).action_was_charged()
        self.job(days(2))
        self.assertEqual(self.charges(plan)[-1], (days(2), 90, "done"))

    def test_an_uncertain_charge_heals_when_the_provider_tells(self):
        plan = self.agreed()
        self.lost(plan)
        plan.autopay_charge_ids.transaction_id.sudo()._set_done()
        self.job(days(1))
        self.assertEqual(self.charges(plan), [(DAY, 90, "done")])
        self.assertEqual(self.told("autopay_task").state, "cancelled")

    def dies_at(self, label):
        """Return the plan of a worker that died at a point, and its charge."""
        plan = self.agreed()
        noon = self.company._debt_noon(DAY)
        charges = self.env["debt.autopay.charge"].sudo()
        charges._announce(self.company, DAY)
        self.env["debt.run"].sudo()._dispatch(self.company, noon)
        run = self.env.registry["debt.run"]
        original = run._checkpoint

        def dies(run, name=None, *args, **kwargs):
            original(run, name, *args, **kwargs)
            if name == label:
                raise ZeroDivisionError

        died = False
        with patch.object(run, "_checkpoint", dies), freeze_time(noon):
            try:  # not assertRaises, which would take back what was committed
                charges._charge_company(self.company, DAY, noon)
            except ZeroDivisionError:
                died = True
        self.assertTrue(died)
        return plan, plan.autopay_charge_ids

    def test_who_dies_before_the_provider_is_asked_leaves_it_to_a_person(self):
        plan, charge = self.dies_at("autopay_claimed")
        self.assertEqual(charge.state, "charging")
        self.assertEqual(charge.transaction_id.sudo().state, "draft")
        self.job(DAY)
        self.assertEqual(charge.state, "charging", "it may still be at work")
        charge.sudo().claimed -= timedelta(hours=2)
        self.job(DAY)
        self.assertEqual(charge.state, "uncertain")
        self.job(days(2))
        self.assertEqual(len(plan.autopay_charge_ids), 1, "never by itself")

    def test_who_dies_after_the_answer_leaves_it_to_the_next_run(self):
        plan, charge = self.dies_at("autopay_charged")
        self.assertEqual(charge.state, "charging")
        self.job(DAY)
        self.assertEqual(self.charges(plan), [(DAY, 90, "done")])
        self.assertEqual(self.left(), 210)
        self.assertEqual(len(self.told("autopay_done")), 1)

    def test_who_dies_at_the_end_leaves_nothing_to_do(self):
        plan, _charge = self.dies_at("autopay_reported")
        self.assertEqual(self.charges(plan), [(DAY, 90, "done")])
        self.job(DAY)
        self.assertEqual(self.left(), 210)
        self.assertEqual(len(self.told("autopay_done")), 1)

    # === NEVER === #

    def assertNotCharged(self, plan, day=DAY):
        self.job(day)
        self.assertFalse(plan.autopay_charge_ids)

    def test_never_in_test_mode_nor_in_a_copied_or_switched_off_database(self):
        plan = self.agreed()
        cron = self.env["debt.autopay.charge"].sudo()
        parameters = self.env["ir.config_parameter"].sudo()
        self.assertTrue(self.company._debt_autopay_runs())
        self.company.write({"debt_test_mode": True, "debt_test_email": "t@example.com"})
        cron._cron_charge()
        self.company.debt_test_mode = False
        parameters.set_param("database.is_neutralized", "1")
        self.assertFalse(self.company._debt_autopay_runs())
        cron._cron_charge()
        parameters.set_param("database.is_neutralized", False)
        self.company.debt_autopay = False
        cron._cron_charge()
        self.assertFalse(self.told("autopay_notice"))
        self.assertFalse(plan.autopay_charge_ids)
        self.assertIn("switched off", plan.autopay_words)

    def test_never_what_the_customer_stopped(self):
        plan = self.agreed()
        plan.autopay_ids._end_by(self.visit())
        self.assertEqual(plan.autopay_ids.state, "stopped")
        self.assertNotCharged(plan)

    def test_never_what_an_agent_stopped_for_a_reason(self):
        plan = self.agreed()
        autopay = plan.autopay_id.with_user(self.agent)
        wizard = autopay.action_stop()
        self.env[wizard["res_model"]].with_user(self.agent).with_context(
            **wizard["context"]
        ).create({"reason": "He asked on the phone"}).action_confirm()
        self.assertRecordValues(
            autopay, [{"state": "stopped", "why": "He asked on the phone"}]
        )
        self.assertEqual(autopay.stopped_by_id, self.agent)
        with self.assertRaises(UserError):
            autopay._withdraw("Again")
        self.assertNotCharged(plan)

    def test_never_for_a_plan_that_was_cancelled(self):
        plan = self.agreed()
        plan._withdraw("Agreed otherwise")
        self.assertNotCharged(plan)
        self.assertEqual(plan.autopay_ids.state, "done")

    def test_never_while_the_case_is_on_hold_and_later_on_its_days(self):
        plan = self.agreed()
        self.case_of().write({"state": "hold", "hold_until": days(9)})
        self.assertNotCharged(plan)
        self.case_of().write({"state": "open", "hold_until": False})
        self.job(days(3))
        self.assertEqual(self.charges(plan), [(days(3), 90, "done")])

    def test_never_what_is_disputed_and_the_agent_hears_of_it(self):
        plan = self.agreed()
        self.env["debt.dispute"].create(
            {
                "case_id": self.case_of().id,
                "item_ids": self.item_of(self.invoices[0]).ids,
                "reason_id": self.env["debt.dispute.reason"].search([], limit=1).id,
                "amount": 100,
            }
        )
        self.company.debt_autopay_retries = "2"
        self.assertNotCharged(plan)
        self.job(days(6))
        self.assertEqual(self.charges(plan), [(days(6), 90, "missed")])
        self.assertIn("dispute", plan.autopay_charge_ids.error)
        self.assertEqual(len(self.told("autopay_task")), 1)
        self.job(days(7))
        self.assertEqual(len(plan.autopay_charge_ids), 1)

    def test_never_while_the_customer_pays_it_by_themselves(self):
        plan = self.agreed()
        parts = {self.item_of(self.invoices[0]): 90}
        own = (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    **self.case_of()._debt_transaction_vals(parts, plan.currency_id),
                    "provider_id": self.provider.id,
                    "payment_method_id": self.card.payment_method_id.id,
                    "partner_id": self.debtor.id,
                    "operation": "online_direct",
                }
            )
        )
        own._set_pending()
        self.assertNotCharged(plan)
        own._set_done()
        own._post_process()
        self.assertNotCharged(plan, days(1))

    # === RIGHTS === #

    def test_nobody_edits_and_other_companies_see_nothing(self):
        plan = self.agreed()
        self.job(DAY)
        autopay, charge = plan.autopay_id, plan.autopay_charge_ids
        for record in (autopay, charge):
            self.assertTrue(record.with_user(self.agent).read(["state"]))
            for values in ({"state": "stopped"}, {"company_id": 1}):
                with self.assertRaises(AccessError):
                    record.with_user(self.supervisor).write(values)
            with self.assertRaises(AccessError):
                record.with_user(self.supervisor).unlink()
        data = self.setup_other_company()
        other = self.new_user(
            "abroad", "debt_collection.group_debt_manager", data["company"]
        )
        self.assertFalse(self.env["debt.autopay"].with_user(other).search([]))
        self.assertFalse(self.env["debt.autopay.charge"].with_user(other).search([]))
        with self.assertRaises(AccessError):
            autopay.with_user(other)._withdraw("Not mine")

    def test_another_company_has_switches_of_its_own(self):
        plan = self.agreed()
        data = self.setup_other_company()
        charges = self.env["debt.autopay.charge"].sudo()
        noon = self.company._debt_noon(DAY)
        charges._charge_company(data["company"], DAY, noon)
        self.assertFalse(self.told("autopay_notice"))
        self.assertFalse(plan.autopay_charge_ids)

    def test_settings_are_checked(self):
        for values in (
            {"debt_autopay_retries": "4, 2"},
            {"debt_autopay_retries": "soon"},
            {"debt_autopay_notice_days": -1},
        ):
            with self.assertRaises(ValidationError):
                self.company.write(values)

    # === EVIDENCE === #

    def test_it_goes_with_the_case_when_customers_are_merged(self):
        plan = self.agreed()
        self.job(DAY)
        target = self.new_debtor("Ferretería Andina S. A.", is_company=True)
        self.invoice(10, due=DAY, partner=target)
        self.run_to(DAY)
        kept = self.case_of(target)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.debtor | target).ids, target
        )
        self.env.invalidate_all()
        self.assertEqual(plan.autopay_ids.case_id, kept)
        self.assertEqual(plan.autopay_charge_ids.case_id, kept)

    def test_erasure_takes_the_words(self):
        plan = self.agreed()
        held = self.env["debt.evidence"]._held()
        self.assertEqual(held["debt.autopay"], "case_id")
        self.assertEqual(held["debt.autopay.charge"], "case_id")
        self.env["debt.evidence"]._wipe(self.case_of())
        self.env.invalidate_all()
        self.assertFalse(plan.autopay_ids.consent_text)
        self.assertFalse(plan.autopay_ids.consent_ip)

    def test_a_refusal_is_no_broken_connection(self):
        from ..models.autopay.payment_transaction import _is_lost

        refused = ValidationError("No")
        self.assertFalse(_is_lost(refused))
        refused.__context__ = requests.exceptions.ConnectTimeout()
        self.assertFalse(_is_lost(refused), "it never got there")
        refused.__context__ = requests.exceptions.ReadTimeout()
        self.assertTrue(_is_lost(refused))
        self.assertTrue(issubclass(ChargeLost, Exception))
