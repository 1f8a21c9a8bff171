"""Meta's Graph API on this machine: it notes what it is asked for, and plays faults."""

import hashlib
import hmac
import json
import re
import threading
from collections import defaultdict, namedtuple
from contextlib import contextmanager
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

from ..tools import graph_client
from .graph_limits import Refused, check

#: A request that was made: verb, version, path after it, token, and what was said.
#: The version of a download is ``file``.
Asked = namedtuple("Asked", "verb version node token params body")

TOKEN = "EAAthetokenofthetests0001"
APP_ID = "700800900100"
APP_SECRET = "the secret of the tests"
WABA = "998877665544332"
PHONE_NUMBER = "112233445566778"
VERSIONS = ("v23.0", "v24.0", "v25.0", "v26.0")

# What may be scripted in place of an answer, beside a code or (status, body):
#: It was taken as always.
OK = "ok"
#: Silence, before it was taken and after.
TIMEOUT_BEFORE, TIMEOUT_AFTER = "timeout before", "timeout after"
#: The connection breaks, before it was taken and after.
CUT_BEFORE, CUT_AFTER = "cut before", "cut after"
#: It was taken, yet the answer lacks the identifier.
NO_ID = "no id"
#: It was taken, but Meta holds it to look at its quality.
HELD = "held"
#: A proxy answers, after it was taken.
BAD_GATEWAY = (502, "<html>Bad Gateway</html>")

#: For how long silence lasts at most.
_SILENCE = 20
_TAKEN_FIRST = (TIMEOUT_AFTER, CUT_AFTER, NO_ID, BAD_GATEWAY)


class FakeGraph:
    """``url`` is where it is.

    ``asked`` are all requests, ``sent`` the messages that it took, both in order.
    ``templates`` is what it holds of them, ``media`` the files by identifier,
    ``fields`` what it says about the number, ``nodes`` about other nodes.
    """

    def __init__(self):
        self.secret = APP_SECRET
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.server.graph = self
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self._over = threading.Event()
        self._lock = threading.Lock()
        self.clear()
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def clear(self):
        """Forget what was asked and scripted."""
        # who still waits for an answer gets none
        self._over.set()
        self._over = threading.Event()
        self.asked = []
        self.sent = []
        self.templates = []
        self.media = {}
        self.subscriptions = []
        self.identity_check = False
        self.fields = {
            "id": PHONE_NUMBER,
            "display_phone_number": "+57 601 5551234",
            "verified_name": "Ferretería Andina",
            "name_status": "APPROVED",
            "quality_rating": "GREEN",
            "throughput": {"level": "STANDARD"},
            "status": "CONNECTED",
            "whatsapp_business_manager_messaging_limit": "TIER_2K",
            "health_status": {"can_send_message": "AVAILABLE", "entities": []},
        }
        self.forgotten = []
        self.blocked = set()
        self.nodes = {
            WABA: {
                "id": WABA,
                "name": "Andina",
                "health_status": {"can_send_message": "AVAILABLE", "entities": []},
                "owner_business_info": {"id": "500600700800", "name": "Andina"},
            }
        }
        self.scopes = ["whatsapp_business_messaging", "whatsapp_business_management"]
        self.expires_at = 0
        self._script = defaultdict(list)
        self._count = 0

    def close(self):
        self._over.set()
        self.server.shutdown()
        self.server.server_close()

    # === WHAT IT PLAYS === #

    def script(self, *answers, node="messages"):
        """Answer so to the next requests of a node, then as always again.

        :param answers: an error code; a (status, body); or a word of this file
        :param node: the last part of the path, with the verb before it where it
            matters: ``messages``, ``media``, ``GET message_templates``, or ``file``
        """
        self._script[node] += answers

    @contextmanager
    def impatient(self):
        """Within, the client waits no longer than a moment: for scripted silence."""
        with (
            patch.object(graph_client, "TIMEOUT", (5, 0.3)),
            patch.object(graph_client, "MEDIA_TIMEOUT", (5, 0.3)),
        ):
            yield

    def add_media(self, content, mimetype="image/jpeg", name="photo.jpg"):
        """Somebody sent a file; return its identifier."""
        with self._lock:
            self._count += 1
            identifier = f"2754859{self._count:09}"
        self.media[identifier] = (name, mimetype, content)
        return identifier

    # === WHAT IT TELLS === #

    def sign(self, body, secret=None):
        """Return the header ``X-Hub-Signature-256`` of a body (bytes or text)."""
        body = body.encode() if isinstance(body, str) else body
        key = (secret or self.secret).encode()
        return "sha256=" + hmac.digest(key, body, "sha256").hex()

    def event(self, *values, field="messages", waba=WABA, number=PHONE_NUMBER):
        """Return the body of a webhook (bytes), one change for each value."""
        changes = []
        for value in values:
            if field == "messages":
                value = {
                    "messaging_product": "whatsapp",
                    "metadata": {
                        "display_phone_number": "576015551234",
                        "phone_number_id": number,
                    },
                    **value,
                }
            changes.append({"field": field, "value": value})
        event = {
            "object": "whatsapp_business_account",
            "entry": [{"id": waba, "changes": changes}],
        }
        return json.dumps(event, ensure_ascii=False).encode()

    def status(self, number=-1, status="sent", timestamp=1795356000, **more):
        """Return what a webhook says of a message that was sent, for ``event``.

        :param number: its place in ``sent``
        :param more: as pricing, errors
        """
        payload = self.sent[number]
        place = number % len(self.sent)
        report = {
            "id": self.wamid(place),
            "recipient_id": payload.get("to", "").lstrip("+"),
            "status": status,
            "timestamp": str(timestamp),
            **more,
        }
        if payload.get("biz_opaque_callback_data"):
            report["biz_opaque_callback_data"] = payload["biz_opaque_callback_data"]
        return {"statuses": [report]}

    def wamid(self, place=None):
        """Return the identifier of the message at a place of ``sent``: the last one."""
        place = len(self.sent) - 1 if place is None else place
        return f"wamid.FAKE{place + 1:08}"

    # === ANSWERS === #

    def _answer(self, asked):
        """Return (status, body) or a fault: what becomes of a request."""
        with self._lock:
            self.asked.append(asked)
            last = asked.node.rpartition("/")[2]
            if asked.version == "file":
                last = "file"
            script = self._script[f"{asked.verb} {last}"] or self._script[last]
            scripted = script.pop(0) if script else OK
            if scripted in (TIMEOUT_BEFORE, CUT_BEFORE):
                return scripted
            if isinstance(scripted, int):
                return error(scripted)
            if scripted in (OK, HELD) or scripted in _TAKEN_FIRST:
                answer = self._take(asked, scripted == HELD)
                if scripted == NO_ID:
                    return 200, {"messaging_product": "whatsapp"}
                return scripted if scripted in _TAKEN_FIRST else answer
            return scripted

    def _take(self, asked, held):
        if asked.version == "file":
            return self._file(asked)
        if asked.version not in VERSIONS:
            return error(2500, 400, f"Unknown path components: /{asked.node}")
        if not asked.token:
            text = "An active access token must be used to query information"
            return error(2500, 400, text)
        if asked.token not in (TOKEN, f"{APP_ID}|{APP_SECRET}"):
            text = f"Malformed access token {asked.token}"
            return error(190, 401, text)
        for verb, pattern, method in _ROUTES:
            found = re.fullmatch(pattern, asked.node)
            if verb == asked.verb and found:
                return getattr(self, method)(asked, *found.groups(), held=held)
        return error(100, 400, f"Unsupported {asked.verb.lower()} request")

    def _file(self, asked):
        if asked.token != TOKEN:
            return error(190, 401)
        if asked.node not in self.media:
            return 404, "<html>Not Found</html>"
        return 200, self.media[asked.node][2]

    def _message(self, asked, number, held):
        if number != PHONE_NUMBER:
            return error(100, 400, "Object does not exist")
        try:
            check(asked.body)
        except Refused as refused:
            return error(refused.code, 400, refused.details)
        if asked.body.get("status") == "read":
            return 200, {"success": True}
        self.sent.append(asked.body)
        to = asked.body.get("to") or asked.body.get("recipient")
        contact = {"input": to}
        if asked.body.get("to"):
            contact["wa_id"] = to.lstrip("+")
        else:
            contact["user_id"] = to
        state = "held_for_quality_assessment" if held else "accepted"
        return 200, {
            "messaging_product": "whatsapp",
            "contacts": [contact],
            "messages": [{"id": self.wamid(), "message_status": state}],
        }

    def _upload(self, asked, number, held):
        self._count += 1
        identifier = f"1013859{self._count:09}"
        self.media[identifier] = asked.body["file"]
        return 200, {"id": identifier}

    def _begin_upload(self, asked, app, held):
        self._count += 1
        return 200, {"id": f"upload:MTphdHRhY2htZW50{self._count}?sig=ARZqkGCA"}

    def _end_upload(self, asked, held):
        return 200, {"h": f"4:{self._count}:example"}

    def _media(self, asked, identifier):
        _name, mimetype, content = self.media[identifier]
        return 200, {
            "messaging_product": "whatsapp",
            "id": identifier,
            "url": f"{self.url}/file/{identifier}",
            "mime_type": mimetype,
            "sha256": hashlib.sha256(content).hexdigest(),
            "file_size": len(content),
        }

    def _node(self, asked, identifier, held):
        """A number, a business account, an app or a file."""
        if identifier in self.media:
            return self._media(asked, identifier)
        if identifier == PHONE_NUMBER:
            wanted = asked.params.get("fields", "id,display_phone_number").split(",")
            return 200, {k: v for k, v in self.fields.items() if k in (*wanted, "id")}
        if identifier in self.nodes:
            return 200, self.nodes[identifier]
        return error(100, 400, "Object does not exist")

    def _change_node(self, asked, identifier, held):
        if any(template["id"] == identifier for template in self.templates):
            return 200, {"success": True}
        if identifier == PHONE_NUMBER:
            return 200, {"success": True}
        return error(100, 400, "Object does not exist")

    def _phone_numbers(self, asked, waba, held):
        return self._page(asked, [self.fields])

    def _settings(self, asked, number, held):
        change = asked.body.get("user_identity_change") or {}
        self.identity_check = bool(change.get("enable_identity_key_check"))
        return 200, {"success": True}

    def _subscribe(self, asked, node, held):
        self.subscriptions.append((node, asked.body or {}))
        return 200, {"success": True}

    def _subscribed(self, asked, node, held):
        return 200, {"data": [body for n, body in self.subscriptions if n == node]}

    def _debug_token(self, asked, held):
        data = {
            "app_id": APP_ID,
            "is_valid": asked.body.get("input_token") == TOKEN,
            "scopes": self.scopes,
            "expires_at": self.expires_at,
        }
        return 200, {"data": data}

    def _templates(self, asked, waba, held):
        return self._page(asked, self.templates)

    def _create_template(self, asked, waba, held):
        self._count += 1
        library = asked.body.get("library_template_name")
        template = {
            **asked.body,
            "id": f"5944254{self._count:09}",
            "status": "APPROVED" if library else "PENDING",
        }
        self.templates.append(template)
        return 200, {k: template.get(k) for k in ("id", "status", "category")}

    def _delete_template(self, asked, waba, held):
        name, identifier = asked.params.get("name"), asked.params.get("hsm_id")
        self.templates = [
            template
            for template in self.templates
            if template.get("name") != name
            or (identifier and template["id"] != identifier)
        ]
        return 200, {"success": True}

    def _block(self, asked, number, held):
        users = {each["user"] for each in asked.body["block_users"]}
        known = self.blocked - users if asked.verb == "DELETE" else self.blocked | users
        self.blocked = known
        return 200, {"messaging_product": "whatsapp"}

    def _forget(self, asked, number, held):
        self.forgotten.append(asked.params["bsuid"])
        return 200, {"success": True}

    def _list(self, asked, *_groups, held):
        return self._page(asked, self.nodes.get(asked.node, []))

    def _page(self, asked, elements):
        size = min(int(asked.params.get("limit", 25)), 100)
        start = int(asked.params.get("after") or 0)
        page = elements[start : start + size]
        paging = {"cursors": {"before": str(start), "after": str(start + len(page))}}
        if start + size < len(elements):
            paging["next"] = f"{self.url}/next?access_token={TOKEN}"
        return 200, {"data": page, "paging": paging}


_ROUTES = [
    ("POST", r"(\d+)/messages", "_message"),
    ("POST", r"(\d+)/media", "_upload"),
    ("POST", r"(\d+)/uploads", "_begin_upload"),
    ("POST", r"upload:\w+", "_end_upload"),
    ("POST", r"(\d+)/settings", "_settings"),
    ("POST", r"(\d+)/(?:subscribed_apps|subscriptions)", "_subscribe"),
    ("GET", r"(\d+)/(?:subscribed_apps|subscriptions)", "_subscribed"),
    ("GET", r"(\d+)/phone_numbers", "_phone_numbers"),
    ("GET", r"(\d+)/message_templates", "_templates"),
    ("POST", r"(\d+)/message_templates", "_create_template"),
    ("DELETE", r"(\d+)/message_templates", "_delete_template"),
    ("DELETE", r"(\d+)/contact_book", "_forget"),
    ("POST", r"(\d+)/block_users", "_block"),
    ("DELETE", r"(\d+)/block_users", "_block"),
    ("GET", r"(\d+)/message_history|message_template_library", "_list"),
    ("POST", r"debug_token", "_debug_token"),
    ("GET", r"(\d+)", "_node"),
    ("POST", r"(\d+)(?:/unpause)?", "_change_node"),
]


def error(code, status=400, details=None):
    """Return an answer that says no."""
    body = {
        "message": f"(#{code}) {details or 'Error'}",
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": f"AFake{code}",
    }
    if details:
        body["error_data"] = {"messaging_product": "whatsapp", "details": details}
    return status, {"error": body}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # an answer is one packet: the next request need not wait for the last one's ACK
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self):
        self._work()

    do_POST = do_DELETE = do_GET

    def _work(self):
        graph = self.server.graph
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urlsplit(self.path)
        version, _slash, node = url.path.strip("/").partition("/")
        asked = Asked(
            self.command,
            version,
            node,
            (self.headers.get("Authorization") or "").removeprefix("Bearer "),
            {name: values[0] for name, values in parse_qs(url.query).items()},
            self._body(content),
        )
        over = graph._over
        answer = graph._answer(asked)
        if answer in (TIMEOUT_BEFORE, TIMEOUT_AFTER):
            over.wait(_SILENCE)
        if isinstance(answer, str):
            self.close_connection = True
            return
        status, body = answer
        if isinstance(body, dict):
            body = json.dumps(body)
        body = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _body(self, content):
        kind = self.headers.get("Content-Type") or ""
        if kind.startswith("application/json"):
            return json.loads(content)
        if kind.startswith("multipart/"):
            message = message_from_bytes(f"Content-Type: {kind}\n\n".encode() + content)
            body = {}
            for part in message.get_payload():
                name = part.get_param("name", header="content-disposition")
                value = part.get_payload(decode=True)
                file = part.get_filename()
                body[name] = (
                    (file, part.get_content_type(), value) if file else value.decode()
                )
            return body
        return {k: v[0] for k, v in parse_qs(content.decode()).items()}

    def log_message(self, *args):
        """Say nothing."""
