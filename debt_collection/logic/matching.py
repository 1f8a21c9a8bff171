"""Whose money is this? Points and reasons for a customer and money that came.

Used in both directions: which money answers a payment notice, and which customer made
a deposit that nobody knows.
"""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

#: Points of each reason. Amounts tell the same thing: only the best of them counts.
POINTS = {
    "notice": 45,
    "amount": 40,
    "promise": 40,
    "overdue": 35,
    "near": 20,
    "reference": 40,
    "payer": 30,
    "customer": 20,
    "date": 10,
    "bank": 5,
}
#: Reasons about the amount, the best first.
AMOUNTS = ("notice", "amount", "promise", "overdue", "near")
#: One of these is needed; the others only add to them.
STRONG = {"notice", "amount", "promise", "overdue", "reference", "payer", "customer"}
#: From so many points on, and with no other as good, money may be applied unseen.
CLEAR = 50
#: About the same amount: a commission of the bank, a rounding.
NEAR = Decimal("0.02")
#: Shorter numbers are found everywhere.
SHORTEST = 4
#: Names and accounts from this length on are looked for in texts.
LONG_NAME = 8
#: Money comes at most so many days before, or after, what was said about it.
DAYS_BEFORE, DAYS_AFTER = 10, 30


@dataclass(frozen=True)
class Money:
    """Money that came and is not applied yet.

    :param day: when it came
    :param text: what the bank or the bookkeeper wrote about it
    :param debtor: whose it is, where that is known
    :param payer: names and account numbers of who paid, as ``key`` writes them
    :param bank: where it came in
    """

    amount: Decimal
    day: date
    text: str = ""
    debtor: int | None = None
    payer: frozenset = frozenset()
    bank: int | None = None


@dataclass(frozen=True)
class Claim:
    """What a customer may have paid, and by what one would know it.

    :param amounts: pairs of a reason out of ``AMOUNTS`` and an amount
    :param day: the day of payment that was said
    :param references: numbers that the payment may carry
    :param payers: names and accounts from which the customer pays, see ``key``
    :param banks: where the customer usually pays
    """

    debtor: int
    amounts: tuple = ()
    day: date | None = None
    references: tuple = ()
    payers: frozenset = frozenset()
    banks: frozenset = frozenset()


@dataclass(frozen=True)
class Match:
    """How well money and customer fit, and why."""

    points: int
    reasons: tuple


def key(text):
    """Return a name or number as it is compared: capital letters and digits.

    >>> key("Banco Andino, S.A.")
    'BANCOANDINOSA'
    """
    return re.sub(r"[\W_]+", "", text or "").upper()


def numbers(text):
    """Return the numbers in a text that are long enough to mean something.

    Leading zeros do not count, years are none.

    >>> sorted(numbers("TRF 000123456 INV/2026/00012"))
    ['12', '123456']
    """
    found = set()
    for run in re.findall(r"\d+", text or ""):
        year = len(run) == SHORTEST and run[:2] in ("19", "20")
        if len(run) >= SHORTEST and not year and run.strip("0"):
            found.add(run.lstrip("0"))
    return found


def is_in(reference, text):
    """Return whether a reference is found in a text.

    >>> is_in("INV/2026/00012", "PAGO INV-2026-00012 GRACIAS")
    True
    >>> is_in("TRF-123456", "transf. 0000123456")
    True
    >>> is_in("2026", "15/06/2026")
    False
    """
    written = key(reference)
    if numbers(reference) & numbers(text):
        return True
    if len(written) <= SHORTEST or not any(map(str.isdigit, written)):
        return False
    # not the beginning or the end of a longer number
    return bool(re.search(rf"(?<!\d){written}(?!\d)", key(text)))


def _is_payer(claim, money):
    text = key(money.text)
    return bool(money.payer & claim.payers) or any(
        len(name) >= LONG_NAME and name in text for name in claim.payers
    )


def fits(claim, money):
    """Return how well money fits a customer, None where it does not.

    >>> claim = Claim(7, (("amount", Decimal(100)),), references=("INV/00012",))
    >>> fits(claim, Money(Decimal(100), date(2026, 6, 1), "INV 00012")).reasons
    ('amount', 'reference')
    """
    if money.debtor and money.debtor != claim.debtor:
        return None
    reasons = set()
    if money.debtor:
        reasons.add("customer")
    amounts = {kind for kind, amount in claim.amounts if amount == money.amount}
    if not amounts and any(
        abs(amount - money.amount) <= amount * NEAR for _kind, amount in claim.amounts
    ):
        amounts = {"near"}
    reasons.update(amounts)
    if any(is_in(reference, money.text) for reference in claim.references):
        reasons.add("reference")
    if _is_payer(claim, money):
        reasons.add("payer")
    if not reasons & STRONG:
        return None
    if claim.day and abs((money.day - claim.day).days) <= 1:
        reasons.add("date")
    if money.bank in claim.banks:
        reasons.add("bank")
    counted = reasons - set(AMOUNTS)
    counted.update(sorted(amounts, key=AMOUNTS.index)[:1])
    return Match(
        sum(POINTS[reason] for reason in counted),
        tuple(reason for reason in POINTS if reason in reasons),
    )


def in_window(day, money_day):
    """Return whether money of a day can be what was said for another day."""
    return -DAYS_BEFORE <= (money_day - day).days <= DAYS_AFTER


def is_clear(matches):
    """Return whether the first of some sorted matches leaves no doubt."""
    if not matches or matches[0].points < CLEAR:
        return False
    return len(matches) == 1 or matches[0].points > matches[1].points


class Shelf:
    """Money in an order in which what may fit a customer is found at once."""

    def __init__(self, money):
        """Take a list of money."""
        self.money = money
        order = sorted(range(len(money)), key=lambda at: money[at].amount)
        self.amounts = [money[at].amount for at in order]
        self.order = order
        self.texts = [key(each.text) for each in money]
        self.by_number, self.by_debtor, self.by_payer = {}, {}, {}
        for at, each in enumerate(money):
            for number in numbers(each.text):
                self.by_number.setdefault(number, set()).add(at)
            for payer in each.payer:
                self.by_payer.setdefault(payer, set()).add(at)
            if each.debtor:
                self.by_debtor.setdefault(each.debtor, set()).add(at)

    def may_fit(self, claim):
        """Return the positions of the money for which ``fits`` may find a match."""
        found = set(self.by_debtor.get(claim.debtor, ()))
        for _kind, amount in claim.amounts:
            low = bisect_left(self.amounts, amount - amount * NEAR)
            high = bisect_right(self.amounts, amount + amount * NEAR)
            found.update(self.order[low:high])
        for payer in claim.payers:
            found |= self.by_payer.get(payer, set())
        for reference in claim.references:
            for number in numbers(reference):
                found |= self.by_number.get(number, set())
        words = {name for name in claim.payers if len(name) >= LONG_NAME}
        words.update(
            word for word in map(key, claim.references) if len(word) > SHORTEST
        )
        if words:
            found.update(
                at
                for at, text in enumerate(self.texts)
                if any(word in text for word in words)
            )
        return sorted(found)
