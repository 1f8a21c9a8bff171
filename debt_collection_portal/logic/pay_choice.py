"""What a payment is for: which documents, and how much of each."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Part:
    """A part of a payment.

    :param key: what identifies the document
    :param amount: how much of it is paid; less than zero: a credit that is used up
    """

    key: int
    amount: Decimal


def spread(amount, documents):
    """Return the parts of an amount that pays documents in their order, and the rest.

    :param Decimal amount: more than zero
    :param documents: the ``Part`` of each document with all that is open of it
    :return: (parts, what is left of the amount)

    >>> documents = [Part(1, Decimal(100)), Part(2, Decimal(50))]
    >>> parts, rest = spread(Decimal(120), documents)
    >>> [(part.key, int(part.amount)) for part in parts], int(rest)
    ([(1, 100), (2, 20)], 0)
    """
    parts = []
    for document in documents:
        taken = min(amount, document.amount)
        if taken > 0:
            parts.append(Part(document.key, taken))
            amount -= taken
    return parts, amount


def settle(parts):
    """Return what the credits among chosen documents clear, and what is left to pay.

    Credits clear the first documents, so that the money pays the last ones.

    :param parts: chosen documents in the order in which a payment clears them
    :return: ([(key of a credit, key of a document, amount)], parts to pay)

    >>> cleared, pay = settle([Part(1, Decimal(100)), Part(9, Decimal(-30))])
    >>> [(credit, key, int(amount)) for credit, key, amount in cleared]
    [(9, 1, 30)]
    >>> [(part.key, int(part.amount)) for part in pay]
    [(1, 70)]
    """
    credits_ = [[part.key, -part.amount] for part in parts if part.amount < 0]
    cleared, pay = [], []
    for part in parts:
        left = part.amount
        for credit in credits_:
            taken = min(credit[1], left)
            if taken > 0:
                cleared.append((credit[0], part.key, taken))
                credit[1] -= taken
                left -= taken
        if left > 0:
            pay.append(Part(part.key, left))
    return cleared, pay
