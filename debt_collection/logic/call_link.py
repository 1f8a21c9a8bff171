"""The link that lets a telephone, or the program that is one, call a number.

A template such as ``tel:{phone}`` or ``https://phone.example/call?n={digits}``. It is
opened in the browser of whoever calls, so only harmless schemes are allowed, and a
number can never change where a link leads to.
"""

import re

#: What a link may begin with.
SCHEMES = ("tel", "sip", "sips", "callto", "https")
#: {phone}: with the country code and a plus. {digits}: the same without the plus.
PLACEHOLDERS = ("phone", "digits")

_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_NUMBER = re.compile(r"\+[0-9]{4,15}")
_HOST = re.compile(r"//[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?(?=[/?#])")


def fault(template):
    """Return what is wrong with a template, None where nothing is.

    :return: "scheme", "characters", "placeholder" (none, or one that is unknown) or
        "host" (a number would decide where the link leads to)

    >>> fault("tel:{phone}"), fault("sip:{digits}@pbx.example.com")
    (None, None)
    >>> fault("javascript:alert({phone})"), fault("https://{phone}.example.com/")
    ('scheme', 'host')
    """
    scheme, colon, rest = (template or "").partition(":")
    if not colon or scheme not in SCHEMES:
        return "scheme"
    if not rest.isascii() or not rest.isprintable() or set(rest) & set(" <>\"'\\`"):
        return "characters"
    names = _PLACEHOLDER.findall(rest)
    left_over = _PLACEHOLDER.sub("", rest)
    if not names or set(names) - set(PLACEHOLDERS) or set(left_over) & set("{}"):
        return "placeholder"
    if scheme == "https" and not _HOST.match(rest):
        return "host"
    return None


def link(template, number):
    """Return the link that calls a number.

    :param template: one without a fault
    :param number: in E.164: a plus and digits
    :raise ValueError: where either is something else

    >>> link("tel:{phone}", "+573001234567")
    'tel:+573001234567'
    >>> link("https://phone.example/call?n={phone}", "+573001234567")
    'https://phone.example/call?n=%2B573001234567'
    """
    if fault(template) or not _NUMBER.fullmatch(number):
        raise ValueError("a template without a fault, and a number in E.164")
    plus = "%2B" if template.startswith("https:") else "+"
    values = {"phone": plus + number[1:], "digits": number[1:]}
    return _PLACEHOLDER.sub(lambda match: values[match.group(1)], template)
