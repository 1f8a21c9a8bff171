from odoo.tests import tagged

from .common import WA_ID, WhatsappCommon
from .fake_graph import PHONE_NUMBER


@tagged("post_install", "-at_install")
class TestWhatsappAccount(WhatsappCommon):
    """A number: who may see its secrets, when it is silent, what Meta tells of it."""

    def test_a_number_speaks_to_its_meta(self):
        account = self.account.with_user(self.agent)
        text = {
            "messaging_product": "whatsapp",
            "to": WA_ID,
            "type": "text",
            "text": {"body": "Hola"},
        }
        account._client().send(account.phone_number_id, text)
        self.assertEqual(self.graph.sent, [text])
        self.assertEqual(self.graph.asked[0].node, f"{PHONE_NUMBER}/messages")
