from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class PayChoice:
    """What a customer is about to pay.

    :param currency: the ``res.currency`` of all of it
    :param parts: {``debt.item``: Decimal}; less than zero: a credit that is used up
    :param promise: the ``debt.promise`` that is paid, an instalment or not
    :param advance: Decimal, what is paid beyond the documents: the interest of an
        instalment that is not invoiced yet
    """

    currency: Any
    parts: dict = field(default_factory=dict)
    promise: Any = None
    advance: Any = 0

    @property
    def amount(self):
        """Return what is to be paid, a Decimal."""
        return sum(self.parts.values(), self.advance)
