"""A provider of SMS on a real socket, which behaves as a test wants."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from unittest.mock import patch

import requests

from odoo.tests.common import _super_send as SEND

from odoo.addons.iap.tools import iap_tools
from odoo.addons.sms.tools.sms_api import SmsApi

#: Seconds that our side waits for an answer, and that a provider that hangs takes.
PATIENCE = 0.5
HANGS = 1.2


class Provider:
    """Takes messages as Odoo's own service does, and remembers what it accepted.

    :ivar behaviour: "take", or how it goes wrong: a method of the handler
    :ivar word: what it says of each message
    """

    def __init__(self):
        self.accepted = []
        self.calls = 0
        self.behaviour = "take"
        self.word = "success"
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                provider.calls += 1
                size = int(self.headers["Content-Length"])
                body = json.loads(self.rfile.read(size))
                getattr(provider, provider.behaviour)(self, body)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    # === HOW IT BEHAVES === #

    def take(self, handler, body):
        self._answer(handler, 200, self._results(body))

    def hang(self, handler, _body):
        time.sleep(HANGS)

    def take_and_hang(self, handler, body):
        self._results(body)
        time.sleep(HANGS)

    def take_and_hang_up(self, handler, body):
        self._results(body)
        handler.connection.close()

    def busy(self, handler, _body):
        self._answer(handler, 429, "{}", **{"Retry-After": "7200"})

    def fail(self, handler, _body):
        self._answer(handler, 500, "{}")

    def html(self, handler, _body):
        self._answer(handler, 200, "<html>Welcome to the hotel</html>")

    def gateway(self, handler, _body):
        self._answer(handler, 502, "<html>Bad Gateway</html>")

    def truncated(self, handler, body):
        self._answer(handler, 200, self._results(body)[:-20])

    def empty(self, handler, _body):
        self._answer(handler, 200, "")

    def no_credit(self, handler, _body):
        name = "odoo.addons.iap.InsufficientCreditError"
        error = {"error": {"data": {"name": name, "message": "{}"}}}
        self._answer(handler, 200, json.dumps(error))

    def nonsense(self, handler, _body):
        self._answer(handler, 200, '{"result": []}')

    def _results(self, body):
        results = []
        for message in body["params"]["messages"]:
            for number in message["numbers"]:
                if self.word in ("success", "processing"):
                    self.accepted.append((number["number"], message["content"]))
                results.append({"uuid": number["uuid"], "state": self.word})
        return json.dumps({"jsonrpc": "2.0", "id": body["id"], "result": results})

    def _answer(self, handler, status, text, **headers):
        data = text.encode()
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)


@contextmanager
def provider_of(env):
    """Let Odoo's own service be a provider on this machine, and give it."""
    provider = Provider()
    parameters = env["ir.config_parameter"].sudo()
    parameters.set_param("sms.endpoint", provider.endpoint)
    contact = SmsApi._contact_iap

    def contact_soon(api, local_endpoint, params, timeout=15):
        return contact(api, local_endpoint, params, timeout=PATIENCE)

    in_earnest = SimpleNamespace(module=SimpleNamespace(current_test=False))
    try:
        with (
            patch.object(SmsApi, "_contact_iap", contact_soon),
            patch.object(iap_tools, "modules", in_earnest),
            # as it is: tests of Odoo would wait ten seconds for each answer
            patch.object(requests.Session, "send", SEND),
        ):
            yield provider
    finally:
        provider.close()
