"""What is left of a document after a net payment, and what becomes of it.

A customer withholds a tax, a chain deducts its logistics, a bank keeps its charges: the
rest is small against the document, is no refusal to pay, and waits for a paper or for a
decision rather than for a call.
"""

from decimal import ROUND_HALF_UP, Decimal

from .dispute import rest

#: What becomes of a difference without anybody's decision.
OPEN, CLEARED, RETURNED = "open", "cleared", "returned"


def is_small(residual, original, worth, percent, most):
    """Return whether what is left of a document is a difference rather than a debt.

    :param residual: what is still owed of it
    :param original: what it was for, in the same currency
    :param worth: what is still owed, in the currency of the company
    :param percent: the greatest part of the document that may be left
    :param most: the greatest worth

    >>> is_small(Decimal(4), Decimal(100), Decimal(4), 15, Decimal(50))
    True
    >>> is_small(Decimal(100), Decimal(100), Decimal(100), 100, Decimal(500))
    False
    """
    return 0 < residual < original and (
        residual * 100 <= original * percent and worth <= most
    )


def judge(amount, credited, owed, day, return_day=None, answered=False, crumb=0):
    """Return the state of a difference on a day.

    :param amount: what was classified
    :param credited: written off or credited on its documents since then
    :param owed: what is still open of them
    :param day: the day on which it is judged
    :param return_day: the last day on which it waits for its document; None: for ever
    :param answered: the document is there, or somebody decided what to do
    :param crumb: a credit that falls short by less than this is a whole one
    """
    if rest(amount, credited, owed, Decimal(crumb)) <= 0:
        return CLEARED
    if return_day and day > return_day and not answered:
        return RETURNED
    return OPEN


def cover(amount, credited, owed, day, return_day=None, answered=False, crumb=0):
    """Return what a difference keeps out of the chase on a day."""
    state = judge(amount, credited, owed, day, return_day, answered, crumb)
    return rest(amount, credited, owed, Decimal(crumb)) if state == OPEN else Decimal(0)


def spread(amount, owed):
    """Return how much of each document an amount takes, the oldest first.

    :param amount: the amount, in their currency
    :param owed: what is still open of each document, in order

    >>> spread(Decimal(70), [Decimal(50), Decimal(50)])
    [Decimal('50'), Decimal('20')]
    """
    shares = []
    for each in owed:
        share = max(Decimal(0), min(amount, each))
        shares.append(share)
        amount -= share
    return shares


def worth(share, owed, value, digits):
    """Return what a share of a document is worth in the books of the company.

    In the proportion in which the document itself stands there, so that clearing it
    leaves no exchange difference; the whole of it to the cent.

    :param share: the share, in the currency of the document
    :param owed: all that is open of the document, in that currency
    :param value: all that is open of it, in the currency of the company
    :param digits: decimal places of the currency of the company

    >>> worth(Decimal(1), Decimal(3), Decimal(100), 2)
    Decimal('33.33')
    """
    if share == owed:
        return value
    exact = value * share / owed
    return exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def may_write_off(worth_, limit, asked_by_another=False):
    """Return whether somebody may write off an amount.

    Alone, up to the limit of their role. Whoever has no limit of their own decides
    on what another one asks for; for more than that there is always a second person.

    :param worth_: the amount, in the currency of the company
    :param limit: (alone, for another one): the greatest amounts; None: any

    >>> may_write_off(80, (100, 100)), may_write_off(120, (100, None))
    (True, False)
    >>> may_write_off(120, (100, None), asked_by_another=True)
    True
    """
    most = limit[asked_by_another]
    return most is None or worth_ <= most
