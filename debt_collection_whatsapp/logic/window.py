"""Free text: until when, and what an attachment may be."""

from datetime import timedelta

#: Meta takes free text for so long after the last message of the person.
WINDOW = timedelta(hours=24)
#: Free text is not handed over in the last moments: it takes a while to arrive.
SAFETY = timedelta(minutes=2)
#: Characters of a text.
MOST = 4096
#: Bytes of each kind of file that an agent may send, and how each kind begins.
KINDS = {
    "image/jpeg": (5 << 20, b"\xff\xd8\xff"),
    "image/png": (5 << 20, b"\x89PNG\r\n\x1a\n"),
    "application/pdf": (16 << 20, b"%PDF-"),
}


def is_open(until, now):
    """Return whether free text may be handed over now.

    :param until: when it ends, or None
    :param now: a moment of the same kind

    >>> from datetime import datetime
    >>> until = datetime(2026, 6, 2, 10)
    >>> is_open(until, datetime(2026, 6, 2, 9, 57))
    True
    >>> is_open(until, datetime(2026, 6, 2, 9, 58)), is_open(None, until)
    (False, False)
    """
    return bool(until) and now < until - SAFETY


def kind_of(content):
    """Return the MIME type of a file by how it begins, None for what is not sent.

    >>> kind_of(b"%PDF-1.7"), kind_of(b"<html>")
    ('application/pdf', None)
    """
    for mimetype, (_most, begins) in KINDS.items():
        if content.startswith(begins):
            return mimetype
    return None


def most_bytes(mimetype):
    """Return how large a file of a kind may be.

    >>> most_bytes("image/png") // 1024 // 1024
    5
    """
    return KINDS[mimetype][0]
