"""What Meta tells in one request, taken apart.

Whatever comes is signed, but it is data from outside all the same: it may be no JSON,
nested without end, or hold what no column of text can. Every access is guarded; what is
not understood is left to the caller with its name.
"""

import json
import math
from dataclasses import dataclass

#: The deepest that Meta nests is about ten.
MAX_DEPTH = 30
OBJECT = "whatsapp_business_account"
#: Lists of a change of the field "messages" whose elements are worked one by one.
LISTS = ("messages", "statuses", "errors")
#: Lists of a change whose elements are about somebody, and by what they name them.
OF_PEOPLE = ("messages", "statuses", "contacts", "user_preferences")
NAMES = (
    *("from", "from_user_id", "recipient_id", "recipient_user_id"),
    *("wa_id", "user_id"),
)


class Unreadable(Exception):
    """A body that says nothing: no JSON, or no object of WhatsApp."""


@dataclass(frozen=True)
class Element:
    """One thing that happened.

    :param path: (entry, change, list, number): where it stands in the body, by which it
        can be worked again
    :param kind: "message", "status", "error", or the field of the change
    :param waba_id: the business account that it concerns
    :param value: what is told: of a list its element, else the whole value
    :param change: the value of the change that it is in, with metadata and contacts
    """

    path: tuple
    kind: str
    waba_id: str
    value: dict
    change: dict

    @property
    def phone_number_id(self):
        """The business number, empty where it concerns the whole account."""
        return text_of(dict_of(self.change.get("metadata")).get("phone_number_id"))


def to_text(body):
    """Return a body as text that a column can hold.

    Bytes that are no UTF-8 and zeros are replaced, so that one broken letter never
    loses the thousand other updates beside it.

    :param bytes body: as it came

    >>> to_text(b'{"a": "\\xff\\x00"}')
    '{"a": "\\ufffd\\ufffd"}'
    """
    return body.decode("utf-8", "replace").replace("\0", "\ufffd")


def parse(body):
    """Return a body as values that columns of text and JSON can hold.

    :param str body: what was kept
    :raise Unreadable: where it is no JSON, or nested too deeply

    >>> parse('{"a": ["\\\\ud800\\\\u0000!", NaN]}')
    {'a': ['\ufffd\ufffd!', None]}
    """
    try:
        value = json.loads(
            body, parse_constant=lambda _name: None, parse_float=_finite, strict=False
        )
        return _clean(value)
    except (ValueError, RecursionError) as error:
        raise Unreadable(str(error)[:200]) from error


def elements(body):
    """Yield what a body tells, in its order.

    :param str body: what was kept
    :raise Unreadable: where it tells nothing
    """
    told = dict_of(parse(body))
    if told.get("object") != OBJECT:
        raise Unreadable("no object of WhatsApp")
    for entry_no, entry in enumerate(map(dict_of, list_of(told.get("entry")))):
        waba_id = text_of(entry.get("id"))
        for change_no, change in enumerate(map(dict_of, list_of(entry.get("changes")))):
            field = text_of(change.get("field"))
            value = dict_of(change.get("value"))
            where = (entry_no, change_no)
            if field == "messages":
                yield from _listed(where, waba_id, value)
            else:
                path = (*where, "", 0)
                yield Element(path, _field(field, value), waba_id, value, value)


def _listed(where, waba_id, value):
    """Yield the messages, reports and errors of a change."""
    for name in LISTS:
        kind = {"messages": "message", "statuses": "status", "errors": "error"}[name]
        for number, told in enumerate(list_of(value.get(name))):
            path = (*where, name, number)
            yield Element(path, kind, waba_id, dict_of(told), value)


def _field(field, value):
    """Return what a change is about, by what it says too.

    Meta's own example of a report on quality bears the name of one on status.
    """
    if field == "message_template_status_update" and "new_quality_score" in value:
        return "message_template_quality_update"
    return field or "unknown"


def contact_of(element):
    """Return what is told of whoever wrote a message.

    Several people may be in one change: it is the one with the same id or number.
    """
    message = element.value
    ids = {text_of(message.get("from")), text_of(message.get("from_user_id"))} - {""}
    contacts = [dict_of(c) for c in list_of(element.change.get("contacts"))]
    for contact in contacts:
        if ids & {text_of(contact.get("wa_id")), text_of(contact.get("user_id"))}:
            return contact
    return contacts[0] if len(contacts) == 1 and not ids else {}


def about(body, names, numbers):
    """Return the elements of a body that are about somebody, in their order.

    :param str body: what was kept
    :param set names: their numbers and identifiers
    :param set numbers: the business numbers that it may concern, as Meta names them

    >>> one, two = {"from": "573001", "id": "a"}, {"from": "573002", "id": "b"}
    >>> value = {"metadata": {"phone_number_id": "1"}, "messages": [one, two]}
    >>> told = json.dumps({"entry": [{"changes": [{"value": value}]}]})
    >>> about(told, {"573001"}, {"1"}), about(told, {"573001"}, {"2"})
    ([{'from': '573001', 'id': 'a'}], [])
    >>> about("{", {"573001"}, {"1"})
    []
    """
    try:
        told = parse(body)
    except Unreadable:
        return []
    return [found[number] for found, number in _of_people(told, names, numbers)]


def without(body, names, numbers):
    """Return a body without what it tells of somebody; empty where it cannot be read.

    The place of an element stays: others are still found at theirs. What others say of
    them loses the name only.

    Parameters as for ``about``.

    >>> one, two = {"from": "573001", "id": "a"}, {"from": "573002", "id": "b"}
    >>> value = {"metadata": {"phone_number_id": "1"}, "messages": [one, two]}
    >>> told = json.dumps({"entry": [{"changes": [{"value": value}]}]})
    >>> left = json.loads(without(told, {"573001"}, {"1"}))
    >>> left["entry"][0]["changes"][0]["value"]["messages"]
    [{}, {'from': '573002', 'id': 'b'}]
    >>> without(told, {"573001"}, {"2"}) == told
    True
    >>> without('{"573001"', {"573001"}, {"1"})
    ''
    """
    try:
        told = parse(body)
    except Unreadable:
        return ""
    places = list(_of_people(told, names, numbers))
    if not places:
        return body
    for found, number in places:
        found[number] = {}
    left = json.dumps(told, ensure_ascii=False)
    for name in sorted(names, key=len, reverse=True):
        left = left.replace(name, "…")
    return left


def _of_people(told, names, numbers):
    """Yield (list, number of its element) of what is about somebody."""
    for entry in map(dict_of, list_of(dict_of(told).get("entry"))):
        for change in map(dict_of, list_of(entry.get("changes"))):
            value = dict_of(change.get("value"))
            metadata = dict_of(value.get("metadata"))
            if text_of(metadata.get("phone_number_id")) not in numbers:
                continue
            for found in map(list_of, map(value.get, OF_PEOPLE)):
                for number, element in enumerate(map(dict_of, found)):
                    if names & {text_of(element.get(name)) for name in NAMES}:
                        yield found, number


def dict_of(value):
    """Return a value that should be an object; an empty one where it is none."""
    return value if isinstance(value, dict) else {}


def list_of(value):
    """Return a value that should be a list; an empty one where it is none."""
    return value if isinstance(value, list) else []


def text_of(value):
    """Return a value that should be a text or a number, as text; empty where none."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return ""


def _finite(text):
    number = float(text)
    return number if math.isfinite(number) else None


def _clean(value, depth=0):
    """Return a value without what PostgreSQL cannot keep: zeros, half characters."""
    if depth > MAX_DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        return _letters(value)
    if isinstance(value, list):
        return [_clean(each, depth + 1) for each in value]
    if isinstance(value, dict):
        return {_letters(name): _clean(v, depth + 1) for name, v in value.items()}
    return value


def _letters(text):
    if text.isascii() and "\0" not in text:
        return text
    return "".join(
        "\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in text
    )
