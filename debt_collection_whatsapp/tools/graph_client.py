"""The one place that talks to Meta's Graph API.

It asks once: whether and when to ask again is the caller's to decide. What can go wrong
is one of three exceptions, since only the caller of a message has to know the
difference: ``NotSent``, ``Uncertain`` and ``GraphError``.
"""

import json
import re
import ssl
from urllib.parse import parse_qs, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import NewConnectionError

from ..logic import graph_error
from ..logic.mask import mask

#: Seconds to connect, and to wait for each part of the answer.
TIMEOUT = (5, 30)
MEDIA_TIMEOUT = (5, 120)
#: No answer in JSON is longer, and no file that we take.
MAX_ANSWER = 8 << 20
MAX_MEDIA = 16 << 20
#: Media are nowhere else. ``base_url`` is the only other host that is asked.
MEDIA_HOSTS = ("fbsbx.com", "facebook.com", "whatsapp.net")
PAGE = 100
#: More pages are a loop.
MAX_PAGES = 1000
_NODE = re.compile(r"[0-9A-Za-z_-]+(/[0-9A-Za-z_-]+)*")
_UPLOAD = re.compile(r"upload:[\w=:?&.%+-]+")
#: So Meta answers where a version does not live any more.
_UNKNOWN_PATH = "Unknown path components"
_BEFORE_ANYTHING = (
    requests.exceptions.ConnectTimeout,
    requests.exceptions.ProxyError,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidHeader,
)


class GraphTrouble(Exception):
    """Meta did not do what was asked. ``kind`` is a class of ``logic.graph_error``."""

    kind = graph_error.TRANSIENT


class NotSent(GraphTrouble):
    """Nothing left, or nothing that changes anything: it may be asked again."""


class Uncertain(GraphTrouble):
    """Nobody knows whether it was done: a message may have gone out."""

    kind = graph_error.UNCERTAIN


class NotAllowed(GraphTrouble):
    """We do not do that: a strange host, a file that is too large."""

    kind = graph_error.CONTENT


class GraphError(GraphTrouble):
    """Meta said no.

    :param code: error code, None where the answer has none
    :param details: what is wrong, in Meta's words
    :param message: title of the error
    :param trace: by which Meta's support finds it
    :param status: HTTP status
    :param subcode: what is wrong with a template; messages have none
    """

    def __init__(
        self, code=None, details="", message="", trace="", status=None, subcode=None
    ):
        self.code = code
        self.subcode = subcode
        self.details = mask(details)
        self.message = mask(message)
        self.trace = trace
        self.status = status
        self.kind = graph_error.classify(code, status)
        super().__init__(self.details or self.message or f"HTTP {status}")

    def __str__(self):
        text = super().__str__()
        return text if self.code is None else f"{self.code}: {text}"


class GraphClient:
    """Speaks to one version of the API in the name of one token."""

    def __init__(self, base_url, version, token, session=None):
        """
        :param base_url: https://graph.facebook.com, or that of a test
        :param version: as v25.0
        :param token: of a system user or of an app; empty: nobody's
        :param session: ``requests.Session`` to share connections with other clients
        """
        self._base = base_url.rstrip("/")
        self._version = version
        self._token = token or ""
        self._session = session or requests.Session()
        self._adapter = _adapter(self._session)

    def __repr__(self):
        # an exception or a debugger may show it
        return f"GraphClient({self._base}/{self._version})"

    # === MESSAGES === #

    def send(self, phone_number_id, payload):
        """Send a message, once.

        :param phone_number_id: identifier of our number, not the number
        :param payload: the message with its envelope, as Meta wants it
        :return: Meta's answer; ``messages[0].id`` is the wamid
        :raise NotSent: nothing left
        :raise Uncertain: it may have left
        :raise GraphError: it was refused
        """
        answer = self.call("POST", f"{phone_number_id}/messages", json=payload)
        messages = answer.get("messages")
        first = messages[0] if isinstance(messages, list) and messages else None
        if not isinstance(first, dict) or not first.get("id"):
            raise Uncertain("an answer without the identifier of the message")
        return answer

    def mark_read(self, phone_number_id, wamid, typing=False):
        """Tell a person that their message was read, and that we write an answer."""
        payload = {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": wamid,
        }
        if typing:
            payload["typing_indicator"] = {"type": "text"}
        return self.call("POST", f"{phone_number_id}/messages", json=payload)

    def history(self, phone_number_id, wamid):
        """Yield what Meta knows of a message that was accepted.

        Not every account may ask: codes 10, 100 and 200 mean that.
        """
        fields = "id,message_id,events{delivery_status,timestamp,error_description}"
        params = {"message_id": wamid, "fields": fields}
        yield from self.pages(f"{phone_number_id}/message_history", params)

    # === MEDIA === #

    def upload(self, phone_number_id, name, mimetype, content):
        """Leave a file with Meta for 30 days, and return its identifier.

        :param bytes content: the file
        """
        answer = self.call(
            "POST",
            f"{phone_number_id}/media",
            data={"messaging_product": "whatsapp", "type": mimetype},
            files={"file": (name, content, mimetype)},
            timeout=MEDIA_TIMEOUT,
        )
        if not answer.get("id"):
            raise Uncertain("an answer without the identifier of the file")
        return str(answer["id"])

    def upload_example(self, app_id, name, mimetype, content):
        """Leave a file with Meta that shows what a header will be like.

        :param bytes content: the file
        :return: its handle, for the example of a template
        """
        params = {"file_name": name, "file_length": len(content), "file_type": mimetype}
        session = self.call("POST", f"{app_id}/uploads", params=params).get("id")
        if not isinstance(session, str) or not _UPLOAD.fullmatch(session):
            raise Uncertain("an answer without the identifier of the upload")
        response, answer = self._exchange(
            "POST",
            f"{self._base}/{self._version}/{session}",
            data=content,
            headers={"file_offset": "0"},
            timeout=MEDIA_TIMEOUT,
        )
        handle = self._read(response, answer, "POST").get("h")
        if not handle:
            raise Uncertain("an answer without the handle of the file")
        return str(handle)

    def media_info(self, media_id, phone_number_id):
        """Return ``url`` (for five minutes), ``mime_type``, ``sha256``, ``file_size``.

        A file that somebody sent is there for seven days.
        """
        return self.call("GET", media_id, params={"phone_number_id": phone_number_id})

    def download(self, url):
        """Return the bytes of a file.

        :param url: as ``media_info`` gave it
        :raise NotAllowed: a host that is not Meta's, or more than 16 MB
        """
        if not self._is_of_media(url):
            raise NotAllowed("media of a strange host")
        response, content = self._exchange(
            "GET", url, limit=MAX_MEDIA, timeout=MEDIA_TIMEOUT
        )
        if response.status_code != 200:
            self._read(response, content, "GET")
            raise NotSent(f"HTTP {response.status_code}")
        if len(content) > MAX_MEDIA:
            raise NotAllowed("a file of more than 16 MB")
        return content

    def _is_of_media(self, url):
        asked, own = urlsplit(url), urlsplit(self._base)
        if (asked.scheme, asked.netloc) == (own.scheme, own.netloc):
            return True
        host = asked.hostname or ""
        return asked.scheme == "https" and any(
            host == known or host.endswith(f".{known}") for known in MEDIA_HOSTS
        )

    # === THE REST OF THE GRAPH === #

    def version_lives(self):
        """Return whether Meta still answers our version, None where it did not say."""
        nobody = GraphClient(self._base, self._version, "", self._session)
        try:
            nobody.call("GET", "me")
        except GraphError as error:
            # it asks for a token where it knows the version
            text = f"{error.details} {error.message}"
            return _UNKNOWN_PATH not in text if error.code is not None else None
        except GraphTrouble:
            return None
        return True

    def pages(self, node, params=None):
        """Yield the elements of a list of the graph, over all its pages.

        :param node: as 1234/message_templates
        """
        params = {"limit": PAGE, **(params or {})}
        for _page in range(MAX_PAGES):
            answer = self.call("GET", node, params=params)
            yield from answer.get("data") or ()
            after = _next_page(answer.get("paging") or {})
            if not after or after == params.get("after"):
                return
            # the address of the next page has the token in it: never that
            params = {**params, "after": after}

    def call(
        self,
        verb,
        node,
        *,
        params=None,
        json=None,
        data=None,
        files=None,
        timeout=None,
    ):
        """Ask for something, once, and return the answer as a dictionary.

        :param verb: GET, POST or DELETE
        :param node: the path after the version
        :param params: of the address; nothing secret, addresses are logged
        :param json: body in JSON
        :param data: body as a form
        :param files: see ``requests``
        :raise GraphTrouble: see ``send``; what only reads is never uncertain
        """
        if not _NODE.fullmatch(node):
            raise ValueError("that is no node of the graph")
        response, content = self._exchange(
            verb,
            f"{self._base}/{self._version}/{node}",
            params=params,
            json=json,
            data=data,
            files=files,
            timeout=timeout,
        )
        return self._read(response, content, verb)

    def _exchange(self, verb, url, *, limit=MAX_ANSWER, timeout=None, **values):
        """Return response and its bytes; one byte more than the limit is too long."""
        self._adapter.timeout = timeout or TIMEOUT
        try:
            response = self._session.request(
                verb,
                url,
                auth=_Bearer(self._token),
                allow_redirects=False,
                stream=True,
                **values,
            )
            with response:
                content = _content(response, limit)
        except _BEFORE_ANYTHING as error:
            raise NotSent(type(error).__name__) from None
        except Exception as error:
            # whatever broke may have broken after the request had left
            if verb == "GET" or _never_left(error):
                raise NotSent(type(error).__name__) from None
            raise Uncertain(type(error).__name__) from None
        return response, content

    def _read(self, response, content, verb):
        status = response.status_code
        try:
            said = json.loads(content)
        except (ValueError, RecursionError):
            said = None
        if status < 300 and isinstance(said, dict) and "error" not in said:
            return said
        error = said.get("error") if isinstance(said, dict) else None
        error = error if isinstance(error, dict) else {}
        code = error.get("code") if isinstance(error.get("code"), int) else None
        if code is None and 300 <= status < 400:
            raise NotSent(f"HTTP {status}")
        if code is None and (status < 300 or status >= 500):
            unknown = NotSent if verb == "GET" else Uncertain
            raise unknown(f"HTTP {status}, no answer of the API")
        details = error.get("error_data")
        details = details.get("details") if isinstance(details, dict) else None
        raise GraphError(
            code,
            details=_text(details or error.get("error_user_msg")),
            message=_text(error.get("message")),
            trace=_text(error.get("fbtrace_id")),
            status=status,
            subcode=error.get("error_subcode"),
        )


class _Bearer(AuthBase):
    """The token is in the header; and no file of the machine adds another one."""

    def __init__(self, token):
        self._token = token

    def __call__(self, request):
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class _Adapter(HTTPAdapter):
    """It holds the time-outs of its client, and never tries again."""

    timeout = TIMEOUT

    def send(self, request, stream=False, timeout=None, **values):
        timeout = timeout or self.timeout
        return super().send(request, stream=stream, timeout=timeout, **values)


def _adapter(session):
    adapter = session.get_adapter("https://")
    if not isinstance(adapter, _Adapter):
        adapter = _Adapter(max_retries=0)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
    return adapter


def _content(response, limit):
    content = bytearray()
    for part in response.iter_content(1 << 16):
        content += part
        if len(content) > limit:
            break
    return bytes(content)


def _never_left(error):
    """Return whether a connection broke before the request was written."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(reason, NewConnectionError):
        return True
    if not isinstance(error, requests.exceptions.SSLError):
        return False
    # these two come in the middle of an answer as well
    cause = next(iter(getattr(reason, "args", ())), None)
    return not (
        isinstance(cause, ssl.SSLEOFError)
        or "BAD_RECORD_MAC" in (getattr(cause, "reason", None) or "")
    )


def _next_page(paging):
    after = (paging.get("cursors") or {}).get("after")
    if not after and paging.get("next"):
        after = parse_qs(urlsplit(paging["next"]).query).get("after", [None])[0]
    return after if paging.get("next") else None


def _text(value):
    return value[:1000] if isinstance(value, str) else ""
