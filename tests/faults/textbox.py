"""A provider of SMS that takes every message down, and misbehaves when asked to."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

#: Seconds that a call waits for an answer in these tests, and for how long it hangs.
PATIENCE = 1
HANG = 3


class Textbox:
    """Answers as Odoo's own service; ``accepted`` are the messages that it has.

    :ivar behaviour: "take", "hang" (takes it and says nothing), "refuse" (500)
    """

    def __init__(self):
        self.accepted = []
        self.behaviour = "take"
        box = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                size = int(self.headers["Content-Length"])
                box.answer(self, json.loads(self.rfile.read(size)))

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, handler, call):
        if self.behaviour == "refuse":
            return self.say(handler, 500, {})
        uuids = [
            number["uuid"]
            for message in call["params"]["messages"]
            for number in message["numbers"]
        ]
        self.accepted += uuids
        if self.behaviour == "hang":
            time.sleep(HANG)
            return None
        results = [{"uuid": uuid, "state": "success"} for uuid in uuids]
        return self.say(handler, 200, {"id": call["id"], "result": results})

    def say(self, handler, status, what):
        data = json.dumps(what).encode()
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)
