from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import DAY, DebtChequeCommon, days


@tagged("post_install", "-at_install")
class TestBounce(DebtChequeCommon):
    """A bounced cheque reopens what it had paid, and collection goes on."""

    def setUp(self):
        super().setUp()
        self.today = DAY
        self.startPatcher(
            patch.object(
                self.env.registry["res.company"],
                "_debt_today",
                lambda company, now=None: self.today,
            )
        )

    def on(self, count):
        self.today = days(count)
        return self.run_on(days(count))

    def assertOpen(self, *expected):
        """Exactly these items of the debtor are open: (invoice, residual)."""
        items = self.case_of().item_ids
        found = {(item.move_id, item.amount_residual_currency) for item in items}
        self.assertEqual(found, set(expected))
        self.assertBooks()

    def actions(self, purpose):
        return self.env["debt.action"].search(
            [("case_id", "=", self.case_of().id), ("purpose", "=", purpose)]
        )

    def test_the_case_goes_on_at_the_step_it_had(self):
        invoice = self.invoice(1000, due=days(-10))
        self.on(0)
        item = self.item_of(invoice)
        step = item.step_id
        self.assertTrue(step)
        check = self.cheque(invoice, (1000, days(20)), day=days(1))
        self.on(2)
        self.assertEqual(self.case_of().state, "closed")
        self.move_to(check, self.bank, days(20))
        self.on(21)
        self.today = days(23)
        bounce = self.bounce(check, days(23), cost=15)
        # at once: no run in between
        case = self.case_of()
        self.assertRecordValues(
            case,
            [
                {
                    "state": "open",
                    "episode": 2,
                    "amount_total": 1000,
                    "amount_overdue": 1000,
                    "days_past_due": 33,
                    "amount_documented": 0,
                    "bounced_count": 1,
                    "bounced_amount": 1000,
                    "bounced_date": days(23),
                    "bounced_lately": True,
                }
            ],
        )
        self.assertOpen((invoice, 1000))
        self.assertEqual(item.date_due, days(-10))
        self.assertEqual(item.step_id, step)
        self.assertRecordValues(
            bounce,
            [
                {
                    "case_id": case.id,
                    "state": "done",
                    "amount": 1000,
                    "amount_company": 1000,
                    "cost": 15,
                    "item_ids": item.ids,
                    "user_id": self.accountant.id,
                }
            ],
        )
        self.assertEqual(self.cheque_of(check).state, "bounced")
        # back from the bank, and back to the customer
        self.assertEqual(
            [
                (payment.payment_type, payment.journal_id)
                for payment in bounce.payment_ids.sorted("id")
            ],
            [
                ("outbound", self.bank),
                ("inbound", self.rejected),
                ("outbound", self.rejected),
            ],
        )
        self.assertFalse(check.current_journal_id)
        # what stood for the cheque is in no journal any more
        for account in (self.account_in, self.account_out):
            lines = self.env["account.move.line"].search(
                [
                    ("account_id", "=", account.id),
                    ("journal_id", "=", self.rejected.id),
                ]
            )
            self.assertTrue(lines)
        self.assertEqual(
            sum(
                self.env["account.move.line"]
                .search([("account_id", "=", self.company.transfer_account_id.id)])
                .mapped("amount_residual")
            ),
            0,
        )

    def test_the_agent_gets_a_task_and_a_message_waits_for_approval(self):
        invoice = self.invoice(1000, due=days(-10))
        check = self.cheque(invoice, (1000, days(2)))
        check.bank_id = self.env["res.bank"].create({"name": "Banco <Sur>"})
        self.on(1)
        self.today = days(3)
        self.bounce(check, days(3))
        task, message = self.actions("cheque_call"), self.actions("cheque_bounced")
        self.assertRecordValues(
            task | message,
            [
                {"channel": "task", "state": "planned", "user_id": self.agent.id},
                {"channel": "email", "state": "approve", "user_id": self.agent.id},
            ],
        )
        # nobody approves it for days: it waits, with the text of the day
        self.on(4)
        self.on(5)
        self.assertEqual(message.state, "approve")
        self.assertEqual(task.state, "sent")
        for text in (invoice.name, "Insufficient funds", check.name):
            self.assertIn(text, task.activity_id.note)
        message.action_approve()
        now = self.company._debt_noon(days(5))
        self.env["debt.run"].sudo()._dispatch(self.company, now)
        self.assertEqual(message.state, "sent")
        mail = self.mails_of(message)
        self.assertEqual(
            mail.subject, f"Cheque {check.name}, Banco <Sur> was returned by the bank"
        )
        for text in (
            invoice.name,
            "Insufficient funds",
            "Banco &lt;Sur&gt;",
            "1,000.00",
        ):
            self.assertIn(text, mail.body_html)
        self.assertNotIn("we invoice", mail.body_html)

    def test_points_and_the_segment_of_risk(self):
        rule = self.env.ref("debt_collection_check.debt_priority_rule_bounced")
        risk = self.env.ref("debt_collection.debt_segment_risk")
        risk.active = True
        self.segment.sequence = 90
        check = self.cheque(self.invoice(1000, due=days(-10)), (1000, days(1)))
        self.on(1)
        self.bounce(check, days(1))

        def reasons():
            return {r[0]: r[1] for r in self.case_of().priority_reasons or ()}

        self.assertEqual(reasons().get(rule.id), 40)
        self.assertEqual(self.case_of().segment_id, risk)
        self.on(30)
        self.assertEqual(reasons().get(rule.id), 40)
        self.on(31)
        self.assertNotIn(rule.id, reasons())
        self.assertEqual(self.case_of().bounced_count, 1)
        self.assertEqual(self.case_of().segment_id, risk)
        self.on(366)
        self.assertEqual(self.case_of().bounced_count, 0)
        self.assertNotEqual(self.case_of().segment_id, risk)

    def test_one_of_several_cheques_reopens_the_latest_invoices(self):
        first = self.invoice(100, due=days(-30))
        second = self.invoice(100, due=days(-20))
        third = self.invoice(100, due=days(-10))
        checks = self.cheque(
            first | second | third, (100, days(5)), (150, days(6)), (50, days(7))
        )
        self.on(1)
        self.assertEqual(self.case_of().amount_documented, 300)
        bounce = self.bounce(checks[1], days(1))
        self.assertOpen((third, 100), (second, 50))
        self.assertEqual(bounce.item_ids.move_id, second | third)
        self.assertEqual(self.case_of().amount_documented, 150)
        # and the next one, what is left
        self.bounce(checks[2], days(1))
        self.assertOpen((third, 100), (second, 100))
        self.bounce(checks[0], days(1))
        self.assertOpen((third, 100), (second, 100), (first, 100))
        self.assertEqual(self.case_of().bounced_count, 3)
        self.assertEqual(self.case_of().bounced_amount, 300)

    def test_money_on_account_goes_before_invoices(self):
        invoice = self.invoice(100, due=days(-30))
        checks = self.cheque(invoice, (100, days(5)), (60, days(6)))
        self.on(1)
        self.assertEqual(self.case_of().amount_total, -60)
        self.bounce(checks[1], days(1))
        self.assertOpen()
        self.assertEqual(self.case_of().amount_documented, 100)

    def test_what_was_passed_on_comes_back_from_the_supplier(self):
        invoice = self.invoice(1000, due=days(-10))
        supplier = self.new_debtor("Proveedor")
        check = self.cheque(invoice, (1000, days(5)))
        delivery = self.pass_on(check, supplier, days(2))
        self.on(9)
        bounce = self.bounce(check, days(9))
        self.assertOpen((invoice, 1000))
        inbound, outbound = bounce.payment_ids.sorted("id")
        self.assertRecordValues(
            inbound | outbound,
            [
                {
                    "payment_type": "inbound",
                    "partner_type": "supplier",
                    "partner_id": supplier.id,
                    "journal_id": self.rejected.id,
                },
                {
                    "payment_type": "outbound",
                    "partner_type": "customer",
                    "partner_id": self.debtor.id,
                    "journal_id": self.rejected.id,
                },
            ],
        )
        self.assertEqual(
            inbound.destination_account_id, delivery.destination_account_id
        )

    def test_a_foreign_cheque_reopens_in_its_currency(self):
        euro = self.setup_other_currency(
            "EUR", rates=[("2016-01-01", 0.5), (str(days(5)), 0.4)]
        )
        invoice = self.invoice(100, due=days(-5), currency=euro)
        check = self.cheque(invoice, (100, days(20)), currency=euro)
        self.on(1)
        self.today = days(6)
        bounce = self.bounce(check, days(6))
        self.assertOpen((invoice, 100))
        self.assertEqual(bounce.amount_company, 200)
        self.assertEqual(self.case_of().amount_total, 200)

    def test_a_fee_where_the_accountant_says_so(self):
        invoice = self.invoice(1000, due=days(-10))
        check = self.cheque(invoice, (1000, days(5)))
        self.on(1)
        product = self.env.ref("debt_collection_check.product_cheque_fee")
        product.taxes_id = [Command.clear()]
        wizard = (
            self.env["debt.cheque.bounce.wizard"]
            .with_user(self.accountant)
            .create({"check_ids": check.ids, "reason_id": self.reason.id, "cost": 12})
        )
        self.assertEqual(wizard.product_id, product)
        self.assertEqual(wizard.fee_amount, 12)
        self.assertEqual(wizard.journal_id, self.rejected)
        self.assertIn(invoice.name, wizard.documents)
        wizard.write({"fee": True, "fee_amount": 25, "date": days(1)})
        self.today = days(1)
        action = wizard.action_confirm()
        bounce = self.env["debt.cheque.bounce"].browse(action["res_id"])
        fee = bounce.fee_move_id
        self.assertRecordValues(
            fee,
            [
                {
                    "move_type": "out_invoice",
                    "state": "posted",
                    "partner_id": self.debtor.id,
                    "amount_total": 25,
                    "invoice_date_due": days(1),
                }
            ],
        )
        self.assertOpen((invoice, 1000), (fee, 25))
        self.assertIn("we invoice $\xa025.00", self.actions("cheque_bounced").preview)

    def test_taking_back_a_mistake_leaves_things_as_they_were(self):
        first = self.invoice(100, due=days(-30))
        second = self.invoice(200, due=days(-20))
        checks = self.cheque(first | second, (180, days(5)), (120, days(6)))
        self.move_to(checks, self.bank, days(6))
        self.on(6)
        self.today = days(7)
        bounce = self.bounce(checks[0], days(7), fee=True, fee_amount=9)
        self.assertEqual(self.case_of().state, "open")
        action = bounce.with_user(self.accountant).action_undo()
        wizard = self.env["debt.withdraw.wizard"].with_user(self.accountant)
        wizard.create(
            {
                "res_model": action["context"]["default_res_model"],
                "res_ids": action["context"]["default_res_ids"],
                "reason": "The bank mixed it up",
            }
        ).action_confirm()
        self.assertRecordValues(
            bounce,
            [
                {
                    "state": "undone",
                    "undo_reason": "The bank mixed it up",
                    "undo_user_id": self.accountant.id,
                }
            ],
        )
        self.assertOpen()
        self.assertEqual((first | second).mapped("amount_residual"), [0, 0])
        self.assertRecordValues(
            self.case_of(),
            [{"state": "closed", "bounced_count": 0, "amount_documented": 300}],
        )
        self.assertEqual(checks[0].current_journal_id, self.bank)
        self.assertEqual(self.cheque_of(checks[0]).state, "deposited")
        self.assertEqual(bounce.fee_move_id.state, "cancel")
        self.assertEqual(set(bounce.action_ids.mapped("state")), {"cancelled"})
        # it may really bounce later
        again = self.bounce(checks[0], days(7)) - bounce
        self.assertEqual(again.state, "done")

    def test_what_cannot_have_bounced_is_refused(self):
        check = self.cheque(self.invoice(1000), (1000, days(5)))
        self.on(3)
        for message, day in (("in the future", days(4)), ("moved on", days(-1))):
            with self.assertRaisesRegex(UserError, message):
                self.bounce(check, day)
        self.bounce(check, days(3))
        with self.assertRaisesRegex(UserError, "bounced already"):
            self.bounce(check, days(3))
        own = self.env["l10n_latam.check"].new({"name": "1"})
        with self.assertRaises(UserError):
            own.browse().action_debt_bounce()

    def test_a_journal_that_cannot_do_it_says_what_is_missing(self):
        check = self.cheque(self.invoice(1000), (1000, days(1)))
        self.move_to(check, self.bank, days(1))
        self.back.payment_account_id = False  # as bank journals come
        self.today = days(2)
        with self.assertRaisesRegex(UserError, "Bank cannot give the cheque away"):
            self.bounce(check, days(2))

    def test_a_kept_promise_is_broken_when_its_cheque_bounces(self):
        invoice = self.invoice(1000, due=days(-10))
        self.on(0)
        promise = self.env["debt.promise"].create(
            {
                "case_id": self.case_of().id,
                "amount": 1000,
                "made_date": days(0),
                "date": days(2),
                "method": "cheque",
                "confirm": False,
            }
        )
        check = self.cheque(invoice, (1000, days(8)), day=days(2))
        self.on(3)
        self.assertEqual(promise.state, "kept")
        self.on(11)
        self.bounce(check, days(11))
        self.assertEqual(promise.state, "broken")

    def test_the_file_of_the_debtor_tells_it(self):
        checks = self.cheque(
            self.invoice(1000, due=days(-10)), (600, days(1)), (400, days(40))
        )
        self.on(1)
        file = self.env["debt.file"].load_partner(self.debtor.id)
        (flag,) = file["cases"][0]["flags"]
        self.assertEqual(flag["text"], "Documented, not cleared: $\xa01,000")
        self.bounce(checks[0], days(1))
        file = self.env["debt.file"].load_partner(self.debtor.id)
        figures = {f["label"]: f["amount"] for f in file["companies"][0]["figures"]}
        self.assertEqual(figures["Documented"], "$\xa0400")
        self.assertEqual(figures["Bounced in 12 Months"], "$\xa0600")
        texts = [flag["text"] for flag in file["cases"][0]["flags"]]
        self.assertIn("Cheques bounced in 12 months: 1", texts)
        entries = self.env["debt.file"].timeline(file["case_ids"], ["agreement"])
        (entry,) = [e for e in entries["entries"] if e["icon"] == "fa-undo"]
        self.assertIn(checks[0].name, entry["title"])
        self.assertEqual(entry["color"], "danger")
        partner = self.debtor
        self.assertEqual(partner.debt_amount_documented, 400)
        self.assertEqual(partner.debt_bounced_count, 1)
