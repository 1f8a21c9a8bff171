"""Conversations of the demo company with the assistant, without any network."""

import base64
from datetime import timedelta
from uuid import uuid4

from odoo import SUPERUSER_ID, api, fields

#: What is written and tapped, minute by minute; "{invoice}" is the number of an open
#: one. A photo is a file, "[label]" a button of the answer before.
STORIES = (
    {
        "name": "Marta R.",
        "ago": 95,
        "lines": (
            "Hola",
            "[Consultar saldo]",
            "{invoice}",
            "Quiero acordar fecha",
            "mañana",
            "[El total]",
            "[Sí, confirmo]",
        ),
    },
    {
        "name": "Julián P.",
        "ago": 41,
        "lines": ("Me hablaron de un descuento", "Buenas, ya pagué", "photo"),
    },
    {
        "name": "Carmen V.",
        "ago": 22,
        "lines": ("Hola", "Perdí el empleo y este mes no tengo cómo pagar"),
    },
)
#: A white square.
PHOTO = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAA"
    "AABJRU5ErkJggg=="
)


class Dialogue:
    """What customers wrote; the assistant of production answers."""

    def __init__(self, company):
        context = {"allowed_company_ids": company.ids}
        installed = dict(company.env["res.lang"].get_installed())
        self.lang = "es_419" if "es_419" in installed else "en_US"
        context["lang"] = self.lang
        self.env = api.Environment(company.env.cr, SUPERUSER_ID, context)
        self.company = company.with_env(self.env)

    def tell(self):
        """Tell the stories, where the company has a number on WhatsApp."""
        account = self.env["debt.whatsapp.account"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        if not account:
            return
        account.write(
            {
                "bot_enabled": True,
                "bot_phone": "+57 601 555 0110",
                "bot_mail": "pagos@losandes.example.com",
            }
        )
        cases = self.env["debt.case"].search(
            [
                ("company_id", "=", self.company.id),
                ("state", "=", "open"),
                ("amount_overdue", ">", 0),
                ("plan_ids", "=", False),
                ("promise_ids", "=", False),
                ("dispute_ids", "=", False),
                ("partner_id.phone", "!=", False),
            ],
            order="days_past_due, id",
        )
        identities = self.env["debt.whatsapp.identity"]
        stories = iter(STORIES)
        # the first story is one of a promise: first who can make one
        promises = self.env["debt.promise"]
        able = cases.filtered(
            lambda case: (
                promises._self_service_items(case)
                and not promises._self_service_limits(case)[1]
            )
        )
        for case in able | cases:
            identity = identities._of_partner(account, case.partner_id)
            if identity and not identity.conversation_ids:
                story = next(stories, None)
                if not story:
                    break
                self._tell(account, identity, case, story)

    def _tell(self, account, identity, case, story):
        identity.write(
            {"profile_name": story["name"], "lang": self.lang[:2], "wa_id": False}
        )
        conversation = self.env["debt.whatsapp.conversation"]._of(account, identity)
        conversation.case_id = case
        invoice = case.item_ids.filtered(lambda i: i.amount_residual > 0).move_id[:1]
        moment = fields.Datetime.now() - timedelta(minutes=story["ago"])
        for line in story["lines"]:
            moment += timedelta(minutes=1)
            message = self._write(
                conversation, line.format(invoice=invoice.name), moment
            )
            conversation._heard(moment)
            conversation._take_turn(message, moment + timedelta(seconds=6))
            # they are read; nothing of it leaves
            answers = conversation.message_ids.filtered(lambda m: m.state == "queued")
            answers.write(
                {
                    "state": "read",
                    "sent_date": moment + timedelta(seconds=8),
                    "delivered_date": moment + timedelta(seconds=9),
                    "read_date": moment + timedelta(seconds=30),
                }
            )
        self.env.flush_all()

    def _write(self, conversation, line, moment):
        label = line.strip("[]") if line.startswith("[") else ""
        kind, body = "text", label or line
        if label:
            kind = "interactive"
        elif line == "photo":
            kind, body = "image", False
        message = self.env["debt.whatsapp.message"].create(
            {
                "conversation_id": conversation.id,
                "account_id": conversation.account_id.id,
                "company_id": self.company.id,
                "case_id": conversation.case_id.id,
                "direction": "in",
                "author": "person",
                "state": "received",
                "kind": kind,
                "body": body,
                "button": self._button(conversation, label),
                "content": {"type": kind},
                "wamid": f"wamid.{uuid4().hex}",
                "moment": moment,
                "received": moment,
                "turn_date": moment,
            }
        )
        if kind == "image":
            message.file_state = "done"
            self.env["ir.attachment"].create(
                {
                    "name": "comprobante.png",
                    "raw": PHOTO,
                    "mimetype": "image/png",
                    "res_model": message._name,
                    "res_id": message.id,
                }
            )
        return message

    def _button(self, conversation, label):
        """Return the identifier of a button of the last answer."""
        if not label:
            return False
        answers = conversation.message_ids.filtered(lambda m: m.direction == "out")
        last = answers.sorted("id")[-1]
        action = last.content["interactive"]["action"]
        found = {
            b["reply"]["title"]: b["reply"]["id"] for b in action.get("buttons", ())
        }
        for section in action.get("sections", ()):
            found |= {row["title"]: row["id"] for row in section["rows"]}
        # in another language the labels are others: the first one then
        return found.get(label) or next(iter(found.values()), False)
