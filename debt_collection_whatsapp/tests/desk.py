"""What the tests of the desk begin with."""

from datetime import timedelta
from unittest.mock import patch

from odoo.fields import Datetime

from .common import MOBILE, WhatsappCommon
from .sending_common import SendingCommon

#: Monday, noon in Bogotá.
NOON = Datetime.to_datetime("2026-06-01 17:00:00")
PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAA"
    "BJRU5ErkJggg=="
)


def minutes(count):
    return timedelta(minutes=count)


class DeskCommon(WhatsappCommon):
    """A customer who owes, and what they wrote ten minutes ago."""

    now = NOON
    approve = SendingCommon.__dict__["approve"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.conversations = cls.env["debt.whatsapp.conversation"].sudo()
        cls.identity = cls.new_identity("Ana", MOBILE)

    @classmethod
    def new_identity(cls, name, phone):
        return (
            cls.env["debt.whatsapp.identity"]
            .sudo()
            .create(
                {
                    "portfolio": cls.account._portfolio(),
                    "wa_id": phone.removeprefix("+"),
                    "phone": phone,
                    "profile_name": name,
                }
            )
        )

    @classmethod
    def new_conversation(cls, identity=None, case=None, **values):
        return cls.conversations.create(
            {
                "account_id": cls.account.id,
                "identity_id": (identity or cls.identity).id,
                "case_id": case.id if case else False,
                "last_message": cls.now,
                **values,
            }
        )

    @classmethod
    def new_message(cls, conversation, body="Hola", ago=10, **values):
        """Return what the person wrote some minutes ago."""
        moment = cls.now - minutes(ago)
        message = (
            cls.env["debt.whatsapp.message"]
            .sudo()
            .create(
                {
                    "conversation_id": conversation.id,
                    "account_id": conversation.account_id.id,
                    "company_id": conversation.company_id.id,
                    "case_id": conversation.case_id.id,
                    "direction": "in",
                    "author": "person",
                    "kind": "text",
                    "body": body,
                    "content": {"type": "text", "text": {"body": body}},
                    "state": "received",
                    "moment": moment,
                    **values,
                }
            )
        )
        if message.direction == "in":
            conversation.last_inbound = max(moment, conversation.last_inbound or moment)
        return message

    def told(self):
        """Return a list that gets what is told through the bus: (to whom, what)."""
        heard = []

        def tell(bus, target, kind, payload):
            heard.append((target, kind, payload))

        bus = type(self.env["bus.bus"])
        self.startPatcher(patch.object(bus, "_sendone", tell))
        return heard
