import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

import requests

from odoo import SUPERUSER_ID, api
from odoo.fields import Datetime
from odoo.tests import HttpCase, tagged
from odoo.tests.common import TEST_CURSOR_COOKIE_NAME

from .common import WA_ID, WhatsappCommon

#: For so many seconds what the agent does is waited for.
PATIENCE = 120
JOINED = timedelta(seconds=6)


@tagged("post_install", "-at_install")
class TestWholeConversation(WhatsappCommon, HttpCase):
    """A customer, the assistant and an agent: Meta's signed webhooks on one side, the
    screen in Spanish in a real browser on the other, nothing in between replaced."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"debt_promise_confirm": False, "debt_test_mode": False})
        spanish = cls.env["res.lang"]._activate_lang("es_419")
        for name in ("debt_collection", "debt_collection_whatsapp"):
            module = cls.env["ir.module.module"]._get(name)
            module._update_translations("es_419")
        cls.debtor.write(
            {
                "name": "Tienda La Esquina",
                "vat": "900123456-8",
                "lang": "es_419",
            }
        )
        cls.agent.partner_id.lang = "es_419"
        cls.account.sudo().write({"bot_enabled": True, "lang_id": spanish.id})

    def setUp(self):
        super().setUp()
        # the browser lives today
        self.today = self.company._debt_today()
        self.bill = self.invoice(450_000, due=self.today - timedelta(days=4))
        self.run_on(self.today)
        self.case = self.case_of()
        self.case.agent_id = False
        self.trouble = []
        # in a request of its own, as Meta's
        self.url = f"{self.base_url()}/debt_whatsapp/{self.app.sudo().url_key}"

    # === META === #

    @contextmanager
    def server(self):
        """The product at work, in a transaction of its own."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def tell(self, value):
        """Meta tells something, signed, over HTTP."""
        body = self.graph.event(value)
        answer = requests.post(
            self.url,
            data=body,
            headers={"X-Hub-Signature-256": self.graph.sign(body)},
            cookies={TEST_CURSOR_COOKIE_NAME: self.http_request_key},
            timeout=60,
        )
        self.assertEqual(answer.status_code, 200)

    def say(self, text=None, button=None):
        """The customer writes or taps; the jobs do what they do."""
        element = {"type": "text", "text": {"body": text}}
        if button:
            reply = {"id": button, "title": "…"}
            element = {
                "type": "interactive",
                "interactive": {"type": "list_reply", "list_reply": reply},
            }
        message = {
            "from": WA_ID,
            "id": f"wamid.{uuid4().hex}",
            "timestamp": str(int(time.time())),
            **element,
        }
        contact = {"profile": {"name": "Rosa"}, "wa_id": WA_ID}
        self.tell({"contacts": [contact], "messages": [message]})
        self.work()

    def work(self):
        """The inbox is worked when nobody writes any more, then the queue."""
        with self.server() as env:
            events, app = env["debt.whatsapp.event"], self.app.with_env(env)
            events._work_app(app, Datetime.now())
            events._work_app(app, Datetime.now() + JOINED)
            messages = env["debt.whatsapp.message"]
            # nobody writes as quickly as this test
            for message in messages.search([("claimed", "!=", False)]):
                message.claimed -= timedelta(minutes=1)
            messages._cron_send()

    def report(self, *words):
        """Meta reports on the last two messages."""
        for word in words:
            for number in (-2, -1):
                self.tell(self.graph.status(number, word, int(time.time())))
        self.work()

    def button(self, title):
        """Return the identifier of what can be tapped in the last answer."""
        action = self.graph.sent[-1]["interactive"]["action"]
        found = [b["reply"] for b in action.get("buttons", ())]
        for section in action.get("sections", ()):
            found += section["rows"]
        return next(each["id"] for each in found if title in each["title"])

    # === BESIDE THE BROWSER === #

    def beside(self, *acts):
        """Let Meta act while the agent has the conversation on the screen.

        :param acts: (what is waited for, what is done then)
        """

        opened = threading.Event()
        conversations = self.registry["debt.whatsapp.conversation"]
        mark_seen = conversations.mark_seen

        def seen(conversation, message_id):
            mark_seen(conversation, message_id)
            opened.set()

        self.startPatcher(patch.object(conversations, "mark_seen", seen))

        def act():
            try:
                # before that the transaction is that of the test
                assert opened.wait(PATIENCE), "the agent opens the conversation"
                for wanted, do in acts:
                    self.wait_for(wanted)
                    do()
            except BaseException as error:
                self.trouble.append(error)

        thread = threading.Thread(target=act, name="meta")
        self.addCleanup(thread.join)
        thread.start()
        return thread

    def wait_for(self, wanted):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with self.server() as env:
                if wanted(self.conversation(env)):
                    return
            time.sleep(0.2)
        raise AssertionError(f"In vain: {wanted.__name__}")

    def conversation(self, env):
        return env["debt.whatsapp.conversation"].search(
            [("account_id", "=", self.account.id)]
        )

    @staticmethod
    def by_agent(conversation):
        return conversation.message_ids.filtered(lambda m: m.author == "agent")

    def is_answered(self, conversation):
        """The agent wrote, and sent a file."""
        return "image" in self.by_agent(conversation).mapped("kind")

    def is_handed_back(self, conversation):
        read = set(self.by_agent(conversation).mapped("state")) == {"read"}
        return read and not conversation.muted_until

    # === THE WHOLE === #

    def test_from_hello_to_the_result_on_the_case(self):
        self.env.flush_all()
        with self.allow_requests():
            self.talk_with_the_assistant()
        meta = self.beside(
            (bool, lambda: self.say("Quiero hablar con una persona")),
            (self.is_answered, self.work),
            (self.is_answered, lambda: self.report("sent", "delivered")),
            (self.is_answered, lambda: self.report("read")),
            (self.is_handed_back, lambda: self.say("saldo")),
        )
        self.start_tour("/odoo", "debt_whatsapp_whole", login="agent", timeout=300)
        meta.join()
        self.assertFalse(self.trouble)
        self.env.invalidate_all()
        # sudo: what the product wrote
        conversation = self.conversation(self.env(su=True))
        written = self.by_agent(conversation)
        self.assertEqual(written.sorted("id").mapped("kind"), ["text", "image"])
        self.assertEqual(set(written.mapped("state")), {"read"})
        self.assertEqual(written.user_id, self.agent)
        reported = [sorted(m.status_ids.mapped("status")) for m in written]
        self.assertEqual(reported, [["delivered", "read", "sent"]] * 2)
        self.assertEqual(conversation.situation, "assistant")
        kinds = [sent["type"] for sent in self.graph.sent[-3:]]
        self.assertEqual(kinds, ["text", "image", "interactive"])
        # what is left of it on the case
        self.assertEqual(self.case.promise_ids.mapped("amount"), [450_000])
        contacts = self.case.action_ids.filtered(lambda a: a.channel == "whatsapp")
        self.assertTrue(contacts.filtered("incoming"))
        self.assertTrue(contacts.filtered(lambda a: a.user_id == self.agent))

    def talk_with_the_assistant(self):
        """Hello, the balance, who it is, a promise: each by a webhook of its own."""
        self.say("hola")
        self.say(button="dc1:balance")
        self.say("3456")
        self.assertIn("450", str(self.graph.sent[-1]))
        self.say("quiero acordar fecha de pago")
        action = self.graph.sent[-1]["interactive"]["action"]
        self.say(button=action["sections"][0]["rows"][0]["id"])
        self.say(button=self.button("total"))
        self.say(button=self.button("Sí"))
        self.env.invalidate_all()
        promise = self.case.promise_ids
        self.assertEqual((promise.source, promise.state), ("whatsapp", "open"))
        self.report("sent", "delivered", "read")
