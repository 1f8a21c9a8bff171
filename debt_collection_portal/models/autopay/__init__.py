from . import (
    debt_action,
    debt_autopay,
    debt_autopay_job_mixin,
    debt_case,
    debt_channel,
    debt_evidence,
    debt_plan,
    debt_withdraw_wizard,
    payment_transaction,
    res_company,
    res_config_settings,
)

# isort: split
# models after the mixins that they inherit
from . import debt_autopay_charge
