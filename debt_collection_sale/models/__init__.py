from . import (
    debt_case,
    debt_order_check,
    debt_order_exception,
    debt_order_hold,
    debt_stage,
    debt_strategy,
    debt_strategy_step,
    payment_transaction,
    res_company,
    res_config_settings,
    res_partner,
    sale_order,
)
