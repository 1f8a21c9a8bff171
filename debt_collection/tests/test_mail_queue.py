from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.base.tests.common import MockSmtplibCase
from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .common import DAY, DebtCommon

DUE = DAY - timedelta(days=4)


@tagged("post_install", "-at_install")
class TestMailQueue(DebtCommon, MockSmtplibCase, CronMixinCase):
    """Mails of actions leave once, and only while something is owed."""

    def setUp(self):
        super().setUp()
        self.invoice_ = self.invoice(100, due=DUE)
        self.action = self.actions_of(self.run_on()).sudo()
        self.mail = self.mails_of(self.action).sudo()

    @contextmanager
    def mail_server(self):
        Server = self.env.registry["ir.mail_server"]
        with (
            self.mock_smtplib_connection(),
            patch.object(Server, "_disable_send", lambda self: False),
        ):
            yield self.emails

    def test_a_mail_is_delivered_once(self):
        with self.mail_server() as emails:
            self.mail.send()
            self.mail.send()
        self.assertEqual(len(emails), 1)
        self.assertEqual(self.mail.state, "sent")
        self.assertEqual(
            (self.action.state, self.action.delivery), ("sent", "delivered")
        )

    def test_a_mail_that_is_gone_does_not_stop_the_others(self):
        gone = self.env["mail.mail"].sudo().create({"email_to": "a@example.com"})
        gone.unlink()
        with self.mail_server() as emails:
            (gone | self.mail).send()
        self.assertEqual(len(emails), 1)
        self.assertEqual(self.mail.state, "sent")

    def test_a_mail_of_somebody_who_paid_does_not_leave(self):
        self.pay(self.invoice_)
        with self.mail_server() as emails:
            self.mail.send()
        self.assertFalse(emails)
        self.assertEqual(self.mail.state, "cancel")
        self.assertEqual(
            (self.action.state, self.action.reason), ("skipped", "settled")
        )
        self.assertFalse(self.case_of().last_message_day, "nobody was contacted")

    def test_a_mail_whose_amount_changed_is_written_again(self):
        self.pay(self.invoice_, 30)
        with self.mail_server() as emails:
            self.mail.send()
            self.assertFalse(emails)
            self.assertEqual(self.action.state, "planned")
            now = self.company._debt_noon(DAY)
            self.env["debt.run"].sudo()._dispatch(self.company, now)
            new = self.mails_of(self.action) - self.mail
            self.assertIn("70.00", new.body_html)
            new.send()
        self.assertEqual(len(emails), 1)

    def test_a_mail_that_names_a_paid_invoice_is_written_again(self):
        shop = self.new_debtor("Tienda La Esquina")
        older = self.invoice(100, due=DUE - timedelta(days=1), partner=shop)
        paid = self.invoice(60, due=DUE, partner=shop)
        payment = self.advance(60, partner=shop)
        action = self.actions_of(self.run_on(DAY + timedelta(days=1))).sudo()
        mail = self.mails_of(action)
        self.assertEqual(action.amount, 100)
        self.assertIn(paid.name, mail.body_html)
        # the payment covered the older one as long as nobody allocated it
        receivable = (paid + payment.move_id).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        receivable.reconcile()
        with self.mail_server() as emails:
            mail.send()
            self.assertFalse(emails)
            now = self.company._debt_noon(DAY + timedelta(days=1))
            self.env["debt.run"].sudo()._dispatch(self.company, now)
            new = self.mails_of(action) - mail
            self.assertEqual(action.amount, 100)
            self.assertIn(older.name, new.body_html)
            self.assertNotIn(paid.name, new.body_html)
            new.send()
        self.assertEqual(len(emails), 1)

    def test_a_mail_lost_while_it_was_handed_over_is_never_sent_again(self):
        self.mail.debt_claimed = self.company._debt_noon(DAY)
        self.env["mail.mail"].sudo()._debt_find_lost()
        self.assertEqual((self.action.state, self.action.reason), ("uncertain", "lost"))
        with self.mail_server() as emails:
            self.mail.send()
        self.assertFalse(emails)

    def test_a_person_decides_on_an_uncertain_message(self):
        self.mail.debt_claimed = self.company._debt_noon(DAY)
        self.env["mail.mail"].sudo()._debt_find_lost()
        action = self.action.with_user(self.agent)
        action.action_send_again()
        self.assertEqual(action.state, "planned")
        self.env["debt.run"].sudo()._dispatch(
            self.company, self.company._debt_noon(DAY)
        )
        self.assertEqual(action.state, "sent")
        new = self.mails_of(self.action) - self.mail
        self.assertEqual(new.state, "outgoing")
        with self.assertRaises(UserError):
            action.action_mark_sent()

    def test_other_mails_leave_as_ever(self):
        other = self.env["mail.mail"].create(
            {
                "email_to": "x@example.com",
                "email_from": "y@example.com",
                "subject": "Hi",
            }
        )
        with self.mail_server() as emails:
            other.send()
        self.assertEqual(len(emails), 1)

    def test_no_second_message_while_the_first_one_waits(self):
        self.strategy.step_ids.filtered(
            lambda step: step.channel == "call"
        ).active = False
        later = DAY + timedelta(days=30)
        run = self.env["debt.run"]._run(self.company, day=later)
        self.assertFalse(self.actions_of(run))
        self.assertEqual(self.item_of(self.invoice_).held_reason, "pending")
        self.mails_leave()
        run = self.run_on(later + timedelta(days=1))
        self.assertEqual(self.actions_of(run).state, "sent")

    def test_a_mail_taken_out_of_the_queue_was_not_sent(self):
        for take_out in ("cancel", "unlink"):
            with self.subTest(take_out=take_out):
                action = self.actions_of(self.run_on()).sudo() or self.action
                getattr(self.mails_of(action), take_out)()
                self.assertEqual(
                    (action.state, action.reason, action.delivery),
                    ("skipped", "withdrawn", False),
                )
                self.assertFalse(self.case_of().last_message_day)
                self.assertFalse(self.item_of(self.invoice_).step_id, "it fell back")

    def test_a_long_queue_goes_on_at_once(self):
        self.invoice(100, due=DUE, partner=self.new_debtor("Second"))
        self.run_on()
        cron = self.env.ref("mail.ir_cron_mail_scheduler_action")
        ours = [("debt_action_id", "!=", False)]
        Mail = self.env["mail.mail"].with_context(filters=ours).sudo()
        with self.mail_server() as emails, self.capture_triggers(cron.id) as triggers:
            Mail.process_email_queue(batch_size=1)
            self.assertEqual(len(emails), 1)
            self.assertEqual(len(triggers.records), 1, "one is left")
            Mail.process_email_queue(batch_size=1)
            self.assertEqual(len(emails), 2)
            self.assertEqual(len(triggers.records), 1, "nothing is left")

    def test_a_queue_that_does_not_move_waits_for_its_hour(self):
        Mail = self.env.registry["mail.mail"]
        cron = self.env.ref("mail.ir_cron_mail_scheduler_action")
        with (
            patch.object(Mail, "_debt_connect", lambda *args: None),
            self.capture_triggers(cron.id) as triggers,
        ):
            self.env["mail.mail"].process_email_queue()
        self.assertFalse(triggers.records)

    def test_who_opted_out_while_it_waited_gets_nothing(self):
        self.action._opt_out("Test")
        with self.mail_server() as emails:
            self.mail.send()
        self.assertFalse(emails)
        self.assertEqual(self.mail.state, "cancel")
        self.assertEqual(
            (self.action.state, self.action.reason), ("skipped", "opted_out")
        )
        self.assertFalse(self.case_of().last_message_day)

    def test_files_travel_and_the_salesperson_hears_of_it_once_it_left(self):
        self.action.step_id.write({"attach_statement": True, "copy_salesperson": True})
        sales = self.new_user("sales", "debt_collection.group_debt_salesperson")
        self.debtor.user_id = sales
        self.invoice_.invoice_user_id = sales
        told = [
            ("model", "=", "debt.case"),
            ("partner_ids", "in", sales.partner_id.ids),
        ]
        Message = self.env["mail.message"].sudo()
        with self.mail_server() as emails:
            self.assertFalse(Message.search(told))
            self.mail.send()
            self.mail.send()
        self.assertEqual(len(emails), 1)
        self.assertIn("Content-Disposition: attachment", emails[0]["message"])
        copy = Message.search(told)
        self.assertEqual(len(copy), 1)
        self.assertIn(self.invoice_.name, copy.body)
        self.assertIn(self.debtor.name, copy.body)
        self.assertNotIn("/debt/", copy.body, "the links are the customer's")
