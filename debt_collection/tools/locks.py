"""Rows that a person holds while they decide on them."""

from odoo.exceptions import LockError


def hold(records):
    """Hold records until the transaction is over: a second click is refused here.

    Whoever only refers to them, such as the dialog of somebody else, need not wait.

    :raise LockError: where somebody else holds one of them
    """
    try:
        records.lock_for_update(allow_referencing=True)
    except LockError as error:
        raise LockError(
            records.env._(
                "Somebody else is working on this at the moment. Try again in a few "
                "seconds."
            )
        ) from error
