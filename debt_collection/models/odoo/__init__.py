from . import (
    account_bank_statement_line,
    account_move,
    account_partial_reconcile,
    account_payment,
    base_partner_merge,
    res_company,
    res_config_settings,
    res_country,
    res_partner,
    res_users,
)
