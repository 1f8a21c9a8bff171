import os
import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import config

from .debt_whatsapp_board_mixin import BOARD_FIELDS
from .debt_whatsapp_breaker_mixin import BREAKER_FIELDS

STATES = [
    ("draft", "To Set Up"),
    ("testing", "Being Tested"),
    ("ready", "Ready"),
    ("suspended", "Suspended"),
]
#: A change of these makes it another number at Meta.
IDENTIFIERS = ("app_id", "waba_id", "phone_number_id")
#: People and their conversations are known within these.
KEYS_OF_PEOPLE = ("waba_id", "phone_number_id", "portfolio")
#: Option of the configuration file, and variable of the environment in capitals: a
#: token that is not in the database.
TOKEN_OPTION = "debt_whatsapp_token_%s"


class DebtWhatsappAccount(models.Model):
    """One business number on WhatsApp, of one company."""

    _name = "debt.whatsapp.account"
    _description = "WhatsApp Number"
    _inherit = [
        "debt.whatsapp.policy.mixin",
        "debt.whatsapp.breaker.mixin",
        "debt.whatsapp.board.mixin",
        "debt.whatsapp.setup.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "company_id, sequence, id"
    #: Fields that only the product writes.
    _guarded = frozenset({"state", *BREAKER_FIELDS, *BOARD_FIELDS})

    name = fields.Char(required=True)
    sequence = fields.Integer(
        default=10,
        help="Of several numbers of a company the first that is ready sends.",
    )
    active = fields.Boolean(default=True)
    app_id = fields.Many2one(
        "debt.whatsapp.app",
        string="Application",
        required=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    waba_id = fields.Char(string="Business Account ID", required=True)
    phone_number_id = fields.Char(
        string="Phone Number ID", required=True, help="Not the number itself."
    )
    portfolio = fields.Char(
        string="Business Portfolio ID",
        help="People have one identifier for all numbers of a portfolio. Empty: the "
        "business account.",
    )
    phone = fields.Char(string="Number", help="As people see it.")
    token = fields.Char(
        groups="base.group_system",
        copy=False,
        exportable=False,
        help="The permanent token of a system user of the business.",
    )
    state = fields.Selection(
        STATES, required=True, default="draft", tracking=True, copy=False
    )
    lang_id = fields.Many2one(
        "res.lang",
        string="Language",
        help="Of messages to people whose language nobody knows.",
    )

    acknowledgement_ids = fields.One2many(
        "debt.whatsapp.acknowledgement", "account_id", readonly=True
    )
    setup_ids = fields.One2many(
        "debt.whatsapp.setup.step", "account_id", string="Steps", readonly=True
    )
    version_end = fields.Date(related="app_id.version_end")
    version_ends = fields.Boolean(related="app_id.version_ends")
    api_version = fields.Char(related="app_id.api_version")

    _phone_number_uniq = models.Constraint(
        "UNIQUE(phone_number_id)", "This number is here already."
    )

    @api.depends("state")
    def _compute_breaker(self):
        return super()._compute_breaker()

    @api.depends("acknowledgement_ids")
    def _compute_acknowledgement(self):
        return super()._compute_acknowledgement()

    @api.depends("setup_ids.state", "setup_ids.remedy")
    def _compute_setup(self):
        return super()._compute_setup()

    # === CHECKS === #

    @api.constrains("waba_id", "phone_number_id", "portfolio")
    def _check_identifiers(self):
        for account in self:
            for name in ("waba_id", "phone_number_id", "portfolio"):
                value = account[name]
                if value and not re.fullmatch(r"\d{5,20}", value):
                    raise ValidationError(
                        self.env._(
                            "“%(value)s” is no %(field)s: it is digits only, as Meta "
                            "shows it, and not the telephone number.",
                            value=value,
                            field=self._fields[name]._description_string(self.env),
                        )
                    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_guarded(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_guarded(vals)
        self.filtered(lambda a: a._changes(KEYS_OF_PEOPLE, vals))._check_unused()
        self.filtered(lambda a: a._changes(IDENTIFIERS, vals))._forget_setup()
        return super().write(vals)

    def _changes(self, names, vals):
        """Return whether a write changes one of some fields."""
        self.ensure_one()
        return any(
            name in vals
            and self._fields[name].convert_to_write(self[name], self) != vals[name]
            for name in names
        )

    def _check_unused(self):
        """Refuse to change within what people are known, once they are known.

        :raise UserError: where somebody wrote or was written to
        """
        # sudo: whoever it is with
        conversations = self.env["debt.whatsapp.conversation"].sudo()
        if conversations.search([("account_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "There are conversations of this number. Archive it, and add the "
                    "other one as a new number."
                )
            )

    def _check_guarded(self, vals):
        """Refuse to let users write what the product finds out by itself."""
        guarded = self._guarded & vals.keys()
        if guarded and not self.env.su:
            raise AccessError(
                self.env._(
                    "The product itself writes these fields: %(fields)s",
                    fields=", ".join(sorted(guarded)),
                )
            )

    # === META === #

    def _portfolio(self):
        """Return within what the identifiers of people are unique."""
        self.ensure_one()
        return self.portfolio or self.waba_id

    @api.model
    def _of_company(self, company):
        """Return the number from which a company sends, empty where there is none.

        The first that is ready; else the first that was, so that what waits waits.

        :param company: ``res.company``, one
        """
        accounts = self.search(
            [("company_id", "=", company.id), ("state", "in", ("ready", "suspended"))]
        )
        return (accounts.filtered(lambda a: a.state == "ready") or accounts)[:1]

    def _token(self):
        """Return the token: of the environment, of the configuration, or its own."""
        self.ensure_one()
        name = TOKEN_OPTION % self.phone_number_id
        return (
            os.environ.get(name.upper())
            or config.get(name)
            or self.sudo().token  # sudo: the token
            or ""
        )

    def _client(self, session=None):
        """Return the ``GraphClient`` that speaks in the name of this number.

        :param session: ``requests.Session``, to share connections
        """
        self.ensure_one()
        return self.app_id._client(self._token(), session)
