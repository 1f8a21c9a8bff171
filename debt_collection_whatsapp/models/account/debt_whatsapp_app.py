import secrets

from odoo import api, fields, models

#: The version of Meta's examples, known to live until July 2028.
API_VERSION = "v25.0"
BASE_URL = "https://graph.facebook.com"


class DebtWhatsappApp(models.Model):
    """An application at Meta: it signs what it tells us, and one address hears it."""

    _name = "debt.whatsapp.app"
    _description = "WhatsApp Application"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    app_id = fields.Char(string="App ID", required=True)
    app_secret = fields.Char(
        groups="base.group_system", copy=False, help="It signs what Meta tells us."
    )
    app_secret_old = fields.Char(
        string="Former App Secret",
        groups="base.group_system",
        copy=False,
        help="Accepted, too, while the secret is being changed.",
    )
    verify_token = fields.Char(
        groups="base.group_system",
        copy=False,
        default=lambda self: secrets.token_urlsafe(32),
    )
    url_key = fields.Char(
        groups="base.group_system",
        copy=False,
        default=lambda self: secrets.token_urlsafe(24),
        help="The part of the address of the webhook that nobody can guess.",
    )
    base_url = fields.Char(string="Address of the API", default=BASE_URL, required=True)
    api_version = fields.Char(
        string="Version of the API", default=API_VERSION, required=True
    )
    account_ids = fields.One2many("debt.whatsapp.account", "app_id")

    _app_id_uniq = models.Constraint("UNIQUE(app_id)", "This app is here already.")
    _url_key_uniq = models.Constraint("UNIQUE(url_key)", "This address is taken.")

    @api.model
    def _by_url_key(self, url_key):
        """Return the active app whose webhook has a key, empty where there is none."""
        return self.search([("url_key", "=", url_key)]) if url_key else self.browse()

    def _secrets(self):
        """Return the secrets that may have signed what comes; none: nothing may."""
        self.ensure_one()
        return [s for s in (self.app_secret, self.app_secret_old) if s]
