from . import (
    debt_whatsapp_board_mixin,
    debt_whatsapp_breaker_mixin,
    debt_whatsapp_policy_mixin,
    debt_whatsapp_setup_mixin,
    debt_whatsapp_setup_steps_mixin,
)

# isort: split
# models after the mixins that they inherit
from . import (
    debt_finding,
    debt_whatsapp_account,
    debt_whatsapp_app,
    debt_whatsapp_policy,
    debt_whatsapp_rate,
    debt_whatsapp_setup_step,
    debt_whatsapp_version,
)
