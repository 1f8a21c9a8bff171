from odoo import fields, models
from odoo.tools.mail import email_normalize, formataddr


class DebtHandoverMailMixin(models.AbstractModel):
    """Tells lawyers and agencies that cases are in their portal, once."""

    _name = "debt.handover.mail.mixin"
    _description = "Hand-Over Told by E-mail"

    portal_url = fields.Char(string="Link in the Portal", compute="_compute_portal_url")

    def _compute_portal_url(self):
        for handover in self:
            base_url = handover.company_id.get_base_url()
            handover.portal_url = f"{base_url}/my/handovers/{handover.id or ''}"

    def _tell_agencies(self):
        """Write to each office which cases are new in its portal, and note it.

        What is handed over together is one e-mail to each office.
        """
        # sudo: a message of the product, about contacts that supervisors need not read
        for (company, agency), handovers in (
            self.sudo()
            .grouped(lambda handover: (handover.company_id, handover.agency_id))
            .items()
        ):
            address = handovers._agency_address()
            if address:
                mails = self.env["mail.mail"].sudo()  # sudo: the queue of the system
                mails.create(handovers._agency_mail(address))
                self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
            note = handovers._agency_note(company, agency, address)
            for handover in handovers:
                handover._message_log(body=note)

    def _agency_address(self):
        """Return where the office reads its e-mail, empty where it has none."""
        agency = self.agency_id
        for contact in (agency, agency.commercial_partner_id):
            if address := email_normalize(contact.email or "", strict=False):
                return formataddr((agency.name or "", address))
        return ""

    def _agency_mail(self, address):
        """Return the values of the one e-mail about these hand-overs.

        A company in test mode gets it itself.
        """
        company = self.company_id
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        langs = (self.agency_id.lang, company.partner_id.lang, "en_US")
        lang = next(lang for lang in langs if lang in installed or lang == "en_US")
        template = self.env.ref("debt_collection.mail_template_handover").sudo()
        template = template.with_context(lang=lang, debt_handovers=self)
        first = self[:1]
        subject = template._render_field("subject", first.ids)[first.id]
        body = template._render_field("body_html", first.ids)[first.id]
        if company.debt_test_mode:
            subject = self.with_context(lang=lang).env._(
                "[TEST for %(address)s] %(subject)s", address=address, subject=subject
            )
            address = company.debt_test_email or company.email
        return {
            "subject": subject,
            "body_html": body,
            "author_id": first.user_id.partner_id.id,
            "email_from": company.email_formatted or first.user_id.email_formatted,
            "reply_to": first.user_id.email_formatted,
            "email_to": address,
            "record_company_id": company.id,
            "auto_delete": True,
        }

    def _agency_note(self, company, agency, address):
        """Return what is noted about the e-mail."""
        if not address:
            return self.env._(
                "%(agency)s has no e-mail address: nobody was told of the case.",
                agency=agency.name,
            )
        note = self.env._(
            "An e-mail tells %(address)s that the case is in their portal.",
            address=address,
        )
        if company.debt_test_mode:
            note += " " + self.env._("Test mode: it goes to the test address.")
        # sudo: whether there are users, not who they are
        users = self.env["res.users"].sudo()
        office = agency.commercial_partner_id.id
        if not users.search_count(
            [("partner_id.commercial_partner_id", "=", office)], limit=1
        ):
            note += " " + self.env._(
                "Nobody of the office has access to the portal yet: invite them."
            )
        return note
