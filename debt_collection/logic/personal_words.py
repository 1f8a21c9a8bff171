"""What is personal in a text: the words by which a person is recognised, and links.

The patterns are read in the same way by Python and by PostgreSQL.
"""

import re

#: What stands where a person was named.
MARK = "[…]"
#: Shorter numbers are no telephone: they may be anything.
PHONE_DIGITS = 7
#: The digits at the end of a number that tell whose it is, whatever prefix is written.
CORE_DIGITS = 8
#: A part of a link by which somebody may see or pay without logging in.
_SECRET = re.compile(
    r"""(/debt/\w+/|://[^\s/"'<>]+/d/)[^\s"'<>?&#]+"""
    r"""|((?:access_token|payment_token|token)=)[^\s"'<>&#]+""",
    re.IGNORECASE,
)


def scrub_links(text):
    """Return a text without the secrets of its links.

    >>> scrub_links("Pay: https://example.com/debt/pay/abc.DEF-1 today")
    'Pay: https://example.com/debt/pay/… today'
    >>> scrub_links("https://example.com/d/x7Yz9, a/d/b")
    'https://example.com/d/… a/d/b'
    >>> scrub_links("/my/invoices/7?access_token=42ab&amount=3")
    '/my/invoices/7?access_token=…&amount=3'
    """
    return _SECRET.sub(lambda match: f"{match[1] or match[2]}…", text)


def name_pattern(name):
    """Return the pattern of a name, or None where one word says nothing.

    >>> bool(re.search(name_pattern("Ana  Ruiz"), "hablé con ANA ruiz ayer", re.I))
    True
    >>> name_pattern("Ana") is None
    True
    """
    words = name.split()
    if len(words) < 2:
        return None
    joined = r"\s+".join(map(_literal, words))
    return rf"(?<!\w){joined}(?!\w)"


def email_pattern(email):
    """Return the pattern of an e-mail address.

    >>> bool(re.search(email_pattern("a.b@c.de"), "a.b@c.de, axb@c.de"))
    True
    >>> bool(re.search(email_pattern("a.b@c.de"), "axb@c.de"))
    False
    """
    return rf"(?<!\w){_literal(email.strip())}(?!\w)"


def phone_pattern(phone):
    """Return the pattern of a telephone number, however it is written, or None.

    >>> pattern = phone_pattern("+57 300 123 4567")
    >>> re.sub(pattern, "·", "llamar al 300-1234567 o (300) 123.45.67")
    'llamar al · o ·'
    >>> phone_pattern("ext. 12") is None
    True
    """
    digits = re.sub(r"\D", "", phone)
    if len(digits) < PHONE_DIGITS:
        return None
    core = digits[-CORE_DIGITS:]
    between = r"[ ().\-]{0,3}"
    prefix = r"[+(]{0,2}(?:[0-9][ ().\-]{0,3}){0,6}"
    return rf"(?<![0-9]){prefix}{between.join(core)}(?![0-9])"


def patterns(names=(), emails=(), phones=()):
    """Return the patterns of all by which a person is recognised, longest first.

    :param names: names; of one word only they are left out
    :param emails: e-mail addresses
    :param phones: telephone numbers as they were written
    """
    found = {
        *(name_pattern(name) for name in names if name),
        *(email_pattern(email) for email in emails if email and "@" in email),
        *(phone_pattern(phone) for phone in phones if phone),
    }
    return sorted(found - {None}, key=lambda pattern: (-len(pattern), pattern))


def mask(text, found):
    """Return a text in which nobody is recognised; what the database does, in words.

    >>> mask("Ana Ruiz, ana@x.mx", patterns(["Ana Ruiz"], ["ana@x.mx"]))
    '[…], […]'
    """
    for pattern in found:
        text = re.sub(pattern, MARK, text, flags=re.IGNORECASE)
    return text


def _literal(text):
    """Return a pattern of exactly this text, for Python and PostgreSQL."""
    return re.sub(r"([^\w\s])", r"\\\1", text)
