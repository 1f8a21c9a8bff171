from datetime import timedelta

from odoo import fields, models

from ...logic.payload import LINK

#: A confirmation comes before reminders in the queue.
CONFIRMATION = 10
REMINDER = 20
#: For so long after somebody wrote, confirmations go where they wrote.
TALKING = timedelta(days=30)


class DebtChannelWhatsapp(models.AbstractModel):
    """Approved templates through the number of the company: see
    ``debt.whatsapp.message``, where they wait to leave."""

    _name = "debt.channel.whatsapp"
    _description = "WhatsApp"
    _inherit = ["debt.channel"]

    _datum = "phone"

    # === WHO CAN BE REACHED === #

    def _addresses(self, actions):
        return {
            action: address
            for action, (address, reason) in self._found(actions).items()
            if not reason
        }

    def _why_unreachable(self, actions):
        found = self._found(actions)
        return actions.grouped(lambda action: found[action][1])

    def _found(self, actions):
        """Return {action: (where its addressee is, why nothing goes there or None)}."""
        # sudo: agents need no right to read contacts to write to them
        actions = actions.sudo()
        now = fields.Datetime.now()
        found = {}
        for group in actions.grouped("company_id").values():
            account = self._account(group[0])
            closed = not account or self._is_closed(account, now)
            for action in group:
                found[action] = (
                    ("", "whatsapp_closed")
                    if closed
                    else self._found_one(action, account)
                )
        addresses = {address for address, reason in found.values() if not reason}
        stopped = self.env["debt.channel.sms"]._stopped(addresses)
        return {
            action: (address, reason or ("blacklisted" if address in stopped else None))
            for action, (address, reason) in found.items()
        }

    def _account(self, action):
        """Return the number that an action leaves from, empty where there is none."""
        # sudo: the number of the company, to write from it
        accounts = self.env["debt.whatsapp.account"].sudo()
        return accounts._of_company(action.company_id)

    def _is_closed(self, account, now):
        """Return whether a number sends no reminders, and not only for a moment."""
        return account._is_shut("strategy", now)

    def _found_one(self, action, account):
        """Return (where the addressee of an action is, why nothing goes there)."""
        contact, number, identity = self._whom(action, account)
        address = identity._address() if identity else number
        if not contact or not address:
            return "", "no_address"
        if identity._is_unreachable():
            return address, "not_on_whatsapp"
        if identity and self._link_state(identity, action) == "wrong_person":
            return address, "wrong_number"
        if not self._template_and_text(action, account, identity)[0]:
            return address, "no_template"
        return address, None

    def _whom(self, action, account):
        """Return (contact to write to, their number, who they are on WhatsApp).

        The addressee, else the debtor. Nobody new is made here.
        """
        # sudo: agents need no right to read contacts to write to them
        people = self.env["debt.whatsapp.identity"].sudo()
        action, portfolio = action.sudo(), account._portfolio()
        company = action.company_id
        for contact in action.partner_id | action.debtor_id:
            if contact.debt_phone_state == "wrong" and not contact.debt_whatsapp:
                continue
            number = contact._debt_whatsapp_e164(company)
            identity = (
                people._of_number(portfolio, number, contact)
                if number
                else people._linked_to(portfolio, contact, company)
            )
            if number or identity:
                return contact, number, identity
        return self.env["res.partner"], False, people

    def _link_state(self, identity, action):
        links = identity.link_ids.filtered(
            lambda link: (
                link.company_id == action.company_id
                and link.partner_id == action.debtor_id
            )
        )
        return links[:1].state

    def _is_talking(self, action):
        """Return whether the customer of an action would look for it on WhatsApp.

        They wrote to us there not long ago, or agreed to this channel.
        """
        action = action.sudo()  # sudo: as the others
        account = self._account(action)
        if not account:
            return False
        contact, _number, identity = self._whom(action, account)
        if not identity or not self._is_confirmed(identity, action):
            return False
        since = fields.Datetime.now() - TALKING
        if identity._heard_since(since):
            return True
        address = self.env["debt.contact.consent"]._normalize(identity._address())
        latest = self.env["debt.contact.consent"]._latest(
            action.company_id, contact.ids, [address]
        )
        return any(
            latest.get((who, "whatsapp"), (None, False))[1]
            for who in (contact.id, address)
        )

    def _test_address(self, company):
        """Return the test phone of a company, in E.164."""
        return company._debt_test_number()

    # === WHAT IS SENT === #

    def _template_and_text(self, action, account, identity):
        """Return (approved template, message it is of) for an action; empty: none.

        Names and amounts are for people who confirmed that the number is theirs; others
        are told that there is a notice.
        """
        texts = self.env["debt.whatsapp.text"].sudo()  # sudo: configuration
        text = texts._of_action(action)
        if text.is_personal and not self._is_confirmed(identity, action):
            text = texts._standard("account", action.company_id)
        lang = self._lang(action, identity)
        template = text and text._template_for(account, lang)
        return template or self.env["debt.whatsapp.template"].sudo(), text

    def _template(self, action):
        """Return the message that an action says, whose version is kept."""
        account = self._account(action)
        if not account:
            return self.env["debt.whatsapp.text"]
        _contact, _number, identity = self._whom(action, account)
        return self._template_and_text(action, account, identity)[1]

    def _is_confirmed(self, identity, action):
        return bool(identity) and self._link_state(identity, action) == "confirmed"

    def _lang(self, action, identity=None):
        """Return the language of a message: the one they chose, else of the contact."""
        chosen = identity and identity.lang
        return chosen or self.env["debt.channel.email"]._lang(action)

    def _link(self, action, token, file=None):
        """Return what a template cannot know: link, buttons, file.

        The link itself is made when the message leaves, and kept nowhere.

        :param str token: what the buttons bring back
        :param file: the attachment of the header
        """
        return {
            "url_suffix": LINK if action.case_id else "",
            "token": token,
            "document": {"attachment_id": file.id, "filename": file.name}
            if file
            else None,
        }

    def _send(self, actions, now):
        """Write one message for each action into the queue."""
        actions = actions.sudo()  # sudo: the queue belongs to the system
        messages = self.env["debt.whatsapp.message"]
        vals_list = [self._message_values(action, now) for action in actions]
        actions.write(
            {
                "state": "sent",
                "reason": False,
                "sent_date": now,
                "delivery": "queued",
                "is_test": actions.company_id.debt_test_mode,
            }
        )
        for message in messages._enqueue_values(vals_list):
            message.action_id.mail_message_id = message.mail_message_id

    def _message_values(self, action, now):
        account = self._account(action)
        contact, _number, _identity = self._whom(action, account)
        # sudo: whom it goes to, as contacts
        identity = (
            self.env["debt.whatsapp.identity"].sudo()._of_partner(account, contact)
        )
        conversation = (
            self.env["debt.whatsapp.conversation"].sudo()._of(account, identity)
        )
        template, text = self._template_and_text(action, account, identity)
        messages = self.env["debt.whatsapp.message"]
        token = messages._new_token()
        link = self._link(action, token, self._file(action, text))
        return messages._outgoing_values(
            conversation,
            template._content(action, link),
            author="strategy",
            body=template._text(action),
            now=now,
            case=action.case_id,
            action=action,
            user=action.user_id,
            template=template,
            priority=CONFIRMATION if action.track == "service" else REMINDER,
            valid_until=messages._valid_until(action),
            token=token,
        )

    def _file(self, action, text):
        """Return the PDF that a message brings along, made now; empty: none."""
        files = self.env["ir.attachment"].sudo()  # sudo: it belongs to the action
        if text.header_kind != "document":
            return files
        name, content = action.case_id._statement_file(action.contact_day)
        return files.create(
            {
                "name": name,
                "raw": content,
                "mimetype": "application/pdf",
                "res_model": "debt.action",
                "res_id": action.id,
                "company_id": action.company_id.id,
            }
        )

    def _preview(self, action):
        account = self._account(action)
        if not account:
            return ""
        action = action.sudo()  # sudo: texts read the books and the contacts
        _contact, _number, identity = self._whom(action, account)
        template, text = self._template_and_text(action, account, identity)
        if template:
            return template._bubble(action)
        return text._bubble(action) if text else ""
