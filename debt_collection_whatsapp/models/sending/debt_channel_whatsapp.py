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
            if not account or self._is_closed(account, now):
                found |= dict.fromkeys(group, ("", "whatsapp_closed"))
                continue
            whom = self._whom_all(group, account)
            identities = {action: whom[action][2] for action in group}
            said = self._templates_and_texts(account, identities)
            for action in group:
                found[action] = self._found_one(action, *whom[action], said[action][0])
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

    def _found_one(self, action, contact, number, identity, template):
        """Return (where the addressee of an action is, why nothing goes there)."""
        address = identity._address() if identity else number
        if not contact or not address:
            return "", "no_address"
        if identity._is_unreachable():
            return address, "not_on_whatsapp"
        if identity and self._link_state(identity, action) == "wrong_person":
            return address, "wrong_number"
        if not template:
            return address, "no_template"
        return address, None

    def _whom(self, action, account):
        """Return (contact to write to, their number, who they are on WhatsApp).

        The addressee, else the debtor. Nobody new is made here.
        """
        return self._whom_all(action, account)[action]

    def _whom_all(self, actions, account):
        """Return {action: (contact, number, who they are)} of one company's actions.

        Two searches, however many there are; see ``_whom``.
        """
        # sudo: agents need no right to read contacts to write to them
        people = self.env["debt.whatsapp.identity"].sudo()
        contacts = self.env["res.partner"].sudo()
        portfolio, company = account._portfolio(), actions.company_id.sudo()
        actions = actions.sudo()
        right = (actions.partner_id | actions.debtor_id).filtered(
            lambda c: c.debt_phone_state != "wrong" or c.debt_whatsapp
        )
        numbers = {contact: contact._debt_whatsapp_e164(company) for contact in right}
        numbered = {contact: number for contact, number in numbers.items() if number}
        others = right.filtered(lambda contact: contact not in numbered)
        known = people._of_numbers(portfolio, numbered) if numbered else {}
        if others:
            known |= people._linked_to_all(portfolio, others, company)
        found = {}
        for action in actions:
            for contact in action.partner_id | action.debtor_id:
                if numbers.get(contact) or known.get(contact):
                    found[action] = contact, numbers[contact], known[contact]
                    break
            else:
                found[action] = contacts, False, people
        return found

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
        """Return (approved template, message it is of) for an action; empty: none."""
        return self._templates_and_texts(account, {action: identity})[action]

    def _templates_and_texts(self, account, identities):
        """Return {action: (approved template, message it is of)}; empty: none.

        Names and amounts are for people who confirmed that the number is theirs; others
        are told that there is a notice.

        :param identities: {action: who gets it}, of one company
        """
        texts = self.env["debt.whatsapp.text"].sudo()  # sudo: configuration
        templates = self.env["debt.whatsapp.template"].sudo()  # sudo: as above
        actions = self.env["debt.action"].union(*identities)
        said, notice, known = texts._of_actions(actions), None, {}
        found = {}
        for action, identity in identities.items():
            text = said[action]
            if text.is_personal and not self._is_confirmed(identity, action):
                notice = notice or texts._standard("account", action.company_id)
                text = notice
            key = text, self._lang(action, identity)
            if key not in known:
                known[key] = text and text._template_for(account, key[1])
            found[action] = known[key] or templates, text
        return found

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
