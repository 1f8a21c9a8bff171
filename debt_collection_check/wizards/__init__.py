from . import (
    account_payment_register,
    debt_cheque_bounce_wizard,
    debt_withdraw_wizard,
)
