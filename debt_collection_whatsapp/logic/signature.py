"""How Meta signs what it tells: HMAC-SHA256 of the raw body, with the app secret.

Source: "Create a webhook endpoint" of the WhatsApp Business Platform.
"""

import hmac


def is_signed(body, header, secrets):
    """Return whether one of the secrets signed the body; never without a secret.

    :param bytes body: as it came; written again it would differ
    :param header: the header ``X-Hub-Signature-256``, or None
    :param secrets: the app secrets, two while one is being changed

    >>> is_signed(b"{}", "sha256=" + hmac.digest(b"s", b"{}", "sha256").hex(), ["s"])
    True
    >>> is_signed(b"{}", "sha256=", []), is_signed(b"{}", None, ["s"])
    (False, False)
    """
    if not header or not header.startswith("sha256="):
        return False
    given = header.removeprefix("sha256=").strip().lower().encode("ascii", "replace")
    signed = False
    for secret in filter(None, secrets):
        expected = hmac.digest(secret.encode(), body, "sha256").hex().encode()
        signed |= hmac.compare_digest(expected, given)
    return signed
