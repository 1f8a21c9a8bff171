from . import (
    debt_order_hold,
    res_company,
    res_config_settings,
    sale_order,
    stock_picking,
)
