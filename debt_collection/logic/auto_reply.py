"""Which e-mails nobody wrote: absence notes, confirmations, lists."""

#: Headers whose mere presence says it.
MARKS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply-from")
#: Values of ``Precedence`` that say it.
PRECEDENCES = {"auto_reply", "bulk", "junk", "list"}


def is_automatic(headers):
    """Return whether a machine answered.

    :param headers: an ``email.message.Message``, or anything with its ``get``

    >>> is_automatic({"Auto-Submitted": "auto-replied"})
    True
    >>> is_automatic({"Auto-Submitted": "no", "Subject": "Payment"})
    False
    """
    # RFC 3834: anything but "no", which may be followed by parameters
    submitted = str(headers.get("Auto-Submitted") or "no").partition(";")[0]
    if submitted.strip().lower() != "no":
        return True
    precedence = str(headers.get("Precedence") or "").strip().lower()
    return precedence in PRECEDENCES or any(
        headers.get(name) is not None for name in MARKS
    )
