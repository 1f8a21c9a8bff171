from contextlib import contextmanager
from unittest.mock import patch

from odoo.fields import Datetime

from .common import WA_ID, WhatsappCommon

#: Monday, noon in Bogotá, as Odoo and as Meta write it.
NOON = Datetime.to_datetime("2026-06-01 17:00:00")
NOON_TOLD = "1780333200"
BSUID = "CO.13491208655302741918"


class InboxCommon(WhatsappCommon):
    """What Meta tells, worked as the job does; the assistant only listens.

    ``turns`` are those that it had to take, ``cancelled`` what was not to be sent.
    """

    turns = []
    cancelled = []

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        registry = cls.env.registry
        for model, name, double in (
            ("debt.whatsapp.conversation", "_take_turn", cls._listen),
            ("debt.whatsapp.message", "_cancel_waiting", cls._note_cancelled),
        ):
            patcher = patch.object(registry[model], name, double, create=True)
            cls.startClassPatcher(patcher)
        # the product itself works the inbox
        cls.events = cls.env["debt.whatsapp.event"].sudo()
        cls.people = cls.env["debt.whatsapp.identity"].sudo()
        cls.messages = cls.env["debt.whatsapp.message"].sudo()
        cls.links = cls.env["debt.whatsapp.identity.link"].sudo()

    @staticmethod
    def _listen(conversation, messages, now):
        InboxCommon.turns.append((conversation, messages, now))

    @staticmethod
    def _note_cancelled(messages, conversations, reason, now):
        InboxCommon.cancelled.append((conversations, reason))

    def setUp(self):
        super().setUp()
        InboxCommon.turns = []
        InboxCommon.cancelled = []

    # === WHAT META TELLS === #

    def written(self, body="ya pague ayer", wamid="wamid.IN1", **more):
        """Return the value of a change in which somebody writes a text."""
        contact = {"profile": {"name": "Marta R."}, "wa_id": WA_ID, "user_id": BSUID}
        contact |= more.pop("contact", {})
        message = {
            "from": contact.get("wa_id"),
            "from_user_id": contact.get("user_id"),
            "id": wamid,
            "timestamp": NOON_TOLD,
            "type": "text",
            "text": {"body": body},
            **more,
        }
        hidden = {k: v for k, v in message.items() if v is not None}
        contact = {k: v for k, v in contact.items() if v is not None}
        return {"contacts": [contact], "messages": [hidden]}

    def hear(self, *values, now=NOON, **options):
        """Meta tells something, and the job works it; return the event."""
        raw = values[0] if isinstance(values[0], bytes) else None
        raw = raw or self.graph.event(*values, **options)
        self.events._store(self.app.sudo(), raw, now)
        event = self.events.search([], order="id desc", limit=1)
        self.work(now)
        return event

    def work(self, now=NOON):
        """The job works what there is; return the seconds until the next turn."""
        return self.events._work_app(self.app.sudo(), now)

    def write_in(self, body="ya pague ayer", **more):
        """Somebody writes; return the message."""
        now = more.pop("now", NOON)
        number = len(self.messages.search([])) + 1
        value = self.written(body, **{"wamid": f"wamid.IN{number}", **more})
        self.hear(value, now=now)
        return self.messages.search(
            [("direction", "=", "in")], order="id desc", limit=1
        )

    @contextmanager
    def merging(self, double):
        """Within, reports on messages are merged one by one by a double."""

        def merge(messages, account, statuses, now):
            return [s for s in statuses if not double(messages, account, s, now)]

        registry = self.env.registry["debt.whatsapp.message"]
        with patch.object(registry, "_merge_statuses", merge):
            yield
