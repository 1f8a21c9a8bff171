"""Numbers of the demo company: one that works, one whose set-up stopped. Their Meta is
an address of this machine where nobody listens."""

from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields

NOWHERE = "http://127.0.0.1:9"
PUBLIC = "https://odoo.example.com"
READY = {
    "name": "Cobranza",
    "waba_id": "998877665544332",
    "phone_number_id": "112233445566778",
    "portfolio": "500600700800",
    "phone": "+57 601 5551234",
    "verified_name": "Distribuidora Los Andes",
    "name_status": "APPROVED",
    "quality": "GREEN",
    "throughput": "STANDARD",
    "meta_status": "CONNECTED",
    "health": "AVAILABLE",
    "daily_limit": 2000,
    "limit_known": True,
    "state": "ready",
}
BEGUN = {
    "name": "Cartera mayorista",
    "waba_id": "998877665544332",
    "phone_number_id": "112233445566779",
    "phone": "+57 601 5551299",
    "sequence": 20,
}
#: What a message costs where; Meta changes it each quarter. Examples, no list.
PRICES = (("co", 0.0008), ("pe", 0.02), (None, 0.0125))


class Numbers:
    """An application with its numbers."""

    def __init__(self, company):
        context = {"allowed_company_ids": company.ids}
        if "es_419" in dict(company.env["res.lang"].get_installed()):
            context["lang"] = "es_419"
        self.env = api.Environment(company.env.cr, SUPERUSER_ID, context)
        self.company = company.with_env(self.env)
        self.now = fields.Datetime.now()

    def tell(self):
        """Make the application, both numbers and a few prices."""
        self.app = self.env["debt.whatsapp.app"].create(
            {
                "name": "Los Andes Cobranza",
                "app_id": "700800900100",
                "app_secret": "demo",
                "base_url": NOWHERE,
                "public_url": PUBLIC,
            }
        )
        self._ready()
        self._begun()
        for code, price in PRICES:
            self.env["debt.whatsapp.rate"].create(
                {
                    "country_id": code and self.env.ref(f"base.{code}").id,
                    "category": "utility",
                    "date": self.now.date().replace(month=1, day=1),
                    "price": price,
                    "currency_id": self.env.ref("base.USD").id,
                }
            )

    def _number(self, values):
        accounts = self.env["debt.whatsapp.account"].with_context(tracking_disable=True)
        account = accounts.create(
            {
                "app_id": self.app.id,
                "company_id": self.company.id,
                "token": "demo",
                **values,
            }
        )
        return account.with_env(self.env)

    def _ready(self):
        account = self._number({**READY, "refreshed": self.now - timedelta(hours=5)})
        wizard = self.env["debt.whatsapp.acknowledge.wizard"]
        manager = self.env.ref("base.user_admin")
        wizard = wizard.with_user(manager).create(
            {
                "account_id": account.id,
                "role": "own_receivables",
                "has_read": True,
            }
        )
        wizard.action_confirm()
        for step in account._setup_steps():
            step.write({"state": "done", "date": self.now - timedelta(days=40)})

    def _begun(self):
        account = self._number(BEGUN)
        steps = account._setup_steps()
        steps[:2].write({"state": "done", "date": self.now - timedelta(days=1)})
        steps[0].checked = self.env._(
            "Token and secret are accepted; the token does not end."
        )
        steps[1].checked = self.env._("Version %s is answered.", self.app.api_version)
        steps[2].write(
            {
                "state": "failed",
                "date": self.now - timedelta(days=1),
                "checked": self.env._(
                    "Meta refused: %(error)s", error="100: Object does not exist"
                ),
                "remedy": self.env._(
                    "Compare the identifiers with those in Meta's WhatsApp Manager."
                ),
            }
        )
