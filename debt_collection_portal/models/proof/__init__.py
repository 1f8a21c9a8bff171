from . import (
    debt_campaign,
    debt_case,
    debt_finding,
    debt_portal_check,
    debt_strategy,
    res_company,
    res_config_settings,
)
