from . import (
    account,
    agreements,
    autopay,
    check,
    dispute,
    door,
    files,
    link,
    paid,
    pay,
    pay_invoices,
)
