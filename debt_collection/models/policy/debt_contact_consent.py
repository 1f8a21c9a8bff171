import phonenumbers

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.mail import email_normalize

from ...logic.contact_fix import FIXES

#: The consent for every channel.
ANY = "any"
#: What an entry says of the wish to be contacted: yes, no, nothing any more.
WISHES = {"given": True, "withdrawn": False, "expired": None}
#: What it says of whose address it is, and nothing of any wish.
OWNERS = {"confirmed": True, "wrong_person": False}
MEANS = {**WISHES, **OWNERS}


class DebtContactConsent(models.Model):
    """Who may be contacted where: given, withdrawn. Added to, never changed.

    The latest entry holds that concerns an address, or a person without naming one.
    Whether an address is that of a person is another question: one number may be that
    of several customers, and the wrong one for one of them.
    """

    _name = "debt.contact.consent"
    _description = "Consent to Contact"
    _order = "id desc"
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner", string="Contact", index="btree_not_null", ondelete="restrict"
    )
    address = fields.Char(
        index="btree_not_null",
        help="E-mail address or phone number. Empty: wherever this person is reached.",
    )
    channel = fields.Selection(selection="_channels", required=True, default=ANY)
    purpose = fields.Selection(
        [("collection", "Collection"), ("marketing", "Marketing")],
        required=True,
        default="collection",
    )
    state = fields.Selection(
        [
            ("given", "Given"),
            ("withdrawn", "Withdrawn"),
            ("expired", "Expired"),
            ("confirmed", "Right Person"),
            ("wrong_person", "Wrong Person"),
        ],
        required=True,
        default="withdrawn",
        help="Expired: as if nothing had been said. Right or wrong person: whether "
        "this address is that of the contact, who is written to there or not.",
    )
    way = fields.Selection(
        [
            ("form", "Form"),
            ("contract", "Contract"),
            ("portal", "Customer's Page"),
            ("chat", "Conversation"),
            ("verbal", "By Word of Mouth"),
            ("import", "Import"),
            ("agent", "Found by an Agent"),
        ],
        help="Where it was said.",
    )
    source = fields.Char(
        required=True, help="How we know: a call, a contract, the link in a message."
    )
    wording = fields.Text(
        string="Words",
        help="What the customer agreed to or said, word for word.",
    )
    basis = fields.Char(help="The legal basis, such as a clause of a contract.")
    document = fields.Binary(attachment=True, help="What proves it.")
    document_name = fields.Char()
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="Empty: it holds for every company.",
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now, readonly=True)
    user_id = fields.Many2one(
        "res.users",
        string="Recorded by",
        default=lambda self: self.env.user,
        readonly=True,
    )
    ip = fields.Char(
        string="IP Address", readonly=True, help="From which the customer said it."
    )

    _who = models.Constraint(
        "CHECK(partner_id IS NOT NULL OR address IS NOT NULL)",
        "A consent is that of a contact or of an address.",
    )
    _whose = models.Constraint(
        "CHECK(state NOT IN ('confirmed', 'wrong_person')"
        " OR (partner_id IS NOT NULL AND address IS NOT NULL))",
        "The right or wrong person: it takes a contact and an address.",
    )

    @api.model
    def _channels(self):
        return [
            (ANY, self.env._("Every Channel")),
            *(
                (code, name)
                for code, name in self.env["debt.action"]._channels()
                if self.env["debt.action"]._group_of(code)
            ),
        ]

    @api.depends("partner_id", "address", "state")
    @api.depends_context("lang")
    def _compute_display_name(self):
        states = dict(self._fields["state"]._description_selection(self.env))
        for consent in self:
            # sudo: a name, for whoever may read the consent
            who = consent.address or consent.partner_id.sudo().name
            words = (who, states.get(consent.state))
            consent.display_name = ": ".join(filter(None, words))

    @api.model_create_multi
    def create(self, vals_list):
        self._check_many(vals_list)
        for vals in vals_list:
            if vals.get("address"):
                # sudo: in which country a number without one is
                partner = self.env["res.partner"].sudo().browse(vals.get("partner_id"))
                country = partner.country_id.code or None
                address = self._normalize(vals["address"], country)
                vals["address"] = address or vals["address"]
            if not self.env.su:  # who, when and from where is not for users to say
                vals.update(user_id=self.env.uid, date=fields.Datetime.now(), ip=False)
        consents = super().create(vals_list)
        # sudo: who is reachable again, whoever recorded it
        given = consents.sudo().filtered(lambda c: c.state == "given").partner_id
        if given:
            for datum in FIXES:
                self.env["debt.action"]._contact_fixed(
                    given | given._debt_debtors(), datum
                )
        return consents

    def write(self, vals):
        """Refuse: what was recorded stays, a new entry changes it."""
        if self:
            raise UserError(self.env._("Consents are not changed. Record a new one."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("A consent is evidence and cannot be deleted. Record a new one.")
        )

    @api.model
    def _check_many(self, vals_list):
        """Refuse to let users record many consents at once that nothing proves.

        :raise UserError: where one does not say by which words it was given
        """
        many = len(vals_list) > 1 or self.env.context.get("import_file")
        if self.env.su or not many:
            return
        for number, vals in enumerate(vals_list, start=1):
            proven = vals.get("source") and vals.get("wording")
            if vals.get("state") == "given" and not proven:
                raise UserError(
                    self.env._(
                        "Line %(number)s: many consents at once take the source and "
                        "the words to which each customer agreed.",
                        number=number,
                    )
                )

    @api.model
    def _normalize(self, address, country=None):
        """Return an e-mail address or phone number as it is compared, or False.

        :param country: ISO code of the country in which a number without one is
        """
        if "@" in (address or ""):
            return email_normalize(address, strict=False)
        digits = "".join(filter(str.isdigit, address or ""))
        if not digits:
            return False
        for text, region in ((address, country), (f"+{digits.lstrip('0')}", None)):
            try:
                number = phonenumbers.parse(text, region)
            except phonenumbers.NumberParseException:
                continue
            if phonenumbers.is_possible_number(number):
                return f"{number.country_code}{number.national_number}"
        return digits

    @api.model
    def _withdraw(self, address, channel, source, company=None, **more):
        """Record that somebody does not want to be contacted there any more.

        The door for others: a word of goodbye by SMS, the link in a mail.

        :param str address: e-mail address or phone number
        :param str channel: a channel of strategies, or "any"
        :param str source: how we know, in words
        :param company: where it was said; None: for every company
        :param more: other fields, such as ``way`` and ``wording``
        :return: the entry
        """
        return self._say("withdrawn", address, channel, source, company, **more)

    @api.model
    def _agree(self, address, channel, source, company=None, **more):
        """Record that somebody wants to be contacted there: in a form, on their page.

        Parameters as for ``_withdraw``; ``wording`` is what they agreed to, ``ip``
        from where.

        :return: the entry
        """
        return self._say("given", address, channel, source, company, **more)

    @api.model
    def _say(self, state, address, channel, source, company=None, **more):
        """Record what somebody said, or what turned out, about an address."""
        # sudo: a debtor has no rights here, and everybody must be able to stop us
        return self.sudo().create(
            {
                "address": address,
                "channel": channel,
                "state": state,
                "source": source,
                "company_id": company.id if company else False,
                **more,
            }
        )

    @api.model
    def _is_withdrawn(self, company, address, channel):
        """Return whether the latest word of an address on a channel was no.

        :param company: the creditor
        :param str address: e-mail address or phone number
        """
        address = self._normalize(address)
        latest = self._latest(company, (), (address,))
        _ref, given = latest.get((address, channel), (None, None))
        return given is False

    @api.model
    def _latest(self, company, partner_ids, addresses, purpose="collection"):
        """Return {(who, channel): (id, what was said)}.

        Who is a partner id or an address, and what was said True, False or None for
        nothing any more; or who is (partner id, address), and what was said whether it
        is theirs.

        :param company: the creditor
        """
        self.flush_model()
        entries = self.sudo().search(  # sudo: what stops a message, whoever sends it
            [
                ("company_id", "in", (company.id, False)),
                ("purpose", "=", purpose),
                "|",
                "&",
                ("partner_id", "in", list(partner_ids)),
                ("address", "=", False),
                ("address", "in", list(addresses)),
            ],
            order="id",
        )
        return {(e._who_said(), e.channel): (e.id, MEANS[e.state]) for e in entries}

    def _who_said(self):
        """Return of whom or what this is the latest word, see ``_latest``."""
        if self.state in OWNERS:
            return self.partner_id.id, self.address
        return self.address or self.partner_id.id
