"""Which files of customers are taken in."""

from base64 import b64decode
from binascii import Error as NoBase64
from hashlib import sha256

MAX_BYTES = 16 * 1024 * 1024
#: {MIME type: its extension}
KINDS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "application/pdf": "pdf",
}
#: A file is kept by WhatsApp for so many days.
KEPT_DAYS = 7


def kind_of(content):
    """Return the MIME type of a file by how it begins, None for one that is kept out.

    >>> kind_of(b"%PDF-1.7 ..."), kind_of(b"MZ...")
    ('application/pdf', None)
    """
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    return None


def is_whole(content, told):
    """Return whether a file is the one that was told of.

    :param told: its SHA-256, as base64 in webhooks and as hexadecimal in the API; empty
        where nothing was told

    >>> is_whole(b"", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
    True
    >>> is_whole(b"x", sha256(b"").hexdigest()), is_whole(b"x", "")
    (False, True)
    """
    if not told:
        return True
    digest = sha256(content).digest()
    if told.lower() == digest.hex():
        return True
    try:
        return b64decode(told, validate=True) == digest
    except (NoBase64, ValueError):
        return False


def name_of(told, mimetype, number):
    """Return the name under which a file is kept.

    >>> name_of("../a/Pago\\n junio.pdf", "application/pdf", 7)
    'Pago junio.pdf'
    >>> name_of("", "image/jpeg", 7)
    'whatsapp-7.jpg'
    """
    name = (told or "").replace("\\", "/").rpartition("/")[2]
    name = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    name = name.strip(" .")[:100]
    extension = KINDS[mimetype]
    if not name:
        return f"whatsapp-{number}.{extension}"
    return name if name.lower().endswith(f".{extension}") else f"{name}.{extension}"
