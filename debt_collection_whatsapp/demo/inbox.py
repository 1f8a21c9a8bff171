"""What Meta told the demo company, people of all kinds: without any network."""

import json
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields

#: Who wrote what, minutes ago; customers by their number, others are nobody's.
WRITTEN = (
    (310, "Bibiana C.", "573001112233", "Buenas, ¿este es el número de pagos?"),
    (190, "Hernán T.", "573004445566", "No soy esa persona, este número es nuevo"),
    (75, "Lucía M.", None, "BAJA"),
)
#: Fields of webhooks that nobody works.
UNKNOWN = "business_username_update"


class Inbox:
    """Tells events as Meta does, and works them; nobody is answered."""

    def __init__(self, company):
        context = {"allowed_company_ids": company.ids, "debt_one_transaction": True}
        installed = dict(company.env["res.lang"].get_installed())
        if "es_419" in installed:
            context["lang"] = "es_419"
        self.env = api.Environment(company.env.cr, SUPERUSER_ID, context)
        self.company = company.with_env(self.env)
        self.now = fields.Datetime.now()

    def tell(self):
        """Tell everything, where the company has a number on WhatsApp."""
        self.account = self.env["debt.whatsapp.account"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        people = self.account and self._reachable()
        if not people:
            return
        stopped = people[0]
        for number, (ago, name, wa_id, text) in enumerate(WRITTEN):
            wa_id = wa_id or stopped.phone.removeprefix("+")
            self._event(ago, self._message(number, ago, name, wa_id, text))
        self._event(60, {"username": "losandes"}, field=UNKNOWN)
        report = {"id": "wamid.demo.unknown", "status": "sent", "timestamp": "0"}
        self._event(3, self._value(statuses=[report]))
        for event in self.env["debt.whatsapp.event"].search([], order="id"):
            event._work(self.now)
        messages = self.env["debt.whatsapp.message"].search(
            [("wamid", "like", "wamid.demo.%")]
        )
        messages.turn_date = self.now
        self._know(stopped)

    def _reachable(self):
        """Return people of customers who owe something, of whom no story tells."""
        cases = self.env["debt.case"].search(
            [
                ("company_id", "=", self.company.id),
                ("state", "=", "open"),
                ("partner_id.phone", "!=", False),
            ],
            order="amount_overdue desc, id",
            limit=12,
        )
        people = self.env["debt.whatsapp.identity"]
        found = [people._of_partner(self.account, case.partner_id) for case in cases]
        return [i for i in found if i and not i.conversation_ids]

    def _know(self, stopped):
        """Some proved who they are, one is confirmed by an agent, one the wrong one."""
        links = self.env["debt.whatsapp.identity.link"].search(
            [
                ("company_id", "=", self.company.id),
                ("identity_id", "!=", stopped.id),
                ("identity_id.conversation_ids", "=", False),
            ],
            order="id",
        )
        agent = self.env.ref("debt_collection.res_users_agent_demo", False)
        for link, how in zip(links, ("tax_id", "invoice", "agent"), strict=False):
            user = agent if how == "agent" else None
            link._verify(how, self.now - timedelta(days=3), user)
        for link in links[3:4]:
            link._wrong_person("No conozco esa empresa", self.now)

    def _message(self, number, ago, name, wa_id, text):
        moment = self.now - timedelta(minutes=ago)
        message = {
            "from": wa_id,
            "id": f"wamid.demo.{number}",
            "timestamp": str(int(moment.timestamp())),
            "type": "text",
            "text": {"body": text},
        }
        contact = {"profile": {"name": name}, "wa_id": wa_id}
        return self._value(contacts=[contact], messages=[message])

    def _value(self, **more):
        number = self.account.phone_number_id
        return {"metadata": {"phone_number_id": number}, **more}

    def _event(self, ago, value, field="messages"):
        change = {"field": field, "value": value}
        entry = {"id": self.account.waba_id, "changes": [change]}
        body = {"object": "whatsapp_business_account", "entry": [entry]}
        self.env["debt.whatsapp.event"]._store(
            self.account.app_id,
            json.dumps(body, ensure_ascii=False).encode(),
            self.now - timedelta(minutes=ago),
        )
