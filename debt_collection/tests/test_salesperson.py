from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import DAY, DebtCommon

GROUP = "debt_collection.group_debt_salesperson"


@tagged("post_install", "-at_install")
class TestSalesperson(DebtCommon):
    """Salespeople know their customers: they read, log contacts, report payments."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.new_user("seller", GROUP)
        cls.other = cls.new_user("seller2", GROUP)
        cls.debtor.user_id = cls.seller
        cls.foreign = cls.new_debtor("Bodega Norte", user_id=cls.other.id)

    def setUp(self):
        super().setUp()
        self.invoice_ = self.invoice(100, due=DAY - timedelta(days=4))
        self.invoice(300, due=DAY - timedelta(days=4), partner=self.foreign)
        self.run_on()
        self.case = self.case_of().with_user(self.seller)
        self.theirs = self.case_of(self.foreign).with_user(self.seller)

    def log(self, code, **values):
        action = self.case.action_log()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.seller)
            .with_context(**action["context"])
            .create(
                {"outcome_id": self.env["debt.outcome"]._by_code(code).id, **values}
            )
        )
        wizard.action_confirm()
        return self.env["debt.action"].search(
            [("purpose", "=", "contact")], order="id desc", limit=1
        )

    # === THEIR OWN CUSTOMERS === #

    def test_a_salesperson_reads_the_cases_of_own_customers_only(self):
        for model in ("debt.case", "debt.item", "debt.action"):
            with self.subTest(model=model):
                records = self.env[model].with_user(self.seller).search([])
                cases = records if model == "debt.case" else records.case_id
                self.assertEqual(cases, self.case)
        with self.assertRaises(AccessError):
            self.theirs.read(["amount_overdue"])

    def test_the_screen_shows_the_case_and_offers_what_they_may_do(self):
        form = Form(self.case)
        self.assertEqual(form.amount_overdue, 100)
        arch = self.case.get_view(view_type="form")["arch"]
        for button in ("action_log", "action_write", "action_report_payment"):
            self.assertIn(f'name="{button}"', arch)
        for button in ("action_hold", "action_set_stage", "action_promise"):
            self.assertNotIn(f'name="{button}"', arch)

    def test_a_customer_who_gets_another_salesperson_moves_to_their_list(self):
        self.debtor.user_id = self.other
        self.assertFalse(self.env["debt.case"].with_user(self.seller).search([]))

    def test_they_work_nothing(self):
        for call in (
            lambda: self.case.write({"hold_reason": "mine"}),
            lambda: self.case.action_set_stage() and self.case.write({"stage_id": 1}),
            lambda: (
                self.env["debt.promise"]
                .with_user(self.seller)
                .create({"case_id": self.case.id, "amount": 100, "date": DAY})
            ),
            lambda: self.env["debt.hold.wizard"].with_user(self.seller).create({}),
        ):
            with self.assertRaises(AccessError):
                call()

    # === WHAT THEY DO === #

    def test_they_log_a_contact_with_a_call_back(self):
        contact = self.log("no_answer")
        self.assertEqual(contact.user_id, self.seller)
        self.assertEqual(contact.case_id, self.case)
        with self.assertRaises(AccessError):
            self.env["debt.action"].with_user(self.seller)._log(self.theirs)

    def test_they_mark_nobody_elses_phone(self):
        self.log("wrong_number", contact_id=self.foreign.id)
        self.assertFalse(self.foreign.debt_phone_state)
        self.log("wrong_number", contact_id=self.debtor.id)
        self.assertEqual(self.debtor.debt_phone_state, "wrong")

    def test_what_they_may_not_agree_on_goes_to_the_agent(self):
        self.assertEqual(
            {"promise", "dispute"}
            & set(
                dict(
                    self.env["debt.contact.wizard"].with_user(self.seller)._follow_ups()
                )
            ),
            set(),
        )
        contact = self.log("promise", note="Pays on Friday")
        task = self.env["debt.action"].search([("parent_id", "=", contact.id)])
        self.assertEqual(task.purpose, "escalate")
        self.assertEqual(task.user_id, self.agent)
        self.assertIn("Pays on Friday", task.note)
        self.assertIn(contact.outcome_id.name, task.note)

    def test_they_report_a_payment_and_take_it_back(self):
        action = self.case.action_report_payment()
        notice = (
            self.env["debt.payment.notice"]
            .with_user(self.seller)
            .with_context(**action["context"])
            .create({"reference": "TR-1", "amount": 100})
        )
        self.assertEqual(notice.source, "salesperson")
        self.assertEqual(self.case.amount_chaseable, 0)
        with self.assertRaises(AccessError):
            notice.amount = 50
        with self.assertRaises(AccessError):
            self.env["debt.payment.notice"].with_user(self.seller).create(
                {"case_id": self.theirs.id, "amount": 100}
            )
        notice.action_undo()
        self.assertEqual(self.case.amount_chaseable, 100)

    def test_nobody_takes_back_what_a_colleague_reported(self):
        notice = self.env["debt.payment.notice"].create(
            {"case_id": self.case.id, "amount": 100}
        )
        self.assertEqual(notice.source, "agent")
        with self.assertRaises(AccessError):
            notice.with_user(self.seller).action_undo()

    # === THE LIST ON MONDAYS === #

    def lists(self, now):
        """Run the scheduled job at a moment; return the lists that it wrote."""
        with (
            patch.object(
                type(self.env["debt.run"]), "_companies", lambda run: self.company
            ),
            self.mock_now(now),
        ):
            self.env["debt.run"]._cron_run()
        return self.env["mail.mail"].sudo().search([("email_to", "like", "seller")])

    def mock_now(self, now):
        return patch("odoo.fields.Datetime.now", lambda: now)

    def test_each_gets_their_own_customers_once_on_monday(self):
        self.company.debt_salesperson_list = True
        monday = datetime.combine(DAY, datetime.min.time()) + timedelta(hours=18)
        mails = self.lists(monday)
        self.assertEqual(len(mails), 2)
        mail = mails.filtered(lambda m: "seller@" in m.email_to)
        self.assertIn("Ferretería Andina", mail.body_html)
        self.assertIn("100.00", mail.body_html)
        self.assertNotIn("Bodega Norte", mail.body_html)
        self.assertIn(f"/odoo/debt-my-customers/{self.case.id}", mail.body_html)
        self.assertEqual(len(self.lists(monday + timedelta(hours=1))), 2, "once")

    def test_nothing_leaves_on_other_days_nor_where_nobody_asked_for_it(self):
        monday = datetime.combine(DAY, datetime.min.time()) + timedelta(hours=18)
        self.assertFalse(self.lists(monday))
        self.company.debt_salesperson_list = True
        self.assertFalse(self.lists(monday + timedelta(days=1)))

    def test_who_has_nothing_overdue_or_left_gets_no_list(self):
        self.pay(self.invoice_)
        self.other.group_ids -= self.env.ref(GROUP)
        self.case.sudo().action_refresh()
        users = self.env["res.users"]
        self.assertFalse(users._debt_send_salesperson_lists(self.company, DAY))

    def test_a_long_list_says_how_many_more(self):
        with patch("odoo.addons.debt_collection.models.odoo.res_users.LISTED", 1):
            self.foreign.user_id = self.seller
            mail = self.env["res.users"]._debt_send_salesperson_lists(self.company, DAY)
        self.assertIn("And 1 more.", mail.body_html)
        self.assertIn("400.00", mail.body_html)
        self.assertNotIn("Ferretería", mail.body_html)
