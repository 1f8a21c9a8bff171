"""What Meta refuses in a message, as far as its pages say it: for ``FakeGraph``.

Source: the reference of messages of the WhatsApp Business Platform, section by section.
"""

import re

#: Which of these says a message of a type; all other types are unknown.
TYPES = {
    *("text", "template", "interactive", "document", "image", "audio", "video"),
    *("sticker", "location", "contacts", "reaction"),
}
MEDIA = ("document", "image", "audio", "video", "sticker")
CODE_PARAMETER, CODE_VALUE, CODE_MISSING = 100, 131009, 131008


class Refused(Exception):
    def __init__(self, code, details):
        super().__init__(details)
        self.code = code
        self.details = details


def check(payload):
    """Raise ``Refused`` where Meta would not take a message."""
    _need(payload.get("messaging_product") == "whatsapp", "messaging_product")
    if payload.get("status") == "read":
        _need(payload.get("message_id"), "message_id")
        return
    _need(payload.get("recipient_type", "individual") == "individual", "recipient_type")
    _need(payload.get("to") or payload.get("recipient"), "to")
    if payload.get("to"):
        _value(re.fullmatch(r"\+?\d{7,15}", payload["to"]), "to")
    else:
        _value(re.fullmatch(r"[A-Z]{2}(\.ENT)?\.\w{1,128}", payload["recipient"]), "to")
    _most(payload.get("biz_opaque_callback_data"), 512, "biz_opaque_callback_data")
    kind = payload.get("type", "text")
    if kind not in TYPES:
        raise Refused(131051, f"type {kind}")
    element = payload.get(kind)
    _need(element, kind)
    if kind in MEDIA:
        _need(bool(element.get("id")) != bool(element.get("link")), f"{kind}.id")
        _most(element.get("caption"), 1024, "caption")
    checks = {"text": _text, "template": _template, "interactive": _interactive}
    checks.get(kind, lambda element: None)(element)


def _text(text):
    _need(text.get("body"), "text.body")
    _most(text["body"], 4096, "text.body")


def _template(template):
    _need(template.get("name"), "template.name")
    _need((template.get("language") or {}).get("code"), "template.language.code")
    for component in template.get("components", ()):
        kind = component.get("type")
        _value(kind in ("header", "body", "button"), f"component {kind}")
        if kind == "button":
            _value(str(component.get("index", "")).isdigit(), "button index")
            _value(component.get("sub_type"), "button sub_type")
        for parameter in component.get("parameters", ()):
            _template_parameter(parameter)


def _template_parameter(parameter):
    kind = parameter.get("type")
    _need(kind in parameter, f"parameter {kind}")
    value = parameter[kind]
    _value(value, f"empty parameter {kind}")
    if kind == "text" and re.search(r"[\n\t]| {5,}", value):
        raise Refused(132012, "new-line, tab or more than 4 consecutive spaces")
    if kind == "payload":
        _most(value, 256, "payload")


def _interactive(interactive):
    kind = interactive.get("type")
    body = (interactive.get("body") or {}).get("text")
    _need(body, "interactive.body.text")
    _most(body, 4096 if kind == "list" else 1024, "interactive.body.text")
    _most((interactive.get("footer") or {}).get("text"), 60, "footer")
    header = interactive.get("header") or {}
    _most(header.get("text"), 60, "header")
    if kind == "list":
        _value(header.get("type", "text") == "text", "header of a list")
    action = interactive.get("action") or {}
    checks = {"list": _list, "button": _buttons, "cta_url": _cta_url, "flow": _flow}
    if kind not in checks:
        raise Refused(131051, f"interactive {kind}")
    checks[kind](action)


def _list(action):
    _need(action.get("button"), "action.button")
    _most(action["button"], 20, "action.button")
    sections = action.get("sections") or []
    rows = [row for section in sections for row in section.get("rows") or []]
    _value(1 <= len(sections) <= 10, "sections")
    _value(1 <= len(rows) <= 10, "rows")
    for section in sections:
        _value(len(sections) == 1 or section.get("title"), "section title")
        _most(section.get("title"), 24, "section title")
    for row in rows:
        _need(row.get("id") and row.get("title"), "row")
        _most(row["id"], 200, "row id")
        _most(row["title"], 24, "row title")
        _most(row.get("description"), 72, "row description")
    _value(len({row["id"] for row in rows}) == len(rows), "row ids")


def _buttons(action):
    replies = [button.get("reply") or {} for button in action.get("buttons") or []]
    _value(1 <= len(replies) <= 3, "buttons")
    for reply in replies:
        _need(reply.get("id") and reply.get("title"), "button")
        _most(reply["id"], 256, "button id")
        _most(reply["title"], 20, "button title")
    for name in ("id", "title"):
        _value(len({r[name] for r in replies}) == len(replies), f"button {name}s")


def _cta_url(action):
    parameters = action.get("parameters") or {}
    _value(action.get("name") == "cta_url", "action.name")
    _need(parameters.get("display_text"), "display_text")
    _most(parameters["display_text"], 20, "display_text")
    _value(str(parameters.get("url", "")).startswith(("https://", "http://")), "url")


def _flow(action):
    _value(action.get("name") == "flow", "action.name")
    _need((action.get("parameters") or {}).get("flow_id"), "flow_id")


def _need(found, name):
    if not found:
        raise Refused(CODE_MISSING, f"{name} is required")


def _value(right, name):
    if not right:
        raise Refused(CODE_VALUE, f"{name} is not valid")


def _most(text, limit, name):
    if text and len(text) > limit:
        raise Refused(CODE_PARAMETER, f"{name}: at most {limit} characters")
