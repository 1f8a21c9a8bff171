"""What may be done with a template at Meta, and what its states mean.

Source: "Template management" and "Template status" of the WhatsApp Business Platform.
"""

import re
from datetime import timedelta

APPROVED = "APPROVED"
#: Ours: it was not given to Meta, or nobody knows whether Meta took it.
DRAFT = "draft"
UNCERTAIN = "UNCERTAIN"
DELETED = "DELETED"
#: Ours, for people: raw status -> group. An unknown status is looked at as "other".
GROUPS = {
    DRAFT: "draft",
    UNCERTAIN: "pending",
    "PENDING": "pending",
    "IN_APPEAL": "pending",
    APPROVED: "approved",
    "REJECTED": "rejected",
    "FLAGGED": "paused",
    "PAUSED": "paused",
    "LIMIT_EXCEEDED": "paused",
    "LOCKED": "disabled",
    "DISABLED": "disabled",
    "ARCHIVED": "disabled",
    "PENDING_DELETION": "deleted",
    DELETED: "deleted",
}
#: Events that say that it may be as before: the truth is read again.
READ_AGAIN = ("REINSTATED", "UNARCHIVED", "UNPAUSED")
EDITABLE = (APPROVED, "REJECTED", "PAUSED")
EDIT_GAP = timedelta(hours=24)
EDITS = 10
EDIT_SPAN = timedelta(days=30)
#: A deleted name cannot be taken again for so long.
RESERVED = timedelta(days=30)
#: Languages of templates that Odoo's codes lead to.
LANGUAGES = {
    *("es", "es_AR", "es_CL", "es_CO", "es_CR", "es_DO", "es_EC", "es_HN", "es_MX"),
    *("es_PA", "es_PE", "es_ES", "es_UY", "en", "en_US", "en_GB", "en_AU", "en_CA"),
    *("pt_BR", "pt_PT", "fr", "de", "it"),
}
#: Languages of Odoo that are of no country in particular.
GENERAL = {"en_US", "es_419", "en", "es", "fr", "de", "it"}
_VERSION = re.compile(r"(.+)_v(\d+)")


def group(status):
    """Return what a raw status means for people.

    >>> group("Approved"), group("paused"), group("SOMETHING_NEW")
    ('approved', 'paused', 'other')
    """
    return GROUPS.get(status) or GROUPS.get((status or "").upper(), "other")


def may_send(status):
    """Return whether a raw status allows sending: only APPROVED does."""
    return (status or "").upper() == APPROVED


def why_no_edit(status, edits, now):
    """Return why a template cannot be edited now, None where it can.

    :param status: raw status
    :param edits: moments of its edits
    :param now: naive UTC moment

    >>> from datetime import datetime, timedelta
    >>> now = datetime(2026, 6, 1)
    >>> why_no_edit("PENDING", [], now), why_no_edit("APPROVED", [], now)
    ('status', None)
    >>> why_no_edit("APPROVED", [now - timedelta(hours=23)], now)
    'day'
    """
    status = (status or "").upper()
    if status not in EDITABLE:
        return "status"
    if status != APPROVED:
        return None
    recent = [edit for edit in edits if now - edit < EDIT_SPAN]
    if any(now - edit < EDIT_GAP for edit in recent):
        return "day"
    return "month" if len(recent) >= EDITS else None


def drifted(asked, category, correct=None):
    """Return whether Meta counts a template otherwise than it was asked for.

    >>> drifted("UTILITY", "UTILITY"), drifted("UTILITY", "utility", "MARKETING")
    (False, True)
    """
    if not asked:
        return False
    words = [word.upper() for word in (category, correct) if word]
    return any(word != asked.upper() for word in words)


def versioned(code, taken):
    """Return the next name of a text at Meta: names are never used again.

    >>> versioned("dc_due_soon", ["dc_due_soon_v1", "dc_due_soon_v12", "other_v40"])
    ('dc_due_soon_v13', 13)
    """
    numbers = [int(m[2]) for m in map(_VERSION.fullmatch, taken) if m and m[1] == code]
    number = max(numbers, default=0) + 1
    return f"{code}_v{number}", number


def split(name):
    """Return (code, version) of a name at Meta; version 0 where it has none.

    >>> split("dc_due_soon_v3"), split("hello_world")
    (('dc_due_soon', 3), ('hello_world', 0))
    """
    match = _VERSION.fullmatch(name)
    return (match[1], int(match[2])) if match else (name, 0)


# === LANGUAGES === #


def normal(lang):
    """Return a language as Meta writes it; webhooks may spell en-US.

    >>> normal("en-US"), normal("es")
    ('en_US', 'es')
    """
    return (lang or "").replace("-", "_")


def wanted(lang, default=""):
    """Return the languages of a template for somebody, the best first.

    Their own, its root, then those of the business number; never any other.

    >>> wanted("es_MX", "en_US"), wanted("es_419")
    (['es_MX', 'es', 'en_US', 'en'], ['es'])
    """
    found = []
    for code in (normal(lang), normal(default)):
        for each in (code, code[:2]):
            if each in LANGUAGES and each not in found:
                found.append(each)
    return found


def offered(langs):
    """Return {language of Odoo: language at Meta}: one of each root is the root itself.

    >>> offered(["en_US", "es_CO", "es_419", "es_MX", "eo"])
    {'en_US': 'en', 'es_419': 'es', 'es_CO': 'es_CO', 'es_MX': 'es_MX'}
    """
    found = {}
    for lang in sorted(langs, key=lambda lang: lang not in GENERAL):
        root = lang[:2]
        if root in LANGUAGES and root not in found.values():
            found[lang] = root
        elif lang in LANGUAGES and lang not in found.values():
            found[lang] = lang
    return found
