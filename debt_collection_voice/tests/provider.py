"""A telephone provider on this machine: it notes what it is asked for."""

import json
import threading
from base64 import b64decode
from collections import namedtuple
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

#: A request that was made: path, who, and the parameters.
Asked = namedtuple("Asked", "path account secret params")

#: What the provider does in place of an answer.
CLOSE = "close"


class Provider:
    """``asked`` are the requests; ``answer`` is (status, headers, body) or CLOSE."""

    def __init__(self):
        self.asked = []
        self.answer = None
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.server.provider = self
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def say(self, status, body=None, **headers):
        """Answer so from now on; a body that is no text is written as JSON."""
        if not isinstance(body, str | bytes):
            body = json.dumps(body or {})
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answer = (status, headers, body)

    def fail(self, status, code=None, **headers):
        self.say(status, {"code": code, "message": f"Error {code}"}, **headers)

    def sid(self):
        """Return the identifier of the call that was asked for last."""
        return f"CA{len(self.asked):032x}"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        provider = self.server.provider
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        basic = self.headers["Authorization"].partition(" ")[2]
        account, _colon, secret = b64decode(basic).decode().partition(":")
        provider.asked.append(Asked(self.path, account, secret, parse_qs(body)))
        if provider.answer == CLOSE:
            self.close_connection = True
            return
        status, headers, text = provider.answer or (
            201,
            {},
            json.dumps({"sid": provider.sid(), "status": "queued"}),
        )
        content = text.encode() if isinstance(text, str) else text
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        """Say nothing."""
