from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .common import NOON, WhatsappCommon
from .fake_graph import APP_ID, APP_SECRET, PHONE_NUMBER, TOKEN, WABA

WHERE = "https://odoo.example.com"


@freeze_time(NOON)
@tagged("post_install", "-at_install")
class TestWhatsappSetup(WhatsappCommon):
    """Setting up a number: each step, what is wrong, and the proof at the end."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_user("wa_manager", "debt_collection.group_debt_manager")
        cls.app.public_url = WHERE
        cls.meta = cls.account.sudo()  # sudo: the product itself
        cls.meta.state = "draft"
        cls.account = cls.account.with_user(cls.manager)
        cls.manager.partner_id.write(
            {"phone": "300 111 2233", "country_id": cls.company.country_id.id}
        )

    def check(self):
        """Press the button; return {step: its state} without what is to do."""
        self.account.action_setup_check()
        steps = self.account.setup_ids
        return {step.code: step.state for step in steps if step.state != "todo"}

    def failed(self):
        self.check()
        return self.account.setup_ids.filtered(lambda step: step.state == "failed")

    def sent_to(self, node):
        return [asked.body for asked in self.graph.asked if asked.node == node]

    def prove(self, state="sent"):
        """Send the test message, and let Meta report on it."""
        self.account.action_setup_test()
        message = self.meta.env["debt.whatsapp.message"].search(
            [("account_id", "=", self.account.id)], limit=1
        )
        if message.state == "accepted":
            message.state = state
        return message

    # === THE WAY === #

    def test_it_ends_when_a_message_has_gone_the_whole_way(self):
        done = self.check()
        self.assertEqual(done.pop("loop"), "failed")
        self.assertEqual(set(done.values()), {"done"})
        self.assertEqual(self.account.state, "testing")
        self.assertEqual(self.account.verified_name, "Ferretería Andina")
        self.graph.templates = [
            {
                "name": "with",
                "language": "es",
                "status": "APPROVED",
                "components": [{"type": "BODY", "text": "Hola {{1}}"}],
            },
            {"name": "no", "language": "es", "status": "REJECTED", "components": []},
            {"name": "hello", "language": "es", "status": "APPROVED", "components": []},
        ]
        message = self.prove("accepted")
        self.assertEqual(self.graph.sent[0]["template"]["name"], "hello")
        self.assertEqual(message.wamid, self.graph.wamid())
        self.assertEqual(self.account.state, "testing")
        self.assertIn("not arrived", self.failed().checked)
        message.state = "delivered"
        self.assertEqual(set(self.check().values()), {"done"})
        self.assertEqual(self.account.state, "ready")

    def test_meta_is_told_where_we_are(self):
        self.check()
        (told,) = self.sent_to(f"{APP_ID}/subscriptions")
        self.assertEqual(
            told["callback_url"], f"{WHERE}/debt_whatsapp/{self.app.url_key}"
        )
        self.assertEqual(told["verify_token"], self.app.verify_token)
        self.assertIn("messages", told["fields"].split(","))
        self.assertIn("template_category_update", told["fields"].split(","))
        tokens = {asked.node: asked.token for asked in self.graph.asked}
        self.assertEqual(tokens[f"{APP_ID}/subscriptions"], f"{APP_ID}|{APP_SECRET}")
        self.assertEqual(self.sent_to(f"{WABA}/subscribed_apps"), [{}])
        self.assertTrue(self.graph.identity_check)
        for asked in self.graph.asked:
            self.assertNotIn(TOKEN, str(asked.params))
            self.assertNotIn(APP_SECRET, str(asked.params))

    def test_several_databases_share_an_app(self):
        where = f"{WHERE}/debt_whatsapp/{self.app.url_key}"
        self.app.callback = "waba"
        self.check()
        self.assertFalse(self.sent_to(f"{APP_ID}/subscriptions"))
        (told,) = self.sent_to(f"{WABA}/subscribed_apps")
        self.assertEqual(told["override_callback_uri"], where)
        self.graph.clear()
        self.app.callback = "number"
        self.check()
        self.assertEqual(self.sent_to(f"{WABA}/subscribed_apps"), [{}])
        told = self.sent_to(PHONE_NUMBER)[-1]["webhook_configuration"]
        self.assertEqual(told["override_callback_uri"], where)

    def test_it_can_be_left_and_come_back_to(self):
        self.meta.token = False
        self.assertEqual(self.failed().code, "secrets")
        action = self.account.action_setup()
        self.assertEqual(action["res_id"], self.account.id)
        self.assertEqual(len(self.account.setup_ids), 9)
        self.assertIn("token", self.account.setup_note)
        self.meta.token = TOKEN
        self.assertEqual(self.failed().code, "loop")
        self.assertEqual(self.account.setup_done, 8)

    # === WHAT IS WRONG === #

    def test_each_step_says_what_is_wrong(self):
        def script(answer, node):
            return lambda: self.graph.script(answer, node=node)

        cases = {
            "no secret": ("secrets", lambda: self.app.write({"app_secret": False})),
            "not valid": (
                "secrets",
                script((200, {"data": {"is_valid": False}}), "debug_token"),
            ),
            "no right": (
                "secrets",
                lambda: setattr(self.graph, "scopes", ["whatsapp_business_messaging"]),
            ),
            "temporary": (
                "secrets",
                lambda: setattr(self.graph, "expires_at", 1795356000),
            ),
            "version": ("version", lambda: self.app.write({"api_version": "v20.0"})),
            "token": ("number", script(190, PHONE_NUMBER)),
            "no number": ("number", script(100, PHONE_NUMBER)),
            "no answer": ("number", script((500, ""), PHONE_NUMBER)),
            "other waba": ("waba", script((200, {"data": []}), "phone_numbers")),
            "no https": ("webhook", lambda: self.app.write({"public_url": False})),
            "long": (
                "webhook",
                lambda: self.app.write({"public_url": WHERE + "/x" * 100}),
            ),
            "not reached": ("webhook", script(2200, "subscriptions")),
            "no rights": ("subscription", script(200, "subscribed_apps")),
            "settings": ("identity", script(100, "settings")),
            "policy": (
                "policy",
                lambda: (
                    self.env["debt.whatsapp.policy"]
                    .sudo()
                    ._current()
                    .write({"text": "New"})
                ),
            ),
        }
        for name, (code, spoil) in cases.items():
            with self.subTest(name=name):
                self.graph.clear()
                self.app.write(
                    {
                        "app_secret": APP_SECRET,
                        "api_version": "v25.0",
                        "public_url": WHERE,
                    }
                )
                self.account.sudo().setup_ids.unlink()
                spoil()
                step = self.failed()
                self.assertEqual(step.code, code)
                self.assertTrue(step.checked)
                self.assertTrue(step.remedy)
                self.assertEqual(self.account.state, "draft")

    def test_what_meta_does_not_tell_of_the_token_does_not_matter(self):
        self.graph.script(100, node="debug_token")
        self.assertEqual(self.failed().code, "loop")

    # === THE TEST MESSAGE === #

    def test_nothing_is_sent_before_the_other_steps(self):
        with self.assertRaises(UserError):
            self.prove()

    def test_whoever_wrote_is_answered(self):
        self.check()
        with self.assertRaisesRegex(UserError, "601 5551234"):
            self.prove()
        # they wrote an hour ago
        identity = self.env["debt.whatsapp.identity"]._of_partner(
            self.meta, self.manager.partner_id
        )
        talk = self.meta.env["debt.whatsapp.conversation"]._of(self.meta, identity)
        talk.last_inbound = NOON - timedelta(hours=1)
        message = self.prove()
        self.assertEqual(message.kind, "text")
        self.assertEqual(self.graph.sent[0]["text"]["body"], message.body)
        self.check()
        self.assertEqual(self.account.state, "ready")

    def test_a_test_that_fails_says_why(self):
        self.check()
        self.graph.templates = [
            {"name": "hello", "language": "es", "status": "APPROVED", "components": []}
        ]
        self.graph.script(131030)
        message = self.prove()
        self.assertEqual(message.state, "failed")
        self.assertIn("131030", self.failed().checked)

    def test_the_user_needs_a_number(self):
        self.check()
        self.manager.partner_id.phone = False
        with self.assertRaisesRegex(UserError, "own mobile"):
            self.account.action_setup_test()
        self.assertFalse(self.graph.sent)
