from datetime import timedelta

from odoo.tests import new_test_user, tagged

from .sending_common import NOON, SendingCommon, days


def after(count, hours=0):
    """Return the moment so many days after noon of the day of the tests."""
    return NOON + timedelta(days=count, hours=hours)


@tagged("post_install", "-at_install")
class TestResult(SendingCommon):
    """What followed a reminder is put down to it, for a week, and only once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supervisor = new_test_user(
            cls.env,
            "results_supervisor",
            groups="debt_collection.group_debt_supervisor",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def sent(self, moment):
        """Return a reminder that left at a moment."""
        message = self.answered(author="strategy", case=self.case_of())
        message.write(
            {"kind": "template", "state": "delivered", "claimed": moment, "cost": 0.01}
        )
        return message

    def written(self, record, moment):
        """Let a record be written at a moment."""
        record.flush_recordset()
        self.env.cr.execute(
            f"UPDATE {record._table} SET create_date = %s WHERE id = ANY(%s)",
            [moment, record.ids],
        )
        record.invalidate_recordset()

    def wrote(self, moment):
        """The customer writes at a moment."""
        self.messages.create(
            {
                "conversation_id": self.conversation().id,
                "account_id": self.account.id,
                "company_id": self.company.id,
                "direction": "in",
                "author": "person",
                "kind": "text",
                "state": "received",
                "moment": moment,
            }
        )

    def paid(self, invoice, amount, count, applied=None):
        """The customer pays, so many days after; it is applied at a moment."""
        known = self.partials(invoice)
        self.pay(invoice, amount, day=days(count))
        self.written(self.partials(invoice) - known, applied or after(count))

    def promised(self, amount, count):
        promises = self.env["debt.promise"].sudo()  # the assistant writes it
        return promises.create(
            {
                "case_id": self.case_of().id,
                "amount": amount,
                "currency_id": self.company.currency_id.id,
                "date": days(count),
                "made_date": days(2),
                "confirm": False,
            }
        )

    def partials(self, invoice):
        return invoice.line_ids.matched_credit_ids

    def result(self, message):
        results = self.env["debt.whatsapp.result"].with_user(self.supervisor)
        return results.search([("message_id", "=", message.id)])

    def followed(self, message):
        result = self.result(message)
        return result.answered, result.promised, result.paid

    def setUp(self):
        super().setUp()
        self.debt = self.invoice(100, due=days(-5))
        self.run_on()

    def test_nothing_followed(self):
        message = self.sent(after(0))
        result = self.result(message)
        self.assertEqual(self.followed(message), (0, 0, 0))
        self.assertEqual((result.count, result.delivered, result.read), (1, 1, 0))
        self.assertEqual((result.amount_paid, result.cost), (0, 0.01))

    def test_an_answer_a_promise_and_a_payment_follow(self):
        message = self.sent(after(0))
        self.wrote(after(1))
        promise = self.promised(60, 8)
        self.written(promise, after(2))
        self.paid(self.debt, 40, 3)
        self.assertEqual(self.followed(message), (1, 1, 1))
        result = self.result(message)
        self.assertEqual((result.amount_promised, result.amount_paid), (60, 40))
        self.assertEqual((result.answered_rate, result.paid_rate), (100, 100))

    def test_what_was_before_did_not_follow(self):
        self.wrote(after(0, hours=-1))
        self.paid(self.debt, 40, 0, applied=after(0, hours=-1))
        self.assertEqual(self.followed(self.sent(after(0))), (0, 0, 0))

    def test_a_week_is_enough(self):
        message = self.sent(after(0))
        self.wrote(after(7))
        self.paid(self.debt, 40, 7)
        self.assertEqual(self.followed(message), (0, 0, 0))

    def test_the_day_of_payment_counts_not_that_of_applying_it(self):
        message = self.sent(after(0))
        self.paid(self.debt, 40, 6, applied=after(12))
        self.assertEqual(self.followed(message), (0, 0, 1))

    def test_what_follows_two_messages_is_put_down_to_the_later_one(self):
        first, second = self.sent(after(0)), self.sent(after(2))
        self.wrote(after(3))
        self.paid(self.debt, 40, 4)
        self.assertEqual(self.followed(first), (0, 0, 0))
        self.assertEqual(self.followed(second), (1, 0, 1))

    def test_a_credit_note_is_no_payment(self):
        message = self.sent(after(0))
        credit = self.credit_note(100, day=days(1))
        lines = (self.debt | credit).line_ids
        lines.filtered(lambda line: line.account_type == "asset_receivable").reconcile()
        self.written(self.partials(self.debt), after(1))
        self.assertEqual(self.followed(message), (0, 0, 0))

    def test_what_did_not_leave_has_no_result(self):
        message = self.sent(after(0))
        message.state = "failed"
        self.assertFalse(self.result(message))

    def test_the_results_of_another_company_are_not_seen(self):
        message = self.sent(after(0))
        other = self.setup_other_company()["company"]
        self.supervisor.sudo().write(
            {"company_ids": [(6, 0, other.ids)], "company_id": other.id}
        )
        self.assertFalse(self.result(message))
