from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError


class DebtWhatsappConversation(models.Model):
    """Which customer somebody on WhatsApp speaks for: said by people."""

    _inherit = "debt.whatsapp.conversation"

    def _candidates(self):
        """Return the customers whom the person may speak for, the likely first."""
        self.ensure_one()
        likely = ("confirmed", "linked", "suggested")
        conversation = self.sudo()  # sudo: who is meant, for whoever answers
        links = conversation._links().sorted(lambda link: likely.index(link.state))
        found = links.partner_id.exists()
        return found | conversation.identity_id._candidates(self.company_id)

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
        # sudo: who may link was checked
        conversation = self.sudo()
        said = self.env.user.name
        link = conversation.identity_id._link(debtor, self.company_id, "linked")
        link._right_person(said)
        if link.state == "suggested":
            link.state = "linked"
        conversation.case_id = case
        # what was written belongs to the case from now on
        messages = conversation.message_ids.filtered(lambda m: not m.case_id)
        messages.write({"case_id": case.id, "partner_id": debtor.id})
        link._tell(
            self.env._(
                "%(user)s says that %(person)s writes for this customer on WhatsApp.",
                user=said,
                person=conversation.person,
            )
        )
        if conversation.waits_since:
            conversation._ask_agent()

    def _wrong_person(self, partner):
        """A person of ours says that this is not the customer, nor speaks for them.

        :param partner: the customer
        """
        self.ensure_one()
        conversation = self.sudo()  # sudo: who may say it was checked
        link = conversation.identity_id._link(partner, self.company_id)
        if conversation.case_id.partner_id == link.partner_id:
            conversation._nobody_waits()
        link._wrong_person(self.env.user.name, fields.Datetime.now(), way="agent")

    def _find_out(self, user, note):
        """Give somebody the task to find out which customer this is.

        :param user: who does it
        :param note: what is known, as text
        """
        self.ensure_one()
        link = Markup('<p><a href="/odoo/whatsapp-conversations/%s">%s</a></p>')
        # sudo: tasks without a case belong to the number, whoever sees the person
        self.account_id.sudo().activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=user.id,
            summary=self.env._("Find out which customer this is: %s", self.person),
            note=link % (self.id, self.display_name) + Markup("<p>%s</p>") % note,
        )
