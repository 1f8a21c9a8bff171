from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Visit:
    """Who looks at the account of a customer with a company.

    Only the door of the controllers makes one, so that whoever has it was let in.

    :param case: the ``debt.case``, with superuser rights, in the visitor's language
    :param person: the contact who acts: of the user, or the customer behind a link
    :param way: "login", "link", or "preview" of somebody of the company
    :param proven: False behind a link until the visitor showed who they are
    :param ip: address of the visitor
    :param browser: what the browser says of itself
    """

    case: Any
    person: Any
    way: str
    proven: bool = True
    ip: str = ""
    browser: str = ""

    @property
    def may_act(self):
        """Return whether the visitor may change anything: a preview only looks."""
        return self.proven and self.way != "preview"

    @property
    def url(self):
        """Return the address of the account."""
        return f"/my/debts/{self.case.id}"
