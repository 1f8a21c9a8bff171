"""What came of templates that agents of the demo company sent last week: no network."""

from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import UserError

#: Customers who were written to, those first of whom something is told since.
MOST = 26
#: What became of them, and what some answered within hours.
STATES = ("read", "read", "delivered", "read", "sent", "delivered")
ANSWERS = ("Gracias, mañana hago la transferencia", "Ok", "¿Me envían la factura?")
PRICE = 0.0008


class Results:
    """Messages of before the campaign, when the company was not in test mode."""

    def __init__(self, company):
        context = {"allowed_company_ids": company.ids, "tracking_disable": True}
        if "es_419" in dict(company.env["res.lang"].get_installed()):
            context["lang"] = "es_419"
        self.env = api.Environment(company.env.cr, SUPERUSER_ID, context)
        self.company = company.with_env(self.env)
        self.today = self.company._debt_today()
        self.now = fields.Datetime.now()

    def tell(self):
        """Write to customers, where the company has a number on WhatsApp."""
        self.account = self.env["debt.whatsapp.account"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        if not self.account:
            return
        people = self.env["debt.whatsapp.identity"]
        count = 0
        for case in self._cases():
            identity = people._of_partner(self.account, case.partner_id)
            if identity and self._write(case, identity, count):
                count += 1
            if count == MOST:
                break

    def _cases(self):
        """Return cases, those first that paid or promised within some days."""
        cases = self.env["debt.case"].search(
            [("company_id", "=", self.company.id), ("partner_id.phone", "!=", False)],
            order="id",
        )
        since = self.today - timedelta(days=6)
        paid = self.env["account.partial.reconcile"].search(
            [
                ("max_date", ">=", since),
                ("debit_move_id", "in", cases.item_ids.move_line_id.ids),
            ]
        )
        items = cases.item_ids.filtered(lambda i: i.move_line_id in paid.debit_move_id)
        promised = cases.filtered(
            lambda case: any(p.made_date >= since for p in case.promise_ids)
        )
        open_cases = cases.filtered(lambda case: case.amount_overdue > 0)
        return items.case_id[:8] | promised[:6] | open_cases | cases

    def _write(self, case, identity, number):
        """Write one message; return whether there is one."""
        conversation = self.env["debt.whatsapp.conversation"]._of(
            self.account, identity
        )
        values = self._template(conversation, case)
        if not values:
            return False
        moment = self.now - timedelta(days=6 - number % 4, minutes=17 * number)
        state = STATES[number % len(STATES)]
        arrived = state in ("delivered", "read")
        agent = self.env.ref("debt_collection.res_users_agent_demo")
        self.env["debt.whatsapp.message"].create(
            {
                **values,
                "author": "agent",
                "user_id": agent.id,
                "state": state,
                "is_test": False,
                "moment": moment,
                "claimed": moment,
                "wamid": f"wamid.DEMO.RESULT{number:04}",
                "sent_date": moment,
                "delivered_date": arrived and moment + timedelta(seconds=4),
                "read_date": state == "read" and moment + timedelta(minutes=9),
                "price_category": "utility",
                "price_type": "regular",
                "cost": PRICE,
                "cost_currency_id": self.env.ref("base.USD").id,
            }
        )
        if number % 3 == 0:
            self._answer(conversation, case, moment + timedelta(hours=2), number)
        return True

    def _template(self, conversation, case):
        """Return the values of a message about a case, None where none fits."""
        channel = self.env["debt.channel.whatsapp"]
        texts = self.env["debt.whatsapp.text"]
        action = self.env["debt.action"].new(
            {
                "case_id": case.id,
                "company_id": self.company.id,
                "debtor_id": case.partner_id.id,
                "partner_id": case.partner_id.id,
                "channel": "whatsapp",
                "item_refs": case.item_ids.filtered(
                    lambda i: i.amount_chaseable > 0
                ).ids,
                "contact_day": self.today,
            }
        )
        messages = self.env["debt.whatsapp.message"]
        for purpose in ("overdue", "account"):
            text = texts._standard(purpose, self.company)
            template = text._template_for(self.account, channel._lang(action))
            try:
                link = channel._link(action, messages._new_token())
                return template and messages._outgoing_values(
                    conversation,
                    template._content(action, link),
                    author="agent",
                    body=template._text(action),
                    now=self.now,
                    case=case,
                    template=template,
                )
            except UserError:
                continue  # nothing is overdue there
        return None

    def _answer(self, conversation, case, moment, number):
        body = ANSWERS[number // 3 % len(ANSWERS)]
        self.env["debt.whatsapp.message"].create(
            {
                "conversation_id": conversation.id,
                "account_id": self.account.id,
                "company_id": self.company.id,
                "case_id": case.id,
                "direction": "in",
                "author": "person",
                "state": "received",
                "kind": "text",
                "body": body,
                "content": {"type": "text", "text": {"body": body}},
                "moment": moment,
                "received": moment,
                "turn_date": moment,
            }
        )
        conversation._heard(moment)
