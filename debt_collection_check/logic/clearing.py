"""When a cheque, a note or a bill of exchange is money.

Received, it is a promise on paper: the books show the invoice as paid, the customer
still owes. It clears when the bank has it, its date has come, and some working days
went by without the bank returning it; or when the statement of the bank shows it.
"""

from dataclasses import dataclass
from datetime import date

#: Where a document is: in our hands, at the bank, passed on to somebody who pays us
#: with our debt to them, back from the bank, given back to the customer, bounced.
HAND, BANK, PASSED, RETURNED, BACK, BOUNCED = (
    "hand",
    "deposited",
    "passed",
    "returned",
    "back",
    "bounced",
)
CLEARED = "cleared"
#: Places where it can turn into money without us.
AWAY = (BANK, PASSED)
#: States in which the customer owes what the document is for.
DOCUMENTED = (HAND, BANK, PASSED, RETURNED)


@dataclass(frozen=True)
class Document:
    """A document with which a customer paid.

    :param place: where it is
    :param due: the day from which it can be collected
    :param moved: the day on which it came to that place
    :param seen: the day on which a statement of the bank shows it; None: none does
    """

    place: str
    due: date
    moved: date
    seen: date | None = None


def counts_from(document):
    """Return the day from which the working days count; None: they do not yet.

    >>> counts_from(Document(BANK, date(2026, 6, 10), date(2026, 6, 3)))
    datetime.date(2026, 6, 10)
    """
    if document.place not in AWAY:
        return None
    return max(document.due, document.moved)


def clears_on(document, later):
    """Return the day on which it counts as money if nothing happens; None: never so.

    :param later: function of a day: the working days of waiting after it
    """
    start = counts_from(document)
    if start is None:
        return None
    if document.place == BANK and document.seen:
        return document.seen
    return later(start)


def state(document, day, later):
    """Return the state of a document on a day.

    :param day: the day on which it is asked
    :param later: see ``clears_on``

    >>> from datetime import timedelta
    >>> deposited = Document(BANK, date(2026, 6, 10), date(2026, 6, 3))
    >>> state(deposited, date(2026, 6, 11), lambda day: day + timedelta(days=2))
    'deposited'
    >>> state(deposited, date(2026, 6, 12), lambda day: day + timedelta(days=2))
    'cleared'
    """
    clear = clears_on(document, later)
    if clear is not None and clear <= day:
        return CLEARED
    return document.place
