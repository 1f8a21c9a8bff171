import base64
from datetime import timedelta

from odoo import Command
from odoo.tests import HttpCase, tagged

from .common import DebtCommon


@tagged("post_install", "-at_install")
class TestTours(DebtCommon, HttpCase):
    """The main paths, in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for login, group in (
            ("tour_supervisor", "debt_collection.group_debt_supervisor"),
            ("tour_manager", "debt_collection.group_debt_manager"),
            ("tour_seller", "debt_collection.group_debt_salesperson"),
        ):
            cls.new_user(login, group)
        cls.shop = cls.new_debtor("Tienda La Esquina")

    def setUp(self):
        super().setUp()
        # the browser lives today
        self.day = self.company._debt_today()
        self.invoice(100, due=self.day - timedelta(days=4), partner=self.shop)

    def test_an_agent_reads_holds_and_resumes_a_case(self):
        self.run_on(self.day)
        self.start_tour("/odoo", "debt_agent", login="agent")
        case = self.case_of(self.shop)
        self.assertEqual(case.state, "open")
        self.assertIn(
            "credit note",
            str(case.message_ids.tracking_value_ids.mapped("new_value_char")),
        )

    def test_an_agent_works_through_the_day(self):
        self.env["debt.priority.rule"].search([]).action_archive()
        self.env["debt.priority.rule"].create(
            [
                {
                    "name": "{amount} to chase",
                    "points": 30,
                    "figure": "amount",
                    "figure_to": 20,
                },
                {
                    "name": "late",
                    "points": 10,
                    "figure": "days",
                    "figure_from": 1,
                },
            ]
        )
        large = self.new_debtor("Almacén Grande")
        self.invoice(900, due=self.day - timedelta(days=4), partner=large)
        self.run_on(self.day)
        self.start_tour("/odoo", "debt_my_day", login="agent")
        self.assertEqual(self.case_of(large).put_off_day, self.day)

    def test_an_agent_enters_a_dispute_and_rejects_it(self):
        self.run_on(self.day)
        case = self.case_of(self.shop)
        self.start_tour("/odoo", "debt_dispute", login="agent")
        self.assertEqual(case.dispute_ids.state, "rejected")
        self.assertEqual(case.dispute_ids.amount, 100)
        self.assertEqual(case.dispute_ids.answer, "Signed without remarks")

    def test_a_supervisor_shares_out_the_work_and_pins_a_case(self):
        colleague = self.new_user("tour_colleague", "debt_collection.group_debt_agent")
        team = self.env["debt.team"].create({"name": "Team"})
        self.env["debt.team.member"].create(
            [
                {"team_id": team.id, "user_id": user.id}
                for user in (self.agent, colleague)
            ]
        )
        self.run_on(self.day)
        case = self.case_of(self.shop)
        case.agent_id = self.agent
        self.start_tour("/odoo", "debt_supervisor_day", login="tour_supervisor")
        self.assertEqual(case.agent_id, colleague)
        self.assertEqual(case.pin_reason, "Closes on Friday")

    def test_a_salesperson_logs_what_a_customer_says_and_reports_a_payment(self):
        self.shop.user_id = self.env["res.users"].search(
            [("login", "=", "tour_seller")]
        )
        self.invoice(500, due=self.day - timedelta(days=9))
        self.run_on(self.day)
        case = self.case_of(self.shop)
        self.start_tour("/odoo", "debt_salesperson", login="tour_seller")
        self.assertEqual(case.notice_ids.source, "salesperson")
        self.assertEqual(case.notice_ids.reference, "TR-4711")
        task = case.action_ids.filtered(lambda a: a.purpose == "escalate")
        self.assertEqual(task.user_id, self.agent)
        self.assertIn("Pays on Friday", task.note)

    def test_a_manager_switches_a_strategy_on_and_simulates(self):
        self.strategy.write({"enabled": False, "name": "Quiet Strategy"})
        self.strategy.mode = "approve"
        other = self.new_strategy(
            [(1, "email")], name="Quiet Strategy 2", mode="approve"
        )
        vip = self.new_debtor("Bodega Norte")
        self.invoice(80, due=self.day - timedelta(days=4), partner=vip)
        self.env["debt.segment"].create(
            {
                "name": "Bodega",
                "sequence": 1,
                "domain": f"[('partner_id', '=', {vip.id})]",
                "strategy_id": other.id,
            }
        )
        self.run_on(self.day)
        self.start_tour("/odoo", "debt_manager", login="tour_manager")
        self.assertTrue(self.strategy.enabled)
        simulated = self.env["debt.run"].search([("simulate", "=", True)], limit=1)
        self.assertIn(self.shop, simulated.line_ids.partner_id)
        self.assertFalse(
            self.env["debt.action"].search([("debtor_id", "=", self.shop.id)]),
            "a simulation plans nothing",
        )

    def test_a_supervisor_approves_what_the_run_prepared(self):
        self.strategy.mode = "approve"
        run = self.run_on(self.day)
        self.start_tour("/odoo", "debt_supervisor_approves", login="tour_supervisor")
        self.assertEqual(self.actions_of(run).state, "planned")

    def test_a_card_dropped_on_another_stage_asks_for_a_reason(self):
        self.run_on(self.day)
        self.start_tour("/odoo", "debt_stage_by_drag", login="tour_supervisor")
        case = self.case_of(self.shop)
        self.assertEqual(case.stage_id.name, "Late")
        self.assertEqual(case.stage_reason, "Announced insolvency")
        self.assertEqual(case.stage_episode, case.episode)

    def test_a_manager_checks_the_start_and_imports_a_file(self):
        user = self.env["res.users"].search([("login", "=", "tour_manager")])
        user.group_ids += self.env.ref("account.group_account_invoice")
        user.group_ids += self.env.ref("base.group_partner_manager")
        receivable = self.company_data["default_account_receivable"]
        income = self.company_data["default_account_revenue"]
        balance = self.env["account.move"].create(
            {
                "journal_id": self.company_data["default_journal_misc"].id,
                "date": self.day,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.id,
                            "partner_id": self.shop.id,
                            "debit": 250,
                            "date_maturity": self.day,
                        }
                    ),
                    Command.create({"account_id": income.id, "credit": 250}),
                ],
            }
        )
        balance.action_post()
        content = (
            b"Customer,Contact Name\nTienda La Esquina,Ana\nNobody Knows Ltd,Ben\n"
        )
        self.env["debt.import"].create(
            {"file": base64.b64encode(content), "file_name": "department.csv"}
        )
        self.start_tour("/odoo", "debt_start_check", login="tour_manager")
        self.assertFalse(any(balance.line_ids[:1].mapped("no_followup")))
        self.assertEqual(self.shop.child_ids.mapped("name"), ["Ana"])

    def in_spanish(self, *logins):
        """These users work in Spanish, as most do."""
        self.env["res.lang"]._activate_lang("es_419")
        module = self.env["ir.module.module"]._get("debt_collection")
        module._update_translations("es_419")
        users = self.env["res.users"].search([("login", "in", logins)])
        users.lang = "es_419"

    def test_an_agent_agrees_on_a_plan_in_spanish(self):
        self.in_spanish("agent")
        workshop = self.new_debtor("Taller Sol")
        self.invoice(1000, due=self.day - timedelta(days=40), partner=workshop)
        self.run_on(self.day)
        self.start_tour("/odoo", "debt_plan", login="agent")
        plan = self.case_of(workshop).plan_ids
        self.assertEqual((plan.state, plan.accepted_how), ("active", "phone"))
        self.assertEqual(plan.accepted_by, "Rosa Pérez")
        amounts = plan.promise_ids.sorted("date").mapped("amount")
        self.assertEqual(amounts, [300, 700])

    def test_a_settlement_offer_is_approved_by_somebody_else_in_spanish(self):
        self.in_spanish("agent", "tour_supervisor")
        workshop = self.new_debtor("Taller Sol")
        self.invoice(1000, due=self.day - timedelta(days=40), partner=workshop)
        self.run_on(self.day)
        plan = self.env["debt.plan"]
        for tour, login, state, approval in (
            ("debt_settlement_ask", "agent", "draft", "asked"),
            ("debt_settlement_approve", "tour_supervisor", "draft", "given"),
            ("debt_settlement_accept", "agent", "active", "given"),
        ):
            self.start_tour("/odoo", tour, login=login)
            plan = self.case_of(workshop).plan_ids
            self.assertEqual((plan.state, plan.approval), (state, approval), tour)
        self.assertEqual((plan.amount_discount, plan.amount_total), (50, 950))
        self.assertEqual(plan.create_uid, self.agent)
        self.assertNotEqual(plan.approval_user_id, self.agent)

    def test_a_supervisor_hands_a_case_over_in_spanish(self):
        self.in_spanish("tour_supervisor")
        lawyer = self.env["res.partner"].create({"name": "Bufete Rojas"})
        self.run_on(self.day)
        self.start_tour("/odoo", "debt_handover", login="tour_supervisor")
        handover = self.case_of(self.shop).handover_ids
        self.assertEqual((handover.agency_id, handover.state), (lawyer, "handed"))
        self.assertEqual(handover.missing_reason, "El cliente no firmó nada")
        self.assertTrue(handover.case_id.stage_id.stop_contact)

    def test_every_screen_opens(self):
        self.run_on(self.day)
        for action in self.env["ir.actions.act_window"].search(
            [("res_model", "=like", "debt.%"), ("res_model", "not like", "wizard")]
        ):
            Model = self.env[action.res_model]
            for _view_id, mode in action.views:
                with self.subTest(action=action.name, view=mode):
                    view = Model.get_view(view_type=mode)
                    self.assertIn("arch", view)

    def test_an_agent_reads_the_file_of_a_customer(self):
        self.run_on(self.day)
        url = f"/odoo/res.partner/{self.shop.id}"
        self.start_tour(url, "debt_file", login="agent")
        self.assertEqual(self.case_of(self.shop).promise_ids.amount, 100)
