from . import debt_cheque_bounce_wizard, debt_withdraw_wizard
