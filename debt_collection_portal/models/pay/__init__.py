from . import (
    debt_action,
    debt_case,
    payment_transaction,
    res_company,
    res_config_settings,
)
