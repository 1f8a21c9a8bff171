import base64
from datetime import date

from odoo import models
from odoo.tools import format_date
from odoo.tools.mail import email_normalize, single_email_re

from ...logic.cell_values import (
    CellError,
    is_empty,
    plain,
    read_amount,
    read_choice,
    read_date,
    read_list,
    read_text,
)
from ...logic.import_row import ImportRow
from ...logic.import_sheets import (
    BY_KEY,
    FIRST_ROWS,
    find_headings,
    sheet_named,
)
from ...tools.spreadsheet import MAX_BYTES, MAX_ROWS, BrokenCell, FileError, read_file

#: Columns with words to choose from, and the field whose words they are.
CHOICES = {
    "role": ("res.partner", "debt_role"),
    "channel": ("res.partner", "debt_channel"),
    "method": ("debt.promise", "method"),
}


class DebtImportReadMixin(models.AbstractModel):
    """From the cells of a file to lines with values, or with what is wrong in them."""

    _name = "debt.import.read.mixin"
    _description = "Reading of an Import"

    def _read_rows(self):
        """Return the lines of the file, None where it cannot be read at all.

        Then ``problem`` says why.
        """
        content = base64.b64decode(self.with_context(bin_size=False).file or b"")
        try:
            sheets = read_file(content, self.file_name or "")
        except FileError as error:
            self._give_up(self._file_error(error.code))
            return None
        # the name of a CSV file says little about what is in it
        is_book = content.startswith(b"PK")
        rows, ignored, problems = [], [], []
        for name, cells in sheets:
            found = self._headings(name, cells, is_book, len(sheets) == 1)
            named = is_book and sheet_named(name, self._sheet_labels())
            if found is None and named and cells:
                problems.append(
                    self.env._("Sheet %s: there is no line of headings.", name)
                )
            elif found is None:
                ignored.append(name)
            elif found.missing or found.twice:
                problems.append(self._heading_error(name, found))
            else:
                rows += [
                    row
                    for row in self._sheet_rows(name, cells, found)
                    if not self._is_example(row)
                ]
        if problems or not rows:
            self._give_up(
                " ".join(problems)
                or self.env._(
                    "No sheet has the headings of the template and lines below them: "
                    "%s. Download the template to see them.",
                    ", ".join(name for name, _cells in sheets),
                )
            )
            return None
        self.ignored = ", ".join(ignored)
        return rows

    def _give_up(self, problem):
        self.line_ids.unlink()
        self.write(
            {
                "state": "draft",
                "problem": problem,
                "ignored": False,
                **dict.fromkeys(
                    ("row_count", "new_count", "same_count", "error_count"), 0
                ),
                "warning_count": 0,
            }
        )

    def _file_error(self, code):
        return {
            "empty": self.env._("The file is empty."),
            "too_big": self.env._(
                "The file is larger than %s MB. Split it.", MAX_BYTES // 1024**2
            ),
            "too_long": self.env._(
                "A sheet has more than %s lines. Split it.", MAX_ROWS
            ),
            "old_excel": self.env._("This is a file of an old Excel. Save it as XLSX."),
            "not_supported": self.env._("Only XLSX and CSV files can be read."),
            "broken": self.env._(
                "The file is damaged or protected by a password. Open it, save it as "
                "XLSX and try again."
            ),
        }[code]

    def _headings(self, name, cells, is_book, alone):
        """Return the headings of a sheet, None for a sheet that is something else."""
        labels = self._column_labels()
        sheet = sheet_named(name, self._sheet_labels()) if is_book else None
        if alone and self.kind:
            sheet = BY_KEY[self.kind]
        first = [[*map(str_or_none, row)] for row in cells[:FIRST_ROWS]]
        found = find_headings(first, sheet, labels)
        if found and self.kind and found.sheet.key != self.kind:
            return None
        return found

    def _heading_error(self, name, found):
        labels = self._column_labels()

        def names(keys):
            return ", ".join(labels[found.sheet.key, key] for key in keys)

        if found.missing:
            return self.env._(
                "Sheet %(sheet)s: the column %(columns)s is missing.",
                sheet=name,
                columns=names(found.missing),
            )
        return self.env._(
            "Sheet %(sheet)s: the column %(columns)s is there twice.",
            sheet=name,
            columns=names(found.twice),
        )

    def _sheet_rows(self, name, cells, found):
        """Yield the lines below the headings."""
        read = self._readers()
        headings = {
            column.key: str(cells[found.row][place]).strip()
            for place, column in found.columns.items()
        }
        first = True
        for number, row in enumerate(cells[found.row + 1 :], start=found.row + 2):
            if all(map(is_empty, row)):
                continue
            line = ImportRow(found.sheet.key, name, number, headings=headings)
            for place, column in found.columns.items():
                value = row[place] if place < len(row) else None
                try:
                    line.values[column.key] = read[column.kind](value, column)
                except CellError as error:
                    line.error(column.key, self._cell_error(error, column))
                if column.required and is_empty(value):
                    line.error(column.key, self.env._("This must be filled in."))
            if first and found.unknown:
                line.warn(
                    "",
                    self.env._(
                        "Columns that are not imported: %s", ", ".join(found.unknown)
                    ),
                )
            first = False
            yield line

    def _readers(self):
        """Return {kind of column: function of a cell and its column}."""
        lang = self.env["res.lang"]._get_data(code=self.env.user.lang or "en_US")
        decimal = lang.decimal_point or "."
        first = (lang.date_format or "%d/%m/%Y").replace("%-", "%")
        day_first = first.find("%d") < first.find("%m") or first.startswith("%Y")
        words = {}

        def guarded(read):
            def cell(value, column):
                if isinstance(value, BrokenCell):
                    raise CellError("broken_formula", str(value))
                return read(value, column)

            return cell

        def choice(value, column):
            if column.key not in words:
                labels = self._choice_labels(column.key).items()
                own = {plain(label): code for label, code in labels}
                words[column.key] = {**column.choices, **own}
            return read_choice(value, words[column.key])

        return {
            kind: guarded(read)
            for kind, read in {
                "text": lambda value, _column: read_text(value) or None,
                "list": lambda value, _column: read_list(value),
                "amount": lambda value, _column: read_amount(value, decimal),
                "date": lambda value, _column: read_date(value, day_first),
                "choice": choice,
                "email": lambda value, _column: read_email(value),
                **dict.fromkeys(
                    ("phone", "lang", "user", "outcome", "currency"),
                    lambda value, _column: read_text(value) or None,
                ),
            }.items()
        }

    def _choice_labels(self, key):
        """Return {word in the user's language: value} of a column of choices."""
        if key not in CHOICES:
            return {}
        model, name = CHOICES[key]
        choices = self.env[model]._fields[name]._description_selection(self.env)
        return {label: value for value, label in choices}

    def _date_example(self):
        return format_date(self.env, date(2026, 12, 31))

    def _cell_error(self, error, column):
        text = str(error.value)[:60]
        return {
            "not_a_number": self.env._(
                "“%s” is no amount. Write only the number.", text
            ),
            "two_readings": self.env._(
                "“%s” can be read in two ways. Write it without a mark for thousands.",
                text,
            ),
            "not_a_date": self.env._(
                "“%(text)s” is no date. Write it as in %(example)s.",
                text=text,
                example=self._date_example(),
            ),
            "no_such_day": self.env._(
                "There is no day “%(text)s”. Dates are read as in %(example)s.",
                text=text,
                example=self._date_example(),
            ),
            "unknown_choice": self.env._(
                "“%(text)s” is not known. Write one of: %(words)s.",
                text=text,
                words=", ".join(self._choice_labels(column.key)),
            ),
            "not_an_email": self.env._(
                "“%s” is no e-mail address. Write one per line.", text
            ),
            "broken_formula": self.env._(
                "The formula in this cell has failed: %s", text
            ),
        }[error.code]


def str_or_none(value):
    """Return a cell as text, for the search of headings."""
    return None if value is None else str(value)


def read_email(value):
    """Return one e-mail address, None for an empty cell.

    :raise CellError: when it is none, or several
    """
    if is_empty(value):
        return None
    email = email_normalize(read_text(value), strict=True)
    if not email or not single_email_re.match(email):
        raise CellError("not_an_email", read_text(value))
    return email
