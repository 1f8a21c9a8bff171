from . import (
    account_bank_statement_line,
    account_move,
    account_partial_reconcile,
    account_payment,
    base_partner_merge,
    res_company,
    res_company_losses,
    res_config_settings,
    res_config_settings_losses,
    res_country,
    res_partner,
    res_users,
)
