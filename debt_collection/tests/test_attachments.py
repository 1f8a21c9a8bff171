from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import DAY, DebtCommon

DUE = DAY - timedelta(days=4)


@tagged("post_install", "-at_install")
class TestAttachments(DebtCommon):
    """Messages bring the invoices and the statement along, as they leave."""

    def setUp(self):
        super().setUp()
        self.step = self.strategy.step_ids[1]
        self.step.write({"attach_invoices": "all", "attach_statement": True})

    def prepared(self):
        """Return the action of a run, its mail in the queue."""
        return self.actions_of(self.run_on()).sudo()

    def leaves(self, action):
        """Let the mail of an action go as far as its attachments."""
        mail = self.mails_of(action)
        mail._debt_attach()
        return mail

    def legal_xml(self, invoices):
        """Give invoices an XML, as addons of electronic invoices do."""
        files = {
            invoice: self.env["ir.attachment"].create(
                {
                    "name": f"{invoice.name}.xml".replace("/", "_"),
                    "raw": b"<xml/>",
                    "res_model": "account.move",
                    "res_id": invoice.id,
                }
            )
            for invoice in invoices
        }
        sender = self.env.registry["account.move.send"]
        core = sender._get_invoice_extra_attachments

        def with_xml(model, move):
            return core(model, move) | files.get(move, model.env["ir.attachment"])

        self.startPatcher(
            patch.object(sender, "_get_invoice_extra_attachments", with_xml)
        )

    def test_the_invoice_its_xml_and_the_statement_travel_and_stay(self):
        invoice = self.invoice(100, due=DUE)
        self.legal_xml(invoice)
        action = self.prepared()
        self.assertIn("XML", action.attach_text or "XML")
        self.assertFalse(action.attachment_ids, "not while it waits")
        mail = self.leaves(action)
        stem = invoice.name.replace("/", "_")
        names = action.attachment_ids.mapped("name")
        self.assertEqual(len(names), 3)
        self.assertIn(f"{stem}.xml", names)
        self.assertTrue([n for n in names if n.startswith("Statement of Account")])
        self.assertEqual(mail.attachment_ids, action.attachment_ids)
        self.assertEqual(mail.mail_message_id.attachment_ids, action.attachment_ids)
        self.assertFalse(action.attachment_note)
        agent = action.with_user(self.agent).attachment_ids
        self.assertTrue(agent.mapped("raw"), "who works the case reads the evidence")

    def test_only_pdf_where_the_step_says_so(self):
        self.step.write({"attach_invoices": "pdf", "attach_statement": False})
        invoice = self.invoice(100, due=DUE)
        self.legal_xml(invoice)
        action = self.prepared()
        self.leaves(action)
        self.assertEqual(action.attachment_ids.mapped("mimetype"), ["application/pdf"])
        self.assertEqual(action.attachment_ids.debt_move_id, invoice)

    def test_the_books_are_not_written(self):
        invoice = self.invoice(100, due=DUE)
        action = self.prepared()
        self.env.flush_all()
        # where the row lies: each update writes it anew, elsewhere
        query = "SELECT ctid::text FROM account_move WHERE id = %s"
        self.env.cr.execute(query, [invoice.id])
        before = self.env.cr.fetchall()
        self.leaves(action)
        self.env.flush_all()
        self.env.cr.execute(query, [invoice.id])
        self.assertEqual(self.env.cr.fetchall(), before)
        self.assertFalse(invoice.invoice_pdf_report_id)
        self.assertFalse(invoice.message_main_attachment_id)

    def test_what_odoo_sent_is_taken_as_it_is(self):
        invoice = self.invoice(100, due=DUE)
        self.env["ir.attachment"].create(
            {
                "name": "legal.pdf",
                "raw": b"%PDF legal",
                "res_model": "account.move",
                "res_id": invoice.id,
                "res_field": "invoice_pdf_report_file",
            }
        )
        invoice.invalidate_recordset()
        action = self.prepared()
        with patch.object(
            self.env.registry["account.move"], "_debt_pdf", autospec=True
        ) as printed:
            self.leaves(action)
        printed.assert_not_called()
        sent = action.attachment_ids.filtered("debt_move_id")
        self.assertEqual((sent.name, sent.raw), ("legal.pdf", b"%PDF legal"))

    def test_an_invoice_is_printed_once_while_it_is_as_it_is(self):
        self.invoice(100, due=DUE)
        action = self.prepared()
        self.leaves(action)
        first = action.attachment_ids
        with patch.object(
            self.env.registry["account.move"],
            "_debt_pdf",
            autospec=True,
            side_effect=lambda move: ("new.pdf", b"%PDF new"),
        ) as printed:
            self.leaves(action)
            printed.assert_not_called()
            self.assertFalse(first.exists(), "what did not leave is no evidence")
            self.assertEqual(len(action.attachment_ids), 2)
            later = self.env.cr.now() + timedelta(hours=1)
            self.env.cr.execute("UPDATE account_move SET write_date = %s", [later])
            self.env.invalidate_all()
            self.leaves(action)
            printed.assert_called_once()

    def test_at_most_so_many_invoices_the_oldest_first(self):
        self.company.debt_attach_count = 1
        self.step.attach_statement = False
        self.invoice(100, due=DUE)
        old = self.invoice(50, due=DUE - timedelta(days=1))
        action = self.prepared()
        self.leaves(action)
        self.assertEqual(action.attachment_ids.debt_move_id, old)
        self.assertIn("1 of 2", action.attachment_note)

    def test_too_large_the_message_has_the_link_and_says_so(self):
        self.invoice(100, due=DUE)
        action = self.prepared()
        large = ("large.pdf", b"x" * 7 * 1024 * 1024)
        with patch.object(
            self.env.registry["account.move"], "_debt_pdf", lambda move: large
        ):
            mail = self.leaves(action)
            self.assertFalse(action.attachment_ids.debt_move_id)
            self.assertEqual(len(action.attachment_ids), 1, "the statement fits")
            self.assertIn("9.4 MB", action.attachment_note)
            for body in (mail.body_html, mail.mail_message_id.body):
                self.assertEqual(body.count("too large to be attached"), 1)
            self.leaves(action)
        self.assertEqual(mail.body_html.count("too large to be attached"), 1)

    def test_a_campaign_brings_along_what_it_says_itself(self):
        invoice = self.invoice(100, due=DUE)
        self.strategy.enabled = False
        self.run_on()
        seller = self.new_user("seller", "base.group_user")
        self.debtor.user_id = seller
        campaign = self.env["debt.campaign"].create(
            {
                "name": "Closing of the year",
                "mode": "automatic",
                "attach_invoices": "pdf",
                "copy_salesperson": True,
            }
        )
        self.startPatcher(
            patch.object(
                self.env.registry["res.company"],
                "_debt_today",
                lambda company, now=None: DAY,
            )
        )
        campaign.action_start()
        action = campaign.action_ids.sudo()
        self.assertEqual(action.attach_text, "Invoices: As PDF")
        with self.assertRaises(UserError):
            campaign.attach_statement = True
        noon = self.company._debt_noon(DAY)
        self.env["debt.run"].sudo()._dispatch(self.company, noon)
        self.leaves(action)
        self.assertEqual(action.attachment_ids.debt_move_id, invoice)
        self.assertIn(seller, action._copy_to_salespeople())

    @mute_logger("odoo.addons.debt_collection.models.contact.debt_action_attach_mixin")
    def test_a_file_that_cannot_be_made_does_not_stop_the_message(self):
        self.invoice(100, due=DUE)
        action = self.prepared()
        with patch.object(
            self.env.registry["account.move"], "_debt_pdf", side_effect=ValueError("no")
        ):
            self.leaves(action)
        self.assertEqual(len(action.attachment_ids), 1)
        self.assertIn("no", action.attachment_note)

    def test_a_message_that_waits_says_what_it_will_bring(self):
        self.strategy.mode = "approve"
        self.invoice(100, due=DUE)
        self.assertEqual(
            self.prepared().attach_text,
            "Invoices: As PDF, With the Legal XML · Statement of Account",
        )

    def test_limits_are_not_negative(self):
        with self.assertRaisesRegex(Exception, "negative"):
            self.company.debt_attach_size = -1
