from . import (
    debt_action,
    debt_case,
    debt_channel_voice,
    debt_evidence,
    debt_promise,
    debt_strategy_step,
    debt_voice_conversation_mixin,
    debt_voice_event,
    debt_voice_script,
    res_company,
    res_config_settings,
)

# isort: split
# models after the mixins that they inherit
from . import debt_voice_call
