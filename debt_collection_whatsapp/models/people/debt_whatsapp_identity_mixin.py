from odoo import api, models
from odoo.tools import SQL

from ...logic.inbound import plain
from ...logic.wa_phone import variants
from ...logic.webhook_body import dict_of, text_of


class DebtWhatsappIdentityMixin(models.AbstractModel):
    """Finds out who somebody is: by Meta's identifier, by number, by what they answer.

    Two that turn out to be one are merged. A number that turns up with another
    identifier has another owner, who inherits nothing.
    """

    _name = "debt.whatsapp.identity.mixin"
    _description = "Recognition of People on WhatsApp"

    # === FROM WHAT META TELLS === #

    @api.model
    def _of_contact(self, account, contact, message):
        """Return who wrote, made where they are new.

        :param account: the number to which they wrote
        :param contact: the element of ``contacts`` of the webhook, may be empty
        :param message: the element of ``messages``, may be empty
        :return: the identity; empty where neither number nor identifier is told
        """
        bsuid = text_of(contact.get("user_id")) or text_of(message.get("from_user_id"))
        wa_id = text_of(contact.get("wa_id")) or text_of(message.get("from"))
        identity = self._known_as(account, bsuid, wa_id)
        if identity:
            profile = dict_of(contact.get("profile"))
            identity._told(
                profile_name=plain(text_of(profile.get("name")))[:200],
                username=plain(text_of(profile.get("username")))[:200],
                hash_seen=text_of(contact.get("identity_key_hash")),
            )
        return identity

    @api.model
    def _of_reports(self, account, statuses):
        """Note what reports on our messages tell of their recipients.

        Mostly nothing new: one query then, for all of them.
        """
        told = {
            (
                text_of(status.get("recipient_user_id")),
                text_of(status.get("recipient_id")),
                text_of(status.get("recipient_identity_key_hash")),
            )
            for status in statuses
        }
        known = self.search(
            [
                ("portfolio", "=", account._portfolio()),
                ("bsuid", "in", [bsuid for bsuid, _wa_id, _hash in told if bsuid]),
            ]
        )
        known = {i.bsuid: (i.wa_id or "", i.identity_hash_seen) for i in known}
        for bsuid, wa_id, hash_seen in sorted(told):
            number, seen = known.get(bsuid, (None, None))
            is_news = number is None or wa_id not in ("", number)
            if (is_news and bsuid) or hash_seen not in ("", seen):
                identity = self._known_as(account, bsuid, wa_id)
                identity._told(hash_seen=hash_seen)

    @api.model
    def _known_as(self, account, bsuid, wa_id):
        """Return the person with an identifier, a number, or both.

        :param account: within whose portfolio
        """
        portfolio = account._portfolio()
        by_id = self._search_one(portfolio, "bsuid", bsuid)
        by_number = self._search_one(portfolio, "wa_id", wa_id)
        by_number = by_number or self._made_from_number(portfolio, wa_id)
        if by_id and by_number and by_id != by_number:
            if by_number.bsuid and by_number.bsuid != bsuid:
                by_number._lose_number()
            else:
                by_id._absorb(by_number)
        elif by_number and bsuid and by_number.bsuid not in (False, bsuid):
            by_number._lose_number()
            by_number = self.browse()
        identity = by_id or by_number
        if not identity and (bsuid or wa_id):
            identity = self.create({"portfolio": portfolio})
        if identity:
            identity._rename(bsuid, wa_id)
        return identity

    @api.model
    def _search_one(self, portfolio, name, value):
        if not value:
            return self.browse()
        return self.search([("portfolio", "=", portfolio), (name, "=", value)], limit=1)

    @api.model
    def _made_from_number(self, portfolio, wa_id):
        """Return the person that we wrote to at a number before Meta named them."""
        return self.search(
            [
                ("portfolio", "=", portfolio),
                ("wa_id", "=", False),
                ("phone", "in", variants(wa_id)),
            ],
            order="id",
            limit=1,
        )

    def _rename(self, bsuid, wa_id):
        """Take the names that Meta gives this person; another number unverifies."""
        moved = bool(wa_id and self.wa_id and self.wa_id != wa_id)
        values = {}
        if bsuid and self.bsuid != bsuid:
            values["bsuid"] = bsuid
        if wa_id and self.wa_id != wa_id:
            values |= {"wa_id": wa_id, "phone": variants(wa_id)[0]}
        if not values:
            return
        before = self.display_name
        self.write(values)
        if moved:
            self._unverify(
                self.env._(
                    "%(before)s writes from another number now, %(after)s: no amounts "
                    "until they say again who they are.",
                    before=before,
                    after=self.phone,
                )
            )

    def _lose_number(self):
        """The number of this person belongs to somebody else now."""
        name = self.display_name
        self.write({"wa_id": False, "phone": False})
        self._unverify(
            self.env._("The number of %s belongs to another person now.", name)
        )

    def _told(self, profile_name="", username="", hash_seen=""):
        """Note what Meta tells about this person."""
        told = {"profile_name": profile_name, "username": username}
        values = {k: v for k, v in told.items() if v and self[k] != v}
        if hash_seen and self.identity_hash_seen != hash_seen:
            values["identity_hash_seen"] = hash_seen
        if values:
            self.write(values)
        if hash_seen and self.identity_hash and self.identity_hash != hash_seen:
            self._changed_hands()

    def _changed_hands(self):
        """The number has another owner, or another phone: it may be somebody else.

        Called, too, when Meta refuses a message for that (137000). The new mark is
        believed when they proved again who they are.
        """
        self._unverify(
            self.env._(
                "The number of %s may have another owner: no amounts until they say "
                "again who they are. Ask on another channel.",
                self.display_name,
            )
        )

    def _changed(self, news, now):
        """They have a new number, or a new identifier, as Meta itself tells.

        :param news: see ``logic.inbound.changed``
        :param now: naive UTC moment
        """
        self.ensure_one()
        bsuid, wa_id = news.get("bsuid", ""), news.get("wa_id", "")
        name = self.display_name
        for other in (
            self._search_one(self.portfolio, "bsuid", bsuid),
            self._search_one(self.portfolio, "wa_id", wa_id),
            self._made_from_number(self.portfolio, wa_id) if wa_id else self.browse(),
        ):
            if other.exists() and other != self:
                self._absorb(other)
        values = {}
        if bsuid:
            values["bsuid"] = bsuid
        if wa_id:
            values |= {"wa_id": wa_id, "phone": variants(wa_id)[0]}
        self.write(values)
        self._unverify(
            self.env._(
                "%(before)s is %(after)s on WhatsApp now: no amounts until they say "
                "again who they are.",
                before=name,
                after=self.display_name,
            )
        )

    # === TWO THAT ARE ONE === #

    def _absorb(self, other):
        """Take over what belongs to another identity of the same person.

        Conversations of the same number become one. Of links to the same customer the
        one that is proven better stays; "wrong person" outlasts every other.
        """
        self.ensure_one()
        names = {"bsuid": other.bsuid, "wa_id": other.wa_id, "phone": other.phone}
        more = ("username", "profile_name", "lang", "identity_hash_seen")
        for link in other.link_ids:
            same = self.link_ids.filtered(
                lambda own, link=link: (
                    own.company_id == link.company_id
                    and own.partner_id == link.partner_id
                )
            )
            if not same:
                link.identity_id = self
            elif link._rank() > same._rank():
                same.unlink()
                link.identity_id = self
        for conversation in other.conversation_ids:
            own = self.conversation_ids.filtered(
                lambda c, conversation=conversation: (
                    c.account_id == conversation.account_id
                )
            )
            if own:
                own._absorb(conversation)
            else:
                conversation.identity_id = self
        values = {name: other[name] for name in more if other[name] and not self[name]}
        values["failed_checks"] = max(self.failed_checks, other.failed_checks)
        values["locked_until"] = max(
            filter(None, (self.locked_until, other.locked_until)), default=False
        )
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE debt_contact_consent SET whatsapp_identity_id = %s"
                " WHERE whatsapp_identity_id = %s",
                self.id,
                other.id,
            )
        )
        self.env.invalidate_all()
        other.unlink()
        self.write({**values, **{k: v for k, v in names.items() if v and not self[k]}})

    # === FROM WHAT WE KNOW === #

    @api.model
    def _of_partner(self, account, partner):
        """Return whom to write to for a contact, made from the number where needed.

        :param account: the number of ours that writes
        :param partner: the contact
        :return: the identity; empty where there is no number and nobody known, or
            where it is the wrong person
        """
        # sudo: numbers, for whoever writes; people are made by the product only
        people, partner, account = self.sudo(), partner.sudo(), account.sudo()
        company, portfolio = account.company_id, account._portfolio()
        number = partner._debt_whatsapp_e164(company)
        if number:
            identity = people._of_number(portfolio, number, partner)
            identity = identity or people.create(
                {"portfolio": portfolio, "phone": number}
            )
        else:
            identity = people._linked_to(portfolio, partner, company)
        if not identity or identity._link(partner, company).state == "wrong_person":
            return self.browse()
        return identity.with_env(self.env)

    @api.model
    def _of_number(self, portfolio, number, partner):
        """Return who has a number; see ``_of_numbers``."""
        return self._of_numbers(portfolio, {partner: number})[partner]

    @api.model
    def _of_numbers(self, portfolio, number_of):
        """Return who has the numbers; the one of the customer where there are two.

        :param number_of: {contact: number in E.164}
        :return: {contact: identity}, empty where nobody is known
        """
        spellings = {n: variants(n) for n in set(number_of.values())}
        found = self.search(
            [
                ("portfolio", "=", portfolio),
                ("phone", "in", [one for each in spellings.values() for one in each]),
            ],
            order="wa_id NULLS LAST, id",
        )
        # many numbers: each of them once through all that was found would be slow
        place = {identity.id: number for number, identity in enumerate(found)}
        by_phone = found.grouped("phone")
        known = {}
        for partner, number in number_of.items():
            own = self.browse().union(
                *(by_phone.get(n, self.browse()) for n in spellings[number])
            )
            own = own.sorted(lambda identity: place[identity.id]).with_prefetch(
                found.ids
            )
            debtor = partner._debt_debtors()
            theirs = own.filtered(
                lambda i, debtor=debtor: debtor in i.link_ids.partner_id
            )
            known[partner] = theirs[:1] or own[:1]
        return known

    @api.model
    def _linked_to(self, portfolio, partner, company):
        """Return who speaks for a customer that has no number."""
        return self._linked_to_all(portfolio, partner, company)[partner]

    @api.model
    def _linked_to_all(self, portfolio, partners, company):
        """Return {contact: who speaks for a customer that has no number}."""
        links = self.env["debt.whatsapp.identity.link"].search(
            [
                ("identity_id.portfolio", "=", portfolio),
                ("partner_id", "in", partners._debt_debtors().ids),
                ("company_id", "=", company.id),
                ("state", "in", ("linked", "confirmed")),
            ],
            order="state, id desc",
        )
        first = {}
        for link in links:
            first.setdefault(link.partner_id, link.identity_id)
        return {
            partner: first.get(partner._debt_debtors(), self.browse())
            for partner in partners
        }

    def _suggest(self, account, quoted):
        """Find out for which customer somebody new may speak.

        The one to whom we wrote what they answer; else the only one with this number.
        Several: nobody is guessed, they are asked.

        :param account: the number to which they wrote
        :param quoted: the message of ours that they answer, may be empty
        :return: the link, empty where there is none
        """
        self.ensure_one()
        company = account.company_id
        links = self.env["debt.whatsapp.identity.link"]
        if self.link_ids.filtered(lambda link: link.company_id == company):
            return links
        # sudo: whose message it was, whose number it is
        debtor = quoted.sudo().case_id.partner_id or self.sudo()._candidates(company)
        if len(debtor) != 1:
            return links
        return self._link(debtor.with_env(self.env), company)

    def _candidates(self, company):
        """Return the customers of a company with the number of this person.

        Those who owe something first: where there are any, the others are left out.
        """
        self.ensure_one()
        numbers = variants(self.wa_id or self.phone)
        if not numbers:
            return self.env["res.partner"]
        people = self.env["res.partner"].search(
            [
                ("company_id", "in", (company.id, False)),
                "|",
                ("debt_whatsapp_number", "in", numbers),
                "&",
                ("debt_whatsapp", "=", False),
                ("phone_sanitized", "in", numbers),
            ]
        )
        cases = self.env["debt.case"].search(
            [
                ("partner_id", "in", people._debt_debtors().ids),
                ("company_id", "=", company.id),
            ]
        )
        owing = cases.filtered(lambda case: case.state != "closed")
        return (owing or cases).partner_id
