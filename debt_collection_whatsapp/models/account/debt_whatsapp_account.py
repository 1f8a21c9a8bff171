from odoo import fields, models

from ...tools.graph_client import GraphClient

STATES = [
    ("draft", "To Set Up"),
    ("testing", "Being Tested"),
    ("ready", "Ready"),
    ("suspended", "Suspended"),
]


class DebtWhatsappAccount(models.Model):
    """One business number on WhatsApp, of one company."""

    _name = "debt.whatsapp.account"
    _description = "WhatsApp Number"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "company_id, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    app_id = fields.Many2one("debt.whatsapp.app", required=True, ondelete="restrict")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    waba_id = fields.Char(string="Business Account ID", required=True)
    phone_number_id = fields.Char(string="Phone Number ID", required=True)
    portfolio = fields.Char(
        string="Business Portfolio ID",
        help="People have one identifier for all numbers of a portfolio. Empty: the "
        "business account.",
    )
    phone = fields.Char(string="Number", help="As people see it.")
    token = fields.Char(groups="base.group_system", copy=False)
    state = fields.Selection(STATES, required=True, default="draft", tracking=True)
    lang_id = fields.Many2one("res.lang", string="Language")

    _phone_number_uniq = models.Constraint(
        "UNIQUE(phone_number_id)", "This number is here already."
    )

    def _portfolio(self):
        """Return within what the identifiers of people are unique."""
        self.ensure_one()
        return self.portfolio or self.waba_id

    def _client(self, session=None):
        """Return the ``GraphClient`` that speaks in the name of this number.

        :param session: ``requests.Session``, to share connections
        """
        self.ensure_one()
        account = self.sudo()  # sudo: the token
        app = account.app_id
        return GraphClient(app.base_url, app.api_version, account.token, session)
