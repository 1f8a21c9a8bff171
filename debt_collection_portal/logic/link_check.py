"""Whether the links of our messages lead to our page, from what an address answered."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

#: What our page for an unknown link holds, as it is in its HTML.
MARK = 'id="debt_link_expired"'
#: How often an address may send us on, on the same host.
HOPS = 3


@dataclass(frozen=True)
class Answer:
    """What an address answered.

    :param status: the HTTP status, None where nothing answered
    :param str body: the beginning of the page
    :param str location: where it sends us on
    :param tls_failed: nobody could say whose server it is
    """

    status: int | None = None
    body: str = ""
    location: str = ""
    tls_failed: bool = False


def is_outside(url):
    """Return whether customers can reach the host of an address at all.

    >>> is_outside("https://erp.andes.com"), is_outside("http://localhost:8069")
    (True, False)
    >>> is_outside("http://192.168.1.4"), is_outside("http://erp"), is_outside("ftp:x")
    (False, False, False)
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or host.endswith((".local", ".localhost")):
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host


def next_hop(url, answer):
    """Return where an answer sends us on, None where nowhere on the same host.

    >>> next_hop("http://a.com/d/x", Answer(301, location="https://a.com/d/x"))
    'https://a.com/d/x'
    >>> next_hop("http://a.com/d/x", Answer(301, location="https://b.com/d/x"))
    >>> next_hop("https://a.com/d/x", Answer(301, location="http://a.com/d/x"))
    >>> next_hop("https://a.com/d/x", Answer(302, location="/web/database/selector"))
    'https://a.com/web/database/selector'
    """
    if answer.status not in (301, 302, 303, 307, 308) or not answer.location:
        return None
    target = urljoin(url, answer.location)
    before, after = urlsplit(url), urlsplit(target)
    secure = after.scheme == "https" or after.scheme == before.scheme
    if after.hostname != before.hostname or not secure:
        return None
    return target


def judge(url, answer):
    """Return what is wrong with links, None where they work.

    :param url: the address that answered at last
    :param answer: what it answered to a link that nobody has
    :return: "tls", "silent" (nothing or an error of the server), "elsewhere" (another
        host), "strange" (not our page), or "open" (anybody on the way can read it)

    >>> judge("https://a.com/d/x", Answer(404, MARK))
    >>> judge("http://a.com/d/x", Answer(404, MARK)), judge("https://a.com", Answer())
    ('open', 'silent')
    >>> judge("https://a.com", Answer(200, MARK)), judge("https://a.com", Answer(404))
    ('strange', 'strange')
    """
    if answer.tls_failed:
        return "tls"
    if answer.status is None or answer.status >= 500:
        return "silent"
    if 300 <= answer.status < 400:
        return "elsewhere"
    if answer.status != 404 or MARK not in answer.body:
        return "strange"
    return None if urlsplit(url).scheme == "https" else "open"
