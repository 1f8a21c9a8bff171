"""Reads the sheets of an XLSX or CSV file, cell by cell.

Odoo's own importer turns every cell into text and leaves empty rows out. Here the
place of each cell has to be known, to say where an error is, and a number that the
spreadsheet holds as a number must not be read again as text of some language.
"""

import csv
import io
import zipfile

import openpyxl
from openpyxl.cell.cell import ERROR_CODES

#: Larger files are no spreadsheet of a department.
MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 60
SEPARATORS = ";,\t|"
#: Rows from which the separator of a CSV file is guessed.
SAMPLE = 20
OLD_EXCEL = b"\xd0\xcf\x11\xe0"


class FileError(Exception):
    """A file that cannot be read; ``code`` says why."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


class BrokenCell:
    """A cell in which a formula failed."""

    def __init__(self, text):
        self.text = text

    def __str__(self):
        return self.text


def read_file(content, name=""):
    """Return the sheets of a file as a list of (name, rows).

    A row is a list of values as the spreadsheet holds them; its place in the list is
    its number in the sheet, less one. Formulas are their last results.

    :param bytes content: the file
    :param name: its name, which a CSV file has for its only sheet
    :raise FileError: empty, too_big, too_long, old_excel, not_supported, broken
    """
    if not content.strip():
        raise FileError("empty")
    if len(content) > MAX_BYTES:
        raise FileError("too_big")
    if content.startswith(OLD_EXCEL):
        raise FileError("old_excel")
    sheets = _read_xlsx(content) if content.startswith(b"PK") else _read_csv(content)
    stem = name.rpartition(".")[0] or name
    sheets = [(title or stem, _trim(rows)) for title, rows in sheets]
    if not any(rows for _title, rows in sheets):
        raise FileError("empty")
    if any(len(rows) > MAX_ROWS for _title, rows in sheets):
        raise FileError("too_long")
    return sheets


def _trim(rows):
    """Return rows without the empty ones at the end."""
    last = max(
        (n for n, row in enumerate(rows, start=1) if any(map(_is_there, row))),
        default=0,
    )
    return rows[:last]


def _is_there(value):
    return value is not None and (not isinstance(value, str) or value.strip())


def _read_xlsx(content):
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
                raise FileError("too_big")
            if "xl/workbook.xml" not in archive.namelist():
                raise FileError("not_supported")
        book = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=True
        )
        return [
            (sheet.title, _sheet_rows(sheet))
            for sheet in book.worksheets
            if sheet.sheet_state == "visible"
        ]
    except FileError:
        raise
    except Exception as error:
        # the file comes from outside: whatever is wrong with it, it cannot be read
        raise FileError("broken") from error


def _sheet_rows(sheet):
    # some programs write a wrong size
    sheet.reset_dimensions()
    rows = sheet.iter_rows(max_row=MAX_ROWS + 2, max_col=MAX_COLUMNS, values_only=True)
    return [
        [BrokenCell(value) if value in ERROR_CODES else value for value in row]
        for row in rows
    ]


def _read_csv(content):
    text = _decode(content)
    lines = [line for line in text.splitlines()[:SAMPLE] if line.strip()]
    if lines and lines[0].lower().startswith("sep=") and len(lines[0].strip()) == 5:
        separator = lines[0].strip()[4]
        text = text.partition("\n")[2]
    else:
        separator = max(SEPARATORS, key=lambda mark: _fits(lines, mark))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise FileError("broken") from error
    return [("", rows)]


def _decode(content):
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError as error:
                raise FileError("broken") from error
    if b"\0" in content or content.startswith(b"%PDF"):
        raise FileError("not_supported")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        # what spreadsheets on Windows write; the few free places do not matter
        return content.decode("cp1252", errors="replace")


def _fits(lines, mark):
    """Return how well a separator divides lines: in as many parts each, and many."""
    counts = [line.count(mark) for line in lines]
    most = max(counts, default=0)
    return (most > 0 and counts.count(most), most)
