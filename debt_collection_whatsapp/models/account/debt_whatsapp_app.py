import re
import secrets
from datetime import timedelta
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...logic import number_health
from ...tools.graph_client import GraphClient

#: The version of Meta's examples, known to live until July 2028.
API_VERSION = "v25.0"
BASE_URL = "https://graph.facebook.com"
#: More hosts, for a proxy of the company: names with commas between them.
HOSTS_PARAMETER = "debt_collection_whatsapp.hosts"
#: A server of tests.
LOCAL_HOSTS = ("127.0.0.1", "localhost")
#: For how long a former secret is accepted, and the address of the webhook at most.
ROTATION = timedelta(days=2)
MAX_CALLBACK = 200


class DebtWhatsappApp(models.Model):
    """An application at Meta: it signs what it tells us, and one address hears it."""

    _name = "debt.whatsapp.app"
    _description = "WhatsApp Application"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    app_id = fields.Char(string="App ID", required=True)
    # secrets are for the eyes of administrators, and in no exported file
    app_secret = fields.Char(
        groups="base.group_system",
        copy=False,
        exportable=False,
        help="It signs what Meta tells us.",
    )
    app_secret_old = fields.Char(
        string="Former App Secret",
        groups="base.group_system",
        copy=False,
        exportable=False,
        help="Accepted, too, while the secret is being changed.",
    )
    secret_old_until = fields.Datetime(
        string="Former Secret until",
        groups="base.group_system",
        copy=False,
        help="From then on only the new secret is accepted.",
    )
    verify_token = fields.Char(
        groups="base.group_system",
        copy=False,
        exportable=False,
        default=lambda self: secrets.token_urlsafe(32),
    )
    url_key = fields.Char(
        groups="base.group_system",
        copy=False,
        exportable=False,
        default=lambda self: secrets.token_urlsafe(24),
        help="The part of the address of the webhook that nobody can guess.",
    )
    base_url = fields.Char(
        string="Address of the API",
        default=BASE_URL,
        required=True,
        groups="base.group_system",
    )
    api_version = fields.Char(
        string="Version of the API", default=API_VERSION, required=True
    )
    public_url = fields.Char(
        string="Public Address",
        help="Where Meta reaches this database, with https. Empty: the address of the "
        "database.",
    )
    callback = fields.Selection(
        [
            ("app", "This Database Only"),
            ("waba", "Several Databases, by Business Account"),
            ("number", "Several Databases, by Number"),
        ],
        string="Who Hears Meta",
        required=True,
        default="app",
        help="An app has one address. Where several databases share it, messages of "
        "this one's business accounts or numbers are sent here; news of templates and "
        "restrictions go to the address of the app.",
    )
    callback_url = fields.Char(
        string="Address of the Webhook",
        compute="_compute_callback_url",
        groups="base.group_system",
    )
    version_end = fields.Date(string="Version Ends on", compute="_compute_version_end")
    version_days = fields.Integer(compute="_compute_version_end")
    version_ends = fields.Boolean(
        compute="_compute_version_end", help="Within the next 90 days, or over."
    )
    account_ids = fields.One2many("debt.whatsapp.account", "app_id", string="Numbers")

    _app_id_uniq = models.Constraint("UNIQUE(app_id)", "This app is here already.")
    _url_key_uniq = models.Constraint("UNIQUE(url_key)", "This address is taken.")

    # === COMPUTES AND CHECKS === #

    @api.depends("public_url", "url_key")
    def _compute_callback_url(self):
        for app in self:
            app.callback_url = app._callback_url()

    @api.depends("api_version")
    def _compute_version_end(self):
        versions = self.env["debt.whatsapp.version"]
        today = self.env.company._debt_today()
        for app in self:
            app.version_end = versions._end_of(app.api_version)
            days = number_health.days_left(app.version_end or None, today)
            app.version_ends = days is not None
            app.version_days = days or 0

    @api.constrains("api_version")
    def _check_api_version(self):
        for app in self:
            if not re.fullmatch(r"v\d{2}\.0", app.api_version):
                raise ValidationError(
                    self.env._("A version of the API is written as v25.0.")
                )

    @api.constrains("app_id")
    def _check_app_id(self):
        for app in self:
            if not re.fullmatch(r"\d{5,20}", app.app_id):
                raise ValidationError(
                    self.env._("An App ID is digits only: copy it from Meta.")
                )

    @api.constrains("base_url")
    def _check_base_url(self):
        for app in self.sudo():  # sudo: the address is that of administrators
            url = urlsplit(app.base_url)
            local = url.scheme == "http" and url.hostname in LOCAL_HOSTS
            known = url.scheme == "https" and url.hostname in app._hosts()
            clean = not (url.username or url.query or url.fragment)
            if not clean or not (known or local):
                raise ValidationError(
                    self.env._(
                        "The address of the API is https://%(hosts)s. Other hosts have "
                        "to be in the system parameter %(parameter)s.",
                        hosts=", ".join(app._hosts()),
                        parameter=HOSTS_PARAMETER,
                    )
                )

    @api.constrains("public_url")
    def _check_public_url(self):
        for app in self.filtered("public_url"):
            url = urlsplit(app.public_url)
            if url.scheme != "https" or url.username or url.query or url.fragment:
                raise ValidationError(
                    self.env._("The public address begins with https://.")
                )

    @api.model
    def _hosts(self):
        """Return the hosts that may be asked in the name of a token."""
        parameters = self.env["ir.config_parameter"].sudo()  # sudo: system parameter
        more = parameters.get_param(HOSTS_PARAMETER) or ""
        return [
            urlsplit(BASE_URL).hostname,
            *filter(None, map(str.strip, more.split(","))),
        ]

    # === SECRETS === #

    def write(self, vals):
        """A new secret leaves the former one in force while Meta changes over."""
        if not vals.get("app_secret") or "app_secret_old" in vals:
            return super().write(vals)
        for app in self:
            own = dict(vals)
            former = app.app_secret
            if former and former != vals["app_secret"]:
                own["app_secret_old"] = former
                own.setdefault("secret_old_until", fields.Datetime.now() + ROTATION)
            super(DebtWhatsappApp, app).write(own)
        return True

    @api.model
    def _by_url_key(self, url_key):
        """Return the active app whose webhook has a key, empty where there is none."""
        return self.search([("url_key", "=", url_key)]) if url_key else self.browse()

    def _secrets(self, now=None):
        """Return the secrets that may have signed what comes; none: nothing may.

        :param now: naive UTC moment; without it the clock
        """
        self.ensure_one()
        now = now or fields.Datetime.now()
        until = self.secret_old_until
        former = self.app_secret_old if not until or now < until else None
        return [secret for secret in (self.app_secret, former) if secret]

    def _is_neutralized(self):
        """Return whether this is a copied database, which asks Meta for nothing."""
        parameters = self.env["ir.config_parameter"].sudo()  # sudo: system parameter
        return bool(parameters.get_param("database.is_neutralized"))

    def _client(self, token=None, session=None):
        """Return the ``GraphClient`` of a token; without one, in the app's own name.

        :param token: of a number
        :param session: ``requests.Session``, to share connections
        """
        self.ensure_one()
        app = self.sudo()  # sudo: the secret and the address
        if token is None:
            token = f"{app.app_id}|{app.app_secret}" if app.app_secret else ""
        if app._is_neutralized():
            token = ""
        return GraphClient(app.base_url, app.api_version, token, session)

    def _callback_url(self):
        """Return the address at which Meta reaches us."""
        self.ensure_one()
        app = self.sudo()  # sudo: the key
        base = app.public_url or app.get_base_url()
        return f"{base.rstrip('/')}/debt_whatsapp/{app.url_key}"
