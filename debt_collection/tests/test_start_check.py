from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import DebtCommon

#: The check looks at the books of today.
DUE = -10


@tagged("post_install", "-at_install")
class TestStartCheck(DebtCommon):
    """What collection leaves out or lacks is found, shown, and repaired at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._debt_today()
        cls.due = cls.today + timedelta(days=DUE)
        cls.misc = cls.company_data["default_journal_misc"]
        cls.manager = cls.new_user("manager", "debt_collection.group_debt_manager")
        cls.accountant = cls.new_user("bookkeeper", "account.group_account_invoice")
        cls.debtor.write(
            {
                "phone": "+57 601 555 0142",
                "country_id": cls.env.ref("base.co").id,
                "lang": "en_US",
                "user_id": cls.agent.id,
            }
        )

    def check(self, user=None):
        checks = self.env["debt.start.check"].with_user(user or self.env.user)
        return checks.browse(checks.action_open()["res_id"])

    def finding(self, code, check=None):
        return (check or self.check()).line_ids.filtered(lambda line: line.code == code)

    def opening(self, amount=100, partner=None, due=None, account=None, **values):
        """Post a balance of an earlier system in the miscellaneous journal."""
        receivable = account or self.company_data["default_account_receivable"]
        partner = self.debtor if partner is None else partner
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": self.misc.id,
                "date": self.due,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.id,
                            "partner_id": partner and partner.id,
                            "debit": max(amount, 0),
                            "credit": max(-amount, 0),
                            "date_maturity": due,
                            **values,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.company_data[
                                "default_account_revenue"
                            ].id,
                            "debit": max(-amount, 0),
                            "credit": max(amount, 0),
                        }
                    ),
                ],
            }
        )
        move.action_post()
        return move.line_ids.filtered(lambda line: line.account_id == receivable)

    def assertFound(self, code, count, amount=None):
        finding = self.finding(code)
        self.assertEqual(finding.count, count, code)
        if amount is not None:
            self.assertEqual(finding.amount, amount, code)
        return finding

    # === WHAT IS FOUND === #

    def test_a_clean_company_has_nothing_to_do_in_its_books(self):
        self.invoice(100, due=self.due)
        check = self.check()
        found = check.line_ids.filtered(
            lambda line: line.section != "setup" and line.count
        )
        self.assertEqual(found.mapped("code"), [])

    def test_balances_of_another_system_are_left_out(self):
        self.opening(300)
        self.opening(200)
        self.opening(50, no_followup=False)
        finding = self.assertFound("no_followup", 2, 500)
        self.assertEqual(finding.check_id.amount_excluded, 500)

    def test_debts_without_a_due_date(self):
        self.opening(40, no_followup=False)
        self.opening(60, due=self.due, no_followup=False)
        self.assertFound("no_due_date", 1, 40)

    def test_debts_that_are_due_before_they_began(self):
        self.invoice(80, due=self.due)
        early = self.invoice(70, due=self.due)
        line = early.line_ids.filtered("date_maturity")
        line.date_maturity = early.invoice_date - timedelta(days=1)
        self.assertFound("due_before_date", 1, 70)

    def test_very_old_debts(self):
        self.invoice(70, due=self.today - timedelta(days=3 * 366))
        self.invoice(70, due=self.today - timedelta(days=2 * 365))
        self.assertFound("old", 1, 70)

    def test_receivables_without_a_customer_and_not_of_trade(self):
        self.opening(25, partner=False)
        other = self.company_data["default_account_receivable"].copy(
            {"non_trade": True}
        )
        self.opening(35, account=other)
        self.assertFound("no_partner", 1, 25)
        self.assertFound("non_trade", 1, 35)
        self.assertFound("no_followup", 0)

    def test_money_that_waits_beside_debts(self):
        self.invoice(100, due=self.due)
        self.advance(30)
        alone = self.new_debtor("Paga Solo")
        self.advance(20, partner=alone)
        self.assertFound("unapplied", 1, -30)
        self.assertFound("credit", 1, -20)

    def test_a_currency_without_a_rate(self):
        currency = self.env["res.currency"].create({"name": "XDC", "symbol": "x"})
        self.invoice(10, due=self.due, currency=currency)
        self.assertFound("no_rate", 1)
        self.env["res.currency.rate"].create(
            {"currency_id": currency.id, "rate": 2, "name": "2020-01-01"}
        )
        self.assertFound("no_rate", 0)

    def test_a_blocked_invoice(self):
        self.invoice(100, due=self.due).action_toggle_block_payment()
        self.assertFound("blocked", 1, 100)

    def test_customers_whom_nobody_can_reach(self):
        silent = self.new_debtor("Silencio", email=False)
        wrong = self.new_debtor("Errado", email="no arroba", phone="12")
        fine = self.new_debtor(
            "Bien",
            email=False,
            phone="601 555 0142",
            country_id=self.env.ref("base.co").id,
        )
        self.env["res.partner"].create(
            {
                "name": "Tesorería",
                "parent_id": fine.id,
                "debt_role": "payer",
                "email": "pagos@bien.example.com",
            }
        )
        for partner in (silent, wrong, fine):
            self.invoice(100, due=self.due, partner=partner)
        self.new_debtor("Owes Nothing", email=False)
        check = self.check()
        expected = {
            "no_email": silent,
            "bad_email": wrong,
            "no_phone": silent,
            "bad_phone": wrong,
            "no_country": silent | wrong,
            "no_salesperson": silent | wrong | fine,
        }
        for code, partners in expected.items():
            model, ids = check._records(code)
            self.assertEqual(model, "res.partner")
            self.assertEqual(sorted(ids), sorted(partners.ids), code)
            self.assertEqual(self.finding(code, check).amount, 100 * len(partners))

    def test_customers_entered_twice(self):
        self.invoice(100, due=self.due)
        twin = self.new_debtor("FERRETERIA ANDINA S.A.S.", email="otra@example.com")
        self.new_debtor("Alone")
        check = self.check()
        self.assertEqual(
            sorted(check._records("duplicate")[1]), sorted((self.debtor | twin).ids)
        )
        action = self.finding("duplicate", check).action_fix()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(wizard.partner_ids, self.debtor | twin)

    def test_archived_customers_who_owe(self):
        self.invoice(100, due=self.due)
        self.debtor.active = False
        self.assertFound("archived", 1, 100)

    def test_settings_that_are_missing(self):
        self.company.write({"debt_tz": False, "debt_agent_id": False, "email": False})
        self.strategy.enabled = False
        missing = {"tz", "default_agent", "email", "strategy", "run"}
        check = self.check()
        setup = check.line_ids.filtered(lambda line: line.section == "setup")
        todo = set(setup.filtered(lambda line: line.state == "open").mapped("code"))
        self.assertLessEqual(missing, todo)
        self.company.write(
            {
                "debt_tz": "America/Lima",
                "debt_agent_id": self.agent.id,
                "email": "a@b.co",
            }
        )
        self.strategy.enabled = True
        self.run_on(self.today)
        check._check()
        still = check.line_ids.filtered(lambda line: line.state == "open")
        self.assertFalse(missing & set(still.mapped("code")))
        self.assertGreater(check.progress, 0)

    def test_each_setting_has_its_screen(self):
        for line in self.check().line_ids.filtered(lambda x: x.section == "setup"):
            with self.subTest(code=line.code):
                self.assertIn(line.action_show()["res_model"], self.env)

    # === WHAT IS REPAIRED === #

    def fix(self, code, user=None):
        action = self.finding(code, self.check(user)).action_fix()
        wizards = self.env[action["res_model"]].with_user(user or self.env.user)
        return wizards.browse(action["res_id"])

    def test_an_accountant_lets_balances_be_chased(self):
        balance = self.opening(300)
        by_hand = self.invoice(90, due=self.due)
        by_hand.no_followup = True
        self.run_on(self.today)
        self.assertEqual(self.case_of().amount_chaseable, 0)
        wizard = self.fix("no_followup", self.accountant)
        self.assertEqual(wizard.count, 1, "what a person excluded is not ticked")
        wizard.action_confirm()
        self.assertFalse(balance.no_followup)
        self.assertTrue(by_hand.no_followup)
        # the mark is written when the transaction ends
        self.env.cr.precommit.run()
        self.env["debt.run"]._refresh_marked(self.company)
        self.assertEqual(self.case_of().amount_chaseable, 300)
        self.assertBooks()

    def test_due_dates_come_from_the_payment_term(self):
        self.debtor.property_payment_term_id = self.env.ref(
            "account.account_payment_term_30days"
        )
        line = self.opening(40, no_followup=False)
        wizard = self.fix("no_due_date", self.accountant)
        wizard.action_confirm()
        self.assertEqual(line.date_maturity, self.due + timedelta(days=30))
        other = self.opening(50, no_followup=False)
        wizard = self.fix("no_due_date", self.accountant)
        wizard.method = "entry"
        wizard.action_confirm()
        self.assertEqual(other.date_maturity, self.due)

    def test_only_exact_and_single_payments_are_proposed(self):
        paid = self.invoice(100, due=self.due)
        self.advance(100)
        unsure = self.new_debtor("Dos Iguales")
        self.invoice(70, due=self.due, partner=unsure)
        self.invoice(70, due=self.due, partner=unsure)
        self.advance(70, partner=unsure)
        wizard = self.fix("unapplied", self.accountant)
        self.assertEqual(wizard.line_ids.mapped("amount"), [100])
        wizard.action_confirm()
        self.assertIn(paid.payment_state, ("paid", "in_payment"))
        with self.assertRaises(UserError):
            self.fix("unapplied", self.accountant)

    def test_nothing_chosen_changes_nothing(self):
        line = self.opening(40)
        wizard = self.fix("no_followup", self.accountant)
        wizard.line_ids.chosen = False
        with self.assertRaises(UserError):
            wizard.action_confirm()
        self.assertTrue(line.no_followup)

    def test_what_is_accepted_counts_as_done_until_there_is_more(self):
        self.opening(40)
        finding = self.finding("no_followup", self.check(self.manager))
        ready = finding.check_id.ready
        finding.action_accept()
        self.assertEqual(finding.check_id.ready, ready + 1)
        again = self.finding("no_followup")
        self.assertEqual((again.state, again.accepted_by), ("accepted", self.manager))
        self.opening(10)
        self.assertEqual(self.finding("no_followup").state, "open")
        again.action_reopen()
        self.assertEqual(self.finding("no_followup").state, "open")

    # === WHO, AND WHERE === #

    def test_agents_and_supervisors_check_nothing(self):
        supervisor = self.new_user(
            "supervisor", "debt_collection.group_debt_supervisor"
        )
        for user in (self.agent, supervisor):
            with self.assertRaises(AccessError):
                self.check(user)

    def test_a_manager_without_accounting_sees_and_repairs_no_books(self):
        self.opening(300)
        self.run_on(self.today)
        check = self.check(self.manager)
        finding = self.finding("no_followup", check)
        self.assertEqual(finding.count, 1)
        shown = finding.action_show()
        self.assertEqual(shown["res_model"], "debt.item")
        items = self.env["debt.item"].with_user(self.manager).search(shown["domain"])
        self.assertEqual(sum(items.mapped("amount_residual")), 300)
        with self.assertRaises(AccessError):
            finding.action_fix()

    def test_each_company_has_its_own(self):
        other = self.setup_other_company()["company"]
        self.opening(300)
        stranger = self.new_user(
            "stranger", "debt_collection.group_debt_manager", other
        )
        self.finding("no_followup").action_accept()
        check = self.check(stranger)
        self.assertEqual(check.company_id, other)
        self.assertEqual(self.finding("no_followup", check).count, 0)
        with self.assertRaises(AccessError):
            check.sudo().company_id = self.company
            check._check()
        accepts = self.env["debt.start.accept"]
        self.assertEqual(accepts.search_count([]), 1)
        self.assertFalse(accepts.with_user(stranger).search([]))

    def test_the_list_can_be_downloaded(self):
        self.opening(300)
        check = self.check(self.manager)
        self.assertTrue(check._to_xlsx().startswith(b"PK"))
        self.assertTrue(check.action_export()["url"].startswith("/web/content/"))

    def test_many_entries_take_no_more_queries(self):
        self.opening(10)
        self.check()

        def queries():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.check()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        few = queries()
        for number in range(12):
            partner = self.new_debtor(f"Cliente {number}", email=False)
            self.invoice(10 + number, due=self.due, partner=partner)
        self.env.flush_all()
        self.assertLessEqual(queries(), few + 2)
