from hashlib import sha256

from odoo import api, fields, models
from odoo.exceptions import UserError


class DebtWhatsappPolicy(models.Model):
    """What Meta's policy says about collecting debts: one version of its text.

    A new version is a new record: everybody is asked again.
    """

    _name = "debt.whatsapp.policy"
    _description = "Policy of WhatsApp"
    _order = "date desc, id desc"

    name = fields.Char(required=True)
    date = fields.Date(string="Text of", required=True)
    url = fields.Char(string="Address", required=True)
    text = fields.Text(
        string="What It Says", required=True, help="Quoted, in the words of Meta."
    )

    @api.model
    def _current(self):
        """Return the version in force, empty where there is none."""
        return self.search([], limit=1)

    def _fingerprint(self):
        """Return by what a version is known: SHA-256 of its date, address and text."""
        self.ensure_one()
        text = "\n".join((str(self.date), self.url, self.text))
        return sha256(text.encode()).hexdigest()

    @api.depends("name", "date")
    def _compute_display_name(self):
        for policy in self:
            policy.display_name = f"{policy.name} ({policy.date})"


class DebtWhatsappAcknowledgement(models.Model):
    """Somebody read the policy and said whose receivables are collected. It stays."""

    _name = "debt.whatsapp.acknowledgement"
    _description = "Acknowledgement of the Policy of WhatsApp"
    _order = "id desc"
    _log_access = False

    account_id = fields.Many2one(
        "debt.whatsapp.account",
        string="WhatsApp Number",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    role = fields.Selection(
        [
            ("own_receivables", "We collect our own invoices from our own customers"),
            ("third_party", "We collect for others, or debts that we bought"),
        ],
        string="Whose Receivables",
        required=True,
        readonly=True,
    )
    policy_date = fields.Date(string="Text of", required=True, readonly=True)
    url = fields.Char(string="Address", required=True, readonly=True)
    fingerprint = fields.Char(
        string="Fingerprint of the Policy", required=True, readonly=True
    )
    text = fields.Text(
        string="What Was Read", required=True, readonly=True, help="All that was shown."
    )
    text_hash = fields.Char(
        string="SHA-256 of What Was Read", required=True, readonly=True
    )
    user_id = fields.Many2one(
        "res.users", string="Read by", required=True, readonly=True
    )
    date = fields.Datetime(string="Read on", required=True, readonly=True)

    @api.depends("user_id", "date", "role")
    @api.depends_context("lang")
    def _compute_display_name(self):
        roles = dict(self._fields["role"]._description_selection(self.env))
        for one in self:
            one.display_name = roles.get(one.role, "")

    def write(self, vals):
        """Refuse: what was acknowledged stays, a new one follows it."""
        if self:
            raise UserError(
                self.env._("Acknowledgements are not changed. Make a new one.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("An acknowledgement is evidence and stays."))
