import json
import random
from unittest.mock import patch

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..controllers import webhook
from ..tools.refusals import Refusals
from .inbox_common import NOON, InboxCommon

QUIET = "odoo.addons.debt_collection_whatsapp.tools.refusals"


@tagged("post_install", "-at_install")
class TestWebhook(InboxCommon, HttpCase):
    """Where Meta tells what happened: kept once, whatever it is, or refused."""

    def setUp(self):
        super().setUp()
        self.path = f"/debt_whatsapp/{self.app.sudo().url_key}"
        self.body = self.graph.event(self.written())

    def tell(self, body=None, signature=True, path=None, **headers):
        body = self.body if body is None else body
        if signature is True:
            signature = self.graph.sign(body)
        if signature:
            headers["X-Hub-Signature-256"] = signature
        headers.setdefault("Content-Type", "application/json")
        path = path or self.path
        return self.url_open(path, data=body, headers=headers, method="POST")

    def kept(self):
        return self.events.search([])

    # === THE HANDSHAKE === #

    def shake(self, path=None, **told):
        told = {
            "mode": "subscribe",
            "challenge": "1158201444",
            "verify_token": self.app.sudo().verify_token,
            **told,
        }
        query = "&".join(f"hub.{key}={value}" for key, value in told.items())
        return self.url_open(f"{path or self.path}?{query}")

    def test_the_challenge_comes_back_to_who_knows_the_token(self):
        answer = self.shake()
        self.assertEqual((answer.status_code, answer.text), (200, "1158201444"))
        self.assertTrue(answer.headers["Content-Type"].startswith("text/plain"))

    def test_nothing_else_comes_back(self):
        self.assertEqual(self.shake(verify_token="guess").status_code, 403)
        self.assertEqual(self.shake(verify_token="").status_code, 403)
        self.assertEqual(self.shake(mode="unsubscribe").status_code, 403)
        self.assertEqual(self.shake(challenge="<b>x</b>").status_code, 403)
        self.assertEqual(self.shake(challenge="").status_code, 403)
        self.assertEqual(self.url_open(self.path).status_code, 403)
        self.app.sudo().verify_token = False
        self.assertEqual(self.shake(verify_token="").status_code, 403)

    def test_an_address_that_nobody_gave_is_not_there(self):
        for key in ("x" * 24, "short", "%00" * 20, "x" * 500):
            path = f"/debt_whatsapp/{key}"
            self.assertEqual(self.tell(path=path).status_code, 404, key)
            self.assertEqual(self.shake(path=path).status_code, 404, key)
        self.app.sudo().active = False
        self.assertEqual(self.tell().status_code, 404)
        self.assertFalse(self.kept())

    # === THE SIGNATURE === #

    def test_what_is_signed_is_kept_once_and_wakes_the_job(self):
        cron = self.env.ref("debt_collection_whatsapp.ir_cron_debt_whatsapp_inbox")
        triggers = self.env["ir.cron.trigger"].sudo()
        before = triggers.search_count([("cron_id", "=", cron.id)])
        for _time in range(3):
            self.assertEqual(self.tell().status_code, 200)
        self.assertEqual(self.kept().body.encode(), self.body)
        self.assertEqual(self.kept().state, "new")
        after = triggers.search_count([("cron_id", "=", cron.id)])
        self.assertEqual(after, before + 1)
        # nothing else was done in the request
        self.assertFalse(self.messages.search([]))

    @mute_logger(QUIET)
    def test_what_nobody_signed_is_refused(self):
        for signature in (
            *(None, "", "sha256=", "sha256=" + "0" * 64, "sha1=" + "0" * 40),
            self.graph.sign(self.body, "another secret"),
            self.graph.sign(self.body + b" "),
            self.graph.sign(self.body).removeprefix("sha256="),
        ):
            answer = self.tell(signature=signature)
            self.assertEqual((answer.status_code, answer.text), (403, ""))
        self.assertFalse(self.kept())

    @mute_logger(QUIET)
    def test_two_secrets_sign_while_one_is_being_changed(self):
        app = self.app.sudo()
        app.write({"app_secret": "new one", "app_secret_old": app.app_secret})
        self.assertEqual(self.tell().status_code, 200)
        body = self.graph.event(self.written(wamid="wamid.2"))
        signed = self.graph.sign(body, "new one")
        self.assertEqual(self.tell(body, signed).status_code, 200)
        app.app_secret_old = False
        body = self.graph.event(self.written(wamid="wamid.3"))
        self.assertEqual(self.tell(body).status_code, 403)
        self.assertEqual(len(self.kept()), 2)

    @mute_logger(QUIET)
    def test_without_a_secret_nothing_is_believed(self):
        self.app.sudo().app_secret = False
        self.assertEqual(self.tell().status_code, 403)
        empty = self.graph.sign(self.body, " ").replace("x", "y")
        self.assertEqual(self.tell(signature=empty).status_code, 403)

    def test_refusals_are_counted_and_told_once_a_minute(self):
        moment = [0.0]
        refusals = Refusals(lambda: moment[0])
        with (
            patch.object(webhook, "refusals", refusals),
            self.assertLogs(QUIET, "WARNING") as log,
        ):
            for second in (0, 1, 30, 59, 60, 61):
                moment[0] = float(second)
                self.tell(signature="sha256=00")
        self.assertEqual(len(log.output), 2)
        self.assertIn("1 requests", log.output[0])
        self.assertIn("4 requests", log.output[1])
        self.assertNotIn("Marta", "".join(log.output))

    def test_a_body_too_large_is_refused(self):
        body = b"x" * (webhook.MAX_BODY + 1)
        self.assertEqual(self.tell(body, signature="sha256=00").status_code, 413)
        self.assertFalse(self.kept())

    # === WHATEVER COMES === #

    def test_what_is_no_json_is_kept_and_ignored(self):
        for body in (
            *(b"", b"{", b"\xff\xfe\x00", b'{"a": "\x00"}', b"[" * 50_000),
            json.dumps({"object": "page"}).encode(),
        ):
            self.assertEqual(self.tell(body).status_code, 200, body[:20])
        self.work()
        self.assertEqual(set(self.kept().mapped("state")), {"ignored"})
        self.assertTrue(all(self.kept().mapped("error")))
        self.assertFalse(self.messages.search([]) or self.people.search([]))

    @mute_logger(QUIET)
    def test_forms_are_no_way_in(self):
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
            answer = self.tell(**{"Content-Type": kind})
            self.assertIn(answer.status_code, (200, 403))

    def test_malformed_bodies_become_nothing(self):
        """None makes trouble for the server, none becomes a message or a person.

        Ten thousand of them, and a hundred requests at a time: in tests/faults.
        """
        generator = random.Random(20_260_601)
        for number in range(300):
            body = bytearray(self.body)
            for _n in range(generator.randint(1, 4)):
                place = generator.randrange(len(body))
                body[place : place + generator.randint(0, 9)] = generator.randbytes(3)
            # what is whole may become a message: this is not
            body = bytes(body[: generator.randrange(len(body) - 2)])
            if number % 10:
                self.events._store(self.app.sudo(), body, NOON)
            else:
                self.assertEqual(self.tell(body or b"{").status_code, 200)
        self.work()
        self.assertEqual(set(self.kept().mapped("state")), {"ignored"})
        self.assertFalse(self.messages.search([]) or self.people.search([]))
