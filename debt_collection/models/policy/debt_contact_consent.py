import phonenumbers

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.mail import email_normalize

from ...logic.contact_fix import FIXES

#: The consent for every channel.
ANY = "any"


class DebtContactConsent(models.Model):
    """Who may be contacted where: given, withdrawn. Added to, never changed.

    The latest entry holds that concerns an address, or a person without naming one.
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
        [("collection", "Collection")], required=True, default="collection"
    )
    state = fields.Selection(
        [("given", "Given"), ("withdrawn", "Withdrawn")],
        required=True,
        default="withdrawn",
    )
    source = fields.Char(
        required=True, help="How we know: a call, a contract, the link in a message."
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

    _who = models.Constraint(
        "CHECK(partner_id IS NOT NULL OR address IS NOT NULL)",
        "A consent is that of a contact or of an address.",
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
            consent.display_name = f"{who}: {states.get(consent.state, '')}"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("address"):
                vals["address"] = self._normalize(vals["address"]) or vals["address"]
            if not self.env.su:  # who and when is not for users to say
                vals.update(user_id=self.env.uid, date=fields.Datetime.now())
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
    def _withdraw(self, address, channel, source, company=None):
        """Record that somebody does not want to be contacted there any more.

        The door for others: a word of goodbye by SMS, the link in a mail.

        :param str address: e-mail address or phone number
        :param str channel: a channel of strategies, or "any"
        :param str source: how we know, in words
        :param company: where it was said; None: for every company
        :return: the entry
        """
        # sudo: a debtor has no rights here, and everybody must be able to stop us
        return self.sudo().create(
            {
                "address": address,
                "channel": channel,
                "state": "withdrawn",
                "source": source,
                "company_id": company.id if company else False,
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
        _ref, given = latest.get((address, channel), (None, True))
        return not given

    @api.model
    def _latest(self, company, partner_ids, addresses):
        """Return {(partner id or address, channel): (id, whether it was given)}.

        :param company: the creditor
        """
        self.flush_model()
        entries = self.sudo().search(  # sudo: what stops a message, whoever sends it
            [
                ("company_id", "in", (company.id, False)),
                "|",
                "&",
                ("partner_id", "in", list(partner_ids)),
                ("address", "=", False),
                ("address", "in", list(addresses)),
            ],
            order="id",
        )
        return {
            (entry.address or entry.partner_id.id, entry.channel): (
                entry.id,
                entry.state == "given",
            )
            for entry in entries
        }
