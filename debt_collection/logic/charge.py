"""Fees, whose money that is not applied yet counts, and what is paid first."""

from decimal import Decimal
from fractions import Fraction

from .interest import round_once

#: In which order a payment clears what one owes: costs, interest, principal.
RANKS = {"fee": 0, "interest": 1, None: 2}


def fee(how, amount, rounding, value=Decimal(0), tiers=()):
    """Return the fee of a document.

    :param how: fixed, percent or tiers
    :param amount: what the document was for
    :param rounding: the step of the currency
    :param value: the fixed fee, or the percentage
    :param tiers: pairs of (from which amount on, the fee)

    >>> tiers = ((Decimal(0), Decimal(40)), (Decimal(1000), Decimal(70)))
    >>> fee("tiers", Decimal("999.99"), Decimal("0.01"), tiers=tiers)
    Decimal('40.00')
    >>> fee("percent", Decimal(250), Decimal("0.01"), Decimal(5))
    Decimal('12.50')
    """
    if how == "tiers":
        value = max(
            (tier for tier in tiers if tier[0] <= amount), default=(0, Decimal(0))
        )[1]
    exact = Fraction(value)
    if how == "percent":
        exact = exact * Fraction(amount) / 100
    return round_once(exact, rounding)


def as_payments(credits_, owed):
    """Return what money that nobody applied yet would pay: {debt: [(day, amount)]}.

    The oldest debts first, each credit on its own day: who paid does not owe interest
    because nobody applied the payment.

    :param credits_: pairs of (day, amount), in order
    :param owed: pairs of (debt, what is open of it), the oldest first

    >>> as_payments([("monday", 70)], [("a", 50), ("b", 50)])
    {'a': [('monday', 50)], 'b': [('monday', 20)]}
    """
    paid, left = {}, list(credits_)
    for debt, amount in owed:
        while amount > 0 and left:
            day, credit = left.pop(0)
            part = min(amount, credit)
            if part > 0:
                paid.setdefault(debt, []).append((day, part))
            amount -= part
            if credit > part:
                left.insert(0, (day, credit - part))
    return paid


def payment_order(documents, charges_first):
    """Return documents in the order in which a payment clears them.

    :param documents: triples of (document, due date, kind of charge or None)
    :param charges_first: costs, interest, principal; else the oldest first

    >>> owed = [("invoice", 1, None), ("interest", 2, "interest"), ("fee", 2, "fee")]
    >>> payment_order(owed, True)
    ['fee', 'interest', 'invoice']
    >>> payment_order(owed, False)
    ['invoice', 'interest', 'fee']
    """
    ordered = sorted(
        documents,
        key=lambda one: (RANKS[one[2]] if charges_first else 0, one[1]),
    )
    return [document for document, _due, _kind in ordered]
