"""Texts of Meta's library: approved before, where one fits a message of ours."""

from dataclasses import dataclass

from .template_text import variables

#: What may stand for a parameter of the library, by its type, the likeliest first.
FITTING = {
    "AMOUNT": ("amount", "paid_amount", "promise_amount", "balance"),
    "CURRENCY": ("amount", "paid_amount", "promise_amount", "balance"),
    "DATE": ("due", "paid_date", "promise_date", "today"),
    "TEXT": ("first_name", "documents", "company", "reference", "customer"),
    "NUMBER": ("documents", "reference"),
}


@dataclass(frozen=True)
class Fit:
    """A text of the library, and what of ours fills each of its variables."""

    name: str
    lang: str
    header: str
    body: str
    buttons: tuple
    #: ((number of the variable, source), …)
    sources: tuple


def fit(entry, allowed):
    """Return how a text of the library can be used for a message, None: it cannot.

    It has to be a service message, with at most one button that leads to an address,
    and something of ours for each variable of its body.

    :param dict entry: as the library describes it
    :param allowed: the sources that the message has, in the order of its own variables

    >>> entry = {"name": "overdue_1", "language": "es", "category": "UTILITY",
    ...          "body": "Hola {{1}}, su pago de {{2}} venció el {{3}}.",
    ...          "body_param_types": ["TEXT", "AMOUNT", "DATE"]}
    >>> fit(entry, ["first_name", "documents", "amount", "due"]).sources
    (('1', 'first_name'), ('2', 'amount'), ('3', 'due'))
    >>> fit({**entry, "category": "MARKETING"}, ["first_name", "amount", "due"])
    >>> fit(entry, ["first_name", "amount"])
    """
    if (entry.get("category") or "").upper() != "UTILITY" or not entry.get("name"):
        return None
    if variables(entry.get("header")):
        return None
    kinds = [(b.get("type") or "").upper() for b in entry.get("buttons") or ()]
    if any(kind not in ("URL", "QUICK_REPLY") for kind in kinds):
        return None
    if kinds.count("URL") > 1:
        return None
    sources = _sources(entry, allowed)
    if sources is None:
        return None
    return Fit(
        entry["name"],
        entry.get("language") or "",
        entry.get("header") or "",
        entry.get("body") or "",
        tuple(
            (kind, button.get("text") or "")
            for kind, button in zip(kinds, entry.get("buttons") or (), strict=True)
        ),
        sources,
    )


def _sources(entry, allowed):
    names = variables(entry.get("body"))
    types = [str(kind).upper() for kind in entry.get("body_param_types") or ()]
    if not names or len(types) != len(names):
        return None
    left, found = list(allowed), []
    for name, kind in zip(names, types, strict=True):
        fitting = [s for s in left if s in FITTING.get(kind, ())]
        if kind in ("TEXT", "NUMBER"):
            fitting.sort(key=FITTING[kind].index)
        if not fitting:
            return None
        left.remove(fitting[0])
        found.append((name, fitting[0]))
    return tuple(found)
