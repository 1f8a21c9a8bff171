"""What is given to Meta: a template to be approved, and the message made of it.

Components are Meta's: a list of ``{"type": "BODY", "text": …}`` and so on, read back by
the same functions that write them.
"""

from dataclasses import dataclass

from .template_text import VARIABLE, Button, Draft, fill, variables

_BUTTON_TYPES = {
    "url": "URL",
    "reply": "QUICK_REPLY",
    "phone": "PHONE_NUMBER",
    "copy": "COPY_CODE",
}
_BUTTON_KINDS = {name: kind for kind, name in _BUTTON_TYPES.items()}
#: Headers that are a file.
MEDIA = ("DOCUMENT", "IMAGE", "VIDEO")
#: Seconds that a utility message may wait for the phone.
LONGEST_TTL = 12 * 3600
#: What a quick reply answers with: dc1:<action>:<token>.
PREFIX = "dc1"


@dataclass(frozen=True)
class Slot:
    """Something to be filled in: a variable, a file, or the answer of a button.

    ``place`` is header, body or button; ``key`` the number or name of the variable;
    ``index`` the place of the button among all, from 0.
    """

    place: str
    key: str = ""
    index: int = 0
    #: text, document, image, video, url, reply, or unknown.
    kind: str = "text"


def payload(action, token):
    """Return what a quick reply answers with.

    >>> payload("paid", "9Qb2xT"), payload("human", "")
    ('dc1:paid:9Qb2xT', 'dc1:human')
    """
    return ":".join(filter(None, (PREFIX, action, token)))


# === TO BE APPROVED === #


def creation(draft, name, examples, named=False, ttl=None):
    """Return what creates a template.

    :param Draft draft: the message
    :param name: the name at Meta, with its version
    :param dict examples: {(place, key): example} of header and body
    :param bool named: whether variables have names
    :param ttl: seconds after which Meta drops what did not arrive, see ``lifetime``
    """
    return {
        **lifetime(ttl),
        "name": name,
        "language": draft.lang,
        "category": draft.category,
        "parameter_format": "named" if named else "positional",
        "components": components(draft, examples, named),
    }


def lifetime(ttl):
    """Return what says how long a message is worth delivering.

    Meta takes 30 seconds to 12 hours for utility templates.

    >>> lifetime(43200), lifetime(None), lifetime(86400)
    ({'message_send_ttl_seconds': 43200}, {}, {'message_send_ttl_seconds': 43200})
    """
    return {"message_send_ttl_seconds": min(max(ttl, 30), LONGEST_TTL)} if ttl else {}


def components(draft, examples, named=False):
    """Return the components of a draft, with an example for each variable.

    >>> draft = Draft("es", "Hola {{1}}, gracias.", footer="BAJA")
    >>> body, footer = components(draft, {("body", "1"): "Marta"})
    >>> body["example"], footer
    ({'body_text': [['Marta']]}, {'type': 'FOOTER', 'text': 'BAJA'})
    """
    found = []
    if draft.header_kind == "text":
        found.append(
            {
                "type": "HEADER",
                "format": "TEXT",
                "text": draft.header,
                **_examples("header", draft.header, examples, named),
            }
        )
    elif draft.header_kind == "document":
        header = {"type": "HEADER", "format": "DOCUMENT"}
        if handle := examples.get(("header", "document")):
            header["example"] = {"header_handle": [handle]}
        found.append(header)
    found.append(
        {
            "type": "BODY",
            "text": draft.body,
            **_examples("body", draft.body, examples, named),
        }
    )
    if draft.footer:
        found.append({"type": "FOOTER", "text": draft.footer})
    if draft.buttons:
        buttons = [_button(button, examples) for button in draft.buttons]
        found.append({"type": "BUTTONS", "buttons": buttons})
    return found


def _examples(place, text, examples, named):
    names = variables(text)
    if not names:
        return {}
    values = [(name, examples[place, name]) for name in names]
    if named:
        pairs = [{"param_name": name, "example": value} for name, value in values]
        return {"example": {f"{place}_text_named_params": pairs}}
    texts = [value for _name, value in values]
    return {"example": {f"{place}_text": [texts] if place == "body" else texts}}


def _button(button, examples):
    told = {"type": _BUTTON_TYPES[button.kind], "text": button.label}
    if button.kind == "url":
        told["url"] = button.url
        if VARIABLE.search(button.url):
            told["example"] = [fill(button.url, {"1": examples["button", "url"]})]
    return told


# === READ BACK === #


def draft_of(parts, lang, category="UTILITY"):
    """Return the draft that components are of, as far as it can be told."""
    found = {part.get("type", "").upper(): part for part in parts or []}
    header = found.get("HEADER", {})
    kind = header.get("format", "TEXT").lower() if header else ""
    return Draft(
        lang=lang,
        body=found.get("BODY", {}).get("text", ""),
        header_kind=kind,
        header=header.get("text", ""),
        footer=found.get("FOOTER", {}).get("text", ""),
        buttons=tuple(
            Button(
                _BUTTON_KINDS.get(each.get("type", "").upper(), "other"),
                each.get("text", ""),
                each.get("url", ""),
            )
            for each in found.get("BUTTONS", {}).get("buttons", [])
        ),
        category=category,
    )


def slots(draft):
    """Return what has to be filled in, in the order in which it is sent.

    >>> url = Button("url", "Ver", "https://a.example/d/{{1}}")
    >>> draft = Draft("es", "Hola {{1}}.", buttons=(url, Button("reply", "Ya pagué")))
    >>> for slot in slots(draft):
    ...     print(slot.place, slot.key, slot.index, slot.kind)
    body 1 0 text
    button 1 0 url
    button  1 reply
    """
    found = []
    if draft.header_kind == "text":
        found += [Slot("header", key) for key in variables(draft.header)]
    elif draft.header_kind:
        media = draft.header_kind.upper() in MEDIA
        found.append(Slot("header", kind=draft.header_kind if media else "unknown"))
    found += [Slot("body", key) for key in variables(draft.body)]
    for index, button in enumerate(draft.buttons):
        if button.kind == "url":
            found += [
                Slot("button", key, index, "url") for key in variables(button.url)
            ]
        elif button.kind == "reply":
            found.append(Slot("button", "", index, "reply"))
        elif button.kind != "phone":
            found.append(Slot("button", "", index, "unknown"))
    return found


# === TO BE SENT === #


def message(name, lang, filled, named=False):
    """Return the element ``template`` of a message.

    :param filled: [(slot, value)]: texts, or the file of a header as Meta names it
    :param bool named: whether variables have names

    >>> message("dc_x_v1", "es", [(Slot("body", "1"), "Ana")])["components"]
    [{'type': 'body', 'parameters': [{'type': 'text', 'text': 'Ana'}]}]
    """
    parts = []
    for place in ("header", "body"):
        values = [_parameter(s, v, named) for s, v in filled if s.place == place]
        if values:
            parts.append({"type": place, "parameters": values})
    for slot, value in filled:
        if slot.place == "button":
            parts.append(
                {
                    "type": "button",
                    "sub_type": "url" if slot.kind == "url" else "quick_reply",
                    "index": str(slot.index),
                    "parameters": [
                        {"type": "text", "text": value}
                        if slot.kind == "url"
                        else {"type": "payload", "payload": value}
                    ],
                }
            )
    told = {"name": name, "language": {"code": lang}}
    if parts:
        told["components"] = parts
    return told


def _parameter(slot, value, named):
    if slot.kind != "text":
        return {"type": slot.kind, slot.kind: value}
    told = {"type": "text", "text": value}
    return (
        {"type": "text", "parameter_name": slot.key, "text": value} if named else told
    )


def read(draft, values):
    """Return a draft as the person reads it: no variables are left.

    :param dict values: {(place, key): text} of header and body
    """

    def filled(place, text):
        own = {key: value for (where, key), value in values.items() if where == place}
        return fill(text, own)

    return Draft(
        lang=draft.lang,
        body=filled("body", draft.body),
        header_kind=draft.header_kind,
        header=filled("header", draft.header),
        footer=draft.footer,
        buttons=draft.buttons,
        category=draft.category,
    )


def plain(draft):
    """Return a filled draft as plain text, for people who read it later.

    >>> plain(Draft("es", "Hola.", "text", "Aviso", "BAJA", (Button("reply", "Sí"),)))
    'Aviso\\n\\nHola.\\n\\nBAJA\\n[Sí]'
    """
    buttons = " ".join(f"[{button.label}]" for button in draft.buttons)
    header = draft.header if draft.header_kind == "text" else ""
    end = "\n".join(filter(None, (draft.footer, buttons)))
    return "\n\n".join(filter(None, (header, draft.body, end)))
