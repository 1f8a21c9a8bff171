from unittest.mock import patch

from odoo.fields import Datetime
from odoo.tests import HttpCase, tagged

from .desk import DeskCommon, minutes


@tagged("post_install", "-at_install")
class TestWhatsappDeskTours(DeskCommon, HttpCase):
    """The screen of agents, in a real browser, in Spanish, with the lowest rights."""

    # the browser lives today
    now = Datetime.now()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = cls.new_debtor("Tienda La Esquina", phone="+57 301 222 3344")
        cls.env["res.lang"]._activate_lang("es_419")
        for name in ("debt_collection", "debt_collection_whatsapp"):
            module = cls.env["ir.module.module"]._get(name)
            module._update_translations("es_419")
        (cls.agent.partner_id | cls.shop).lang = "es_419"

    def setUp(self):
        super().setUp()
        self.now = Datetime.now()
        day = self.company._debt_today()
        self.invoice(100, partner=self.shop, due=day - minutes(4 * 24 * 60))
        self.run_on(day)
        self.case = self.case_of(self.shop)
        self.case.agent_id = self.agent
        identity = self.new_identity("Rosa", "+573012223344")
        self.conversation = self.new_conversation(identity, self.case)

    def reports(self):
        """Let WhatsApp report at the moment the agent has seen their own message."""
        conversations = type(self.conversation)
        seen = conversations.mark_seen

        def mark_seen(conversation, message_id):
            seen(conversation, message_id)
            own = conversation.sudo().message_ids.filtered(
                lambda m: m.author == "agent" and m.state == "queued"
            )
            own.write({"state": "read", "read_date": Datetime.now()})

        self.startPatcher(patch.object(conversations, "mark_seen", mark_seen))

    def test_an_agent_reads_answers_and_hands_back(self):
        for number in range(1, 41):
            self.new_message(
                self.conversation, f"Mensaje {number} de 40", ago=200 - number
            )
        self.new_message(self.conversation, "¿Puedo pagar en *dos cuotas*?", ago=5)
        self.conversation.waits_since = self.now - minutes(5)
        self.env["debt.whatsapp.quick.answer"].create(
            {"name": "Thanks", "shortcut": "gracias", "body": "Gracias, {contact}"}
        )
        self.reports()
        self.start_tour("/odoo", "debt_whatsapp_answer", login="agent")
        answer = self.conversation.message_ids.filtered(lambda m: m.author == "agent")
        self.assertEqual((answer.user_id, answer.state), (self.agent, "read"))
        self.assertEqual(self.conversation.situation, "assistant")

    def test_an_agent_sends_a_template_when_free_text_is_over(self):
        self.new_message(self.conversation, "Hola", ago=3 * 24 * 60)
        text = self.approve("account", "overdue", lang="es")[0].text_id
        self.start_tour("/odoo", "debt_whatsapp_template", login="agent")
        sent = self.conversation.message_ids.filtered(lambda m: m.author == "agent")
        self.assertEqual((sent.kind, sent.template_id.text_id), ("template", text))

    def test_what_fails_stays_on_the_screen(self):
        self.new_message(self.conversation, "¿Me puede ayudar?")
        account = type(self.account)
        answers = ["breaker"]
        why = account._why_silent

        def why_silent(number, author, now):
            return (answers and self.sending and answers.pop()) or why(
                number, author, now
            )

        self.sending = False
        conversations = type(self.conversation)
        send = conversations.action_send

        def action_send(conversation, *args, **kwargs):
            self.sending = True
            try:
                return send(conversation, *args, **kwargs)
            finally:
                self.sending = False

        self.startPatcher(patch.object(account, "_why_silent", why_silent))
        self.startPatcher(patch.object(conversations, "action_send", action_send))
        self.start_tour(
            f"/odoo/debt.case/{self.case.id}", "debt_whatsapp_case", login="agent"
        )
        sent = self.conversation.message_ids.filtered(lambda m: m.author == "agent")
        self.assertEqual(sent.body, "Sí, con gusto")
