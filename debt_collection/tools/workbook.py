"""Workbooks that people open in Excel: one look, text that stays text, little memory.

Rows go to the disk as they come, so that 100,000 of them need no more memory than ten.
Totals are formulas over what a filter shows, with their value for programs that do not
calculate.
"""

import io
from dataclasses import dataclass

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_range

#: Dark enough for white text on paper and screen.
HEAD = "#44546A"
LINE = "#D9D9D9"
TOTAL = "#F2F2F2"
#: Where the rows of a sheet begin: title, subtitle, empty, totals, headers.
TOTALS_ROW = 3
HEADER_ROW = 4
FIRST_ROW = 5
#: The longest name of a sheet, and what it may not contain.
NAME = 31
FORBIDDEN = str.maketrans("[]:*?/\\'", "        ")


@dataclass(frozen=True)
class Column:
    """A column of a sheet.

    :param title: its header
    :param kind: "text", "date", "int", "money" or "percent"
    :param width: in characters
    :param digits: decimals of "money"
    :param total: its sum stands above the header
    """

    title: str
    kind: str = "text"
    width: int = 16
    digits: int = 2
    total: bool = False


class Workbook:
    """A workbook that is written row by row."""

    def __init__(self, title, author=""):
        self._file = io.BytesIO()
        self._book = xlsxwriter.Workbook(
            self._file, {"constant_memory": True, "strings_to_formulas": False}
        )
        self._book.set_properties({"title": title, "author": author})
        self._formats = {}
        self._names = set()

    def sheet(self, name, columns, *, title, subtitle="", rows=0, totals=()):
        """Begin a sheet; rows are added to it before the next one begins.

        :param name: of its tab; made valid and unique
        :param columns: a ``Column`` each
        :param rows: how many rows will come, for the totals and the filter
        :param totals: {place of a column: its sum}, shown until Excel calculates
        :return: a ``Sheet``
        """
        return Sheet(self, self._name(name), columns, title, subtitle, rows, totals)

    def chart(self, sheet, name, title, series):
        """Draw columns on a sheet of their own.

        :param sheet: the ``Sheet`` with the numbers
        :param name: of the tab of the chart
        :param series: places of the columns whose totals are drawn
        """
        chart = self._book.add_chart({"type": "column"})
        first, last = xl_col_to_name(min(series)), xl_col_to_name(max(series))

        def cells(row):
            return f"={sheet.quoted_name}!${first}${row + 1}:${last}${row + 1}"

        chart.add_series(
            {
                "name": title,
                "categories": cells(HEADER_ROW),
                "values": cells(TOTALS_ROW),
                "fill": {"color": HEAD},
                "data_labels": {"value": True, "num_format": "#,##0"},
                "gap": 60,
            }
        )
        chart.set_title({"name": title})
        chart.set_legend({"none": True})
        chart.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True}})
        tab = self._book.add_chartsheet(self._name(name))
        tab.set_chart(chart)

    def close(self):
        """Return the content of the file."""
        self._book.close()
        return self._file.getvalue()

    def style(self, **values):
        """Return a format of the workbook; the same one for the same values."""
        key = tuple(sorted(values.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(values)
        return self._formats[key]

    def add_worksheet(self, name):
        return self._book.add_worksheet(name)

    def _name(self, name):
        base = name.translate(FORBIDDEN).strip()[:NAME] or "-"
        found, count = base, 1
        while found.lower() in self._names:
            count += 1
            found = f"{base[: NAME - 4]} {count}"
        self._names.add(found.lower())
        return found


class Sheet:
    """A sheet with a title, frozen headers, totals above them and a filter."""

    def __init__(self, book, name, columns, title, subtitle, rows, totals):
        self._book, self._columns = book, columns
        self._sheet = book.add_worksheet(name)
        self.quoted_name = f"'{name}'"
        self._row = FIRST_ROW
        self._totals = dict(totals)
        last = FIRST_ROW + max(rows, 1) - 1
        for place, column in enumerate(columns):
            self._sheet.set_column(place, place, column.width)
        self._sheet.write_string(0, 0, title, book.style(bold=True, font_size=14))
        self._sheet.write_string(1, 0, subtitle, book.style(font_color="#595959"))
        self._write_totals(last)
        head = {"bold": True, "bg_color": HEAD, "font_color": "white", "border": 1}
        for place, column in enumerate(columns):
            align = "left" if column.kind in ("text", "date") else "right"
            style = book.style(**head, align=align, text_wrap=True, valign="top")
            self._sheet.write_string(HEADER_ROW, place, column.title, style)
        self._sheet.freeze_panes(FIRST_ROW, 1)
        self._sheet.autofilter(HEADER_ROW, 0, last, len(columns) - 1)
        self._sheet.set_landscape()
        self._sheet.set_paper(9)
        self._sheet.fit_to_pages(1, 0)
        self._sheet.repeat_rows(HEADER_ROW)
        self._sheet.hide_gridlines(2)
        self._cells = [self._style(column) for column in columns]

    def add(self, values):
        """Add a row: a value per column, None for an empty cell."""
        for place, (value, column) in enumerate(
            zip(values, self._columns, strict=True)
        ):
            if value is None or value is False or value == "":
                self._sheet.write_blank(self._row, place, None, self._cells[place])
            elif column.kind == "text":
                # never a formula, whatever a customer is called
                self._sheet.write_string(
                    self._row, place, str(value), self._cells[place]
                )
            elif column.kind == "date":
                self._sheet.write_datetime(self._row, place, value, self._cells[place])
            else:
                self._sheet.write_number(self._row, place, value, self._cells[place])
        self._row += 1

    def _write_totals(self, last):
        for place, column in enumerate(self._columns):
            if not column.total:
                continue
            cells = xl_range(FIRST_ROW, place, last, place)
            style = self._style(column, bold=True, bg_color=TOTAL)
            # 109: the sum of the rows that a filter leaves
            self._sheet.write_formula(
                TOTALS_ROW,
                place,
                f"=SUBTOTAL(109,{cells})",
                style,
                self._totals.get(place, 0),
            )

    def _style(self, column, **values):
        number = {
            "text": "@",
            "date": "dd/mm/yyyy",
            "int": "0",
            "percent": "0.0%",
            "money": "#,##0" + ("." + "0" * column.digits if column.digits else ""),
        }[column.kind]
        if column.kind == "money":
            number = f"{number};[Red]-{number}"
        return self._book.style(
            num_format=number, border=1, border_color=LINE, **values
        )
