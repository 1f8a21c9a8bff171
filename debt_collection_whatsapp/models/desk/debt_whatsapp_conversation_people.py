from odoo import models
from odoo.exceptions import UserError


class DebtWhatsappConversation(models.Model):
    """Which customer somebody on WhatsApp speaks for: said by people."""

    _inherit = "debt.whatsapp.conversation"

    def _links(self):
        """Return what is known of the person's customers in this company."""
        self.ensure_one()
        # sudo: which customers may be meant, for whoever answers the person
        links = self.sudo().identity_id.link_ids
        return links.filtered(lambda link: link.company_id == self.company_id)

    def _candidates(self):
        """Return the customers whom the person may speak for, the likely first."""
        self.ensure_one()
        likely = ("confirmed", "linked", "suggested")
        links = self._links().filtered(lambda link: link.state in likely)
        return links.sorted(lambda link: likely.index(link.state)).partner_id.exists()

    def action_link(self):
        """Ask which customer this is."""
        self.ensure_one()
        self._check_may_work()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Which Customer Is This?"),
            "res_model": "debt.whatsapp.link.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_conversation_id": self.id},
        }

    def action_open_case(self):
        """Open the case that the conversation is about."""
        self.ensure_one()
        return self.case_id._debt_open()

    def _link_customer(self, partner):
        """A person of ours says for which customer this person speaks.

        :param partner: the customer, or anybody of it
        :raise UserError: where this customer never owed anything to the company
        """
        self.ensure_one()
        debtor = partner._debt_debtors()
        # sudo: whether there is a case; who may read it is asked where it is shown
        cases = self.env["debt.case"].sudo()
        case = cases.search(
            [("partner_id", "=", debtor.id), ("company_id", "=", self.company_id.id)],
            limit=1,
        )
        if not case:
            raise UserError(
                self.env._(
                    "%(name)s never owed anything to %(company)s: there is nothing to "
                    "speak of.",
                    name=debtor.display_name,
                    company=self.company_id.display_name,
                )
            )
        link = self._link_of(debtor)
        if link.state not in ("linked", "confirmed"):
            link.state = "linked"
        conversation = self.sudo()  # sudo: who may link was checked
        waits = conversation.waits_since
        conversation.case_id = case
        # sudo: what was written belongs to the case from now on
        conversation.message_ids.filtered(lambda m: not m.case_id).case_id = case
        case._message_log(
            body=self.env._(
                "%(user)s says that %(person)s writes for this customer on WhatsApp.",
                user=self.env.user.name,
                person=conversation.person,
            )
        )
        conversation.activity_unlink(["mail.mail_activity_data_todo"])
        if waits:
            conversation._ask_agent()

    def _link_of(self, debtor):
        """Return the link of the person with a customer, made where there is none."""
        self.ensure_one()
        link = self._links().filtered(lambda link: link.partner_id == debtor)
        return link or link.create(
            {
                "identity_id": self.identity_id.id,
                "company_id": self.company_id.id,
                "partner_id": debtor.id,
                "state": "suggested",
            }
        )

    def _wrong_person(self, partner):
        """A person of ours says that this is not the customer, nor speaks for them.

        Nothing of this customer is sent to the number any more.

        :param partner: the customer
        """
        self.ensure_one()
        debtor = partner._debt_debtors()
        link = self._link_of(debtor)
        link.write({"state": "wrong_person", "verified_until": False})
        conversation = self.sudo()  # sudo: who may say it was checked
        case = conversation.case_id
        if case.partner_id == debtor:
            conversation._nobody_waits()
            conversation.case_id = False
            case._message_log(
                body=self.env._(
                    "%(user)s says that %(person)s on WhatsApp is the wrong person.",
                    user=self.env.user.name,
                    person=conversation.person,
                )
            )

    def _find_out(self, user, note):
        """Give somebody the task to find out which customer this is.

        :param user: who does it
        :param note: what is known, as text
        """
        self.ensure_one()
        self.sudo().activity_schedule(  # sudo: agents write no conversations
            "mail.mail_activity_data_todo",
            user_id=user.id,
            summary=self.env._("Find out which customer this is"),
            note=note or "",
        )
