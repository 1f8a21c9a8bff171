"""How a message looks on the phone: what is around its text.

The element of WhatsApp comes from outside as often as from us, so that nothing in it is
taken for granted: what is not as expected is left out.
"""

from dataclasses import dataclass

#: Longer ones are cut: they are labels.
LABEL = 1024
#: Rows and buttons that are shown at most.
MOST = 12


@dataclass(frozen=True)
class Look:
    """What a bubble shows beside its text."""

    header: str = ""
    footer: str = ""
    #: what can be pressed below the text
    buttons: tuple = ()
    #: rows of a list, as (title, description)
    rows: tuple = ()
    file_name: str = ""
    #: the person pressed a button or a row instead of writing
    pressed: bool = False


def look(content, components=None):
    """Return the ``Look`` of an element of WhatsApp.

    :param content: the element without its envelope, anything at all
    :param components: for a template, what Meta holds of it

    >>> buttons = [{"reply": {"title": "Yes"}}, {"reply": {"title": "No"}}, "?"]
    >>> asked = {"action": {"buttons": buttons}, "footer": {"text": "Thank you"}}
    >>> found = look({"type": "interactive", "interactive": asked})
    >>> found.buttons, found.footer
    (('Yes', 'No'), 'Thank you')
    >>> look({"type": "document", "document": {"filename": "a.pdf"}}).file_name
    'a.pdf'
    >>> look({"type": "button", "button": {"text": "Yes"}}).pressed
    True
    >>> look(["nonsense"])
    Look(header='', footer='', buttons=(), rows=(), file_name='', pressed=False)
    """
    content = _dict(content)
    kind = _text(content.get("type"))
    body = _dict(content.get(kind))
    if kind == "interactive":
        return _interactive(body)
    if kind == "template":
        return _template(body, components)
    if kind == "button":
        return Look(pressed=True)
    return Look(file_name=_text(body.get("filename")))


def bare(text, found):
    """Return the text of a bubble without what is drawn around it.

    Templates are kept as one text, with header, footer and labels.

    >>> bare("Notice\\n\\nHello.\\n\\nSTOP\\n[Yes]", Look("Notice", "STOP", ("Yes",)))
    'Hello.'
    >>> bare("Hello.", Look("Notice", "STOP", ("Yes",)))
    'Hello.'
    """
    text = (text or "").strip()
    labels = " ".join(f"[{label}]" for label in found.buttons)
    for end in filter(None, (labels, found.footer)):
        text = text.removesuffix(end).rstrip()
    return text.removeprefix(found.header).lstrip() if found.header else text


def place(content):
    """Return where a location is, as (latitude, longitude), or None.

    >>> place({"type": "location", "location": {"latitude": 4.6, "longitude": -74.1}})
    (4.6, -74.1)
    """
    found = _dict(_dict(content).get("location"))
    degrees = (found.get("latitude"), found.get("longitude"))
    if not all(type(each) in (int, float) for each in degrees):
        return None
    return degrees if abs(degrees[0]) <= 90 and abs(degrees[1]) <= 180 else None


def _interactive(body):
    if body.get("type") in ("button_reply", "list_reply", "nfm_reply"):
        return Look(pressed=True)
    action = _dict(body.get("action"))
    buttons = [
        _text(_dict(_dict(each).get("reply")).get("title"))
        for each in _list(action.get("buttons"))
    ]
    buttons.append(_text(_dict(action.get("parameters")).get("display_text")))
    buttons.append(_text(action.get("button")))
    rows = [
        (_text(_dict(row).get("title")), _text(_dict(row).get("description")))
        for section in _list(action.get("sections"))
        for row in _list(_dict(section).get("rows"))
    ]
    return Look(
        header=_text(_dict(body.get("header")).get("text")),
        footer=_text(_dict(body.get("footer")).get("text")),
        buttons=tuple(filter(None, buttons))[:MOST],
        rows=tuple(row for row in rows if row[0])[:MOST],
    )


def _template(body, components):
    held = {
        _text(_dict(each).get("type")).upper(): _dict(each)
        for each in _list(components)
    }
    header = _text(held.get("HEADER", {}).get("text"))
    file_name = ""
    for component in map(_dict, _list(body.get("components"))):
        if component.get("type") != "header":
            continue
        for parameter in map(_dict, _list(component.get("parameters"))):
            file_name = _text(_dict(parameter.get("document")).get("filename"))
            value = _text(parameter.get("text"))
            header = header.replace("{{1}}", value) if value else header
    buttons = [
        _text(_dict(each).get("text"))
        for each in _list(held.get("BUTTONS", {}).get("buttons"))
    ]
    return Look(
        header=header,
        footer=_text(held.get("FOOTER", {}).get("text")),
        buttons=tuple(filter(None, buttons))[:MOST],
        file_name=file_name,
    )


def _text(value):
    return value[:LABEL] if isinstance(value, str) else ""


def _dict(value):
    return value if isinstance(value, dict) else {}


def _list(value):
    return value if isinstance(value, list) else []
