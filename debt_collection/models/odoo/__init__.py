from . import (
    account_bank_statement_line,
    account_move,
    account_partial_reconcile,
    account_payment,
    base_partner_merge,
    ir_attachment,
    res_company,
    res_company_email,
    res_config_settings,
    res_country,
    res_partner,
    res_users,
)
