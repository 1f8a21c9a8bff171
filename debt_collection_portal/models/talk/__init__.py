from . import (
    debt_case_dispute,
    debt_case_mail,
    debt_case_notice,
    debt_case_preferences,
    debt_case_said,
    debt_case_talk,
    debt_change_request,
    debt_dispute,
    debt_dispute_reason,
    debt_payment_notice,
    res_company,
    res_config_settings,
)
