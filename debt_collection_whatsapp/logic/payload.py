"""What is put around a message when it leaves, and how long its parts may be.

Source: "Messages" of the WhatsApp Business Cloud API (September 2026). A message that
breaks a limit is refused by WhatsApp as a whole, so we look before.
"""

from copy import deepcopy
from dataclasses import dataclass

#: Kinds of content that we send.
KINDS = (
    *("text", "template", "interactive", "document", "image", "audio", "video"),
    *("location", "contacts", "sticker", "reaction"),
)
#: Kinds with a file of their own.
FILES = ("document", "image", "audio", "video", "sticker")
#: What our references begin with, so that nobody else's is taken for one.
MARK = "dcw1:"
#: Stands for the address of the customer's page until the message leaves.
LINK = "{link}"

TEXT = 4096
BODY = 1024
HEADER = 60
FOOTER = 60
CAPTION = 1024
BUTTONS = 3
BUTTON_TITLE = 20
BUTTON_ID = 256
ROWS = 10
SECTIONS = 10
SECTION_TITLE = 24
ROW_TITLE = 24
ROW_DESCRIPTION = 72
ROW_ID = 200
TEMPLATE_BUTTONS = 10
FILE_NAME = 240


@dataclass(frozen=True)
class Violation:
    """A limit that is not kept.

    :param str what: which part of the message
    :param int most: how long it may be, or how many there may be; 0: it is missing
    """

    what: str
    most: int = 0


def reference(uuid):
    """Return our name of a message, which reports bring back.

    >>> reference("7f0c"), uuid_of("dcw1:7f0c"), uuid_of("other:7f0c"), uuid_of(None)
    ('dcw1:7f0c', '7f0c', None, None)
    """
    return MARK + uuid


def uuid_of(text):
    """Return the uuid in one of our references, None in anything else."""
    if not isinstance(text, str) or not text.startswith(MARK):
        return None
    return text.removeprefix(MARK)


def envelope(content, uuid, to="", recipient="", identity_hash="", reply_to=""):
    """Return what is posted: the content with whom it goes to and our reference.

    :param dict content: the element of WhatsApp with its ``type``
    :param str uuid: our name of the message
    :param str to: number as WhatsApp writes it; it wins over the identifier
    :param str recipient: identifier of somebody who hides the number
    :param str identity_hash: it is refused if the number changed hands meanwhile
    :param str reply_to: the message of WhatsApp that it quotes
    :raise ValueError: where there is nobody to send it to

    >>> sent = envelope({"type": "text", "text": {"body": "Hi"}}, "7f", to="573001")
    >>> sent["to"], sent["biz_opaque_callback_data"], sent["text"]["preview_url"]
    ('573001', 'dcw1:7f', False)
    """
    if not (to or recipient):
        raise ValueError("A message without anybody to send it to")
    payload = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **({"to": to} if to else {"recipient": recipient}),
        "biz_opaque_callback_data": reference(uuid),
        **content,
    }
    if content["type"] == "text":
        payload["text"] = {"preview_url": False, **content["text"]}
    if identity_hash:
        payload["recipient_identity_key_hash"] = identity_hash
    if reply_to:
        payload["context"] = {"message_id": reply_to}
    return payload


def violations(content):
    """Return the limits that a content does not keep, an empty list if it keeps all.

    >>> violations({"type": "text", "text": {"body": "Hello"}})
    []
    >>> violations({"type": "text", "text": {"body": " "}})
    [Violation(what='text', most=0)]
    """
    kind = content.get("type")
    if kind not in KINDS or not content.get(kind):
        return [Violation("kind")]
    check = {
        "text": _text,
        "interactive": _interactive,
        "template": _template,
        **dict.fromkeys(FILES, _file),
    }.get(kind)
    return list(check(content[kind])) if check else []


def _long(what, text, most, needed=True):
    """Yield a violation where a text is too long, or empty though it is needed."""
    text = text or ""
    if needed and not text.strip():
        yield Violation(what)
    elif len(text) > most:
        yield Violation(what, most)


def _text(text):
    yield from _long("text", text.get("body"), TEXT)


def _file(file):
    if not (file.get("id") or file.get("attachment_id")):
        yield Violation("file")
    yield from _long("caption", file.get("caption"), CAPTION, needed=False)
    yield from _long("file_name", file.get("filename"), FILE_NAME, needed=False)


def _interactive(element):
    kind = element.get("type")
    most = TEXT if kind == "list" else BODY
    yield from _long("body", (element.get("body") or {}).get("text"), most)
    header = element.get("header")
    if header and (header.get("type") == "text" or kind == "list"):
        yield from _long("header", header.get("text"), HEADER)
    if footer := element.get("footer"):
        yield from _long("footer", footer.get("text"), FOOTER)
    check = {"list": _list, "button": _buttons, "cta_url": _url}.get(kind)
    if check:
        yield from check(element.get("action") or {})


def _buttons(action):
    buttons = action.get("buttons") or ()
    if not buttons:
        yield Violation("buttons")
    if len(buttons) > BUTTONS:
        yield Violation("buttons", BUTTONS)
    replies = [button.get("reply") or {} for button in buttons]
    for reply in replies:
        yield from _long("button_title", reply.get("title"), BUTTON_TITLE)
        yield from _long("button_id", reply.get("id"), BUTTON_ID)
    yield from _same("button_title", [reply.get("title") for reply in replies])
    yield from _same("button_id", [reply.get("id") for reply in replies])


def _list(action):
    sections = action.get("sections") or ()
    rows = [row for section in sections for row in section.get("rows") or ()]
    yield from _long("list_button", action.get("button"), BUTTON_TITLE)
    if not rows:
        yield Violation("rows")
    if len(rows) > ROWS:
        yield Violation("rows", ROWS)
    if len(sections) > SECTIONS:
        yield Violation("sections", SECTIONS)
    for section in sections:
        title = section.get("title")
        yield from _long("section_title", title, SECTION_TITLE, len(sections) > 1)
    for row in rows:
        yield from _long("row_title", row.get("title"), ROW_TITLE)
        yield from _long("row_id", row.get("id"), ROW_ID)
        yield from _long(
            "row_description", row.get("description"), ROW_DESCRIPTION, needed=False
        )
    yield from _same("row_id", [row.get("id") for row in rows])


def _url(action):
    parameters = action.get("parameters") or {}
    yield from _long("url_title", parameters.get("display_text"), BUTTON_TITLE)
    url = str(parameters.get("url") or "")
    if url != LINK and not url.startswith(("https://", "http://")):
        yield Violation("url")


def _template(element):
    yield from _long("template_name", element.get("name"), 512)
    yield from _long(
        "template_language", (element.get("language") or {}).get("code"), 9
    )
    buttons = []
    for component in element.get("components") or ():
        for parameter in component.get("parameters") or ():
            if parameter.get("type") == "text":
                text = parameter.get("text")
                yield from _long("parameter", text, BODY)
                if text and _breaks(text):
                    yield Violation("parameter_lines")
            elif parameter.get("type") in FILES:
                yield from _file(parameter.get(parameter["type"]) or {})
        if component.get("type") == "button":
            buttons.append(component)
    if len(buttons) > TEMPLATE_BUTTONS:
        yield Violation("buttons", TEMPLATE_BUTTONS)
    yield from _same("button_place", [str(button.get("index")) for button in buttons])


def _breaks(text):
    """Return whether a parameter has what WhatsApp refuses in one."""
    return "\n" in text or "\t" in text or " " * 5 in text


def _same(what, values):
    if len(set(values)) < len(values):
        yield Violation(f"{what}_twice")


def attachment_ids(content):
    """Return the ids of our files that a content has, each once, in order.

    >>> attachment_ids({"type": "document", "document": {"attachment_id": 7}})
    [7]
    """
    return list(dict.fromkeys(file["attachment_id"] for file in _files(content)))


def with_media(content, media):
    """Return the content with the files of WhatsApp in the place of ours.

    :param media: {our id: id that WhatsApp gave when it was uploaded}

    >>> with_media({"type": "image", "image": {"attachment_id": 7}}, {7: "99"})
    {'type': 'image', 'image': {'id': '99'}}
    """
    if isinstance(content, list | tuple):
        return [with_media(each, media) for each in content]
    if not isinstance(content, dict):
        return content
    return {
        ("id" if key == "attachment_id" else key): (
            media[value] if key == "attachment_id" else with_media(value, media)
        )
        for key, value in content.items()
    }


def wants_link(content):
    """Return whether a place is kept for the address of the customer's page.

    >>> wants_link({"type": "text", "text": {"body": LINK}})
    False
    """
    return any(_links(content))


def with_link(content, address):
    """Return the content with an address in the places kept for it.

    The button of a template takes only what follows the last slash. What people write
    is no such place, whatever they write.

    :param str address: of the customer's page

    >>> button = {"action": {"parameters": {"url": LINK}}}
    >>> content = {"type": "interactive", "interactive": button}
    >>> with_link(content, "https://a.example/d/x")["interactive"]["action"]
    {'parameters': {'url': 'https://a.example/d/x'}}
    """
    filled = deepcopy(content)
    for element, key, part in _links(filled):
        element[key] = address.rpartition("/")[2] if part else address
    return filled


def _links(content):
    """Yield (element, key, whether only the end goes there) of what a link is for."""
    element = content.get(content.get("type")) or {}
    if content.get("type") == "interactive":
        parameters = (element.get("action") or {}).get("parameters") or {}
        if parameters.get("url") == LINK:
            yield parameters, "url", False
    elif content.get("type") == "template":
        for component in element.get("components") or ():
            if component.get("sub_type") == "url":
                for parameter in component.get("parameters") or ():
                    if parameter.get("text") == LINK:
                        yield parameter, "text", True


def _files(content):
    """Yield the elements that name a file of ours."""
    if isinstance(content, list | tuple):
        for each in content:
            yield from _files(each)
    elif isinstance(content, dict):
        if "attachment_id" in content:
            yield content
        for value in content.values():
            yield from _files(value)
