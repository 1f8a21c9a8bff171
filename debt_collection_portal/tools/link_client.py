import requests

from ..logic.link_check import HOPS, Answer, next_hop

#: Seconds to connect, and to wait for each part of the answer.
TIMEOUT = (5, 15)
#: So much of a page is read.
MOST = 200_000


def follow(url):
    """Ask an address as a customer would, on the same host only.

    The one place from which the check of links reaches the network.

    :param str url: an address of our own
    :return: (the last address, its ``Answer``); nothing is raised
    """
    for _hop in range(HOPS):
        answer = _ask(url)
        target = next_hop(url, answer)
        if not target:
            break
        url = target
    return url, answer


def _ask(url):
    try:
        response = requests.get(
            url, timeout=TIMEOUT, allow_redirects=False, stream=True
        )
        with response:
            body = response.raw.read(MOST, decode_content=True)
    except requests.exceptions.SSLError:
        return Answer(tls_failed=True)
    except Exception:
        # whatever is in the way of customers: a name, a wall, an answer that is none
        return Answer()
    return Answer(
        response.status_code,
        body.decode(errors="replace"),
        response.headers.get("Location", ""),
    )
