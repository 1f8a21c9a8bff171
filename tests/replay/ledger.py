"""What really happened, read from a CSV file or made up: no Odoo in here."""

import csv
import random
from collections import defaultdict
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from decimal import Decimal

#: Columns of the IBM "late payments" data set, the default.
COLUMNS = {
    "customer": "customerID",
    "number": "invoiceNumber",
    "issued": "InvoiceDate",
    "due": "DueDate",
    "amount": "InvoiceAmount",
    "settled": "SettledDate",
    "currency": "",
}
DATE_FORMAT = "%m/%d/%Y"


@dataclass(frozen=True)
class Invoice:
    """One line of the file. ``settled`` is None while nothing was paid."""

    customer: str
    number: str
    issued: date
    due: date
    amount: Decimal
    settled: date | None = None
    currency: str | None = None


@dataclass
class Ledger:
    """All invoices, by the day on which something happens to them."""

    invoices: list
    issued: dict = field(default_factory=lambda: defaultdict(list))
    settled: dict = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self):
        for invoice in self.invoices:
            self.issued[invoice.issued].append(invoice)
            if invoice.settled:
                self.settled[invoice.settled].append(invoice)

    @property
    def customers(self):
        return sorted({invoice.customer for invoice in self.invoices})

    @property
    def currencies(self):
        return sorted({invoice.currency for invoice in self.invoices} - {None})

    @property
    def first_day(self):
        return min(self.issued)

    @property
    def last_day(self):
        """The last day of any event, and one more for the echo."""
        return max(*self.issued, *self.settled) + timedelta(days=1)

    def days(self):
        """Yield every day from the first to the last event."""
        for number in range((self.last_day - self.first_day).days + 1):
            yield self.first_day + timedelta(days=number)


def read(path, columns=None, date_format=DATE_FORMAT):
    """Read a ledger from a CSV file with a line of headings.

    :param columns: names of columns that differ from ``COLUMNS``
    :raise ValueError: for a line that cannot be, with its number
    """
    columns = {**COLUMNS, **(columns or {})}
    with open(path, newline="", encoding="utf-8-sig") as file:
        return Ledger(
            [
                _invoice(row, columns, date_format, number)
                for number, row in enumerate(csv.DictReader(file), start=2)
            ]
        )


def _invoice(row, columns, date_format, line):
    def day(name):
        text = row[columns[name]].strip()
        # dates of the file, in no time zone
        return datetime.strptime(text, date_format).date() if text else None  # noqa: DTZ007

    try:
        invoice = Invoice(
            customer=row[columns["customer"]],
            number=row[columns["number"]],
            issued=day("issued"),
            due=day("due"),
            amount=Decimal(row[columns["amount"]]),
            settled=day("settled"),
            currency=(columns["currency"] and row[columns["currency"]]) or None,
        )
    except (KeyError, ArithmeticError, ValueError) as error:
        raise ValueError(f"line {line}: {error!r}") from error
    if min(invoice.due, invoice.settled or invoice.due) < invoice.issued:
        raise ValueError(f"line {line}: due or settled before it was issued")
    return invoice


def make_up(count, days, seed=1, customers=None, currencies=("USD", "USD", "EUR")):
    """Return invented invoices: everything that matters happens to some of them.

    Due at once or in up to 30 days, paid from a fortnight early to two months late,
    one in twelve never.
    """
    dice = random.Random(seed)
    start = date(2025, 1, 1)
    names = [f"C{number:03d}" for number in range(customers or max(1, count // 5))]
    lateness = {name: dice.choice((-6, 4, 15, 30)) for name in names}
    end = start + timedelta(days=days - 2)
    result = []
    for number in range(count):
        name = dice.choice(names)
        issued = start + timedelta(days=dice.randrange(max(1, days * 2 // 3)))
        due = issued + timedelta(days=dice.choice((0, 8, 15, 30)))
        paid = max(issued, due + timedelta(days=round(dice.gauss(lateness[name], 8))))
        never = not dice.randrange(12)
        result.append(
            Invoice(
                customer=name,
                number=f"F{number:05d}",
                issued=issued,
                due=due,
                amount=Decimal(dice.randrange(500, 20_000)) / 100,
                settled=None if never or paid > end else paid,
                currency=dice.choice(currencies),
            )
        )
    return result


def write(path, invoices):
    """Write invoices to a CSV file whose columns are the names of the fields."""
    names = [each.name for each in fields(Invoice)]
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        for invoice in invoices:
            row = {name: getattr(invoice, name) for name in names}
            writer.writerow({k: "" if v is None else v for k, v in row.items()})


#: How to read a file that `write` wrote.
OWN_COLUMNS = {each.name: each.name for each in fields(Invoice)}
OWN_DATE_FORMAT = "%Y-%m-%d"
