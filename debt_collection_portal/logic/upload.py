"""Files that customers send: what they are by their content, and their names."""

import re

#: The most bytes of one file.
MOST_BYTES = 10 * 1024 * 1024
#: The most files at a time.
MOST_FILES = 5
#: Characters of a name.
NAME = 80

#: What photos of a phone and scanners make: (offset, first bytes, type, extension).
SIGNATURES = (
    (0, b"%PDF-", "application/pdf", "pdf"),
    (0, b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (0, b"GIF87a", "image/gif", "gif"),
    (0, b"GIF89a", "image/gif", "gif"),
    (8, b"WEBP", "image/webp", "webp"),
    (4, b"ftypheic", "image/heic", "heic"),
    (4, b"ftypmif1", "image/heic", "heic"),
)


def kind_of(content):
    """Return (media type, extension) of a file by its content, None for any other.

    What can carry a script when it is shown, as HTML or SVG, is none of them.

    >>> kind_of(b"%PDF-1.7 ...")
    ('application/pdf', 'pdf')
    >>> kind_of(b"<svg onload='alert(1)'>") is None
    True
    """
    for offset, mark, media, extension in SIGNATURES:
        if content[offset : offset + len(mark)] == mark:
            return media, extension
    return None


def name_of(name, extension):
    """Return a harmless name for a file with the extension of what it really is.

    >>> name_of("C:\\\\docs\\\\../factura 12.pdf.exe", "pdf")
    'factura 12.pdf.pdf'
    >>> name_of("foto.JPEG", "jpg"), name_of("", "png")
    ('foto.jpg', 'file.png')
    """
    last = re.split(r"[\\/]", name or "")[-1]
    clean = re.sub(r"[^\w .()-]", "", last).strip(" .")
    stem = clean.rpartition(".")[0] or clean
    return f"{stem[:NAME] or 'file'}.{extension}"
