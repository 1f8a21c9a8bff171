from odoo import Command
from odoo.exceptions import RedirectWarning, UserError
from odoo.tests import tagged

from .common import DebtSaleCommon, days


@tagged("post_install", "-at_install")
class TestOrderHold(DebtSaleCommon):
    """Who owes too much is warned about, held, and released."""

    # === WHAT HOLDS === #

    def test_the_days_of_the_oldest_overdue_document_decide(self):
        for late, level in ((-3, "none"), (0, "none"), (1, "warn"), (16, "hold")):
            customer = self.new_debtor(f"Customer{late}")
            self.owe(late, partner=customer)
            order = self.order(partner=customer)
            with self.subTest(late=late):
                self.assertEqual(order.debt_credit_level, level)
                if level != "hold":
                    self.assertEqual(self.confirm(order), "sale")
                else:
                    with self.assertRaises(RedirectWarning):
                        self.confirm(order)

    def test_the_dialog_says_why_and_leads_to_the_request(self):
        self.owe(21)
        self.owe(3, amount=234.5)
        order = self.order()
        with self.assertRaises(RedirectWarning) as caught:
            self.confirm(order)
        message, action, *_ = caught.exception.args
        self.assertIn("2 documents, $\xa01,234.50 overdue, the oldest for 21", message)
        self.assertEqual(action["res_model"], "debt.order.ask.wizard")
        self.assertEqual(action["context"]["default_order_ids"], order.ids)
        self.assertEqual(order.state, "draft")

    def test_what_is_promised_is_still_owed_what_is_disputed_is_not(self):
        self.owe(20)
        order = self.order()
        promise = self.env["debt.promise"].create(
            {
                "case_id": self.case_of().id,
                "amount": 1000,
                "made_date": days(0),
                "date": days(2),
                "confirm": False,
            }
        )
        self.run_on()
        self.assertEqual(self.case_of().amount_chaseable, 0)
        order.invalidate_recordset()
        self.assertEqual(order.debt_credit_level, "hold")
        promise._withdraw("a mistake")
        self.env["debt.dispute"].create(
            {
                "case_id": self.case_of().id,
                "item_ids": self.case_of().item_ids.ids,
                "reason_id": self.env.ref(
                    "debt_collection.debt_dispute_reason_price"
                ).id,
                "amount": 1000,
            }
        )
        self.run_on()
        order.invalidate_recordset()
        self.assertEqual(order.debt_credit_level, "none")

    def test_who_pays_in_instalments_buys_against_prepayment(self):
        self.owe(40)
        case = self.case_of()
        order = self.order()
        plan = self.env["debt.plan"].create(
            {
                "case_id": case.id,
                "amount_down": 300,
                "date_start": days(0),
                "date_first": days(9),
                "item_ids": case.item_ids.ids,
            }
        )
        plan._activate(accepted_by="Rosa", accepted_how="phone")
        self.run_on()
        order.invalidate_recordset()
        self.assertEqual(order.debt_credit_level, "hold")
        self.assertIn("prepayment", order.debt_credit_text)
        plan._withdraw("paid")
        self.pay(case.item_ids.move_id)
        self.run_on(days(1))
        order.invalidate_recordset()
        self.assertEqual(order.debt_credit_level, "none")

    def test_a_pause_of_the_chase_does_not_let_orders_pass(self):
        self.owe(20)
        self.case_of().write({"state": "hold", "hold_until": days(9)})
        self.run_on()
        self.assertEqual(self.order().debt_credit_level, "hold")

    def test_strategy_stage_step_and_customer_go_before_the_company(self):
        self.owe(20)
        self.run_on()
        order = self.order()

        def level():
            order.invalidate_recordset()
            return order.debt_credit_level

        self.strategy.write(
            {"sale_policy": "own", "sale_warn_days": 5, "sale_hold_days": 30}
        )
        self.assertEqual(level(), "warn")
        self.case_of().stage_id.sale_effect = "hold"
        self.assertEqual(level(), "hold")
        self.assertIn(self.case_of().stage_id.name, order.debt_credit_text)
        self.case_of().stage_id.sale_effect = "none"
        step = self.strategy.step_ids.filtered(lambda step: step.days == 3)
        self.assertEqual(self.case_of().item_ids.step_id, step)
        step.sale_hold = True
        self.assertEqual(level(), "hold")
        self.strategy.sale_policy = "never"
        self.assertEqual(level(), "warn")
        self.debtor.debt_sale_policy = "prepaid"
        self.assertEqual(level(), "hold")
        self.debtor.debt_sale_policy = "never"
        self.assertEqual(level(), "warn")
        self.company.debt_sale_mode = "off"
        self.assertEqual(level(), "none")

    def test_shipped_key_accounts_are_never_held_risk_from_day_8(self):
        key = self.env.ref("debt_collection.debt_strategy_key")
        risk = self.env.ref("debt_collection.debt_strategy_risk")
        self.assertEqual(key.sale_policy, "never")
        self.assertEqual((risk.sale_policy, risk.sale_hold_days), ("own", 8))
        holding = self.env["debt.strategy.step"].search([("sale_hold", "=", True)])
        self.assertEqual(holding.mapped("days"), [15, 8])

    def test_the_limit_of_odoo_counts_orders_and_this_one(self):
        self.company.account_use_credit_limit = True
        self.debtor.credit_limit = 1500
        self.owe(-5)  # 1000, not due
        self.assertEqual(self.confirm(self.order(400)), "sale")
        order = self.order(150)
        self.assertEqual(order.debt_credit_level, "hold")
        self.assertIn("exceeded by $\xa050.00", order.debt_credit_text)
        with self.assertRaises(RedirectWarning):
            self.confirm(order)
        # two at once: each fits, together they do not
        pair = self.order(60) + self.order(60)
        self.assertEqual(set(pair.mapped("debt_credit_level")), {"none"} | {"hold"})
        self.company.debt_sale_limit = "warn"
        self.assertEqual(self.confirm(order), "sale")

    def test_the_limit_is_in_company_currency(self):
        euro = self.setup_other_currency("EUR", rates=[("2016-01-01", 0.5)])
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id}
        )
        self.company.account_use_credit_limit = True
        self.debtor.credit_limit = 300
        order = self.order(100, pricelist_id=pricelist.id)
        self.assertEqual(order.currency_id, euro)
        self.assertEqual(float(order._debt_amount()), 200)
        self.assertEqual(order.debt_credit_level, "none")
        self.debtor.credit_limit = 199
        order.invalidate_recordset()
        self.assertEqual(order.debt_credit_level, "hold")

    def test_the_limit_of_a_group_counts_what_its_debtors_owe_together(self):
        sister = self.new_debtor("Hermana")
        group = self.env["debt.group"].create(
            {
                "name": "Grupo Andino",
                "credit_limit": 1200,
                "partner_ids": [Command.set((self.debtor + sister).ids)],
            }
        )
        self.owe(-5, partner=sister)
        self.assertEqual(self.order(200).debt_credit_level, "none")
        order = self.order(250)
        self.assertEqual(order.debt_credit_level, "hold")
        self.assertIn(group.name, order.debt_credit_text)
        self.assertIn("exceeded by $\xa050.00", order.debt_credit_text)

    def test_a_branch_that_pays_separately_is_judged_alone(self):
        branch = self.env["res.partner"].create(
            {
                "name": "Sucursal Norte",
                "parent_id": self.debtor.id,
                "type": "invoice",
                "debt_pays_separately": True,
            }
        )
        self.owe(30)
        order = self.order(partner_invoice_id=branch.id)
        self.assertEqual(order._debt_debtor(), branch)
        self.assertEqual(order.debt_credit_level, "none")
        order = self.order(partner_invoice_id=self.debtor.id)
        self.assertEqual(order.debt_credit_level, "hold")

    def test_each_company_looks_at_its_own_debts(self):
        self.owe(30)
        other = self.setup_other_company()["company"]
        other.debt_sale_mode = "hold"
        order = self.order(company_id=other.id, user_id=False)
        self.assertEqual(order.debt_credit_level, "none")
        self.assertEqual(order.with_company(other)._debt_hold_back()[0], order[:0])

    def test_a_company_that_only_warns_holds_nothing(self):
        self.company.debt_sale_mode = "warn"
        self.owe(90)
        order = self.order()
        self.assertEqual(order.debt_credit_level, "warn")
        self.assertEqual(self.confirm(order), "sale")

    def test_a_payment_of_this_minute_counts(self):
        invoice = self.owe(30)
        order = self.order()
        self.pay(invoice)
        self.assertEqual(self.confirm(order), "sale")

    # === THE QUEUE === #

    def test_the_request_waits_with_its_reasons_and_raises_the_priority(self):
        self.owe(20)
        before = self.case_of().priority_points
        hold = self.held(self.order())
        self.assertRecordValues(
            hold,
            [
                {
                    "state": "held",
                    "partner_id": self.debtor.id,
                    "amount": 100,
                    "user_id": self.salesman.id,
                    "requested_by": self.salesman.id,
                    "request_note": "They pay tomorrow",
                    "amount_overdue": 1000,
                    "days_past_due": 20,
                    "for_delivery": False,
                }
            ],
        )
        self.assertIn("20 days", hold.reason)
        self.assertTrue(self.case_of().has_held_order)
        self.assertEqual(self.case_of().priority_points, before + 20)
        self.assertIn("an order on hold", self.case_of().priority_text)

    def test_what_is_kept_is_in_the_language_of_the_salesperson(self):
        self.env["res.lang"]._activate_lang("es_419")
        self.salesman.lang = "es_419"
        invoice = self.owe(20)
        order = self.order()
        hold = self.held(order)
        self.assertIn("20 días", hold.reason)
        self.pay(invoice)
        self.env["debt.run"].sudo()._refresh_debtors(self.company, self.debtor)
        hold.with_context(lang=None)._review()
        self.assertEqual(hold.release_kind, "cleared")
        english = self.env["debt.order.hold"].with_context(lang=None).env
        self.assertNotEqual(
            hold.release_reason, english._("Nothing holds it any more.")
        )

    def test_a_release_by_exception_lasts_until_its_day_and_amount(self):
        self.owe(20)
        order = self.order()
        hold = self.held(order)
        self.decide(hold)
        self.assertRecordValues(
            hold,
            [
                {
                    "state": "released",
                    "release_kind": "exception",
                    "release_user_id": self.supervisor.id,
                    "release_until": days(5),
                }
            ],
        )
        self.assertEqual(order.activity_ids.user_id, self.salesman)
        self.assertIn("treasurer", "".join(self.case_of().message_ids.mapped("body")))
        self.assertIn("treasurer", "".join(order.message_ids.mapped("body")))
        self.assertEqual(order.debt_credit_level, "warn")
        # more than what was released
        order.order_line.price_unit = 150
        with self.assertRaises(RedirectWarning):
            self.confirm(order)
        order.order_line.price_unit = 90
        self.today = days(6)
        hold._review()
        self.assertEqual(hold.state, "held", "its days are over")
        self.today = days(5)
        self.decide(hold)
        self.assertEqual(self.confirm(order), "sale")
        self.assertEqual(hold.state, "done")
        self.assertFalse(self.case_of().has_held_order)

    def test_an_exception_of_the_customer_counts_its_orders(self):
        self.owe(20)
        first, second = self.order(100), self.order(100)
        hold = self.held(first)
        self.decide(hold, "customer", max_amount=150)
        self.assertEqual(hold.state, "released")
        self.assertEqual(self.confirm(first), "sale")
        exception = self.env["debt.order.exception"].search([])
        self.assertEqual(first.debt_exception_id, exception)
        self.assertEqual(exception.amount_used, 100)
        self.assertEqual(exception.user_id, self.supervisor)
        with self.assertRaises(RedirectWarning):
            self.confirm(second)
        third = self.order(50)
        self.assertEqual(self.confirm(third), "sale")
        exception.with_user(self.supervisor).action_revoke()
        self.assertEqual(self.order(1).debt_credit_level, "hold")

    def test_a_refusal_is_told_and_can_be_asked_again(self):
        self.owe(20)
        order = self.order()
        hold = self.held(order)
        self.decide(hold, "refuse")
        self.assertEqual(order.debt_hold_state, "refused")
        self.assertEqual(order.debt_hold_answer, "Their treasurer confirmed it")
        self.assertTrue(order.activity_ids)
        self.held(order, "They sent the receipt")
        self.assertRecordValues(
            order.debt_hold_ids,
            [{"state": "held", "request_note": "They sent the receipt"}],
        )

    def test_nobody_releases_an_own_order(self):
        self.owe(20)
        both = self.new_user(
            "both",
            "sales_team.group_sale_salesman,debt_collection.group_debt_supervisor",
        )
        order = self.order(user_id=both.id)
        hold = self.held(order, user=both)
        with self.assertRaisesRegex(UserError, "your own order"):
            self.decide(hold, user=both)
        order.user_id = self.salesman  # still the one who asked
        with self.assertRaisesRegex(UserError, "your own order"):
            self.decide(hold, user=both)
        self.decide(hold)
        self.assertEqual(hold.state, "released")

    # === RELEASED BY ITSELF === #

    def test_the_payment_releases_it_and_the_salesperson_hears(self):
        invoice = self.owe(20)
        order = self.order()
        hold = self.held(order)
        cron = self.env.ref("debt_collection_sale.ir_cron_debt_order_hold")
        triggers = self.env["ir.cron.trigger"].sudo()
        self.pay(invoice)
        before = triggers.search_count([("cron_id", "=", cron.id)])
        self.env["debt.run"].sudo()._refresh_debtors(self.company, self.debtor)
        self.assertEqual(triggers.search_count([("cron_id", "=", cron.id)]), before + 1)
        hold._review()
        self.assertRecordValues(
            hold, [{"state": "released", "release_kind": "cleared"}]
        )
        self.assertEqual(order.activity_ids.user_id, self.salesman)
        self.assertEqual(order.state, "draft")

    def test_it_is_confirmed_by_itself_where_the_company_says_so(self):
        self.company.debt_sale_auto_confirm = True
        invoice = self.owe(20)
        order = self.order()
        hold = self.held(order)
        self.pay(invoice)
        self.run_on(days(1))
        hold._review()
        self.assertEqual((order.state, hold.state), ("sale", "done"))
        self.assertFalse(order.activity_ids)

    def test_a_kept_promise_releases_though_more_is_overdue(self):
        invoice = self.owe(20)
        self.owe(30)
        hold = self.held(self.order())
        promise = self.env["debt.promise"].create(
            {
                "case_id": self.case_of().id,
                "item_ids": [Command.set(self.item_of(invoice).ids)],
                "amount": 1000,
                "made_date": days(1),
                "date": days(2),
                "confirm": False,
            }
        )
        hold._review()
        self.assertEqual(hold.state, "held", "promised is not paid")
        self.pay(invoice, day=days(1))
        self.today = days(1)
        self.run_on(days(1))
        self.assertEqual(promise.state, "kept")
        hold._review()
        self.assertRecordValues(
            hold,
            [
                {
                    "state": "released",
                    "release_kind": "promise",
                    "release_until": days(8),
                }
            ],
        )
        self.assertEqual(self.confirm(hold.order_id), "sale")

    def test_the_run_wakes_the_review_and_a_simulation_does_not(self):
        invoice = self.owe(20)
        self.held(self.order())
        cron = self.env.ref("debt_collection_sale.ir_cron_debt_order_hold")
        triggers = self.env["ir.cron.trigger"].sudo()
        self.pay(invoice)
        triggers.search([("cron_id", "=", cron.id)]).unlink()
        self.env["debt.run"]._run(self.company, day=days(1), simulate=True)
        self.assertFalse(triggers.search([("cron_id", "=", cron.id)]))
        self.run_on(days(1))
        self.assertTrue(triggers.search([("cron_id", "=", cron.id)]))

    def test_the_scheduled_job_reviews_all(self):
        invoice = self.owe(20)
        hold = self.held(self.order())
        self.pay(invoice)
        self.run_on(days(1))
        cron = self.env.ref("debt_collection_sale.ir_cron_debt_order_hold")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(hold.state, "released")

    def test_a_cancelled_order_waits_no_more(self):
        self.owe(20)
        order = self.order()
        hold = self.held(order)
        order._action_cancel()
        self.assertEqual(hold.state, "cancelled")
        self.assertEqual(order.debt_hold_state, "none")

    # === MANY === #

    def test_fifty_orders_take_the_queries_of_five(self):
        customers = [self.new_debtor(f"Many{n}") for n in range(25)]
        for n, customer in enumerate(customers[:5]):
            self.invoice(100, due=days(-n), partner=customer)
        self.run_on()
        self.company.account_use_credit_limit = True
        orders = self.env["sale.order"].union(
            *(self.order(partner=customer) for customer in customers * 2)
        )

        def count(batch):
            self.env.flush_all()
            self.env.invalidate_all()
            batch.mapped("order_line.product_id.name")
            before = self.cr.sql_log_count
            self.assertEqual(len(batch._debt_check()), len(batch))
            return self.cr.sql_log_count - before

        count(orders)
        self.assertLessEqual(count(orders), count(orders[:5]) + 2)
