from datetime import timedelta

from odoo import api, fields, models

#: Wrong answers until the next one is not listened to, and for how long.
TRIES = 3
LOCKED = timedelta(hours=24)


class DebtWhatsappIdentity(models.Model):
    """Somebody on WhatsApp, as Meta knows them: with or without a phone number."""

    _name = "debt.whatsapp.identity"
    _description = "Person on WhatsApp"
    _inherit = ["debt.whatsapp.identity.mixin"]
    _order = "id desc"

    portfolio = fields.Char(string="Business Portfolio", required=True, readonly=True)
    bsuid = fields.Char(
        string="Identifier",
        readonly=True,
        help="What Meta calls this person for all numbers of a business portfolio.",
    )
    wa_id = fields.Char(
        string="WhatsApp ID",
        readonly=True,
        help="The number as Meta writes it. Used as it is, never corrected.",
    )
    phone = fields.Char(readonly=True, help="The number in E.164, for people.")
    profile_name = fields.Char(string="Name", readonly=True, help="As they chose it.")
    username = fields.Char(readonly=True)
    identity_hash = fields.Char(
        readonly=True, help="It changes when the number changes hands."
    )
    identity_hash_seen = fields.Char(
        readonly=True,
        help="The latest that Meta told. It is believed when the person proved again "
        "who they are.",
    )
    lang = fields.Char(string="Language", help="The one they chose: es or en.")
    failed_checks = fields.Integer(
        string="Wrong Answers", readonly=True, help="In a row, to who they are."
    )
    locked_until = fields.Datetime(
        readonly=True,
        help="After three wrong answers nobody is asked who they are for a day.",
    )
    link_ids = fields.One2many("debt.whatsapp.identity.link", "identity_id")
    partner_ids = fields.Many2many(
        "res.partner",
        string="Customers",
        compute="_compute_partner_ids",
        help="For whom they speak, or may.",
    )
    conversation_ids = fields.One2many("debt.whatsapp.conversation", "identity_id")
    last_inbound = fields.Datetime(
        compute="_compute_last_inbound", string="Wrote Last on"
    )

    _bsuid_uniq = models.UniqueIndex("(portfolio, bsuid) WHERE bsuid IS NOT NULL")
    _wa_id_uniq = models.UniqueIndex("(portfolio, wa_id) WHERE wa_id IS NOT NULL")
    # made from a number of our own books, of which Meta said nothing yet
    _phone_uniq = models.UniqueIndex(
        "(portfolio, phone) WHERE wa_id IS NULL AND bsuid IS NULL"
    )
    _phone_idx = models.Index("(portfolio, phone) WHERE phone IS NOT NULL")

    @api.depends("profile_name", "phone", "username")
    def _compute_display_name(self):
        for identity in self:
            name = identity.profile_name or identity.username
            place = identity.phone or identity.wa_id
            words = [name, f"({place})" if name and place else place]
            identity.display_name = " ".join(filter(None, words)) or identity.bsuid

    @api.depends("link_ids.partner_id", "link_ids.state")
    def _compute_partner_ids(self):
        for identity in self:
            identity.partner_ids = identity.link_ids.filtered(
                lambda link: link.state != "wrong_person"
            ).partner_id

    @api.depends("conversation_ids.last_inbound")
    def _compute_last_inbound(self):
        for identity in self:
            moments = identity.conversation_ids.mapped("last_inbound")
            identity.last_inbound = max(filter(None, moments), default=False)

    # === WHERE THEY ARE REACHED === #

    def _recipient(self):
        """Return to whom a message is addressed, as a part of its envelope."""
        self.ensure_one()
        number = self.wa_id or (self.phone or "").removeprefix("+")
        return {"to": number} if number else {"recipient": self.bsuid}

    def _address(self):
        """Return the address by which consents know this person.

        Who has no number for us is known by their identifier.
        """
        self.ensure_one()
        return self.phone or f"wa:{self.bsuid}"

    def _names(self):
        """Return by which numbers and identifiers Meta tells of these people."""
        return {
            name
            for person in self
            for name in (person.wa_id, (person.phone or "").lstrip("+"), person.bsuid)
            if name
        }

    # === WHO THEY ARE === #

    def _is_locked(self, now):
        """Return whether nobody listens to who they say they are.

        :param now: naive UTC moment
        """
        self.ensure_one()
        return bool(self.locked_until and self.locked_until > now)

    def _check_failed(self, now):
        """Note a wrong answer to who they are.

        :param now: naive UTC moment
        :return: how many tries are left; with 0 they are locked out for a day
        """
        self.ensure_one()
        failed = self.failed_checks + 1
        if failed < TRIES:
            self.failed_checks = failed
        else:
            self.write({"failed_checks": 0, "locked_until": now + LOCKED})
        return max(TRIES - failed, 0)

    def _check_passed(self, partner, company, how, now, user=None):
        """Note that they proved to speak for a customer; amounts may be shown.

        :param partner: the customer, or anybody of it
        :param company: the creditor
        :param how: a value of ``verified_how`` of the link
        :param now: naive UTC moment
        :param user: who of ours vouches for it
        :return: the link
        """
        link = self._link(partner, company)
        link._verify(how, now, user)
        return link

    def _link(self, partner, company, state="suggested"):
        """Return the link of a customer, made where there is none.

        :param partner: the customer, or anybody of it
        :param state: of a new one
        """
        self.ensure_one()
        debtor = partner._debt_debtors()
        found = self.link_ids.filtered(
            lambda link: link.company_id == company and link.partner_id == debtor
        )
        if found:
            return found
        link = self.env["debt.whatsapp.identity.link"].create(
            {
                "identity_id": self.id,
                "company_id": company.id,
                "partner_id": debtor.id,
                "state": state,
            }
        )
        link._confirm_by_consent()
        return link

    def _unverify(self, why):
        """Nobody knows any more who this is: no amounts until they prove it again.

        :param str why: for the agents, in words
        """
        links = self.link_ids.filtered(lambda link: link.state != "wrong_person")
        known = links.filtered(lambda link: link.state != "suggested")
        known.write({"state": "suggested", "verified_until": False})
        for link in known:
            link._tell(why)

    # === WHAT THEY WANT === #

    def _opt_out(self, account, said, now):
        """They want no more messages here. It holds from the next one on.

        :param account: the number to which they said so
        :param str said: in their words
        :param now: naive UTC moment
        """
        self.ensure_one()
        consents = self.env["debt.contact.consent"]
        if not consents._is_withdrawn(account.company_id, self._address(), "whatsapp"):
            self._say("withdrawn", account, source=self.env._("WhatsApp"), wording=said)
            for link in self._links_of(account.company_id):
                link._tell(
                    self.env._("%s gets no more WhatsApp messages.", self.display_name)
                )
        self.env["debt.whatsapp.message"]._cancel_waiting(
            self.conversation_ids.filtered(
                lambda c: c.company_id == account.company_id
            ),
            "opted_out",
            now,
        )

    def _say(self, state, account, *, source, wording, **values):
        """Record what this person said about being written to on WhatsApp.

        :param state: a state of ``debt.contact.consent``
        :param account: the number to which it was said; it concerns its company
        """
        customer = self._links_of(account.company_id).partner_id
        return self.env["debt.contact.consent"]._say(
            state,
            self._address(),
            "whatsapp",
            source,
            account.company_id,
            **{
                "way": "chat",
                "wording": wording[:2_000],
                "whatsapp_identity_id": self.id,
                # shown with the customer; it holds for the address, whosever it is
                "partner_id": customer.id if len(customer) == 1 else False,
                **values,
            },
        )

    def _links_of(self, company):
        """Return the customers of a company for whom this person may speak."""
        return self.link_ids.filtered(
            lambda link: link.company_id == company and link.state != "wrong_person"
        )
