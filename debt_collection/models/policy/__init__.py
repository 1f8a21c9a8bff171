from . import (
    debt_action_policy_mixin,
    debt_case_policy_mixin,
    debt_contact_cap,
    debt_contact_consent,
    debt_contact_facts_mixin,
    debt_contact_holiday,
    debt_contact_policy,
    debt_contact_window,
    debt_run_policy_mixin,
    res_company,
    res_config_settings,
    res_partner,
)
