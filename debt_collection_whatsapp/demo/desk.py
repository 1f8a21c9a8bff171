"""Conversations of the demo company that people look after, without any network."""

import io
from datetime import timedelta

from PIL import Image, ImageDraw

from odoo import SUPERUSER_ID, api, fields

#: So long ago, in minutes, who (None: we), by whom, what, and what became of it. A
#: customer is named by how many days they are late: the first, the second and so on.
STORIES = (
    {
        "waits": 14,
        "lines": (
            (26 * 60, "strategy", "template", "delivered", 0),
            (25, None, "text", None, 1),
            (24, "bot", "text", "read", 2),
            (14, None, "text", None, 3),
            (14, None, "text", None, 4),
        ),
    },
    {
        "agent": "res_users_agent_demo",
        "lines": (
            (190, None, "text", None, 5),
            (186, "agent", "text", "read", 6),
            (180, None, "image", None, 7),
            (171, "agent", "text", "delivered", 8),
            (170, "agent", "text", "failed", 9),
        ),
    },
    {"unknown": "Laura G.", "waits": 47, "lines": ((47, None, "text", None, 10),)},
    {
        "waits": 22 * 60 + 40,
        "lines": (
            (22 * 60 + 50, "bot", "text", "read", 2),
            (22 * 60 + 40, None, "text", None, 11),
        ),
    },
    {
        "agent": "res_users_supervisor_demo",
        "lines": (
            (4 * 24 * 60, None, "text", None, 12),
            (4 * 24 * 60 - 8, "agent", "text", "read", 13),
        ),
    },
)
TEXTS = (
    "Buenos días. Le escribe Distribuidora Los Andes: no vemos aplicado el pago de su "
    "factura. Si ya pagó, gracias; envíenos el comprobante y lo aplicamos hoy.",
    "Buenas, vi el mensaje",
    "Hola, soy el asistente automático de Distribuidora Los Andes. ¿Qué necesita?",
    "Quiero hablar con una persona",
    "Este mes no me alcanza para todo. ¿Puedo pagar en *dos cuotas*? La primera el "
    "viernes",
    "Buenos días, ya hicimos la transferencia ayer",
    "Muchas gracias. ¿Me envía por favor una foto del comprobante?",
    "Aquí está",
    "Recibido, lo aplicamos hoy mismo. *Gracias por su pago.*",
    "Le confirmo cuando quede aplicado.",
    "Hola, me llegó un aviso de ustedes pero no sé de qué empresa es. Compro para un "
    "colegio",
    "¿Me pueden reenviar la factura con la orden de compra? Sin eso no me la programan",
    "Gracias, quedo atento",
    "Con gusto. Que tenga un buen día.",
)


class Desk:
    """What people wrote, and what we answered."""

    def __init__(self, company):
        context = {"allowed_company_ids": company.ids}
        installed = dict(company.env["res.lang"].get_installed())
        if "es_419" in installed:
            context["lang"] = "es_419"
        self.env = api.Environment(company.env.cr, SUPERUSER_ID, context)
        self.company = company.with_env(self.env)
        self.now = fields.Datetime.now()

    def tell(self):
        """Make the conversations, where the company has a number on WhatsApp."""
        account = self.env["debt.whatsapp.account"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        cases = self.env["debt.case"].search(
            [
                ("company_id", "=", self.company.id),
                ("state", "=", "open"),
                ("partner_id.phone", "!=", False),
            ],
            order="days_past_due desc, id",
        )
        known = cases.filtered(
            lambda case: self._number(case, account) and not self._busy(case)
        )
        if account:
            cases = iter(known)
            for number, story in enumerate(STORIES):
                case = (
                    self.env["debt.case"]
                    if story.get("unknown")
                    else next(cases, self.env["debt.case"])
                )
                if case or story.get("unknown"):
                    self._tell(account, case, number, story)

    def _number(self, case, account):
        contact = case._call_contact()
        return contact and contact._debt_number(account.company_id, mobile=True)

    def _busy(self, case):
        """Return whether another story is told of this customer."""
        conversations = self.env["debt.whatsapp.conversation"]
        return bool(conversations.search_count([("case_id", "=", case.id)], limit=1))

    def _tell(self, account, case, number, story):
        conversation = self._conversation(account, case, number, story)
        last = self.env["debt.whatsapp.message"]
        for line in story["lines"]:
            last = self._write(conversation, case, last, *line)
        came = conversation.message_ids.filtered(lambda m: m.direction == "in")
        conversation.write(
            {
                "last_inbound": max(came.mapped("moment")),
                "last_message": last.moment,
                "human_user_id": story.get("agent")
                and self.env.ref(f"debt_collection.{story['agent']}").id,
            }
        )
        if story.get("waits"):
            conversation.waits_since = self._ago(story["waits"])

    def _conversation(self, account, case, number, story):
        phone = self._number(case, account) if case else f"+57300555{number:04d}"
        identities = self.env["debt.whatsapp.identity"]
        identity = identities.search(
            [
                ("portfolio", "=", account._portfolio()),
                ("wa_id", "=", phone.removeprefix("+")),
            ]
        ) or identities.create(
            {
                "portfolio": account._portfolio(),
                "wa_id": phone.removeprefix("+"),
                "phone": phone,
                "profile_name": story.get("unknown") or case._call_contact().name,
            }
        )
        if case:
            identity.link_ids.create(
                {
                    "identity_id": identity.id,
                    "company_id": self.company.id,
                    "partner_id": case.partner_id.id,
                    "state": "confirmed" if number % 2 else "linked",
                }
            )
        return self.env["debt.whatsapp.conversation"].create(
            {
                "account_id": account.id,
                "identity_id": identity.id,
                "case_id": case.id,
            }
        )

    def _write(self, conversation, case, last, ago, author, kind, state, text):
        moment = self._ago(ago)
        agent = self.env.ref("debt_collection.res_users_agent_demo")
        content = {"type": kind, kind: {}}
        if kind == "text":
            content = {"type": "text", "text": {"body": TEXTS[text]}}
        message = self.env["debt.whatsapp.message"].create(
            {
                "conversation_id": conversation.id,
                "account_id": conversation.account_id.id,
                "company_id": self.company.id,
                "case_id": case.id,
                "partner_id": case.partner_id.id,
                "direction": "out" if author else "in",
                "author": author or "person",
                "user_id": agent.id if author == "agent" else False,
                "kind": kind,
                "body": TEXTS[text],
                "content": content,
                "state": state or "received",
                "moment": moment,
                "received": not author and moment,
                # the assistant has nothing to say: a person answers here
                "turn_date": not author and moment,
                "reply_to_id": last.id if text == 6 else False,
                "sent_date": author and moment,
                "delivered_date": state in ("delivered", "read") and moment,
                "read_date": state == "read" and moment + timedelta(minutes=1),
                "error": state == "failed"
                and "El teléfono de la persona no recibe mensajes ahora (131026).",
            }
        )
        if kind == "image":
            self.env["ir.attachment"].create(
                {
                    "name": "comprobante.png",
                    "raw": _receipt(),
                    "mimetype": "image/png",
                    "res_model": message._name,
                    "res_id": message.id,
                }
            )
        return message

    def _ago(self, minutes):
        return self.now - timedelta(minutes=minutes)


def _receipt():
    """Return a picture of a receipt that nobody issued."""
    picture = Image.new("RGB", (360, 240), "#fdfdf6")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((8, 8, 351, 231), outline="#888888")
    for place, words in enumerate(
        ("BANCO DE EJEMPLO", "Transferencia exitosa", "Ref. TR-004711", "$ 3.808.000")
    ):
        draw.text((28, 32 + 44 * place), words, fill="#222222")
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
