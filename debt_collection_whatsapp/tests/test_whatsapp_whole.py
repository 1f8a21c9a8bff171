from datetime import timedelta

from odoo.tests import tagged

from .common import NOON, WhatsappCommon
from .inbox_common import InboxCommon


@tagged("post_install", "-at_install")
class TestWhole(WhatsappCommon):
    """From what Meta tells to what is answered, with nothing in between replaced."""

    written = InboxCommon.written

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.sudo().bot_enabled = True
        # the product itself works the inbox
        cls.events = cls.env["debt.whatsapp.event"].sudo()
        cls.messages = cls.env["debt.whatsapp.message"].sudo()

    def hear(self, value, now=NOON):
        self.events._store(self.app.sudo(), self.graph.event(value), now)
        self.events._work_app(self.app.sudo(), now)
        self.events._work_app(self.app.sudo(), now + timedelta(seconds=10))

    def answers(self):
        return self.messages.search([("direction", "=", "out")], order="id")

    def test_who_says_hello_gets_one_answer(self):
        self.invoice()
        self.run_on()
        self.hear(self.written("hola"))
        answer = self.answers()
        self.assertEqual(len(answer), 1)
        self.assertEqual((answer.author, answer.state), ("bot", "queued"))
        self.assertEqual(answer.case_id, self.case_of())

    def test_who_stops_us_hears_that_it_is_so_and_nothing_else(self):
        self.invoice()
        self.run_on()
        case = self.case_of()
        self.hear(self.written("no me escriban"))
        consents = self.env["debt.contact.consent"].search([("way", "=", "chat")])
        self.assertEqual(consents.mapped("state"), ["withdrawn"])
        reason = case._judge_contact("whatsapp")[0].decision.reason
        self.assertEqual(reason, "opted_out")

    def test_a_thousand_reports_in_one_body(self):
        self.hear(self.written("hola"))
        first = self.answers()
        values = first.copy_data()[0]
        wamids = [f"wamid.OUT{n}" for n in range(1_000)]
        self.messages.create(
            [{**values, "uuid": f"u{w}", "wamid": w, "state": "sent"} for w in wamids]
        )
        reports = [
            {"id": w, "status": "delivered", "timestamp": "1780333200"} for w in wamids
        ]
        self.hear({"statuses": reports}, NOON + timedelta(minutes=5))
        event = self.events.search([], limit=1)
        self.assertEqual((event.state, event.count), ("done", 1_000))
        found = self.messages.search([("wamid", "in", wamids)])
        self.assertEqual(set(found.mapped("state")), {"delivered"})
