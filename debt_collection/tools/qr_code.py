"""QR codes as SVG, which browsers and wkhtmltopdf draw without image libraries."""

import re

import qrcode
from markupsafe import Markup

#: Any of the eight is right; to choose the fairest takes most of the time.
MASK = 3
BORDER = 2


def qr_svg(text):
    """Return the Markup of a QR code; the page says how large it is.

    :param str text: what a phone reads, such as a link
    """
    code = qrcode.QRCode(
        border=BORDER,
        error_correction=qrcode.constants.ERROR_CORRECT_M,
        mask_pattern=MASK,
    )
    code.add_data(text)
    rows = code.get_matrix()
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %(size)s %(size)s">'
        '<path d="%(path)s"/></svg>'
    ) % {"size": len(rows), "path": "".join(_path(rows))}


def _path(rows):
    """Yield a rectangle for each run of dark squares of a row."""
    for y, row in enumerate(rows):
        line = "".join("#" if dark else " " for dark in row)
        for run in re.finditer("#+", line):
            width = len(run[0])
            yield f"M{run.start()},{y}h{width}v1h-{width}z"
