import logging
import ssl
from unittest.mock import patch

import requests
from urllib3.exceptions import MaxRetryError, SSLError

from odoo.tests import BaseCase, tagged

from ..tools import graph_client
from ..tools.graph_client import (
    GraphClient,
    GraphError,
    NotAllowed,
    NotSent,
    Uncertain,
)
from ..tools.log import get_logger
from . import fake_graph
from .fake_graph import PHONE_NUMBER, TOKEN, WABA, FakeGraph

TEXT = {
    "messaging_product": "whatsapp",
    "recipient_type": "individual",
    "to": "573001234567",
    "type": "text",
    "text": {"body": "Hola"},
}


def interactive(kind, action, body="Hola"):
    element = {"type": kind, "body": {"text": body}, "action": action}
    return {**TEXT, "type": "interactive", "interactive": element}


def rows(count, title="Pagar"):
    return {
        "button": "Ver",
        "sections": [{"rows": [{"id": str(n), "title": title} for n in range(count)]}],
    }


def buttons(*titles):
    replies = [{"id": str(n), "title": title} for n, title in enumerate(titles)]
    return {"buttons": [{"type": "reply", "reply": reply} for reply in replies]}


def bad_record():
    error = ssl.SSLError("decryption failed or bad record mac")
    error.reason = "DECRYPTION_FAILED_OR_BAD_RECORD_MAC"
    return error


@tagged("post_install", "-at_install")
class TestGraphClient(BaseCase):
    """The client of Meta's API, over real connections."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.graph = FakeGraph()
        cls.addClassCleanup(cls.graph.close)

    def setUp(self):
        super().setUp()
        self.graph.clear()
        self.client = self.client_with()

    def client_with(self, token=TOKEN, version="v25.0", base=None):
        return GraphClient(base or self.graph.url, version, token)

    def send(self, payload=None):
        return self.client.send(PHONE_NUMBER, payload or TEXT)

    # === MESSAGES === #

    def test_a_message_is_taken(self):
        answer = self.send()
        self.assertEqual(answer["messages"][0]["id"], self.graph.wamid())
        self.assertEqual(answer["contacts"][0]["wa_id"], "573001234567")
        self.assertEqual(self.graph.sent, [TEXT])
        (asked,) = self.graph.asked
        self.assertEqual(
            (asked.verb, asked.version, asked.node, asked.token, asked.params),
            ("POST", "v25.0", f"{PHONE_NUMBER}/messages", TOKEN, {}),
        )

    def test_a_message_may_be_held(self):
        self.graph.script(fake_graph.HELD)
        state = self.send()["messages"][0]["message_status"]
        self.assertEqual(state, "held_for_quality_assessment")

    def test_nothing_left(self):
        with self.assertRaises(NotSent):
            self.client_with(base="http://127.0.0.1:9").send(PHONE_NUMBER, TEXT)
        for error in (
            requests.ConnectTimeout(),
            requests.exceptions.SSLError(),
            requests.exceptions.ProxyError(),
        ):
            with (
                self.subTest(error=error),
                patch("requests.sessions.Session.send", side_effect=error),
                self.assertRaises(NotSent),
            ):
                self.send()

    def test_tls_that_fails_at_the_start_and_in_the_middle(self):
        with self.assertRaises(NotSent):
            # no TLS is spoken there
            self.client_with(base=self.graph.url.replace("http:", "https:")).send(
                PHONE_NUMBER, TEXT
            )
        self.assertFalse(self.graph.asked)
        for cause, expected in (
            (ssl.SSLCertVerificationError("self-signed"), NotSent),
            (ssl.SSLEOFError("EOF in violation of protocol"), Uncertain),
            (bad_record(), Uncertain),
        ):
            reason = MaxRetryError(None, "/", SSLError(cause))
            error = requests.exceptions.SSLError(reason)
            with (
                self.subTest(cause=cause),
                patch("requests.sessions.Session.send", side_effect=error),
                self.assertRaises(expected),
            ):
                self.send()

    def test_nobody_knows_whether_it_left(self):
        cases = {
            fake_graph.TIMEOUT_BEFORE: 0,
            fake_graph.TIMEOUT_AFTER: 1,
            fake_graph.CUT_BEFORE: 0,
            fake_graph.CUT_AFTER: 1,
            fake_graph.BAD_GATEWAY: 1,
            fake_graph.NO_ID: 1,
            (503, "<html>"): 0,
            (200, "<html>"): 0,
            (200, '{"messages": [{"id": null}]}'): 0,
            (200, '{"messages": ["x"]}'): 0,
            (200, "[" * 100_000): 0,
            (200, '{"error": "x"}'): 0,
            (500, '{"error": {"message": "no code"}}'): 0,
        }
        for fault, taken in cases.items():
            with self.subTest(fault=fault):
                self.graph.clear()
                self.graph.script(fault)
                with self.graph.impatient(), self.assertRaises(Uncertain) as caught:
                    self.send()
                self.assertEqual(caught.exception.kind, "uncertain")
                # it asked once, whatever became of it
                self.assertEqual(len(self.graph.asked), 1)
                self.assertEqual(len(self.graph.sent), taken)

    def test_what_meta_refuses(self):
        for code, kind in (
            (190, "auth"),
            (131031, "account"),
            (130429, "throttle"),
            (131000, "transient"),
            (131049, "hold"),
            (131026, "recipient"),
            (131050, "consent"),
            (131047, "window"),
            (132001, "template"),
            (132000, "content"),
            (987654, "content"),
        ):
            self.graph.script(code)
            with self.subTest(code=code), self.assertRaises(GraphError) as caught:
                self.send()
            error = caught.exception
            self.assertEqual((error.code, error.kind), (code, kind))
            self.assertEqual(error.trace, f"AFake{code}")
        self.assertFalse(self.graph.sent)

    def test_a_refusal_without_a_code(self):
        for status, kind in ((401, "auth"), (429, "throttle"), (404, "content")):
            self.graph.script((status, "<html>"))
            with self.subTest(status=status), self.assertRaises(GraphError) as caught:
                self.send()
            self.assertEqual(
                (caught.exception.code, caught.exception.kind), (None, kind)
            )

    def test_strange_errors_are_read(self):
        said = {"error": {"code": 131026, "error_data": None, "message": 5}}
        self.graph.script((400, said))
        with self.assertRaisesRegex(GraphError, "131026: HTTP 400"):
            self.send()

    def test_it_follows_nobody(self):
        self.graph.script((302, "moved"))
        with self.assertRaisesRegex(NotSent, "302"):
            self.send()
        self.assertEqual(len(self.graph.asked), 1)

    def test_a_message_is_marked_as_read(self):
        self.client.mark_read(PHONE_NUMBER, "wamid.INBOUND0001", typing=True)
        (asked,) = self.graph.asked
        self.assertEqual(asked.body["typing_indicator"], {"type": "text"})
        self.assertFalse(self.graph.sent)

    def test_limits_of_messages(self):
        link = {"display_text": "Pagar", "url": "https://example.com"}
        for right in (
            interactive("list", rows(10)),
            interactive("button", buttons("Sí", "No", "Asesor")),
            interactive("cta_url", {"name": "cta_url", "parameters": link}),
            {**TEXT, "text": {"body": "x" * 4096}},
            {**TEXT, "to": None, "recipient": "CO.13491208655302741918"},
            {**TEXT, "type": "document", "document": {"id": "1", "filename": "a.pdf"}},
        ):
            with self.subTest(right=right):
                self.send(right)
        for wrong, code in (
            (interactive("list", rows(11)), 131009),
            (interactive("list", rows(1, "x" * 25)), 100),
            (interactive("button", buttons("1", "2", "3", "4")), 131009),
            (interactive("button", buttons("1", "1")), 131009),
            (interactive("button", buttons("x" * 21)), 100),
            (interactive("button", buttons("1"), "x" * 1025), 100),
            ({**TEXT, "text": {"body": "x" * 4097}}, 100),
            ({**TEXT, "to": ""}, 131008),
            ({**TEXT, "to": "nobody"}, 131009),
            ({**TEXT, "type": "dance"}, 131051),
            ({**TEXT, "messaging_product": None}, 131008),
        ):
            with self.subTest(wrong=wrong), self.assertRaises(GraphError) as caught:
                self.send(wrong)
            self.assertEqual(caught.exception.code, code)
        self.assertEqual(len(self.graph.sent), 6)

    # === MEDIA === #

    def test_a_file_goes_and_comes(self):
        content = bytes(range(256)) * 100
        media = self.client.upload(PHONE_NUMBER, "año.pdf", "application/pdf", content)
        info = self.client.media_info(media, PHONE_NUMBER)
        self.assertEqual(
            (info["mime_type"], info["file_size"]), ("application/pdf", len(content))
        )
        self.assertEqual(self.client.download(info["url"]), content)

    def test_a_file_that_is_gone(self):
        with self.assertRaises(GraphError) as caught:
            self.client.download(f"{self.graph.url}/file/1")
        self.assertEqual(caught.exception.status, 404)

    def test_the_token_goes_to_no_strange_host(self):
        for url in (
            "https://evil.example.com/file",
            "https://fbsbx.com.example.com/file",
            "https://notfbsbx.com/file",
            "http://lookaside.fbsbx.com/file",
            "file:///etc/passwd",
            self.graph.url.replace("127.0.0.1", "localhost") + "/file/1",
        ):
            with self.subTest(url=url), self.assertRaises(NotAllowed):
                self.client.download(url)
        self.assertFalse(self.graph.asked)
        self.assertTrue(
            self.client._is_of_media("https://lookaside.fbsbx.com/whatsapp?mid=1")
        )

    def test_a_file_that_is_too_large(self):
        media = self.graph.add_media(b"x" * 2000)
        url = f"{self.graph.url}/file/{media}"
        self.assertEqual(len(self.client.download(url)), 2000)
        limit = patch.object(graph_client, "MAX_MEDIA", 1999)
        with limit, self.assertRaises(NotAllowed):
            self.client.download(url)

    def test_what_only_reads_is_never_uncertain(self):
        for fault in (
            fake_graph.TIMEOUT_BEFORE,
            fake_graph.CUT_BEFORE,
            (502, "<html>"),
        ):
            with self.subTest(fault=fault):
                self.graph.script(fault, node=PHONE_NUMBER)
                with self.graph.impatient(), self.assertRaises(NotSent):
                    self.client.call("GET", PHONE_NUMBER)

    # === THE REST === #

    def test_all_pages_are_read(self):
        self.graph.templates = [{"id": str(n), "name": f"t{n}"} for n in range(257)]
        found = list(self.client.pages(f"{WABA}/message_templates", {"fields": "name"}))
        self.assertEqual(found, self.graph.templates)
        self.assertEqual(len(self.graph.asked), 3)

    def test_pages_that_go_round_end(self):
        page = {"data": [1], "paging": {"next": "https://x/?after=7", "cursors": {}}}
        self.graph.script(*[(200, page)] * 3, node="message_templates")
        found = list(self.client.pages(f"{WABA}/message_templates"))
        self.assertEqual(found, [1, 1])

    def test_whether_a_version_lives(self):
        self.assertIs(self.client.version_lives(), True)
        self.assertIs(self.client_with(version="v20.0").version_lives(), False)
        self.assertFalse(self.graph.asked[0].token)
        self.graph.script((500, ""), node="me")
        self.assertIsNone(self.client.version_lives())

    def test_a_node_is_a_node(self):
        for node in ("../x", "1?access_token=x", "1/", "", "1//2", "1#"):
            with self.subTest(node=node), self.assertRaises(ValueError):
                self.client.call("GET", node)
        self.assertFalse(self.graph.asked)

    # === SECRETS === #

    def test_the_token_is_in_no_text(self):
        wrong = "EAAwrongtoken0123456789"
        client = self.client_with(token=wrong)
        self.assertNotIn(wrong, repr(client))
        with (
            self.assertLogs("urllib3.connectionpool", "DEBUG") as log,
            self.assertRaises(GraphError) as caught,
        ):
            client.send(PHONE_NUMBER, TEXT)
        error = caught.exception
        self.assertEqual(error.code, 190)
        for text in (str(error), error.message, repr(error), *log.output):
            self.assertNotIn(wrong, text)
        with self.assertRaises(NotSent) as caught:
            self.client_with(wrong, base="http://127.0.0.1:9").call("GET", "me")
        self.assertIsNone(caught.exception.__cause__)
        self.assertNotIn(wrong, str(caught.exception))

    def test_a_token_in_a_line_of_the_log_is_masked(self):
        logger = get_logger(f"{__name__}.mask")
        error = ValueError(TOKEN)
        with self.assertLogs(logger.name) as log:
            logger.error("the token %s", TOKEN, exc_info=error)
        self.assertNotIn(TOKEN, logging.Formatter().format(log.records[0]))
        self.assertIn("the token …", log.output[0])

    def test_no_other_login_replaces_the_token(self):
        with patch("requests.sessions.get_netrc_auth", return_value=("a", "b")):
            self.send()
        self.assertEqual(self.graph.asked[0].token, TOKEN)
