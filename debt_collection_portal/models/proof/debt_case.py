from odoo import models
from odoo.tools import SQL

from odoo.addons.debt_collection.logic.sms_text import plain


class DebtCase(models.Model):
    _inherit = "debt.case"

    def _absorb(self, lost):
        self.env["debt.portal.check"].flush_model(["case_id"])
        self.env.cr.execute(
            SQL(
                "UPDATE debt_portal_check SET case_id = %s WHERE case_id = ANY(%s)",
                self.id,
                list(lost.ids),
            )
        )
        self.env["debt.portal.check"].invalidate_model(flush=False)
        return super()._absorb(lost)

    def _portal_send_code(self, place, code):
        """Queue a code with which the customer opens the page, and note where it went.

        It leaves with Odoo's own queue. No message of the case holds it: whoever reads
        the case could open the page in the customer's name.

        :param place: a ``Place``, an address of the customer
        :param str code: six digits
        """
        self.ensure_one()
        case = self.sudo()  # sudo: queues and messages are the product's
        company = case.company_id
        note = case._message_log(
            body=case.env._(
                "A code for the customer's page was asked for, and goes to %s.",
                place.masked,
            )
        )
        if place.channel == "email":
            case.env["mail.mail"].create(case._portal_code_mail(place, code))
            case.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
            return
        text = case.env._(
            "%(company)s: your code is %(code)s. It is good for ten minutes. We never "
            "ask you for it.",
            company=company.name,
            code=code,
        )
        number = place.address
        if company.debt_test_mode:
            text = case.env._(
                "[TEST for %(address)s] %(text)s", address=number, text=text
            )
            number = company._debt_test_number()
        note.record_company_id = company  # it says through whom the message leaves
        case.env["sms.sms"].create(
            {
                "number": number,
                "body": plain(text),
                "partner_id": place.partner.id,
                "mail_message_id": note.id,
            }
        )

    def _portal_code_mail(self, place, code):
        """Return the values of the e-mail with a code."""
        company = self.company_id
        subject = self.env._("Your code for %s", company.name)
        address = place.address
        if company.debt_test_mode:
            subject = self.env._(
                "[TEST for %(address)s] %(subject)s", address=address, subject=subject
            )
            address = company.debt_test_email or company.email
        body = self.env["ir.qweb"]._render(
            "debt_collection_portal.check_code_mail",
            {"company": company, "code": code},
            lang=self.env.lang,
        )
        return {
            "subject": subject,
            "body_html": body,
            "email_from": company.email_formatted
            or self.env["ir.mail_server"]._get_default_from_address(),
            "email_to": address,
            "record_company_id": company.id,
            "auto_delete": True,
        }
