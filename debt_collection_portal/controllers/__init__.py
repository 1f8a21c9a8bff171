from . import (
    account,
    agreements,
    autopay,
    check,
    dispute,
    door,
    files,
    home,
    link,
    paid,
    pay,
    pay_invoices,
)
