from . import debt_case, debt_portal_check, res_company, res_config_settings
